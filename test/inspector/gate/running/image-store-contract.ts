import type { WatchedImage } from '../../../../src/inspector/gate/contract';
import type { DueImage, ImageStore } from '../../../../src/inspector/gate/running/image-store';
import { AWAITED_AT_MOST, ConflictError, type ImageCourse } from '../../../../src/inspector/gate/running/state';
import { NOW, digest } from '../../facts';
import { approved, rejected } from '../verdicts';

export const AT = NOW.toISOString();
export const LATER = '2026-12-01T00:00:00.000Z';
export const COURSE: ImageCourse = {
  status: 'APPROVED',
  decidedAt: AT,
  confirmedAt: AT,
  judgedBy: 'f1',
  outcome: 'o',
  announced: 'APPROVED',
  pendingSince: undefined,
  dueAt: LATER,
  outbox: { types: [], counts: { Revoked: 1 } },
};

export const image = (number: number, repository = 'shop/web'): WatchedImage => ({ repository, digest: digest(number) });

/** All that a store has watched, in its order. */
export async function watchedIn(store: ImageStore): Promise<DueImage[]> {
  const found: DueImage[] = [];
  for await (const page of store.watched()) found.push(...page);
  return found;
}

/** What the gate relies on, whatever it keeps its images in. */
export function testImageStore(open: () => Promise<ImageStore>): void {
  let store: ImageStore;
  const ONE = image(1);

  beforeEach(async () => store = await open());

  test('nobody knows of an image at first', async () => {
    expect(await store.get(ONE)).toBeUndefined();
    expect(await store.verdict(ONE, AT)).toBeUndefined();
    expect(await store.known('shop/web', [digest(1)])).toEqual(new Map());
    expect(await watchedIn(store)).toEqual([]);
  });

  test('what is heard of an image is remembered, and it is due once', async () => {
    const expected = { count: 3, at: AT };
    expect(await store.note(ONE, { pushedAt: AT }, AT)).toEqual({ ...ONE, version: 0, pushedAt: AT, dueAt: AT });
    const state = await store.note(ONE, { expected, pushedBy: { arn: 'somebody', at: AT } }, LATER);

    expect(state).toEqual({ ...ONE, version: 0, pushedAt: AT, expected, pushedBy: { arn: 'somebody', at: AT }, dueAt: AT });
    expect(await store.get(ONE)).toEqual(state);
    const again = { pushedAt: LATER, pushedBy: { arn: 'somebody else', at: LATER } };
    expect(await store.note(ONE, again, LATER)).toEqual(state); // a tag was moved
    expect(await store.note(ONE, { expected: { count: 5, at: LATER } }, LATER)).toMatchObject({ expected: { count: 5, at: LATER } });
  });

  test('findings are awaited, each once, until they are found', async () => {
    await store.note(ONE, { awaited: ['b'] }, AT);
    expect(await store.note(ONE, { awaited: ['a'] }, LATER)).toEqual({ ...ONE, version: 0, awaited: ['a', 'b'], dueAt: AT });
    await store.commit(ONE, 0, COURSE);
    await store.note(ONE, { awaited: ['b'], pushedAt: AT }, AT);
    await store.found(ONE, ['a', 'c']);
    expect(await store.get(ONE)).toMatchObject({ version: 1, status: 'APPROVED', awaited: ['b'], pushedAt: AT });

    await store.found(ONE, ['b']);
    expect((await store.get(ONE))!.awaited).toBeUndefined();
    expect((await store.note(ONE, { awaited: [] }, AT)).awaited).toBeUndefined();
    await store.found(image(2), ['a']);
    expect(await store.get(image(2))).toBeUndefined();
  });

  test('no more findings are awaited than there is room for, and nothing else is lost', async () => {
    for (let number = 0; number <= AWAITED_AT_MOST; number++) await store.note(ONE, { awaited: [`arn:${number}`] }, AT);

    const { awaited, expected } = await store.note(ONE, { awaited: ['more'], expected: { count: 3, at: AT } }, AT);
    expect(awaited).toHaveLength(AWAITED_AT_MOST);
    expect(awaited).not.toContain('more');
    expect(expected).toEqual({ count: 3, at: AT });
  });

  test('an image may be part of several indexes, of each once', async () => {
    await store.notePart(ONE, digest(8), AT);
    await store.notePart(ONE, digest(7), LATER);

    expect(await store.notePart(ONE, digest(8), LATER)).toEqual({ ...ONE, version: 0, partOf: [digest(7), digest(8)], dueAt: AT });
    expect((await store.get(ONE))!.partOf).toEqual([digest(7), digest(8)]);
  });

  test('an image is part of an index no more; one that nobody knows stays unknown', async () => {
    for (const index of [7, 8, 9]) await store.notePart(ONE, digest(index), AT);
    await store.forgetParts(ONE, [digest(7), digest(9), digest(5)]);
    await store.forgetParts(image(2), [digest(7)]);

    expect(await store.get(ONE)).toEqual({ ...ONE, version: 0, partOf: [digest(8)], dueAt: AT });
    await store.forgetParts(ONE, [digest(8)]);
    expect((await store.get(ONE))!.partOf).toBeUndefined();
    expect(await store.get(image(2))).toBeUndefined();
  });

  test('what is known comes with when it was pushed, and whether it is archived', async () => {
    await store.note(ONE, { pushedAt: LATER }, AT);
    await store.commit(ONE, 0, { ...COURSE, isArchived: true });
    await store.note(image(2), {}, AT);

    expect(await store.known('shop/web', [1, 2, 3].map(digest))).toEqual(new Map([[digest(1), { pushedAt: LATER, isArchived: true }], [digest(2), {}]]));
  });

  test('a decision is made with its record', async () => {
    await store.note(ONE, { pushedAt: AT }, AT);
    await store.commit(ONE, 0, COURSE, { verdict: approved(), decidedAt: AT });

    const { pendingSince, ...course } = COURSE;
    expect(await store.get(ONE)).toEqual({ ...ONE, ...course, version: 1, pushedAt: AT });
    expect(await store.verdict(ONE, AT)).toMatchObject({ decidedAt: AT, verdict: JSON.parse(JSON.stringify(approved())) });
    expect((await store.verdict(ONE, AT))!.omitted).toBeUndefined();
  });

  test('a decision leaves nothing of the one before but its record', async () => {
    await store.notePart(ONE, digest(9), AT);
    const all = { ...COURSE, judgeAgainAt: AT, pendingSince: AT, missingSince: AT, metExpectation: AT };
    await store.commit(ONE, 0, all, { verdict: approved(), decidedAt: AT });
    await store.commit(ONE, 1, { status: 'REJECTED', decidedAt: LATER, dueAt: LATER }, { verdict: rejected(), decidedAt: LATER });

    expect(await store.get(ONE)).toEqual({ ...ONE, version: 2, partOf: [digest(9)], status: 'REJECTED', decidedAt: LATER, dueAt: LATER });
    expect((await store.verdict(ONE, AT))!.verdict.status).toBe('APPROVED');
    expect((await store.verdict(ONE, LATER))!.verdict.status).toBe('REJECTED');
  });

  test('the same may be decided again, without a record', async () => {
    await store.commit(ONE, 0, COURSE, { verdict: approved(), decidedAt: AT });
    await store.commit(ONE, 1, { ...COURSE, confirmedAt: LATER });

    expect(await store.get(ONE)).toMatchObject({ version: 2, confirmedAt: LATER });
  });

  describe.each([['with a record', true], ['without one', false]])('%s', (_how, isRecorded) => {
    const record = isRecorded ? { verdict: rejected(), decidedAt: LATER } : undefined;

    test.each([[0, 'first', 1], [3, 'earlier', 1], [1, 'later', 0]])('at version %d (%s), nothing comes of a decision', async (version, _when, commits) => {
      for (let at = 0; at < commits; at++) await store.commit(ONE, at, COURSE, { verdict: approved(), decidedAt: AT });
      const before = await store.get(ONE);

      await expect(store.commit(ONE, version, { status: 'REJECTED', dueAt: AT }, record)).rejects.toThrow(ConflictError);

      expect(await store.get(ONE)).toEqual(before);
      expect(await store.verdict(ONE, LATER)).toBeUndefined();
    });

    test('of two decisions at once one comes to be', async () => {
      await store.note(ONE, {}, AT);
      const settled = await Promise.allSettled([1, 2].map((outcome) => store.commit(ONE, 0, { ...COURSE, outcome: `o${outcome}` }, record)));

      const [failed, ...others] = settled.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
      expect(others).toEqual([]);
      expect(failed.reason).toBeInstanceOf(ConflictError);
      expect(await store.get(ONE)).toMatchObject({ version: 1, outcome: settled[0].status === 'fulfilled' ? 'o1' : 'o2' });
    });
  });

  test('what is noted does not stand in the way of a decision, nor is it lost by it', async () => {
    await store.commit(ONE, 0, COURSE);
    await store.note(ONE, { pushedAt: LATER }, AT);
    await store.commit(ONE, 1, { ...COURSE, outcome: 'p' });

    expect(await store.get(ONE)).toMatchObject({ version: 2, outcome: 'p', pushedAt: LATER, dueAt: LATER });
  });

  test('what was told is struck out, unless something else was decided', async () => {
    await store.commit(ONE, 0, COURSE);
    await store.told(ONE, 0);
    expect((await store.get(ONE))!.outbox).toEqual(COURSE.outbox);
    await store.told(ONE, 1);

    const state = (await store.get(ONE))!;
    expect(state.outbox).toBeUndefined();
    expect(state).toMatchObject({ version: 1, status: 'APPROVED' });
    await store.told(image(2), 0);
    expect(await store.get(image(2))).toBeUndefined();
  });

  test('what is watched can be put off; nothing else comes to be watched by it', async () => {
    await store.note(ONE, {}, AT);
    await store.commit(image(2), 0, {});
    for (const number of [1, 2, 3]) await store.postpone(image(number), LATER);

    expect(await store.get(ONE)).toEqual({ ...ONE, version: 0, dueAt: LATER });
    expect((await store.get(image(2)))!.dueAt).toBeUndefined();
    expect(await store.get(image(3))).toBeUndefined();
  });

  test('an image is forgotten, unless something was decided; its records stay', async () => {
    await store.commit(ONE, 0, COURSE, { verdict: approved(), decidedAt: AT });
    await store.forget(ONE, 0);
    await store.forget(ONE, 2);
    expect(await store.get(ONE)).toBeDefined();
    await store.forget(ONE, 1);

    expect(await store.get(ONE)).toBeUndefined();
    expect(await store.verdict(ONE, AT)).toBeDefined();
    expect(await watchedIn(store)).toEqual([]);
    await store.note(image(2), {}, AT);
    await store.forget(image(2), 0);
    expect(await store.get(image(2))).toBeUndefined();
  });

  test('a digest in another repository is another image', async () => {
    await store.commit(ONE, 0, COURSE, { verdict: approved(), decidedAt: AT });
    await store.commit(image(1, 'shop/api'), 0, { ...COURSE, status: 'REJECTED' }, { verdict: rejected(), decidedAt: AT });

    expect((await store.get(ONE))!.status).toBe('APPROVED');
    expect((await store.verdict(image(1, 'shop/api'), AT))!.verdict.status).toBe('REJECTED');
    expect([...(await store.known('shop/api', [digest(1), digest(2)])).keys()]).toEqual([digest(1)]);
    expect(await store.known('shop', [digest(1)])).toEqual(new Map());
  });

  test('what is watched comes by when it is due; what nothing runs is known only', async () => {
    await store.note(image(1), {}, LATER);
    await store.commit(image(2), 0, { judgedBy: 'f1', dueAt: AT });
    await store.commit(image(3), 0, {});
    await store.note(image(4), {}, '2026-11-25T00:00:00.000Z');

    expect(await watchedIn(store)).toEqual([
      { ...image(2), dueAt: AT, judgedBy: 'f1' }, { ...image(4), dueAt: '2026-11-25T00:00:00.000Z', judgedBy: undefined },
      { ...image(1), dueAt: LATER, judgedBy: undefined },
    ]);
    expect([...(await store.known('shop/web', [1, 2, 3, 4, 5].map(digest))).keys()].sort()).toEqual([1, 2, 3, 4].map(digest));
    // Heard of again, it is looked at again.
    await store.note(image(3), {}, AT);
    expect((await watchedIn(store)).map((each) => each.digest)).toContain(digest(3));
  });

  test('hundreds of images are known', async () => {
    for (let first = 0; first < 250; first += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, at) => store.note(image(first + at), {}, AT)));
    }

    expect((await store.known('shop/web', Array.from({ length: 300 }, (_, number) => digest(number)))).size).toBe(250);
    expect(await watchedIn(store)).toHaveLength(250);
  });
}
