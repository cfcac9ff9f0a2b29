import { GateMetric, type JudgementCause, VerdictEventType, type WatchedImage } from './contract';
import type { ImageFacts, ManifestKind, Verdict, VerdictStatus } from '../contract';
import { outcomeOf } from './running/outcome';
import type { ImageCourse, ImageState, Outbox } from './running/state';
import { eventOf } from './running/verdict-event';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** What comes of judging an image. */
export interface Decision {
  readonly course: ImageCourse;
  /** The verdict to be recorded, with when; none while the record that there is says the same. */
  readonly record?: { readonly verdict: Verdict; readonly decidedAt: string };
  /** What is measured each time; what is counted once is in the outbox. */
  readonly metrics: Readonly<Partial<Record<GateMetric, number>>>;
}

/** How a gate goes about it. */
export interface GateRules {
  /** Which gate it is. */
  readonly gate: string;
  /** Another one for any other policy and exceptions. */
  readonly fingerprint: string;
  /** How long after a judgement an image is judged again although nothing was heard of it. */
  readonly refreshSeconds: number;
  /** How long a record of a verdict is kept. */
  readonly retentionSeconds: number;
}

/** What is not read from the image. */
export interface Circumstances {
  readonly before: ImageState;
  readonly cause: JudgementCause;
  readonly now: Date;
}

/**
 * Whatever was heard, the listing of findings may lag behind it, and requests for one image in a while are one: look once
 * more. So it is after a change, in case that it could not be told of.
 */
const CONFIRM_AFTER = 5 * MINUTE;
/** How often a pending image is looked at: soon at first, and every hour at last. */
const PENDING = { first: MINUTE, last: HOUR };
/** How long an image may not be there before it is forgotten. */
const MISSING = 10 * MINUTE;

/**
 * What holds after a verdict. A verdict that is pending takes the place of one that is not only when that one has not been
 * confirmed for too long, or was made under another policy: a scan that begins anew is no news.
 */
export function decideOn(verdict: Verdict, circumstances: Circumstances, rules: GateRules): Decision {
  const { before, cause, now } = circumstances;
  const isPending = verdict.status === 'PENDING';
  const isNews = cause !== 'SWEEP';
  // What was settled before is pending since now, however long ago it was pushed.
  const pendingSince = isPending ? before.pendingSince ?? (before.status ? undefined : before.pushedAt) ?? now.toISOString() : undefined;
  if (isPending && isSettled(before.status) && before.judgedBy === rules.fingerprint && holds(before, now, rules)) {
    const again = dueAt(verdict, circumstances, rules, isNews, pendingSince);
    return { course: { ...courseOf(before), pendingSince, dueAt: again, missingSince: undefined }, metrics: {} };
  }
  const outcome = outcomeOf(verdict);
  const isSame = before.outcome === outcome && before.status === verdict.status;
  // A record that is about to expire is written anew, so that what holds can always be read.
  const isFresh = isSame && now.getTime() < time(before.decidedAt) + rules.retentionSeconds * SECOND / 2;
  const decidedAt = isFresh ? before.decidedAt! : after(before.decidedAt, now);
  const types = announcements(before.announced, verdict.status);
  // An index that was judged while a scan began anew waits for its end, though it left the platform what it was.
  const isChange = !isSame || (!isPending && before.pendingSince !== undefined);
  // Indexes that come to know of it meanwhile are told too; but what is pending, they find to be pending themselves.
  const isTold = isChange && (types.length > 0 || !isPending || before.partOf !== undefined);
  const course: ImageCourse = {
    status: verdict.status,
    decidedAt,
    confirmedAt: now.toISOString(),
    judgeAgainAt: verdict.judgeAgainAt,
    judgedBy: rules.fingerprint,
    outcome,
    announced: types.length > 0 ? verdict.status : before.announced,
    pendingSince,
    metExpectation: before.metExpectation,
    dueAt: dueAt(verdict, circumstances, rules, isNews || isChange, pendingSince),
    outbox: isTold ? outboxOf(verdict, circumstances, rules, types, decidedAt) : undefined,
  };
  const metrics = isPending ? { [GateMetric.MINUTES_PENDING]: minutesSince(pendingSince!, now) } : {};
  return { course, record: isFresh ? undefined : { verdict, decidedAt }, metrics };
}

/** Nothing runs an attestation or a signature: it is known, and never judged. */
export function decideOnArtifact(): Decision {
  return { course: {}, metrics: {} };
}

/** What is not in the registry any more is forgotten, after a while: a service may be late to know of it. */
export function decideOnMissing({ before, now }: Circumstances): Decision | 'FORGET' {
  const missingSince = before.missingSince ?? now.toISOString();
  if (now.getTime() >= time(missingSince) + MISSING) return 'FORGET';
  // What was announced was of what is gone.
  const metExpectation = before.expected?.at;
  return { course: { ...courseOf(before), missingSince, metExpectation, dueAt: iso(time(missingSince) + MISSING) }, metrics: {} };
}

/** When to judge again what could not be judged. */
export function dueAfterFailure(now: Date): string {
  return iso(now.getTime() + CONFIRM_AFTER);
}

/** Until when an approval holds that nobody confirms: no longer than what it rests on. */
export function validUntil(
  { confirmedAt, judgeAgainAt }: Pick<ImageCourse, 'confirmedAt' | 'judgeAgainAt'>, { refreshSeconds }: Pick<GateRules, 'refreshSeconds'>,
): Date {
  const lapses = time(confirmedAt) + 2 * refreshSeconds * SECOND;
  return new Date(judgeAgainAt === undefined ? lapses : Math.min(lapses, time(judgeAgainAt)));
}

/** What an image is made of, for the gate. What is archived cannot be read: it is what it was. */
export function kindOf({ image, manifests, scans }: ImageFacts, before: ImageState): 'IMAGE' | 'ARTIFACT' | 'MISSING' {
  const root = manifests.find(({ digest }) => digest === image.digest);
  if (!root) return 'MISSING';
  if (isArchived({ image, scans }) && isArtifact(before)) return 'ARTIFACT';
  return isRun(root.kind) ? 'IMAGE' : 'ARTIFACT';
}

/** What two engines read in two ways is judged, and rejected: one of them may run it. */
function isRun(kind: ManifestKind): boolean {
  return kind === 'IMAGE' || kind === 'INDEX' || kind === 'AMBIGUOUS';
}

export function isArchived({ image, scans }: Pick<ImageFacts, 'image' | 'scans'>): boolean {
  return scans.some(({ digest, status }) => digest === image.digest && status === 'IMAGE_ARCHIVED');
}

function isArtifact({ version, status, missingSince }: ImageState): boolean {
  return version > 0 && status === undefined && missingSince === undefined;
}

/** Whether an image is to be judged although nothing was heard of it: its time has come, or the policy is another one. */
export function isDue(image: Pick<ImageCourse, 'dueAt' | 'judgedBy'>, { fingerprint }: Pick<GateRules, 'fingerprint'>, now: Date): boolean {
  if (image.dueAt === undefined) return false; // an artifact
  return time(image.dueAt) <= now.getTime() || (image.judgedBy !== undefined && image.judgedBy !== fingerprint);
}

/** Whether there is nothing to do for a sweep: the image was judged since it was found to be due. */
export function isUpToDate(state: ImageState, rules: GateRules, now: Date): boolean {
  return state.version > 0 && !state.outbox && !isDue(state, rules, now);
}

function isSettled(status: VerdictStatus | undefined): boolean {
  return status === 'APPROVED' || status === 'REJECTED';
}

function holds(before: ImageState, now: Date, rules: GateRules): boolean {
  return before.status === 'REJECTED' || now < validUntil(before, rules);
}

/** What is told of a status; of one that is pending only when something else was told before. */
function announcements(announced: VerdictStatus | undefined, status: VerdictStatus): VerdictEventType[] {
  if (announced === status) return [];
  const types: VerdictEventType[] = [];
  if (status === 'APPROVED') types.push(VerdictEventType.APPROVED);
  if (status === 'REJECTED') types.push(VerdictEventType.REJECTED);
  if (announced !== undefined) types.push(VerdictEventType.CHANGED);
  return types;
}

function outboxOf(
  verdict: Verdict, { before, cause, now }: Circumstances, { gate }: GateRules, types: VerdictEventType[], decidedAt: string,
): Outbox {
  const detail = types.length > 0 ? eventOf(verdict, before, { gate, cause, decidedAt }) : undefined;
  return { types, detail, counts: countsOf(before, verdict.status, now) };
}

function dueAt(
  verdict: Verdict, { now }: Circumstances, { refreshSeconds }: GateRules, isUnconfirmed: boolean, pendingSince: string | undefined,
): string {
  const times = [now.getTime() + refreshSeconds * SECOND];
  if (verdict.judgeAgainAt !== undefined) times.push(time(verdict.judgeAgainAt));
  if (isUnconfirmed) times.push(now.getTime() + CONFIRM_AFTER);
  if (verdict.status === 'PENDING') {
    const waited = now.getTime() - time(pendingSince);
    times.push(now.getTime() + Math.min(Math.max(waited / 2, PENDING.first), PENDING.last));
  }
  return iso(Math.min(...times));
}

/** What was announced is what held: an approval that ends is counted as it ends, whatever comes after it. */
function countsOf({ announced, pushedAt }: ImageState, status: VerdictStatus, now: Date): Outbox['counts'] {
  if (announced === status) return {};
  const revoked = announced === 'APPROVED' ? { [GateMetric.REVOKED]: 1 } : {};
  if (status === 'PENDING') return revoked;
  return {
    ...revoked,
    [status === 'APPROVED' ? GateMetric.APPROVED : GateMetric.REJECTED]: 1,
    ...announced === 'REJECTED' && { [GateMetric.CLEARED]: 1 },
    ...announced === undefined && pushedAt !== undefined && { [GateMetric.MINUTES_TO_VERDICT]: minutesSince(pushedAt, now) },
  };
}

function minutesSince(from: string, now: Date): number {
  return Math.max(0, (now.getTime() - time(from)) / MINUTE);
}

function courseOf(
  { repository, digest, version, pushedAt, pushedBy, expected, awaited, partOf, ...course }: ImageState & Partial<WatchedImage>,
): ImageCourse {
  return course;
}

/** Decisions on an image have an order, whatever the clocks say. */
function after(previous: string | undefined, now: Date): string {
  return iso(Math.max(now.getTime(), previous === undefined ? 0 : time(previous) + 1));
}

function time(at: string | undefined): number {
  return at === undefined ? 0 : Date.parse(at);
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
