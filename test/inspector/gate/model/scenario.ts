import { deployment } from './deployments';
import { Gate, type Plant, REFRESH } from './gate';
import { platformsOf, truth } from './oracle';
import { Random } from './random';
import { LONGEST_LAG, REPOSITORY, Registry } from './registry';
import { HOUR, type CallTimes, type Faults, MINUTE, type Service, Simulator } from './simulator';

const SWEEP_EVERY = 5 * MINUTE;
const LIST_EVERY = HOUR;
/** After the last change: what is only found by a listing, or by looking again; with a message that is hidden meanwhile. */
const REST = REFRESH + LIST_EVERY + 45 * MINUTE;
/** The longest scan that has begun, until all of it is listed. */
const SCANS = 2 * HOUR + 10 * MINUTE + LONGEST_LAG;

const SERVICES: readonly Service[] = ['table', 'queue', 'bus', 'registry', 'inspector'];
const times: CallTimes = (_service, random) => random.chance(0.9) ? random.integer(5, 60) : random.integer(60, 5_000);

export interface Run {
  readonly violations: readonly string[];
  readonly judgements: number;
  readonly deadLetters: number;
}

/** Hours of a registry and its gate, all by chance but the same for the same seed. Says what went wrong. */
export async function run(seed: number, plant?: Plant): Promise<Run> {
  const random = new Random(seed);
  const simulator = new Simulator();
  const isCalm = random.chance(0.4);
  const faults: { -readonly [K in keyof Faults]: Faults[K] } = {
    crashes: isCalm ? 0 : random.pick([0, 0, 30]), errors: isCalm ? 0 : random.pick([0, 30, 60]), stalls: random.chance(0.1) ? 10 : 0,
  };
  const isReliable = random.chance(0.4);
  const delivery = { lost: isReliable ? 0 : random.pick([0, 0.05, 0.5]), twice: random.pick([0, 0.3]), late: isReliable ? 0 : random.pick([0, 0.1]) };
  let version = 0;
  const settings = { faults, times, maxConcurrency: random.integer(1, 5), plant };
  const gate = new Gate(simulator, random, deployment(`v${version}`, random, simulator.now), settings, (deliver) =>
    new Registry(simulator, random, delivery, deliver));
  const { registry } = gate;
  const end = simulator.now + random.integer(45, 180) * MINUTE;
  simulator.every(SWEEP_EVERY, random.integer(0, SWEEP_EVERY), () => gate.send({ errand: 'sweep' }));
  simulator.every(LIST_EVERY, random.integer(0, LIST_EVERY), () => gate.send({ errand: 'find', repositories: [REPOSITORY], patterns: [] }));

  const act: ReadonlyArray<() => void> = [
    () => registry.push(registry.make('IMAGE')),
    () => registry.push(registry.make('INDEX', [
      ...Array.from({ length: random.integer(1, 2) }, () => registry.make('IMAGE')), ...random.chance(0.5) ? [registry.make('ATTESTATION')] : [],
    ])),
    () => registry.push(registry.make('SIGNATURE')),
    () => registry.images.length > 0 && registry.push(random.pick(registry.images)),
    () => registry.images.length > 0 && registry.remove(random.pick(registry.images)),
    ...Array.from({ length: 7 }, () => () => ofScanned((image) => registry.discover(image))),
    ...Array.from({ length: 2 }, () => () => ofScanned((image) => registry.close(image))),
    () => ofScanned((image) => registry.suppress(image)),
    () => ofScanned((image) => registry.rescan(image)),
    () => ofScanned((image) => registry.expire(image)),
    ...Array.from({ length: 2 }, () => () => {
      const images = registry.images.filter(({ kind, isThere }) => isThere && (kind === 'IMAGE' || kind === 'INDEX'));
      if (images.length > 0) registry.archive(random.pick(images));
    }),
    () => registry.images.length > 0 && gate.ask({ repository: REPOSITORY, digest: random.pick(registry.images).digest }),
    ...Array.from({ length: 3 }, () => () => deploy()),
    () => !isCalm && Object.assign(faults, { storm: { service: random.pick(SERVICES), until: simulator.now + random.integer(1, 6) * MINUTE } }),
  ];
  const ofScanned = (happen: (image: ReturnType<Registry['scanned']>[number]) => void) => {
    const scanned = registry.scanned();
    if (scanned.length > 0) happen(random.pick(scanned));
  };
  /** Functions are deployed one after the other, and sometimes back again. */
  const deploy = () => {
    const before = gate.judging;
    if (gate.watching !== before || gate.answering !== before) return; // one deployment at a time
    const next = deployment(`v${++version}`, random, simulator.now);
    simulator.after(random.integer(0, 10) * MINUTE, () => gate.watching = next);
    simulator.after(random.integer(0, 10) * MINUTE, () => gate.judging = next);
    simulator.after(random.integer(0, 10) * MINUTE, () => gate.answering = next);
    if (!random.chance(0.3)) return;
    simulator.after(random.integer(11, 15) * MINUTE, () => gate.watching = before);
    simulator.after(random.integer(11, 15) * MINUTE, () => gate.judging = before);
    simulator.after(random.integer(11, 15) * MINUTE, () => gate.answering = before);
  };

  // Whatever happens, nobody is told wrongly that something is approved.
  simulator.every(MINUTE, 0, () => registry.images.forEach(({ digest }) => gate.answer({ repository: REPOSITORY, digest })));

  act[random.integer(0, 1)]();
  for (let actions = random.integer(2, 12); actions > 0; actions--) {
    const at = random.integer(0, end - simulator.now);
    simulator.after(at, random.pick(act));
  }
  if (isReliable && faults.crashes === 0 && faults.stalls === 0) {
    // A judgement for a sweep that fails is begun anew by the sweep after the next: ten minutes for each failure in a row.
    simulator.every(MINUTE, 0, watchFor(gate, simulator, isCalm ? 8 * MINUTE : 45 * MINUTE));
  }
  await simulator.run(end);
  // Whatever is deployed, all functions are, in the end.
  simulator.after(16 * MINUTE, () => gate.watching = gate.answering = gate.judging);
  await simulator.run(end + SCANS);
  const hasStalled = faults.stalls > 0;
  for (const name of ['crashes', 'errors', 'stalls'] as const) faults[name] = 0;
  await simulator.run(simulator.now + REST);

  for (const { digest } of registry.images) gate.ask({ repository: REPOSITORY, digest });
  await check(gate, simulator.now, hasStalled);
  if (isCalm && !hasStalled) checkOnce(gate);
  return { violations: gate.violations, judgements: gate.judgements, deadLetters: gate.events.deadLetters.length + gate.requests.deadLetters.length };
}

/** Where every event comes and nothing crashes, a verdict is not wrong for long. */
function watchFor(gate: Gate, simulator: Simulator, most: number): () => void {
  const wrongSince = new Map<string, number>();
  return () => {
    // Only once both functions are deployed, a new policy is applied to what was judged before.
    if (gate.watching !== gate.judging) wrongSince.clear();
    if (gate.events.deadLetters.length > 0) return; // what was heard is lost with them
    for (const image of gate.registry.images) {
      const { digest, isThere } = image;
      const must = isThere ? truth(image, gate.judging, simulator.now) : undefined;
      const is = gate.store.at({ repository: REPOSITORY, digest });
      // A scan that begins anew is no news; announced findings are waited for; and a platform that comes back from the archive
      // after its index does not know what it is part of.
      const isFine = must === undefined || must === 'PENDING' || is?.status === must
        || platformsOf(image).some((platform) => gate.insistsOn(platform) || (platform !== image && platform.wasArchived && is?.status === 'REJECTED'));
      if (isFine) wrongSince.delete(digest);
      else if (!wrongSince.has(digest)) wrongSince.set(digest, simulator.now);
      else if (simulator.now - wrongSince.get(digest)! === most) gate.violate(digest, `has been ${is?.status}, not ${must}, for ${most / MINUTE} minutes`);
    }
  };
}

/** What goes well is told once. */
function checkOnce(gate: Gate): void {
  const seen = new Set<string>();
  for (const { id, type, digest } of gate.told) {
    if (seen.has(`${id} ${type}`)) gate.violate(digest, `was announced more than once: ${type}`);
    seen.add(`${id} ${type}`);
  }
  for (const [digest, counted] of gate.revoked) {
    if (counted > endings(gate, digest)) gate.violate(digest, `was counted ${counted} times as approved no longer`);
  }
}

/** How often an image was announced to be approved no longer. */
function endings({ told }: Gate, digest: string): number {
  const ends = told.filter((each) => each.digest === digest && each.previousStatus === 'APPROVED' && each.status !== 'APPROVED');
  return new Set(ends.map(({ id }) => id)).size;
}

/** What must be so once nothing has happened for long. */
async function check(gate: Gate, now: number, hasStalled: boolean): Promise<void> {
  const { registry, store } = gate;
  for (const image of registry.images) {
    const { digest, isThere } = image;
    const is = await store.get({ repository: REPOSITORY, digest });
    if (image.isArchived && !is) continue; // nobody has heard of it, and nobody can pull it
    const must = isThere ? truth(image, gate.judging, now) : undefined;
    const told = gate.told.filter((each) => each.digest === digest);
    // Who stalls tells what is past; the time of the decision says so.
    if (hasStalled) told.sort((a, b) => a.decidedAt < b.decidedAt ? -1 : a.decidedAt > b.decidedAt ? 1 : 0);
    else if (told.some(({ decidedAt }, index) => index > 0 && decidedAt < told[index - 1].decidedAt)) gate.violate(digest, 'was announced out of order');
    const found = (what: string) => gate.violate(digest, `${what}: ${JSON.stringify({ kind: image.kind, isThere, must, is, told: told.map(({ status }) => status) })}`);
    if ((gate.revoked.get(digest) ?? 0) < endings(gate, digest)) found('is approved no longer, and that was not counted');
    // What was announced before the image was pushed anew, and never listed since, is insisted on.
    const isFine = isThere && platformsOf(image).some((platform) => gate.insistsOn(platform) && !gate.isListed(platform));
    if (isFine) continue;
    if (is?.status !== must) found('has the wrong verdict');
    if (!isThere) {
      if (is?.dueAt) found('is not forgotten'); // what nothing runs expires
      continue;
    }
    if (!is || (must === undefined) !== (is.dueAt === undefined)) found('is lost');
    if (must === undefined) continue;
    if (gate.answer({ repository: REPOSITORY, digest }).status !== must) found('is answered otherwise');
    if (is?.outbox) found('has something left to tell');
    if (told.at(-1)?.status !== must) found('was last announced otherwise');
    const history = store.history({ repository: REPOSITORY, digest });
    if (history.at(-1)?.decidedAt !== is?.decidedAt || history.at(-1)?.verdict.status !== must) found('has a record that says otherwise');
    if (now > Date.parse(is?.dueAt ?? '') + 2 * SWEEP_EVERY) found('waits forever');
  }
  if (gate.requests.size > registry.images.length) gate.violate('', `${gate.requests.size} requests are left`);
}
