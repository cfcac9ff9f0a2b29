import * as fc from 'fast-check';
import { STATE, approved, pending, rejected } from './verdicts';
import type { ImageFacts, Verdict, VerdictStatus } from '../../../src/inspector/contract';
import type { JudgementCause } from '../../../src/inspector/gate/contract';
import {
  type Decision, type GateRules, decideOn, decideOnArtifact, decideOnMissing, dueAfterFailure, isDue, isUpToDate, kindOf, validUntil,
} from '../../../src/inspector/gate/decide';
import type { ImageState } from '../../../src/inspector/gate/running/state';
import { IMAGE, NOW, STANDARD, digest, facts, index, judge, scan, single } from '../facts';

const RULES: GateRules = { gate: 'gate', fingerprint: 'f1', refreshSeconds: 86_400, retentionSeconds: 400 * 86_400 };
const MINUTE = 60_000;
const DAY = 86_400_000;
const after = (ms: number) => new Date(NOW.getTime() + ms);
const iso = (ms: number) => after(ms).toISOString();

const on = (verdict: Verdict, before: Partial<ImageState> = {}, cause: JudgementCause = 'SWEEP', now = NOW): Decision =>
  decideOn(verdict, { before: { ...STATE, ...before }, cause, now }, RULES);
/** What is known of an image after a decision, with its outbox emptied. */
const state = ({ course }: Decision, more: Partial<ImageState> = {}): ImageState => ({ ...STATE, ...course, outbox: undefined, version: 1, ...more });
const told = ({ course }: Decision) => course.outbox?.types;

describe('the first verdict', () => {
  test.each([['APPROVED', approved(), ['Image Approved']], ['REJECTED', rejected(), ['Image Rejected']]])('%s is recorded and told', (status, verdict, types) => {
    const decision = on(verdict, { pushedAt: iso(-30 * MINUTE) }, 'PUSH');

    expect(decision.record).toEqual({ verdict, decidedAt: NOW.toISOString() });
    expect(decision.course).toMatchObject({ status, announced: status, decidedAt: NOW.toISOString(), confirmedAt: NOW.toISOString(), judgedBy: 'f1' });
    expect(told(decision)).toEqual(types);
    expect(decision.course.outbox!.detail).toMatchObject({ status, previousStatus: undefined, cause: 'PUSH', gate: 'gate', pushedAt: iso(-30 * MINUTE) });
    expect(decision.course.outbox!.counts).toEqual({ [status === 'APPROVED' ? 'Approved' : 'Rejected']: 1, MinutesToVerdict: 30 });
  });

  test('that is pending is recorded, and told to nobody', () => {
    const decision = on(pending(), { pushedAt: iso(-30 * MINUTE) });

    expect(decision.course).toMatchObject({ status: 'PENDING', pendingSince: iso(-30 * MINUTE) });
    expect(decision.course.announced).toBeUndefined();
    expect(decision.course.outbox).toBeUndefined();
    expect(on(pending(), { partOf: [digest(9)] }).course.outbox).toEqual({ types: [], detail: undefined, counts: {} });
    expect(decision.record).toBeDefined();
    expect(decision.metrics).toEqual({ MinutesPending: 30 });
  });

  test('of an image whose push nobody has seen says nothing of how long it took', () => {
    expect(on(approved()).course.outbox!.counts).toEqual({ Approved: 1 });
    expect(on(pending()).metrics).toEqual({ MinutesPending: 0 });
  });
});

describe('a verdict that changes', () => {
  test.each<[VerdictStatus, Verdict, string[], object]>([
    ['APPROVED', rejected(), ['Image Rejected', 'Image Verdict Changed'], { Rejected: 1, Revoked: 1 }],
    ['REJECTED', approved(), ['Image Approved', 'Image Verdict Changed'], { Approved: 1, Cleared: 1 }],
    ['PENDING', approved(), ['Image Approved', 'Image Verdict Changed'], { Approved: 1 }],
  ])('is told, after %s', (announced, verdict, types, metrics) => {
    const decision = on(verdict, { status: announced, announced, decidedAt: iso(-DAY), version: 4 });

    expect(told(decision)).toEqual(types);
    expect(decision.course.outbox!.detail!.previousStatus).toBe(announced);
    expect(decision.course.outbox!.counts).toEqual(metrics);
  });

  test('in its reasons only is recorded, and told to nobody but the indexes', () => {
    const before = state(on(rejected(NOW, 'CVE-2026-0001')), { partOf: [digest(9)] });

    const decision = on(rejected(NOW, 'CVE-2026-0002'), before, 'SWEEP', after(DAY));

    expect(decision.record?.decidedAt).toBe(iso(DAY));
    expect(decision.course.outbox).toEqual({ types: [], detail: undefined, counts: {} });
  });

  test('is decided after the one before it, whatever the clocks say', () => {
    const before = state(on(approved()));

    expect(on(rejected(), before, 'FINDING', after(-5_000)).course.decidedAt).toBe(iso(1));
  });
});

describe('a verdict that stays', () => {
  test('is confirmed, not recorded again, and told to nobody', () => {
    const before = state(on(approved()), { partOf: [digest(9)] });

    const decision = on(approved(after(DAY)), before, 'SWEEP', after(DAY));

    expect(decision.record).toBeUndefined();
    expect(decision.course).toMatchObject({ status: 'APPROVED', decidedAt: NOW.toISOString(), confirmedAt: iso(DAY), announced: 'APPROVED' });
    expect(decision.course.outbox).toBeUndefined();
    expect(decision.metrics).toEqual({});
  });

  test.each([['before', 200 * DAY - 1, false], ['at', 200 * DAY, true]])('is recorded anew %s the middle of the time for which records are kept', (_name, ms, isRecorded) => {
    const decision = on(approved(after(ms)), state(on(approved())), 'SWEEP', after(ms));

    expect(decision.record !== undefined).toBe(isRecorded);
    expect(decision.course.decidedAt).toBe(isRecorded ? iso(ms) : NOW.toISOString());
    expect(decision.course.outbox).toBeUndefined();
  });
});

describe('a scan that begins anew', () => {
  const APPROVED = state(on(approved()), { partOf: [digest(9)], metExpectation: 'x' });

  test('leaves a verdict that was confirmed lately', () => {
    const decision = on(pending(), APPROVED, 'CHANGE', after(DAY));

    expect(decision.record).toBeUndefined();
    expect(decision.course).toEqual({
      status: 'APPROVED',
      announced: 'APPROVED',
      decidedAt: NOW.toISOString(),
      confirmedAt: NOW.toISOString(),
      judgedBy: 'f1',
      outcome: APPROVED.outcome,
      metExpectation: 'x',
      missingSince: undefined,
      outbox: undefined,
      pendingSince: iso(DAY),
      dueAt: iso(DAY + MINUTE),
    });
  });

  test('and ends has its indexes judged, though it changed nothing here', () => {
    const during = state(on(pending(), APPROVED, 'CHANGE', after(DAY)), { partOf: [digest(9)] });

    const decision = on(approved(), during, 'SWEEP', after(DAY + 10 * MINUTE));

    expect(decision.course.outbox).toEqual({ types: [], detail: undefined, counts: {} });
    expect(decision.course.pendingSince).toBeUndefined();
    expect(decision.course.dueAt).toBe(iso(DAY + 15 * MINUTE));
  });

  test('takes the place of an approval that nobody has confirmed for twice as long as it should have been', () => {
    expect(on(pending(), APPROVED, 'SWEEP', after(2 * DAY - 1)).course.status).toBe('APPROVED');
    const decision = on(pending(), APPROVED, 'SWEEP', after(2 * DAY));

    expect(decision.course).toMatchObject({ status: 'PENDING', announced: 'PENDING' });
    expect(told(decision)).toEqual(['Image Verdict Changed']);
    expect(decision.course.outbox!.counts).toEqual({ Revoked: 1 });
  });

  test('is counted as the end of an approval once, though a rejection follows', () => {
    const during = state(on(pending(), { ...APPROVED, judgedBy: 'f0' }, 'SWEEP', after(MINUTE)));

    expect(on(rejected(), during, 'SWEEP', after(10 * MINUTE)).course.outbox!.counts).toEqual({ Rejected: 1 });
    expect(on(pending(), during, 'SWEEP', after(10 * MINUTE)).course.outbox).toBeUndefined();
  });

  test('never takes the place of a rejection', () => {
    expect(on(pending(), state(on(rejected())), 'SWEEP', after(365 * DAY)).course.status).toBe('REJECTED');
  });

  test('takes the place of a verdict under another policy', () => {
    expect(on(pending(), { ...APPROVED, judgedBy: 'f0' }, 'SWEEP', after(MINUTE)).course.status).toBe('PENDING');
  });

  test('is pending since then, however long ago the image was pushed', () => {
    const decision = on(pending(), { ...APPROVED, judgedBy: 'f0', pushedAt: iso(-30 * DAY) });

    expect(decision.course.pendingSince).toBe(NOW.toISOString());
    expect(decision.metrics).toEqual({ MinutesPending: 0 });
  });
});

describe('an image is due again', () => {
  const due = (...from: Parameters<typeof on>) => (Date.parse(on(...from).course.dueAt!) - (from[3] ?? NOW).getTime()) / MINUTE;
  const SAME = state(on(approved()));

  test('after a day when nothing is heard', () => {
    expect(due(approved(), SAME)).toBe(24 * 60);
  });

  test.each<JudgementCause>(['PUSH', 'SCAN', 'FINDING', 'CHANGE', 'PLATFORM', 'ASKED'])('in five minutes after %s, because listings lag behind', (cause) => {
    expect(due(approved(), SAME, cause)).toBe(5);
  });

  test('in five minutes after a change, in case that it could not be told', () => {
    expect(due(rejected(), SAME)).toBe(5);
  });

  test('when its data means something else', () => {
    const settled = judge(single([], { scannedAt: iso(-MINUTE) }));

    expect(settled.status).toBe('PENDING');
    expect(due(settled, { pushedAt: iso(-DAY) })).toBe(1);
    expect(due({ ...approved(), judgeAgainAt: iso(17 * MINUTE) }, SAME)).toBe(17);
  });

  test.each([[0, 1], [1, 1], [3, 1.5], [8, 4]])('while it has been pending for %d minutes, in %d', (waited, minutes) => {
    expect(due(pending(), { status: 'PENDING', pendingSince: iso(-waited * MINUTE), outcome: on(pending()).course.outcome })).toBe(minutes);
  });

  test('every hour at least while it is pending', () => {
    expect(due(pending(), { status: 'PENDING', pendingSince: iso(-DAY), outcome: on(pending()).course.outcome })).toBe(60);
  });

  test('in five minutes when it could not be judged', () => {
    expect(dueAfterFailure(NOW)).toBe(iso(5 * MINUTE));
  });
});

describe('an image that is not in the registry', () => {
  test('is looked for once more before it is forgotten', () => {
    const first = decideOnMissing({ before: { ...state(on(approved())), pushedAt: 'p' }, cause: 'CHANGE', now: NOW });

    expect(first).toMatchObject({ course: { status: 'APPROVED', missingSince: NOW.toISOString(), dueAt: iso(10 * MINUTE) }, metrics: {} });
    const before = state(first as Decision);
    expect(decideOnMissing({ before, cause: 'SWEEP', now: after(10 * MINUTE - 1) })).toMatchObject({ course: { dueAt: iso(10 * MINUTE) } });
    expect(decideOnMissing({ before, cause: 'SWEEP', now: after(10 * MINUTE) })).toBe('FORGET');
  });

  test('has nothing left of what was announced', () => {
    const before = { ...state(on(approved())), expected: { count: 3, at: 'then' } };

    expect(decideOnMissing({ before, cause: 'CHANGE', now: NOW })).toMatchObject({ course: { metExpectation: 'then' } });
  });

  test('is there again when it is pushed again', () => {
    expect(on(approved(), { ...state(on(approved())), missingSince: iso(-MINUTE) }).course.missingSince).toBeUndefined();
    expect(on(pending(), { ...state(on(approved())), missingSince: iso(-MINUTE) }).course.missingSince).toBeUndefined();
  });
});

test('what nothing runs is known, and never due', () => {
  expect(decideOnArtifact()).toEqual({ course: {}, metrics: {} });
});

test.each<[string, ImageFacts, ReturnType<typeof kindOf>]>([
  ['an image', single(), 'IMAGE'], ['an index', index([], []), 'IMAGE'],
  ['a signature', facts([{ digest: IMAGE.digest, kind: 'SIGNATURE' }], []), 'ARTIFACT'],
  ['what some engines may run', facts([{ digest: IMAGE.digest, kind: 'AMBIGUOUS' }], []), 'IMAGE'],
  ['nothing', facts([], []), 'MISSING'], ['something else', facts([{ digest: digest(7), kind: 'IMAGE' }], [scan(digest(7))]), 'MISSING'],
])('%s is told by its manifest', (_name, of, kind) => {
  expect(kindOf(of, STATE)).toBe(kind);
});

test.each<[string, Partial<ImageState>, ReturnType<typeof kindOf>]>([
  ['an image that was approved', state(on(approved())), 'IMAGE'], ['an image that nobody knows', {}, 'IMAGE'],
  ['an image that was missing', { version: 1, missingSince: iso(0) }, 'IMAGE'], ['a signature', { version: 1 }, 'ARTIFACT'],
])('%s is that in the archive too', (_name, before, kind) => {
  expect(kindOf(facts([{ digest: IMAGE.digest, kind: 'IMAGE' }], [scan(IMAGE.digest, [], { status: 'IMAGE_ARCHIVED' })]), { ...STATE, ...before })).toBe(kind);
});

describe('a sweep', () => {
  const base: ImageState = { ...STATE, version: 3, judgedBy: 'f1', dueAt: iso(MINUTE) };

  test.each<[string, Partial<ImageState>, boolean]>([
    ['leaves what is not due', {}, true],
    ['asks for what is due', { dueAt: NOW.toISOString() }, false],
    ['asks for what was judged by another policy', { judgedBy: 'f0' }, false],
    ['asks for what was never judged', { version: 0, judgedBy: undefined }, false],
    ['asks for what has something left to tell', { outbox: { types: [], counts: {} } }, false],
    ['leaves what nothing runs', { dueAt: undefined, judgedBy: undefined }, true],
    ['leaves what is not there, until it is due', { judgedBy: undefined }, true],
  ])('%s', (_name, more, expected) => {
    expect(isUpToDate({ ...base, ...more }, RULES, NOW)).toBe(expected);
  });

  test('leaves an image that was heard of, which is about to be judged', () => {
    expect(isDue({ dueAt: iso(MINUTE) }, RULES, NOW)).toBe(false);
  });
});

test('an approval holds for twice as long as it should be confirmed in', () => {
  expect(validUntil({ confirmedAt: NOW.toISOString() }, RULES)).toEqual(after(2 * DAY));
  expect(validUntil({}, RULES).getTime()).toBe(2 * DAY);
});

test('an approval holds no longer than what it rests on', () => {
  const excused = { ...approved(), judgeAgainAt: iso(MINUTE) };
  const before = state(on(excused));

  expect(before.judgeAgainAt).toBe(iso(MINUTE));
  expect(validUntil(before, RULES)).toEqual(after(MINUTE));
  expect(on(pending(), before, 'CHANGE', after(MINUTE - 1)).course).toMatchObject({ status: 'APPROVED', judgeAgainAt: iso(MINUTE) });
  expect(on(pending(), before, 'CHANGE', after(MINUTE)).course).toMatchObject({ status: 'PENDING', announced: 'PENDING' });
  expect(on(approved(), before).course.judgeAgainAt).toBeUndefined();
});

test('whatever comes after whatever: what is told is what holds, and in order', () => {
  const verdicts = fc.constantFrom(approved, rejected, pending);
  const causes = fc.constantFrom<JudgementCause>('PUSH', 'FINDING', 'SWEEP');
  const steps = fc.array(fc.tuple(verdicts, causes, fc.integer({ min: -15_000, max: 3 * DAY })), { maxLength: 12 });
  fc.assert(fc.property(steps, (all) => {
    let before: ImageState = STATE;
    let time = NOW.getTime();
    let announced: VerdictStatus | undefined;
    for (const [verdict, cause, ms] of all) {
      const now = new Date(time += ms);
      const { course, record } = decideOn(verdict(now), { before, cause, now }, RULES);
      const { detail, counts } = course.outbox ?? {};
      expect(counts?.Revoked).toBe(announced === 'APPROVED' && course.status !== 'APPROVED' ? 1 : undefined);
      if (detail) {
        expect(detail.previousStatus).toBe(announced);
        expect(detail).toMatchObject({ status: course.status, decidedAt: course.decidedAt, id: `shop/web@${IMAGE.digest}/${course.decidedAt}` });
      }
      announced = detail?.status ?? announced;
      expect(announced ?? 'PENDING').toBe(course.status);
      expect(Date.parse(course.dueAt!)).toBeGreaterThan(now.getTime());
      if (record && before.decidedAt) expect(record.decidedAt > before.decidedAt).toBe(true);
      if (course.status === 'APPROVED') expect(Date.parse(course.confirmedAt!) + 2 * DAY).toBeGreaterThan(now.getTime());
      before = { ...STATE, ...course, outbox: undefined, version: before.version + 1 };
    }
  }));
});

test('the policy of the verdict goes with it', () => {
  expect(on(approved()).record?.verdict.policy.name).toBe(STANDARD.name);
});
