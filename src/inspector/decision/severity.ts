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

export function noCounts(): Record<Severity, number> {
  return { CRITICAL: 0, HIGH: 0, MEDIUM: 0, LOW: 0, INFORMATIONAL: 0, UNTRIAGED: 0 };
}
