import { BatchDeleteImageCommand, BatchGetImageCommand, CreateRepositoryCommand, ECRClient, SetRepositoryPolicyCommand } from '@aws-sdk/client-ecr';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { LocalAws, makeImage, push } from './index';

let aws: LocalAws;

beforeAll(async () => {
  aws = await LocalAws.start();
}, 180_000);

afterAll(() => aws.stop());

const trust = (account: string) => JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' }] });
const all = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] });
const told = async (eventName: string) => (await aws.events())
  .filter((event) => event['detail-type'] === 'AWS API Call via CloudTrail' && event.detail.eventName === eventName).at(-1)!;

test('tells who called what, in the form of a record', async () => {
  const iam = aws.client(IAMClient);
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: 'Pusher', Path: '/ci/', AssumeRolePolicyDocument: trust(aws.account) }));
  await iam.send(new PutRolePolicyCommand({ RoleName: 'Pusher', PolicyName: 'all', PolicyDocument: all }));
  const root = aws.client(ECRClient);
  await root.send(new CreateRepositoryCommand({ repositoryName: 'told' }));
  const pusher = aws.client(ECRClient, await aws.assumeRole(Role!.Arn!, 'release-1'));
  const digest = await push(pusher, { repositoryName: 'told' }, makeImage(), 'v1');

  const { source, detail } = await told('PutImage');
  expect(source).toBe('aws.ecr');
  expect(detail).toMatchObject({
    eventSource: 'ecr.amazonaws.com',
    awsRegion: aws.region,
    recipientAccountId: aws.account,
    userIdentity: {
      type: 'AssumedRole',
      arn: `arn:aws:sts::${aws.account}:assumed-role/Pusher/release-1`,
      sessionContext: { sessionIssuer: { arn: `arn:aws:iam::${aws.account}:role/ci/Pusher`, userName: 'Pusher' } },
    },
    requestParameters: { repositoryName: 'told', imageTag: 'v1' },
    responseElements: { image: { imageId: { imageDigest: digest, imageTag: 'v1' } } },
    resources: [{ ARN: `arn:aws:ecr:${aws.region}:${aws.account}:repository/told`, accountId: aws.account }],
  });
  expect(detail).not.toHaveProperty('errorCode');
  expect((await told('CreateRepository')).detail.userIdentity).toMatchObject({ type: 'Root', arn: `arn:aws:iam::${aws.account}:root` });
}, 30_000);

test('tells of failures and of pulls', async () => {
  const ecr = aws.client(ECRClient);
  await expect(ecr.send(new SetRepositoryPolicyCommand({ repositoryName: 'none', policyText: '{}' }))).rejects.toThrow();
  await ecr.send(new BatchGetImageCommand({ repositoryName: 'told', imageIds: [{ imageTag: 'v9' }] }));
  await ecr.send(new BatchDeleteImageCommand({ repositoryName: 'told', imageIds: [{ imageTag: 'v1' }] }));

  expect((await told('SetRepositoryPolicy')).detail).toMatchObject({ errorCode: 'InvalidParameterException', responseElements: null });
  expect((await told('BatchGetImage')).detail.responseElements.failures).toEqual([expect.objectContaining({ failureCode: 'ImageNotFound' })]);
  expect((await told('BatchDeleteImage')).detail.requestParameters.imageIds).toEqual([{ imageTag: 'v1' }]);
});

test('tells of another account by its number', async () => {
  const other = '222222222222';
  await aws.client(ECRClient).send(new SetRepositoryPolicyCommand({
    repositoryName: 'told',
    policyText: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: other }, Action: 'ecr:BatchGetImage' }] }),
  }));
  await aws.client(ECRClient, aws.rootOf(other)).send(new BatchGetImageCommand({ registryId: aws.account, repositoryName: 'told', imageIds: [{ imageTag: 'v1' }] }));

  expect((await told('BatchGetImage')).detail).toMatchObject({ userIdentity: { type: 'AWSAccount', accountId: other }, recipientAccountId: aws.account });
});
