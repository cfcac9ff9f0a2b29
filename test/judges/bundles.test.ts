import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprintOf } from '../../src/inspector/documents/fingerprint';
import { STANDARD } from '../inspector/facts';
import { temporaryFolder } from '../support/temporary-folder';
import { ROOT, succeed } from '../support/tools';

const ASSETS = join(ROOT, 'assets');
const bundles = readdirSync(ASSETS, { recursive: true }).map(String).filter((name) => name.endsWith('.lambda/index.js'));
const handlers = readdirSync(join(ROOT, 'src'), { recursive: true }).map(String).filter((name) => name.endsWith('.lambda.ts'));

test('every handler has a bundle', () => {
  expect(bundles.sort()).toEqual(handlers.map((name) => name.replace(/\.ts$/, '/index.js')).sort());
});

describe.each(bundles)('the bundle %s', (bundle) => {
  const path = join(ASSETS, bundle);

  test('has less than 1 MB, and nothing of CDK', () => {
    expect(statSync(path).size).toBeLessThan(1_000_000);
    expect(readFileSync(path, 'utf8')).not.toMatch(/aws-cdk-lib/);
  });

  test('is loaded in less than 150 ms of processor time', async () => {
    const judgement = join(temporaryFolder(), 'judgement.json'); // what a layer brings to the gate
    const text = JSON.stringify({ policy: STANDARD, exceptions: [] });
    writeFileSync(judgement, text);
    const env = { AWS_REGION: 'eu-west-1', JUDGEMENT: judgement, FINGERPRINT: fingerprintOf(text) };
    const script = 'require(process.argv[1]); const { user, system } = process.cpuUsage(before); console.log((user + system) / 1000)';
    const load = () => succeed('node', ['-e', `const before = process.cpuUsage(); ${script}`, path], { env });

    const times = [await load(), await load(), await load()].map(Number); // the machine may be busy once

    expect(Math.min(...times)).toBeLessThan(150);
  });
});

test('what is in the bundles is listed with its licence', () => {
  const listed = readFileSync(join(ASSETS, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
  expect(listed).toMatch(/^@aws-lambda-powertools\/logger \S+ \(MIT-0\)$/m);
  expect(listed).toMatch(/^@aws-sdk\/client-ecr \S+ \(Apache-2\.0\)$/m);
  const licences = [...listed.matchAll(/^\S+ \d+\.\d+\.\d+ \((.+)\)$/gm)].map(([, licence]) => licence);
  expect(licences.length).toBeGreaterThan(20);
  expect(licences.filter((licence) => !/^(Apache-2\.0|MIT|MIT-0|ISC|0BSD|BSD-[23]-Clause)$/.test(licence))).toEqual([]); // no AGPL, above all
});
