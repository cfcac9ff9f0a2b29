import {
  ANY, NOW, UNTAGGED, archive, archivedDays, beyond, daysAgo, expire, image, lost, pulledDays, pushedDays, tagged,
} from './world';
import { ImageRetention, type StoredImage } from '../../../src';
import type { LifecycleRule } from '../../../src/repository/retention/lifecycle-document';

const policy = (...rules: LifecycleRule[]) => ImageRetention.fromJson(JSON.stringify({ rules }));
const pushed = (digest: string, days: number, ...tags: string[]) => image(digest, days, { tags });
const prodBeta = [pushed('A', 10, 'beta-1', 'prod-1'), pushed('B', 9, 'beta-2', 'prod-2'), pushed('C', 8, 'beta-3')];

interface Example {
  readonly rules: LifecycleRule[];
  readonly images: StoredImage[];
  readonly expired?: string[];
  readonly archived?: string[];
}

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_examples.html, in its order. */
const EXAMPLES: Record<string, Example> = {
  'by age': {
    rules: [expire(1, { ...tagged('prod*'), ...pushedDays(14) })],
    images: [pushed('A', 15, 'prod-1'), pushed('B', 14, 'prod-2'), pushed('C', 99, 'beta-1'), pushed('D', 99), pushed('E', 20, 'prod')],
    expired: ['A', 'E'],
  },
  'by last pull': {
    rules: [archive(1, { ...ANY, ...pulledDays(90) })],
    images: [image('A', 400, { lastPulledAt: daysAgo(91) }), image('B', 400, { lastPulledAt: daysAgo(90) }), image('C', 91)],
    archived: ['A', 'C'],
  },
  'by time in the archive': {
    rules: [expire(1, { ...ANY, ...archivedDays(365) })],
    images: [image('A', 999, { archivedAt: daysAgo(366) }), image('B', 999, { archivedAt: daysAgo(365) }), image('C', 999)],
    expired: ['A'],
  },
  'by number': {
    rules: [expire(1, { ...UNTAGGED, ...beyond(1) })],
    images: [pushed('A', 3), pushed('B', 1), pushed('C', 2), pushed('D', 9, 'latest')],
    expired: ['A', 'C'],
  },
  'several rules, A': {
    rules: [expire(1, { ...tagged('prod*'), ...beyond(1) }), expire(2, { ...tagged('beta*'), ...beyond(1) })],
    images: prodBeta,
    expired: ['A'],
  },
  'several rules, B': {
    rules: [expire(1, { ...tagged('beta*'), ...beyond(1) }), expire(2, { ...tagged('prod*'), ...beyond(1) })],
    images: prodBeta,
    expired: ['A', 'B'],
  },
  'several tags in one rule, A': {
    rules: [expire(1, { ...tagged('alpha*', 'beta*'), ...pushedDays(5) })],
    images: [
      pushed('A', 12, 'alpha-1'), pushed('B', 11, 'beta-1'), pushed('C', 10, 'alpha-2', 'beta-2'),
      pushed('D', 4, 'alpha-3'), pushed('E', 3, 'beta-3'), pushed('F', 2, 'alpha-4', 'beta-4'),
    ],
    expired: ['C'],
  },
  'several tags in one rule, B': {
    rules: [expire(1, { ...tagged('alpha*', 'beta*'), ...beyond(1) })],
    images: [
      pushed('A', 10, 'alpha-1', 'beta-1', 'gamma-1'), pushed('B', 9, 'alpha-2', 'beta-2'), pushed('C', 8, 'alpha-3', 'beta-3', 'gamma-2'),
    ],
    expired: ['A', 'B'],
  },
  'all images, A': {
    rules: [expire(1, { ...ANY, ...beyond(1) })],
    images: [pushed('A', 4, 'alpha-1'), pushed('B', 3, 'beta-1'), pushed('C', 2), pushed('D', 1, 'alpha-2')],
    expired: ['A', 'B', 'C'],
  },
  'all images, B': {
    rules: [
      expire(1, { ...tagged('alpha*'), ...beyond(1) }),
      expire(2, { ...UNTAGGED, ...pushedDays(1) }),
      expire(3, { ...ANY, ...beyond(1) }),
    ],
    images: [
      pushed('A', 4, 'alpha-1', 'beta-1'), pushed('B', 3), pushed('C', 2, 'alpha-2'), pushed('D', 1, 'git hash'),
      // AWS has D and E pushed on the same day and E the newer: its result expires D.
      image('E', 1, { pushedAt: new Date(daysAgo(1).getTime() + 1) }),
    ],
    expired: ['A', 'B', 'D'],
  },
  'archive by age': {
    rules: [archive(1, { ...tagged('prod*'), ...pushedDays(30) })],
    images: [pushed('A', 31, 'prod-1'), pushed('B', 30, 'prod-2'), pushed('C', 31, 'beta')],
    archived: ['A'],
  },
  'archive by age, expire by time in the archive': {
    rules: [archive(1, { ...ANY, ...pushedDays(30) }), expire(2, { ...ANY, ...archivedDays(365) })],
    images: [image('A', 31), image('B', 29), image('C', 500, { archivedAt: daysAgo(366) }), image('D', 500, { archivedAt: daysAgo(300) })],
    expired: ['C'],
    archived: ['A'],
  },
};

test.each(Object.entries(EXAMPLES))("AWS's example: %s", (_, { rules, images, expired = [], archived = [] }) => {
  expect(lost(policy(...rules), images)).toEqual({ expired, archived });
});

/** The sentences that evaluate.ts quotes by these numbers. */
describe('sentence', () => {
  const old = (digest: string, more: Partial<StoredImage> = {}) => image(digest, 100, more);
  const expireOld = policy(expire(1, { ...ANY, ...pushedDays(30) }));
  const archiveOld = policy(archive(1, { ...ANY, ...pushedDays(30) }));

  test('E1: what refers to an image goes and stays with it, and what refers to that', () => {
    const images = [old('A'), image('A.sbom', 1, { subject: 'A' }), image('A.sbom.sig', 1, { subject: 'A.sbom' }),
      image('B', 1), old('B.sig', { subject: 'B' })];
    expect(lost(expireOld, images)).toEqual({ expired: ['A', 'A.sbom', 'A.sbom.sig'], archived: [] });
    expect(lost(archiveOld, images)).toEqual({ expired: [], archived: ['A', 'A.sbom', 'A.sbom.sig'] });
  });

  test('E1: what is in the archive already is not archived again', () => {
    const images = [old('A'), old('A.sig', { subject: 'A', archivedAt: daysAgo(50) })];
    expect(lost(archiveOld, images)).toEqual({ expired: [], archived: ['A'] });
    expect(lost(expireOld, images)).toEqual({ expired: ['A', 'A.sig'], archived: [] });
  });

  test('E1: what refers to an image that is gone is an image like any other', () => {
    expect(lost(expireOld, [old('A.sig', { subject: 'A' })]).expired).toEqual(['A.sig']);
  });

  test('E1: what is written down as referring to itself stays', () => {
    expect(lost(expireOld, [old('A', { subject: 'B' }), old('B', { subject: 'A' }), old('C', { subject: 'C' })]).expired).toEqual([]);
  });

  test('E2: all rules are evaluated before any is applied', () => {
    // By itself the second rule keeps the newest of 2; that the first one expires this one does not spare the other.
    const both = policy(expire(1, { ...tagged('a'), ...pushedDays(1) }), expire(2, { ...tagged('b*'), ...beyond(1) }));
    expect(lost(both, [pushed('A', 2, 'a', 'b1'), pushed('B', 3, 'b2')]).expired).toEqual(['A', 'B']);
  });

  test('E3: one rule decides, and is named', () => {
    const both = policy(expire(1, { ...tagged('a'), ...pushedDays(30) }), archive(2, { ...ANY, ...pushedDays(30) }));
    expect(both.simulate([old('A', { tags: ['a'] }), old('B'), pushed('C', 1, 'a'), pushed('D', 40, 'a')], NOW)).toEqual([
      { digest: 'A', outcome: 'EXPIRE', rulePriority: 1, reason: 'rule 1' },
      { digest: 'B', outcome: 'ARCHIVE', rulePriority: 2, reason: 'rule 2' },
      { digest: 'C', outcome: 'KEEP', rulePriority: 1, reason: 'within limit (rule 1)' },
      { digest: 'D', outcome: 'EXPIRE', rulePriority: 1, reason: 'rule 1' },
    ]);
    expect(policy(expire(1, { ...UNTAGGED, ...beyond(1) })).simulate([old('A', { tags: ['a'] })], NOW))
      .toEqual([{ digest: 'A', outcome: 'KEEP', rulePriority: undefined, reason: 'no rule' }]);
  });

  test('E4: a rule shields what it matches and does not mark', () => {
    const both = policy(expire(3, { ...tagged('keep'), ...beyond(9) }), expire(7, { ...ANY, ...pushedDays(30) }));
    expect(both.simulate([old('A', { tags: ['keep', 'other'] })], NOW))
      .toEqual([{ digest: 'A', outcome: 'KEEP', rulePriority: 3, reason: 'shielded (rule 3)' }]);
  });

  test('E4, as decided here: within a storage class only', () => {
    const both = policy(expire(1, { ...tagged('keep'), ...beyond(9) }), expire(2, { ...ANY, ...archivedDays(90) }));
    expect(lost(both, [old('A', { tags: ['keep'], archivedAt: daysAgo(91) })]).expired).toEqual(['A']);
  });

  test('E5: a rule counts what a higher one has marked', () => {
    const both = policy(expire(1, { ...tagged('a'), ...pushedDays(1) }), expire(2, { ...ANY, ...beyond(2) }));
    expect(lost(both, [pushed('A', 2, 'a'), pushed('B', 3, 'b'), pushed('C', 4, 'c')]).expired).toEqual(['A', 'C']);
  });

  describe('E6: platform images', () => {
    const untagged = policy(expire(1, { ...UNTAGGED, ...pushedDays(30) }), archive(2, { ...tagged('go'), ...pushedDays(30) }));
    const list = (tag: string, more: Partial<StoredImage> = {}) => old('list', { tags: [tag], members: ['amd64', 'inner'], ...more });
    const members = [old('amd64'), old('inner', { members: ['arm64', 'not here'] }), old('arm64')];

    test('stay with their list, those of a list in it too', () => {
      expect(lost(untagged, [...members, list('stay')])).toEqual({ expired: [], archived: [] });
      expect(untagged.simulate([...members, list('stay')], NOW)[0].reason).toBe('in a list that stays (rule 1)');
    });

    test('do not stay for a list that goes or is in the archive', () => {
      expect(lost(untagged, [...members, list('go')])).toEqual({ expired: ['amd64', 'arm64', 'inner'], archived: ['list'] });
      expect(lost(untagged, [...members, list('stay', { archivedAt: daysAgo(9) })]).expired).toEqual(['amd64', 'arm64', 'inner']);
    });

    test('do not stay for an archived list that is held itself', () => {
      const archived = policy(expire(1, { ...UNTAGGED, ...pushedDays(30) }), expire(2, { ...ANY, ...archivedDays(90) }));
      const inner = old('inner', { members: ['arm64'], archivedAt: daysAgo(91) });
      expect(lost(archived, [inner, old('arm64'), old('list', { tags: ['stay'], members: ['inner'] })]).expired).toEqual(['arm64']);
    });

    test('stay while one of two lists stays', () => {
      expect(lost(untagged, [...members, list('go'), old('other', { tags: ['stay'], members: ['amd64'] })]).expired)
        .toEqual(['arm64', 'inner']);
    });

    test('stay with a list that refers to an image, and what refers to them stays', () => {
      expect(lost(untagged, [
        old('A', { tags: ['stay'] }), old('sboms', { subject: 'A', members: ['sbom'] }), old('sbom'), old('sig', { subject: 'sbom' }),
      ]).expired).toEqual([]);
    });

    test('that refer to an image stay with their list when that image goes', () => {
      expect(lost(untagged, [old('A'), old('A.sig', { subject: 'A' }), old('list', { tags: ['stay'], members: ['A.sig'] })]).expired)
        .toEqual(['A']);
    });
  });

  test('E7: what was restored counts as pushed when it was', () => {
    const images = [old('A', { restoredAt: daysAgo(1) }), image('B', 2), image('C', 3)];
    expect(lost(policy(expire(1, { ...ANY, ...beyond(1) })), images).expired).toEqual(['B', 'C']);
    expect(lost(expireOld, [old('A', { restoredAt: daysAgo(30) }), old('B', { restoredAt: daysAgo(31) })]).expired).toEqual(['B']);
  });

  test('E8: each pattern or prefix of a list matches some tag', () => {
    const patterns = policy(expire(1, { ...tagged('*prod*', 'x'), ...pushedDays(1) }));
    const prefixes = policy(expire(1, { tagStatus: 'tagged', tagPrefixList: ['prod', 'x'], ...pushedDays(1) }));
    const images = [pushed('A', 9, 'prod1', 'x'), pushed('B', 9, 'my-prod-1', 'x'), pushed('C', 9, 'prod', 'xy'), pushed('D', 9, 'prod'), old('E')];
    expect(lost(patterns, images).expired).toEqual(['A', 'B']);
    expect(lost(prefixes, images).expired).toEqual(['A', 'C']);
    expect(lost(policy(expire(1, { ...tagged('1.*'), ...pushedDays(1) })), [pushed('A', 9, '1.0'), pushed('B', 9, '110')]).expired).toEqual(['A']);
  });

  test('E9: the youngest are kept', () => {
    const three = policy(expire(1, { ...ANY, ...beyond(3) }));
    const images = [5, 1, 4, 2, 3].map((days) => image(`${days}`, days));
    expect(lost(three, images).expired).toEqual(['4', '5']);
    expect(lost(three, images.slice(0, 3)).expired).toEqual([]);
  });

  const aboutLimit = (key: 'pushedAt' | 'lastPulledAt' | 'archivedAt') => [
    old('at', { [key]: daysAgo(90) }), old('after', { [key]: new Date(daysAgo(90).getTime() - 1) }), old('before', { [key]: daysAgo(89) }),
  ];
  test.each([
    ['E10', expire(1, { ...ANY, ...pushedDays(90) }), aboutLimit('pushedAt')],
    ['E11', archive(1, { ...ANY, ...pulledDays(90) }), aboutLimit('lastPulledAt')],
    ['E12', expire(1, { ...ANY, ...archivedDays(90) }), aboutLimit('archivedAt')],
  ])('%s: older than the number of days, to the millisecond', (_, rule, images) => {
    const { expired, archived } = lost(policy(rule), images);
    expect([...expired, ...archived]).toEqual(['after']);
  });

  test('E11: never pulled counts from the push; restored and not pulled since, from the restoration', () => {
    const unpulled = policy(archive(1, { ...ANY, ...pulledDays(90) }));
    const restored = (days: number, pulled: number) => ({ restoredAt: daysAgo(days), lastPulledAt: daysAgo(pulled) });
    expect(lost(unpulled, [
      image('A', 91), image('B', 89), image('C', 500, restored(80, 300)), image('D', 500, restored(300, 80)),
      image('E', 500, restored(91, 300)), image('F', 500, restored(300, 91)), image('G', 500, { restoredAt: daysAgo(80) }),
    ]).archived).toEqual(['A', 'E', 'F']);
  });

  test('P1: a rule selects images of its storage class only', () => {
    const archived = [old('A', { archivedAt: daysAgo(50) }), image('B', 1)];
    expect(lost(expireOld, archived).expired).toEqual([]);
    expect(lost(policy(expire(1, { ...ANY, ...beyond(1), storageClass: 'standard' })), archived).expired).toEqual([]);
    expect(lost(policy(expire(1, { ...ANY, ...archivedDays(90) })), [old('A')]).expired).toEqual([]);
  });
});
