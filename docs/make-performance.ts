/**
 * Writes the tables of docs/performance.md from docs/performance.json, which `npx projen test:performance --write` leaves
 * there: no figure is typed by hand. A test fails when the page says something else.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Comparison, type Figures, LIMITS, type Spread } from '../test/performance/figures';

const PAGE = join(__dirname, 'performance.md');
export const FIGURES = join(__dirname, 'performance.json');

const TABLES: Record<string, (figures: Figures) => string[]> = {
  machine: ({ machine, pairs }) => [
    `Node.js ${machine.node}, aws-cdk-lib ${machine.cdk}, ${machine.cores} cores (${machine.processor}), load ${number(machine.load)} at the start;`
    + ` ${pairs} pairs.`,
  ],
  synthesis: ({ synthesis }) => table(
    [
      'repositories', 'processor time, ms', 'by hand', `ratio (limit ${LIMITS.timeRatio})`, 'heap held, MB', 'by hand', `ratio (limit ${LIMITS.memoryRatio})`,
      'peak memory, MB', 'by hand', `ratio (limit ${LIMITS.memoryRatio})`,
    ],
    synthesis.map((comparison) => [
      comparison.repositories, ...triple(comparison, 'processorMilliseconds'), ...triple(comparison, 'heapMegabytes'), ...triple(comparison, 'peakMegabytes'),
    ]),
  ),
  growth: ({ growth }) => table(
    ['', 'each of 400 over each of 100', 'limit'],
    [['the library', shown(growth.library), LIMITS.growth], ['by hand', shown(growth.handWritten), '']],
  ),
  imports: ({ imports }) => table(
    ['import of', 'files', 'processor time, ms', 'by the clock, ms', 'limit, ms', 'and the parts of CDK, ms'],
    imports.map(({ of, files, processorMilliseconds, milliseconds, partsProcessorMilliseconds, unlimited }) => [
      of, files.median, shown(processorMilliseconds), shown(milliseconds), unlimited ? '' : LIMITS.importMilliseconds, shown(partsProcessorMilliseconds),
    ]),
  ),
  stack: ({ synthesis }) => {
    const [one, all] = [synthesis[0], synthesis[synthesis.length - 1]];
    const [few, many] = [one, all].map(({ library }) => library.templateBytes.median);
    const each = (many - few) / (all.repositories - one.repositories);
    return table(
      ['of a template', 'bytes'],
      [
        [`with ${all.repositories} repositories`, bytes(many)],
        ['of these, for each repository', bytes(each)],
        ['limit', bytes(LIMITS.templateBytes)],
        ['**repositories that fit**, with the default retention', `**${Math.floor((LIMITS.templateBytes - few) / each) + one.repositories}**`],
      ],
    );
  },
  package: (figures) => table(
    ['part', 'files', 'KB'],
    [
      ...figures.package.parts.map(({ part, files, bytes: size }) => [part, files, kilobytes(size)]),
      ['unpacked', figures.package.parts.reduce((sum, { files }) => sum + files, 0), kilobytes(figures.package.unpackedBytes)],
      ['**packed** (limit 3,000 KB)', '', `**${kilobytes(figures.package.bytes)}**`],
    ],
  ),
  bundles: ({ bundles }) => table(
    ['bundle', `KB (limit ${kilobytes(LIMITS.bundleBytes)})`, `cold \`require\`, processor time, ms (limit ${LIMITS.bundleMilliseconds})`],
    bundles.map(({ name, bytes: size, processorMilliseconds }) => [name, kilobytes(size), shown(processorMilliseconds)]),
  ),
  licences: ({ licences }) => table(
    ['licence', 'packages in the bundles'],
    [...new Set(licences)].sort().map((licence) => [licence, licences.filter((each) => each === licence).length]),
  ),
  tests: ({ tests }) => tests === undefined ? ['not measured'] : table(
    ['area', 'files', 'seconds', 'share'],
    [
      ...[...tests.areas].sort((a, b) => b.seconds - a.seconds).map(({ area, files, seconds }) => [
        area, files, number(seconds), `${Math.round(100 * seconds / tests.areas.reduce((sum, each) => sum + each.seconds, 0))} %`,
      ]),
      ['by the clock, two files at a time', '', number(tests.seconds), ''],
    ],
  ),
};

/** All tables, one below the other. */
export function render(figures: Figures): string {
  return Object.entries(TABLES).map(([name, make]) => `${name}\n\n${make(figures).join('\n')}\n`).join('\n');
}

/** The page with its tables made anew. */
export function page(): string {
  const figures: Figures = JSON.parse(readFileSync(FIGURES, 'utf8'));
  return readFileSync(PAGE, 'utf8').replace(
    /(<!-- figures: (\w+) -->\n)[^]*?(<!-- end -->)/g,
    (_all, begin: string, name: string, end: string) => `${begin}\n${TABLES[name](figures).join('\n')}\n\n${end}`,
  );
}

export function writePage(): void {
  writeFileSync(PAGE, page());
}

function triple({ library, handWritten, ratio }: Comparison, key: keyof Comparison['ratio']): string[] {
  const { median, least, most } = ratio[key];
  return [number(library[key].median), number(handWritten[key].median), `**${number(median)}** (${number(least)}–${number(most)})`];
}

function shown({ median, least, most }: Spread): string {
  return `${number(median)} (${number(least)}–${number(most)})`;
}

function number(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function bytes(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function kilobytes(value: number): string {
  return bytes(value / 1_000);
}

function table(head: string[], rows: Array<Array<string | number>>): string[] {
  return [`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...rows.map((row) => `| ${row.join(' | ')} |`)];
}

if (require.main === module) writePage();
