import { type PolicyDocument, type RatedSeverity, SEVERITIES, type Severity } from '../contract';

/** What a policy takes a severity for. */
export function rated(severity: Severity, { untriagedAs }: Pick<PolicyDocument, 'untriagedAs'>): RatedSeverity {
  return severity === 'UNTRIAGED' ? untriagedAs : severity;
}

/** What nobody has rated may be anything, and so comes before all. */
const RANKS = new Map<Severity, number>([...SEVERITIES, 'UNTRIAGED' as const].map((severity, rank) => [severity, rank]));

export function isAtLeast(severity: RatedSeverity, least: RatedSeverity): boolean {
  return rankOf(severity) >= rankOf(least);
}

/** The worse, the higher. */
export function rankOf(severity: Severity): number {
  return RANKS.get(severity)!;
}

/** By what a policy takes them for; of two that are the same for it, the one that somebody has rated. */
export function worseSeverity(a: Severity, b: Severity, policy: Pick<PolicyDocument, 'untriagedAs'>): Severity {
  const order = rankOf(rated(a, policy)) - rankOf(rated(b, policy));
  return order > 0 || (order === 0 && b === 'UNTRIAGED') ? a : b;
}

/** How many vulnerabilities there are of each severity, however many copies of them. */
export function countsOf(severities: ReadonlyMap<string, Severity>): Record<Severity, number> {
  const counts = noCounts();
  for (const severity of severities.values()) counts[severity]++;
  return counts;
}

/** Keeps, by vulnerability, the worst that is said of it. */
export function keepWorst(worst: Map<string, Severity>, id: string, severity: Severity, policy: Pick<PolicyDocument, 'untriagedAs'>): void {
  const other = worst.get(id);
  worst.set(id, other === undefined ? severity : worseSeverity(other, severity, policy));
}

function noCounts(): Record<Severity, number> {
  return { CRITICAL: 0, HIGH: 0, MEDIUM: 0, LOW: 0, INFORMATIONAL: 0, UNTRIAGED: 0 };
}
