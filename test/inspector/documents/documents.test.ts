import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import * as fc from 'fast-check';
import { decide } from '../../../src/inspector/decide';
import { checkException, checkExceptions, completeException } from '../../../src/inspector/documents/check-exceptions';
import { POLICY_DEFAULTS, RULE_DEFAULTS, checkPolicy, checkRule } from '../../../src/inspector/documents/check-policy';
import { Checks } from '../../../src/inspector/documents/checks';
import { DocumentError, readExceptions, readPolicy } from '../../../src/inspector/documents/read-documents';
import * as any from '../arbitraries';
import { NOW } from '../facts';

const ajv = new Ajv({ allErrors: true, strict: true, strictRequired: false });
const schema = (name: string) => JSON.parse(readFileSync(join(__dirname, '../../../schema', `${name}-v1.json`), 'utf8'));
const validators: Record<string, ValidateFunction> = Object.fromEntries(
  ['finding-policy', 'finding-exceptions', 'verdict'].map((name) => [name, ajv.compile(schema(name))]));
const valid = (name: string, value: unknown) => {
  if (validators[name](value)) return true;
  return false;
};

/** Values that somebody may write in the place of others. */
const nonsense = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1, 1.5, 2, 11, 101, 3_651, 86_401, 1_000_001, '', ' ', 'x', 'HIGH', 'OS', 'COUNT', 'REJECT', [], {}, ['OS'], ['X'], [[]],
    { HIGH: 1 }, { HIGH: -1 }, { high: 1 }, 'a\nb', 'a\u202eb', 'x'.repeat(101), 'x'.repeat(1_001), '2027-01-31', '2027-1-31', `sha256:${'a'.repeat(64)}`, NaN, Infinity),
  fc.jsonValue({ maxDepth: 1 }),
);

/** A document in which one place, that exists or not, holds something else. */
function spoilt(document: fc.Arbitrary<object>, keys: string[]): fc.Arbitrary<unknown> {
  return fc.tuple(document, fc.constantFrom(...keys), nonsense, fc.boolean()).map(([made, key, value, remove]) => {
    const copy = structuredClone(made) as Record<string, any>;
    const path = key.split('.');
    const last = path.pop()!;
    let at: any = copy;
    for (const part of path) at = at?.[part];
    if (typeof at !== 'object' || at === null) return copy;
    if (remove) delete at[last];
    else at[last] = value;
    return copy;
  });
}

describe('the published schemas say what is checked', () => {
  const policyKeys = ['$schema', 'version', 'name', 'rules', 'untriagedAs', 'suppressed', 'closed', 'endOfLife', 'onUnscannable', 'settleSeconds', 'expiryNoticeDays', 'other',
    ...['name', 'max', 'minSeverity', 'fixable', 'exploitAvailable', 'knownExploited', 'minEpss', 'minInspectorScore', 'packageTypes', 'graceDays', 'graceDays.HIGH', 'missingData', 'x']
      .map((name) => `rules.0.${name}`), 'rules.0'];

  test('of policies', () => {
    fc.assert(fc.property(spoilt(any.policy, policyKeys), (document) => {
      const problems = checkPolicy(document);
      const json = JSON.parse(JSON.stringify(document)); // NaN becomes null
      // Names that are not told apart are the one thing that a schema cannot say.
      if (problems.some(({ code }) => code === 'findingPolicyNames')) return;
      expect({ json, valid: checkPolicy(json).length === 0 }).toEqual({ json, valid: valid('finding-policy', json) });
    }), { numRuns: 3_000 });
  });

  test('of exceptions', () => {
    const keys = ['version', 'exceptions', 'other', '$schema', 'exceptions.0', ...['vulnerability', 'package', 'repository', 'image', 'owner', 'reason', 'expires', 'untilFixed', 'x']
      .map((name) => `exceptions.0.${name}`)];
    const documents = fc.array(any.exception, { minLength: 1, maxLength: 2 }).map((exceptions) => ({ version: 1, exceptions }));
    fc.assert(fc.property(spoilt(documents, keys), (document) => {
      const json = JSON.parse(JSON.stringify(document));
      const problems = checkExceptions(json);
      // A day that no calendar has is the one thing that a schema cannot say.
      expect({ json, valid: problems.length === 0 }).toEqual({ json, valid: valid('finding-exceptions', json) });
    }), { numRuns: 3_000 });
  });

  test('of verdicts, and nothing is in one that they do not say', () => {
    fc.assert(fc.property(any.facts, any.policy, fc.array(any.exception, { maxLength: 3 }), (facts, policy, exceptions) => {
      const verdict = JSON.parse(JSON.stringify(decide({ ...facts, incomplete: facts.manifests.length === 4 ? 'too many' : undefined }, policy, exceptions, NOW)));
      expect(valid('verdict', verdict) ? [] : validators.verdict.errors).toEqual([]);
      for (const { exception } of verdict.exceptions) expect(valid('finding-exceptions', { version: 1, exceptions: [exception] })).toBe(true);
    }), { numRuns: 300 });
    expect(valid('verdict', {})).toBe(false);
  });

  test('defaults are those of the schemas', () => {
    const { properties, definitions } = schema('finding-policy');
    const defaults = (of: Record<string, { default?: unknown }>) => Object.fromEntries(
      Object.entries(of).filter(([, each]) => each.default !== undefined).map(([name, each]) => [name, each.default]));
    expect(defaults(properties)).toEqual(POLICY_DEFAULTS);
    expect(defaults(definitions.rule.properties)).toEqual(RULE_DEFAULTS);
  });
});

describe('what is wrong is named with its place', () => {
  const problems = (read: () => unknown): string[] => {
    try {
      read();
    } catch (error) {
      if (error instanceof DocumentError) return error.message.split('\n');
      throw error;
    }
    return [];
  };
  const policyProblems = (value: unknown) => problems(() => readPolicy(JSON.stringify(value)));

  test('in a policy', () => {
    expect(policyProblems({ version: 2, name: '', rules: [{ name: 'a', minEpss: 50, severity: 'HIGH', graceDays: { HIGH: 1.5 } }, 'b'], suppressed: 'NO' })).toEqual([
      "'version' must be 1, got 2: use a version of cdk-secure-ecr that knows it (cdk-secure-ecr:findingPolicyValue)",
      "'name' must be text of 1 to 100 characters in one line, got \"\": say it in short (cdk-secure-ecr:findingPolicyText)",
      "'suppressed' must be IGNORE or COUNT, got \"NO\": choose one of them (cdk-secure-ecr:findingPolicyValue)",
      "'rules[0]' must have no other members than name, max, minSeverity, fixable, exploitAvailable, knownExploited, minEpss, minInspectorScore, packageTypes, graceDays, missingData,"
        + ' got ["severity"]: correct or drop them (cdk-secure-ecr:findingPolicyForm)',
      "'rules[0].minEpss' must be a number from 0 to 1, got 50: write 10 percent as 0.1 (cdk-secure-ecr:findingPolicyNumber)",
      "'rules[0].graceDays.HIGH' must be a whole number from 0 to 3650, got 1.5: write it without a fraction (cdk-secure-ecr:findingPolicyNumber)",
      "'rules[1]' must be an object, got \"b\": give it name, max, minSeverity, fixable, exploitAvailable, knownExploited, minEpss, minInspectorScore, packageTypes, graceDays, missingData"
        + ' (cdk-secure-ecr:findingPolicyForm)',
    ]);
    expect(policyProblems({ version: 1, name: 'a', rules: [] })).toEqual([
      "'rules' must be a list of 1 to 50 rules, got []: a policy without a rule would approve whatever is scanned (cdk-secure-ecr:findingPolicyRules)",
    ]);
    expect(policyProblems({ version: 1, name: 'a', rules: [{ name: 'x' }, { name: 'x' }] })).toEqual([
      "'rules' must have a name of their own each, got \"x\": verdicts name the rule that is broken: rename one (cdk-secure-ecr:findingPolicyNames)",
    ]);
    expect(problems(() => readPolicy('{"version":'))[0]).toMatch(/^'policy' must be JSON, got .*: .*JSON.* \(cdk-secure-ecr:findingPolicyForm\)$/);
    expect(problems(() => readPolicy(`"${'x'.repeat(118)}"`))[0]).toMatch(/^'policy' must be an object, got "x{118}": /);
    expect(problems(() => readPolicy(`"${'x'.repeat(200)}"`))[0]).toMatch(/^'policy' must be an object, got "x{116}\.\.\.: /);
  });

  test.each<[string, unknown, string]>([
    ['untriagedAs', 'NONE', 'be INFORMATIONAL or LOW or MEDIUM or HIGH or CRITICAL, got "NONE"'],
    ['suppressed', true, 'be IGNORE or COUNT, got true'],
    ['closed', 'REJECT', 'be IGNORE or COUNT, got "REJECT"'],
    ['endOfLife', 'COUNT', 'be REPORT or REJECT, got "COUNT"'],
    ['onUnscannable', 'IGNORE', 'be REJECT or APPROVE, got "IGNORE"'],
    ['settleSeconds', 86_401, 'be a whole number from 0 to 86400, got 86401'],
    ['expiryNoticeDays', -1, 'be a whole number from 0 to 3650, got -1'],
  ])('%s of a policy: %p', (name, value, message) => {
    const [problem, ...more] = policyProblems({ version: 1, name: 'a', rules: [{ name: 'b' }], [name]: value });
    expect(problem).toContain(`'${name}' must ${message}: `);
    expect(more).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    ['name', 'x'.repeat(101), `be text of 1 to 100 characters in one line, got "${'x'.repeat(101)}": say it in short`],
    ['max', 1_000_001, 'be a whole number from 0 to 1000000, got 1000001: write it without a fraction'],
    ['minSeverity', 'SEVERE', 'be INFORMATIONAL or LOW or MEDIUM or HIGH or CRITICAL, got "SEVERE": choose one of them'],
    ['fixable', false, 'be true, got false: leave it out if it does not matter'],
    ['exploitAvailable', 'YES', 'be true, got "YES": leave it out if it does not matter'],
    ['knownExploited', 1, 'be true, got 1: leave it out if it does not matter'],
    ['minEpss', 1.1, 'be a number from 0 to 1, got 1.1: write 10 percent as 0.1'],
    ['minInspectorScore', 10.5, 'be a number from 0 to 10, got 10.5: see the scores of Amazon Inspector'],
    ['missingData', 'COUNT', 'be COUNTS or IGNORED, got "COUNT": choose one of them'],
    ['packageTypes', 'OS', 'list OS or LANGUAGE, got "OS": leave it out for both'],
    ['packageTypes', [], 'list OS or LANGUAGE, got []: leave it out for both'],
    ['packageTypes', ['OS', 'NPM'], 'list OS or LANGUAGE, got ["OS","NPM"]: leave it out for both'],
    ['graceDays', 7, 'be an object, got 7: give it INFORMATIONAL, LOW, MEDIUM, HIGH, CRITICAL'],
    ['graceDays.HIGH', 3_651, 'be a whole number from 0 to 3650, got 3651: write it without a fraction'],
  ])('%s of a rule: %p', (name, value, message) => {
    const [member, severity] = name.split('.');
    const found = policyProblems({ version: 1, name: 'a', rules: [{ name: 'b', [member]: severity ? { [severity]: value } : value }] });
    expect(found).toEqual([expect.stringMatching(/ \(cdk-secure-ecr:findingPolicy(Form|Number|Text|Value)\)$/)]);
    expect(found[0]).toContain(`'rules[0].${name}' must ${message} (`);
  });

  test('a rule alone, as a construct has it, is named without a list', () => {
    const alone = (rule: unknown) => {
      const checks = new Checks(() => true, 'findingPolicy');
      checkRule('', rule, checks);
      return checks.problems.map(({ prop, code }) => [prop, code]);
    };
    expect(alone('HIGH')).toEqual([['rule', 'findingPolicyForm']]);
    expect(alone({ name: 'a', max: -1, severity: 'HIGH' })).toEqual([['rule', 'findingPolicyForm'], ['max', 'findingPolicyNumber']]);
  });

  test('of the greatest that is allowed nothing is wrong, of one more it is', () => {
    const rules = (count: number) => ({ version: 1, name: 'a', rules: Array.from({ length: count }, (_, at) => ({ name: `rule ${at}` })) });
    expect(policyProblems(rules(50))).toEqual([]);
    expect(policyProblems(rules(51))).toEqual([expect.stringMatching(/^'rules' must be a list of 1 to 50 rules, got .* \(cdk-secure-ecr:findingPolicyRules\)$/)]);
    expect(policyProblems({ version: 1, name: 'x'.repeat(100), rules: [{ name: 'a', max: 1_000_000, minEpss: 1, minInspectorScore: 10, graceDays: { LOW: 3_650 } }], settleSeconds: 86_400 }))
      .toEqual([]);
    const exceptions = (count: number) => ({ version: 1, exceptions: Array.from({ length: count }, () => ({ vulnerability: 'a', package: 'b', owner: 'c', reason: 'd', untilFixed: true })) });
    expect(checkExceptions(exceptions(10_000))).toEqual([]);
    expect(checkExceptions(exceptions(10_001))).toHaveLength(1);
  });

  test('rules without a name are told as such, and not as having the same', () => {
    expect(policyProblems({ version: 1, name: 'a', rules: [{ name: 5 }, { name: 5 }, {}, {}] })).toEqual([0, 1, 2, 3].map((at) =>
      expect.stringContaining(`'rules[${at}].name' must be text of 1 to 100 characters in one line`)));
  });

  test.each<[string, unknown, string]>([
    ['vulnerability', 'x'.repeat(101), 'be text of 1 to 100 characters in one line'],
    ['owner', '', 'be text of 1 to 200 characters in one line'],
    ['reason', 'a\nb', 'be text of 1 to 1000 characters in one line'],
    ['package', 5, 'be text of 1 to 256 characters in one line'],
    ['repository', ' ', 'be text of 1 to 256 characters in one line'],
    ['image', 5, 'be a digest, sha256: and 64 hexadecimal digits'],
    ['image', [`sha256:${'a'.repeat(64)}`], 'be a digest, sha256: and 64 hexadecimal digits'],
    ['image', `sha256:${'a'.repeat(65)}`, 'be a digest, sha256: and 64 hexadecimal digits'],
    ['image', `repo@sha256:${'a'.repeat(64)}`, 'be a digest, sha256: and 64 hexadecimal digits'],
    ['expires', ['2027-01-31'], 'be a date in UTC as in 2027-01-31 or 2027-01-31T12:00:00Z'],
  ])('%s of an exception: %p', (name, value, must) => {
    const exception = { vulnerability: 'CVE-1', package: 'openssl', owner: 'a', reason: 'b', untilFixed: true, [name]: value };
    expect(problems(() => readExceptions(JSON.stringify({ version: 1, exceptions: [exception] })))).toEqual([expect.stringContaining(`'exceptions[0].${name}' must ${must}, got `)]);
  });

  test('what is no document of exceptions', () => {
    const read = (json: string) => problems(() => readExceptions(json));
    expect(read('{"version":2,"exceptions":[]}')).toEqual([
      "'version' must be 1, got 2: use a version of cdk-secure-ecr that knows it (cdk-secure-ecr:findingExceptionValue)",
    ]);
    expect(read('[]')).toEqual([
      "'exceptions' must be an object, got []: give it $schema, version, exceptions (cdk-secure-ecr:findingExceptionForm)",
    ]);
    expect(read('{')[0]).toMatch(/^'exceptions' must be JSON, got .* \(cdk-secure-ecr:findingExceptionForm\)$/);
    expect(() => readExceptions('{')).toThrow(expect.objectContaining({ name: 'DocumentError' }));
  });

  test('an exception alone, as a construct has it, is named without a list', () => {
    const alone = (exception: unknown) => {
      const checks = new Checks(() => true, 'findingException');
      checkException('', exception, checks);
      return checks.problems.map(({ prop }) => prop);
    };
    expect(alone(5)).toEqual(['exception']);
    expect(alone({ vulnerability: '', package: 'a', owner: 'b', reason: 'c', untilFixed: true, until: 1 })).toEqual(['exception', 'vulnerability']);
    expect(completeException({ vulnerability: 'a', package: undefined, owner: 'b', reason: 'c', untilFixed: true })).toStrictEqual(
      { vulnerability: 'a', owner: 'b', reason: 'c', untilFixed: true });
  });

  test('what is known only at deployment is let through, and the rest is checked', () => {
    const later = 'known later';
    const isKnown = (value: unknown) => value !== later;
    const props = (found: ReturnType<typeof checkPolicy>) => found.map(({ prop }) => prop);
    expect(props(checkPolicy({ version: 1, name: later, closed: later, settleSeconds: later, rules: [{ name: 'a', minEpss: later, max: 1.5 }] }, isKnown))).toEqual(['rules[0].max']);
    const exception = { vulnerability: later, image: later, expires: later, owner: later, reason: '' };
    expect(props(checkExceptions({ version: 1, exceptions: [exception] }, isKnown))).toEqual(['exceptions[0].reason']);
  });

  test('in exceptions', () => {
    const exception = { vulnerability: 'CVE-1', owner: 'a', reason: 'b' };
    expect(problems(() => readExceptions(JSON.stringify({ version: 1, exceptions: [exception, { ...exception, image: 'v1', expires: '2027-02-30', untilFixed: false }] })))).toEqual([
      "'exceptions[0].vulnerability' must be excepted in a package, a repository or an image, got \"CVE-1\": name one of them; repository \"*\" means all (cdk-secure-ecr:findingExceptionScope)",
      "'exceptions[0].expires' must be there unless the exception ends with a fix, got undefined: name a date, or untilFixed: true (cdk-secure-ecr:findingExceptionEndless)",
      "'exceptions[1].untilFixed' must be true, got false: leave it out if it does not matter (cdk-secure-ecr:findingExceptionValue)",
      "'exceptions[1].image' must be a digest, sha256: and 64 hexadecimal digits, got \"v1\": name the digest: a tag can move to another image (cdk-secure-ecr:findingExceptionImage)",
      "'exceptions[1].expires' must be a date in UTC as in 2027-01-31 or 2027-01-31T12:00:00Z, got \"2027-02-30\": write it so (cdk-secure-ecr:findingExceptionExpires)",
    ]);
    expect(problems(() => readExceptions('[]'))).toHaveLength(1);
    expect(problems(() => readExceptions('{"version":1,"exceptions":{}}'))).toEqual([
      "'exceptions' must be a list of at most 10000, got {}: drop those that have expired (cdk-secure-ecr:findingExceptionForm)",
    ]);
    expect(checkExceptions({ version: 1, exceptions: Array.from({ length: 10_001 }, () => exception) })).toHaveLength(1);
  });

  test.each(['2027-01-31T12:00Z', '2027-01-31T12:00:00Z', '2027-01-31T12:00:00.5Z', '2024-02-29'])('%s is a date', (expires) => {
    expect(problems(() => readExceptions(JSON.stringify({ version: 1, exceptions: [{ vulnerability: 'a', package: 'b', owner: 'c', reason: 'd', expires }] })))).toEqual([]);
  });

  test.each(['2027-01-31T12:00', '2027-01-31T25:00Z', '2027-13-01', '2023-02-29', '20270131', '2027-01-31T12:00:00+01:00', 'tomorrow'])('%s is none', (expires) => {
    expect(problems(() => readExceptions(JSON.stringify({ version: 1, exceptions: [{ vulnerability: 'a', package: 'b', owner: 'c', reason: 'd', expires }] })))).toHaveLength(1);
  });
});

test('what a policy does not say has its default; $schema is for editors', () => {
  expect(readPolicy('{"$schema":"./finding-policy-v1.json","version":1,"name":"a","rules":[{"name":"x","minSeverity":"HIGH"}]}')).toEqual({
    version: 1, name: 'a', rules: [{ name: 'x', minSeverity: 'HIGH', max: 0, missingData: 'COUNTS' }], ...POLICY_DEFAULTS,
  });
});

test('whatever JSON there is, it is read or refused, and never anything else', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), spoilt(any.policy, ['rules', 'rules.0', 'name']).map((each) => JSON.stringify(each))), (text) => {
    for (const read of [readPolicy, readExceptions]) {
      try {
        read(text);
      } catch (error) {
        expect(error).toBeInstanceOf(DocumentError);
      }
    }
  }), { numRuns: 2_000 });
});
