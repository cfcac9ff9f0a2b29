import { App, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { ImageRetention, type StandardRetentionOptions } from '../../src';

interface Rule {
  readonly rulePriority: number;
  readonly selection: { tagStatus: string; tagPatternList?: string[]; tagPrefixList?: string[] };
}

const stack = new Stack(new App(), 'Stack');
const rulesOf = (options?: StandardRetentionOptions): Rule[] => JSON.parse(
  stack.resolve(ImageRetention.standard(options)._render(stack)),
).rules;

test('the standard keeps releases, expires temporary tags after 7 days, keeps 5 untagged', () => {
  const age = { countType: 'sinceImagePushed', countUnit: 'days', countNumber: 7 };
  expect(rulesOf()).toEqual([
    { tagStatus: 'tagged', tagPatternList: ['v*'], countType: 'imageCountMoreThan', countNumber: 999_999 },
    { tagStatus: 'tagged', tagPrefixList: ['gitsha_'], ...age },
    { tagStatus: 'tagged', tagPrefixList: ['gitbranch_'], ...age },
    { tagStatus: 'tagged', tagPrefixList: ['gitpr_'], ...age },
    { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 5 },
  ].map((selection, index) => ({
    rulePriority: index + 1, description: expect.any(String), selection, action: { type: 'expire' },
  })));
});

test('what the user adds is protected too, and nothing twice', () => {
  const patterns = rulesOf({ protectedTags: ['release-*', 'v*', 'prod'] }).flatMap(
    (rule) => rule.selection.tagPatternList ?? [],
  );
  expect(patterns).toEqual(['v*', 'release-*', 'prod']);
});

// Not v: what begins with it is protected, and refused as temporary.
const tag = fc.stringMatching(/^[a-u0-9_][a-z0-9._-]{0,20}$/);

test('whatever is asked for: shields come first, one entry a rule, priorities are unique', () => {
  fc.assert(fc.property(
    fc.uniqueArray(tag, { maxLength: 20 }),
    fc.uniqueArray(tag, { maxLength: 20 }),
    fc.integer({ min: 1, max: 3650 }),
    fc.integer({ min: 1, max: 1000 }),
    (protectedTags, temporaryTagPrefixes, days, maxUntaggedImages) => {
      const rules = rulesOf({
        protectedTags, temporaryTagPrefixes, temporaryTagAge: Duration.days(days), maxUntaggedImages,
      });
      expect(rules.map((rule) => rule.rulePriority)).toEqual(rules.map((_, index) => index + 1));
      for (const { selection } of rules) {
        const entries = selection.tagPatternList ?? selection.tagPrefixList;
        expect(entries?.length).toBe(selection.tagStatus === 'tagged' ? 1 : undefined);
      }
      const last = rules.map((rule) => rule.selection.tagPatternList !== undefined).lastIndexOf(true);
      const first = rules.findIndex((rule) => rule.selection.tagPrefixList !== undefined);
      expect(first === -1 || last < first).toBe(true);
    },
  ));
});

test.each<[StandardRetentionOptions, string]>([
  [{ protectedTags: [''] }, 'tagPatternInvalid'],
  [{ protectedTags: ['-x'] }, 'tagPatternInvalid'],
  [{ protectedTags: ['a b'] }, 'tagPatternInvalid'],
  [{ protectedTags: ['x'.repeat(129)] }, 'tagPatternInvalid'],
  [{ protectedTags: ['*a*b*c*d*'] }, 'tagPatternWildcards'],
  [{ temporaryTagPrefixes: ['pr*'] }, 'tagPrefixInvalid'],
  [{ temporaryTagPrefixes: ['.x'] }, 'tagPrefixInvalid'],
  [{ temporaryTagPrefixes: ['v'] }, 'tagPrefixProtected'],
  [{ temporaryTagPrefixes: ['v1.'] }, 'tagPrefixProtected'],
  [{ protectedTags: ['git*_*'] }, 'tagPrefixProtected'],
  [{ protectedTags: ['*'] }, 'tagPrefixProtected'],
  [{ temporaryTagPrefixes: Array.from({ length: 49 }, (_, i) => `t${i}`) }, 'lifecycleRuleCount'],
  [{ temporaryTagAge: Duration.hours(36) }, 'retentionAgeInvalid'],
  [{ temporaryTagAge: Duration.days(0) }, 'retentionAgeInvalid'],
  [{ maxUntaggedImages: 0 }, 'retentionCountInvalid'],
  [{ maxUntaggedImages: 1.5 }, 'retentionCountInvalid'],
  [{ maxUntaggedImages: -1 }, 'retentionCountInvalid'],
])('%j is refused as %s', (options, code) => {
  expect(() => ImageRetention.standard(options)).toThrow(`cdk-secure-ecr:${code}`);
});

test.each<[StandardRetentionOptions]>([
  [{ protectedTags: ['*a*b*c*d'] }],
  [{ protectedTags: ['*'], temporaryTagPrefixes: [] }],
  [{ protectedTags: ['gitsha'] }],
  [{ protectedTags: ['git.ha_*'] }],
  [{ protectedTags: ['*-gitsha_'] }],
  [{ temporaryTagPrefixes: [] }],
  [{ temporaryTagPrefixes: Array.from({ length: 48 }, (_, i) => `t${i}`) }],
  [{ temporaryTagAge: Duration.hours(48) }],
  [{ maxUntaggedImages: 1 }],
])('%j is accepted', (options) => {
  expect(() => rulesOf(options)).not.toThrow();
});

test('all problems are in one error', () => {
  expect(() => ImageRetention.standard({ temporaryTagAge: Duration.hours(1), maxUntaggedImages: 0 }))
    .toThrow(/'temporaryTagAge' must .* got "1 hour": .*\n.*'maxUntaggedImages' must .* got 0/);
});

test('tokens are let through', () => {
  const count = new CfnParameter(stack, 'Count', { type: 'Number' }).valueAsNumber;
  const prefix = new CfnParameter(stack, 'Prefix').valueAsString;
  const retention = ImageRetention.standard({
    protectedTags: [prefix], temporaryTagPrefixes: [prefix], temporaryTagAge: Duration.days(count), maxUntaggedImages: count,
  });
  const text = JSON.stringify(stack.resolve(retention._render(stack)));
  expect(text.match(/"Ref":"Count"/g)).toHaveLength(2);
  expect(text.match(/"Ref":"Prefix"/g)).toHaveLength(4);
});
