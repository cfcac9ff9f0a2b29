import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deployment } from './deployments';
import { Gate } from './gate';
import { Random } from './random';
import { REPOSITORY, Registry, type StoredImage } from './registry';
import { type CallTimes, MINUTE, Simulator } from './simulator';
import { ROOT } from '../../../support/tools';

const PAGE = readFileSync(join(ROOT, 'docs', 'gate.md'), 'utf8').replaceAll('\n', ' ');
const DECISION = readFileSync(join(ROOT, 'docs', 'decisions', '0013-a-queue-and-a-table.md'), 'utf8').replaceAll('\n', ' ');

const CALM = { crashes: 0, errors: 0, stalls: 0 };
/** Milliseconds of a call, half as many to twice as many. */
const TYPICAL = { table: 8, queue: 15, bus: 25, registry: 60, inspector: 250 };
const times: CallTimes = (service, random) => TYPICAL[service] * (0.5 + 1.5 * random.next());

/** A gate whose Inspector takes five minutes at most for an image, and whose events all come. */
function begin(seed: number) {
  const random = new Random(seed);
  const simulator = new Simulator();
  const gate = new Gate(simulator, random, deployment('v0', random, simulator.now), { faults: CALM, times, maxConcurrency: 5, pageSize: 1_000 }, (deliver) =>
    new Registry(simulator, random, { lost: 0, twice: 0, late: 0 }, deliver, { scan: 5 * MINUTE, listing: 4 * MINUTE }));
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
  expect(PAGE).toContain(row('5,000 images pushed at once', gate, images.length, (simulator.now - began) / MINUTE));
}, 120_000);

test('50 events of one image at once are one judgement, and one more to confirm it', async () => {
  const { simulator, gate } = begin(6);
  const image = gate.registry.make('IMAGE');
  gate.registry.push(image);
  await simulator.run(simulator.now + 60 * MINUTE);
  const before = gate.judgements;
  for (const name of Object.keys(gate.calls)) gate.calls[name] = 0;

  for (let events = 0; events < 50; events++) gate.registry.discover(image, 'CVE-2026-1', 0);
  await simulator.run(simulator.now + 4 * MINUTE);
  const atOnce = gate.judgements - before;
  await simulator.run(simulator.now + 10 * MINUTE);

  expect(gate.calls.PutEvents).toBe(1); // with another seed the finding may be a mild one
  expect(atOnce).toBeLessThanOrEqual(2);
  expect(gate.judgements - before).toBeLessThanOrEqual(4);
  expect(PAGE).toContain(row('50 findings of one image at once', gate, 1, 14));
});

test('an index of two platforms is judged as often as the pages say, which is what the gate costs', async () => {
  const sum = { requests: 0, judgements: 0 };
  const runs = 100;
  for (let seed = 1; seed <= runs; seed++) {
    const { simulator, gate } = begin(seed);
    gate.registry.push(gate.registry.make('INDEX', [gate.registry.make('IMAGE'), gate.registry.make('IMAGE')]));
    await simulator.run(simulator.now + 60 * MINUTE);
    sum.requests += gate.judgements;
    sum.judgements += gate.calls.BatchGetImage;
  }

  const [requests, judgements] = [sum.requests, sum.judgements].map((count) => Math.round(count / runs));
  expect(PAGE).toContain(`judged about ${judgements} times in its first hour, its platforms included`);
  expect(PAGE).toContain(`${requests - judgements} more requests find that there is nothing to do`);
  expect(DECISION).toContain(`the ${judgements} judgements of an image`);
});

/** A row of the page, as it was measured. */
function row(what: string, { calls, requests, events }: Gate, images: number, minutes: number): string {
  const each = (...names: string[]) => (names.reduce((sum, name) => sum + (calls[name] ?? 0), 0) / images).toFixed(1);
  const lost = requests.deadLetters.length + events.deadLetters.length;
  const cells = [
    what, `${minutes} minutes`, lost, requests.mostConcurrent, each('BatchGetImage'), each('TransactWriteItems'), each('BatchGetImage', 'ListCoverage', 'ListFindings'),
    each('GetItem', 'UpdateItem', 'TransactWriteItems'), each('SendMessage', 'SendMessageBatch'), each('PutEvents'),
  ];
  return `| ${cells.join(' | ')} |`;
}
