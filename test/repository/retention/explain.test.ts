import { Duration } from 'aws-cdk-lib';
import { ANY, UNTAGGED, archive, archivedDays, beyond, expire, pulledDays, pushedDays, tagged } from './world';
import { ImageRetention, ImageSelection, RetentionRule } from '../../../src';
import type { LifecycleRule } from '../../../src/repository/retention/lifecycle-document';

const read = (...rules: LifecycleRule[]) => ImageRetention.fromJson(JSON.stringify({ rules }));

test('says what each rule does, in the order in which they apply', () => {
  expect(read(
    expire(90, { ...ANY, ...archivedDays(365) }),
    expire(1, { ...tagged('v*'), ...beyond(999_999) }),
    expire(2, { ...tagged('rc-*', 'qa'), ...beyond(3) }),
    archive(3, { tagStatus: 'tagged', tagPrefixList: ['build-'], ...beyond(20) }),
    expire(4, { ...UNTAGGED, ...pushedDays(7) }),
    expire(6, { ...tagged('v*'), ...archivedDays(36_500) }),
    archive(89, { ...ANY, ...pulledDays(90) }),
  ).explain().split('\n')).toEqual([
    '1. Images tagged v* are kept, whatever other tags they carry.',
    '2. Images tagged rc-* and qa are deleted, but for the newest 3.',
    '3. Images tagged build-* are archived, but for the newest 20.',
    '4. Images without a tag are deleted 7 days after their push.',
    '6. Images tagged v*, once archived, are kept there.',
    '89. All other images are archived when nobody has pulled them for 90 days.',
    '90. All other images, once archived, are deleted after 365 days in the archive.',
    expect.stringMatching(/^Warning: Rule 2 matches only images that carry all of rc-\*, qa at once: ECR joins a list by AND\./),
    'Warning: Rule 4 can delete the platform images of a multi-platform image that rule 3 archives: they have no tag, and nothing holds'
      + ' them once their index is archived. Archive untagged images too.',
  ]);
});

test('the ready-made raise no warning', () => {
  for (const retention of [ImageRetention.standard(), ImageRetention.development(), ImageRetention.production(),
    ImageRetention.compliance({ keepFor: Duration.days(365) })]) {
    expect(retention.warnings()).toEqual([]);
    expect(retention.explain()).not.toContain('Warning');
  }
});

describe('warns', () => {
  test('of a rule that can never match', () => {
    expect(read(expire(3, { ...tagged('v*'), ...beyond(1) }), expire(9, { ...tagged('v1'), ...pushedDays(1) })).warnings())
      .toEqual(['Rule 9 can never match: rule 3 decides on all its images before it.']);
    expect(read(expire(1, { ...tagged('*'), ...beyond(1) }), expire(2, { ...UNTAGGED, ...beyond(1) }), expire(3, { ...ANY, ...beyond(1) })).warnings())
      .toEqual([expect.stringMatching(/^Rule 3 can never match: /)]);
  });

  test('not where the rule before is about another storage class, or comes after', () => {
    expect(read(expire(1, { ...tagged('v*'), ...beyond(1) }), expire(2, { ...tagged('v1'), ...archivedDays(90) })).warnings()).toEqual([]);
    expect(read(expire(2, { ...tagged('v*'), ...beyond(1) }), expire(1, { ...tagged('v1'), ...beyond(1) })).warnings()).toEqual([]);
  });

  test('of a list, for ECR joins it by AND', () => {
    expect(read(expire(5, { tagStatus: 'tagged', tagPrefixList: ['dev', 'qa'], ...beyond(1) })).warnings()).toEqual([
      'Rule 5 matches only images that carry all of dev*, qa* at once: ECR joins a list by AND. Write a rule for each if one of them is enough.',
    ]);
  });

  describe('of a tag in use', () => {
    const inUse = (retention: ImageRetention, ...tagsInUse: string[]) => retention.warnings({ tagsInUse });

    test('that can be deleted or archived', () => {
      const advice = 'while it runs: ECR does not know what runs. Protect main, or deploy by a tag that is protected.';
      expect(inUse(ImageRetention.development({ temporaryTagPrefixes: [] }), 'main')).toEqual([`What is deployed as main can be deleted by rule 3 ${advice}`]);
      expect(inUse(ImageRetention.production({ temporaryTagPrefixes: [] }), 'main')).toEqual([`What is deployed as main can be archived by rule 4 ${advice}`]);
      expect(inUse(ImageRetention.standard(), 'gitsha_1', 'gitpr_2')).toEqual([
        expect.stringContaining('deployed as gitsha_1 can be deleted by rule 2'), expect.stringContaining('deployed as gitpr_2'),
      ]);
    });

    test('that nothing keeps, where an image that carries it may carry another that expires', () => {
      // What runs as prod was pushed as gitsha_… by most pipelines.
      expect(inUse(ImageRetention.standard(), 'prod')).toEqual([expect.stringMatching(/prod.*rule 2/)]);
      expect(inUse(read(expire(1, { ...tagged('tmp'), ...beyond(1) }), expire(2, { ...tagged('v*'), ...beyond(999_999) })), 'v1'))
        .toEqual([expect.stringMatching(/v1.*rule 1/)]);
    });

    test('not of one that is protected, or that nothing can take', () => {
      for (const retention of [ImageRetention.standard(), ImageRetention.development(), ImageRetention.production()]) {
        expect(inUse(retention, 'v1.2.3')).toEqual([]);
      }
      expect(inUse(ImageRetention.production({ protectedTags: ['main'] }), 'main')).toEqual([]);
      expect(inUse(ImageRetention.of(RetentionRule.expireBeyond(ImageSelection.untagged(), 1)), 'main')).toEqual([]);
    });

    test('and puts it at the end of the explanation', () => {
      expect(ImageRetention.development().explain({ tagsInUse: ['gitsha_1'] })).toMatch(/\.\nWarning: What is deployed as gitsha_1 can be deleted by rule 2 [^\n]*$/);
    });
  });
});
