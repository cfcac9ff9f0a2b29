import { Duration, Lazy, Token } from 'aws-cdk-lib';
import { STANDARD } from './facts';
import { FindingException, FindingPackageType, FindingPolicy, FindingRule, FindingSeverity } from '../../src';
import { POLICY_DEFAULTS } from '../../src/inspector/documents/check-policy';
import { fingerprint } from '../../src/inspector/documents/fingerprint';

const rulesOf = (policy: FindingPolicy) => JSON.parse(policy.toJson()).rules;
const noneSuch = 'NONE' as FindingSeverity;

describe('FindingPolicy', () => {
  test('the default: fixable critical and high findings, and whatever is exploited', () => {
    expect(JSON.parse(FindingPolicy.standard().toJson())).toEqual(STANDARD);
    expect(FindingPolicy.standard()._warnings()).toEqual([]);
    expect(FindingPolicy.standard().fingerprint()).toBe(fingerprint(STANDARD));
    expect(FindingPolicy.standard().explain()).toBe([
      'Policy standard rejects an image',
      '- with any high or worse finding that has a fix (fixable-high)',
      '- with any finding that is known to be exploited, as far as that is known (known-exploited)',
      '- with any finding that has an exploit, as far as that is known (exploit-available)',
      '- that cannot be scanned',
      'A finding that nobody has rated is taken for critical.',
      'Suppressed findings do not count, closed ones do not.',
      'Nothing is approved within 120 seconds of a scan.',
    ].join('\n'));
  });

  test('strict and exploited', () => {
    expect(JSON.parse(FindingPolicy.strict().toJson())).toMatchObject({
      name: 'strict',
      suppressed: 'COUNT',
      endOfLife: 'REJECT',
      rules: [{ name: 'high', minSeverity: 'HIGH' }, { name: 'fixable-medium', minSeverity: 'MEDIUM', fixable: true }, { name: 'known-exploited' }, { name: 'exploit-available' }],
    });
    expect(FindingPolicy.strict({ countSuppressed: undefined, rejectEndOfLife: undefined }).toJson()).toBe(FindingPolicy.strict().toJson());
    expect(JSON.parse(FindingPolicy.strict({ rejectEndOfLife: false }).toJson())).toMatchObject({ endOfLife: 'REPORT', suppressed: 'COUNT' });
    expect(rulesOf(FindingPolicy.exploited())).toEqual([
      { name: 'known-exploited', max: 0, knownExploited: true, missingData: 'IGNORED' }, { name: 'exploit-available', max: 0, exploitAvailable: true, missingData: 'IGNORED' },
    ]);
  });

  test('every option', () => {
    expect(JSON.parse(FindingPolicy.standard({
      untriagedAs: FindingSeverity.HIGH,
      countSuppressed: true,
      countClosed: true,
      rejectEndOfLife: true,
      dangerouslyApproveUnscannable: true,
      settleTime: Duration.minutes(10),
      expiryNotice: Duration.days(30),
    }).toJson())).toMatchObject({
      untriagedAs: 'HIGH', suppressed: 'COUNT', closed: 'COUNT', endOfLife: 'REJECT', onUnscannable: 'APPROVE', settleSeconds: 600, expiryNoticeDays: 30,
    });
    expect(FindingPolicy.standard({ dangerouslyApproveUnscannable: true })._warnings()).toEqual([
      { code: 'imagesApprovedUnscanned', message: 'images that no scanner can judge are approved: an attacker who makes an image unscannable passes' },
    ]);
  });

  test('every condition of a rule', () => {
    expect(rulesOf(FindingPolicy.of('own', [FindingRule.of('all', {
      max: 2,
      minSeverity: FindingSeverity.MEDIUM,
      fixable: true,
      exploitAvailable: true,
      knownExploited: true,
      minEpss: 0.1,
      minInspectorScore: 7.5,
      packageType: FindingPackageType.LANGUAGE,
      grace: { critical: Duration.days(1), high: Duration.days(7), medium: Duration.hours(48), low: undefined },
      ignoreMissingData: true,
    }), FindingRule.of('none', { fixable: false, exploitAvailable: false, knownExploited: false, ignoreMissingData: false, grace: {} })]))).toEqual([
      {
        name: 'all',
        max: 2,
        minSeverity: 'MEDIUM',
        fixable: true,
        exploitAvailable: true,
        knownExploited: true,
        minEpss: 0.1,
        minInspectorScore: 7.5,
        packageTypes: ['LANGUAGE'],
        graceDays: { CRITICAL: 1, HIGH: 7, MEDIUM: 2 },
        missingData: 'IGNORED',
      },
      { name: 'none', max: 0, missingData: 'COUNTS' },
    ]);
  });

  test.each<[Parameters<typeof FindingPolicy.atMost>[0], object]>([
    [{ high: 0 }, { CRITICAL: undefined, HIGH: 0 }],
    [{ high: 3 }, { CRITICAL: 0, HIGH: 3 }],
    [{ high: 3, critical: 1 }, { CRITICAL: 1, HIGH: 3 }],
    [{ critical: 0 }, { CRITICAL: 0 }],
    [{ medium: 10 }, { CRITICAL: 0, MEDIUM: 10 }],
    [{ informational: 9, low: 8, medium: 7, high: 6, critical: 5 }, { CRITICAL: 5, HIGH: 6, MEDIUM: 7, LOW: 8, INFORMATIONAL: 9 }],
  ])('atMost(%j)', (limits, expected) => {
    const rules = rulesOf(FindingPolicy.atMost(limits)) as Array<{ minSeverity: string; max: number; fixable?: true }>;
    expect(Object.fromEntries(rules.map(({ minSeverity, max }) => [minSeverity, max]))).toEqual(JSON.parse(JSON.stringify(expected)));
    expect(rules.every(({ fixable }) => fixable === undefined)).toBe(true);
    expect((rulesOf(FindingPolicy.atMost({ ...limits, fixable: true })) as typeof rules).every(({ fixable }) => fixable)).toBe(true);
  });

  test('limits of what can be mended and limits of all go together', () => {
    const both = FindingPolicy.combine('both', FindingPolicy.atMost({ critical: 2 }), FindingPolicy.atMost({ high: 0, fixable: true }));
    expect(rulesOf(both)).toEqual([
      { name: 'at-most-critical', minSeverity: 'CRITICAL', max: 2, missingData: 'COUNTS' },
      { name: 'at-most-fixable-high', minSeverity: 'HIGH', max: 0, fixable: true, missingData: 'COUNTS' },
    ]);
  });

  test('limits that contradict each other are all told', () => {
    expect(() => FindingPolicy.atMost({ critical: 5, high: 3, medium: 1 })).toThrow([
      "[FindingPolicy.atMost] 'high' must be at most 1, the limit of the next milder severity, which counts worse ones too, got 3: lower it, or raise the other (cdk-secure-ecr:findingPolicyLimits)",
      "[FindingPolicy.atMost] 'critical' must be at most 3, the limit of the next milder severity, which counts worse ones too, got 5: lower it, or raise the other (cdk-secure-ecr:findingPolicyLimits)",
    ].join('\n'));
    expect(() => FindingPolicy.atMost({})).toThrow("[FindingPolicy.atMost] 'limits' must limit a severity, got {}: say how many, as in { high: 0 } (cdk-secure-ecr:findingPolicyLimits)");
  });

  test('combined: all rules of all, once each, and the stricter of each choice', () => {
    const own = FindingPolicy.of('own', [FindingRule.fixable(FindingSeverity.HIGH), FindingRule.of('likely', { minEpss: 0.5 })], {
      untriagedAs: FindingSeverity.LOW,
      dangerouslyApproveUnscannable: true,
      settleTime: Duration.minutes(5),
      countClosed: true,
      expiryNotice: Duration.days(1),
    });
    const combined = FindingPolicy.combine('both', FindingPolicy.standard({ untriagedAs: FindingSeverity.HIGH }), own, FindingPolicy.strict());
    expect(JSON.parse(combined.toJson())).toMatchObject({
      name: 'both', untriagedAs: 'CRITICAL', suppressed: 'COUNT', closed: 'COUNT', endOfLife: 'REJECT', onUnscannable: 'REJECT', settleSeconds: 300, expiryNoticeDays: 14,
    });
    expect(rulesOf(combined).map(({ name }: { name: string }) => name)).toEqual(['fixable-high', 'known-exploited', 'exploit-available', 'likely', 'high', 'fixable-medium']);
    expect(JSON.parse(FindingPolicy.combine('one', own).toJson())).toEqual({ ...JSON.parse(own.toJson()), name: 'one' });
    expect(JSON.parse(FindingPolicy.combine('two', own, FindingPolicy.standard({ untriagedAs: FindingSeverity.MEDIUM })).toJson()).untriagedAs).toBe('MEDIUM');
  });

  test('combined: rules of one name that are not the same are refused, also where only a grace differs', () => {
    const rule = (days: number) => FindingPolicy.of('a', [FindingRule.of('late', { grace: { high: Duration.days(days) } })]);
    expect(() => FindingPolicy.combine('both', rule(1), rule(2))).toThrow("[FindingPolicy.combine] 'rules' must have a name of their own each, got \"late\"");
    expect(rulesOf(FindingPolicy.combine('both', rule(1), rule(1)))).toHaveLength(1);
    expect(() => FindingPolicy.combine('none')).toThrow("'rules' must be a list of 1 to 50 rules");
  });

  test('from JSON and back', () => {
    expect(FindingPolicy.fromJson(FindingPolicy.strict().toJson()).toJson()).toBe(FindingPolicy.strict().toJson());
    expect(JSON.parse(FindingPolicy.fromJson('{"version":1,"name":"a","rules":[{"name":"x"}]}').toJson())).toEqual({
      version: 1, name: 'a', rules: [{ name: 'x', max: 0, missingData: 'COUNTS' }], ...POLICY_DEFAULTS,
    });
    expect(() => FindingPolicy.fromJson('{"version":1,"name":"a","rules":[{"name":"x","max":-1}],"x":1}')).toThrow(
      /^\[FindingPolicy.fromJson\] 'policy' must have no other members.*\n\[FindingPolicy.fromJson\] 'rules\[0\].max' must be a whole number from 0 to 1000000, got -1/);
    expect(() => FindingPolicy.fromJson('{')).toThrow(/^\[FindingPolicy.fromJson\] 'policy' must be JSON, got "{": .*\(cdk-secure-ecr:findingPolicyForm\)$/);
    expect(() => FindingPolicy.fromJson(Token.asString({ Ref: 'P' }))).toThrow("[FindingPolicy.fromJson] 'text' must be known at synthesis, got a value known only at deployment");
  });

  test.each<[string, () => unknown, string]>([
    ['no name', () => FindingPolicy.of('', [FindingRule.knownExploited()]), "[FindingPolicy.of] 'name' must be text of 1 to 100 characters in one line, got \"\""],
    ['a name of two lines', () => FindingPolicy.of('a\nb', [FindingRule.knownExploited()]), "'name' must be text"],
    ['no rules', () => FindingPolicy.of('a', []), "'rules' must be a list of 1 to 50 rules, got []"],
    ['51 rules', () => FindingPolicy.of('a', Array.from({ length: 51 }, (_, at) => FindingRule.of(`r${at}`, {}))), "'rules' must be a list of 1 to 50 rules"],
    ['half a second', () => FindingPolicy.standard({ settleTime: Duration.millis(500) }), "'settleSeconds' must be a whole number from 0 to 86400, got 0.5"],
    ['more than a day', () => FindingPolicy.standard({ settleTime: Duration.hours(25) }), "'settleSeconds' must be a whole number from 0 to 86400, got 90000"],
    ['half a day', () => FindingPolicy.standard({ expiryNotice: Duration.hours(12) }), "'expiryNoticeDays' must be a whole number from 0 to 3650, got 0.5"],
    ['a severity that is none', () => FindingPolicy.standard({ untriagedAs: noneSuch }), "'untriagedAs' must be INFORMATIONAL or LOW or MEDIUM or HIGH or CRITICAL, got \"NONE\""],
    ['a rule of no severity', () => FindingRule.severity(noneSuch), "[FindingRule.of] 'minSeverity' must be INFORMATIONAL"],
    ['a rule without a name', () => FindingRule.of('', {}), "[FindingRule.of] 'name' must be text of 1 to 100 characters in one line, got \"\": say it in short (cdk-secure-ecr:findingPolicyText)"],
    ['a negative limit', () => FindingRule.of('a', { max: -1 }), "'max' must be a whole number from 0 to 1000000, got -1"],
    ['a probability of 50', () => FindingRule.of('a', { minEpss: 50 }), "'minEpss' must be a number from 0 to 1, got 50: write 10 percent as 0.1"],
    ['a score of 11', () => FindingRule.of('a', { minInspectorScore: 11 }), "'minInspectorScore' must be a number from 0 to 10, got 11"],
    ['a grace of hours', () => FindingRule.of('a', { grace: { high: Duration.hours(1) } }), "'graceDays.HIGH' must be a whole number from 0 to 3650"],
    ['a grace of ages', () => FindingRule.of('a', { grace: { high: Duration.days(3_651) } }), "'graceDays.HIGH' must be a whole number from 0 to 3650, got 3651"],
    ['a package type that is none', () => FindingRule.of('a', { packageType: 'X' as FindingPackageType }), "'packageTypes' must list OS or LANGUAGE, got [\"X\"]"],
  ])('%s is refused', (_, make, message) => {
    expect(make).toThrow(message);
  });

  test.each<[string, () => unknown]>([
    ['bounds', () => FindingRule.of('x'.repeat(100), { max: 1_000_000, minEpss: 1, minInspectorScore: 10, grace: { low: Duration.days(3_650) } })],
    ['zeros', () => FindingRule.of('x', { max: 0, minEpss: 0, minInspectorScore: 0, grace: { low: Duration.days(0) } })],
    ['no settling', () => FindingPolicy.standard({ settleTime: Duration.seconds(0), expiryNotice: Duration.days(0) })],
    ['a day of settling', () => FindingPolicy.standard({ settleTime: Duration.days(1), expiryNotice: Duration.days(3_650) })],
  ])('%s are taken', (_, make) => {
    expect(make).not.toThrow();
  });

  test('what is known only at deployment is let through to the template, and nowhere else', () => {
    const number = Token.asNumber({ Ref: 'N' });
    const policy = FindingPolicy.of(Lazy.string({ produce: () => 'later' }), [FindingRule.of('a', { max: number, minEpss: number, grace: { high: Duration.days(number) } })]);
    expect(policy._render().rules[0].max).toBe(number);
    for (const method of ['toJson', 'explain', 'fingerprint'] as const) {
      expect(() => policy[method]()).toThrow(`[FindingPolicy.${method}] 'policy' must hold known values only, got "a value known only at deployment": use numbers and strings`);
    }
    expect(FindingPolicy.atMost({ high: number })._render().rules).toMatchObject([{ minSeverity: 'HIGH', max: number }, { minSeverity: 'CRITICAL', max: 0 }]);
    expect(FindingPolicy.atMost({ high: 1, critical: number })._render().rules).toHaveLength(2);
  });
});

describe('FindingException', () => {
  const why = { owner: 'team-a', reason: 'the function is never called' };
  const json = (...exceptions: FindingException[]) => JSON.parse(FindingException.listToJson(exceptions));

  test('every option', () => {
    const all = FindingException.of('CVE-2026-1', {
      ...why, packageName: 'openssl', repositoryName: 'shop/*', imageDigest: `sha256:${'a'.repeat(64)}`, expires: new Date('2027-01-31T12:00:00Z'), untilFixed: true,
    });
    expect(json(all, FindingException.of('CVE-2', { ...why, repositoryName: '*', untilFixed: true }))).toEqual({
      version: 1,
      exceptions: [
        { vulnerability: 'CVE-2026-1', package: 'openssl', repository: 'shop/*', image: `sha256:${'a'.repeat(64)}`, ...why, expires: '2027-01-31T12:00:00.000Z', untilFixed: true },
        { vulnerability: 'CVE-2', repository: '*', ...why, untilFixed: true },
      ],
    });
    const text = FindingException.listToJson([all]);
    expect(FindingException.listToJson(FindingException.listFromJson(text))).toBe(text);
  });

  test.each<[string, () => unknown, string]>([
    ['no scope', () => FindingException.of('CVE-1', { ...why, untilFixed: true }), "[FindingException.of] 'vulnerability' must be excepted in a package, a repository or an image"],
    ['no end', () => FindingException.of('CVE-1', { ...why, packageName: 'a', untilFixed: false }), "[FindingException.of] 'expires' must be there unless the exception ends with a fix"],
    ['no owner', () => FindingException.of('CVE-1', { ...why, owner: ' ', packageName: 'a', untilFixed: true }), "'owner' must be text of 1 to 200 characters in one line, got \" \""],
    ['no reason', () => FindingException.of('CVE-1', { ...why, reason: '', packageName: 'a', untilFixed: true }), "'reason' must be text of 1 to 1000 characters in one line, got \"\""],
    ['an image by its tag', () => FindingException.of('CVE-1', { ...why, imageDigest: 'v1', untilFixed: true }), "'image' must be a digest"],
    ['an end that is no date', () => FindingException.of('CVE-1', { ...why, packageName: 'a', expires: new Date('x') }), "'expires' must be a date in UTC as in 2027-01-31 or 2027-01-31T12:00:00Z, got \"Invalid Date\""],
    ['no vulnerability', () => FindingException.of('', { ...why, packageName: 'a', untilFixed: true }), "'vulnerability' must be text"],
    ['JSON that is none', () => FindingException.listFromJson('{'), "[FindingException.listFromJson] 'exceptions' must be JSON"],
    ['JSON of something else', () => FindingException.listFromJson('{"version":1}'), "[FindingException.listFromJson] 'exceptions' must be a list of at most 10000, got undefined"],
    ['JSON that is not known', () => FindingException.listFromJson(Token.asString({ Ref: 'E' })), "[FindingException.listFromJson] 'text' must be known at synthesis"],
  ])('%s is refused', (_, make, message) => {
    expect(make).toThrow(message);
  });

  test('tokens are let through', () => {
    const token = Token.asString({ Ref: 'Images' });
    const exception = FindingException.of(token, {
      owner: token, reason: token, packageName: token, repositoryName: token, imageDigest: token, untilFixed: true,
    });
    expect(FindingException._render([exception]).exceptions).toEqual([expect.objectContaining({ image: token })]);
    expect(() => FindingException.listToJson([exception])).toThrow("[FindingException.listToJson] 'exceptions' must hold known values only");
  });
});
