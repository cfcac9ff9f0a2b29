import * as samples from './samples';
import type { Errand, JudgementRequest } from '../../../../src/inspector/gate/contract';
import { type PushedImage, SWEEP_AT_MOST, type WatchWorld, watch } from '../../../../src/inspector/gate/running/watch';
import { NOW, digest } from '../../facts';
import { MemoryStore } from '../memory-store';

const DAY = 86_400_000;
const RULES = { fingerprint: 'f1', lookBackSeconds: 30 * 86_400 };

let store: MemoryStore;
let requested: JudgementRequest[];
let listed: string[];
let registry: Record<string, PushedImage[][]>;
let left: number;
let world: WatchWorld;

beforeEach(() => {
  store = new MemoryStore(100);
  [requested, listed, registry, left] = [[], [], {}, Infinity];
  world = {
    store,
    now: () => NOW,
    request: async (requests) => void requested.push(...requests),
    listLater: async (names, from) => void listed.push(...names.map((name) => from === undefined ? name : `${name} from ${from}`)),
    repositories: async function* () { yield* [Object.keys(registry).slice(0, 2), Object.keys(registry).slice(2)]; },
    images: async function* (repository, from = '0') {
      const pages = registry[repository] ?? [];
      for (let at = Number(from); at < pages.length; at++) yield { images: pages[at], next: at + 1 < pages.length ? String(at + 1) : undefined };
    },
    isEnding: () => left-- <= 0,
  };
});

const pushed = (number: number, ago = 0): PushedImage => ({ digest: digest(number), pushedAt: new Date(NOW.getTime() - ago) });
const due = async (number: number, ms: number, judgedBy?: string) => {
  const image = { repository: 'shop/web', digest: digest(number) };
  const dueAt = new Date(NOW.getTime() + ms).toISOString();
  if (judgedBy) await store.commit(image, 0, { judgedBy, dueAt });
  else await store.note(image, {}, dueAt);
};

describe('an event', () => {
  test('is noted, and what it is about is judged', async () => {
    expect(await watch(samples.PUSH, world, RULES)).toEqual({ done: 'HEARD', count: 1, metrics: {} });

    const image = { repository: 'my-repository-name', digest: samples.DIGEST };
    expect(requested).toEqual([{ ...image, cause: 'PUSH' }]);
    expect(store.at(image)).toEqual({ ...image, version: 0, pushedAt: '2019-11-16T01:54:34.000Z', dueAt: new Date(NOW.getTime() + 300_000).toISOString() });
  });

  test('that has nothing to be remembered is not noted', async () => {
    await watch({ ...samples.INSPECTOR_FINDING, detail: { ...samples.INSPECTOR_FINDING.detail, status: 'CLOSED' } }, world, RULES);

    expect(requested).toMatchObject([{ cause: 'FINDING' }]);
    expect(store.at(requested[0])).toBeUndefined();
  });

  test('that says who has pushed is noted only', async () => {
    expect(await watch({ ...samples.PUSH, 'detail-type': 'AWS API Call via CloudTrail', 'detail': samples.PUT_IMAGE }, world, RULES)).toMatchObject({ count: 0 });

    expect(requested).toEqual([]);
    expect(store.at({ repository: 'shop/web', digest: samples.DIGEST })).toHaveProperty('pushedBy');
  });

  test('is noted before anything is asked for, so that what is judged knows of it', async () => {
    const request = async () => { throw new Error('The queue refused 1 of 1 messages'); };

    await expect(watch(samples.INSPECTOR_SCAN, { ...world, request }, RULES)).rejects.toThrow('refused');

    expect(store.at({ repository: 'amazon/amazon-ecs-sample', digest: samples.DIGEST })!.expected!.count).toBe(158);
  });

  test.each([[null], [7], ['text'], [{}], [{ errand: 'dance' }]])('%j is neither event nor errand', async (message) => {
    await expect(watch(message as unknown as Errand, world, RULES)).rejects.toThrow(/This is no event|There is no errand \{"errand":"dance"\}/);
  });
});

describe('a sweep', () => {
  test('asks for what is due, and for what was judged by another policy', async () => {
    await due(1, 0, 'f1');
    await due(2, -1);
    await due(3, 1, 'f1');
    await due(4, 1);
    await due(5, DAY, 'f0');

    expect(await watch({ errand: 'sweep' }, world, RULES)).toEqual({ done: 'SWEPT', count: 3, metrics: { Sweeps: 1 } });
    expect(requested).toEqual([2, 1, 5].map((number) => ({ repository: 'shop/web', digest: digest(number), cause: 'SWEEP' })));
  });

  test('asks for as much as is judged until the next, what was due first before the rest', async () => {
    for (let number = 0; number < 1_250; number++) await due(number, -number - 1);

    expect(await watch({ errand: 'sweep' }, world, RULES)).toMatchObject({ count: SWEEP_AT_MOST });
    expect(requested).toHaveLength(SWEEP_AT_MOST);
    expect(requested[0].digest).toBe(digest(1_249));
    expect(new Set(requested.map((each) => each.digest)).size).toBe(SWEEP_AT_MOST);
  });

  test('goes on where a policy is deployed, until all images were judged by it', async () => {
    for (let number = 0; number < 1_250; number++) await due(number, DAY, 'f0');
    await watch({ errand: 'sweep' }, world, RULES);
    for (const request of requested.splice(0)) await store.commit(request, 1, { judgedBy: 'f1', dueAt: new Date(NOW.getTime() + DAY).toISOString() });

    expect(await watch({ errand: 'sweep' }, world, RULES)).toMatchObject({ count: 250 });
    // And back again.
    expect(await watch({ errand: 'sweep' }, world, { ...RULES, fingerprint: 'f0' })).toMatchObject({ count: 1_000 });
  });
});

describe('repositories', () => {
  test('that are named are listed, each by itself', async () => {
    expect(await watch({ errand: 'find', repositories: ['shop/web', 'shop/api'], patterns: [] }, world, RULES)).toEqual({ done: 'FOUND', count: 2, metrics: {} });
    expect(listed).toEqual(['shop/web', 'shop/api']);
  });

  test('whose names match are found, on every page', async () => {
    registry = { 'shop/web': [], 'other': [], 'shop/api': [], 'team-a': [], 'shop': [] };

    await watch({ errand: 'find', repositories: [], patterns: ['shop/*', 'team-*'] }, world, RULES);

    expect(listed).toEqual(['shop/web', 'shop/api', 'team-a']);
  });
});

describe('a list of images', () => {
  test('has those noted that nobody told of, due at once, and leaves what is known or old', async () => {
    registry['shop/web'] = [[pushed(1), pushed(2)], [], [pushed(3, 30 * DAY), pushed(4, 30 * DAY + 1)]];
    await due(2, DAY, 'f1');

    expect(await watch({ errand: 'list', repository: 'shop/web' }, world, RULES)).toEqual({ done: 'LISTED', count: 2, metrics: {} });

    expect(store.at({ repository: 'shop/web', digest: digest(1) })).toMatchObject({ pushedAt: NOW.toISOString(), dueAt: NOW.toISOString() });
    expect(store.at({ repository: 'shop/web', digest: digest(3) })).toBeDefined();
    expect(store.at({ repository: 'shop/web', digest: digest(4) })).toBeUndefined();
    expect(await watch({ errand: 'sweep' }, world, RULES)).toMatchObject({ count: 2 });
  });

  test('of a repository that is gone is empty', async () => {
    expect(await watch({ errand: 'list', repository: 'gone' }, world, RULES)).toMatchObject({ count: 0 });
  });

  test('that takes too long goes on in another message, from where it is', async () => {
    registry['shop/web'] = [Array.from({ length: 5 }, (_, number) => pushed(number))];
    left = 3;

    expect(await watch({ errand: 'list', repository: 'shop/web' }, world, RULES)).toEqual({ done: 'LISTED_IN_PART', count: 3, metrics: {} });
    expect(listed).toEqual(['shop/web']);
    left = 3;
    expect(await watch({ errand: 'list', repository: 'shop/web' }, world, RULES)).toEqual({ done: 'LISTED', count: 2, metrics: {} });
  });
});

describe('a list of images that are known', () => {
  beforeEach(async () => {
    registry['shop/web'] = [[pushed(1)], [pushed(2)], [pushed(3)]];
    for (const number of [1, 2]) await due(number, DAY, 'f1');
  });

  test('goes on from the next page when there is no time left, though there was nothing new', async () => {
    left = 1;

    expect(await watch({ errand: 'list', repository: 'shop/web' }, world, RULES)).toEqual({ done: 'LISTED_IN_PART', count: 0, metrics: {} });
    expect(listed).toEqual(['shop/web from 2']);
    left = 9;
    expect(await watch({ errand: 'list', repository: 'shop/web', from: '2' }, world, RULES)).toEqual({ done: 'LISTED', count: 1, metrics: {} });
  });

  test('goes on from a page of which something is left', async () => {
    left = 2;

    expect(await watch({ errand: 'list', repository: 'shop/web' }, world, RULES)).toMatchObject({ done: 'LISTED_IN_PART', count: 0 });
    expect(listed).toEqual(['shop/web from 2']);
  });

  test('ends with its last page, whatever time is left', async () => {
    registry['shop/web'] = [[pushed(1)]];
    left = 0;

    expect(await watch({ errand: 'list', repository: 'shop/web' }, world, RULES)).toMatchObject({ done: 'LISTED' });
    expect(listed).toEqual([]);
  });
});

test('a reminder is passed on', async () => {
  const request: JudgementRequest = { repository: 'shop/web', digest: digest(1), cause: 'SWEEP' };

  expect(await watch({ errand: 'judge', request }, world, RULES)).toEqual({ done: 'REMINDED', count: 1, metrics: {} });
  expect(requested).toEqual([request]);
});
