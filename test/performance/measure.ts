import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Figures, type Import, type Spread, type Synthesis, type Variant, compare, spread, spreads } from './figures';
import { BUNDLES, bundleBytes, coldRequire, licences, packed } from './shipped';
import { ROOT, succeed } from '../support/tools';

const WORK = join(ROOT, 'reports', 'performance');
/** How many are made in one process: many, where one takes a few milliseconds. */
const SIZES = [{ repositories: 1, times: 30 }, { repositories: 100, times: 2 }, { repositories: 400, times: 1 }];

export interface Settings {
  readonly pairs: number;
  readonly say: (text: string) => void;
}

export async function measure({ pairs, say }: Settings): Promise<Omit<Figures, 'tests'>> {
  await compileChildren();
  const machine = {
    node: (await succeed('node', ['--version'])).trim(),
    cdk: JSON.parse(readFileSync(join(ROOT, 'node_modules', 'aws-cdk-lib', 'package.json'), 'utf8')).version,
    processor: cpus()[0].model,
    cores: cpus().length,
    load: loadavg()[0],
  };
  const synthesis = [];
  for (const { repositories, times } of SIZES) {
    say(`${repositories} repositories`);
    synthesis.push(compare(repositories, await inPairs(pairs, (variant) => synthesize(variant, repositories, times, 3))));
  }
  say('growth');
  const growth = { library: await growthOf('library', pairs), handWritten: await growthOf('handWritten', pairs) };
  const imports = [];
  for (const [name, of, unlimited] of [
    ['', 'the package'], ['SecureEcrRepository', 'SecureEcrRepository'], ['EcrAuditTrail', 'EcrAuditTrail', true],
    ['InspectorGate', 'InspectorGate', true], ['*', 'everything', true],
  ] as const) {
    say(`import of ${of}`);
    imports.push({ of, ...await importOf(name, pairs), ...unlimited && { unlimited } });
  }
  say('package and bundles');
  return { machine, pairs, synthesis, growth, imports, package: await packed(), bundles: await bundles(pairs), licences: licences() };
}

async function compileChildren(): Promise<void> {
  mkdirSync(WORK, { recursive: true });
  const entryPoints = ['synthesize.ts', 'load.ts'].map((file) => join(__dirname, file));
  await build({ entryPoints, outdir: WORK, bundle: true, packages: 'external', platform: 'node' });
}

/** In a process of its own, so that neither what was compiled nor what was not freed helps or hinders the next. */
async function child<T>(script: string, ...args: Array<string | number>): Promise<T> {
  return JSON.parse(await succeed('node', ['--expose-gc', join(WORK, script), ...args.map(String)]));
}

async function synthesize(variant: Variant, repositories: number, times: number, warmUp: number): Promise<Synthesis> {
  return child('synthesize.js', variant, repositories, times, warmUp);
}

/** One beside the other, each first in turn: what the machine does meanwhile hits both. */
async function inPairs(pairs: number, one: (variant: Variant) => Promise<Synthesis>): Promise<Array<Record<Variant, Synthesis>>> {
  const measured = [];
  for (let pair = 0; pair < pairs; pair++) {
    const order: Variant[] = pair % 2 === 0 ? ['library', 'handWritten'] : ['handWritten', 'library'];
    const first = await one(order[0]);
    const second = await one(order[1]);
    measured.push({ [order[0]]: first, [order[1]]: second } as Record<Variant, Synthesis>);
  }
  return measured;
}

/** Compiled first, for what is compiled on the way makes the many look cheaper than the few. */
async function growthOf(variant: Variant, pairs: number): Promise<Spread> {
  const ratios = [];
  for (let pair = 0; pair < pairs; pair++) {
    const few = await synthesize(variant, 100, 4, 400);
    const many = await synthesize(variant, 400, 1, 400);
    ratios.push(many.processorMilliseconds / 400 / (few.processorMilliseconds / 100));
  }
  return spread(ratios);
}

async function importOf(name: string, times: number): Promise<ReturnType<typeof spreads<Import>>> {
  const list = join(WORK, 'parts.json');
  writeFileSync(list, JSON.stringify(await child('load.js', name)));
  const measured: Import[] = [];
  for (let time = 0; time < times; time++) measured.push(await child('load.js', name, list));
  return spreads(measured);
}

async function bundles(times: number): Promise<Figures['bundles']> {
  const measured = [];
  for (const bundle of BUNDLES) {
    const each: number[] = [];
    for (let time = 0; time < times; time++) each.push(await coldRequire(bundle));
    measured.push({ name: bundle.replace(/\.lambda\/index\.js$/, ''), bytes: bundleBytes(bundle), processorMilliseconds: spread(each) });
  }
  return measured;
}
