import * as fc from 'fast-check';
import { type Policy, accepted, anyPolicy, images, pattern, policy, shown, tag } from './arbitraries';
import { NOW, daysAgo, lost } from './world';
import { ImageRetention, ImageSelection, RetentionOutcome, RetentionRule, type StoredImage } from '../../../src';
import type { LifecycleDocument, LifecycleRule } from '../../../src/repository/retention/lifecycle-document';
import { covers, matches, patternsOf } from '../../../src/repository/retention/tag-patterns';

const documentOf = (retention: ImageRetention): LifecycleDocument => JSON.parse(retention.toJson());
/** A count or time that nothing reaches. */
const isShield = ({ selection }: LifecycleRule) => selection.countNumber > 30_000;
const fatesOf = (retention: ImageRetention, all: StoredImage[]) => new Map(
  retention.simulate(all, NOW).map((fate) => [fate.digest, fate]),
);

/** Checks a property of policies and images, and shows a counterexample so that it can be read. */
function holds(check: (policy: Policy, all: StoredImage[]) => void, numRuns = 400): void {
  fc.assert(fc.property(anyPolicy, images, (each, all) => {
    try {
      check(each, all);
    } catch (error) {
      throw new Error(`${each}\n${shown(all)}\n${(error as Error).message}`);
    }
  }), { numRuns });
}

/** Those that stay active, in whose lists E6 holds members. */
const staying = (all: StoredImage[], fates: ReturnType<typeof fatesOf>) => all.filter(({ digest, archivedAt }) => (
  archivedAt === undefined && fates.get(digest)!.outcome === RetentionOutcome.KEEP
));

test('what carries a protected tag is kept, with its platform images and what refers to it', () => {
  holds(({ retention, protectedTags }, all) => {
    const kept = all.filter(({ tags }) => tags!.some((each) => protectedTags.some((wide) => matches(each, wide))));
    const digests = new Set(kept.map(({ digest }) => digest));
    const members = kept.filter(({ archivedAt }) => !archivedAt).flatMap((image) => image.members!);
    const referrers = all.filter(({ subject }) => subject !== undefined && digests.has(subject)).map(({ digest }) => digest);
    const { expired, archived } = lost(retention, all);
    expect([...expired, ...archived].filter((each) => digests.has(each) || members.includes(each) || referrers.includes(each))).toEqual([]);
  }, 1000);
});

test('protecting one more tag never expires nor archives more', () => {
  fc.assert(fc.property(policy, pattern, images, (each, more, all) => {
    const protect = { value: RetentionRule.protect(more), toString: () => more };
    const careful = accepted([...each.rules, protect]);
    fc.pre(careful !== undefined);
    const [before, after] = [lost(each.retention, all), lost(careful!, all)];
    expect(before.expired).toEqual(expect.arrayContaining(after.expired));
    expect(before.archived).toEqual(expect.arrayContaining(after.archived));
  }), { numRuns: 400 });
});

test('what is rendered and read back is the same, and does the same', () => {
  holds(({ retention }, all) => {
    const again = ImageRetention.fromJson(retention.toJson());
    expect(again.toJson()).toBe(retention.toJson());
    expect(again.simulate(all, NOW)).toEqual(retention.simulate(all, NOW));
    // Of what is read in, lists joined by AND are warned of too.
    const [mine, its] = [retention, again].map((each) => each.explain().split('\n'));
    expect(its).toEqual(expect.arrayContaining(mine));
  });
});

test('the members of a list that stays active stay', () => {
  holds(({ retention }, all) => {
    const fates = fatesOf(retention, all);
    const gone = staying(all, fates).flatMap(({ members }) => members!)
      .filter((member) => fates.has(member) && fates.get(member)!.outcome !== RetentionOutcome.KEEP);
    expect(gone).toEqual([]);
  }, 1000);
});

test('what refers to an image goes where it goes, unless a list that stays holds it', () => {
  holds(({ retention }, all) => {
    const fates = fatesOf(retention, all);
    const held = new Set(staying(all, fates).flatMap(({ members }) => members!));
    for (const { digest, subject, archivedAt } of all) {
      if (subject === undefined || held.has(digest)) continue;
      const expected = fates.get(subject)!.outcome;
      const there = archivedAt !== undefined && expected === RetentionOutcome.ARCHIVE;
      expect([digest, fates.get(digest)!.outcome]).toEqual([digest, there ? RetentionOutcome.KEEP : expected]);
    }
  });
});

test('the order of images and of rules in the list does not matter', () => {
  holds(({ retention }, all) => {
    const { rules } = documentOf(retention);
    const [same, other] = [rules, [...rules].reverse()].map((each) => ImageRetention.fromJson(JSON.stringify({ rules: each })));
    expect(fatesOf(other, [...all].reverse())).toEqual(fatesOf(retention, all));
    expect(other.explain()).toBe(same.explain());
  });
});

test('only what is active is archived', () => {
  holds(({ retention }, all) => {
    const { archived } = lost(retention, all);
    expect(all.filter(({ digest, archivedAt }) => archivedAt && archived.includes(digest))).toEqual([]);
  });
});

describe('every policy that is taken', () => {
  const classOf = ({ selection }: LifecycleRule) => selection.storageClass ?? 'standard';

  /** As many images as a rule needs to decide on one, with tags that only its own patterns match. */
  function witness({ selection }: LifecycleRule, tags: string[]): StoredImage[] {
    const number = selection.countType === 'imageCountMoreThan' ? selection.countNumber + 1 : 1;
    return Array.from({ length: number }, (_, index) => ({
      digest: `${index}`, tags, pushedAt: daysAgo(40_000), archivedAt: selection.storageClass ? daysAgo(selection.countNumber + 1) : undefined,
    }));
  }

  test('has no rule that can never decide', () => {
    fc.assert(fc.property(policy, ({ retention }) => {
      for (const rule of documentOf(retention).rules.filter((each) => !isShield(each))) {
        const candidates = rule.selection.tagStatus === 'any' ? [[], ['Z']] : [patternsOf(rule.selection).map((each) => each.replaceAll('*', 'Z'))];
        const decides = candidates.some((tags) => retention.simulate(witness(rule, tags), NOW)
          .some(({ rulePriority, outcome }) => rulePriority === rule.rulePriority && outcome !== RetentionOutcome.KEEP));
        expect([rule, decides]).toEqual([rule, true]);
      }
    }), { numRuns: 500 });
  });

  test('raises no warning of a rule that never matches', () => {
    holds(({ retention }) => expect(retention.warnings().filter((each) => each.includes('never match'))).toEqual([]));
  });

  test('has priorities 1 to n, shields first, any image last, untagged images once, no tags twice', () => {
    holds(({ retention }) => {
      const { rules } = documentOf(retention);
      expect(rules.map(({ rulePriority }) => rulePriority)).toEqual(rules.map((_, index) => index + 1));
      const shields = rules.map(isShield);
      expect(shields).toEqual([...shields].sort((a, b) => Number(b) - Number(a)));
      for (const storageClass of ['standard', 'archive']) {
        const own = rules.filter((rule) => classOf(rule) === storageClass).map(({ selection }) => selection);
        expect(own.filter(({ tagStatus }) => tagStatus === 'untagged').length).toBeLessThanOrEqual(1);
        expect(own.slice(0, -1).filter(({ tagStatus }) => tagStatus === 'any')).toEqual([]);
        const keys = own.filter(({ tagStatus }) => tagStatus === 'tagged').map((each) => JSON.stringify(patternsOf(each).sort()));
        expect(new Set(keys).size).toBe(keys.length);
      }
    });
  });

  test('has a narrower rule before a wider one, whatever order they were given in', () => {
    holds(({ retention }) => {
      const rules = documentOf(retention).rules.filter((each) => !isShield(each));
      for (const [index, { selection: early }] of rules.entries()) {
        const narrower = rules.slice(index + 1).filter(({ selection }) => (
          selection.storageClass === early.storageClass && covers(early, selection)
        ));
        expect(narrower).toEqual([]);
      }
    });
  });

  test('is the same in whatever order rules of which each is narrower than the next were given', () => {
    const chain = ['ab1*', 'ab*', 'a*', '*'];
    fc.assert(fc.property(fc.shuffledSubarray(chain, { minLength: 1 }), (patterns) => {
      const retention = ImageRetention.of(...patterns.map((each) => RetentionRule.expireBeyond(ImageSelection.tagPattern(each), 1)));
      expect(documentOf(retention).rules.flatMap(({ selection }) => patternsOf(selection))).toEqual(chain.filter((each) => patterns.includes(each)));
    }));
  });
});

test('where patterns are said to cover others, every tag that matches these matches those', () => {
  const piece = fc.constantFrom('a', 'b', '*', '.');
  const anyPattern = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join(''));
  const anyTag = fc.oneof(fc.stringMatching(/^[ab.]{1,6}$/), tag);
  const tagPatternList = fc.array(anyPattern, { minLength: 1, maxLength: 2 });
  fc.assert(fc.property(tagPatternList, tagPatternList, anyTag, (wide, narrow, filler) => {
    const of = (list: string[]) => ({ tagStatus: 'tagged', tagPatternList: list }) as const;
    fc.pre(covers(of(wide), of(narrow)));
    const tags = narrow.map((each) => each.replaceAll('*', filler));
    for (const each of wide) expect([each, tags.some((one) => matches(one, each))]).toEqual([each, true]);
  }), { numRuns: 500 });
});

test('a tag matches a pattern as shells have it', () => {
  const glob = (text: string, wild: string): boolean => {
    if (wild === '') return text === '';
    if (wild[0] === '*') return glob(text, wild.slice(1)) || (text !== '' && glob(text.slice(1), wild));
    return text[0] === wild[0] && glob(text.slice(1), wild.slice(1));
  };
  fc.assert(fc.property(fc.stringMatching(/^[ab.]{0,6}$/), fc.stringMatching(/^[ab.*]{0,6}$/), (text, wild) => {
    expect(matches(text, wild)).toBe(glob(text, wild));
  }), { numRuns: 2000 });
});
