import { type PolicyDocument, type RatedSeverity, SEVERITIES, type Severity } from '../contract';

/** What a policy takes a severity for. */
export function rated(severity: Severity, { untriagedAs }: Pick<PolicyDocument, 'untriagedAs'>): RatedSeverity {
  return severity === 'UNTRIAGED' ? untriagedAs : severity;
}

export function isAtLeast(severity: RatedSeverity, least: RatedSeverity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);
}

/** Worst first. What nobody has rated may be anything, and so comes before all. */
export function rankOf(severity: Severity): number {
  return severity === 'UNTRIAGED' ? SEVERITIES.length : SEVERITIES.indexOf(severity);
}

export function noCounts(): Record<Severity, number> {
  return { CRITICAL: 0, HIGH: 0, MEDIUM: 0, LOW: 0, INFORMATIONAL: 0, UNTRIAGED: 0 };
}
