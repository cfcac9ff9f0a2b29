/** One measurement, in a process of its own: `node --expose-gc synthesize.js library|handWritten <repositories> <times> <warm-up>`. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import type { Synthesis, Variant } from './figures';
import { handWritten } from './hand-written';

/** What ships, not its source. */
const { SecureEcrRepository }: typeof import('../../src') = createRequire(join(process.cwd(), 'package.json'))('./lib');

const MAKE: Record<Variant, (stack: Stack, count: number) => void> = {
  handWritten,
  library: (stack, count) => {
    for (let at = 0; at < count; at++) new SecureEcrRepository(stack, `Images${at}`);
  },
};

function synthesize(variant: Variant, count: number): { readonly app: App; readonly templateBytes: number } {
  const outdir = mkdtempSync(join(tmpdir(), 'cdk-secure-ecr-'));
  const app = new App({ outdir });
  MAKE[variant](new Stack(app, 'Stack', { env: { account: '111111111111', region: 'eu-west-1' } }), count);
  const templateBytes = statSync(app.synth().getStackByName('Stack').templateFullPath).size;
  rmSync(outdir, { recursive: true });
  return { app, templateBytes };
}

/** @param warmUp repositories to begin with: a few, so that all is loaded; many, so that all is compiled too */
function measure(variant: Variant, count: number, times: number, warmUp: number): Synthesis {
  synthesize(variant, warmUp);
  const bytesBefore = heap();
  const [before, start] = [process.cpuUsage(), performance.now()];
  let made: ReturnType<typeof synthesize>;
  for (let time = 0; time < times; time++) made = synthesize(variant, count);
  const { user, system } = process.cpuUsage(before);
  const milliseconds = performance.now() - start;
  const bytes = heap() - bytesBefore;
  if (made!.app.node.findAll().length <= count) throw new Error('not made'); // and so it is held until here
  return {
    processorMilliseconds: (user + system) / 1_000 / times,
    milliseconds: milliseconds / times,
    heapMegabytes: bytes / 1e6,
    peakMegabytes: process.resourceUsage().maxRSS * 1_024 / 1e6,
    templateBytes: made!.templateBytes,
  };
}

function heap(): number {
  global.gc!();
  return process.memoryUsage().heapUsed;
}

const [variant, ...numbers] = process.argv.slice(2);
const [count, times, warmUp] = numbers.map(Number);
console.log(JSON.stringify(measure(variant as Variant, count, times, warmUp)));
