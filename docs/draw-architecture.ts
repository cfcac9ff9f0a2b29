/**
 * Draws docs/images/architecture.svg from architecture.dot beside it, by Graphviz. Run by `npx projen docgen`; a test fails when
 * the picture is older than its text.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as graphviz from '@viz-js/viz' with { 'resolution-mode': 'import' };

// Its types know it as a module only; it can be required all the same.
const { instance }: typeof graphviz = createRequire(__filename)('@viz-js/viz');

export const SOURCE = join(__dirname, 'images', 'architecture.dot');
export const PICTURE = join(__dirname, 'images', 'architecture.svg');

/** The same text gives the same picture, on every machine: no font is looked up. */
export async function draw(dot: string): Promise<string> {
  return (await instance()).renderString(dot, { format: 'svg' });
}

async function main(): Promise<void> {
  writeFileSync(PICTURE, await draw(readFileSync(SOURCE, 'utf8')));
}

if (require.main === module) void main();
