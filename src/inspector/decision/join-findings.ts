import type { Disposition, Finding, FindingStatus, FixAvailable, Severity, VulnerablePackage } from '../contract';
import { rankOf } from './severity';

/** Least bad first. */
const STATUSES: readonly FindingStatus[] = ['CLOSED', 'SUPPRESSED', 'ACTIVE'];
const FIXES: readonly FixAvailable[] = ['NO', 'UNKNOWN', 'PARTIAL', 'YES'];

/** Worst first: what a copy of a finding is, the finding is. */
const DISPOSITIONS: readonly Disposition[] = ['BLOCKING', 'IN_GRACE', 'WITHIN_LIMIT', 'NO_RULE', 'EXCEPTED', 'SUPPRESSED', 'CLOSED'];

/** What became of a finding in one judgement. */
export interface JudgedCopy {
  /** Without what exceptions cover. */
  readonly finding: Finding;
  readonly disposition: Disposition;
  readonly graceUntil?: string;
  /** The rules that it breaks. */
  readonly rules: readonly string[];
  /** The images that have it. */
  readonly images: readonly string[];
}

/**
 * One for each vulnerability, which a scanner may tell of once for each package. Copies are judged before they are joined:
 * none makes another one look better. Pages that overlap, copies and their order make no difference.
 */
export function joinFindings(copies: Iterable<JudgedCopy>): JudgedCopy[] {
  const found = new Map<string, JudgedCopy>();
  for (const copy of copies) {
    const other = found.get(copy.finding.id);
    found.set(copy.finding.id, other ? joined(other, copy) : copy);
  }
  return [...found.values()].map((each) => each.finding.packages.length > 1
    ? { ...each, finding: { ...each.finding, packages: distinct(each.finding.packages) } } : each);
}

/** What stops the image is told without what does not: the remedy is for what stops it. */
function joined(a: JudgedCopy, b: JudgedCopy): JudgedCopy {
  const order = DISPOSITIONS.indexOf(a.disposition) - DISPOSITIONS.indexOf(b.disposition);
  if (order !== 0) return order < 0 ? a : b;
  return {
    finding: worseOf(a.finding, b.finding),
    disposition: a.disposition,
    graceUntil: least(a.graceUntil, b.graceUntil),
    rules: union(a.rules, b.rules),
    images: union(a.images, b.images),
  };
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return a === b ? a : [...new Set([...a, ...b])].sort(compare);
}

/** What is said twice in two ways is taken for the worse; what somebody has rated is rated. */
function worseOf(a: Finding, b: Finding): Finding {
  return {
    id: a.id,
    severity: worseSeverity(a.severity, b.severity),
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

function worseSeverity(a: Severity, b: Severity): Severity {
  if (a === 'UNTRIAGED' || b === 'UNTRIAGED') return a === 'UNTRIAGED' ? b : a;
  return rankOf(a) >= rankOf(b) ? a : b;
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
