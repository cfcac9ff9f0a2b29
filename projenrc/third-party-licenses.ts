/**
 * Writes `assets/THIRD-PARTY-LICENSES.txt`: every package that goes into the bundle of a handler, with its licence. Fails
 * for one whose licence does not let everybody use the bundle.
 */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const ALLOWED = ['Apache-2.0', 'MIT', 'MIT-0', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD'];

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

/** The folders of the packages that the handlers import, directly or not. */
async function bundledPackages(entryPoints: string[]): Promise<string[]> {
  const { metafile } = await build({ entryPoints, bundle: true, platform: 'node', outdir: 'assets', write: false, metafile: true });
  const files = Object.keys(metafile.inputs).flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []);
  return [...new Set(files)].sort();
}

function read(folder: string): { readonly name: string; readonly text: string } {
  const { name, version, license }: Package = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (!ALLOWED.includes(license)) throw new Error(`${name}@${version} has the licence ${license}: bundle something else`);
  const file = readdirSync(folder).find((each) => /^licen[cs]e(\.(md|txt))?$/i.test(each));
  return { name: `${name} ${version} (${license})`, text: file ? readFileSync(join(folder, file), 'utf8').trim() : license };
}

/** Each text once, below the packages that are licensed by it. */
function list(packages: string[]): string {
  const byText = new Map<string, string[]>();
  for (const { name, text } of packages.map(read)) byText.set(text, [...byText.get(text) ?? [], name]);
  return [...byText].map(([text, names]) => `${names.join('\n')}\n\n${text}\n`).join(`\n${'-'.repeat(80)}\n\n`);
}

async function main(): Promise<void> {
  const handlers = readdirSync('src', { recursive: true }).map(String).filter((name) => name.endsWith('.lambda.ts'));
  if (handlers.length === 0) return;
  const packages = await bundledPackages(handlers.map((name) => join('src', name)));
  mkdirSync('assets', { recursive: true });
  writeFileSync(join('assets', 'THIRD-PARTY-LICENSES.txt'), list(packages));
}

void main();
