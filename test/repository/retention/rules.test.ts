import { App, CfnParameter, Duration, Stack, Token, aws_ecr as ecr } from 'aws-cdk-lib';
import { NOW, image } from './world';
import { ImageRetention, ImageSelection, RetentionRule } from '../../../src';

const { untagged, any, tagPrefix, tagPattern, taggedWithAll } = ImageSelection;
const { protect, expireOlderThan, expireBeyond, archiveOlderThan, archiveBeyond, archiveNotPulledFor, expireArchived } = RetentionRule;
const ruleOf = (rule: RetentionRule) => {
  const { description, ...rest } = JSON.parse(ImageRetention.of(rule).toJson()).rules.at(-1);
  expect(description).toMatch(/^[\x20-\x7e]{1,128}$/);
  return rest;
};

describe('a selection', () => {
  test.each<[string, ImageSelection, object]>([
    ['untagged', untagged(), { tagStatus: 'untagged' }],
    ['any', any(), { tagStatus: 'any' }],
    ['tagPrefix', tagPrefix('pr-'), { tagStatus: 'tagged', tagPrefixList: ['pr-'] }],
    ['tagPattern', tagPattern('*a*b*c*'), { tagStatus: 'tagged', tagPatternList: ['*a*b*c*'] }],
    ['taggedWithAll', taggedWithAll('v*', 'beta'), { tagStatus: 'tagged', tagPatternList: ['v*', 'beta'] }],
  ])('%s', (_, selection, expected) => {
    expect(ruleOf(expireBeyond(selection, 3)).selection).toEqual({ ...expected, countType: 'imageCountMoreThan', countNumber: 3 });
  });

  test.each([['a'], ['_'], ['0'], ['x'.repeat(128)], ['*'], ['*a*b*c*'], ['A.b_c-d']])('takes the pattern %s', (text) => {
    expect(() => [tagPattern(text), protect(text), taggedWithAll(text, 'x')]).not.toThrow();
  });

  test.each([
    ['', 'tagPatternInvalid'], ['-a', 'tagPatternInvalid'], ['.a', 'tagPatternInvalid'], ['a b', 'tagPatternInvalid'], ['a/b', 'tagPatternInvalid'],
    ['ä', 'tagPatternInvalid'], ['x'.repeat(129), 'tagPatternInvalid'], ['*a*b*c*d*', 'tagPatternWildcards'], ['*****', 'tagPatternWildcards'],
  ])('refuses the pattern "%s" as %s', (text, code) => {
    for (const make of [tagPattern, protect, (pattern: string) => taggedWithAll('v*', pattern)]) {
      expect(() => make(text)).toThrow(`cdk-secure-ecr:${code}`);
    }
  });

  test.each([['a'], ['_'], ['x'.repeat(128)]])('takes the prefix %s', (text) => expect(() => tagPrefix(text)).not.toThrow());
  test.each([[''], ['-a'], ['.a'], ['a*'], ['*'], ['a b'], ['x'.repeat(129)]])('refuses the prefix "%s"', (text) => {
    expect(() => tagPrefix(text)).toThrow('cdk-secure-ecr:tagPrefixInvalid');
  });

  test('of all patterns needs two', () => {
    expect(() => taggedWithAll('v*')).toThrow('[ImageSelection.taggedWithAll] \'patterns\' must be two or more different ones, got ["v*"]:'
      + ' use ImageSelection.tagPattern for one (cdk-secure-ecr:tagPatternCount)');
    expect(() => taggedWithAll()).toThrow('tagPatternCount');
  });

  test('says all that is wrong with its patterns', () => {
    expect(() => taggedWithAll('a b', '*a*b*c*d*')).toThrow(/^\[ImageSelection.taggedWithAll\] 'patterns' must be a tag: .*got "a b": .*\n.*'patterns' must hold at most 4 wildcards, got "\*a\*b\*c\*d\*": /);
  });

  test('says how to write a prefix', () => {
    expect(() => tagPrefix('pr*')).toThrow("[ImageSelection.tagPrefix] 'prefix' must be the beginning of a tag: 1 to 128 letters, digits,"
      + " '.', '_' and '-', not beginning with '.' or '-', got \"pr*\": leave out wildcards: a prefix matches every tag that begins with it"
      + ' (cdk-secure-ecr:tagPrefixInvalid)');
  });
});

describe('a rule', () => {
  const days = (countType: string, countNumber: number) => ({ tagStatus: 'untagged', countType, countUnit: 'days', countNumber });
  const EXPIRE = { type: 'expire' };
  const ARCHIVE = { type: 'transition', targetStorageClass: 'archive' };

  test.each<[string, RetentionRule, object, object]>([
    ['expireOlderThan', expireOlderThan(untagged(), Duration.days(1)), days('sinceImagePushed', 1), EXPIRE],
    ['expireBeyond', expireBeyond(untagged(), 1), { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 1 }, EXPIRE],
    ['archiveOlderThan', archiveOlderThan(untagged(), Duration.hours(48)), days('sinceImagePushed', 2), ARCHIVE],
    ['archiveBeyond', archiveBeyond(untagged(), 7), { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 7 }, ARCHIVE],
    ['archiveNotPulledFor', archiveNotPulledFor(untagged(), Duration.days(90)), days('sinceImagePulled', 90), ARCHIVE],
    ['expireArchived', expireArchived(untagged(), Duration.days(90)), { ...days('sinceImageTransitioned', 90), storageClass: 'archive' }, EXPIRE],
  ])('%s', (_, rule, selection, action) => {
    expect(ruleOf(rule)).toEqual({ rulePriority: 1, selection, action });
  });

  test('protect comes to a rule that keeps more images than there can be', () => {
    expect(ruleOf(protect('v*'))).toEqual({
      rulePriority: 1, selection: { tagStatus: 'tagged', tagPatternList: ['v*'], countType: 'imageCountMoreThan', countNumber: 999_999 }, action: EXPIRE,
    });
  });

  test.each([
    ['no time', Duration.days(0)], ['half a day', Duration.hours(12)], ['a day and a half', Duration.hours(36)], ['an instant', Duration.millis(1)],
  ])('refuses %s', (_, time) => {
    for (const make of [expireOlderThan, archiveOlderThan, archiveNotPulledFor, expireArchived]) {
      expect(() => make(any(), time)).toThrow('cdk-secure-ecr:retentionAgeInvalid');
    }
  });

  test.each([[89], [1]])('refuses %d days in the archive', (n) => {
    expect(() => expireArchived(any(), Duration.days(n))).toThrow('cdk-secure-ecr:retentionAgeInvalid');
  });

  test.each([[0], [-1], [1.5], [NaN], [Infinity]])('refuses the count %d', (count) => {
    for (const make of [expireBeyond, archiveBeyond]) expect(() => make(any(), count)).toThrow('cdk-secure-ecr:retentionCountInvalid');
  });

  test('says what is wrong, the limit, and what to do', () => {
    expect(() => expireOlderThan(any(), Duration.hours(36))).toThrow("[RetentionRule.expireOlderThan] 'age' must be whole days, at least 1,"
      + ' got "1 day 12 hours": use Duration.days(n); ECR counts in days (cdk-secure-ecr:retentionAgeInvalid)');
    expect(() => expireArchived(any(), Duration.days(89))).toThrow("[RetentionRule.expireArchived] 'time' must be whole days, at least 90,"
      + ' got "89 days": use Duration.days(90) or more (cdk-secure-ecr:retentionAgeInvalid)');
    expect(() => archiveBeyond(any(), 0)).toThrow("[RetentionRule.archiveBeyond] 'count' must be a whole number, at least 1, got 0:"
      + ' ECR has no rule that keeps none; use 1, or a rule by age (cdk-secure-ecr:retentionCountInvalid)');
  });
});

describe('what is known only at deployment', () => {
  const stack = new Stack(new App(), 'Stack');
  const number = new CfnParameter(stack, 'Count', { type: 'Number' }).valueAsNumber;
  const text = new CfnParameter(stack, 'Tag').valueAsString;
  const other = new CfnParameter(stack, 'Other').valueAsString;
  const all = ImageRetention.of(
    protect(text), expireOlderThan(tagPrefix(other), Duration.days(number)), expireBeyond(tagPattern(`x${other}`), number),
    archiveNotPulledFor(taggedWithAll('v*', other), Duration.days(number)), expireArchived(untagged(), Duration.days(number)),
    archiveBeyond(any(), number),
  );

  test('is let through', () => {
    const repository = new ecr.CfnRepository(stack, 'Images').with(all) as ecr.CfnRepository;
    const rendered = JSON.stringify(stack.resolve(repository.lifecyclePolicy));
    expect(rendered.match(/\{"Ref":"Count"\}/g)).toHaveLength(5);
    expect(rendered).toContain('{"Ref":"Tag"}');
    expect(rendered).not.toMatch(/Token|e\+289/);
  });

  test('is not refused as a tag that another rule has', () => {
    const retention = ImageRetention.of(protect(text), protect('v*'), expireBeyond(tagPrefix('x'), 1));
    expect(retention.warnings()).toEqual([]);
  });

  test.each([
    ['a number', ImageRetention.of(expireBeyond(any(), number))],
    ['a time', ImageRetention.of(expireOlderThan(any(), Duration.days(number)))],
    ['a tag', ImageRetention.of(protect(text))],
    ['a prefix', ImageRetention.of(expireBeyond(tagPrefix(text), 1))],
    ['one of several', all],
  ])('%s has no JSON and no simulation', (_, retention) => {
    expect(() => retention.toJson()).toThrow("[ImageRetention.toJson] 'rules' must hold known values only, got");
    expect(() => retention.simulate([image('A', 1)], NOW)).toThrow('cdk-secure-ecr:retentionUnknown');
  });

  test('is explained', () => {
    const explanation = all.explain();
    expect(explanation).toContain('(known at deployment)');
    expect(explanation).not.toMatch(/Token|e\+289|at deployment of(\.| days)/);
  });

  test('has to be counted in days', () => {
    expect(() => expireOlderThan(any(), Duration.hours(number))).toThrow('[RetentionRule.expireOlderThan] \'age\' must be counted in days,'
      + ' got "hours": use Duration.days() for a token (cdk-secure-ecr:retentionAgeInvalid)');
  });

  test('cannot be a whole list', () => {
    const tags = Token.asList(new CfnParameter(stack, 'Tags', { type: 'CommaDelimitedList' }).value);
    expect(() => ImageRetention.standard({ protectedTags: tags })).toThrow(/'protectedTags' must .*\(cdk-secure-ecr:listLengthUnknown\)/);
    expect(() => ImageRetention.production({ temporaryTagPrefixes: tags })).toThrow(/'temporaryTagPrefixes' must .*listLengthUnknown/);
    expect(() => taggedWithAll(...tags)).toThrow('cdk-secure-ecr:');
  });
});

test.each<[string, () => RetentionRule]>([
  ['count', () => RetentionRule.expireBeyond(ImageSelection.any(), 2_147_483_648)],
  ['age', () => RetentionRule.expireOlderThan(ImageSelection.any(), Duration.days(2_147_483_648))],
])('a %s beyond 32 bits is refused', (prop, make) => {
  expect(make).toThrow(new RegExp(`'${prop}' must be at most 2147483647`));
});
