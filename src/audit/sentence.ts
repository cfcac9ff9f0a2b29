import type { CloudTrailRecord, GitHubRun } from './contract';
import { accountsIn, isPublic } from './policy';
import { principalOf, repositoryOf } from './record';

/** Who did what to which repository. */
export function sentence(record: CloudTrailRecord, github?: GitHubRun): string {
  const reason = refusal(record);
  const what = phrase(record, reason ? 'tried' : 'done');
  return `${who(record, github)} ${what}${reason ? ` and was refused (${reason})` : ''}.`;
}

/** Why a call failed. The record of a sign-in has no code. */
function refusal({ errorCode, errorMessage, responseElements }: CloudTrailRecord): string | undefined {
  return errorCode ?? (responseElements?.ConsoleLogin === 'Failure' ? errorMessage ?? 'failed' : undefined);
}

function who(record: CloudTrailRecord, github?: GitHubRun): string {
  const { kind, name, account, session } = principalOf(record);
  const of = account && account !== record.recipientAccountId ? ` of account ${account}` : '';
  if (github) {
    const { repository, workflow, runId, context } = github;
    const details = [context, workflow && `workflow ${workflow}`, runId && `run ${runId}`].filter(Boolean).join(', ');
    return `GitHub Actions of ${repository} (${details}), as role ${name}${of},`;
  }
  switch (kind) {
    case 'role': return `Role ${name}${of}${session ? ` (session ${session})` : ''}`;
    case 'user': return `User ${name}${of}`;
    case 'root': return `The root user of account ${name}`;
    case 'account': return `Somebody of account ${name}${session ? ` (session ${session})` : ''}`;
    case 'service': return record.eventType === 'AwsServiceEvent' ? `${serviceOf(record)} itself` : `The service ${name}`;
    default: return name;
  }
}

/** What calls do, as "deleted" and "tried to delete"; what is not listed is named by its call. */
const VERBS: Record<string, [done: string, tried: string, what: (record: CloudTrailRecord) => string]> = {
  PutImage: ['pushed', 'push', (record) => `${pushed(record)} to ${repository(record)}`],
  BatchDeleteImage: ['deleted', 'delete', (record) => `${images(record)} from ${repository(record)}`],
  BatchGetImage: ['pulled', 'pull', (record) => `${images(record)} from ${repository(record)}${missing(record)}`],
  UpdateImageStorageClass: ['moved', 'move', (record) => `${images(record)} of ${repository(record)} to ${request(record, 'targetStorageClass')} storage`],
  CreateRepository: ['created', 'create', (record) => `the repository ${repository(record)}`],
  DeleteRepository: ['deleted', 'delete', (record) => `the repository ${repository(record)}`],
  SetRepositoryPolicy: ['changed', 'change', (record) => `the policy of ${repository(record)}${opening(record)}`],
  DeleteRepositoryPolicy: ['deleted', 'delete', (record) => `the policy of ${repository(record)}`],
  PutRegistryPolicy: ['changed', 'change', (record) => `the policy of the registry${opening(record)}`],
  DeleteRegistryPolicy: ['deleted', 'delete', () => 'the policy of the registry'],
  PutImageTagMutability: ['made', 'make', (record) => `the tags of ${repository(record)} ${request(record, 'imageTagMutability')}`],
  PutImageScanningConfiguration: ['changed', 'change', (record) => `the scanning of ${repository(record)}`],
  PutRegistryScanningConfiguration: ['changed', 'change', (record) => `the scanning of the registry to ${request(record, 'scanType')}`],
  PutLifecyclePolicy: ['changed', 'change', (record) => `the lifecycle policy of ${repository(record)}`],
  DeleteLifecyclePolicy: ['deleted', 'delete', (record) => `the lifecycle policy of ${repository(record)}`],
  PutReplicationConfiguration: ['changed', 'change', () => 'the replication of the registry'],
  PutSigningConfiguration: ['changed', 'change', () => 'which images ECR signs'],
  DeleteSigningConfiguration: ['deleted', 'delete', () => 'the configuration by which ECR signs images'],
  CreatePullThroughCacheRule: ['made', 'make', (record) => `the pull-through cache ${request(record, 'ecrRepositoryPrefix')} of ${request(record, 'upstreamRegistryUrl')}`],
  UpdatePullThroughCacheRule: ['changed', 'change', (record) => `the pull-through cache ${request(record, 'ecrRepositoryPrefix')}`],
  DeletePullThroughCacheRule: ['deleted', 'delete', (record) => `the pull-through cache ${request(record, 'ecrRepositoryPrefix')}`],
  CreateRepositoryCreationTemplate: ['made', 'make', (record) => `the repository creation template ${request(record, 'prefix')}`],
  UpdateRepositoryCreationTemplate: ['changed', 'change', (record) => `the repository creation template ${request(record, 'prefix')}`],
  DeleteRepositoryCreationTemplate: ['deleted', 'delete', (record) => `the repository creation template ${request(record, 'prefix')}`],
  RegisterPullTimeUpdateExclusion: ['took', 'take', (record) => `pulls by ${request(record, 'principalArn')} out of the times of last pulls`],
  DeregisterPullTimeUpdateExclusion: ['brought', 'bring', (record) => `pulls by ${request(record, 'principalArn')} back into the times of last pulls`],
  PutAccountSetting: ['changed', 'change', (record) => `the account setting ${request(record, 'name')} to ${request(record, 'value')}`],
  PolicyExecutionEvent: ['expired', 'expire', (record) => `${expired(record)} of ${repository(record)} by its lifecycle policy`],
  AddProfilePermission: ['changed', 'change', (record) => `who may use the signing profile ${request(record, 'profileName')}`],
  RemoveProfilePermission: ['changed', 'change', (record) => `who may use the signing profile ${request(record, 'profileName')}`],
  RevokeSignature: ['revoked', 'revoke', (record) => `the signature of the signing job ${request(record, 'jobId')}`],
  RevokeSigningProfile: ['revoked', 'revoke', (record) => `the signing profile ${request(record, 'profileName')}`],
  CancelSigningProfile: ['cancelled', 'cancel', (record) => `the signing profile ${request(record, 'profileName')}`],
  DisableKey: ['disabled', 'disable', (record) => `the key ${request(record, 'keyId')}`],
  ScheduleKeyDeletion: ['scheduled', 'schedule', (record) => `the deletion of the key ${request(record, 'keyId')}`],
  UpdateAssumeRolePolicy: ['changed', 'change', (record) => `who may assume the role ${request(record, 'roleName')}`],
  CreateOpenIDConnectProvider: ['made', 'make', (record) => `an OIDC provider for ${request(record, 'url')}`],
  DeleteOpenIDConnectProvider: ['deleted', 'delete', (record) => `the OIDC provider ${provider(record)}`],
  UpdateOpenIDConnectProviderThumbprint: ['changed', 'change', (record) => `the thumbprints of the OIDC provider ${provider(record)}`],
  AddClientIDToOpenIDConnectProvider: ['added', 'add', (record) => `the audience ${request(record, 'clientID')} to the OIDC provider ${provider(record)}`],
  RemoveClientIDFromOpenIDConnectProvider: ['took', 'take', (record) => `the audience ${request(record, 'clientID')} from the OIDC provider ${provider(record)}`],
  Disable: ['turned off', 'turn off', (record) => `${serviceOf(record)} (${[record.requestParameters?.resourceTypes ?? 'all'].flat().join(', ')})`],
  DisableDelegatedAdminAccount: ['removed', 'remove', (record) => `${request(record, 'delegatedAdminAccountId')} as the administrator of ${serviceOf(record)}`],
  DisassociateMember: ['took', 'take', (record) => `account ${request(record, 'accountId')} out of ${serviceOf(record)}`],
  CreateFilter: ['created', 'create', (record) => `the filter of findings ${request(record, 'name')} (${request(record, 'action')})`],
  UpdateFilter: ['changed', 'change', (record) => `the filter of findings ${request(record, 'filterArn')}`],
  ConsoleLogin: ['signed in', 'sign in', () => 'to the console'],
  PutEventSelectors: ['changed', 'change', (record) => `what the trail ${request(record, 'trailName')} records`],
  StopLogging: ['stopped', 'stop', (record) => `the trail ${request(record, 'name')}`],
  DeleteTrail: ['deleted', 'delete', (record) => `the trail ${request(record, 'name')}`],
  UpdateTrail: ['changed', 'change', (record) => `the trail ${request(record, 'name')}`],
};

function phrase(record: CloudTrailRecord, form: 'done' | 'tried'): string {
  const verb = VERBS[record.eventName ?? ''];
  const attempt = form === 'tried' ? 'tried to ' : '';
  if (verb) return `${attempt}${form === 'tried' ? verb[1] : verb[0]} ${verb[2](record)}`;
  const name = repositoryOf(record);
  return `${attempt}${form === 'tried' ? 'call' : 'called'} ${record.eventName} of ${serviceOf(record)}${name ? ` on ${name}` : ''}`;
}

const provider = (record: CloudTrailRecord) => request(record, 'openIDConnectProviderArn').split(':oidc-provider/').at(-1)!;

const repository = (record: CloudTrailRecord) => repositoryOf(record) ?? 'a repository';

function request(record: CloudTrailRecord, name: string): string {
  const value: unknown = record.requestParameters?.[name];
  return typeof value === 'string' ? value : `(no ${name} in the record)`;
}

function pushed(record: CloudTrailRecord): string {
  const { imageTag, imageDigest } = record.responseElements?.image?.imageId ?? {};
  return imageTag ?? record.requestParameters?.imageTag ?? imageDigest ?? 'an image';
}

/** The first few of a list of images; a call may name 100. */
function images({ requestParameters }: CloudTrailRecord): string {
  const ids: { imageTag?: string; imageDigest?: string }[] = requestParameters?.imageIds ?? [requestParameters?.imageId ?? {}];
  const names = ids.map(({ imageTag, imageDigest }) => imageTag ?? imageDigest ?? 'an image');
  return names.length > 3 ? `${names.length} images (${names.slice(0, 3).join(', ')}, ...)` : names.join(', ');
}

function missing({ responseElements }: CloudTrailRecord): string {
  return responseElements?.failures?.length ? ', which is not there' : '';
}

function opening({ requestParameters }: CloudTrailRecord): string {
  const text: unknown = requestParameters?.policyText;
  if (isPublic(text)) return ', which now lets in every AWS account';
  const accounts = accountsIn(text);
  return accounts.length > 0 ? `, which now lets in ${accounts.slice(0, 5).join(', ')}${accounts.length > 5 ? ', ...' : ''}` : '';
}

function expired({ serviceEventDetails }: CloudTrailRecord): string {
  const count: number = serviceEventDetails?.lifecycleEventImageActions?.length ?? 0;
  return `${count} ${count === 1 ? 'image' : 'images'}`;
}

const SERVICES: Record<string, string> = {
  'ecr.amazonaws.com': 'ECR', 'iam.amazonaws.com': 'IAM', 'inspector2.amazonaws.com': 'Amazon Inspector', 'signer.amazonaws.com': 'Signer',
};

function serviceOf({ eventSource = 'an unknown service' }: CloudTrailRecord): string {
  return SERVICES[eventSource] ?? eventSource;
}
