import type { JudgedFinding, Upgrade } from '../contract';
import { compare } from './join-findings';

/**
 * What to upgrade, by package: first what mends the worst vulnerability, then what mends most.
 *
 * @param findings worst first
 */
export function upgradesFor(findings: readonly JudgedFinding[]): Upgrade[] {
  const found = new Map<string, { name: string; manager?: string; from: Set<string>; to: string; mends: Set<string>; worst: number }>();
  findings.forEach((finding, index) => {
    for (const { name, manager, version, fixedIn } of finding.packages) {
      if (fixedIn === undefined) continue;
      const key = JSON.stringify([manager ?? '', name]);
      const upgrade = found.get(key) ?? { name, manager, from: new Set<string>(), to: fixedIn, mends: new Set<string>(), worst: index };
      found.set(key, upgrade);
      if (version !== undefined) upgrade.from.add(version);
      if (compareVersions(fixedIn, upgrade.to) > 0) upgrade.to = fixedIn;
      upgrade.mends.add(finding.id);
    }
  });
  return [...found]
    .sort(([keyA, a], [keyB, b]) => a.worst - b.worst || b.mends.size - a.mends.size || compare(keyA, keyB))
    .map(([, { name, manager, from, to, mends }]) => ({
      package: name, manager, from: [...from].sort(compareVersions), to, mends: [...mends],
    }));
}

/**
 * Which version is newer, as Debian and RPM order them and most others too: digits as numbers, ~ before the end. Only good
 * for choosing among fixes; whether a version is vulnerable is for the scanner to say.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parts(a), parts(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const [one, other] = [left[index], right[index]];
    if (one === other) continue;
    if (one === '~') return -1;
    if (other === '~') return 1;
    if (one === undefined) return -1;
    if (other === undefined) return 1;
    const order = /^\d/.test(one) && /^\d/.test(other) ? compareNumbers(one, other) : compare(one, other);
    if (order !== 0) return order;
  }
  return compare(a, b);
}

function parts(version: string): string[] {
  return version.match(/\d+|~|[^\d~]+/g) ?? [];
}

/** Of any length: a date with time and build may be longer than a number can hold. */
function compareNumbers(a: string, b: string): number {
  const [one, other] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return one.length - other.length || compare(one, other);
}
