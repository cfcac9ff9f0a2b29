import { App, Duration, Stack, Token, aws_ecr as ecr, aws_s3 as s3 } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import {
  ANY, NOW, UNTAGGED, archive, archivedDays, beyond, daysAgo, expire, image, lost, pulledDays, pushedDays, tagged,
} from './world';
import { ImageRetention, ImageSelection, RetentionRule, SecureEcrRepository, type StandardRetentionOptions } from '../../../src';
import type { LifecycleRule } from '../../../src/repository/retention/lifecycle-document';

const { untagged, any, tagPrefix, tagPattern, taggedWithAll } = ImageSelection;
const { protect, expireOlderThan, expireBeyond, archiveNotPulledFor, expireArchived } = RetentionRule;
const rulesOf = (retention: ImageRetention) => (JSON.parse(retention.toJson()).rules as LifecycleRule[])
  .map(({ description, ...rule }) => rule);
const prefix = (text: string) => ({ tagStatus: 'tagged' as const, tagPrefixList: [text] });
const ALL = 999_999;

describe('the ready-made', () => {
  const shield = expire(1, { ...tagged('v*'), ...beyond(ALL) });
  const temporary = (from: number) => ['gitsha_', 'gitbranch_', 'gitpr_'].map((each, index) => expire(from + index, { ...prefix(each), ...pushedDays(7) }));
  const shields = [shield, expire(2, { ...tagged('v*'), ...archivedDays(36_500) })];

  test.each<[string, ImageRetention, LifecycleRule[]]>([
    ['standard', ImageRetention.standard(), [shield, ...temporary(2), expire(5, { ...UNTAGGED, ...beyond(5) })]],
    ['development', ImageRetention.development(), [
      shield, ...temporary(2), expire(5, { ...UNTAGGED, ...beyond(1) }), expire(6, { ...ANY, ...pushedDays(30) }),
    ]],
    ['production', ImageRetention.production(), [
      ...shields, ...temporary(3), archive(6, { ...UNTAGGED, ...beyond(5) }),
      archive(7, { ...ANY, ...pulledDays(90) }), expire(8, { ...ANY, ...archivedDays(365) }),
    ]],
    ['compliance', ImageRetention.compliance({ keepFor: Duration.days(3650) }), [
      ...shields, archive(3, { ...ANY, ...pulledDays(90) }), expire(4, { ...ANY, ...archivedDays(3650) }),
    ]],
  ])('%s', (_, retention, expected) => expect(rulesOf(retention)).toEqual(expected));

  test.each([
    ['production', ImageRetention.production()], ['compliance', ImageRetention.compliance({ keepFor: Duration.days(365) })],
  ])('%s archives a multi-platform image whole', (_, retention) => {
    const newer = Array.from({ length: 9 }, (__, index) => image(`newer ${index}`, index));
    for (const list of [image('list', 100, { tags: ['main'] }), image('list', 100, { tags: ['v1'], archivedAt: daysAgo(1) })]) {
      const { expired, archived } = lost(retention, [{ ...list, members: ['amd64'] }, image('amd64', 100), ...newer]);
      expect(expired).toEqual([]);
      expect(archived).toContain('amd64');
    }
  });

  test('protects what is named, and nothing twice', () => {
    for (const make of [ImageRetention.standard, ImageRetention.development, ImageRetention.production,
      (options: object) => ImageRetention.compliance({ keepFor: Duration.days(90), ...options })]) {
      const patterns = rulesOf(make({ protectedTags: ['release-*', 'v*', 'prod'] }))
        .filter(({ selection }) => selection.countNumber === ALL).map(({ selection }) => selection.tagPatternList);
      expect(patterns).toEqual([['v*'], ['release-*'], ['prod']]);
    }
  });

  test('takes other temporary tags, ages and numbers', () => {
    const options = { temporaryTagPrefixes: ['pr-', 'pr-', 'tmp'], temporaryTagAge: Duration.hours(48), maxUntaggedImages: 1 };
    expect(rulesOf(ImageRetention.standard(options))).toEqual([
      shield, expire(2, { ...prefix('pr-'), ...pushedDays(2) }), expire(3, { ...prefix('tmp'), ...pushedDays(2) }), expire(4, { ...UNTAGGED, ...beyond(1) }),
    ]);
  });

  test.each<[StandardRetentionOptions, string]>([
    [{ protectedTags: [''] }, 'tagPatternInvalid'],
    [{ protectedTags: ['*a*b*c*d*'] }, 'tagPatternWildcards'],
    [{ temporaryTagPrefixes: ['pr*'] }, 'tagPrefixInvalid'],
    [{ temporaryTagPrefixes: ['v'] }, 'retentionRuleNeverMatches'],
    [{ temporaryTagPrefixes: ['v1.'] }, 'retentionRuleNeverMatches'],
    [{ protectedTags: ['git*_*'] }, 'retentionRuleNeverMatches'],
    [{ protectedTags: ['*'] }, 'retentionRuleNeverMatches'],
    [{ temporaryTagPrefixes: Array.from({ length: 49 }, (_, i) => `t${i}x`) }, 'lifecycleRuleCount'],
    [{ temporaryTagAge: Duration.hours(36) }, 'retentionAgeInvalid'],
    [{ maxUntaggedImages: 0 }, 'retentionCountInvalid'],
  ])('standard refuses %j as %s', (options, code) => {
    expect(() => ImageRetention.standard(options)).toThrow(`cdk-secure-ecr:${code}`);
  });

  test.each<[StandardRetentionOptions]>([
    [{ protectedTags: ['*'], temporaryTagPrefixes: [] }], [{ protectedTags: ['gitsha'] }], [{ protectedTags: ['git.ha_*'] }],
    [{ protectedTags: ['*-gitsha_'] }], [{ temporaryTagPrefixes: [] }],
    [{ temporaryTagPrefixes: Array.from({ length: 48 }, (_, i) => `t${i}x`) }],
  ])('standard takes %j', (options) => expect(() => ImageRetention.standard(options)).not.toThrow());

  test('says all that is wrong in one error, as the options are called', () => {
    expect(() => ImageRetention.standard({ temporaryTagAge: Duration.hours(1), maxUntaggedImages: 0 }))
      .toThrow(/^\[ImageRetention.standard\] 'temporaryTagAge' must .* got "1 hour": .*\n.*'maxUntaggedImages' must .* got 0: /);
    expect(() => ImageRetention.compliance({ keepFor: Duration.days(89) }))
      .toThrow(/^\[ImageRetention.compliance\] 'keepFor' must be whole days, at least 90, got "89 days": .*retentionAgeInvalid/);
  });
});

describe('rules of your own', () => {
  test('are put in order: shields, narrow before wide, untagged, any', () => {
    const retention = ImageRetention.of(
      expireOlderThan(any(), Duration.days(9)), expireBeyond(untagged(), 2), expireBeyond(tagPrefix('a'), 3), expireBeyond(tagPattern('*z'), 4),
      expireBeyond(taggedWithAll('ab*', 'c'), 5), expireBeyond(tagPattern('ab*'), 6), protect('v*'),
    );
    expect(rulesOf(retention).map(({ rulePriority, selection }) => [rulePriority, selection.countNumber]))
      .toEqual([[1, ALL], [2, 5], [3, 6], [4, 3], [5, 4], [6, 2], [7, 9]]);
  });

  test('leave rules of which neither is narrower as they are', () => {
    expect(rulesOf(ImageRetention.of(expireBeyond(tagPattern('b*'), 1), expireBeyond(tagPattern('*a'), 1))).map(({ selection }) => selection.tagPatternList))
      .toEqual([['b*'], ['*a']]);
  });

  test('protect what is in the archive where the policy expires that', () => {
    const [now, later] = [ImageRetention.of(protect('v*'), archiveNotPulledFor(any(), Duration.days(1))),
      ImageRetention.of(protect('v*'), expireArchived(any(), Duration.days(90)))];
    expect(rulesOf(now)).toHaveLength(2);
    expect(rulesOf(later).map(({ selection }) => selection.storageClass)).toEqual([undefined, 'archive', 'archive']);
    expect(lost(later, [image('A', 999, { tags: ['v1', 'x'], archivedAt: daysAgo(900) }), image('B', 999, { archivedAt: daysAgo(900) })]).expired).toEqual(['B']);
  });

  test('are described in words, in ASCII, 128 characters at most', () => {
    const [short, long] = JSON.parse(ImageRetention.of(protect('x'.repeat(128)), expireBeyond(taggedWithAll('y'.repeat(99), 'z'.repeat(99)), 1)).toJson()).rules;
    for (const { description } of [short, long]) expect(description).toMatch(/^[\x20-\x7e]{1,128}$/);
  });

  test.each<[string, RetentionRule[], string]>([
    ['a shield has its tags', [protect('v*'), expireBeyond(tagPrefix('v1'), 1)],
      "[ImageRetention.of] 'rules' must be able to match, got \"images tagged v1* are deleted, but for the newest 1\": drop it or narrow the one"
      + ' before it, "images tagged v* are kept, whatever other tags they carry": ECR lets the first rule whose tags an image matches decide on it'
      + ' (cdk-secure-ecr:retentionRuleNeverMatches)'],
    ['a list asks for more', [protect('v*'), expireBeyond(taggedWithAll('v*', 'beta'), 1)], 'retentionRuleNeverMatches'],
    ['it is there twice', [expireBeyond(tagPrefix('a'), 1), expireOlderThan(tagPattern('a*'), Duration.days(1))], 'retentionRuleNeverMatches'],
    ['its archive is protected', [protect('v*'), expireArchived(tagPattern('v*'), Duration.days(90))], 'retentionRuleNeverMatches'],
    ['every image has a rule before', [protect('*'), expireBeyond(untagged(), 1), expireBeyond(any(), 1)], 'retentionRuleNeverMatches'],
    ['two are for untagged images', [expireBeyond(untagged(), 1), expireOlderThan(untagged(), Duration.days(1))], 'lifecycleOneRule'],
    ['two are for any image', [expireBeyond(any(), 1), archiveNotPulledFor(any(), Duration.days(1))], 'lifecycleOneRule'],
    ['there are none', [], 'lifecycleRuleCount'],
    ['there are 51', Array.from({ length: 17 }, (_, i) => [protect(`a${i}x`), expireArchived(tagPrefix(`b${i}x`), Duration.days(90))]).flat(), 'lifecycleRuleCount'],
  ])('are refused where %s', (_, rules, message) => expect(() => ImageRetention.of(...rules)).toThrow(message));

  test('are refused for all reasons at once', () => {
    expect(() => ImageRetention.of(protect('v*'), expireBeyond(tagPrefix('v1'), 1), expireBeyond(untagged(), 1), expireBeyond(untagged(), 2)))
      .toThrow(/lifecycleOneRule[^]*\n[^]*retentionRuleNeverMatches/);
  });
});

describe('is applied', () => {
  const stack = () => new Stack(new App(), 'Stack');
  const retention = ImageRetention.production();
  const has = (scope: Stack) => Template.fromStack(scope).hasResourceProperties('AWS::ECR::Repository', {
    LifecyclePolicy: { LifecyclePolicyText: retention.toJson() },
  });

  test('to an ecr.Repository, in the place of its own rules', () => {
    const scope = stack();
    new ecr.Repository(scope, 'Images', { lifecycleRules: [{ maxImageCount: 1 }] }).with(retention);
    has(scope);
  });

  test('to a CfnRepository', () => {
    const scope = stack();
    new ecr.CfnRepository(scope, 'Images').with(retention);
    has(scope);
  });

  test('to a SecureEcrRepository, by property or later', () => {
    for (const make of [
      (scope: Stack) => new SecureEcrRepository(scope, 'Images', { retention }),
      (scope: Stack) => new SecureEcrRepository(scope, 'Images').with(retention),
    ]) {
      const scope = stack();
      make(scope);
      has(scope);
    }
  });

  test('to a template for repositories that are created on push', () => {
    const scope = stack();
    new ecr.CfnRepositoryCreationTemplate(scope, 'Template', { appliedFor: ['CREATE_ON_PUSH'], prefix: 'ROOT', lifecyclePolicy: retention.toJson() });
    Template.fromStack(scope).hasResourceProperties('AWS::ECR::RepositoryCreationTemplate', { LifecyclePolicy: retention.toJson() });
  });

  test('to nothing else', () => {
    const bucket = new s3.CfnBucket(stack(), 'Bucket');
    expect(retention.supports(bucket)).toBe(false);
    expect(() => retention.applyTo(bucket)).not.toThrow();
  });
});

test('a repository warns of a policy that was read in and can hardly be meant', () => {
  const scope = new Stack(new App(), 'Stack');
  const [rule] = JSON.parse(ImageRetention.standard().toJson()).rules;
  const both = { ...rule, selection: { ...rule.selection, tagPatternList: ['gitsha_*', 'gitpr_*'] } };
  new SecureEcrRepository(scope, 'Images', { retention: ImageRetention.fromJson(JSON.stringify({ rules: [both] })) });
  Annotations.fromStack(scope).hasWarning('/Stack/Images', Match.stringLikeRegexp('gitsha_\\*, gitpr_\\* at once.*retentionDoubtful'));
});

test.each([
  [['v*', 'v1.*'], ['v*']],
  [['v1.*', 'v*'], ['v*']],
  [['v*', 'v*'], ['v*']],
  [['v*', '*-lts'], ['v*', '*-lts']],
])('of shields %j, %j are needed', (given, needed) => {
  const rules = given.map((pattern) => RetentionRule.protect(pattern));
  expect(JSON.parse(ImageRetention.of(...rules).toJson()).rules.map(({ selection }: LifecycleRule) => selection.tagPatternList![0])).toEqual(needed);
});

test('a shield given twice counts once', () => {
  const shield = RetentionRule.protect('v*');
  expect(ImageRetention.of(shield, shield).toJson()).toBe(ImageRetention.of(shield).toJson());
});

test('a simulation refuses images that cannot be', () => {
  const standard = ImageRetention.standard();
  expect(() => standard.simulate([image('A', 1), image('A', 2), image('B', 1)], NOW)).toThrow(
    '[ImageRetention.simulate] \'images\' must have a digest of its own each, got ["A"]: merge the tags of one image (cdk-secure-ecr:simulationDigests)',
  );
  for (const [images, now] of [[[image('A', NaN)], NOW], [[image('A', 1, { archivedAt: new Date('x') })], NOW], [[image('A', 1, { restoredAt: new Date('x') })], NOW], [[], new Date(NaN)]] as const) {
    expect(() => standard.simulate([...images], now)).toThrow('cdk-secure-ecr:simulationDates');
  }
});

test('where neither selection is narrower, the rule given first decides', () => {
  const versions = RetentionRule.archiveBeyond(ImageSelection.tagPrefix('v'), 12);
  const nightly = RetentionRule.expireOlderThan(ImageSelection.tagPrefix('nightly-'), Duration.days(14));
  const both = [image('A', 20, { tags: ['v12.1', 'nightly-1'] })];
  expect(ImageRetention.of(versions, nightly).simulate(both, NOW)).toMatchObject([{ outcome: 'KEEP', rulePriority: 1 }]);
  expect(ImageRetention.of(nightly, versions).simulate(both, NOW)).toMatchObject([{ outcome: 'EXPIRE', rulePriority: 1 }]);
});

test('a release that somebody archived by hand stays, and holds its platform images no more', () => {
  const all = [
    image('index', 400, { tags: ['v1'], members: ['amd64'], archivedAt: daysAgo(380) }),
    image('amd64', 400, { archivedAt: daysAgo(370) }),
  ];
  expect(ImageRetention.production().simulate(all, NOW)).toMatchObject([{ outcome: 'KEEP' }, { outcome: 'EXPIRE' }]);
});

test.each(['', 'repo:main', 'sha256:abcd', 'a b', 'x'.repeat(129), Token.asString({ Ref: 'Tag' })])('%p is no tag in use', (tag) => {
  expect(() => ImageRetention.standard().explain({ tagsInUse: [tag] })).toThrow(
    /\[ImageRetention.warnings\] 'tagsInUse' must be tags.*: name the tag alone, without repository or digest \(cdk-secure-ecr:tagInvalid\)/,
  );
});

test('a ready-made retention says all that is wrong with its tags, by the names of its options', () => {
  expect(() => ImageRetention.standard({ protectedTags: ['', '*a*b*c*d*'], temporaryTagPrefixes: ['pr*'] })).toThrow(
    /^\[ImageRetention.standard\] 'protectedTags' must be a tag.*\n.*'protectedTags' must hold.*\n.*'temporaryTagPrefixes' must be the beginning/,
  );
});
