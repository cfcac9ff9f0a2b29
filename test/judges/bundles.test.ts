import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LIMITS } from '../performance/figures';
import { BUNDLES, bundleBytes, coldRequire, licences } from '../performance/shipped';
import { ROOT } from '../support/tools';

const ASSETS = join(ROOT, 'assets');
const handlers = readdirSync(join(ROOT, 'src'), { recursive: true }).map(String).filter((name) => name.endsWith('.lambda.ts'));

test('every handler has a bundle', () => {
  expect(BUNDLES).toEqual(handlers.map((name) => name.replace(/\.ts$/, '/index.js')).sort());
});

describe.each(BUNDLES)('the bundle %s', (bundle) => {
  test('has less than 1 MB, and nothing of CDK', () => {
    expect(bundleBytes(bundle)).toBeLessThan(LIMITS.bundleBytes);
    expect(readFileSync(join(ASSETS, bundle), 'utf8')).not.toMatch(/aws-cdk-lib/);
  });

  test('is loaded in less than 150 ms of processor time', async () => {
    const times = [await coldRequire(bundle), await coldRequire(bundle), await coldRequire(bundle)]; // the machine may be busy once
    expect(Math.min(...times)).toBeLessThan(LIMITS.bundleMilliseconds);
  });
});

test('what is in the bundles is listed with its licence', () => {
  const listed = readFileSync(join(ASSETS, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
  expect(listed).toMatch(/^@aws-lambda-powertools\/logger \S+ \(MIT-0\)$/m);
  expect(listed).toMatch(/^@aws-sdk\/client-ecr \S+ \(Apache-2\.0\)$/m);
  expect(licences().length).toBeGreaterThan(20);
  expect(licences().filter((licence) => !/^(Apache-2\.0|MIT|MIT-0|ISC|0BSD|BSD-[23]-Clause)$/.test(licence))).toEqual([]); // no AGPL, above all
});
