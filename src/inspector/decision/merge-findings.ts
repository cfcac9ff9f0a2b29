import type { Finding, FindingStatus, FixAvailable, VulnerablePackage } from '../contract';
import { rankOf } from './severity';

/** Least bad first: what is said twice in two ways is taken for the worse. */
const STATUSES: readonly FindingStatus[] = ['CLOSED', 'SUPPRESSED', 'ACTIVE'];
const FIXES: readonly FixAvailable[] = ['NO', 'UNKNOWN', 'PARTIAL', 'YES'];

/**
 * One finding for each vulnerability, with every package it is in. Pages that overlap, copies and their order make no
 * difference, and no copy makes another one look better.
 */
export function mergeFindings(findings: Iterable<Finding>): Map<string, Finding> {
  const merged = new Map<string, Finding>();
  for (const finding of findings) {
    const other = merged.get(finding.id);
    merged.set(finding.id, other ? worseOf(other, finding) : finding);
  }
  for (const [id, finding] of merged) {
    if (finding.packages.length > 1) merged.set(id, { ...finding, packages: distinct(finding.packages) });
  }
  return merged;
}

export function worseOf(a: Finding, b: Finding): Finding {
  return {
    id: a.id,
    severity: rankOf(a.severity) >= rankOf(b.severity) ? a.severity : b.severity,
    status: highest(STATUSES, a.status, b.status),
    title: least(a.title, b.title),
    url: least(a.url, b.url),
    fix: highest(FIXES, a.fix, b.fix),
    exploitAvailable: either(a.exploitAvailable, b.exploitAvailable),
    knownExploited: either(a.knownExploited, b.knownExploited),
    epss: greatest(a.epss, b.epss),
    score: greatest(a.score, b.score),
    knownSince: least(a.knownSince, b.knownSince),
    packages: [...a.packages, ...b.packages],
  };
}

/** By all that tells them apart, in a fixed order. */
export function distinct(packages: readonly VulnerablePackage[]): VulnerablePackage[] {
  const byKey = new Map(packages.map((each) => [keyOf(each), each]));
  return [...byKey].sort(([a], [b]) => compare(a, b)).map(([, each]) => each);
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function keyOf({ name, version, fixedIn, manager, path }: VulnerablePackage): string {
  return JSON.stringify([name, version ?? '', fixedIn ?? '', manager ?? '', path ?? '']);
}

function highest<T>(order: readonly T[], a: T, b: T): T {
  return order.indexOf(a) >= order.indexOf(b) ? a : b;
}

function either(a?: boolean, b?: boolean): boolean | undefined {
  return b === undefined ? a : a || b;
}

function greatest(a?: number, b?: number): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.max(a, b);
}

/** The lesser of two texts, or the one that there is: what is undefined is sorted last. */
export function least(a?: string, b?: string): string | undefined {
  return [a, b].sort()[0];
}
