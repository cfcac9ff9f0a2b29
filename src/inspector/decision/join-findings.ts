import type { Disposition, Finding, FindingStatus, FixAvailable, PolicyDocument, VulnerablePackage } from '../contract';
import { worseSeverity } from './severity';

/** Least bad first. */
const STATUSES: readonly FindingStatus[] = ['CLOSED', 'SUPPRESSED', 'ACTIVE'];

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
 * One for each vulnerability, which a scanner may tell of once for each package and platform. Copies are judged before they are
 * joined: none makes another one look better. What stops an image is told without what does not: the remedy is for what
 * stops it. Pages that overlap, copies and their order make no difference.
 */
export function joinFindings(copies: Iterable<JudgedCopy>, policy: PolicyDocument): JudgedCopy[] {
  const worst = new Map<string, JudgedCopy>();
  const asBad = new Map<string, JudgedCopy[]>();
  for (const copy of copies) {
    const { id } = copy.finding;
    const other = worst.get(id);
    if (other !== undefined && isWorseThan(other, copy)) continue;
    if (other === undefined || isWorseThan(copy, other)) {
      worst.set(id, copy);
      asBad.delete(id);
    } else {
      const all = asBad.get(id);
      if (all) all.push(copy);
      else asBad.set(id, [other, copy]);
    }
  }
  return Array.from(worst.values(), (copy) => {
    const all = asBad.get(copy.finding.id);
    return all ? joined(all, policy) : alone(copy);
  });
}

function isWorseThan(a: JudgedCopy, b: JudgedCopy): boolean {
  return DISPOSITIONS.indexOf(a.disposition) < DISPOSITIONS.indexOf(b.disposition);
}

function alone(copy: JudgedCopy): JudgedCopy {
  const { finding } = copy;
  return finding.packages.length < 2 ? copy : { ...copy, finding: { ...finding, packages: distinct(finding.packages) } };
}

function joined(copies: readonly JudgedCopy[], policy: PolicyDocument): JudgedCopy {
  return {
    finding: worstOf(copies.map(({ finding }) => finding), policy),
    disposition: copies[0].disposition,
    graceUntil: copies.map(({ graceUntil }) => graceUntil).reduce(least),
    rules: union(copies.map(({ rules }) => rules)),
    images: union(copies.map(({ images }) => images)),
  };
}

function union(lists: ReadonlyArray<readonly string[]>): readonly string[] {
  return [...new Set(lists.flat())].sort(compare);
}

/** What is said twice in two ways is taken for the worse. */
function worstOf(found: readonly Finding[], policy: PolicyDocument): Finding {
  return {
    id: found[0].id,
    severity: found.map(({ severity }) => severity).reduce((a, b) => worseSeverity(a, b, policy)),
    status: highest(STATUSES, found.map(({ status }) => status)),
    title: found.map(({ title }) => title).reduce(least),
    url: found.map(({ url }) => url).reduce(least),
    fix: fixOf(new Set(found.map(({ fix }) => fix))),
    exploitAvailable: found.map(({ exploitAvailable }) => exploitAvailable).reduce(either),
    knownExploited: found.map(({ knownExploited }) => knownExploited).reduce(either),
    epss: found.map(({ epss }) => epss).reduce(greatest),
    score: found.map(({ score }) => score).reduce(greatest),
    knownSince: found.map(({ knownSince }) => knownSince).reduce(least),
    packages: distinct(found.flatMap(({ packages }) => packages)),
  };
}

/** For people: nothing is judged by it any more. */
function fixOf(fixes: ReadonlySet<FixAvailable>): FixAvailable {
  if (fixes.has('PARTIAL') || (fixes.has('YES') && fixes.has('NO'))) return 'PARTIAL';
  return fixes.has('YES') ? 'YES' : fixes.has('UNKNOWN') ? 'UNKNOWN' : 'NO';
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

function highest<T>(order: readonly T[], values: readonly T[]): T {
  return order[Math.max(...new Set(values.map((value) => order.indexOf(value))))];
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
