/**
 * `npx projen test:performance`: measures, and ends with 1 where something is more than it may be. A table for people, or JSON
 * with --json; what goes on meanwhile goes to the standard error.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Figures, excesses } from './figures';
import { measure } from './measure';
import { lastRun } from './test-times';
import { FIGURES, render, writePage } from '../../docs/make-performance';
import { ROOT } from '../support/tools';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    pairs: { type: 'string', default: '11' },
    write: { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  const figures: Figures = { ...await measure({ pairs: Number(values.pairs), say: (text) => console.error(text) }), tests: lastRun() };
  const json = `${JSON.stringify(figures, (_key, value) => shortened(value), 2)}\n`;
  writeFileSync(join(ROOT, 'reports', 'performance.json'), json);
  if (values.write) {
    writeFileSync(FIGURES, json);
    writePage();
  }
  console.log(values.json ? json : render(JSON.parse(json)));
  const found = excesses(figures);
  for (const excess of found) console.error(excess);
  process.exitCode = found.length > 0 ? 1 : 0;
}

function shortened(value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}

void main();
