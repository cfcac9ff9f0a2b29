import type { AwaitedFindings, Finding, ImageFacts, ScanFacts } from '../../../../src/inspector/contract';
import type { JudgementCause, JudgementRequest } from '../../../../src/inspector/gate/contract';
import { INDEXES_AT_MOST } from '../../../../src/inspector/gate/running/indexes';
import { type GateJudgement, type GateWorld, judgeImage } from '../../../../src/inspector/gate/running/judge-image';
import { ConflictError } from '../../../../src/inspector/gate/running/state';
import { IMAGE, NOW, STANDARD, digest, facts, fixable, index, scan, single } from '../../facts';
import { MemoryStore } from '../memory-store';

const { repository } = IMAGE;
const MINUTE = 60_000;
const of = (which: string) => ({ repository, digest: which });

let store: MemoryStore;
let now: Date;
let image: ImageFacts;
/** What was said to be announced at the last reading. */
let expected: Record<string, AwaitedFindings>;
let announced: string[];
let requested: JudgementRequest[];
let later: Array<[JudgementRequest, number]>;
let counted: object[];
let world: GateWorld;
let judgement: GateJudgement;

beforeEach(() => {
  store = new MemoryStore();
  [now, image, expected, announced, requested, later, counted] = [NOW, single(), {}, [], [], [], []];
  judgement = { gate: 'gate', policy: STANDARD, exceptions: [], fingerprint: 'f1', refreshSeconds: 86_400, retentionSeconds: 400 * 86_400 };
  world = {
    store,
    now: () => now,
    read: async (_image, beforeScans) => {
      const platforms = image.manifests.filter(({ kind }) => kind === 'IMAGE').map((manifest) => manifest.digest);
      const found = platforms.length > 0 ? await beforeScans(platforms) : new Map();
      expected = Object.fromEntries(found);
      return { ...image, scans: image.scans.map((each) => ({ ...each, awaited: awaitedOf(each, expected[each.digest]) })) };
    },
    announce: async (events) => {
      for (const { type, detail } of events) announced.push(detail.digest === IMAGE.digest ? type : `${type} ${detail.digest}`);
    },
    count: (metrics) => void (Object.keys(metrics).length > 0 && counted.push(metrics)),
    request: async (requests) => void requested.push(...requests),
    requestLater: async (request, seconds) => void later.push([request, seconds]),
  };
});

const awaitedOf = ({ findings }: ScanFacts, awaited?: AwaitedFindings) =>
  awaited && { count: Math.max(0, awaited.count - findings.length), arns: awaited.arns };
const judge = (cause: JudgementCause = 'PUSH', which: string = IMAGE.digest, by: Partial<GateWorld> = {}) =>
  judgeImage({ ...of(which), cause }, { ...world, ...by }, judgement);
const passed = (ms: number) => now = new Date(now.getTime() + ms);

test('an image is judged, recorded and told of, and looked at again in five minutes', async () => {
  expect(await judge()).toEqual({ done: 'DECIDED', status: 'APPROVED', reasons: [], told: ['Image Approved'], metrics: {} });
  expect(counted).toEqual([{ Approved: 1 }]);

  expect(announced).toEqual(['Image Approved']);
  expect(store.at(IMAGE)).toMatchObject({ version: 1, status: 'APPROVED', announced: 'APPROVED' });
  expect(store.at(IMAGE)!.outbox).toBeUndefined();
  expect(store.history(IMAGE)).toMatchObject([{ decidedAt: NOW.toISOString(), verdict: { status: 'APPROVED' } }]);
  expect(later).toEqual([[{ ...of(IMAGE.digest), cause: 'SWEEP' }, 300]]);
});

test('what is due later than a queue can wait is left to a sweep', async () => {
  await judge();
  later.length = 0;
  passed(5 * MINUTE);

  await judge('SWEEP');

  expect(later).toEqual([]);
});

test('a sweep leaves alone what was judged meanwhile, and reads nothing', async () => {
  await judge();
  const read = jest.fn();

  expect(await judge('SWEEP', IMAGE.digest, { read })).toEqual({ done: 'UP_TO_DATE', metrics: {} });
  expect(read).not.toHaveBeenCalled();
});

test('a verdict is kept while a scan begins anew', async () => {
  await judge();
  image = single([], { status: 'SCAN_IN_PROGRESS' });

  expect(await judge('CHANGE')).toMatchObject({ done: 'KEPT', status: 'PENDING', reasons: ['SCAN_IN_PROGRESS'] });
  expect(store.at(IMAGE)).toMatchObject({ status: 'APPROVED', pendingSince: NOW.toISOString() });
  expect(later.at(-1)![1]).toBe(60);
});

test.each(['SIGNATURE', 'ATTESTATION', 'ARTIFACT'] as const)('a %s is known, and neither judged nor watched', async (kind) => {
  image = facts([{ digest: IMAGE.digest, kind }], []);
  await store.note(of(IMAGE.digest), { pushedAt: NOW.toISOString() }, NOW.toISOString());

  expect(await judge()).toEqual({ done: 'ARTIFACT', metrics: {} });
  expect(store.at(IMAGE)).toEqual({ ...of(IMAGE.digest), pushedAt: NOW.toISOString(), version: 1 });
  expect(announced).toEqual([]);
});

test('what can be read as two things is rejected, also where it was approved before', async () => {
  await judge();
  image = facts([{ digest: IMAGE.digest, kind: 'AMBIGUOUS' }], []);

  expect(await judge('CHANGE')).toMatchObject({ done: 'DECIDED', status: 'REJECTED', reasons: ['AMBIGUOUS_MANIFEST'] });
  expect(store.at(IMAGE)).toMatchObject({ status: 'REJECTED' });
});

test('an image that is gone is forgotten after a while, its records are not', async () => {
  await judge();
  image = facts([], []);

  expect(await judge('CHANGE')).toEqual({ done: 'MISSING', metrics: {} });
  expect(store.at(IMAGE)).toMatchObject({ status: 'APPROVED', missingSince: NOW.toISOString() });
  passed(10 * MINUTE);
  expect(await judge('SWEEP')).toEqual({ done: 'FORGOTTEN', metrics: {} });

  expect(store.at(IMAGE)).toBeUndefined();
  expect(store.history(IMAGE)).toHaveLength(1);
});

test('what cannot be read is due in five minutes, and fails', async () => {
  await judge();
  const read = async () => { throw new Error('Rate exceeded'); };

  await expect(judge('FINDING', IMAGE.digest, { read })).rejects.toThrow('Rate exceeded');

  expect(store.at(IMAGE)).toMatchObject({ status: 'APPROVED', dueAt: new Date(NOW.getTime() + 5 * MINUTE).toISOString() });
});

describe('an index', () => {
  const INDEX = IMAGE.digest;
  const PLATFORM = digest(2);

  test('is what its platforms know they are part of, and is asked for when one of them changes', async () => {
    image = index([], []);
    await judge();
    expect(store.at(of(PLATFORM))).toMatchObject({ partOf: [INDEX], version: 0, dueAt: new Date(NOW.getTime() + 5 * MINUTE).toISOString() });

    image = { ...facts([{ digest: PLATFORM, kind: 'IMAGE' }], [scan(PLATFORM, [fixable()])]), image: { ...IMAGE, digest: PLATFORM } };
    await judge('FINDING', PLATFORM);

    expect(requested).toEqual([{ ...of(INDEX), cause: 'PLATFORM' }]);
    expect(announced).toEqual(['Image Approved', `Image Rejected ${PLATFORM}`]);
  });

  test('that nobody has heard of is known before its platforms learn of it', async () => {
    const known: boolean[] = [];
    const notePart: GateWorld['store']['notePart'] = async (...from) => {
      known.push(store.at(of(INDEX)) !== undefined);
      return store.notePart(...from);
    };
    image = index([], []);

    expect(await judge('ASKED', INDEX, { store: Object.assign(Object.create(store), { notePart }) })).toMatchObject({ done: 'DECIDED' });

    expect(known).toEqual([true, true]);
  });

  test.each([
    ['forgotten', facts([], []), 'FORGOTTEN'], ['archived', single([], { status: 'IMAGE_ARCHIVED' }), 'DECIDED'],
  ])('that is %s is none of its platforms any more: they are told of by themselves, and nobody asks for it', async (_name, away, done) => {
    const partOf: Array<readonly string[]> = [];
    const announce: GateWorld['announce'] = async ([{ detail }]) => void partOf.push(detail.partOf);
    const judgePlatform = (...findings: Finding[]) => {
      image = { ...facts([{ digest: PLATFORM, kind: 'IMAGE' }], [scan(PLATFORM, findings)]), image: { ...IMAGE, digest: PLATFORM } };
      return judge('FINDING', PLATFORM, { announce });
    };
    image = index([], []);
    await judge();
    await judgePlatform();
    await judgePlatform(fixable());
    image = facts([], []);
    await judge('CHANGE');
    passed(10 * MINUTE);
    image = away;
    expect(await judge('SWEEP')).toMatchObject({ done });
    requested.length = 0;

    await judgePlatform();

    expect(partOf).toEqual([[INDEX], [INDEX], []]);
    expect(requested).toEqual([]);
    expect(store.at(of(PLATFORM))!.partOf).toBeUndefined();
    image = index([], []);
    await judge('PUSH');
    expect(store.at(of(PLATFORM))!.partOf).toEqual([INDEX]);
    expect(store.at(of(INDEX))!.isArchived).toBeUndefined();
  });

  test('after index is made of one platform: it knows the latest, and what is known of it fits an item of DynamoDB', async () => {
    const crowded = new Set<string>();
    const noisy = Array.from({ length: 400 }, (_, at) => fixable({ id: `CVE-2026-${at}`, title: '漢'.repeat(500) }));
    for (let number = 10; number < 3_010; number++) {
      await store.note(of(digest(number)), { pushedAt: now.toISOString() }, NOW.toISOString());
      image = {
        ...facts([{ digest: digest(number), kind: 'INDEX', children: [{ digest: PLATFORM }] }, { digest: PLATFORM, kind: 'IMAGE' }], [scan(PLATFORM, [])]),
        image: { ...IMAGE, digest: digest(number) },
      };
      const report = await judge('PUSH', digest(number));
      for (const each of report.crowded ?? []) crowded.add(each);
      passed(1_000);
    }
    image = { ...facts([{ digest: PLATFORM, kind: 'IMAGE' }], [scan(PLATFORM, noisy)]), image: { ...IMAGE, digest: PLATFORM } };
    requested.length = 0;
    const sizes: number[] = [];
    const commit: GateWorld['store']['commit'] = async (...from) => {
      await store.commit(...from);
      sizes.push(Buffer.byteLength(JSON.stringify(store.at(of(PLATFORM)))));
    };

    await judge('FINDING', PLATFORM, { store: Object.assign(Object.create(store), { commit }) });

    expect(sizes).toHaveLength(1);
    expect(sizes[0]).toBeLessThan(200_000);
    expect(crowded).toEqual(new Set([PLATFORM]));
    const latest = Array.from({ length: INDEXES_AT_MOST }, (_, at) => digest(3_009 - at));
    expect(requested.map((each) => each.digest).sort()).toEqual(latest.sort());
  }, 60_000);

  test('waits for what was announced of its platforms, until they have met it', async () => {
    image = index([], []);
    const at = NOW.toISOString();
    await store.note(of(PLATFORM), { expected: { count: 3, at } }, at);

    expect(await judge()).toMatchObject({ status: 'PENDING', reasons: ['FINDINGS_AWAITED'] });
    expect(expected).toEqual({ [PLATFORM]: { count: 3, arns: [] } });

    await store.commit(of(PLATFORM), 0, { metExpectation: at });
    expect(await judge()).toMatchObject({ status: 'APPROVED' });
    expect(expected).toEqual({});
  });
});

describe('announced findings', () => {
  const at = NOW.toISOString();
  const SOON = new Date(NOW.getTime() + 15_000).toISOString();
  const announce = (count: number, when = at) => store.note(of(IMAGE.digest), { expected: { count, at: when } }, at);
  const harmless = [fixable({ id: 'CVE-1', severity: 'LOW' }), fixable({ id: 'CVE-2', severity: 'LOW' })];

  test('are insisted on for as long as it takes, and nobody is told meanwhile', async () => {
    await announce(2);

    for (const minutes of [1, 5, 30, 61, 24 * 60]) {
      passed(minutes * MINUTE);
      expect(await judge('SCAN')).toMatchObject({ status: 'PENDING', reasons: ['FINDINGS_AWAITED'], metrics: { MinutesPending: expect.any(Number) } });
      expect(Date.parse(store.at(IMAGE)!.dueAt!)).toBeLessThanOrEqual(now.getTime() + 60 * MINUTE);
    }
    expect(announced).toEqual([]);

    image = single(harmless);
    passed(60 * MINUTE);
    expect(await judge('SWEEP')).toMatchObject({ status: 'APPROVED' });
  });

  test('leave an approval that is there, until nobody has confirmed it for too long', async () => {
    await judge();
    await announce(2);

    passed(24 * 60 * MINUTE);
    expect(await judge('SCAN')).toMatchObject({ done: 'KEPT', status: 'PENDING' });
    passed(24 * 60 * MINUTE);
    expect(await judge('SWEEP')).toMatchObject({ done: 'DECIDED', status: 'PENDING' });
    expect(announced).toEqual(['Image Approved', 'Image Verdict Changed']);
  });

  test('may be deleted once they were listed; what is announced anew is insisted on anew', async () => {
    await announce(2);
    image = single(harmless);
    await judge('SCAN');
    expect(store.at(IMAGE)!.metExpectation).toBe(at);
    image = single([]);

    expect(await judge('FINDING')).toMatchObject({ status: 'APPROVED' });
    expect(expected).toEqual({});

    await announce(1, SOON);
    await judge('SCAN');
    expect(expected).toEqual({ [IMAGE.digest]: { count: 1, arns: [] } });
  });

  test('that are announced while the image is read are not met by what was read', async () => {
    await announce(2);
    image = single(harmless);
    const read: GateWorld['read'] = async (...from) => {
      const found = await world.read(...from);
      await announce(5, SOON);
      return found;
    };

    await judge('SCAN', IMAGE.digest, { read });

    expect(store.at(IMAGE)!.metExpectation).toBe(at);
    expect(await judge('SCAN')).toMatchObject({ status: 'PENDING' });
  });
});

describe('a finding that was announced by itself', () => {
  const ARN = 'arn:aws:inspector2:eu-central-1:123456789012:finding/1';
  const hear = () => store.note(of(IMAGE.digest), { awaited: [ARN] }, NOW.toISOString());
  /** Lists these of what was announced. */
  const listing = (...arns: string[]): GateWorld['read'] => async (_image, beforeScans) => {
    const announcedOf = await beforeScans(image.manifests.map((manifest) => manifest.digest));
    const scans = image.scans.map((each) => {
      const found = announcedOf.get(each.digest);
      return { ...each, awaited: found && { count: 0, arns: found.arns.filter((arn) => !arns.includes(arn)) } };
    });
    return { ...image, scans };
  };

  test('is insisted on until it is listed, in whatever status', async () => {
    await hear();

    expect(await judge('FINDING', IMAGE.digest, { read: listing() })).toMatchObject({ status: 'PENDING', reasons: ['FINDINGS_AWAITED'] });
    expect(store.at(IMAGE)!.awaited).toEqual([ARN]);
    passed(61 * MINUTE);
    expect(await judge('SWEEP', IMAGE.digest, { read: listing() })).toMatchObject({ status: 'PENDING' });

    passed(61 * MINUTE);
    expect(await judge('SWEEP', IMAGE.digest, { read: listing(ARN) })).toMatchObject({ status: 'APPROVED' });
    expect(store.at(IMAGE)!.awaited).toBeUndefined();
  });

  test('has an image that is approved looked at within an hour, again and again, and never confirmed', async () => {
    await judge();
    await hear();

    for (let hours = 1; hours < 48; hours++) {
      passed(60 * MINUTE);
      expect(await judge('SWEEP', IMAGE.digest, { read: listing() })).not.toMatchObject({ done: 'DECIDED' });
      expect(store.at(IMAGE)).toMatchObject({ status: 'APPROVED', confirmedAt: NOW.toISOString() });
    }
    passed(60 * MINUTE);
    expect(await judge('SWEEP', IMAGE.digest, { read: listing() })).toMatchObject({ done: 'DECIDED', status: 'PENDING' });
  });

  test('is insisted on beside one that is listed', async () => {
    await hear();
    await store.note(of(IMAGE.digest), { awaited: ['arn:2'] }, NOW.toISOString());

    await judge('FINDING', IMAGE.digest, { read: listing(ARN) });

    expect(store.at(IMAGE)!.awaited).toEqual(['arn:2']);
  });

  test('is forgotten with its image', async () => {
    await judge();
    await hear();
    image = facts([], []);

    await judge('CHANGE');

    expect(store.at(IMAGE)).toMatchObject({ status: 'APPROVED', missingSince: NOW.toISOString() });
    expect(store.at(IMAGE)!.awaited).toBeUndefined();
  });

  test('is forgotten, and the count of the first scan with it, when the image is archived', async () => {
    await judge();
    await hear();
    await store.note(of(IMAGE.digest), { expected: { count: 3, at: NOW.toISOString() } }, NOW.toISOString());
    image = single([], { status: 'IMAGE_ARCHIVED' });

    await judge('CHANGE');

    expect(store.at(IMAGE)).toMatchObject({ status: 'REJECTED', metExpectation: NOW.toISOString() });
    expect(store.at(IMAGE)!.awaited).toBeUndefined();
  });
});

describe('it may end between any two steps:', () => {
  test('a decision that was not told is told by the next', async () => {
    const announce = async () => { throw new Error('The event bus refused 1 events'); };
    await expect(judge('PUSH', IMAGE.digest, { announce })).rejects.toThrow('refused');
    expect(announced).toEqual([]);
    expect(store.at(IMAGE)!.outbox!.types).toEqual(['Image Approved']);

    expect(await judge('SWEEP')).toMatchObject({ done: 'UP_TO_DATE' }); // and is up to date once it was told

    expect(announced).toEqual(['Image Approved']);
    expect(store.at(IMAGE)!.outbox).toBeUndefined();
    expect(store.history(IMAGE)).toHaveLength(1);
  });

  test.each<[string, (failing: () => Promise<never>) => Partial<GateWorld>]>([
    ['the bus refuses', (announce) => ({ announce })],
    ['the queue refuses', (request) => ({ request })],
    ['it crashes then', (told) => ({ store: Object.assign(Object.create(store), { told }) })],
  ])('an approval that ends is counted, although %s', async (_name, refusing) => {
    await judge();
    await store.note(of(digest(9)), {}, NOW.toISOString());
    await store.notePart(IMAGE, digest(9), NOW.toISOString());
    image = single([fixable()]);
    passed(60 * MINUTE);

    await expect(judge('FINDING', IMAGE.digest, refusing(async () => { throw new Error('Throttled'); }))).rejects.toThrow('Throttled');
    passed(MINUTE);
    await judge('FINDING');

    expect(new Set(announced)).toEqual(new Set(['Image Approved', 'Image Rejected', 'Image Verdict Changed']));
    expect(counted.slice(1)).toContainEqual({ Rejected: 1, Revoked: 1 });
    expect(store.at(IMAGE)!.outbox).toBeUndefined();
  });

  test('what was told and not struck out is told again, as the same', async () => {
    const told = async () => { throw new Error('crash'); };
    await expect(judge('PUSH', IMAGE.digest, { store: Object.assign(Object.create(store), { told }) })).rejects.toThrow('crash');

    await judge('PUSH');

    expect(announced).toEqual(['Image Approved', 'Image Approved']);
  });

  test('a decision without its record does not come to be', async () => {
    const commit = async () => { throw new Error('Throttled'); };
    await expect(judge('PUSH', IMAGE.digest, { store: Object.assign(Object.create(store), { commit }) })).rejects.toThrow('Throttled');

    expect(store.at(IMAGE)).toBeUndefined();
    expect(store.history(IMAGE)).toEqual([]);
    expect(announced).toEqual([]);
  });
});

describe('somebody else', () => {
  /** Decides in the middle of so many readings. */
  const meddled = (times: number): GateWorld['read'] => async (...from) => {
    const read = await world.read(...from);
    if (times-- > 0) await store.commit(IMAGE, store.at(IMAGE)?.version ?? 0, { ...store.at(IMAGE), status: 'PENDING', dueAt: NOW.toISOString() });
    return read;
  };

  test('who decides meanwhile has it begun anew', async () => {
    expect(await judge('PUSH', IMAGE.digest, { read: meddled(2) })).toMatchObject({ done: 'DECIDED', status: 'APPROVED' });

    expect(store.at(IMAGE)!.version).toBe(3);
    expect(announced).toEqual(['Image Approved']);
  });

  test('who does so again and again has it tried later', async () => {
    await expect(judge('PUSH', IMAGE.digest, { read: meddled(3) })).rejects.toThrow(ConflictError);
    await expect(judge('PUSH', IMAGE.digest, { read: meddled(9) })).rejects.toThrow(`shop/web@${IMAGE.digest} was decided on elsewhere meanwhile`);

    expect(announced).toEqual([]);
  });

  test('whose index comes to know of it while it is judged has that index judged, and named', async () => {
    const read: GateWorld['read'] = async (...from) => {
      const found = await world.read(...from);
      await store.note(of(digest(9)), {}, NOW.toISOString());
      await store.notePart(IMAGE, digest(9), NOW.toISOString());
      return found;
    };
    let partOf: readonly string[] = [];
    const announce: GateWorld['announce'] = async ([{ detail }]) => void (partOf = detail.partOf);

    await judge('FINDING', IMAGE.digest, { read, announce });

    expect(requested).toEqual([{ ...of(digest(9)), cause: 'PLATFORM' }]);
    expect(partOf).toEqual([digest(9)]);
  });

  test('who notes something meanwhile is not overwritten', async () => {
    const read: GateWorld['read'] = async (...from) => {
      await store.note(of(IMAGE.digest), { pushedAt: 'now' }, NOW.toISOString());
      return world.read(...from);
    };

    await judge('FINDING', IMAGE.digest, { read });

    expect(store.at(IMAGE)).toMatchObject({ status: 'APPROVED', pushedAt: 'now' });
  });
});

test('a scan that settles while it is read counts as it was when reading began', async () => {
  image = single([], { scannedAt: new Date(NOW.getTime() - 119_000).toISOString() });
  const read: GateWorld['read'] = async (...from) => {
    passed(2_000);
    return world.read(...from);
  };

  expect(await judge('SCAN', IMAGE.digest, { read })).toMatchObject({ status: 'PENDING', reasons: ['FINDINGS_SETTLING'] });
  expect(later.at(-1)![1]).toBe(0);
});
