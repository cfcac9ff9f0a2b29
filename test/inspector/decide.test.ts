import { IMAGE, NOW, STANDARD, digest, facts, finding, fixable, index, judge, policy, scan, single } from './facts';
import type { ExceptionDocument, Finding, ImageFacts, PolicyDocument, RuleDocument, ScanFacts } from '../../src/inspector/contract';
import { decide } from '../../src/inspector/decide';
import { imageTree } from '../../src/inspector/decision/manifest-graph';

const days = (count: number) => new Date(NOW.getTime() + count * 86_400_000).toISOString();
const outcome = (of: ImageFacts, by = STANDARD, exceptions: ExceptionDocument[] = []) => {
  const { status, reasons } = judge(of, by, exceptions);
  return [status, ...reasons.map(({ code }) => code)];
};

test('fewer findings than the service counts are pending, and after a while no answer at all', () => {
  const counted = { expectedFindings: 3, readFindings: 2 };
  expect(outcome(single([], { ...counted, scannedAt: new Date(NOW.getTime() - 60_000).toISOString() }))).toEqual(['PENDING', 'FINDINGS_INCOMPLETE']);
  expect(outcome(single([], counted))).toEqual(['REJECTED', 'FINDINGS_INCOMPLETE']);
  expect(outcome(single([], { expectedFindings: 3, readFindings: 3 }))).toEqual(['APPROVED']);
  expect(outcome(single([], { expectedFindings: 1 }))).toEqual(['REJECTED', 'FINDINGS_INCOMPLETE']);
  expect(outcome(single([], counted), { ...STANDARD, onUnscannable: 'APPROVE' })).toEqual(['REJECTED', 'FINDINGS_INCOMPLETE']);
});

test.each([[{ count: 2, arns: [] }], [{ count: 0, arns: ['a', 'b'] }], [{ count: 1, arns: ['a', 'b'] }]])('findings that were announced and are not listed are waited for: %j', (awaited) => {
  const verdict = judge(single([], { awaited }));

  expect(verdict).toMatchObject({ status: 'PENDING', reasons: [{ code: 'FINDINGS_AWAITED', message: expect.stringContaining('not listed yet, 2 at least') }] });
  expect(outcome(single([fixable()], { awaited }))).toEqual(['REJECTED', 'CVE-2026-0001', 'FINDINGS_AWAITED']);
  expect(outcome(single([], { awaited: { count: 0, arns: [] } }))).toEqual(['APPROVED']);
});

test('basic scanning does not tell of fixes: what is not known counts', () => {
  expect(outcome(single([finding({ fix: 'UNKNOWN' })]))).toEqual(['REJECTED', 'CVE-2026-0001']);
});

test('what is exploited stops an image without a fix, however mild it is called', () => {
  expect(outcome(single([finding({ severity: 'LOW', knownExploited: true })]))).toEqual(['REJECTED', 'CVE-2026-0001']);
  expect(outcome(single([finding({ severity: 'LOW', exploitAvailable: true })]))).toEqual(['REJECTED', 'CVE-2026-0001']);
  expect(judge(single([finding({ severity: 'LOW', exploitAvailable: true, knownExploited: true })])).reasons).toMatchObject([
    { rules: ['exploit-available', 'known-exploited'] },
  ]);
});

test('a finding that nobody has rated is not worth nothing', () => {
  const untriaged = single([finding({ severity: 'UNTRIAGED' })]);
  expect(outcome(untriaged, policy([{ minSeverity: 'CRITICAL' }]))).toEqual(['REJECTED', 'CVE-2026-0001']);
  expect(outcome(untriaged, policy([{ minSeverity: 'CRITICAL' }], { untriagedAs: 'HIGH' }))).toEqual(['APPROVED']);
  expect(outcome(untriaged, policy([{ minSeverity: 'HIGH' }], { untriagedAs: 'HIGH' }))).toEqual(['REJECTED', 'CVE-2026-0001']);
});

test('a finding on several platforms is one reason, for all of them', () => {
  const verdict = judge(index(
    [fixable()], [fixable({ packages: [{ name: 'openssl', version: '3.0.1', fixedIn: '3.0.9', manager: 'OS' }] })], [finding({ severity: 'LOW' })],
  ));
  expect(verdict.reasons).toMatchObject([{ images: [digest(2), digest(3)], finding: { packages: [{ fixedIn: '3.0.7' }, { fixedIn: '3.0.9' }] } }]);
  expect(verdict.counts).toMatchObject({ HIGH: 1 });
  expect(verdict.upgrades).toEqual([{ package: 'openssl', manager: 'OS', from: ['3.0.1'], to: '3.0.9', mends: ['CVE-2026-0001'] }]);
});

describe('graphs of manifests', () => {
  const child = (to: number) => ({ digest: digest(to), platform: `linux/p${to}` });
  const indexOf = (at: number, ...to: number[]) => ({ digest: digest(at), kind: 'INDEX' as const, children: to.map(child) });
  const image = (at: number) => ({ digest: digest(at), kind: 'IMAGE' as const });

  test('an index in an index is followed, and a loop ends', () => {
    const made = facts([indexOf(1, 2, 3), indexOf(2, 1, 2, 4), image(3), image(4)], [scan(digest(3)), scan(digest(4), [fixable()])]);
    expect(judge(made).platforms.map((each) => each.digest)).toEqual([digest(3), digest(4)]);
    expect(outcome(made)).toEqual(['REJECTED', 'CVE-2026-0001']);
  });

  test('a manifest that cannot be read is never clean', () => {
    const made = facts([indexOf(1, 2, 3), image(2)], [scan(digest(2))]);
    expect(outcome(made)).toEqual(['REJECTED', 'MANIFEST_MISSING']);
    expect(outcome(made, { ...STANDARD, onUnscannable: 'APPROVE' })).toEqual(['REJECTED', 'MANIFEST_MISSING']);
    expect(outcome(facts([], []))).toEqual(['REJECTED', 'MANIFEST_MISSING']);
  });

  test.each([
    ['only itself', [indexOf(1, 1)]],
    ['nothing', [indexOf(1)]],
    ['no children at all', [{ digest: digest(1), kind: 'INDEX' as const }]],
    ['a signature', [indexOf(1, 2), { digest: digest(2), kind: 'SIGNATURE' as const }]],
  ])('an index of %s has nothing to judge', (_, manifests) => {
    expect(outcome(facts(manifests, []))).toEqual(['REJECTED', 'NO_IMAGES']);
  });

  test.each(['SIGNATURE', 'ATTESTATION', 'ARTIFACT'] as const)('a %s by itself is no image', (kind) => {
    const made = facts([{ digest: IMAGE.digest, kind }], []);
    expect(judge(made, { ...STANDARD, onUnscannable: 'APPROVE' })).toMatchObject({
      status: 'REJECTED', reasons: [{ kind: 'NOT_AN_IMAGE', remedy: 'judge the image that it belongs to' }], artifacts: [{ digest: IMAGE.digest, kind }],
    });
  });

  test.each(['SIGNATURE', 'ATTESTATION', 'ARTIFACT'] as const)('attack: a %s that an index offers for a platform may be chosen by an engine', (kind) => {
    const offered = (...platforms: Array<string | undefined>) => facts(
      [{ digest: digest(1), kind: 'INDEX', children: [child(2), ...platforms.map((platform) => ({ digest: digest(3), platform }))] }, image(2), { digest: digest(3), kind }],
      [scan(digest(2))]);
    expect(outcome(offered('unknown/unknown'))).toEqual(['APPROVED']);
    expect(outcome(offered(undefined))).toEqual(['APPROVED']);
    expect(outcome(offered('wasi/wasm'))).toEqual(['REJECTED', 'ARTIFACT_FOR_PLATFORM']);
    expect(outcome(offered('unknown/unknown', 'linux/arm64'), { ...STANDARD, onUnscannable: 'APPROVE' })).toEqual(['REJECTED', 'ARTIFACT_FOR_PLATFORM']);
    expect(judge(offered('linux/arm64'))).toMatchObject({ reasons: [{ kind: 'UNSCANNABLE', images: [digest(3)] }], artifacts: [{ digest: digest(3), kind }] });
  });

  test('an index that is an image too is neither, also inside of another', () => {
    const made = facts([indexOf(1, 2, 3), image(2), { digest: digest(3), kind: 'AMBIGUOUS' }], [scan(digest(2))]);
    expect(outcome(made)).toEqual(['REJECTED', 'AMBIGUOUS_MANIFEST']);
  });

  test('whatever the order of the children, images, artifacts and what is wrong have one', () => {
    const children = [
      { digest: digest(5), platform: 'linux/a' }, { digest: digest(4), platform: 'linux/b' }, { digest: digest(4), platform: 'linux/a' },
      { digest: digest(6) },
      { digest: digest(3) }, { digest: digest(9) }, { digest: digest(8) }, { digest: digest(7) }, { digest: digest(11) }, { digest: digest(10) },
    ];
    const manifests = [image(3), image(4), image(5), image(6), { digest: digest(7), kind: 'AMBIGUOUS' as const },
      { digest: digest(10), kind: 'SIGNATURE' as const }, { digest: digest(11), kind: 'ATTESTATION' as const }];
    for (const made of [children, [...children].reverse()]) {
      expect(imageTree({ image: IMAGE, manifests: [{ digest: digest(1), kind: 'INDEX', children: made }, ...manifests] })).toEqual({
        images: [
          { digest: digest(3) }, { digest: digest(6) }, { digest: digest(4), platform: 'linux/a' }, { digest: digest(5), platform: 'linux/a' },
        ],
        artifacts: [{ digest: digest(10), kind: 'SIGNATURE' }, { digest: digest(11), kind: 'ATTESTATION' }],
        defects: [
          { code: 'AMBIGUOUS_MANIFEST', digest: digest(7) }, { code: 'MANIFEST_MISSING', digest: digest(8) }, { code: 'MANIFEST_MISSING', digest: digest(9) },
        ],
      });
    }
  });

  test('depth is limited', () => {
    const chain = (length: number) => facts(
      [...Array.from({ length }, (_, at) => indexOf(at + 1, at + 2)), image(length + 1)], [scan(digest(length + 1))]);
    expect(outcome(chain(4))).toEqual(['APPROVED']);
    expect(outcome(chain(5))).toEqual(['REJECTED', 'TOO_DEEP']);
  });

  test('size is limited', () => {
    const wide = (count: number) => facts(
      [indexOf(1, ...Array.from({ length: count }, (_, at) => at + 2)), ...Array.from({ length: count }, (_, at) => image(at + 2))],
      Array.from({ length: count }, (_, at) => scan(digest(at + 2))));
    expect(outcome(wide(999))).toEqual(['APPROVED']);
    expect(outcome(wide(1_000))).toEqual(['REJECTED', 'TOO_MANY_MANIFESTS']);
  });
});

describe('rules', () => {
  const counts = (rule: Parameters<typeof policy>[0][0], found: Partial<Finding>) => judge(single([finding(found)]), policy([rule])).status === 'REJECTED';

  test.each<[Parameters<typeof policy>[0][0], Partial<Finding>, boolean]>([
    [{}, {}, true],
    [{ minEpss: 0.5 }, { epss: 0.5 }, true],
    [{ minEpss: 0.5 }, { epss: 0.49 }, false],
    [{ minEpss: 0.5 }, {}, true],
    [{ minEpss: 0.5, missingData: 'IGNORED' }, {}, false],
    [{ minInspectorScore: 9 }, { score: 9 }, true],
    [{ minInspectorScore: 9 }, { score: 8.9 }, false],
    [{ minInspectorScore: 9 }, {}, true],
    [{ minInspectorScore: 9, missingData: 'IGNORED' }, {}, false],
    [{ exploitAvailable: true }, { exploitAvailable: false }, false],
    [{ exploitAvailable: true }, { exploitAvailable: undefined }, true],
    [{ exploitAvailable: true, missingData: 'IGNORED' }, { exploitAvailable: undefined }, false],
    [{ knownExploited: true }, { knownExploited: false }, false],
    [{ knownExploited: true }, { knownExploited: undefined }, true],
    [{ knownExploited: true, missingData: 'IGNORED' }, { knownExploited: undefined }, false],
    [{ fixable: true, missingData: 'IGNORED' }, { fix: 'UNKNOWN' }, true],
    [{ fixable: true }, { fix: 'NO' }, false],
    [{ packageTypes: ['OS'] }, {}, true],
    [{ packageTypes: ['LANGUAGE'] }, {}, false],
    [{ packageTypes: ['LANGUAGE'] }, { packages: [{ name: 'a', manager: 'OS' }, { name: 'b', manager: 'JAR' }] }, true],
    [{ packageTypes: ['LANGUAGE'] }, { packages: [{ name: 'a', manager: 'of the future' }] }, true],
    [{ packageTypes: ['OS'] }, { packages: [{ name: 'a' }] }, true],
    [{ packageTypes: ['OS'], missingData: 'IGNORED' }, { packages: [{ name: 'a' }] }, false],
    [{ packageTypes: ['OS'] }, { packages: [] }, true],
    [{ packageTypes: ['OS'], missingData: 'IGNORED' }, { packages: [] }, false],
    [{ minSeverity: 'HIGH', exploitAvailable: true }, { severity: 'LOW', exploitAvailable: true }, false],
    [{ minSeverity: 'HIGH', exploitAvailable: true }, { severity: 'HIGH', exploitAvailable: true }, true],
  ])('%j on %j: %s', (rule, found, expected) => {
    expect(counts(rule, found)).toBe(expected);
  });

  test.each<[string, Partial<Finding>, boolean]>([
    ['within', { knownSince: days(-6.9) }, false],
    ['over', { knownSince: days(-7) }, true],
    ['of an unknown age', { knownSince: undefined }, true],
    ['of an age that is no date', { knownSince: 'soon' }, true],
    ['a little in the future, as clocks go', { knownSince: days(0.9) }, false],
    ['a day in the future', { knownSince: days(1) }, false],
    ['far in the future', { knownSince: days(1.1) }, true],
    ['of a severity without grace', { severity: 'CRITICAL', knownSince: days(-1) }, true],
  ])('grace: %s', (_, found, expected) => {
    expect(counts({ graceDays: { HIGH: 7, CRITICAL: 0 } }, found)).toBe(expected);
  });

  test('an unknown age is left out where missing data is', () => {
    expect(counts({ graceDays: { HIGH: 7 }, missingData: 'IGNORED' }, { knownSince: undefined })).toBe(false);
  });

  test('grace is told with its end, the soonest of several', () => {
    const two = policy([{ graceDays: { HIGH: 30 } }, { graceDays: { HIGH: 20 } }, { graceDays: { HIGH: 25 } }]);
    expect(judge(single([finding({ knownSince: days(-10) })]), two)).toMatchObject({
      status: 'APPROVED', tolerated: [{ disposition: 'IN_GRACE', graceUntil: days(10) }], judgeAgainAt: days(10),
    });
    const platforms = index([finding({ knownSince: days(-12) })], [finding({ knownSince: days(-10) })], [finding({ knownSince: days(-11) })]);
    const { tolerated } = judge(platforms, policy([{ graceDays: { HIGH: 20 } }]));
    expect(tolerated).toMatchObject([{ graceUntil: days(8), images: [digest(2), digest(3), digest(4)] }]);
  });

  test('what breaks one rule has no grace by another, nor by one limit what it has not by another, in whatever order', () => {
    const [broken, grace, limit]: Array<Partial<RuleDocument>> = [{ minSeverity: 'HIGH' }, { graceDays: { HIGH: 30 } }, { max: 5 }];
    const recent = single([finding({ knownSince: days(-1) })]);
    for (const rules of [[broken, grace, limit], [limit, grace, broken], [grace, broken, limit]]) {
      const named = policy(rules.map((rule) => ({ name: JSON.stringify(rule), ...rule })));
      const { reasons: [{ rules: names, finding: told }], judgeAgainAt } = judge(recent, named);
      expect([names, told?.disposition, told?.graceUntil, judgeAgainAt]).toEqual([[JSON.stringify(broken)], 'BLOCKING', undefined, undefined]);
    }
    for (const rules of [[grace, limit], [limit, grace]]) {
      expect(judge(recent, policy(rules))).toMatchObject({ tolerated: [{ disposition: 'WITHIN_LIMIT', graceUntil: days(29) }], judgeAgainAt: days(29) });
    }
  });

  test('a limit is of each platform, and all that are over it are reasons', () => {
    const some = (count: number) => Array.from({ length: count }, (_, at) => finding({ id: `CVE-2026-000${at}` }));
    const two = policy([{ max: 2 }]);
    expect(judge(single(some(2)), two)).toMatchObject({ status: 'APPROVED', tolerated: [{ disposition: 'WITHIN_LIMIT' }, { disposition: 'WITHIN_LIMIT' }] });
    expect(outcome(single(some(3)), two)).toEqual(['REJECTED', 'CVE-2026-0000', 'CVE-2026-0001', 'CVE-2026-0002']);
    expect(outcome(index(some(2), some(4).slice(2)), two)).toEqual(['APPROVED']);
    expect(outcome(single([...some(2), ...some(2)]), two)).toEqual(['APPROVED']);
  });
});

describe('attack: copies of a vulnerability, one for each package, do not make each other look better', () => {
  const bad = finding({ severity: 'HIGH' });
  const grace = policy([{ minSeverity: 'HIGH', graceDays: { CRITICAL: 30 } }]);

  test.each<[string, PolicyDocument, Finding, Partial<Finding>]>([
    ['an unrated copy, where unrated is low', policy([{ minSeverity: 'HIGH' }], { untriagedAs: 'LOW' }), bad, { severity: 'UNTRIAGED' }],
    ['a copy without an exploit', policy([{ exploitAvailable: true }]), finding({ exploitAvailable: undefined }), { exploitAvailable: false }],
    ['a copy that nobody exploits', policy([{ knownExploited: true }]), finding({ knownExploited: undefined }), { knownExploited: false }],
    ['an improbable copy', policy([{ minEpss: 0.5 }]), finding({ epss: undefined }), { epss: 0.1 }],
    ['a copy with a low score', policy([{ minInspectorScore: 5 }]), finding({ score: undefined }), { score: 1 }],
    ['a copy in a package of another kind', policy([{ packageTypes: ['LANGUAGE'] }]), finding({ packages: [] }), { packages: [{ name: 'a', manager: 'OS' }] }],
    ['a copy of a known age', policy([{ graceDays: { HIGH: 30 } }]), finding({ knownSince: undefined }), { knownSince: days(-1) }],
    ['a worse copy in grace', grace, finding({ knownSince: days(-1) }), { severity: 'CRITICAL', knownSince: days(-1) }],
  ])('%s', (_, by, alone, copy) => {
    expect(judge(single([alone]), by).status).toBe('REJECTED');
    for (const both of [[alone, finding(copy)], [finding(copy), alone]]) {
      expect(judge(single(both), by)).toMatchObject({ status: 'REJECTED', reasons: [{ code: 'CVE-2026-0001', rules: ['rule-0'] }] });
    }
  });

  test('a suppressed copy with a fix does not make the one without look fixable, nor hides it', () => {
    const suppressed = fixable({ status: 'SUPPRESSED', packages: [{ name: 'libssl3', fixedIn: '3.0.7' }] });
    expect(judge(single([finding(), suppressed]))).toMatchObject({ status: 'APPROVED', tolerated: [{ disposition: 'NO_RULE', fix: 'NO' }] });
    expect(judge(single([fixable(), suppressed]))).toMatchObject({ status: 'REJECTED', reasons: [{ finding: { packages: [{ name: 'openssl' }] } }] });
  });

  test('an exception for the package of one leaves the other', () => {
    const exception: ExceptionDocument = { vulnerability: 'CVE-2026-0001', package: 'openssl', owner: 'a', reason: 'b', untilFixed: true };
    const other = finding({ packages: [{ name: 'libssl3' }] });
    expect(judge(single([bad, other]), policy([{}]), [exception])).toMatchObject({
      status: 'REJECTED', reasons: [{ finding: { packages: [{ name: 'libssl3' }] } }], exceptions: [{ state: 'USED' }],
    });
  });

  test('what is judged again first is, though another copy is worse for longer', () => {
    const by = policy([{ minSeverity: 'HIGH', max: 5 }, { graceDays: { HIGH: 30, MEDIUM: 30 } }]);
    const [inGrace, within] = [finding({ severity: 'MEDIUM', knownSince: days(-1) }), finding({ knownSince: days(-29) })];
    expect(judge(single([within]), by)).toMatchObject({ status: 'APPROVED', judgeAgainAt: days(1) });
    expect(judge(single([inGrace, within]), by)).toMatchObject({ status: 'APPROVED', judgeAgainAt: days(1) });
  });

  test('active ones are counted by the worst, whatever becomes of it', () => {
    const counts = (by: PolicyDocument, ...copies: Array<Partial<Finding>>) => {
      const { counts: whole, platforms } = judge(single(copies.map(finding)), by);
      expect(platforms[0].counts).toEqual(whole);
      return Object.entries(whole).filter(([, count]) => count > 0);
    };
    const counting = { ...STANDARD, suppressed: 'COUNT' as const };
    expect(counts(counting, { severity: 'CRITICAL' }, { status: 'SUPPRESSED', severity: 'LOW', knownExploited: true })).toEqual([['CRITICAL', 1]]);
    expect(counts(counting, { severity: 'CRITICAL' }, { severity: 'LOW', knownExploited: true })).toEqual([['CRITICAL', 1]]);
    expect(counts(STANDARD, { severity: 'UNTRIAGED' }, { severity: 'LOW', knownExploited: true })).toEqual([['UNTRIAGED', 1]]);
    expect(counts(STANDARD, { severity: 'UNTRIAGED' }, { severity: 'CRITICAL' })).toEqual([['CRITICAL', 1]]);
    expect(counts(STANDARD, { status: 'SUPPRESSED' }, { status: 'CLOSED' })).toEqual([]);
    expect(judge(index([finding({ severity: 'LOW' })], [finding()])).counts).toMatchObject({ HIGH: 1, LOW: 0 });
  });

  test('what is to be known of one is told beside the others', () => {
    const codes = (...copies: Finding[]) => judge(single(copies)).notices.map(({ code }) => code);
    const other = { packages: [{ name: 'libssl3' }] };
    expect(codes(finding(), fixable({ ...other, status: 'SUPPRESSED' }))).toEqual(['UNFIXABLE', 'SUPPRESSED']);
    expect(codes(finding({ severity: 'CRITICAL' }), fixable({ ...other, severity: 'LOW' }))).toEqual(['UNFIXABLE']);
    expect(codes(finding({ severity: 'CRITICAL' }), fixable(other))).toEqual([]); // it does stop the image
    expect(codes(finding({ severity: 'LOW', knownExploited: undefined }), finding({ ...other, severity: 'LOW' }))).toEqual(['NO_EXPLOIT_DATA']);
    expect(judge(single([finding(), fixable({ packages: [{ name: 'b', fixedIn: '2' }] })]), policy([{}])).reasons).toMatchObject([
      { remedy: 'upgrade b to 2 or later; the other packages have no fix yet' },
    ]);
  });

  test('they are counted as one, by a limit and in a verdict', () => {
    const copies = ['a', 'b', 'c'].map((name) => finding({ packages: [{ name }] }));
    const verdict = judge(single(copies), policy([{ max: 1 }]));
    expect(verdict).toMatchObject({ status: 'APPROVED', counts: { HIGH: 1 }, platforms: [{ counts: { HIGH: 1 } }] });
    expect(verdict.tolerated).toMatchObject([{ disposition: 'WITHIN_LIMIT', packages: [{ name: 'a' }, { name: 'b' }, { name: 'c' }], images: [IMAGE.digest] }]);
    expect(outcome(single([...copies, finding({ id: 'CVE-2' })]), policy([{ max: 1 }]))).toEqual(['REJECTED', 'CVE-2', 'CVE-2026-0001']);
  });
});

test('reasons come worst first: what is exploited, then by severity, exploit, probability and name', () => {
  const found = [
    finding({ id: 'CVE-1', severity: 'HIGH' }), finding({ id: 'CVE-2', severity: 'CRITICAL' }), finding({ id: 'CVE-3', severity: 'LOW', knownExploited: true }),
    finding({ id: 'CVE-4', severity: 'HIGH', epss: 0.5 }), finding({ id: 'CVE-5', severity: 'HIGH', exploitAvailable: true }),
    finding({ id: 'CVE-0', severity: 'HIGH' }), finding({ id: 'CVE-6', severity: 'UNTRIAGED' }),
    finding({ id: 'CVE-7', severity: 'HIGH', exploitAvailable: undefined, knownExploited: undefined, epss: 0.1 }),
  ];
  const made = single(found, { operatingSystem: 'DEBIAN_10', scannedAt: NOW.toISOString() });
  expect(outcome(made, policy([{}], { endOfLife: 'REJECT' }))).toEqual([
    'REJECTED', 'DEBIAN_10', 'CVE-3', 'CVE-6', 'CVE-2', 'CVE-5', 'CVE-4', 'CVE-7', 'CVE-0', 'CVE-1', 'FINDINGS_SETTLING',
  ]);
});

describe('end of life', () => {
  const made = single([finding({ severity: 'LOW' })], { operatingSystem: 'DEBIAN_10' });

  test('is reported, and rejected if the policy says so', () => {
    expect(judge(made)).toMatchObject({
      status: 'APPROVED',
      notices: [{ code: 'END_OF_LIFE', message: 'no longer supported by its vendor; Amazon Inspector stops looking 12 months later: Debian 10 since 2024-06-30' }],
    });
    expect(judge(made, { ...STANDARD, endOfLife: 'REJECT' })).toMatchObject({
      status: 'REJECTED',
      notices: [],
      platforms: [{ status: 'REJECTED' }],
      reasons: [{ kind: 'END_OF_LIFE', message: 'runs Debian 10, which has had no updates since 2024-06-30', code: 'DEBIAN_10' }],
    });
    expect(outcome(single([], { operatingSystem: 'DEBIAN_12' }), { ...STANDARD, endOfLife: 'REJECT' })).toEqual(['APPROVED']);
  });
});

test('attack: a finding that names a newer system does not hide the old one', () => {
  const strict = { ...STANDARD, endOfLife: 'REJECT' as const };
  const of = (...systems: string[]) => facts([{ digest: IMAGE.digest, kind: 'IMAGE' }], systems.map((operatingSystem) => scan(IMAGE.digest, [], { operatingSystem })));
  for (const both of [['DEBIAN_10', 'AMAZON_LINUX_2023'], ['AMAZON_LINUX_2023', 'DEBIAN_10']]) expect(judge(of(...both), strict).status).toBe('REJECTED');
});

test('what is supported until a day is judged again on that day, if the policy rejects it from then on', () => {
  const made = single([], { operatingSystem: 'DEBIAN_11' });
  const strict = { ...STANDARD, endOfLife: 'REJECT' as const };
  const [before, on] = [new Date('2026-08-30T12:00:00Z'), new Date('2026-08-31T00:00:00Z')];
  const earlier = { ...made, scans: made.scans.map((each) => ({ ...each, scannedAt: '2026-08-01T00:00:00.000Z' })) };
  expect(decide(earlier, strict, [], before)).toMatchObject({ status: 'APPROVED', judgeAgainAt: '2026-08-31T00:00:00.000Z', notices: [] });
  expect(decide(earlier, STANDARD, [], before)).toMatchObject({ status: 'APPROVED', judgeAgainAt: undefined });
  expect(decide(earlier, strict, [], new Date(on.getTime() - 1)).status).toBe('APPROVED');
  expect(decide(earlier, strict, [], on)).toMatchObject({ status: 'REJECTED', judgeAgainAt: undefined, reasons: [{ kind: 'END_OF_LIFE' }] });
});

test.each<[string, Partial<ScanFacts>, string]>([
  ['that the service counts', { expectedFindings: 3, readFindings: 2 }, 'FINDINGS_INCOMPLETE'],
  ['that were announced', { awaited: { count: 1, arns: [] } }, 'FINDINGS_AWAITED'],
])('attack: findings %s and does not give are never approved, though the policy approves what cannot be scanned', (_, more, code) => {
  const lenient: PolicyDocument = { ...STANDARD, onUnscannable: 'APPROVE' };
  const made = single([], { scanner: 'BASIC', status: 'SCAN_ELIGIBILITY_EXPIRED', scannedAt: undefined, ...more });
  // What was announced may be listed in a minute; what is counted and not there will not come any more.
  const status = code === 'FINDINGS_AWAITED' ? 'PENDING' : 'REJECTED';
  expect(judge(made, lenient)).toMatchObject({ status, notices: [], reasons: [{ code }], platforms: [{ status }] });
  expect(outcome(made)).toEqual(['REJECTED', 'SCAN_ELIGIBILITY_EXPIRED']);
});

test('more than could be read is never approved, whatever the policy', () => {
  const made = { ...single(), incomplete: 'has more than 200000 findings, which are not all read' };
  expect(outcome(made, { ...STANDARD, onUnscannable: 'APPROVE' })).toEqual(['REJECTED', 'INCOMPLETE']);
});

test('a scan on push only, as every basic one is, is told as one that sees nothing new', () => {
  expect(judge(single([], { status: 'SCAN_FREQUENCY_SCAN_ON_PUSH' }))).toMatchObject({ status: 'APPROVED', notices: [{ code: 'SCANNED_ONCE' }] });
  expect(judge(single([], { scanner: 'BASIC', status: 'COMPLETE' }))).toMatchObject({ status: 'APPROVED', notices: [{ code: 'SCANNED_ONCE' }] });
  expect(judge(single([], { scanner: 'BASIC', status: 'ACTIVE' })).notices).toEqual([]);
  expect(outcome(single([], { status: 'SCAN_FREQUENCY_SCAN_ON_PUSH', scannedAt: undefined }))).toEqual(['PENDING', 'FINDINGS_SETTLING']);
});

test('missing exploit data is told where a rule asks for it and the finding decides nothing', () => {
  const silent = finding({ severity: 'LOW', exploitAvailable: undefined, knownExploited: undefined });
  expect(judge(single([silent])).notices).toMatchObject([{ code: 'NO_EXPLOIT_DATA', message: 'of 1 finding it is not known whether it is exploited: CVE-2026-0001' }]);
  expect(judge(single([silent]), policy([{ minSeverity: 'HIGH' }])).notices).toEqual([]);
  expect(judge(single([{ ...silent, exploitAvailable: false }])).notices).toMatchObject([{ code: 'NO_EXPLOIT_DATA' }]);
  expect(judge(single([{ ...silent, knownExploited: false }])).notices).toMatchObject([{ code: 'NO_EXPLOIT_DATA' }]);
  expect(judge(single([{ ...silent, exploitAvailable: false, knownExploited: false }])).notices).toEqual([]);
  // The catalog has CVEs only.
  expect(judge(single([{ ...silent, id: 'GHSA-1', exploitAvailable: false }])).notices).toEqual([]);
  expect(judge(single([silent, { ...silent, id: 'CVE-2' }])).notices).toMatchObject([{ message: 'of 2 findings it is not known whether they are exploited: CVE-2, CVE-2026-0001' }]);
  expect(judge(single([silent]), policy([{ minSeverity: 'HIGH', exploitAvailable: true, missingData: 'COUNTS' }])).notices).toEqual([]);
});

test('notices read well for one and for several', () => {
  const two = (more: Partial<Finding>) => [finding({ id: 'CVE-1', ...more }), finding({ id: 'CVE-2', ...more })];
  const notices = (...of: Parameters<typeof judge>) => judge(...of).notices.map(({ message }) => message);
  const lenient: PolicyDocument = { ...STANDARD, onUnscannable: 'APPROVE' };
  expect(notices(single(two({})))).toEqual(['2 critical, high or untriaged findings have no fix, and do not stop the image: CVE-1, CVE-2']);
  expect(notices(single(two({ status: 'SUPPRESSED' })))).toEqual(['2 findings are hidden by suppression rules of Amazon Inspector, and not judged: CVE-1, CVE-2']);
  const made = index([], []);
  expect(notices({ ...made, scans: made.scans.map((each) => ({ ...each, status: 'UNSUPPORTED_OS' })) }, lenient)).toEqual([
    `2 images are approved by the policy without a scan: ${digest(2)} (UNSUPPORTED_OS), ${digest(3)} (UNSUPPORTED_OS)`,
  ]);
  expect(notices(single([], { status: 'UNSUPPORTED_OS' }))).toEqual([]);
  expect(notices({ ...made, scans: made.scans.map((each, at) => ({ ...each, status: at ? 'SUCCESSFUL' : 'SCAN_FREQUENCY_SCAN_ON_PUSH' })) })).toEqual([
    `scanned once, and not again by itself, so that vulnerabilities found since are not seen: ${digest(2)}`,
  ]);
  const excepted = (more: Partial<ExceptionDocument>): ExceptionDocument => ({ vulnerability: 'CVE-1', repository: '*', owner: 'team-a', reason: 'accepted', ...more });
  expect(notices(single([]), STANDARD, [excepted({ expires: '2026-11-01' })])).toEqual(['exceptions that have expired and count again: CVE-1 (team-a, 2026-11-01)']);
  expect(notices(single([fixable({ id: 'CVE-1' })]), STANDARD, [excepted({ untilFixed: true })])).toEqual([
    'exceptions that have ended, because there is a fix or the scanner does not tell: CVE-1 (team-a)',
  ]);
  const silent = single([finding({ severity: 'LOW', exploitAvailable: undefined, knownExploited: undefined })]);
  const ignored = (rule: Parameters<typeof policy>[0][0]) => notices(silent, policy([{ ...rule, missingData: 'IGNORED' }]));
  expect(ignored({ minEpss: 0.5 })).toEqual([]);
  expect(ignored({ exploitAvailable: true })).toHaveLength(1);
  expect(ignored({ knownExploited: true })).toHaveLength(1);
});

test('two answers about one image are one, and the one further from clean counts', () => {
  const both = (...scans: ScanFacts[]) => outcome(facts([{ digest: IMAGE.digest, kind: 'IMAGE' }], scans));
  expect(both(scan(IMAGE.digest), scan(IMAGE.digest, [], { status: 'PENDING_INITIAL_SCAN' }))).toEqual(['PENDING', 'PENDING_INITIAL_SCAN']);
  expect(both(scan(IMAGE.digest, [], { status: 'UNSUPPORTED_OS' }), scan(IMAGE.digest, [], { status: 'PENDING_INITIAL_SCAN' }))).toEqual(['REJECTED', 'UNSUPPORTED_OS']);
  expect(both(scan(IMAGE.digest, [fixable()]), scan(IMAGE.digest))).toEqual(['REJECTED', 'CVE-2026-0001']);
  expect(judge(facts([{ digest: IMAGE.digest, kind: 'IMAGE' }], [scan(IMAGE.digest), scan(IMAGE.digest, [], { scannedAt: '2026-11-20T00:00:00.000Z' })])).dataAt)
    .toBe('2026-11-20T00:00:00.000Z');
});

test('a verdict says what it is about', () => {
  expect(judge(index([], []))).toEqual({
    version: 1,
    status: 'APPROVED',
    image: IMAGE,
    policy: { name: 'standard', fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) },
    judgedAt: NOW.toISOString(),
    dataAt: '2026-11-22T11:00:00.000Z',
    judgeAgainAt: undefined,
    counts: { CRITICAL: 0, HIGH: 0, MEDIUM: 0, LOW: 0, INFORMATIONAL: 0, UNTRIAGED: 0 },
    reasons: [],
    tolerated: [],
    upgrades: [],
    exceptions: [],
    notices: [],
    artifacts: [],
    platforms: [0, 1].map((at) => ({
      digest: digest(at + 2),
      platform: `linux/p${at}`,
      operatingSystem: undefined,
      status: 'APPROVED',
      scanStatus: 'SUCCESSFUL',
      scannedAt: '2026-11-22T11:00:00.000Z',
      counts: { CRITICAL: 0, HIGH: 0, MEDIUM: 0, LOW: 0, INFORMATIONAL: 0, UNTRIAGED: 0 },
    })),
  });
});

describe('times', () => {
  test('the data is as old as the platform that was scanned longest ago', () => {
    const [old, recent] = ['2026-11-20T00:00:00.000Z', '2026-11-21T00:00:00.000Z'];
    const of = (...scannedAt: Array<string | undefined>) => {
      const made = index(...scannedAt.map(() => []));
      return judge({ ...made, scans: made.scans.map((each, at) => ({ ...each, scannedAt: scannedAt[at] })) }).dataAt;
    };
    expect(of(recent, old)).toBe(old);
    expect(of(old, recent)).toBe(old);
    expect(of(undefined, recent, old)).toBe(old);
    expect(of(undefined)).toBeUndefined();
  });

  test('it is judged again when the first of several things ends, and not for what has ended or is not used', () => {
    const exception = (vulnerability: string, expires: string): ExceptionDocument => (
      { vulnerability, repository: '*', owner: 'team-a', reason: 'accepted', expires });
    const late = policy([{ graceDays: { HIGH: 20 } }]);
    const made = single([
      finding({ knownSince: days(-10) }), finding({ id: 'CVE-2', knownSince: days(-30) }), finding({ id: 'CVE-3', knownSince: days(-30) }),
    ]);
    const at = (...exceptions: ExceptionDocument[]) => judge(made, late, exceptions).judgeAgainAt;
    expect(at()).toBe(days(10));
    expect(at(exception('CVE-2', days(20)), exception('CVE-3', days(5)))).toBe(days(5));
    expect(at(exception('CVE-2', days(20)))).toBe(days(10));
    expect(at(exception('CVE-9', days(1)), exception('CVE-2', days(-1)))).toBe(days(10));
    expect(judge(single([finding()]), policy([{}])).judgeAgainAt).toBeUndefined();
  });
});

test('what stops the image is not tolerated, and what does not is no reason to upgrade', () => {
  const tolerated = fixable({ id: 'CVE-2026-0002', severity: 'LOW', packages: [{ name: 'zlib', version: '1', fixedIn: '2' }] });
  const closed = fixable({ id: 'CVE-2026-0003', status: 'CLOSED' });
  const verdict = judge(single([tolerated, fixable(), closed]));
  expect(verdict.tolerated.map(({ id, disposition }) => [id, disposition])).toEqual([['CVE-2026-0003', 'CLOSED'], ['CVE-2026-0002', 'NO_RULE']]);
  expect(verdict.upgrades.map((upgrade) => upgrade.package)).toEqual(['openssl']);
  expect(verdict.counts).toEqual({ CRITICAL: 0, HIGH: 1, MEDIUM: 0, LOW: 1, INFORMATIONAL: 0, UNTRIAGED: 0 });
  expect(verdict.platforms[0].counts).toEqual(verdict.counts);
});

test('of two answers about one image nothing is lost', () => {
  const image = [{ digest: IMAGE.digest, kind: 'IMAGE' as const }];
  const both = (a: Partial<ScanFacts>, b: Partial<ScanFacts>) => judge(facts(image, [scan(IMAGE.digest, [], a), scan(IMAGE.digest, [], b)]));
  expect(both({ operatingSystem: 'DEBIAN_10' }, {}).platforms).toMatchObject([{ operatingSystem: 'DEBIAN_10' }]);
  expect(both({}, { operatingSystem: 'DEBIAN_10' }).platforms).toMatchObject([{ operatingSystem: 'DEBIAN_10' }]);
  expect(both({ operatingSystem: 'DEBIAN_12' }, { operatingSystem: 'DEBIAN_10' }).platforms).toMatchObject([{ operatingSystem: 'DEBIAN_10' }]);
  expect(both({ expectedFindings: 3 }, {}).reasons).toMatchObject([{ code: 'FINDINGS_INCOMPLETE', message: expect.stringContaining('has 3 findings') }]);
  expect(both({}, { expectedFindings: 3 }).reasons).toMatchObject([{ code: 'FINDINGS_INCOMPLETE' }]);
  expect(both({ expectedFindings: 3, readFindings: 3 }, { expectedFindings: 2 }).status).toBe('APPROVED');
  expect(both({ expectedFindings: 2 }, { expectedFindings: 3, readFindings: 3 }).status).toBe('APPROVED');
});

test('what nobody knows anything about is not approved, though the policy approves what cannot be scanned', () => {
  const lenient: PolicyDocument = { ...STANDARD, onUnscannable: 'APPROVE' };
  expect(outcome(facts([{ digest: IMAGE.digest, kind: 'IMAGE' }], []), lenient)).toEqual(['REJECTED', 'NO_ANSWER']);
  expect(outcome(single([], { status: 'SCAN_OF_THE_FUTURE' }), lenient)).toEqual(['REJECTED', 'SCAN_OF_THE_FUTURE']);
  expect(outcome(single([], { scanner: 'BASIC', status: 'FINDINGS_UNAVAILABLE' }), lenient)).toEqual(['REJECTED', 'FINDINGS_UNAVAILABLE']);
  expect(judge(single([], { status: 'SCAN_OF_THE_FUTURE' }), lenient)).toMatchObject({ notices: [], platforms: [{ status: 'REJECTED' }] });
  expect(outcome(single([], { status: 'UNSUPPORTED_OS' }), lenient)).toEqual(['APPROVED']);
});

test('each platform has the status that it would have alone', () => {
  const made = index([fixable()], [finding({ severity: 'LOW' })], [], [], [], [], []);
  const more: Array<Partial<ScanFacts>> = [
    {}, {}, { status: 'PENDING_INITIAL_SCAN' }, { scannedAt: NOW.toISOString() }, { operatingSystem: 'DEBIAN_10' }, { status: 'UNSUPPORTED_OS' },
    { expectedFindings: 2 },
  ];
  const scans = made.scans.map((each, at) => ({ ...each, ...more[at] }));
  const statuses = (by: PolicyDocument) => judge({ ...made, scans }, by).platforms.map(({ status }) => status);
  expect(statuses(STANDARD)).toEqual(['REJECTED', 'APPROVED', 'PENDING', 'PENDING', 'APPROVED', 'REJECTED', 'REJECTED']);
  expect(statuses({ ...STANDARD, onUnscannable: 'APPROVE', endOfLife: 'REJECT' })).toEqual(['REJECTED', 'APPROVED', 'PENDING', 'PENDING', 'REJECTED', 'APPROVED', 'REJECTED']);
});

test('what has not settled says since when, and until when to wait', () => {
  const of = (scannedAt?: string) => judge(single([], { scannedAt }));
  expect(of(NOW.toISOString())).toMatchObject({
    status: 'PENDING', reasons: [{ message: 'was scanned less than 120 seconds ago, and findings may still appear' }], judgeAgainAt: '2026-11-22T12:02:00.000Z',
  });
  expect(of(new Date(NOW.getTime() - 120_000).toISOString())).toMatchObject({ status: 'APPROVED', judgeAgainAt: undefined });
  expect(of(undefined)).toMatchObject({ status: 'PENDING', reasons: [{ message: 'is said to be scanned, but not since when' }], judgeAgainAt: undefined });
});

test.each<[Partial<Finding>, number]>([
  [{ severity: 'UNTRIAGED' }, 1], [{ severity: 'CRITICAL' }, 1], [{ severity: 'HIGH' }, 1], [{ severity: 'MEDIUM' }, 0],
  [{ severity: 'HIGH', fix: 'UNKNOWN' }, 0], [{ severity: 'HIGH', knownExploited: true }, 0], [{ severity: 'HIGH', status: 'SUPPRESSED' }, 0],
])('a bad finding that only the missing fix keeps from stopping the image is told: %j', (found, expected) => {
  const by = policy([{ minSeverity: 'HIGH', fixable: true }, { knownExploited: true }]);
  expect(judge(single([finding(found)]), by).notices.filter(({ code }) => code === 'UNFIXABLE')).toHaveLength(expected);
});

test('a platform without an answer is told as one', () => {
  expect(judge(facts([{ digest: IMAGE.digest, kind: 'IMAGE' }], [])).platforms).toMatchObject([
    { digest: IMAGE.digest, status: 'REJECTED', scanStatus: 'NO_ANSWER', scannedAt: undefined },
  ]);
});

test('what is the same on several platforms is one reason; what differs in kind, code or remedy is another', () => {
  const made = index([], [], [], []);
  const statuses = ['UNSUPPORTED_OS', 'UNSUPPORTED_OS', 'IMAGE_ARCHIVED', 'PENDING_INITIAL_SCAN'];
  const of = (by = STANDARD) => judge({ ...made, scans: made.scans.map((each, at) => ({ ...each, status: statuses[at] })) }, by);
  expect(of().reasons.map(({ kind, code, rules, images }) => [kind, code, rules, images])).toEqual([
    ['UNSCANNABLE', 'IMAGE_ARCHIVED', [], [digest(4)]],
    ['UNSCANNABLE', 'UNSUPPORTED_OS', [], [digest(2), digest(3)]],
    ['PENDING', 'PENDING_INITIAL_SCAN', [], [digest(5)]],
  ]);
  expect(of({ ...STANDARD, onUnscannable: 'APPROVE' }).reasons.map(({ code }) => code)).toEqual(['PENDING_INITIAL_SCAN']);
});

test('a finding breaks the rules that it breaks on any platform', () => {
  const two = policy([{ name: 'b', minSeverity: 'HIGH' }, { name: 'a', fixable: true }]);
  const verdict = judge(index([finding()], [fixable({ severity: 'LOW' })], [finding()]), two);
  expect(verdict.reasons).toMatchObject([{ rules: ['a', 'b'], images: [digest(2), digest(3), digest(4)] }]);
});

test('the kinds of what cannot be judged are told apart', () => {
  const missing = facts([{ digest: IMAGE.digest, kind: 'INDEX', children: [{ digest: digest(2) }] }], []);
  expect(judge({ ...missing, incomplete: 'has too much' }).reasons.map(({ kind, code, message, remedy }) => [kind, code, message, remedy])).toEqual([
    ['UNSCANNABLE', 'INCOMPLETE', 'has too much', 'mend what is found so far, and judge it again'],
    ['UNSCANNABLE', 'MANIFEST_MISSING', 'cannot be read from the repository', 'push it again, with every platform of its index'],
  ]);
});
