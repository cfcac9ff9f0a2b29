import { RECORDS } from './records';
import { ADMINISTRATOR, CI, DEPLOYMENT, byDocker, call, lifecycleRun, onRepository, pullMissing, push, role, root, service, stranger, user } from './records/build';
import type { CloudTrailRecord } from '../../src/audit/contract';
import { gitHubRun } from '../../src/audit/record';
import { sentence } from '../../src/audit/sentence';

const DEVELOPER = role('arn:aws:iam::111111111111:role/Developer', 'bob@example.com');
const policyText = (principal: unknown) => JSON.stringify({ Statement: { Effect: 'Allow', Principal: principal, Action: 'ecr:BatchGetImage' } });
const ISSUER = { openIDConnectProviderArn: 'arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com' };
const imageIds = ['a', 'b', 'c', 'd'].map((imageTag) => ({ imageTag }));

test.each<[string, CloudTrailRecord]>([
  ['Role Developer (session bob@example.com) pushed v1.2.3 to shop/web.', push(byDocker(DEVELOPER))],
  ['Role Developer (session bob@example.com) tried to push v1.2.3 to shop/web and was refused (AccessDenied).', push(DEVELOPER, { error: 'AccessDenied' })],
  ['User ci-bot pushed v1.2.3 to shop/web.', push(user('ci-bot'))],
  ['The root user of account 111111111111 pushed v1.2.3 to shop/web.', push(byDocker(root()))],
  [expect.stringMatching(/^Somebody of account 222222222222 \(session session\) pushed v1\.2\.3 to shop\/web\.$/), push(stranger('222222222222'))],
  ['Role Pipeline of account 333333333333 (session x) pushed v1.2.3 to shop/web.', push(role('arn:aws:iam::333333333333:role/Pipeline', 'x'))],
  ['The service lambda.amazonaws.com pulled v9 from shop/web, which is not there.', pullMissing(service('lambda.amazonaws.com'))],
  ['Role Developer (session bob@example.com) deleted 4 images (a, b, c, ...) from shop/web.', onRepository('BatchDeleteImage', { by: DEVELOPER, request: { imageIds } })],
  ['Role Developer (session bob@example.com) changed the policy of shop/web, which now lets in every AWS account.', onRepository('SetRepositoryPolicy', { by: DEVELOPER, request: { policyText: policyText('*') } })],
  ['Role Developer (session bob@example.com) changed the policy of shop/web, which now lets in 999999999999.', onRepository('SetRepositoryPolicy', { by: DEVELOPER, request: { policyText: policyText({ AWS: '999999999999' }) } })],
  ['Role Developer (session bob@example.com) changed the policy of shop/web.', onRepository('SetRepositoryPolicy', { by: DEVELOPER, request: null })],
  ['Role Developer (session bob@example.com) made the tags of shop/web MUTABLE.', onRepository('PutImageTagMutability', { by: DEVELOPER, request: { imageTagMutability: 'MUTABLE' } })],
  ['ECR itself expired 9 images of shop/web by its lifecycle policy.', lifecycleRun(9)],
  ['ECR itself expired 1 image of shop/web by its lifecycle policy.', lifecycleRun(1)],
  ['Role Developer (session bob@example.com) disabled the key k.', call('kms', 'DisableKey', { by: DEVELOPER, request: { keyId: 'k' } })],
  ['Role Developer (session bob@example.com) stopped the trail (no name in the record).', call('cloudtrail', 'StopLogging', { by: DEVELOPER })],
  ['Role Developer (session bob@example.com) made an OIDC provider for https://evil.example.com.', call('iam', 'CreateOpenIDConnectProvider', { by: DEVELOPER, request: { url: 'https://evil.example.com' } })],
  ['Role Developer (session bob@example.com) added the audience x to the OIDC provider token.actions.githubusercontent.com.', call('iam', 'AddClientIDToOpenIDConnectProvider', { by: DEVELOPER, request: { clientID: 'x', ...ISSUER } })],
  ['Role Developer (session bob@example.com) took the audience x from the OIDC provider token.actions.githubusercontent.com.', call('iam', 'RemoveClientIDFromOpenIDConnectProvider', { by: DEVELOPER, request: { clientID: 'x', ...ISSUER } })],
  ['Role Developer (session bob@example.com) deleted the OIDC provider token.actions.githubusercontent.com.', call('iam', 'DeleteOpenIDConnectProvider', { by: DEVELOPER, request: ISSUER })],
  ['Role Developer (session bob@example.com) changed the thumbprints of the OIDC provider token.actions.githubusercontent.com.', call('iam', 'UpdateOpenIDConnectProviderThumbprint', { by: DEVELOPER, request: ISSUER })],
  ['Role Developer (session bob@example.com) created the filter of findings quiet (SUPPRESS).', call('inspector2', 'CreateFilter', { by: DEVELOPER, request: { name: 'quiet', action: 'SUPPRESS' } })],
  ['Role Developer (session bob@example.com) changed the filter of findings arn:f.', call('inspector2', 'UpdateFilter', { by: DEVELOPER, request: { filterArn: 'arn:f' } })],
  ['Role Developer (session bob@example.com) changed who may use the signing profile Images.', call('signer', 'AddProfilePermission', { by: DEVELOPER, request: { profileName: 'Images' } })],
  ['Role Developer (session bob@example.com) changed who may use the signing profile Images.', call('signer', 'RemoveProfilePermission', { by: DEVELOPER, request: { profileName: 'Images' } })],
  ['Role Developer (session bob@example.com) revoked the signature of the signing job j.', call('signer', 'RevokeSignature', { by: DEVELOPER, request: { jobId: 'j', jobOwner: '111111111111', reason: 'leaked' } })],
  ['Role Developer (session bob@example.com) changed what the trail all records.', call('cloudtrail', 'PutEventSelectors', { by: DEVELOPER, request: { trailName: 'all' } })],
  ['The root user of account 111111111111 tried to sign in to the console and was refused (Failed authentication).', call('signin', 'ConsoleLogin', { by: root(), response: { ConsoleLogin: 'Failure' }, over: { errorMessage: 'Failed authentication' } })],
  ['The root user of account 111111111111 tried to sign in to the console and was refused (failed).', call('signin', 'ConsoleLogin', { by: root(), response: { ConsoleLogin: 'Failure' } })],
  ['Role Developer (session bob@example.com) turned off Amazon Inspector (ECR, EC2).', call('inspector2', 'Disable', { by: DEVELOPER, request: { resourceTypes: ['ECR', 'EC2'] } })],
  ['Role Developer (session bob@example.com) turned off Amazon Inspector (all).', call('inspector2', 'Disable', { by: DEVELOPER })],
  ['Role Developer (session bob@example.com) made the pull-through cache hub of registry-1.docker.io.', call('ecr', 'CreatePullThroughCacheRule', { by: DEVELOPER, request: { ecrRepositoryPrefix: 'hub', upstreamRegistryUrl: 'registry-1.docker.io' } })],
  ['The root user of account 111111111111 signed in to the console.', call('signin', 'ConsoleLogin', { by: root() })],
  ['Role Developer (session bob@example.com) called TagResource of ECR on shop/web.', onRepository('TagResource', { by: DEVELOPER })],
  ['Role Developer (session bob@example.com) tried to call Enable of Amazon Inspector and was refused (X).', call('inspector2', 'Enable', { by: DEVELOPER, error: 'X' })],
  ['unknown called undefined of an unknown service.', {}],
])('%s', (expected, record) => {
  expect(sentence(record)).toEqual(expected);
});

test('names the repository, the workflow and the run of GitHub behind a session', () => {
  const run = gitHubRun('repo:acme/shop:ref:refs/heads/main', 'release-1234567890');

  expect(sentence(push(CI), run)).toBe(
    'GitHub Actions of acme/shop (ref:refs/heads/main, workflow release, run 1234567890), as role Pipeline, pushed v1.2.3 to shop/web.');
});

test('has words for every call that raises a signal', () => {
  const raising = RECORDS.filter(([, record, ...signals]) => signals.some((id) => !['rootUsed', 'callsDenied'].includes(id)) && record.eventName !== 'ConsoleLogin');

  for (const [, record] of raising) expect(sentence(record)).not.toMatch(/ call(ed)? /);
});

test('says of every record who did what, without a gap', () => {
  for (const [name, record] of RECORDS) {
    if (record.requestParameters !== null) expect({ name, sentence: sentence(record) }).not.toEqual({ name, sentence: expect.stringContaining(' in the record)') });
    expect(sentence(record)).toMatch(/^\S.*[^ ]\.$/);
    expect(sentence(record)).not.toMatch(/undefined|null|\[object| {2}/);
  }
});

test.each([
  ['an administrator', ADMINISTRATOR, 'Role AWSReservedSSO_Admin_0123456789abcdef (session alice@example.com)'],
  ['the deployment', DEPLOYMENT, 'Role cdk-hnb659fds-cfn-exec-role-111111111111-eu-west-1 (session AWSCloudFormation)'],
])('%s', (_name, by, who) => {
  expect(sentence(onRepository('DeleteRepository', { by }))).toBe(`${who} deleted the repository shop/web.`);
});

describe('the sparsest of records', () => {
  test.each<[string, CloudTrailRecord]>([
    ['User Mary', { userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::1:user/Mary' } }],
    ['User unknown', { userIdentity: { type: 'IAMUser' } }],
    ['Role App (session i-1)', { userIdentity: { type: 'AssumedRole', arn: 'arn:aws:sts::1:assumed-role/App/i-1' } }],
    ['Role unknown', { userIdentity: { type: 'AssumedRole' } }],
    ['The root user of account this account', { userIdentity: { type: 'Root' } }],
    ['Somebody of account unknown', { userIdentity: { type: 'AWSAccount' } }],
    ['The service unknown', { userIdentity: { type: 'AWSService' } }],
    ['arn:aws:sts::1:federated-user/Bob', { userIdentity: { type: 'FederatedUser', arn: 'arn:aws:sts::1:federated-user/Bob' } }],
    ['repo:acme/shop:ref:refs/heads/main', { userIdentity: { type: 'WebIdentityUser', userName: 'repo:acme/shop:ref:refs/heads/main' } }],
    ['AIDA:x', { userIdentity: { type: 'Unknown', principalId: 'AIDA:x' } }],
    ['IdentityCenterUser', { userIdentity: { type: 'IdentityCenterUser' } }],
  ])('%s', (who, record) => {
    expect(sentence({ ...record, eventName: 'PutImage' })).toBe(`${who} pushed an image to a repository.`);
  });
});
