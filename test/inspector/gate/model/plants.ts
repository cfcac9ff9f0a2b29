import { type Plant, REFRESH } from './gate';
import { HOUR, MINUTE } from './simulator';
import type { ImageFacts } from '../../../../src/inspector/contract';
import { WINDOW_SECONDS } from '../../../../src/inspector/gate/contract';
import type { ImageStore } from '../../../../src/inspector/gate/running/image-store';
import type { GateWorld } from '../../../../src/inspector/gate/running/judge-image';
import { messagesOf } from '../../../../src/inspector/gate/running/requests';
import type { WatchWorld } from '../../../../src/inspector/gate/running/watch';

const storing = (change: (store: ImageStore) => Partial<ImageStore>) => (world: GateWorld): GateWorld => ({ ...world, store: { ...world.store, ...change(world.store) } });
const noting = (change: (store: WatchWorld['store']) => Partial<WatchWorld['store']>) => (world: WatchWorld): WatchWorld =>
  ({ ...world, store: { ...world.store, ...change(world.store) } });
const reading = (change: (facts: ImageFacts) => ImageFacts) => (world: GateWorld): GateWorld =>
  ({ ...world, read: async (...from) => change(await world.read(...from)) });

/** Defects, each of a kind that somebody could make. */
export const PLANTS: Record<string, Plant> = {
  'a request for one image stands in for another': {
    messages: (requests, now) => messagesOf(requests, now, WINDOW_SECONDS).map((message, _index, [first]) => ({ ...message, MessageDeduplicationId: first.MessageDeduplicationId })),
  },
  'a window of requests never ends': { messages: (requests, now) => messagesOf(requests, now, HOUR / 1000) },
  'what was heard is not looked at again': {
    judging: storing((store) => ({
      commit: (image, version, course, record) => {
        const isConfirmation = course.dueAt && course.confirmedAt && course.dueAt === later(course.confirmedAt, 5 * MINUTE);
        return store.commit(image, version, { ...course, dueAt: isConfirmation ? later(course.confirmedAt!, REFRESH) : course.dueAt }, record);
      },
    })),
  },
  'platforms do not learn of their index': { judging: storing((store) => ({ notePart: async (image) => await store.get(image) ?? { ...image, version: 0 } })) },
  'indexes are not asked for when a platform changes': { judging: (world) => ({ ...world, request: async () => undefined }) },
  'what is to be told is not kept': { judging: storing((store) => ({ commit: (image, version, course, record) => store.commit(image, version, { ...course, outbox: undefined }, record) })) },
  'what is to be told is never struck out': { judging: storing(() => ({ told: async () => undefined })) },
  'the bus refuses, and nobody looks': { judging: (world) => ({ ...world, announce: (events) => world.announce(events).catch(() => undefined) }) },
  'a policy looks like the one before': { judgement: (judgement) => ({ ...judgement, fingerprint: 'v0' }) },
  'announced findings are not insisted on': { judging: (world) => ({ ...world, read: (image, beforeScans) => world.read(image, async (platforms) => beforeScans(platforms).then(() => new Map())) }) },
  'announced findings are not noted': { watching: noting((store) => ({ note: (image, { expected, ...notes }, dueAt) => store.note(image, notes, dueAt) })) },
  'nothing is looked at again soon': {
    judging: storing((store) => ({
      commit: (image, version, course, record) => store.commit(image, version, { ...course, dueAt: course.dueAt && course.confirmedAt && later(course.confirmedAt, REFRESH) }, record),
    })),
  },
  'nothing is ever looked at again': {
    judging: storing((store) => ({ commit: (image, version, course, record) => store.commit(image, version, { ...course, dueAt: course.dueAt && '2100-01-01T00:00:00.000Z' }, record) })),
  },
  'a scan that goes on counts as complete': { judging: reading((facts) => ({ ...facts, scans: facts.scans.map((scan) => ({ ...scan, status: 'SUCCESSFUL' })) })) },
  'scans count as settled at once': { judging: reading((facts) => ({ ...facts, scans: facts.scans.map((scan) => ({ ...scan, scannedAt: scan.scannedAt && later(scan.scannedAt, -2 * MINUTE) })) })) },
  'the second page of findings is not read': { judging: reading((facts) => ({ ...facts, scans: facts.scans.map((scan) => ({ ...scan, findings: scan.findings.slice(0, 1) })) })) },
  'the second platform is not read': {
    judging: reading((facts) => ({
      ...facts,
      manifests: facts.manifests.map((manifest) => ({ ...manifest, children: manifest.children?.slice(0, 1) })),
    })),
  },
  'failures are taken for success': { swallows: true },
  'a listing finds nothing': { watching: (world) => ({ ...world, images: async function* () { yield []; } }) },
  'a sweep sees the first page only': {
    watching: noting((store) => ({
      watched: async function* () {
        for await (const page of store.watched()) {
          yield page;
          return;
        }
      },
    })),
  },
  'deleted images are remembered': { judging: storing(() => ({ forget: async () => undefined })) },
  'records are not written': { judging: storing((store) => ({ commit: (image, version, course) => store.commit(image, version, course) })) },
  'decisions overwrite each other': {
    judging: storing((store) => ({
      commit: async (image, _version, course, record) => store.commit(image, (await store.get(image))?.version ?? 0, course, record),
    })),
  },
  'deletions are taken for errors': {
    judging: (world) => ({
      ...world,
      read: async (...from) => {
        const facts = await world.read(...from);
        if (facts.manifests.length === 0) throw new Error('There is no such image');
        return facts;
      },
    }),
  },
};

function later(than: string, ms: number): string {
  return new Date(Date.parse(than) + ms).toISOString();
}
