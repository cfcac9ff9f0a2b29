import type { Severity, Verdict } from '../contract';

/** Worst first, as charts and tables show them. */
export const SHOWN: readonly Severity[] = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFORMATIONAL', 'UNTRIAGED'];

/** How long the bar of a severity is, from 0 to `most`; what is there is seen, however little it is. */
export function barLengths(counts: Verdict['counts'], most: number): Record<Severity, number> {
  const greatest = Math.max(...SHOWN.map((severity) => counts[severity]), 1);
  const lengths = SHOWN.map((severity) => [severity, counts[severity] === 0 ? 0 : Math.max(1, Math.round((counts[severity] / greatest) * most))]);
  return Object.fromEntries(lengths);
}
