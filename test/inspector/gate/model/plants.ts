import { type Plant, REFRESH } from './gate';
import { HOUR, MINUTE } from './simulator';
import type { AwaitedFindings, ScanFacts } from '../../../../src/inspector/contract';
import { WINDOW_SECONDS } from '../../../../src/inspector/gate/contract';
import { answerOf } from '../../../../src/inspector/gate/running/answer';
import type { ImageStore } from '../../../../src/inspector/gate/running/image-store';
import type { GateWorld } from '../../../../src/inspector/gate/running/judge-image';
import { messagesOf } from '../../../../src/inspector/gate/running/requests';
import type { ImageCourse } from '../../../../src/inspector/gate/running/state';
import type { WatchWorld } from '../../../../src/inspector/gate/running/watch';

function storing(change: (store: ImageStore) => Partial<ImageStore>): Plant {
  return { judging: (world) => ({ ...world, store: { ...world.store, ...change(world.store) } }) };
}

function committing(change: (course: ImageCourse) => ImageCourse): Plant {
  return storing((store) => ({ commit: (image, version, course, record) => store.commit(image, version, change(course), record) }));
}

function noting(change: (store: WatchWorld['store']) => Partial<WatchWorld['store']>): Plant {
  return { watching: (world) => ({ ...world, store: { ...world.store, ...change(world.store) } }) };
}

function reading(change: (read: GateWorld['read']) => GateWorld['read']): Plant {
  return { judging: (world) => ({ ...world, read: change(world.read) }) };
}

function insisting(change: (announced: AwaitedFindings) => AwaitedFindings): Plant {
  return reading((read) => (image, beforeScans) => read(image, async (platforms) =>
    new Map([...await beforeScans(platforms)].map(([digest, announced]) => [digest, change(announced)]))));
}

function scanning(change: (scan: ScanFacts) => ScanFacts): Plant {
  return reading((read) => async (...from) => {
    const facts = await read(...from);
    return { ...facts, scans: facts.scans.map(change) };
  });
}

const isConfirmation = ({ dueAt, confirmedAt }: ImageCourse) => confirmedAt !== undefined && dueAt === later(confirmedAt, 5 * MINUTE);

/** Defects, each of a kind that somebody could make. */
export const PLANTS: Record<string, Plant> = {
  'a request for one image stands in for another': {
    messages: (requests, now) => messagesOf(requests, now, WINDOW_SECONDS)
      .map((message) => ({ ...message, MessageDeduplicationId: now.toISOString().slice(0, 16) })),
  },
  'a window of requests lasts for an hour': {
    messages: (requests, now) => messagesOf(requests, now, HOUR / 1000),
  },
  'failures are taken for success': { swallows: true },
  'a listing finds nothing': { watching: (world) => ({ ...world, images: async function* () { yield { images: [] }; } }) },
  'a sweep sees the first page only': noting((store) => ({
    watched: async function* () {
      yield (await store.watched()[Symbol.asyncIterator]().next()).value;
    },
  })),
  'the number of findings is not noted': noting((store) => ({
    note: (image, { expected, ...notes }, dueAt) => store.note(image, notes, dueAt),
  })),
  'findings are not noted': noting((store) => ({
    note: (image, { awaited, ...notes }, dueAt) => store.note(image, notes, dueAt),
  })),
  'the number of findings is not insisted on': insisting(({ arns }) => ({ count: 0, arns })),
  'findings are not insisted on': insisting(({ count }) => ({ count, arns: [] })),
  'what is insisted on lapses': storing((store) => ({
    get: async (image) => {
      const { expected, awaited, ...state } = await store.get(image) ?? { ...image, version: 0 };
      return state.pendingSince && Date.parse(state.dueAt!) > Date.parse(later(state.pendingSince, HOUR)) ? state : { ...state, expected, awaited };
    },
  })),
  'what was heard is not looked at again': committing((course) =>
    isConfirmation(course) ? { ...course, dueAt: later(course.confirmedAt!, REFRESH) } : course),
  'nothing is looked at again soon': committing((course) => course.confirmedAt ? { ...course, dueAt: later(course.confirmedAt, REFRESH) } : course),
  'nothing is ever looked at again': committing((course) => ({ ...course, dueAt: course.dueAt && '2100-01-01T00:00:00.000Z' })),
  'a scan that goes on counts as complete': scanning((scan) => ({ ...scan, status: 'SUCCESSFUL' })),
  'scans count as settled at once': scanning((scan) => ({ ...scan, scannedAt: scan.scannedAt && later(scan.scannedAt, -2 * MINUTE) })),
  'the second page of findings is not read': scanning((scan) => ({ ...scan, findings: scan.findings.slice(0, 1) })),
  'the second platform is not read': reading((read) => async (...from) => {
    const facts = await read(...from);
    return { ...facts, manifests: facts.manifests.map((manifest) => ({ ...manifest, children: manifest.children?.slice(0, 1) })) };
  }),
  'what is archived counts as gone': reading((read) => async (...from) => {
    const facts = await read(...from);
    return facts.scans[0]?.status === 'IMAGE_ARCHIVED' ? { ...facts, manifests: [], scans: [] } : facts;
  }),
  'platforms do not learn of their index': storing((store) => ({ notePart: async (image) => await store.get(image) ?? { ...image, version: 0 } })),
  'platforms remember indexes that are gone': storing(() => ({ known: async (_repository, digests) => new Map(digests.map((digest) => [digest, {}])) })),
  'indexes are not asked for when a platform changes': { judging: (world) => ({ ...world, request: async () => undefined }) },
  'a policy looks like the one before': { judgement: (judgement) => ({ ...judgement, fingerprint: 'v0' }) },
  'an answer is by any policy': {
    answer: (state, record, now, rules) => answerOf(state && { ...state, judgedBy: rules.fingerprint }, record, now, rules),
  },
  'an answer outlives what it rests on': committing((course) => ({ ...course, judgeAgainAt: undefined })),
  'an answer is good forever': {
    answer: (state, record, now, rules) =>
      answerOf(state && { ...state, confirmedAt: now.toISOString(), judgeAgainAt: undefined }, record, now, rules),
  },
  'decisions overwrite each other': storing((store) => ({
    commit: async (image, _version, course, record) => store.commit(image, (await store.get(image))?.version ?? 0, course, record),
  })),
  'records are not written': storing((store) => ({ commit: (image, version, course) => store.commit(image, version, course) })),
  'what is to be told is not kept': committing((course) => ({ ...course, outbox: undefined })),
  'what is to be counted is not kept': committing((course) => ({ ...course, outbox: course.outbox && { ...course.outbox, counts: {} } })),
  'what is to be told is never struck out': storing(() => ({ told: async () => undefined })),
  'the bus refuses, and nobody looks': { judging: (world) => ({ ...world, announce: (events) => world.announce(events).catch(() => undefined) }) },
  'deleted images are remembered': storing(() => ({ forget: async () => undefined })),
};

function later(than: string, ms: number): string {
  return new Date(Date.parse(than) + ms).toISOString();
}
