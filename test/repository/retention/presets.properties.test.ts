import { Duration } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { type Story, bound, lastUse, live, stories } from './life';
import { DAY } from './world';
import { ImageRetention, RetentionOutcome, type StoredImage } from '../../../src';
import type { LifecycleDocument } from '../../../src/repository/retention/lifecycle-document';

const has = (image: StoredImage, ...prefixes: string[]) => image.tags!.some((tag) => prefixes.some((prefix) => tag.startsWith(prefix)));
const temporary = (image: StoredImage) => has(image, 'gitsha_', 'gitbranch_', 'gitpr_');
const release = (image: StoredImage) => has(image, 'v');
const { KEEP, ARCHIVE, EXPIRE } = RetentionOutcome;

type Run = Parameters<Parameters<typeof live>[3]>[0];

/** Checks each run of a policy over the lives of some images. */
function always(retention: ImageRetention, days: number, numRuns: number, check: (run: Run) => void, byHand = true): void {
  fc.assert(fc.property(stories(byHand), (told: Story[]) => live(retention, told, days, (run) => {
    for (const image of run.before.filter(release)) expect([image, run.fates.get(image.digest)!.outcome]).toEqual([image, KEEP]);
    check(run);
  })), { numRuns });
}

// Not v, which is protected, and of one length: one that begins like another would be refused as never deciding.
const text = fc.stringMatching(/^[a-u0-9_][a-z0-9._-]{5}$/);
const options = fc.record({
  protectedTags: fc.uniqueArray(text, { maxLength: 15 }),
  temporaryTagPrefixes: fc.uniqueArray(text.map((each) => `${each}-`), { maxLength: 15 }),
  temporaryTagAge: fc.integer({ min: 1, max: 3650 }).map((days) => Duration.days(days)),
}, { requiredKeys: [] });

test('whatever is asked for: shields come first, one entry a rule', () => {
  fc.assert(fc.property(options, fc.integer({ min: 90, max: 9999 }), (asked, days) => {
    const all = [ImageRetention.standard(asked), ImageRetention.development(asked), ImageRetention.production(asked),
      ImageRetention.compliance({ protectedTags: asked.protectedTags, keepFor: Duration.days(days) })];
    for (const retention of all) {
      const { rules } = JSON.parse(retention.toJson()) as LifecycleDocument;
      expect(rules.map(({ rulePriority }) => rulePriority)).toEqual(rules.map((_, index) => index + 1));
      const kinds = rules.map(({ selection }) => ['tagPatternList', 'tagPrefixList', 'countType'].findIndex((key) => key in selection));
      expect(kinds).toEqual([...kinds].sort());
      const entries = rules.flatMap(({ selection: { tagPatternList, tagPrefixList } }) => tagPatternList ?? tagPrefixList ?? []);
      expect(entries.length).toBe(kinds.filter((kind) => kind < 2).length);
      expect(retention.warnings()).toEqual([]);
    }
  }), { numRuns: 50 });
});

test('standard: loses temporary tags after 7 days and untagged images beyond 5, nothing else', () => {
  always(ImageRetention.standard(), 100, 25, ({ now, before, fates, after }) => {
    const free = bound(before);
    for (const image of before.filter(({ digest }) => !free.has(digest))) {
      const { outcome } = fates.get(image.digest)!;
      if (temporary(image) && !release(image) && !image.archivedAt) {
        const age = now - Math.max(image.pushedAt.getTime(), image.restoredAt?.getTime() ?? 0);
        expect(outcome).toBe(age > 7 * DAY ? EXPIRE : KEEP);
      } else if (image.tags!.length > 0) {
        expect(outcome).toBe(KEEP);
      }
    }
    const held = bound(after);
    expect(after.filter(({ digest, tags, archivedAt }) => tags!.length === 0 && !archivedAt && !held.has(digest)).length).toBeLessThanOrEqual(5);
  });
});

test('development: leaves nothing older than 30 days but releases, what belongs to others and 1 untagged image', () => {
  always(ImageRetention.development(), 130, 25, ({ now, after }) => {
    const held = bound(after);
    const free = after.filter((image) => !held.has(image.digest) && !release(image));
    const untagged = free.filter(({ tags }) => tags!.length === 0);
    expect(untagged.length).toBeLessThanOrEqual(1);
    expect(free.filter((image) => !untagged.includes(image) && now - image.pushedAt.getTime() > 30 * DAY)).toEqual([]);
    expect(free.filter((image) => temporary(image) && now - image.pushedAt.getTime() > 7 * DAY)).toEqual([]);
  }, false);
});

test('production: what was used within 90 days stays active, unless it is temporary or has no tag', () => {
  always(ImageRetention.production(), 450, 25, ({ now, before, fates }) => {
    const others = bound(before);
    for (const image of before.filter((each) => each.tags!.length > 0 && !temporary(each) && !release(each))) {
      const { outcome } = fates.get(image.digest)!;
      if (image.archivedAt) {
        const due = now - image.archivedAt.getTime() > 365 * DAY && !others.has(image.digest);
        expect([image, outcome]).toEqual([image, due ? EXPIRE : KEEP]);
      } else if (now - lastUse(image) <= 90 * DAY) {
        expect([image, outcome]).toEqual([image, KEEP]);
      } else if (!others.has(image.digest)) {
        expect([image, outcome]).toEqual([image, ARCHIVE]);
      }
    }
  });
});

test('compliance: nothing expires that was pushed or archived within the time, but what refers to what expires', () => {
  fc.assert(fc.property(fc.integer({ min: 90, max: 150 }), stories(true), (days, told) => {
    live(ImageRetention.compliance({ keepFor: Duration.days(days) }), told, 350, ({ now, before, fates }) => {
      const others = bound(before);
      const within = (date: Date | undefined) => date === undefined || now - date.getTime() <= days * DAY;
      for (const image of before) {
        const { outcome } = fates.get(image.digest)!;
        const subject = image.subject && fates.get(image.subject);
        if (subject) {
          if (outcome === EXPIRE) expect([image, subject.outcome]).toEqual([image, EXPIRE]);
        } else if (release(image) || within(image.pushedAt) || within(image.archivedAt)) {
          expect([image, outcome]).not.toEqual([image, EXPIRE]);
        } else if (!others.has(image.digest)) {
          expect([image, outcome]).toEqual([image, EXPIRE]);
        }
        const idle = !image.archivedAt && now - lastUse(image) > 90 * DAY;
        if (!release(image) && !others.has(image.digest)) expect([image, outcome === ARCHIVE]).toEqual([image, idle]);
      }
    });
  }), { numRuns: 25 });
});
