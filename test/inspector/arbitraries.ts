import * as fc from 'fast-check';
import { IMAGE, NOW, digest } from './facts';
import {
  type ExceptionDocument, type Finding, type ImageFacts, type ManifestFacts, PACKAGE_TYPES, type PolicyDocument, type RuleDocument, SEVERITIES,
  type ScanFacts,
} from '../../src/inspector/contract';

/** Absent, rather than there and undefined, as in JSON. */
export function optional<T extends object, K extends keyof T>(model: { [P in keyof T]: fc.Arbitrary<T[P]> }, ...requiredKeys: K[]): fc.Arbitrary<T> {
  return fc.record(model, { requiredKeys }) as unknown as fc.Arbitrary<T>;
}

// Few of each, so that findings, rules and exceptions meet.
export const vulnerability = fc.constantFrom('CVE-2026-1', 'CVE-2026-2', 'CVE-2026-3', 'GHSA-a');
const packageName = fc.constantFrom('openssl', 'glibc', 'log4j');
const days = (min: number, max: number) => fc.integer({ min, max }).map((day) => new Date(NOW.getTime() + day * 86_400_000).toISOString());

const vulnerablePackage = optional<Finding['packages'][number], 'name'>({
  name: packageName,
  version: fc.constantFrom('1.0', '1.1'),
  fixedIn: fc.constantFrom('1.2', '2.0'),
  manager: fc.constantFrom('OS', 'NPM', 'JAR'),
  path: fc.constantFrom('/a', '/b'),
}, 'name');

export const finding: fc.Arbitrary<Finding> = optional<Finding, 'id' | 'severity' | 'status' | 'fix' | 'packages'>({
  id: vulnerability,
  severity: fc.constantFrom(...SEVERITIES, 'UNTRIAGED' as const),
  status: fc.constantFrom('ACTIVE', 'ACTIVE', 'SUPPRESSED', 'CLOSED'),
  title: fc.constantFrom('a title', 'another'),
  url: fc.constantFrom('https://example.com/a'),
  fix: fc.constantFrom('YES', 'PARTIAL', 'NO', 'UNKNOWN'),
  exploitAvailable: fc.boolean(),
  knownExploited: fc.boolean(),
  epss: fc.constantFrom(0, 0.1, 0.5, 1),
  score: fc.constantFrom(0, 5, 9.8, 10),
  knownSince: days(-60, 3),
  packages: fc.array(vulnerablePackage, { maxLength: 3 }),
}, 'id', 'severity', 'status', 'fix', 'packages');

export const rule: fc.Arbitrary<Omit<RuleDocument, 'name'>> = optional<Omit<RuleDocument, 'name'>, 'max' | 'missingData'>({
  max: fc.integer({ min: 0, max: 3 }),
  minSeverity: fc.constantFrom(...SEVERITIES),
  fixable: fc.constant(true as const),
  exploitAvailable: fc.constant(true as const),
  knownExploited: fc.constant(true as const),
  minEpss: fc.constantFrom(0, 0.1, 0.5),
  minInspectorScore: fc.constantFrom(0, 5, 9.8),
  packageTypes: fc.subarray([...PACKAGE_TYPES], { minLength: 1 }),
  graceDays: fc.dictionary(fc.constantFrom(...SEVERITIES), fc.integer({ min: 0, max: 30 })),
  missingData: fc.constantFrom('COUNTS', 'IGNORED'),
}, 'max', 'missingData');

export const policy: fc.Arbitrary<PolicyDocument> = fc.record({
  version: fc.constant(1 as const),
  name: fc.constantFrom('standard', 'another'),
  rules: fc.array(rule, { minLength: 1, maxLength: 4 }).map((rules) => rules.map((each, index) => ({ name: `rule-${index}`, ...each }))),
  untriagedAs: fc.constantFrom(...SEVERITIES),
  suppressed: fc.constantFrom('IGNORE', 'COUNT'),
  closed: fc.constantFrom('IGNORE', 'COUNT'),
  endOfLife: fc.constantFrom('REPORT', 'REJECT'),
  onUnscannable: fc.constantFrom('REJECT', 'APPROVE'),
  settleSeconds: fc.constantFrom(0, 120, 3_600),
  expiryNoticeDays: fc.constantFrom(0, 14),
});

export const exception: fc.Arbitrary<ExceptionDocument> = fc.tuple(
  optional<ExceptionDocument, 'vulnerability' | 'owner' | 'reason'>({
    vulnerability,
    package: packageName,
    repository: fc.constantFrom('shop/web', 'shop/*', '*', 'other'),
    image: fc.constantFrom(digest(1), digest(2), digest(99)),
    owner: fc.constantFrom('team-a', 'team-b'),
    reason: fc.constantFrom('not reachable', 'accepted'),
    expires: days(-10, 30),
    untilFixed: fc.constant(true as const),
  }, 'vulnerability', 'owner', 'reason'),
).map(([made]) => ({
  ...made,
  ...made.package ?? made.repository ?? made.image ? {} : { repository: '*' },
  ...made.expires ?? made.untilFixed ? {} : { untilFixed: true as const },
}));

const scan = (of: string): fc.Arbitrary<ScanFacts> => optional<ScanFacts, 'digest' | 'scanner' | 'status' | 'findings'>({
  digest: fc.constant(of),
  scanner: fc.constantFrom('ENHANCED', 'ENHANCED', 'BASIC'),
  status: fc.constantFrom('SUCCESSFUL', 'SUCCESSFUL', 'SUCCESSFUL', 'COMPLETE', 'ACTIVE', 'SCAN_FREQUENCY_SCAN_ON_PUSH', 'PENDING_INITIAL_SCAN', 'UNSUPPORTED_OS', 'what'),
  detail: fc.constantFrom('in words'),
  scannedAt: fc.constantFrom('2026-11-22T11:00:00.000Z', '2026-11-22T11:59:30.000Z'),
  expectedFindings: fc.integer({ min: 0, max: 3 }),
  readFindings: fc.integer({ min: 0, max: 3 }),
  awaited: fc.record({ count: fc.integer({ min: 0, max: 2 }), arns: fc.subarray(['arn:1', 'arn:2']) }),
  operatingSystem: fc.constantFrom('DEBIAN_12', 'DEBIAN_10', 'SCRATCH'),
  findings: fc.array(finding, { maxLength: 6 }),
}, 'digest', 'scanner', 'status', 'findings');

/** Few digests, so that there are loops, shared children, missing ones and artifacts. */
export const facts: fc.Arbitrary<ImageFacts> = fc.tuple(
  fc.array(fc.tuple(
    fc.constantFrom('IMAGE', 'IMAGE', 'IMAGE', 'INDEX', 'INDEX', 'ATTESTATION', 'SIGNATURE', 'ARTIFACT', 'AMBIGUOUS'),
    fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 }),
  ), { minLength: 1, maxLength: 4 }),
  fc.tuple(...[1, 2, 3, 4].map((each) => fc.option(scan(digest(each)), { freq: 8 }))),
).map(([manifests, scans]) => ({
  image: IMAGE,
  readAt: NOW.toISOString(),
  manifests: manifests.map(([kind, children], index): ManifestFacts => ({
    digest: digest(index + 1),
    kind: kind as ManifestFacts['kind'],
    ...kind === 'INDEX' ? { children: children.map((child) => ({ digest: digest(child), platform: child % 2 ? `linux/p${child}` : 'unknown/unknown' })) } : {},
  })),
  scans: scans.filter((each) => each !== null),
}));
