import { deployment } from './deployments';
import { Gate } from './gate';
import { Random } from './random';
import { REPOSITORY, Registry, type StoredImage } from './registry';
import { type CallTimes, MINUTE, Simulator } from './simulator';

const CALM = { crashes: 0, errors: 0, stalls: 0 };
/** Milliseconds of a call, half as many to twice as many. */
const TYPICAL = { table: 8, queue: 15, bus: 25, registry: 60, inspector: 250 };
const times: CallTimes = (service, random) => TYPICAL[service] * (0.5 + 1.5 * random.next());

/** A gate whose Inspector takes five minutes at most for an image, and whose events all come. */
function begin(seed: number) {
  const random = new Random(seed);
  const simulator = new Simulator();
  const gate = new Gate(simulator, random, deployment('v0', random, simulator.now), { faults: CALM, times, maxConcurrency: 5, pageSize: 1_000 }, (deliver) =>
    new Registry(simulator, random, { lost: 0, twice: 0, late: 0 }, deliver, 5 * MINUTE));
  simulator.every(5 * MINUTE, 5 * MINUTE, () => gate.send({ errand: 'sweep' }));
  return { simulator, gate, random };
}

const isDecided = (gate: Gate) => ({ digest }: StoredImage) => gate.store.at({ repository: REPOSITORY, digest })?.announced !== undefined;

test('5,000 pushes at once are judged by five at a time, and none is lost', async () => {
  const { simulator, gate } = begin(1);
  const images = Array.from({ length: 5_000 }, () => gate.registry.make('IMAGE'));
  const began = simulator.now;

  for (const image of images) gate.registry.push(image);
  while (!images.every(isDecided(gate)) && simulator.now < began + 24 * 60 * MINUTE) await simulator.run(simulator.now + 5 * MINUTE);

  expect(images.filter((image) => !isDecided(gate)(image))).toEqual([]);
  expect(gate.violations).toEqual([]);
  expect(simulator.now - began).toBeLessThanOrEqual(30 * MINUTE);
  expect(gate.requests.mostConcurrent).toBe(5);
  expect(gate.events.mostConcurrent).toBe(5);
  expect([...gate.requests.deadLetters, ...gate.events.deadLetters]).toEqual([]);
  report('5,000 pushes', gate, images.length, (simulator.now - began) / MINUTE);
}, 120_000);

test('50 events of one image at once are one judgement, and one more to confirm it', async () => {
  const { simulator, gate } = begin(2);
  const image = gate.registry.make('IMAGE');
  gate.registry.push(image);
  await simulator.run(simulator.now + 60 * MINUTE);
  const before = gate.judgements;

  for (let events = 0; events < 50; events++) gate.registry.discover(image, 'CVE-2026-1', 0);
  await simulator.run(simulator.now + 4 * MINUTE);
  const atOnce = gate.judgements - before;
  await simulator.run(simulator.now + 10 * MINUTE);

  expect(atOnce).toBeLessThanOrEqual(2);
  expect(gate.judgements - before).toBeLessThanOrEqual(4);
  report('50 events of one image', gate, 1, 14);
  if (process.env.MODEL_RUNS) process.stdout.write(`  judgements: ${atOnce}, ${gate.judgements - before - atOnce} more within 14 minutes\n`);
});

function report(what: string, { calls, judgements, requests }: Gate, images: number, minutes: number): void {
  if (!process.env.MODEL_RUNS) return;
  const each = Object.entries(calls).map(([name, count]) => `${name} ${(count / images).toFixed(2)}`).join(', ');
  process.stdout.write(`${what}: ${minutes.toFixed(0)} minutes, ${(judgements / images).toFixed(2)} judgements each, at most ${requests.mostConcurrent} at once\n  ${each}\n`);
}

