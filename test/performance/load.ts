/**
 * One measurement of an import, in a process of its own: first what of CDK it loads, then the library on top. Without a list
 * of files it makes that list: `node load.js <name> [list]`, the name of an export, or none, or * for
 * all of them.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import type { Import } from './figures';

const root = process.cwd();
const load = createRequire(join(root, 'package.json'));
const [name, list] = process.argv.slice(2);

function library(): void {
  const all = load('./lib');
  const names = name === '*' ? Object.keys(all) : [name].filter(Boolean);
  for (const each of names) if (all[each] === undefined) throw new Error(`no ${each}`);
}

function usage(): [number, number] {
  const { user, system } = process.cpuUsage();
  return [(user + system) / 1_000, performance.now()];
}

const files = () => Object.keys(load.cache).filter((file) => file.startsWith(join(root, 'lib') + sep));

function measure(parts: string[]): Import {
  const before = usage();
  // By their names first: what Node.js reads to find them is theirs.
  for (const part of ['aws-cdk-lib', 'aws-cdk-lib/aws-iam', 'constructs', ...parts]) load(part);
  const between = usage();
  library();
  const after = usage();
  return {
    partsProcessorMilliseconds: between[0] - before[0],
    processorMilliseconds: after[0] - between[0],
    milliseconds: after[1] - between[1],
    files: files().length,
  };
}

if (list) {
  console.log(JSON.stringify(measure(JSON.parse(readFileSync(list, 'utf8')))));
} else {
  library();
  const ours = new Set(files());
  console.log(JSON.stringify(Object.keys(load.cache).filter((file) => !ours.has(file) && file.includes(`${sep}node_modules${sep}`))));
}
