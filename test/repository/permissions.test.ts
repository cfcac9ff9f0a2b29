import { App, Stack, aws_iam as iam } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SecureEcrRepository } from '../../src';
import { deployed, simulate } from '../support/simulate';

const ACCOUNT = '111111111111';
const IMAGES = `arn:aws:ecr:eu-west-1:${ACCOUNT}:repository/images`;
const OTHER = `arn:aws:ecr:eu-west-1:${ACCOUNT}:repository/other`;
const KEY = `arn:aws:kms:eu-west-1:${ACCOUNT}:key/k`;
const role = (name: string, account = ACCOUNT) => `arn:aws:iam::${account}:role/${name}`;
const ADMINISTRATOR = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

const stack = new Stack(new App(), 'Stack', { env: { account: ACCOUNT, region: 'eu-west-1' } });
const images = new SecureEcrRepository(stack, 'Images');
const made = (id: string) => new iam.Role(stack, id, { assumedBy: new iam.AccountRootPrincipal() });
images.grantPush(made('Pusher'));
images.grantPull(made('Reader'));
images.grantPull(new iam.AccountPrincipal('222222222222'));

const resources: Record<string, { Type: string; Properties: any }> = Template.fromStack(stack).toJSON().Resources;
const [[imagesId, repository]] = Object.entries(resources).filter(([, { Type }]) => Type === 'AWS::ECR::Repository');
const [key] = Object.values(resources).filter(({ Type }) => Type === 'AWS::KMS::Key');
const policyOf = (id: string) => {
  const [policy] = Object.entries(resources).filter(([name]) => name.startsWith(`${id}DefaultPolicy`)).map(([, each]) => each);
  return deployed(policy.Properties.PolicyDocument, { [imagesId]: IMAGES });
};
const resourcePolicy = deployed(repository.Properties.RepositoryPolicyText, {});
const identityPolicies: Record<string, object> = {
  pusher: policyOf('Pusher'), reader: policyOf('Reader'), administrator: ADMINISTRATOR, stranger: { Version: '2012-10-17', Statement: [] },
};

test.each([
  ['pusher', 'ecr:PutImage', IMAGES, 'Allowed'],
  ['pusher', 'ecr:InitiateLayerUpload', IMAGES, 'Allowed'],
  ['pusher', 'ecr:UploadLayerPart', IMAGES, 'Allowed'],
  ['pusher', 'ecr:CompleteLayerUpload', IMAGES, 'Allowed'],
  ['pusher', 'ecr:BatchCheckLayerAvailability', IMAGES, 'Allowed'],
  ['pusher', 'ecr:BatchGetImage', IMAGES, 'Allowed'],
  ['pusher', 'ecr:GetAuthorizationToken', '*', 'Allowed'],
  ['pusher', 'ecr:PutImage', OTHER, 'ImplicitlyDenied'],
  ['pusher', 'ecr:GetDownloadUrlForLayer', IMAGES, 'ImplicitlyDenied'],
  ['pusher', 'ecr:BatchDeleteImage', IMAGES, 'ImplicitlyDenied'],
  ['pusher', 'ecr:SetRepositoryPolicy', IMAGES, 'ImplicitlyDenied'],
  ['pusher', 'ecr:PutImageTagMutability', IMAGES, 'ImplicitlyDenied'],
  ['reader', 'ecr:BatchGetImage', IMAGES, 'Allowed'],
  ['reader', 'ecr:GetDownloadUrlForLayer', IMAGES, 'Allowed'],
  ['reader', 'ecr:BatchGetImage', OTHER, 'ImplicitlyDenied'],
  ['reader', 'ecr:PutImage', IMAGES, 'ImplicitlyDenied'],
  ['stranger', 'ecr:BatchGetImage', IMAGES, 'ImplicitlyDenied'],
  ['administrator', 'ecr:DeleteRepository', IMAGES, 'Allowed'],
])('%s asks for %s on %s: %s', async (who, action, resource, answer) => {
  const request = { principal: role(who), action, resource, identityPolicy: identityPolicies[who], resourcePolicy };
  expect(await simulate(resource === '*' ? { ...request, resourcePolicy: undefined } : request)).toBe(answer);
});

test.each(['pusher', 'reader', 'administrator'])('%s is refused without TLS', async (who) => {
  const request = {
    principal: role(who),
    action: who === 'pusher' ? 'ecr:PutImage' : 'ecr:BatchGetImage',
    resource: IMAGES,
    identityPolicy: identityPolicies[who],
    resourcePolicy,
  };
  expect(await simulate(request)).toBe('Allowed');
  expect(await simulate({ ...request, context: { 'aws:SecureTransport': 'false' } })).toBe('ExplicitlyDenied');
});

describe('another account that was granted the pull', () => {
  const request = {
    principal: role('app', '222222222222'), action: 'ecr:BatchGetImage', resource: IMAGES, identityPolicy: ADMINISTRATOR, resourcePolicy,
  };
  test('pulls when its own policies agree', async () => expect(await simulate(request)).toBe('Allowed'));
  test('does not when they do not', async () => {
    expect(await simulate({ ...request, identityPolicy: identityPolicies.stranger })).toBe('ImplicitlyDenied');
  });
  test('does not push', async () => expect(await simulate({ ...request, action: 'ecr:PutImage' })).toBe('ImplicitlyDenied'));
  test('is the only one', async () => {
    expect(await simulate({ ...request, principal: role('app', '333333333333') })).toBe('ImplicitlyDenied');
  });
});

describe('the key, for an administrator of the account', () => {
  const keyPolicy = deployed(key.Properties.KeyPolicy, {});
  const ask = (action: string, via?: string) => simulate({
    principal: role('administrator'),
    action,
    resource: KEY,
    identityPolicy: ADMINISTRATOR,
    resourcePolicy: keyPolicy,
    context: via ? { 'kms:ViaService': `${via}.eu-west-1.amazonaws.com` } : {},
  });

  test.each(['kms:PutKeyPolicy', 'kms:DescribeKey', 'kms:EnableKeyRotation', 'kms:ScheduleKeyDeletion', 'kms:TagResource'])(
    '%s is allowed', async (action) => expect(await ask(action)).toBe('Allowed'));

  test.each(['kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:CreateGrant', 'kms:RetireGrant'])(
    '%s is denied by hand', async (action) => expect(await ask(action)).not.toBe('Allowed'));

  test.each(['kms:CreateGrant', 'kms:RetireGrant', 'kms:DescribeKey'])(
    '%s is allowed by way of ECR', async (action) => expect(await ask(action, 'ecr')).toBe('Allowed'));

  test.each([['kms:Decrypt', 'ecr'], ['kms:CreateGrant', 's3'], ['kms:CreateGrant', 'ecr.evil']])(
    '%s is denied by way of %s', async (action, via) => expect(await ask(action, via)).not.toBe('Allowed'));
});
