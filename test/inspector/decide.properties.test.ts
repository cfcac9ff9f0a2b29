import * as fc from 'fast-check';
import * as any from './arbitraries';
import { NOW, digest, single } from './facts';
import { type Finding, type ImageFacts, type PolicyDocument, type RatedSeverity, type RuleDocument, SEVERITIES, type Verdict } from '../../src/inspector/contract';
import { decide } from '../../src/inspector/decide';
import { completePolicy } from '../../src/inspector/documents/check-policy';
import { readExceptions, readPolicy } from '../../src/inspector/documents/read-documents';

const STRICTNESS = { APPROVED: 0, PENDING: 1, REJECTED: 2 };
const strictness = ({ status }: Verdict) => STRICTNESS[status];
const exceptions = fc.array(any.exception, { maxLength: 4 });
const judge = (facts: ImageFacts, policy: PolicyDocument, excepted: Parameters<typeof decide>[2]) => decide(facts, policy, excepted, NOW);

function check<T extends [unknown, ...unknown[]]>(...args: [...{ [K in keyof T]: fc.Arbitrary<T[K]> }, (...values: T) => void]): void {
  const test = args.pop() as (...values: T) => void;
  fc.assert(fc.property(...args as unknown as [fc.Arbitrary<unknown>], test as unknown as (value: unknown) => void), { numRuns: 400 });
}

function withFinding(facts: ImageFacts, at: number, finding: Finding): ImageFacts {
  const scans = facts.scans.map((scan, index) => index === at % facts.scans.length ? { ...scan, findings: [...scan.findings, finding] } : scan);
  return { ...facts, scans };
}

test('another finding never improves a verdict', () => {
  check(any.facts, fc.nat(), any.finding, any.policy, exceptions, (facts, at, finding, policy, excepted) => {
    fc.pre(facts.scans.length > 0);
    expect(strictness(judge(withFinding(facts, at, finding), policy, excepted))).toBeGreaterThanOrEqual(strictness(judge(facts, policy, excepted)));
  });
});

test('another copy of a finding never improves a verdict, whatever it says', () => {
  check(any.finding, any.finding, any.policy, exceptions, (one, other, policy, excepted) => {
    const alone = single([one]);
    const both = withFinding(alone, 0, { ...other, id: one.id });
    expect(strictness(judge(both, policy, excepted))).toBeGreaterThanOrEqual(strictness(judge(alone, policy, excepted)));
  });
});

test('an exception less never improves a verdict', () => {
  check(any.facts, any.policy, exceptions, any.exception, (facts, policy, excepted, more) => {
    expect(strictness(judge(facts, policy, excepted))).toBeGreaterThanOrEqual(strictness(judge(facts, policy, [...excepted, more])));
  });
});

test('neither order nor copies make a difference', () => {
  const shuffled = <T>(list: readonly T[]) => fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 }) as fc.Arbitrary<T[]>;
  const both = fc.tuple(any.facts, any.policy, exceptions).chain(([facts, policy, excepted]) => fc.record({
    first: fc.constant({ facts, policy, excepted }),
    second: fc.record({
      policy: fc.constant({ ...policy, rules: [...policy.rules].reverse() }),
      excepted: shuffled(excepted),
      facts: fc.tuple(
        shuffled(facts.manifests.map((each) => each.children ? { ...each, children: [...each.children, ...each.children].reverse() } : each)),
        shuffled(facts.scans.map((scan) => ({ ...scan, findings: [...scan.findings, ...scan.findings].reverse() }))),
      ).map(([manifests, scans]) => ({ ...facts, manifests, scans })),
    }),
  }));
  check(both, ({ first, second }) => {
    expect(judge(second.facts, second.policy, second.excepted)).toEqual(judge(first.facts, first.policy, first.excepted));
  });
});

/** Every way in which a rule can ask for less. */
const LOOSER: Array<(rule: RuleDocument) => RuleDocument> = [
  (rule) => ({ ...rule, max: rule.max + 1 }),
  (rule) => ({ ...rule, minSeverity: SEVERITIES[Math.min(SEVERITIES.indexOf(rule.minSeverity ?? 'INFORMATIONAL') + 1, 4)] }),
  (rule) => ({ ...rule, fixable: true }),
  (rule) => ({ ...rule, exploitAvailable: true }),
  (rule) => ({ ...rule, knownExploited: true }),
  (rule) => ({ ...rule, minEpss: Math.min((rule.minEpss ?? 0) + 0.2, 1) }),
  (rule) => ({ ...rule, minInspectorScore: Math.min((rule.minInspectorScore ?? 0) + 2, 10) }),
  (rule) => ({ ...rule, packageTypes: (rule.packageTypes ?? ['OS', 'LANGUAGE']).slice(0, 1) }),
  (rule) => ({ ...rule, graceDays: Object.fromEntries(SEVERITIES.map((severity) => [severity, (rule.graceDays?.[severity] ?? 0) + 5])) }),
  (rule) => ({ ...rule, missingData: 'IGNORED' }),
];
/** Every way in which a policy can. */
const MORE_LENIENT: Array<(policy: PolicyDocument) => PolicyDocument> = [
  (policy) => ({ ...policy, rules: policy.rules.slice(1) }),
  (policy) => ({ ...policy, suppressed: 'IGNORE' }),
  (policy) => ({ ...policy, closed: 'IGNORE' }),
  (policy) => ({ ...policy, endOfLife: 'REPORT' }),
  (policy) => ({ ...policy, onUnscannable: 'APPROVE' }),
];

test('a looser policy never rejects more', () => {
  check(any.facts, any.policy, exceptions, fc.nat(), fc.constantFrom(...LOOSER), (facts, policy, excepted, at, loosen) => {
    const looser = { ...policy, rules: policy.rules.map((rule, index) => index === at % policy.rules.length ? loosen(rule) : rule) };
    expect(strictness(judge(facts, looser, excepted))).toBeLessThanOrEqual(strictness(judge(facts, policy, excepted)));
  });
  check(any.facts, any.policy, exceptions, fc.constantFrom(...MORE_LENIENT), (facts, policy, excepted, loosen) => {
    expect(strictness(judge(facts, loosen(policy), excepted))).toBeLessThanOrEqual(strictness(judge(facts, policy, excepted)));
  });
});

test('what nobody has rated, taken for less, never rejects more where grace is the same for all', () => {
  check(any.facts, any.policy, exceptions, (facts, policy, excepted) => {
    const rules = policy.rules.map(({ graceDays: _, ...rule }) => rule);
    const rejected = (untriagedAs: RatedSeverity) => strictness(judge(facts, { ...policy, rules, untriagedAs }, excepted));
    const from = [...SEVERITIES].map(rejected); // least bad first
    expect([...from].sort((a, b) => a - b)).toEqual(from);
  });
});

test('a longer wait for findings never approves more', () => {
  check(any.facts, any.policy, exceptions, (facts, policy, excepted) => {
    const longer = { ...policy, settleSeconds: policy.settleSeconds + 3_600 };
    const [before, after] = [judge(facts, policy, excepted), judge(facts, longer, excepted)];
    if (after.status === 'APPROVED') expect(before.status).toBe('APPROVED');
  });
});

test('an index is as bad as the worst of its platforms', () => {
  check(fc.array(fc.array(any.finding, { maxLength: 4 }), { minLength: 1, maxLength: 4 }), any.policy, (platforms, policy) => {
    const alone = (findings: Finding[], of: string): ImageFacts => ({
      image: { account: '1', region: 'r', repository: 'a', digest: of },
      readAt: NOW.toISOString(),
      manifests: [{ digest: of, kind: 'IMAGE' }],
      scans: [{ digest: of, scanner: 'ENHANCED', status: 'SUCCESSFUL', scannedAt: '2026-11-22T09:00:00.000Z', findings }],
    });
    const parts = platforms.map((findings, at) => alone(findings, digest(at + 10)));
    const whole: ImageFacts = {
      image: { ...parts[0].image, digest: digest(1) },
      readAt: NOW.toISOString(),
      manifests: [{ digest: digest(1), kind: 'INDEX', children: parts.map(({ image }) => ({ digest: image.digest })) }, ...parts.flatMap(({ manifests }) => manifests)],
      scans: parts.flatMap(({ scans }) => scans),
    };
    expect(strictness(judge(whole, policy, []))).toBe(Math.max(...parts.map((part) => strictness(judge(part, policy, [])))));
  });
});

test('written as JSON and read back, everything means the same', () => {
  check(any.facts, any.policy, exceptions, (facts, policy, excepted) => {
    const readBack = readPolicy(JSON.stringify(policy));
    expect(readBack).toEqual(policy);
    const exceptionsBack = readExceptions(JSON.stringify({ version: 1, exceptions: excepted }));
    const verdict = judge(facts, policy, excepted);
    expect(judge(JSON.parse(JSON.stringify(facts)), readBack, exceptionsBack)).toEqual(verdict);
    expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
    expect(completePolicy(readBack)).toEqual(readBack);
  });
});

test('a verdict is rejected for a reason, pending for a wait, and approved without either', () => {
  check(any.facts, any.policy, exceptions, (facts, policy, excepted) => {
    const { status, reasons, tolerated, platforms } = judge(facts, policy, excepted);
    const kinds = new Set(reasons.map(({ kind }) => kind));
    expect(status === 'APPROVED').toBe(reasons.length === 0);
    expect(status === 'PENDING').toBe(kinds.size === 1 && kinds.has('PENDING'));
    expect(tolerated.every(({ disposition }) => disposition !== 'BLOCKING')).toBe(true);
    for (const platform of platforms) expect(STRICTNESS[platform.status]).toBeLessThanOrEqual(STRICTNESS[status]);
  });
});
