import { Duration } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { NOW, daysAgo } from './world';
import { ImageRetention, ImageSelection, RetentionRule, type StoredImage } from '../../../src';

/*
 * Tags and patterns of few characters and short times, so that they meet often. Everything prints as the code that
 * makes it, for counterexamples that can be read.
 */

/** A value, with the code that makes it. */
export interface Named<T> {
  readonly value: T;
  toString(): string;
}

const named = <T>(value: T, code: string): Named<T> => ({ value, toString: () => code });

export const tag = fc.constantFrom('a', 'b', 'ab', 'ba', 'aa', 'v1', 'v1a', 'va', 'b1', '1', '1a');
export const pattern = fc.constantFrom('a', 'a*', '*a', 'ab', 'ab*', 'a*b', 'b*', '*b*', 'v1', 'v*', 'v1*', '1*', '*1', '*a*', '*');
const prefix = fc.constantFrom('a', 'ab', 'b', 'v', 'v1', '1');

const selection: fc.Arbitrary<Named<ImageSelection>> = fc.oneof(
  fc.constant(named(ImageSelection.untagged(), 'untagged()')),
  fc.constant(named(ImageSelection.any(), 'any()')),
  prefix.map((each) => named(ImageSelection.tagPrefix(each), `tagPrefix('${each}')`)),
  pattern.map((each) => named(ImageSelection.tagPattern(each), `tagPattern('${each}')`)),
  fc.uniqueArray(pattern, { minLength: 2, maxLength: 2 }).map((both) => named(ImageSelection.taggedWithAll(...both), `taggedWithAll('${both.join("', '")}')`)),
);

const days = fc.integer({ min: 1, max: 120 });
const count = fc.integer({ min: 1, max: 4 });
const byDays = (factory: 'expireOlderThan' | 'archiveOlderThan' | 'archiveNotPulledFor' | 'expireArchived', least = 0) => (
  fc.tuple(selection, days).map(([of, n]) => named(RetentionRule[factory](of.value, Duration.days(n + least)), `${factory}(${of}, ${n + least} days)`))
);
const byCount = (factory: 'expireBeyond' | 'archiveBeyond') => (
  fc.tuple(selection, count).map(([of, n]) => named(RetentionRule[factory](of.value, n), `${factory}(${of}, ${n})`))
);

/** A rule that expires or archives. */
export const rule: fc.Arbitrary<Named<RetentionRule>> = fc.oneof(
  byDays('expireOlderThan'), byDays('archiveOlderThan'), byDays('archiveNotPulledFor'), byDays('expireArchived', 89),
  byCount('expireBeyond'), byCount('archiveBeyond'),
);

/** `undefined` where the rules are refused. */
export function accepted(rules: readonly Named<RetentionRule>[]): ImageRetention | undefined {
  try {
    return ImageRetention.of(...rules.map(({ value }) => value));
  } catch (error) {
    if (!/cdk-secure-ecr:/.test((error as Error).message)) throw error;
    return undefined;
  }
}

export interface Policy {
  readonly retention: ImageRetention;
  readonly rules: Named<RetentionRule>[];
  readonly protectedTags: string[];
  toString(): string;
}

/** Rules that are taken together: of those drawn, each that is not refused beside the ones before it. */
export const policy: fc.Arbitrary<Policy> = fc.tuple(fc.array(pattern, { maxLength: 2 }), fc.array(rule, { minLength: 1, maxLength: 6 }))
  .map(([patterns, drawn]) => {
    let rules: Named<RetentionRule>[] = [];
    const protectedTags: string[] = [];
    for (const each of patterns) {
      const more = [...rules, named(RetentionRule.protect(each), `protect('${each}')`)];
      if (!accepted(more)) continue;
      rules = more;
      protectedTags.push(each);
    }
    for (const each of drawn) if (accepted([...rules, each])) rules = [...rules, each];
    return { retention: accepted(rules)!, rules, protectedTags, toString: () => `of(\n  ${rules.join(',\n  ')})` };
  });

const preset = (code: string, retention: ImageRetention): Policy => ({ retention, rules: [], protectedTags: ['v*'], toString: () => code });
export const anyPolicy = fc.oneof({ arbitrary: policy, weight: 8 }, fc.constantFrom(
  preset('standard()', ImageRetention.standard()),
  preset('development()', ImageRetention.development()),
  preset('production()', ImageRetention.production()),
  preset('compliance(90 days)', ImageRetention.compliance({ keepFor: Duration.days(90) })),
));

/** Often the same, for two images may be pushed at once. */
const age = fc.oneof(fc.constantFrom(0, 1, 30, 90, 91), fc.integer({ min: 0, max: 300 }));

/** An image as drawn: times in days before NOW, others by their number. */
const drawn = fc.record({
  tags: fc.uniqueArray(tag, { maxLength: 3 }),
  pushed: age,
  pulled: fc.option(age, { nil: undefined }),
  restored: fc.option(age, { nil: undefined, freq: 4 }),
  archived: fc.option(age, { nil: undefined, freq: 3 }),
  members: fc.oneof({ arbitrary: fc.constant<number[]>([]), weight: 2 }, fc.uniqueArray(fc.nat(9), { maxLength: 3 })),
  subject: fc.option(fc.nat(9), { nil: undefined, freq: 3 }),
});

/** Images of a repository: what refers to an image carries no tags and was pushed after it. */
export const images: fc.Arbitrary<StoredImage[]> = fc.array(drawn, { maxLength: 10 }).map((all) => all.map((each, index) => {
  const refers = each.subject !== undefined && each.subject < index;
  const date = (days_?: number) => (days_ === undefined ? undefined : daysAgo(Math.min(days_, each.pushed)));
  return {
    digest: `#${index}`,
    pushedAt: daysAgo(each.pushed),
    tags: refers ? [] : each.tags,
    lastPulledAt: date(each.pulled),
    restoredAt: each.archived === undefined ? date(each.restored) : undefined,
    archivedAt: date(each.archived),
    members: each.members.filter((member) => member !== index).map((member) => `#${member}`),
    subject: refers ? `#${each.subject}` : undefined,
  };
}));

/** Images as a table, times in days ago. */
export function shown(all: readonly StoredImage[]): string {
  const ago = (name: string, date?: Date) => (date ? ` ${name} ${(NOW.getTime() - date.getTime()) / 86_400_000}` : '');
  return all.map(({ digest, tags, pushedAt, lastPulledAt, restoredAt, archivedAt, members, subject }) => (
    `  ${digest} [${tags}]${ago('pushed', pushedAt)}${ago('pulled', lastPulledAt)}${ago('restored', restoredAt)}${ago('archived', archivedAt)}`
    + `${members?.length ? ` lists ${members}` : ''}${subject ? ` refers to ${subject}` : ''}`
  )).join('\n');
}
