import { CreateRepositoryCommand, DescribeImageScanFindingsCommand, ECRClient } from '@aws-sdk/client-ecr';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { LocalAws, makeImage, push } from './index';
import { ImageReader } from '../../src/handler/image-reader';
import { FactsBuilder } from '../../src/inspector/answers/facts-builder';
import { NOW, judge } from '../inspector/facts';
import { StandIn } from '../stand-in';
import { covered, ecsCluster, inspectorFinding } from '../stand-in/samples';
import { World } from '../stand-in/world';

let aws: LocalAws;
let standIn: StandIn;
let digest: string;
const repositoryName = 'shop/web';

beforeAll(async () => {
  aws = await LocalAws.start();
  standIn = await StandIn.start(new World(aws.account, aws.region));
  const ecr = aws.client(ECRClient);
  await ecr.send(new CreateRepositoryCommand({ repositoryName }));
  digest = await push(ecr, { repositoryName }, makeImage(), 'v1');
}, 180_000);

afterAll(async () => {
  await standIn.stop();
  await aws.stop();
});

/** A role that may do these things, and no others. */
async function roleThatMay(name: string, ...Action: string[]) {
  const iam = aws.client(IAMClient);
  const trust = { Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${aws.account}:root` }, Action: 'sts:AssumeRole' }] };
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', ...trust }) }));
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });
  await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'may', PolicyDocument }));
  return aws.assumeRole(Role!.Arn!);
}

const ALL = ['ecr:BatchGetImage', 'inspector2:ListCoverage', 'inspector2:ListFindings', 'inspector2:BatchGetFindingDetails'];

type Role = Awaited<ReturnType<typeof roleThatMay>>;

function readerWith(credentials: Role): ImageReader {
  const { endpoint, region, requestHandler } = aws.client(class { constructor(readonly settings: any) {} }).settings;
  return new ImageReader({ endpoint, region, requestHandler, credentials });
}

async function verdict(credentials: Role) {
  const image = { account: aws.account, region: aws.region, repository: repositoryName, digest };
  const reader = readerWith(credentials);
  const builder = new FactsBuilder(image);
  await reader.read(image, builder, { scanner: 'ENHANCED', statuses: ['ACTIVE'], askAboutExploits: true });
  reader.close();
  return judge(builder.facts(NOW));
}

test('without a stand-in nothing is known of scans', async () => {
  const request = new DescribeImageScanFindingsCommand({ repositoryName, imageId: { imageDigest: digest } });
  await expect(aws.client(ECRClient).send(request)).rejects.toThrow();
});

test('what the stand-in knows of a pushed image is judged, with no more permissions than are documented', async () => {
  aws.scansFrom(standIn);
  standIn.world.coverage.push(covered(standIn.world, repositoryName, digest));
  const credentials = await roleThatMay('reader', ...ALL);
  expect(await verdict(credentials)).toMatchObject({ status: 'APPROVED' });

  standIn.world.findings.push(inspectorFinding(standIn.world, repositoryName, digest, { id: 'CVE-2026-1' }));
  expect(await verdict(credentials)).toMatchObject({ status: 'REJECTED', reasons: [{ code: 'CVE-2026-1' }] });
});

test.each(ALL)('whoever may not %s gets an error that says so, and no verdict', async (action) => {
  aws.scansFrom(standIn);
  const credentials = await roleThatMay(`without-${action.split(':')[1]}`, ...ALL.filter((each) => each !== action));
  await expect(verdict(credentials)).rejects.toThrow(`Allow ${action}`);
});

test('a scan of ECR is answered by the stand-in too', async () => {
  aws.scansFrom(standIn);
  standIn.world.scans.set(digest, { imageScanStatus: { status: 'COMPLETE' }, imageScanFindings: { imageScanCompletedAt: NOW, findings: [] } });
  const answer = await aws.client(ECRClient).send(new DescribeImageScanFindingsCommand({ repositoryName, imageId: { imageDigest: digest } }));
  expect(answer).toMatchObject({ imageScanStatus: { status: 'COMPLETE' }, imageScanFindings: { imageScanCompletedAt: NOW } });
});

test('where an image runs is told to whoever may ask', async () => {
  aws.scansFrom(standIn);
  standIn.world.clusters.set(standIn.world.arnOf(repositoryName, digest), [ecsCluster(standIn.world, 'prod', 'web')]);
  const use = async (credentials: Role) => {
    const reader = readerWith(credentials);
    const found: unknown[] = [];
    const image = { account: aws.account, region: aws.region, repository: repositoryName, digest };
    await reader.readUse(image, (clusters) => void found.push(...clusters)).finally(() => reader.close());
    return found;
  };

  expect(await use(await roleThatMay('asker', 'inspector2:GetClustersForImage'))).toMatchObject([{ clusterDetails: [{ runningUnitCount: 3 }] }]);
  await expect(use(await roleThatMay('other', ...ALL))).rejects.toThrow('Allow inspector2:GetClustersForImage');
});
