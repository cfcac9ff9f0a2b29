import type { ImageStore } from './image-store';
import { indexesOf, joinIndex } from './indexes';
import type { JudgementDocuments } from './read-judgement';
import { ConflictError, type ImageCourse, type ImageState } from './state';
import { type Announcement, withIndexes } from './verdict-event';
import type { AwaitedFindings, ImageFacts } from '../../contract';
import { decide } from '../../decide';
import type { GateMetric, JudgementRequest, WatchedImage } from '../contract';
import {
  type Circumstances, type Decision, type GateRules, decideOn, decideOnArtifact, decideOnMissing, dueAfterFailure, isArchived, isUpToDate, kindOf,
} from '../decide';

/** What judging an image takes from outside. */
export interface GateWorld {
  readonly store: ImageStore;
  now(): Date;
  /**
   * Reads an image.
   *
   * @param beforeScans is given the digests of its platforms before anything is read of their scans, and says which findings
   *   were announced of them; of these, `awaited` of the facts are those that are not listed
   */
  read(image: WatchedImage, beforeScans: (platforms: readonly string[]) => Promise<ReadonlyMap<string, AwaitedFindings>>): Promise<ImageFacts>;
  announce(events: readonly Announcement[]): Promise<void>;
  /** Counts what came of a decision. */
  count(metrics: JudgementReport['metrics']): void;
  /** Has images judged, soon. */
  request(requests: readonly JudgementRequest[]): Promise<void>;
  /** Has an image judged in so many seconds, 900 at most. */
  requestLater(request: JudgementRequest, seconds: number): Promise<void>;
}

export interface GateJudgement extends GateRules, JudgementDocuments {}

/** What came of a request, for logs and metrics. */
export interface JudgementReport {
  readonly done: 'DECIDED' | 'KEPT' | 'ARTIFACT' | 'MISSING' | 'FORGOTTEN' | 'UP_TO_DATE';
  readonly status?: string;
  readonly reasons?: readonly string[];
  readonly told?: readonly string[];
  /** Digests of platforms that are part of more indexes than are remembered. */
  readonly crowded?: readonly string[];
  /** What was measured; what is counted is counted as it is told. */
  readonly metrics: Readonly<Partial<Record<GateMetric, number>>>;
}

/** What is sooner than this is waited for; a sweep finds the rest. */
const LATER_AT_MOST = 900;
/** How often an image is begun anew that somebody else has written to meanwhile: what happens to it is noted at any time. */
const ATTEMPTS = 3;

/**
 * Judges an image and makes what comes of it known: a decision and its record are one write, and what is to be told stands
 * in the same write until it was told. So it may end between any two steps, and may be begun again.
 */
export async function judgeImage(
  request: JudgementRequest, world: GateWorld, judgement: GateJudgement, attempts = ATTEMPTS,
): Promise<JudgementReport> {
  try {
    return await judgeOnce(request, world, judgement);
  } catch (error) {
    if (!(error instanceof ConflictError) || attempts === 1) throw error;
    return judgeImage(request, world, judgement, attempts - 1);
  }
}

async function judgeOnce(request: JudgementRequest, world: GateWorld, judgement: GateJudgement): Promise<JudgementReport> {
  const { store } = world;
  const image: WatchedImage = { repository: request.repository, digest: request.digest };
  const before = await tellRest(image, world);
  // Judged by the time before it is read, so that what is to have settled had settled when it was read.
  const now = world.now();
  if (request.cause === 'SWEEP' && isUpToDate(before, judgement, now)) return { done: 'UP_TO_DATE', metrics: {} };

  let facts: ImageFacts;
  let announced: ReadonlyMap<string, ImageState> = new Map();
  const crowded: string[] = [];
  try {
    facts = await world.read(image, async (platforms) => {
      announced = await stateOfPlatforms(before, platforms, world, crowded);
      return announcements(announced);
    });
  } catch (error) {
    await store.postpone(image, dueAfterFailure(world.now()));
    throw error;
  }
  const circumstances: Circumstances = { before, cause: request.cause, now };
  switch (kindOf(facts, before)) {
    case 'ARTIFACT':
      await store.commit(image, before.version, decideOnArtifact().course);
      return { done: 'ARTIFACT', metrics: {} };
    case 'MISSING':
      return missing(circumstances, world);
    default:
  }
  const verdict = decide(facts, judgement.policy, judgement.exceptions, now);
  const decision = decideOn(verdict, circumstances, judgement);
  const course = isArchived(facts)
    ? { ...decision.course, isArchived: true, metExpectation: before.expected?.at }
    : { ...metExpectations(decision.course, facts, announced.get(image.digest)), isArchived: undefined };
  await store.commit(image, before.version, course, decision.record);
  await (course.isArchived ? strikeAll(before, world) : strikeFound(image, facts, announced.get(image.digest), world));
  // Read again: it may have come to be part of an index since it was read.
  if (course.outbox) await tellRest(image, world);
  await waitFor(decision, request, world);
  return {
    done: course.status === verdict.status ? 'DECIDED' : 'KEPT',
    status: verdict.status,
    reasons: verdict.reasons.map(({ code }) => code),
    told: course.outbox?.types,
    crowded: crowded.length > 0 ? crowded : undefined,
    metrics: decision.metrics,
  };
}

/**
 * Tells what was decided and not told yet, by whomever: at least once, because it is struck out last. Gives what is known of
 * the image then.
 */
async function tellRest(image: WatchedImage, { store, announce, request, count }: GateWorld): Promise<ImageState> {
  const state = await store.get(image) ?? { ...image, version: 0 };
  const { outbox, ...told } = state;
  if (!outbox) return state;
  const { types, detail, counts } = outbox;
  const { repository } = state;
  const partOf = await indexesOf(state, store);
  if (detail) await announce(types.map((type) => ({ type, detail: withIndexes(detail, partOf) })));
  if (partOf.length > 0) await request(partOf.map((digest) => ({ repository, digest, cause: 'PLATFORM' })));
  count(counts);
  await store.told(state, state.version);
  return told;
}

async function missing(circumstances: Circumstances, world: GateWorld): Promise<JudgementReport> {
  const { store } = world;
  const { before } = circumstances;
  const decision = decideOnMissing(circumstances);
  if (decision === 'FORGET') {
    await store.forget(before, before.version);
    return { done: 'FORGOTTEN', metrics: {} };
  }
  await store.commit(before, before.version, decision.course);
  await strikeAll(before, world);
  return { done: 'MISSING', metrics: {} };
}

/** Nothing is insisted on that was announced of an image before nobody could pull it. */
async function strikeAll(image: ImageState, { store }: GateWorld): Promise<void> {
  if (image.awaited?.length) await store.found(image, image.awaited);
}

/**
 * What is known of each platform. They learn which index they are part of before their scans are read: what is found later
 * has the index judged again.
 */
async function stateOfPlatforms(
  image: ImageState, platforms: readonly string[], { store, now }: GateWorld, crowded: string[],
): Promise<ReadonlyMap<string, ImageState>> {
  const found = new Map<string, ImageState>();
  const dueAt = dueAfterFailure(now());
  // An index that nobody has heard of is known before its platforms are told: they go by what is known.
  if (image.dueAt === undefined && platforms.some((digest) => digest !== image.digest)) await store.note(image, {}, dueAt);
  for (const digest of platforms) {
    const platform = { repository: image.repository, digest };
    const state = digest === image.digest ? await store.get(image) : await joinIndex(platform, image.digest, dueAt, store, crowded);
    if (state) found.set(digest, state);
  }
  return found;
}

/** What was announced of platforms, and is insisted on: an announcement has no end but that it is met. */
function announcements(states: ReadonlyMap<string, ImageState>): ReadonlyMap<string, AwaitedFindings> {
  const found = new Map<string, AwaitedFindings>();
  for (const [digest, { expected, metExpectation, awaited = [] }] of states) {
    const count = expected && expected.at !== metExpectation ? expected.count : 0;
    if (count + awaited.length > 0) found.set(digest, { count, arns: awaited });
  }
  return found;
}

/** What was listed once, in whatever status, is known; Amazon Inspector deletes findings a while after they have closed. */
function metExpectations(course: ImageCourse, { scans }: ImageFacts, announced: ImageState | undefined): ImageCourse {
  const scan = scans.find(({ digest }) => digest === announced?.digest);
  return announced?.expected && scan?.awaited?.count === 0 ? { ...course, metExpectation: announced.expected.at } : course;
}

async function strikeFound(image: WatchedImage, { scans }: ImageFacts, announced: ImageState | undefined, { store }: GateWorld): Promise<void> {
  const left = scans.find(({ digest }) => digest === image.digest)?.awaited?.arns;
  const found = announced?.awaited?.filter((arn) => left?.includes(arn) === false) ?? [];
  if (found.length > 0) await store.found(image, found);
}

async function waitFor({ course: { dueAt } }: Decision, { repository, digest }: JudgementRequest, { now, requestLater }: GateWorld): Promise<void> {
  if (dueAt === undefined) return;
  const seconds = Math.max(0, Math.ceil((Date.parse(dueAt) - now().getTime()) / 1000));
  if (seconds <= LATER_AT_MOST) await requestLater({ repository, digest, cause: 'SWEEP' }, seconds);
}
