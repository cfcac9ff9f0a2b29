import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figures } from './figures';
import { fingerprintOf } from '../../src/inspector/documents/fingerprint';
import { STANDARD } from '../inspector/facts';
import { ROOT, succeed } from '../support/tools';

const ASSETS = join(ROOT, 'assets');

/** The bundles of the handlers, as paths within the assets. */
export const BUNDLES = readdirSync(ASSETS, { recursive: true }).map(String).filter((file) => file.endsWith('.lambda/index.js')).sort();

export function bundleBytes(bundle: string): number {
  return statSync(join(ASSETS, bundle)).size;
}

/** How many milliseconds of the processor it takes to load a bundle in a new process. */
export async function coldRequire(bundle: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-secure-ecr-'));
  const judgement = join(folder, 'judgement.json'); // what a layer brings to the gate
  const text = JSON.stringify({ policy: STANDARD, exceptions: [] });
  writeFileSync(judgement, text);
  const script = 'const before = process.cpuUsage(); require(process.argv[1]);'
    + ' const { user, system } = process.cpuUsage(before); console.log((user + system) / 1000)';
  const env = { AWS_REGION: 'eu-west-1', JUDGEMENT: judgement, FINGERPRINT: fingerprintOf(text) };
  const said = await succeed('node', ['-e', script, join(ASSETS, bundle)], { env });
  rmSync(folder, { recursive: true });
  return Number(said);
}

/** The licence of each package in the bundles. */
export function licences(): string[] {
  const listed = readFileSync(join(ASSETS, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
  return [...listed.matchAll(/^\S+ \d+\.\d+\.\d+ \((.+)\)$/gm)].map(([, licence]) => licence);
}

/** What a file of the package is: the first that fits. */
const PARTS: Array<[string, RegExp]> = [
  ['bundles of the handlers', /^assets\/.*\.js$/],
  ['compiled library', /^lib\/.*\.js$/],
  ['its types', /^lib\/.*\.d\.ts$/],
  ['`.jsii`, for the other languages', /^\.jsii$/],
  ['`API.md` and `README.md`', /\.md$/],
  ['schemas', /^schema\//],
  ['licences and `package.json`', /./],
];

export async function packed(): Promise<Figures['package']> {
  const [{ size, unpackedSize, files }] = JSON.parse(await succeed('npm', ['pack', '--dry-run', '--json', '--ignore-scripts']));
  const parts = PARTS.map(([part]) => ({ part, files: 0, bytes: 0 }));
  for (const { path, size: bytes } of files) {
    const part = parts[PARTS.findIndex(([, pattern]) => pattern.test(path))];
    part.files += 1;
    part.bytes += bytes;
  }
  return { bytes: size, unpackedBytes: unpackedSize, parts };
}
