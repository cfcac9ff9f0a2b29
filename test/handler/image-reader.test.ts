import type { Finding } from '@aws-sdk/client-inspector2';
import { type AnswerSink, ImageReader, type ReadOptions } from '../../src/handler/image-reader';
import { ReadError } from '../../src/handler/read-error';
import { FactsBuilder } from '../../src/inspector/answers/facts-builder';
import type { Verdict } from '../../src/inspector/contract';
import { NOW, digest, judge } from '../inspector/facts';
import { StandIn } from '../stand-in';
import type { Fault } from '../stand-in/faults';
import * as samples from '../stand-in/samples';
import { World } from '../stand-in/world';

const ENHANCED: ReadOptions = { scanner: 'ENHANCED', statuses: ['ACTIVE', 'SUPPRESSED'], askAboutExploits: true };
const BASIC: ReadOptions = { ...ENHANCED, scanner: 'BASIC' };
const REPOSITORY = 'shop/web';

jest.setTimeout(30_000); // whoever is throttled waits

let aws: StandIn;
let world: World;
let credentials: jest.Mock;
let reader: ImageReader;

beforeEach(async () => {
  world = new World();
  aws = await StandIn.start(world);
  credentials = jest.fn(async () => ({ accessKeyId: 'a', secretAccessKey: 'b' }));
  reader = open();
});

afterEach(async () => {
  reader.close();
  await aws.stop();
});

const open = (more: object = {}) => new ImageReader({ region: world.region, endpoint: aws.url, credentials, maxAttempts: 3, ...more });
const addressOf = (of: string) => ({ account: world.account, region: world.region, repository: REPOSITORY, digest: of });

function image(name: string, ...findings: samples.SampleFinding[]): string {
  const pushed = world.push(REPOSITORY, samples.imageManifest(name), name);
  world.coverage.push(samples.covered(world, REPOSITORY, pushed));
  world.findings.push(...findings.map((each) => samples.inspectorFinding(world, REPOSITORY, pushed, each)));
  return pushed;
}

async function verdictOn(of: string, options = ENHANCED, by = reader): Promise<Verdict> {
  const builder = new FactsBuilder(addressOf(of));
  await by.read(addressOf(of), builder, options);
  return judge(builder.facts(NOW));
}

const many = (count: number): samples.SampleFinding[] => Array.from({ length: count }, (_, at) => ({ id: `CVE-2026-${at}`, fixAvailable: 'NO', packages: [{ name: 'a', version: '1' }] }));

test('an image and its findings take three requests, and one more for each ten vulnerabilities', async () => {
  const vulnerable = image('v1', { id: 'CVE-2026-1', fixAvailable: 'NO', packages: [{ name: 'a', version: '1' }] });
  const arn = world.findings[0].findingArn!;
  expect(await verdictOn(vulnerable)).toMatchObject({ status: 'APPROVED', tolerated: [{ id: 'CVE-2026-1', knownExploited: false }] });
  expect(reader.requests).toEqual({ BatchGetImage: 1, ListCoverage: 1, ListFindings: 1, BatchGetFindingDetails: 1 });

  world.details.set(arn, { findingArn: arn, cisaData: { dateAdded: new Date('2026-10-01'), action: 'Patch it' } });
  expect(await verdictOn(vulnerable)).toMatchObject({ status: 'REJECTED', reasons: [{ rules: ['known-exploited'] }] });
  world.findings[0] = { ...world.findings[0], status: 'SUPPRESSED' };
  expect(await verdictOn(vulnerable)).toMatchObject({ status: 'APPROVED', tolerated: [{ disposition: 'SUPPRESSED', knownExploited: true }] });
  world.findings[0] = { ...world.findings[0], status: 'ACTIVE' };

  const without = open();
  expect(await verdictOn(vulnerable, { ...ENHANCED, askAboutExploits: false }, without)).toMatchObject({ status: 'APPROVED' });
  expect(without.requests).toEqual({ BatchGetImage: 1, ListCoverage: 1, ListFindings: 1 });
  without.close();
});

test('a clean image takes three requests', async () => {
  expect(await verdictOn(image('clean'))).toMatchObject({ status: 'APPROVED', dataAt: '2026-11-01T08:30:00.000Z' });
  expect(reader.requests).toEqual({ BatchGetImage: 1, ListCoverage: 1, ListFindings: 1 });
});

test('an index of two platforms, attestations and a signature takes four', async () => {
  const attestation = world.push(REPOSITORY, samples.ATTESTATION_MANIFEST);
  const [amd, arm] = [image('amd'), image('arm', { id: 'CVE-2026-1' })];
  const index = world.push(REPOSITORY, samples.indexManifest({ digest: amd }, { digest: arm, architecture: 'arm64' }, { digest: attestation, os: 'unknown', architecture: 'unknown' }));
  expect(await verdictOn(index, { ...ENHANCED, askAboutExploits: false })).toMatchObject({
    status: 'REJECTED', reasons: [{ code: 'CVE-2026-1', images: [arm] }], artifacts: [{ digest: attestation, kind: 'ATTESTATION' }],
  });
  expect(reader.requests).toEqual({ BatchGetImage: 2, ListCoverage: 1, ListFindings: 1 });
});

test('the requests ask for this image of this account and repository only', async () => {
  const of = image('v1', { id: 'CVE-1' });
  await verdictOn(of);
  expect(aws.requests.map(({ operation, body }) => [operation, body])).toEqual([
    ['BatchGetImage', { registryId: world.account, repositoryName: REPOSITORY, imageIds: [{ imageDigest: of }], acceptedMediaTypes: expect.arrayContaining([expect.stringContaining('index')]) }],
    ['ListCoverage', {
      maxResults: 100,
      filterCriteria: {
        accountId: [{ comparison: 'EQUALS', value: world.account }],
        resourceType: [{ comparison: 'EQUALS', value: 'AWS_ECR_CONTAINER_IMAGE' }],
        resourceId: [{ comparison: 'EQUALS', value: `arn:aws:ecr:eu-west-1:${world.account}:repository/shop/web/${of}` }],
      },
    }],
    ['ListFindings', {
      maxResults: 100,
      filterCriteria: {
        awsAccountId: [{ comparison: 'EQUALS', value: world.account }],
        ecrImageRepositoryName: [{ comparison: 'EQUALS', value: REPOSITORY }],
        ecrImageHash: [{ comparison: 'EQUALS', value: of }],
        findingStatus: [{ comparison: 'EQUALS', value: 'ACTIVE' }, { comparison: 'EQUALS', value: 'SUPPRESSED' }],
      },
    }],
    ['BatchGetFindingDetails', { findingArns: [world.findings[0].findingArn] }],
  ]);
});

test.each([['cn-north-1', 'aws-cn'], ['us-gov-west-1', 'aws-us-gov'], ['us-iso-east-1', 'aws-iso'], ['us-isob-east-1', 'aws-iso-b'], ['eusc-de-east-1', 'aws-eusc'], ['us-east-1', 'aws']])(
  'in %s the partition is %s', async (region, partition) => {
    const of = image('v1');
    const there = open({ region });
    await there.read({ ...addressOf(of), region }, new FactsBuilder({ ...addressOf(of), region }), ENHANCED);
    expect(aws.requests[1].body.filterCriteria.resourceId[0].value).toMatch(new RegExp(`^arn:${partition}:ecr:${region}:`));
    there.close();
  });

test('a digest that another repository has too is judged by its own findings', async () => {
  const of = image('v1');
  world.findings.push(samples.inspectorFinding(world, 'other', of, { id: 'CVE-1' }));
  expect((await verdictOn(of)).status).toBe('APPROVED');
});

test('more platforms than a filter takes are asked about in parts', async () => {
  const children = Array.from({ length: 25 }, (_, at) => image(`p${at}`));
  const index = world.push(REPOSITORY, samples.indexManifest(...children.map((of) => ({ digest: of }))));
  expect((await verdictOn(index)).platforms).toHaveLength(25);
  expect(reader.requests).toEqual({ BatchGetImage: 2, ListCoverage: 3, ListFindings: 3 });
});

test('all pages are read, and vulnerabilities are asked about by ten', async () => {
  const of = image('v1', ...many(250));
  expect((await verdictOn(of)).tolerated).toHaveLength(250);
  expect(reader.requests).toEqual({ BatchGetImage: 1, ListCoverage: 1, ListFindings: 3, BatchGetFindingDetails: 25 });
});

test('reading ends when no more findings are wanted', async () => {
  const of = image('v1', ...many(250));
  let pages = 0;
  const sink: AnswerSink = Object.assign(new FactsBuilder(addressOf(of)), { isFull: () => ++pages === 2 });
  await reader.read(addressOf(of), sink, { ...ENHANCED, askAboutExploits: false });
  expect(reader.requests.ListFindings).toBe(2);
});

test('a tag is resolved to its digest', async () => {
  const of = image('v1');
  expect(await reader.resolve({ account: world.account, repository: REPOSITORY, tag: 'v1' })).toBe(of);
  await expect(reader.resolve({ account: world.account, repository: REPOSITORY, tag: 'v2' })).rejects.toThrow(
    new ReadError('BatchGetImage', `there is no image shop/web:v2 in account ${world.account}`));
});

describe('what cannot be read', () => {
  test('a platform that is not in the repository is never clean', async () => {
    const index = world.push(REPOSITORY, samples.indexManifest({ digest: image('v1') }, { digest: digest(99) }));
    expect(await verdictOn(index)).toMatchObject({ status: 'REJECTED', reasons: [{ code: 'MANIFEST_MISSING', images: [digest(99)] }] });
  });

  test('an image that is not there', async () => {
    image('v1');
    expect(await verdictOn(digest(99))).toMatchObject({ status: 'REJECTED', reasons: [{ code: 'MANIFEST_MISSING' }] });
    expect(reader.requests).toEqual({ BatchGetImage: 1, DescribeImages: 1 });
  });

  test.each([[ENHANCED, 'ARCHIVED'], [ENHANCED, 'ACTIVATING'], [BASIC, 'ARCHIVED']] as const)('an image in the archive, by %j, %s, is there and not scanned', async (options, status) => {
    const of = image('v1');
    world.archive.set(of, status);

    expect(await verdictOn(of, options)).toMatchObject({
      status: 'REJECTED', reasons: [{ kind: 'UNSCANNABLE', code: 'IMAGE_ARCHIVED', images: [of] }], platforms: [{ digest: of }],
    });
    expect(aws.requests.map(({ operation, body }) => [operation, body.filter])).toEqual([['BatchGetImage', undefined], ['DescribeImages', { imageStatus: 'ANY' }]]);
  });

  test('an index in the archive is that, and a platform there is missing', async () => {
    const platform = image('arm64');
    const index = world.push(REPOSITORY, samples.indexManifest({ digest: platform, architecture: 'arm64' }));
    world.archive.set(platform, 'ARCHIVED');
    expect(await verdictOn(index)).toMatchObject({ status: 'REJECTED', reasons: [{ code: 'MANIFEST_MISSING', images: [platform] }] });
    world.archive.set(index, 'ARCHIVED');
    expect(await verdictOn(index)).toMatchObject({ status: 'REJECTED', reasons: [{ code: 'IMAGE_ARCHIVED', images: [index] }] });
  });

  test('whether it is archived, if the service does not say', async () => {
    image('v1');
    aws.inject({ operation: 'DescribeImages', fault: 'denied', times: 3 });
    await expect(verdictOn(digest(99))).rejects.toThrow(/^DescribeImages: .*Allow ecr:DescribeImages/);
  });

  test('a signature is none to be scanned', async () => {
    expect(await verdictOn(world.push(REPOSITORY, samples.NOTATION_MANIFEST))).toMatchObject({ reasons: [{ code: 'NOT_AN_IMAGE' }] });
    expect(reader.requests).toEqual({ BatchGetImage: 1 });
  });

  test('attack: a registry that gives another manifest than that of the digest is not believed', async () => {
    const of = image('v1');
    world.images[0] = { ...world.images[0], body: JSON.stringify(samples.COSIGN_MANIFEST) };
    await expect(verdictOn(of)).rejects.toThrow(/^BatchGetImage: the manifest of sha256:[0-9a-f]+ has the digest sha256:/);
  });

  test('a registry of another account says so', async () => {
    const elsewhere = { ...addressOf(image('v1')), account: '999999999999' };
    await expect(reader.read(elsewhere, new FactsBuilder(elsewhere), ENHANCED)).rejects.toThrow(/does not exist in the registry.*Look at the account and the Region of the image$/);
  });

  test('what is not covered is pending', async () => {
    expect(await verdictOn(world.push(REPOSITORY, samples.IMAGE_MANIFEST))).toMatchObject({ status: 'PENDING', reasons: [{ code: 'NOT_COVERED' }] });
  });
});

describe('basic scanning', () => {
  const scanned = (of: string, imageScanFindings: object = {}) => world.scans.set(of, {
    imageScanStatus: { status: 'COMPLETE', description: 'done' }, imageScanFindings: { imageScanCompletedAt: new Date('2026-11-01'), ...imageScanFindings },
  });

  test('a clean image takes two requests', async () => {
    const of = image('v1');
    scanned(of);
    expect((await verdictOn(of, BASIC)).status).toBe('APPROVED');
    expect(reader.requests).toEqual({ BatchGetImage: 1, DescribeImageScanFindings: 1 });
  });

  test('findings come in pages; what is not told of them counts', async () => {
    const of = image('v1');
    scanned(of, { findings: Array.from({ length: 25 }, (_, at) => samples.basicFinding(`CVE-${at}`)), findingSeverityCounts: { HIGH: 25 } });
    aws.pageSize = 10;
    expect((await verdictOn(of, BASIC)).reasons).toHaveLength(25);
    expect(reader.requests).toEqual({ BatchGetImage: 1, DescribeImageScanFindings: 3 });
  });

  test('ecr-scan-results-buildkite-plugin: each platform of an index is asked about, and the worst decides', async () => {
    const [clean, vulnerable] = [image('amd64'), image('arm64')];
    const index = world.push(REPOSITORY, samples.indexManifest({ digest: clean }, { digest: vulnerable, architecture: 'arm64' }), 'v1');
    scanned(clean);
    scanned(vulnerable, { findings: [samples.basicFinding('CVE-2026-1')], findingSeverityCounts: { HIGH: 1 } });
    expect(await verdictOn(index, BASIC)).toMatchObject({
      status: 'REJECTED', reasons: [{ code: 'CVE-2026-1', images: [vulnerable] }], platforms: [{ status: 'APPROVED' }, { status: 'REJECTED' }],
    });
    expect(reader.requests).toEqual({ BatchGetImage: 2, DescribeImageScanFindings: 2 });
    expect((await verdictOn(clean, BASIC)).status).toBe('APPROVED');
  });

  test('an answer with enhanced findings is read as what it is', async () => {
    const of = image('v1');
    scanned(of, { enhancedFindings: [{ status: 'ACTIVE', severity: 'CRITICAL', fixAvailable: 'YES', packageVulnerabilityDetails: { vulnerabilityId: 'CVE-1' } }] });
    expect(await verdictOn(of, BASIC)).toMatchObject({ status: 'REJECTED', reasons: [{ code: 'CVE-1' }] });
  });

  test('what Amazon ECR passes on of Amazon Inspector is asked about as well', async () => {
    const of = image('v1');
    const found = samples.inspectorFinding(world, REPOSITORY, of, { id: 'CVE-2026-1', severity: 'LOW', packages: [{ name: 'a', version: '1' }] });
    const { findingArn, severity, status, fixAvailable, exploitAvailable, packageVulnerabilityDetails: { vulnerabilityId, source } = {} } = found;
    scanned(of, {
      enhancedFindings: [{ findingArn, severity, status, fixAvailable, exploitAvailable, packageVulnerabilityDetails: { vulnerabilityId, source } }],
    });
    world.details.set(findingArn!, { findingArn, cisaData: { dateAdded: new Date('2026-10-01') } });
    expect(await verdictOn(of, BASIC)).toMatchObject({ status: 'REJECTED', reasons: [{ rules: ['known-exploited'] }] });
    expect((await verdictOn(of, { ...BASIC, askAboutExploits: false })).status).toBe('APPROVED');
  });

  test('right after a push there is no scan yet', async () => {
    expect(await verdictOn(image('v1'), BASIC)).toMatchObject({ status: 'PENDING', reasons: [{ code: 'SCAN_NOT_FOUND' }] });
  });

  test('any other refusal is no scan that is missing', async () => {
    const of = image('v1');
    aws.inject({ operation: 'DescribeImageScanFindings', fault: 'denied' });
    await expect(verdictOn(of, BASIC)).rejects.toThrow('Allow ecr:DescribeImageScanFindings');
  });
});

describe('when things go wrong', () => {
  test.each<[Fault, string]>([
    ['throttled', 'BatchGetImage'], ['throttled', 'ListCoverage'], ['throttled', 'ListFindings'], ['serverError', 'ListFindings'], ['disconnected', 'ListFindings'],
    ['disconnected', 'BatchGetImage'],
  ])('%s: %s is tried again', async (fault, operation) => {
    aws.inject({ operation, fault });
    expect(await verdictOn(image('v1', { id: 'CVE-1' }))).toMatchObject({ status: 'REJECTED', reasons: [{ code: 'CVE-1' }] });
    expect(reader.requests[operation]).toBe(2);
  });

  test('throttling that does not end is an error, and no verdict', async () => {
    aws.inject({ operation: 'ListFindings', fault: 'throttled', times: 10 });
    await expect(verdictOn(image('v1'))).rejects.toThrow('ListFindings: Rate exceeded. It was tried again with growing pauses: judge fewer images at a time');
    expect(reader.requests.ListFindings).toBe(3);
  });

  test.each(['ListCoverage', 'ListFindings', 'BatchGetFindingDetails'])('%s denied is an error that names the permission', async (operation) => {
    aws.inject({ operation, fault: 'denied' });
    await expect(verdictOn(image('v1', { id: 'CVE-1' }))).rejects.toThrow(`Allow inspector2:${operation}; where Amazon Inspector is turned off, it answers the same`);
  });

  test('an answer about exploits that lacks one is asked for again, and without it there is no verdict', async () => {
    const of = image('v1', { id: 'CVE-2026-1', severity: 'LOW', fixAvailable: 'NO', packages: [{ name: 'a', version: '1' }] }, { id: 'CVE-2026-2', severity: 'LOW' });
    const arn = world.findings[0].findingArn!;
    world.details.set(arn, { findingArn: arn, cisaData: { dateAdded: new Date('2026-10-01') } });
    world.detailErrors.set(arn, ['INTERNAL_ERROR', 'INTERNAL_ERROR']);
    expect(await verdictOn(of)).toMatchObject({ status: 'REJECTED', reasons: [{ code: 'CVE-2026-1', rules: ['known-exploited'] }] });
    expect(aws.requests.filter(({ operation }) => operation === 'BatchGetFindingDetails').map(({ body }) => body.findingArns.length)).toEqual([2, 1, 1]);

    world.detailErrors.set(arn, Array(3).fill('ACCESS_DENIED'));
    await expect(verdictOn(of)).rejects.toThrow(new ReadError('BatchGetFindingDetails', `no answer about 1 of the findings, such as ${arn}`));
  });

  test('of a vulnerability that Amazon Inspector has no details of, the verdict says that nothing is known', async () => {
    const of = image('v1', { id: 'CVE-2026-1', severity: 'LOW' });
    world.detailErrors.set(world.findings[0].findingArn!, ['FINDING_DETAILS_NOT_FOUND']);
    expect(await verdictOn(of)).toMatchObject({ status: 'APPROVED', notices: [{ code: 'NO_EXPLOIT_DATA' }] });
    expect(reader.requests.BatchGetFindingDetails).toBe(1);
  });

  test('an answer that is cut off is an error', async () => {
    aws.inject({ operation: 'ListFindings', fault: 'truncated', times: 10 });
    await expect(verdictOn(image('v1'))).rejects.toThrow();
  });

  test.each(['ListFindings', 'ListCoverage', 'BatchGetImage'])('credentials that expire before %s are asked for again, once', async (operation) => {
    aws.inject({ operation, fault: 'expiredCredentials' });
    expect((await verdictOn(image('v1'))).status).toBe('APPROVED');
    const once = credentials.mock.calls.length;
    aws.inject({ operation, fault: 'expiredCredentials', times: 2 });
    await expect(verdictOn(image('v2'))).rejects.toThrow('The security token included in the request is expired');
    expect(credentials.mock.calls.length).toBeGreaterThan(once);
  });

  test('a token for the next page that has expired means to begin again', async () => {
    aws.inject({ operation: 'ListFindings', fault: 'expiredToken', after: 1 });
    const of = image('v1', ...many(250));
    expect((await verdictOn(of, { ...ENHANCED, askAboutExploits: false })).tolerated).toHaveLength(250);
    expect(reader.requests.ListFindings).toBe(3 + 3);
  });

  test('a token that never works is an error', async () => {
    aws.inject({ operation: 'ListFindings', fault: 'expiredToken', times: 3 });
    await expect(verdictOn(image('v1', ...many(250)))).rejects.toThrow('ListFindings: The provided nextToken is expired');
    expect(reader.requests.ListFindings).toBe(6);
  });

  test('a request that is wrong from the beginning is not repeated', async () => {
    aws.inject({ operation: 'ListFindings', fault: 'invalid' });
    await expect(verdictOn(image('v1'))).rejects.toThrow('ListFindings: The request is not valid');
    expect(reader.requests.ListFindings).toBe(1);
  });

  test('an empty page is not the last one', async () => {
    aws.inject({ operation: 'ListFindings', fault: 'emptyPage', times: 3 }, { operation: 'ListCoverage', fault: 'emptyPage' });
    expect(await verdictOn(image('v1', { id: 'CVE-1' }))).toMatchObject({ status: 'REJECTED', reasons: [{ code: 'CVE-1' }] });
  });

  test('pages that go round in circles end', async () => {
    aws.inject({ operation: 'ListFindings', fault: 'sameToken', times: 1_000 });
    await expect(verdictOn(image('v1', { id: 'CVE-1' }))).rejects.toThrow('ListFindings: pages do not end');
    expect(reader.requests.ListFindings).toBeLessThan(5);
  });

  test('members that the SDK does not know are nothing', async () => {
    for (const operation of ['BatchGetImage', 'ListCoverage', 'ListFindings']) aws.inject({ operation, fault: 'unknownMembers' });
    expect((await verdictOn(image('v1'))).status).toBe('APPROVED');
  });

  test('whoever waits no longer can say so', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(verdictOn(image('v1'), { ...ENHANCED, signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('an answer that is nonsense is refused with its place', async () => {
    const of = image('v1', { id: 'CVE-1', epss: 25 });
    await expect(verdictOn(of)).rejects.toThrow('ListFindings.findings[0].epss.score must be a number from 0 to 1, got 25');
  });
});

test('the stand-in answers nothing that the model of the service does not know', async () => {
  const of = image('v1', { id: 'CVE-1' });
  world.findings = [{ ...world.findings[0], invented: true } as Finding];
  await expect(verdictOn(of)).rejects.toThrow('ListFindings.findings[0] has no member invented');
  const { severity, ...without } = world.findings[0];
  world.findings = [without as Finding];
  await expect(verdictOn(of)).rejects.toThrow(/has no member invented|lacks severity/);
});

test.each(['ImageNotFound', 'ImageInaccessible'] as const)('an image that is not there (%s) has no manifest', async (failureCode) => {
  const there = image('v1');
  world.unreadable.set(there, failureCode);

  const builder = new FactsBuilder(addressOf(there));
  await reader.read(addressOf(there), builder, ENHANCED);

  expect(builder.facts(NOW).manifests).toEqual([]);
});

test('an image that is there and cannot be read is no answer', async () => {
  const there = image('v1');
  world.unreadable.set(there, 'KmsError');

  await expect(verdictOn(there)).rejects.toThrow(`BatchGetImage: ${there} cannot be read: KmsError`);
});

test('whoever reads an index hears of its platforms before anything is read of their scans', async () => {
  const platforms = [image('amd64'), image('arm64')];
  const index = world.push(REPOSITORY, samples.indexManifest({ digest: platforms[0], architecture: 'amd64' }, { digest: platforms[1], architecture: 'arm64' }), 'v1');
  const heard: Array<readonly string[]> = [];

  await verdictOn(index, { ...ENHANCED, beforeScans: async (images) => { heard.push([...images, ...Object.keys(reader.requests)]); } });

  expect(heard).toEqual([[...platforms, 'BatchGetImage']]);
});

describe('where an image runs', () => {
  const useOf = async (of: string) => {
    const seen: Array<string | undefined> = [];
    await reader.readUse(addressOf(of), (clusters) => void seen.push(...clusters.map(({ clusterArn }) => clusterArn?.split('/')[1])));
    return seen;
  };

  test('is asked for that image alone', async () => {
    world.clusters.set(world.arnOf(REPOSITORY, digest(1)), [samples.ecsCluster(world, 'prod', 'web'), samples.eksCluster(world, 'blue', 'shop', 'web')]);
    world.clusters.set(world.arnOf('shop/api', digest(1)), [samples.ecsCluster(world, 'other', 'api')]);

    expect([await useOf(digest(1)), await useOf(digest(2))]).toEqual([['prod', 'blue'], []]);
    expect(aws.requests[0].body).toEqual({ filter: { resourceId: `arn:aws:ecr:${world.region}:${world.account}:repository/shop/web/${digest(1)}` }, maxResults: 100 });
    expect(reader.requests).toEqual({ GetClustersForImage: 2 });
  });

  test.each<[string, Fault[]]>([
    ['pages', []],
    ['empty pages', ['emptyPage']],
    ['throttled', ['throttled', 'serverError']],
    ['credentials that expire', ['expiredCredentials']],
  ])('is read to the end: %s', async (_name, faults) => {
    const clusters = Array.from({ length: 25 }, (_, at) => samples.ecsCluster(world, `c${at}`, 'web'));
    world.clusters.set(world.arnOf(REPOSITORY, digest(1)), clusters);
    aws.pageSize = 10;
    aws.inject(...faults.map((fault) => ({ operation: 'GetClustersForImage', fault, after: 1 })));

    expect(await useOf(digest(1))).toEqual(clusters.map((_, at) => `c${at}`));
  });

  test('is not known without the permission, and whoever asks is told so', async () => {
    aws.inject({ operation: 'GetClustersForImage', fault: 'denied' });

    await expect(useOf(digest(1))).rejects.toThrow(/GetClustersForImage: .*Allow inspector2:GetClustersForImage; where Amazon Inspector is turned off/);
  });
});
