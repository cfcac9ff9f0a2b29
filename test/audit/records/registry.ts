import { ACCOUNT, ADMINISTRATOR, type Caller, DEPLOYMENT, KEY, PIPELINE, byCloudFormation, byDocker, call, role, root, service, user } from './build';
import type { Row } from './index';

const DEVELOPER = role(`arn:aws:iam::${ACCOUNT}:role/Developer`, 'bob@example.com');
const OTHER_STACK = byCloudFormation(role(`arn:aws:iam::${ACCOUNT}:role/cdk-other-cfn-exec-role-${ACCOUNT}-eu-west-1`, 'AWSCloudFormation'));
const ISSUER = `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`;
const PROFILE = `arn:aws:signer:eu-west-1:${ACCOUNT}:/signing-profiles/Images`;
const JOB = '9a6b0a5f-6c0b-4f0e-8a8c-0c6a6f7f4d11';
const TRAIL = `arn:aws:cloudtrail:eu-west-1:${ACCOUNT}:trail/audit`;
const DENIED = 'AccessDenied';
const policyText = (principal: unknown) => JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: principal, Action: ['ecr:ReplicateImage'], Resource: `arn:aws:ecr:eu-west-1:${ACCOUNT}:repository/*` }],
});

const ecr = (eventName: string, by: Caller, request: Record<string, unknown> | null = { registryId: ACCOUNT }, error?: string) => call('ecr', eventName, { by, request, error });
const signer = (eventName: string, by: Caller, error?: string) => call('signer', eventName, { by, request: { profileName: 'Images', reason: 'leaked' }, about: [PROFILE], error });
const revocation = (by: Caller, error?: string) => call('signer', 'RevokeSignature', { by, request: { jobId: JOB, jobOwner: ACCOUNT, reason: 'leaked' }, error });
const kms = (eventName: string, by: Caller, arn = KEY, error?: string) => call('kms', eventName, { by, request: { keyId: arn }, about: [arn], error });
const iam = (eventName: string, by: Caller, request: Record<string, unknown>, error?: string) => call('iam', eventName, { by, request, error, region: 'us-east-1' });
const inspector = (eventName: string, by: Caller, request: Record<string, unknown> = { resourceTypes: ['ECR'] }, error?: string) => call('inspector2', eventName, { by, request, error });
const trail = (eventName: string, by: Caller, error?: string) => call('cloudtrail', eventName, {
  by, request: { [eventName === 'PutEventSelectors' ? 'trailName' : 'name']: TRAIL }, error,
});

const signIn = (by: Caller) => call('signin', 'ConsoleLogin', {
  by, response: { ConsoleLogin: 'Success' }, over: { eventType: 'AwsConsoleSignIn', additionalEventData: { MFAUsed: 'Yes' } },
});

/** Settings that only the deployment changes: the call, what it raises, and what it is asked. */
const SETTINGS: [eventName: string, signal: string, request?: Record<string, unknown>][] = [
  ['PutRegistryScanningConfiguration', 'registryScanningChanged', { scanType: 'BASIC', rules: [] }],
  ['PutSigningConfiguration', 'signingChanged', { rules: [] }],
  ['DeleteSigningConfiguration', 'signingChanged'],
  ['PutReplicationConfiguration', 'replicationChanged', { replicationConfiguration: { rules: [{ destinations: [{ region: 'eu-west-1', registryId: '999999999999' }] }] } }],
  ['DeleteRegistryPolicy', 'registryPolicyChanged'],
  ['CreatePullThroughCacheRule', 'pullThroughChanged', { ecrRepositoryPrefix: 'hub', upstreamRegistryUrl: 'registry-1.docker.io' }],
  ['UpdatePullThroughCacheRule', 'pullThroughChanged', { ecrRepositoryPrefix: 'hub' }],
  ['DeletePullThroughCacheRule', 'pullThroughChanged', { ecrRepositoryPrefix: 'hub' }],
  ['CreateRepositoryCreationTemplate', 'pullThroughChanged', { prefix: 'hub' }],
  ['UpdateRepositoryCreationTemplate', 'pullThroughChanged', { prefix: 'hub' }],
  ['DeleteRepositoryCreationTemplate', 'pullThroughChanged', { prefix: 'hub' }],
  ['PutAccountSetting', 'accountSettingChanged', { name: 'BASIC_SCAN_TYPE_VERSION', value: 'CLAIR' }],
  ['RegisterPullTimeUpdateExclusion', 'accountSettingChanged', { principalArn: PIPELINE }],
  ['DeregisterPullTimeUpdateExclusion', 'accountSettingChanged', { principalArn: PIPELINE }],
];

/** What happens to the registry, and to what it rests on. */
export const REGISTRY_RECORDS: Row[] = [
  ...SETTINGS.flatMap(([eventName, signal, request]): Row[] => [
    [`${eventName} by an administrator`, ecr(eventName, ADMINISTRATOR, request), signal],
    [`${eventName} by the deployment`, ecr(eventName, DEPLOYMENT, request)],
    [`${eventName} fails`, ecr(eventName, ADMINISTRATOR, request, 'ValidationException')],
  ]),
  ['the scanning of the registry is read', ecr('GetRegistryScanningConfiguration', DEVELOPER)],
  ['another bootstrapped deployment changes the replication', ecr('PutReplicationConfiguration', OTHER_STACK), 'replicationChanged'],
  ['an administrator lets a known account replicate', ecr('PutRegistryPolicy', ADMINISTRATOR, { policyText: policyText({ AWS: '222222222222' }) }), 'registryPolicyChanged'],
  ['an administrator opens the registry', ecr('PutRegistryPolicy', ADMINISTRATOR, { policyText: policyText('*') }), 'registryPolicyChanged', 'openedToWorld'],
  ['the deployment opens the registry', ecr('PutRegistryPolicy', DEPLOYMENT, { policyText: policyText({ AWS: '*' }) }), 'openedToWorld'],
  ['the deployment lets an unknown account replicate', ecr('PutRegistryPolicy', DEPLOYMENT, { policyText: policyText({ AWS: 'arn:aws:iam::999999999999:root' }) }), 'openedToUnknownAccount'],
  ['the deployment lets a known account replicate', ecr('PutRegistryPolicy', DEPLOYMENT, { policyText: policyText({ AWS: 'arn:aws:iam::222222222222:root' }) })],

  ['nobody may log in', ecr('GetAuthorizationToken', DEVELOPER, null, DENIED), 'callsDenied'],
  ['somebody may not list repositories', ecr('DescribeRepositories', DEVELOPER, null, 'AccessDeniedException'), 'callsDenied'],
  ['somebody may not create a repository', ecr('CreateRepository', DEVELOPER, { repositoryName: 'x' }, DENIED), 'callsDenied'],
  ['somebody logs in', ecr('GetAuthorizationToken', DEVELOPER, null)],
  ['a call is throttled', ecr('DescribeRepositories', DEVELOPER, null, 'ThrottlingException')],
  ['another service denies', call('s3', 'GetBucketAcl', { by: DEVELOPER, error: DENIED })],

  ['a permission is added to a signing profile', signer('AddProfilePermission', ADMINISTRATOR), 'signingChanged'],
  ['a permission is taken from a signing profile', signer('RemoveProfilePermission', ADMINISTRATOR), 'signingChanged'],
  ['the deployment adds a permission to a signing profile', signer('AddProfilePermission', DEPLOYMENT)],
  ['a signature is revoked', revocation(ADMINISTRATOR), 'signatureRevoked'],
  ['a signing profile is revoked', signer('RevokeSigningProfile', ADMINISTRATOR), 'signatureRevoked'],
  ['a signing profile is cancelled', signer('CancelSigningProfile', ADMINISTRATOR), 'signatureRevoked'],
  ['the deployment cancels a signing profile', signer('CancelSigningProfile', DEPLOYMENT), 'signatureRevoked'],
  ['revoking is denied', revocation(DEVELOPER, DENIED)],
  ['a signing profile is read', signer('GetSigningProfile', DEVELOPER)],
  ['something is signed', signer('SignPayload', role(PIPELINE, 'release-1'))],

  ['the key is disabled', kms('DisableKey', ADMINISTRATOR), 'keyDisabled'],
  ['the deletion of the key is scheduled', kms('ScheduleKeyDeletion', ADMINISTRATOR), 'keyDisabled'],
  ['the deployment schedules the deletion of the key', kms('ScheduleKeyDeletion', DEPLOYMENT), 'keyDisabled'],
  ['another key is disabled', kms('DisableKey', ADMINISTRATOR, KEY.replace('4b55e5bf', '00000000'))],
  ['the key is not allowed to be disabled', kms('DisableKey', DEVELOPER, KEY, DENIED)],
  ['the key is enabled', kms('EnableKey', ADMINISTRATOR)],
  ['the deletion of the key is cancelled', kms('CancelKeyDeletion', ADMINISTRATOR)],
  ['ECR decrypts', kms('Decrypt', service('ecr.amazonaws.com'))],

  ['an OIDC provider is made', iam('CreateOpenIDConnectProvider', ADMINISTRATOR, { url: 'https://evil.example.com' }), 'oidcProviderChanged'],
  ['an OIDC provider is deleted', iam('DeleteOpenIDConnectProvider', ADMINISTRATOR, { openIDConnectProviderArn: ISSUER }), 'oidcProviderChanged'],
  ['an audience is added', iam('AddClientIDToOpenIDConnectProvider', ADMINISTRATOR, { clientID: 'x', openIDConnectProviderArn: ISSUER }), 'oidcProviderChanged'],
  ['an audience is removed', iam('RemoveClientIDFromOpenIDConnectProvider', ADMINISTRATOR, { clientID: 'x', openIDConnectProviderArn: ISSUER }), 'oidcProviderChanged'],
  ['a thumbprint is changed', iam('UpdateOpenIDConnectProviderThumbprint', ADMINISTRATOR, { openIDConnectProviderArn: ISSUER }), 'oidcProviderChanged'],
  ['the deployment makes an OIDC provider', iam('CreateOpenIDConnectProvider', DEPLOYMENT, { url: 'https://token.actions.githubusercontent.com' })],
  ['an OIDC provider is tagged', iam('TagOpenIDConnectProvider', ADMINISTRATOR, { openIDConnectProviderArn: ISSUER })],
  ['an OIDC provider cannot be made', iam('CreateOpenIDConnectProvider', ADMINISTRATOR, { url: 'https://token.actions.githubusercontent.com' }, 'EntityAlreadyExistsException')],

  ['the trust of the pipeline is changed', iam('UpdateAssumeRolePolicy', ADMINISTRATOR, { roleName: 'Pipeline', policyDocument: '{}' }), 'pusherTrustChanged'],
  ['the deployment changes the trust of the pipeline', iam('UpdateAssumeRolePolicy', DEPLOYMENT, { roleName: 'Pipeline' })],
  ['the trust of another role is changed', iam('UpdateAssumeRolePolicy', ADMINISTRATOR, { roleName: 'Developer' })],
  ['the trust of a role with a similar name is changed', iam('UpdateAssumeRolePolicy', ADMINISTRATOR, { roleName: 'Pipeline2' })],
  ['changing the trust of the pipeline is denied', iam('UpdateAssumeRolePolicy', DEVELOPER, { roleName: 'Pipeline' }, DENIED)],
  ['the pipeline is described', iam('GetRole', DEVELOPER, { roleName: 'Pipeline' })],

  ['Inspector is disabled', inspector('Disable', ADMINISTRATOR), 'inspectorDisabled'],
  ['the administrator of Inspector is disabled', inspector('DisableDelegatedAdminAccount', ADMINISTRATOR, { delegatedAdminAccountId: '222222222222' }), 'inspectorDisabled'],
  ['an account leaves Inspector', inspector('DisassociateMember', ADMINISTRATOR, { accountId: '222222222222' }), 'inspectorDisabled'],
  ['the deployment disables Inspector', inspector('Disable', DEPLOYMENT), 'inspectorDisabled'],
  ['Inspector is enabled', inspector('Enable', ADMINISTRATOR)],
  ['disabling Inspector is denied', inspector('Disable', DEVELOPER, {}, 'AccessDeniedException')],
  ['a filter of findings is created', inspector('CreateFilter', ADMINISTRATOR, { action: 'SUPPRESS', name: 'hush' }), 'findingFilterChanged'],
  ['a filter of findings is changed', inspector('UpdateFilter', ADMINISTRATOR, { filterArn: 'x' }), 'findingFilterChanged'],
  ['the deployment creates a filter of findings', inspector('CreateFilter', DEPLOYMENT, { action: 'SUPPRESS', name: 'agreed' })],
  ['a filter of findings is deleted', inspector('DeleteFilter', ADMINISTRATOR, { arn: 'x' })],
  ['findings are listed', inspector('ListFindings', DEVELOPER)],

  ['the trail is stopped', trail('StopLogging', ADMINISTRATOR), 'trailStopped'],
  ['the trail is deleted', trail('DeleteTrail', ADMINISTRATOR), 'trailStopped'],
  ['the deployment deletes the trail', trail('DeleteTrail', DEPLOYMENT), 'trailStopped'],
  ['the trail is started', trail('StartLogging', ADMINISTRATOR)],
  ['stopping the trail is denied', trail('StopLogging', DEVELOPER, 'AccessDeniedException')],
  ['the trail is changed', trail('UpdateTrail', ADMINISTRATOR), 'trailChanged'],
  ['what the trail records is changed', trail('PutEventSelectors', ADMINISTRATOR), 'trailChanged'],
  ['the deployment changes the trail', trail('UpdateTrail', DEPLOYMENT)],
  ['the trail is described', trail('GetTrailStatus', DEVELOPER)],

  ['the root user signs in', signIn(root()), 'rootUsed'],
  ['a user signs in', signIn(user('alice'))],
  ['the root user makes an access key', iam('CreateAccessKey', root(), {}), 'rootUsed'],
  ['the root user starts a machine in another Region', call('ec2', 'RunInstances', { by: root(), region: 'ap-southeast-2' }), 'rootUsed'],
  ['the root user deletes the policy of the registry in another Region', call('ecr', 'DeleteRegistryPolicy', { by: root(), region: 'ap-southeast-2' }), 'rootUsed'],
  ['an administrator starts a machine in another Region', call('ec2', 'RunInstances', { by: ADMINISTRATOR, region: 'ap-southeast-2' })],
  ['the root user creates a bucket', call('s3', 'CreateBucket', { by: root() }), 'rootUsed'],
  ['the root user is denied', call('ecr', 'DescribeRepositories', { by: root(), error: DENIED, readOnly: true }), 'rootUsed', 'callsDenied'],
  ['the root user pulls by docker', call('ecr', 'GetAuthorizationToken', { by: byDocker(root()), readOnly: true }), 'rootUsed'],
  ['a service acts in the name of the root user', call('autoscaling', 'DescribeScalingActivities', { by: { ...root(), userIdentity: { ...root().userIdentity, invokedBy: 'autoscaling.amazonaws.com' } } })],
  ['an event of a service about the root user', call('health', 'AccountClosure', { by: root(), over: { eventType: 'AwsServiceEvent' } })],
  ['a role that is called root', call('ecr', 'DescribeRepositories', { by: role(`arn:aws:iam::${ACCOUNT}:role/root`, 'Root'), readOnly: true })],
];
