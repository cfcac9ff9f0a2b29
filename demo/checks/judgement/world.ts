import type { Finding, ScanStatusReason } from '@aws-sdk/client-inspector2';
import { StandIn } from '../../../test/stand-in';
import { coverageChanged, findingChanged, scanCompleted } from '../../../test/stand-in/announcements';
import { type SampleFinding, covered, inspectorFinding } from '../../../test/stand-in/samples';
import { World } from '../../../test/stand-in/world';
import type { CheckContext } from '../context';

/** When everything in this part of the demo is judged: the same in every run, on every machine. */
export const NOW = new Date('2026-11-22T12:00:00.000Z');

export const LOG4J: SampleFinding = {
  id: 'CVE-2021-44228',
  severity: 'CRITICAL',
  score: 10,
  epss: 0.94,
  exploitAvailable: 'YES',
  title: 'CVE-2021-44228 - org.apache.logging.log4j:log4j-core',
  published: new Date('2021-12-10T00:00:00Z'),
  packages: [{ name: 'org.apache.logging.log4j:log4j-core', version: '2.14.1', packageManager: 'JAR', filePath: 'app/shop.jar', fixedInVersion: '2.15.0' }],
};
const LOG4J_AGAIN: SampleFinding = {
  ...LOG4J,
  id: 'CVE-2021-45046',
  score: 9,
  epss: 0.94,
  title: 'CVE-2021-45046 - org.apache.logging.log4j:log4j-core',
  packages: [{ ...LOG4J.packages![0], fixedInVersion: '2.16.0' }],
};
const XZ: SampleFinding = {
  id: 'CVE-2024-3094',
  severity: 'CRITICAL',
  score: 10,
  epss: 0.85,
  title: 'CVE-2024-3094 - xz-utils',
  published: new Date('2024-03-29T00:00:00Z'),
  packages: [{ name: 'liblzma5', version: '5.6.0', packageManager: 'OS', fixedInVersion: '0:5.6.1+really5.4.5-1' }],
};
export const OPENSSL: SampleFinding = {
  id: 'CVE-2024-5535',
  severity: 'HIGH',
  score: 7.4,
  epss: 0.04,
  title: 'CVE-2024-5535 - openssl',
  published: new Date('2024-06-27T00:00:00Z'),
  packages: ['openssl', 'libssl3'].map((name) => ({ name, version: '3.0.13', release: '1~deb12u1', packageManager: 'OS' as const, fixedInVersion: '0:3.0.14-1~deb12u1' })),
};
/** Nobody has mended it. */
const ZLIB: SampleFinding = {
  id: 'CVE-2023-45853',
  severity: 'CRITICAL',
  score: 9.8,
  epss: 0.01,
  title: 'CVE-2023-45853 - zlib',
  published: new Date('2023-10-14T00:00:00Z'),
  packages: [{ name: 'zlib1g', version: '1:1.2.13.dfsg-1', packageManager: 'OS', fixedInVersion: 'NotAvailable' }],
};
/** The same, and now there is an exploit. */
export const EXCEPTED: SampleFinding = { ...ZLIB, exploitAvailable: 'YES' };
const TAR: SampleFinding = {
  id: 'CVE-2005-2541',
  severity: 'LOW',
  score: 3.1,
  title: 'CVE-2005-2541 - tar',
  published: new Date('2005-08-10T00:00:00Z'),
  packages: [{ name: 'tar', version: '1.34+dfsg-1.2', packageManager: 'OS', fixedInVersion: 'NotAvailable' }],
};
/** Whoever publishes a vulnerability writes its title. */
const HOSTILE: SampleFinding = {
  ...TAR, id: 'CVE-2026-0666', severity: 'MEDIUM', title: '<script>alert("approved")</script> [approved](https://example.com)',
};

export const VULNERABLE = [LOG4J, LOG4J_AGAIN, XZ, OPENSSL, ZLIB, TAR, HOSTILE];
export const CLEAN = [TAR];

let running: Promise<StandIn> | undefined;

/** What has scanned the images of this demo. */
export function scanner(context: CheckContext): Promise<StandIn> {
  running ??= StandIn.start(new World(context.aws.account, context.aws.region)).then((standIn) => {
    standIn.unref(); // ends with the process
    context.aws.scansFrom(standIn);
    return standIn;
  });
  return running;
}

/** Has an image scanned, with these findings, and says so. */
export async function scan(
  context: CheckContext, repository: string, digest: string, findings: readonly SampleFinding[], status: ScanStatusReason = 'SUCCESSFUL',
): Promise<void> {
  const { world } = await scanner(context);
  const coverage = covered(world, repository, digest, status);
  world.coverage.push(coverage);
  for (const sample of findings) add(world, repository, digest, sample);
  await context.aws.announce(status === 'SUCCESSFUL' ? scanCompleted(world, repository, digest) : coverageChanged(coverage));
}

/** Has a vulnerability become known in an image that was scanned before. */
export async function find(context: CheckContext, repository: string, digest: string, sample: SampleFinding): Promise<void> {
  const { world } = await scanner(context);
  await context.aws.announce(findingChanged(add(world, repository, digest, sample)));
}

/** Has a finding become another one. */
export async function settle(context: CheckContext, repository: string, digest: string, sample: SampleFinding, status: Finding['status']): Promise<void> {
  const { world } = await scanner(context);
  const { findingArn } = inspectorFinding(world, repository, digest, sample);
  const changed = { ...world.findings.find((finding) => finding.findingArn === findingArn)!, status };
  world.findings = world.findings.map((finding) => finding.findingArn === findingArn ? changed : finding);
  await context.aws.announce(findingChanged(changed));
}

/** What is in CISA's catalog as it is there. */
function add(world: World, repository: string, digest: string, sample: SampleFinding): Finding {
  const found = inspectorFinding(world, repository, digest, sample);
  world.findings.push(found);
  if (sample === LOG4J) {
    world.details.set(found.findingArn!, { findingArn: found.findingArn, cisaData: { dateAdded: new Date('2021-12-10T00:00:00Z'), action: 'Apply updates' } });
  }
  return found;
}
