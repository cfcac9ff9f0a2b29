import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { NOW, STANDARD, judge, policy } from './facts';
import { ImageReader } from '../../src/handler/image-reader';
import { FactsBuilder } from '../../src/inspector/answers/facts-builder';
import type { ExceptionDocument, PolicyDocument } from '../../src/inspector/contract';
import { StandIn } from '../stand-in';
import * as samples from '../stand-in/samples';
import { World } from '../stand-in/world';

/**
 * `npx projen compare:gates`: what the rules of other gates say of the cases that their users report, run from their own
 * sources against one stand-in. Behind the table of docs/findings.md.
 *
 * Arguments: folders that hold the sources already, in the order of SOURCES. Without them they are fetched with git.
 */
const SOURCES = [
  { url: 'https://github.com/go-to-k/ecr-scan-verifier', commit: '5a0141fbf5ac71d02d958d15a4233d223a6a1797' }, // 0.1.5
  { url: 'https://github.com/aws-actions/vulnerability-scan-github-action-for-amazon-inspector', commit: 'd7710387a9d1a2b38389e9c49686b417fcf544ea' }, // 1.1.4
];
const REPOSITORY = 'shop/web';
const UNFIXED = { fixAvailable: 'NO' as const, packages: [{ name: 'zlib1g', version: '1:1.2.13', packageManager: 'OS' as const }] };

interface Case {
  readonly name: string;
  readonly findings: samples.SampleFinding[];
  /** What the others reject; the list of one, the thresholds of the other. */
  readonly severities: string[];
  readonly policy?: PolicyDocument;
  readonly knownExploited?: true;
  /** The id that the others leave out. */
  readonly ignored?: string;
  readonly exception?: ExceptionDocument;
  readonly isIndex?: true;
  readonly isSignature?: true;
  readonly scannedAt?: Date;
  /** Here, there and there. */
  readonly expected: [string, string, string];
}

const HIGH_AND_WORSE = ['CRITICAL', 'HIGH'];
const CASES: Case[] = [
  {
    name: 'a critical finding, the threshold is high',
    findings: [{ id: 'CVE-1', severity: 'CRITICAL' }],
    severities: ['HIGH'],
    policy: policy([{ minSeverity: 'HIGH' }]),
    expected: ['REJECTED', 'passes', 'passes'],
  },
  {
    name: 'a critical finding without a fix',
    findings: [{ id: 'CVE-1', severity: 'CRITICAL', ...UNFIXED }],
    severities: HIGH_AND_WORSE,
    expected: ['APPROVED', 'rejects', 'rejects'],
  },
  {
    name: 'a low finding without a fix that is exploited',
    findings: [{ id: 'CVE-1', severity: 'LOW', ...UNFIXED }],
    knownExploited: true,
    severities: HIGH_AND_WORSE,
    expected: ['REJECTED', 'passes', 'passes'],
  },
  {
    name: 'a finding that nobody has rated',
    findings: [{ id: 'CVE-1', severity: 'UNTRIAGED' }],
    severities: HIGH_AND_WORSE,
    expected: ['REJECTED', 'passes', 'passes'],
  },
  {
    name: 'a finding that Amazon Inspector suppresses',
    findings: [{ id: 'CVE-1', status: 'SUPPRESSED' }],
    severities: HIGH_AND_WORSE,
    expected: ['APPROVED', 'rejects', 'rejects'],
  },
  {
    name: 'a finding that Amazon Inspector has closed',
    findings: [{ id: 'CVE-1', status: 'CLOSED' }],
    severities: HIGH_AND_WORSE,
    expected: ['APPROVED', 'rejects', 'rejects'],
  },
  {
    name: 'no findings, a second after the scan',
    findings: [],
    scannedAt: new Date(NOW.getTime() - 1_000),
    severities: HIGH_AND_WORSE,
    expected: ['PENDING', 'passes', 'scans by itself'],
  },
  {
    name: 'an index with a vulnerable platform',
    findings: [{ id: 'CVE-1' }],
    isIndex: true,
    severities: HIGH_AND_WORSE,
    expected: ['REJECTED', 'No scan results', 'one platform'],
  },
  {
    name: 'a signature',
    findings: [],
    isSignature: true,
    severities: HIGH_AND_WORSE,
    expected: ['REJECTED', 'No scan results', 'scans what it is given'],
  },
  {
    name: 'an exception that has expired',
    findings: [{ id: 'CVE-1' }],
    ignored: 'CVE-1',
    exception: { vulnerability: 'CVE-1', repository: '*', owner: 'team-a', reason: 'accepted', expires: '2026-11-21' },
    severities: HIGH_AND_WORSE,
    expected: ['REJECTED', 'passes', 'no exceptions'],
  },
];

interface Verifier {
  waitForScanResults(...args: unknown[]): Promise<unknown>;
  evaluateFindings(findings: unknown, severities: string[], ignored: string[]): { readonly hasVulnerabilities: boolean };
}

async function main(folders: string[]): Promise<void> {
  const own = mkdtempSync(join(tmpdir(), 'compare-gates-'));
  const [verifier, action] = folders.length > 0 ? folders : SOURCES.map((source, at) => fetched(source, join(own, `${at}`)));
  const world = new World();
  const aws = await StandIn.start(world);
  try {
    Object.assign(process.env, { AWS_ENDPOINT_URL: aws.url, AWS_REGION: world.region, AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
    const theirs = await load(verifier, join(own, 'verifier.cjs'));
    const rows: string[][] = [];
    for (const [at, each] of CASES.entries()) {
      const digest = arrange(world, each, `case-${at}`);
      const answers = [await judged(aws, digest, each), await verified(theirs, digest, each), scannedByAction(action, each)];
      rows.push([each.name, ...answers, each.expected.join()]);
    }
    for (const [name, ...answers] of rows) console.log(`| ${[name, ...answers.slice(0, 3)].join(' | ')} |`);
    const wrong = rows.filter(([, ours, one, other, expected]) => [ours, one, other].join() !== expected);
    if (wrong.length > 0) throw new Error(`not as docs/findings.md says: ${wrong.map(([name]) => name).join('; ')}`);
  } finally {
    await aws.stop();
    rmSync(own, { recursive: true });
  }
}

function fetched({ url, commit }: typeof SOURCES[number], folder: string): string {
  const git = (...args: string[]) => execFileSync('git', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  git('init', '--quiet', folder);
  git('-C', folder, 'fetch', '--quiet', '--depth=1', url, commit);
  git('-C', folder, 'checkout', '--quiet', 'FETCH_HEAD');
  return folder;
}

async function load(folder: string, outfile: string): Promise<Verifier> {
  const contents = "export { waitForScanResults } from './ecr-scan'; export { evaluateFindings } from './findings-evaluator';";
  await build({
    stdin: { contents, resolveDir: join(folder, 'assets/lambda/lib') },
    outfile,
    bundle: true,
    platform: 'node',
    logLevel: 'error',
    nodePaths: [join(__dirname, '../../node_modules')],
  });
  return createRequire(__filename)(outfile);
}

/** The image of a case, as both services tell of it. */
function arrange(world: World, of: Case, name: string): string {
  const { findings, isIndex, isSignature, knownExploited, scannedAt = new Date('2026-11-22T08:00:00Z') } = of;
  if (isSignature) return world.push(REPOSITORY, samples.NOTATION_MANIFEST);
  const digest = world.push(REPOSITORY, samples.imageManifest(name));
  const found = findings.map((each) => samples.inspectorFinding(world, REPOSITORY, digest, each));
  world.findings.push(...found);
  world.coverage.push(samples.covered(world, REPOSITORY, digest, 'SUCCESSFUL', scannedAt));
  if (knownExploited) for (const { findingArn } of found) world.details.set(findingArn!, { findingArn, cisaData: { dateAdded: scannedAt } });
  const enhancedFindings = found.map(({ findingArn, severity, status, packageVulnerabilityDetails: { vulnerabilityId } = {} }) => ({
    findingArn, severity, status, packageVulnerabilityDetails: { vulnerabilityId },
  }));
  world.scans.set(digest, { imageScanStatus: { status: 'ACTIVE' }, imageScanFindings: { imageScanCompletedAt: scannedAt, enhancedFindings } });
  return isIndex ? world.push(REPOSITORY, samples.indexManifest({ digest })) : digest;
}

async function judged(aws: StandIn, digest: string, { policy: by = STANDARD, exception }: Case): Promise<string> {
  const { account, region } = aws.world;
  const image = { account, region, repository: REPOSITORY, digest };
  const reader = new ImageReader({ region, endpoint: aws.url });
  const facts = new FactsBuilder(image);
  await reader.read(image, facts, { scanner: 'ENHANCED', statuses: ['ACTIVE', 'SUPPRESSED', 'CLOSED'], askAboutExploits: true });
  reader.close();
  return judge(facts.facts(NOW), by, exception ? [exception] : []).status;
}

async function verified(theirs: Verifier, digest: string, { severities, ignored }: Case): Promise<string> {
  const logger = { log: () => undefined };
  try {
    const findings = await theirs.waitForScanResults(REPOSITORY, digest, 'ENHANCED', 0, 2, logger);
    return theirs.evaluateFindings(findings, severities, ignored ? [ignored] : []).hasVulnerabilities ? 'rejects' : 'passes';
  } catch (error) {
    return /^No scan results/.exec((error as Error).message)?.[0] ?? String(error);
  }
}

/** It scans by itself, whatever Amazon Inspector says of the image in the registry: only its rule is run. */
function scannedByAction(folder: string, { findings, severities, ignored, isIndex, isSignature, scannedAt }: Case): string {
  if (isSignature) return 'scans what it is given';
  if (isIndex) return 'one platform';
  if (scannedAt) return 'scans by itself';
  if (ignored) return 'no exceptions'; // they came with 1.5
  const counted = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'].flatMap((severity) => [
    findings.filter((each) => (each.severity ?? 'HIGH') === severity).length, severities.includes(severity) ? 1 : 0,
  ]);
  const others = findings.filter(({ severity }) => severity === 'UNTRIAGED').length;
  const script = `from entrypoint.orchestrator import exceeds_threshold\nprint(exceeds_threshold(${[...counted, others, 0].join()}))`;
  const answer = execFileSync('python3', ['-B', '-c', script], { cwd: join(folder, 'entrypoint'), encoding: 'utf8' });
  return answer.trim() === 'True' ? 'rejects' : 'passes';
}

void main(process.argv.slice(2));
