import {
  BatchDeleteImageCommand, CreateRepositoryCommand, DeleteRepositoryCommand, DescribeImagesCommand,
  DescribeRepositoriesCommand, ECRClient, GetLifecyclePolicyCommand, GetRepositoryPolicyCommand, ListImagesCommand,
  ListTagsForResourceCommand, PutImageCommand, type ImageTagMutability,
} from '@aws-sdk/client-ecr';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { LocalAws, makeImage, pull, push } from './index';
import { TemplateStack } from './stack';

let aws: LocalAws;
let ecr: ECRClient;

beforeAll(async () => {
  aws = await LocalAws.start();
  ecr = aws.client(ECRClient);
}, 180_000);

afterAll(() => aws.stop());

async function repository(repositoryName: string, imageTagMutability?: ImageTagMutability, excluded: string[] = []) {
  await ecr.send(new CreateRepositoryCommand({
    repositoryName,
    imageTagMutability,
    imageTagMutabilityExclusionFilters: excluded.map((filter) => ({ filterType: 'WILDCARD', filter })),
  }));
  return { repositoryName };
}

describe('images', () => {
  test('an image comes back as it was pushed, by tag and by digest', async () => {
    const repo = await repository('round/trip');
    const image = makeImage();

    expect(await push(ecr, repo, image, 'latest')).toBe(image.digest);

    const download = (url: string) => aws.download(url);
    expect(await pull(ecr, repo, { imageTag: 'latest' }, download)).toEqual(image);
    expect(await pull(ecr, repo, { imageDigest: image.digest }, download)).toEqual(image);
  });

  test('an image has all its tags and its real size', async () => {
    const repo = await repository('tags');
    const image = makeImage();
    await push(ecr, repo, image, 'one');
    await push(ecr, repo, image, 'two');

    const { imageDetails } = await ecr.send(new DescribeImagesCommand(repo));

    expect(imageDetails).toHaveLength(1);
    expect(imageDetails![0]).toMatchObject({
      imageDigest: image.digest,
      imageTags: ['one', 'two'],
      imageSizeInBytes: image.config.content.length + image.layers[0].content.length,
      artifactMediaType: 'application/vnd.oci.image.config.v1+json',
    });
  });

  test('deleting a tag keeps the image until its last one', async () => {
    const repo = await repository('delete/tags');
    const { digest } = makeImage();
    await push(ecr, repo, makeImage(), 'one');
    await push(ecr, repo, makeImage(), 'two');

    await ecr.send(new BatchDeleteImageCommand({ ...repo, imageIds: [{ imageTag: 'one' }] }));
    const left = await ecr.send(new ListImagesCommand(repo));
    await ecr.send(new BatchDeleteImageCommand({ ...repo, imageIds: [{ imageTag: 'two' }] }));

    expect(left.imageIds).toEqual([{ imageDigest: digest, imageTag: 'two' }]);
    expect((await ecr.send(new ListImagesCommand(repo))).imageIds).toEqual([]);
  });

  test('a manifest whose layers were never uploaded is refused', async () => {
    const repo = await repository('no/layers');
    const { manifest, mediaType } = makeImage();

    await expect(ecr.send(new PutImageCommand({
      ...repo, imageManifest: manifest, imageManifestMediaType: mediaType,
    }))).rejects.toMatchObject({ name: 'LayersNotFoundException' });
  });

  test('the same image under the same tag is refused', async () => {
    const repo = await repository('twice');
    await push(ecr, repo, makeImage(), 'one');

    await expect(push(ecr, repo, makeImage(), 'one')).rejects.toMatchObject({ name: 'ImageAlreadyExistsException' });
  });
});

describe('tag mutability', () => {
  test.each<[ImageTagMutability, string[], string, boolean]>([
    ['MUTABLE', [], 'v1', true],
    ['IMMUTABLE', [], 'v1', false],
    ['IMMUTABLE_WITH_EXCLUSION', ['dev-*'], 'v1', false],
    ['IMMUTABLE_WITH_EXCLUSION', ['dev-*'], 'dev-1', true],
    ['MUTABLE_WITH_EXCLUSION', ['v*'], 'v1', false],
    ['MUTABLE_WITH_EXCLUSION', ['v*'], 'dev-1', true],
  ])('%s except %j: tag %s moves: %s', async (mode, excluded, tag, moves) => {
    const repo = await repository(`mutability/${mode.toLowerCase().replaceAll('_', '-')}-${tag}`, mode, excluded);
    await push(ecr, repo, makeImage({ version: '1' }), tag);

    const again = push(ecr, repo, makeImage({ version: '2' }), tag);

    if (moves) {
      const digest = await again;
      const { imageDetails } = await ecr.send(new DescribeImagesCommand({ ...repo, imageIds: [{ imageTag: tag }] }));
      expect(imageDetails![0].imageDigest).toBe(digest);
    } else {
      await expect(again).rejects.toMatchObject({ name: 'ImageTagAlreadyExistsException' });
    }
  });
});

describe('events', () => {
  test('a push and a delete reach the target of a rule, in the form AWS documents', async () => {
    const stack = new TemplateStack(aws, 'events');
    const { QueueUrl } = await stack.create({
      Resources: {
        Queue: { Type: 'AWS::SQS::Queue' },
        Rule: {
          Type: 'AWS::Events::Rule',
          Properties: {
            EventPattern: { 'source': ['aws.ecr'], 'detail-type': ['ECR Image Action'], 'detail': { 'repository-name': ['seen'] } },
            Targets: [{ Id: 'queue', Arn: { 'Fn::GetAtt': ['Queue', 'Arn'] } }],
          },
        },
      },
      Outputs: { QueueUrl: { Value: { Ref: 'Queue' } } },
    });
    const repo = await repository('seen');
    const unseen = await repository('unseen');
    const image = makeImage();

    await push(ecr, unseen, image, 'v1');
    await push(ecr, repo, image, 'v1');
    await ecr.send(new BatchDeleteImageCommand({ ...repo, imageIds: [{ imageDigest: image.digest }] }));

    const { Messages } = await aws.client(SQSClient).send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 }));
    const received = Messages!.map(({ Body }) => JSON.parse(Body!));
    expect(received).toEqual(['PUSH', 'DELETE'].map((action) => ({
      'version': '0',
      'id': expect.any(String),
      'detail-type': 'ECR Image Action',
      'source': 'aws.ecr',
      'account': aws.account,
      'time': expect.any(String),
      'region': aws.region,
      'resources': [],
      'detail': {
        'result': 'SUCCESS',
        'repository-name': 'seen',
        'image-digest': image.digest,
        'action-type': action,
        'image-tag': 'v1',
        'manifest-media-type': image.mediaType,
        'artifact-media-type': image.config.mediaType,
      },
    })));
    const recorded = (await aws.events()).filter(({ detail }) => detail['repository-name'] === 'seen');
    expect(recorded.map(({ bus, ...event }) => event)).toEqual(received);
    await stack.delete();
  });
});

describe('AWS::ECR::Repository', () => {
  const LIFECYCLE = JSON.stringify({
    rules: [{
      rulePriority: 1,
      selection: { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 5 },
      action: { type: 'expire' },
    }],
  });
  const everything = (policyAction: string) => ({
    Type: 'AWS::ECR::Repository',
    Properties: {
      RepositoryName: 'every/thing',
      EncryptionConfiguration: { EncryptionType: 'KMS_DSSE', KmsKey: 'arn:aws:kms:us-east-1:123456789012:key/k' },
      ImageScanningConfiguration: { ScanOnPush: true },
      ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      ImageTagMutabilityExclusionFilters: [
        { ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: 'dev-*' },
      ],
      LifecyclePolicy: { LifecyclePolicyText: LIFECYCLE },
      RepositoryPolicyText: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::123456789012:root' }, Action: policyAction }],
      },
      Tags: [{ Key: 'team', Value: 'a' }],
    },
  });

  test('everything it says is kept', async () => {
    const stack = new TemplateStack(aws, 'everything');
    await stack.create({ Resources: { Repository: everything('ecr:ListImages') } });
    const named = { repositoryName: 'every/thing' };

    const { repositories } = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames: ['every/thing'] }));
    expect(repositories![0]).toMatchObject({
      encryptionConfiguration: { encryptionType: 'KMS_DSSE', kmsKey: 'arn:aws:kms:us-east-1:123456789012:key/k' },
      imageScanningConfiguration: { scanOnPush: true },
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'dev-*' }],
    });
    const lifecycle = await ecr.send(new GetLifecyclePolicyCommand(named));
    expect(lifecycle.lifecyclePolicyText).toBe(LIFECYCLE);
    const { tags } = await ecr.send(new ListTagsForResourceCommand({ resourceArn: repositories![0].repositoryArn }));
    expect(tags).toContainEqual({ Key: 'team', Value: 'a' });

    await stack.update({ Resources: { Repository: everything('ecr:PutImage') } });
    const policy = await ecr.send(new GetRepositoryPolicyCommand(named));
    expect(JSON.parse(policy.policyText!).Statement[0].Action).toBe('ecr:PutImage');
    await stack.delete();
  });

  test('a policy that is none fails the stack and leaves nothing', async () => {
    const wrong = everything('ecr:ListImages');
    wrong.Properties.RepositoryPolicyText = { Version: '2012-10-17', Statement: [{ Effect: 'Allow' }] } as any;

    await expect(new TemplateStack(aws, 'bad-policy').create({ Resources: { Repository: wrong } }))
      .rejects.toThrow(/Invalid repository policy/);

    await expect(ecr.send(new DescribeRepositoriesCommand({ repositoryNames: ['every/thing'] })))
      .rejects.toMatchObject({ name: 'RepositoryNotFoundException' });
  });

  test.each([[false], [true]])('deleted with an image in it, EmptyOnDelete %s', async (EmptyOnDelete) => {
    const stack = new TemplateStack(aws, `empty-${EmptyOnDelete}`);
    const { Name } = await stack.create({
      Resources: { Repository: { Type: 'AWS::ECR::Repository', Properties: { EmptyOnDelete } } },
      Outputs: { Name: { Value: { Ref: 'Repository' } } },
    });
    await push(ecr, { repositoryName: Name }, makeImage(), 'v1');

    if (EmptyOnDelete) {
      await stack.delete();
    } else {
      await expect(stack.delete()).rejects.toThrow(/RepositoryNotEmptyException/);
      await ecr.send(new DeleteRepositoryCommand({ repositoryName: Name, force: true }));
      await stack.delete();
    }
    await expect(ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [Name] })))
      .rejects.toMatchObject({ name: 'RepositoryNotFoundException' });
  });
});
