import { join } from 'node:path';
import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import {
  CreateRepositoryCommand, DeleteRepositoryCommand, DescribeImagesCommand, DescribeRepositoriesCommand, ECRClient,
  GetLifecyclePolicyCommand, GetRepositoryPolicyCommand,
} from '@aws-sdk/client-ecr';
import { App, RemovalPolicy, Stack, type aws_ecr as ecr, aws_sns as sns } from 'aws-cdk-lib';
import { EcrAuditTrail, EcrEncryption, EcrRegistry, GitHubOidcProvider, SecureEcrRepository } from '../../src';
import { LocalAws, makeImage, push } from '../local-aws';
import { page, stackOf } from '../support/page-example';
import { temporaryFolder } from '../support/temporary-folder';

/* The steps of docs/repository.md that adopt a repository, with its own examples and the CDK CLI. */

jest.setTimeout(120_000);

const markdown = page('repository.md');
const MAPPING = /--resource-mapping-inline '(.*)'$/m.exec(markdown)![1];
const repositoryName = 'shop/web';

let aws: LocalAws;
let client: ECRClient;
let digest: string;
beforeAll(async () => {
  aws = await LocalAws.start();
  client = aws.client(ECRClient);
  await aws.cdk(['bootstrap']);
}, 180_000);
afterAll(() => aws.stop());

beforeEach(async () => {
  // A repository as anybody made it years ago.
  await client.send(new CreateRepositoryCommand({ repositoryName }));
  digest = await push(client, { repositoryName }, makeImage(), 'v1');
});
afterEach(async () => {
  await aws.cdk(['destroy', '--all'], { app: assembly((app) => ['Shop', 'Platform'].forEach((name) => new Stack(app, name))) });
  await client.send(new DeleteRepositoryCommand({ repositoryName, force: true }));
});

/** The cloud assembly of an app with one stack. */
function assembly(make: (app: App) => void): string {
  const outdir = join(temporaryFolder(), 'cdk.out');
  const app = new App({ outdir });
  make(app);
  app.synth();
  return outdir;
}

const example = (mark: string, stackName = 'Shop') => assembly((app) => new (stackOf(markdown, mark))(app, stackName));

async function cdk(command: string, app: string, ...options: string[]): Promise<string> {
  const lines: string[] = [];
  await aws.cdk([...command.split(' '), ...options], { app, onLine: (line) => lines.push(line) });
  return lines.join('\n');
}

async function repository() {
  const { repositories } = await client.send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] }));
  const { imageDetails } = await client.send(new DescribeImagesCommand({ repositoryName }));
  return { ...repositories![0], images: imageDetails!.map(({ imageDigest }) => imageDigest) };
}

const readPolicy = () => client.send(new GetRepositoryPolicyCommand({ repositoryName }));
const readRules = async () => {
  const { lifecyclePolicyText } = await client.send(new GetLifecyclePolicyCommand({ repositoryName }));
  return JSON.parse(lifecyclePolicyText!).rules;
};

test('a repository is imported, secured step by step, and moved, with its images and AES-256', async () => {
  const before = await repository();
  const { createdAt, repositoryArn } = before;
  const same = { createdAt, repositoryArn, images: [digest], encryptionConfiguration: { encryptionType: 'AES256' } };

  await cdk('import Shop', example('as it is'), '--resource-mapping-inline', MAPPING);
  expect(await repository()).toEqual(before);
  expect(await cdk('diff Shop', example('as it is'))).not.toContain('AWS::ECR::Repository');

  const diff = await cdk('diff Shop', example('secured'));
  expect(diff).toContain('[~] AWS::ECR::Repository Web Web3C8945DB');
  expect(diff).not.toMatch(/requires replacement|Web3C8945DB replace/);
  await expect(readPolicy()).rejects.toThrow(/policy does not exist/);
  await cdk('deploy Shop', example('secured'));
  expect(await repository()).toMatchObject({ ...same, imageTagMutability: 'MUTABLE', imageScanningConfiguration: { scanOnPush: true } });
  expect((await readPolicy()).policyText).toContain('DenyWithoutTls');
  expect((await readRules()).map(({ selection }: any) => selection.tagPatternList)).toEqual([['*']]);

  await cdk('deploy Shop', example('done'));
  expect(await repository()).toMatchObject({ ...same, imageTagMutability: 'IMMUTABLE' });
  expect(await readRules()).toHaveLength(5);
  const moving = push(client, { repositoryName }, makeImage({ version: '2' }), 'v1');
  await expect(moving).rejects.toThrow(/immutable/);

  await cdk('deploy Shop', assembly((app) => new sns.Topic(new Stack(app, 'Shop'), 'Left')));
  expect(await repository()).toMatchObject(same);
  await cdk('import Platform', example('moved', 'Platform'), '--resource-mapping-inline', MAPPING);
  expect(await cdk('deploy Platform', example('moved', 'Platform'))).toContain('no changes');
  expect(await repository()).toMatchObject({ ...same, imageTagMutability: 'IMMUTABLE' });
});

test('what is imported with settings that it does not have never gets them, as the page warns', async () => {
  const secured = example('done');

  await cdk('import Shop', secured, '--resource-mapping-inline', MAPPING);
  expect(await cdk('deploy Shop', secured)).toContain('no changes');

  expect(await repository()).toMatchObject({ imageTagMutability: 'MUTABLE', images: [digest] });
  await expect(readPolicy()).rejects.toThrow(/policy does not exist/);
});

test('AES-256 that is spelled out would replace the repository', async () => {
  await cdk('import Shop', example('as it is'), '--resource-mapping-inline', MAPPING);
  const spelledOut = assembly((app) => {
    const images = new SecureEcrRepository(new Stack(app, 'Shop'), 'Web', { repositoryName, encryption: EcrEncryption.aes256() });
    (images.node.defaultChild as ecr.CfnRepository).encryptionConfiguration = { encryptionType: 'AES256' };
  });

  expect(await cdk('diff Shop', spelledOut)).toMatch(/EncryptionConfiguration \(requires replacement\)/);
  await expect(cdk('deploy Shop', spelledOut)).rejects.toThrow(/custom-named resource requires replacing/);
  expect(await repository()).toMatchObject({ images: [digest], encryptionConfiguration: { encryptionType: 'AES256' } });
});

test('what a deleted stack has left is imported again: scanning, identity provider, the log and the key of an audit', async () => {
  const env = { account: aws.account, region: aws.region };
  const app = assembly((scope) => {
    const stack = new Stack(scope, 'Shop', { env });
    new EcrRegistry(stack, 'Registry');
    new GitHubOidcProvider(stack, 'GitHub', { removalPolicy: RemovalPolicy.RETAIN });
    new EcrAuditTrail(stack, 'Audit');
  });
  const kept: Record<string, string> = {
    'AWS::ECR::RegistryScanningConfiguration': 'RegistryId', 'AWS::IAM::OIDCProvider': 'Arn', 'AWS::KMS::Key': 'KeyId', 'AWS::Logs::LogGroup': 'LogGroupName',
  };
  const resources = async () => {
    const { StackResources } = await aws.client(CloudFormationClient).send(new DescribeStackResourcesCommand({ StackName: 'Shop' }));
    return StackResources!.map((one) => ({ id: one.LogicalResourceId!, type: one.ResourceType!, physical: one.PhysicalResourceId! }));
  };
  const ofTheTrail = ({ id, type }: { id: string; type: string }) => type in kept && (type !== 'AWS::Logs::LogGroup' || /TrailLog/.test(id));
  await cdk('deploy Shop', app);
  const left = (await resources()).filter(ofTheTrail);
  expect(left).toHaveLength(4);
  await cdk('destroy Shop', app);

  await cdk('import Shop', app, '--resource-mapping-inline', JSON.stringify(
    Object.fromEntries(left.map(({ id, type, physical }) => [id, { [kept[type]]: physical }]))));
  expect(await resources()).toHaveLength(4);
  await cdk('deploy Shop', app);

  expect((await resources()).filter(ofTheTrail)).toEqual(left);
});
