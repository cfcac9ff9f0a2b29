import { createHash } from 'node:crypto';
import type { CloudTrailEvent, CloudTrailRecord, UserIdentity } from '../../../src/audit/contract';

export const ACCOUNT = '111111111111';
export const REGION = 'eu-west-1';
export const WEB = `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/shop/web`;
export const API = `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/shop/api`;
export const OTHER = `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/sandbox`;
export const KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/4b55e5bf-39c8-41ad-b589-18464af7758a`;
export const PIPELINE = `arn:aws:iam::${ACCOUNT}:role/Pipeline`;
export const DEPLOYER = `arn:aws:iam::${ACCOUNT}:role/cdk-hnb659fds-cfn-exec-role-${ACCOUNT}-${REGION}`;
export const DIGEST = 'sha256:98c8b060c21d9adbb6b8c41b916e95e6307102786973ab93a41e8b86d1fc6d3e';

/** An identity, and what of the record goes with it. */
export interface Caller {
  readonly userIdentity: UserIdentity & Record<string, unknown>;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
}

const CLI = { sourceIPAddress: '203.0.113.12', userAgent: 'aws-cli/2.31.4 md/awscrt#0.27.6 ua/2.1 os/linux#6.8.0 md/arch#x86_64 lang/python#3.13.7' };
const ECR = { sourceIPAddress: 'ecr.amazonaws.com', userAgent: 'ecr.amazonaws.com' };
const CLOUDFORMATION = { sourceIPAddress: 'cloudformation.amazonaws.com', userAgent: 'cloudformation.amazonaws.com' };

/** A session of a role. */
export function role(arn: string, session: string, options: { readonly key?: string; readonly web?: boolean } = {}): Caller {
  const [account, path] = [arn.split(':')[4], arn.split(':role/')[1]];
  const userName = path.split('/').pop()!;
  const principalId = `AROA${id(arn).toUpperCase().slice(0, 17)}`;
  return {
    userIdentity: {
      type: 'AssumedRole',
      principalId: `${principalId}:${session}`,
      arn: `arn:aws:sts::${account}:assumed-role/${userName}/${session}`,
      accountId: account,
      accessKeyId: options.key ?? 'ASIAEXAMPLE000000001',
      sessionContext: {
        sessionIssuer: { type: 'Role', principalId, arn, accountId: account, userName },
        ...(options.web && {
          webIdFederationData: {
            federatedProvider: `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com`,
            attributes: {},
          },
        }),
        attributes: { creationDate: '2026-11-22T09:58:01Z', mfaAuthenticated: 'false' },
      },
    } as Caller['userIdentity'],
    ...CLI,
  };
}

export function user(userName: string, accessKeyId = 'AKIAIOSFODNN7EXAMPLE'): Caller {
  const arn = `arn:aws:iam::${ACCOUNT}:user/${userName}`;
  return { userIdentity: { type: 'IAMUser', principalId: 'AIDACKCEVSQ6C2EXAMPLE', arn, accountId: ACCOUNT, accessKeyId, userName }, ...CLI };
}

export function root(): Caller {
  const arn = `arn:aws:iam::${ACCOUNT}:root`;
  return {
    userIdentity: {
      type: 'Root',
      principalId: ACCOUNT,
      arn,
      accountId: ACCOUNT,
      accessKeyId: 'ASIAEXAMPLE00000ROOT',
      sessionContext: { attributes: { creationDate: '2026-11-22T09:58:01Z', mfaAuthenticated: 'true' } } as UserIdentity['sessionContext'],
    },
    ...CLI,
  };
}

/** Somebody of another account, of whom CloudTrail tells the number of the account and an id. */
export function stranger(account: string): Caller {
  return { userIdentity: { type: 'AWSAccount', principalId: `AROA${id(account).toUpperCase().slice(0, 17)}:session`, accountId: account }, ...CLI };
}

export function service(invokedBy: string): Caller {
  return { userIdentity: { type: 'AWSService', invokedBy }, sourceIPAddress: invokedBy, userAgent: invokedBy };
}

/** The same by docker, which reaches the API through ECR. */
export function byDocker(caller: Caller): Caller {
  return { userIdentity: { ...caller.userIdentity, invokedBy: 'ecr.amazonaws.com' }, ...ECR };
}

/** The same by a deployment of CloudFormation. */
export function byCloudFormation(caller: Caller): Caller {
  return { userIdentity: { ...caller.userIdentity, invokedBy: 'cloudformation.amazonaws.com' }, ...CLOUDFORMATION };
}

export const DEPLOYMENT = byCloudFormation(role(DEPLOYER, 'AWSCloudFormation'));
export const ADMINISTRATOR = role(`arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/${REGION}/AWSReservedSSO_Admin_0123456789abcdef`, 'alice@example.com');
export const CI = byDocker(role(PIPELINE, 'release-1234567890', { key: 'ASIAEXAMPLE000GITHUB', web: true }));

export interface CallOptions {
  readonly by: Caller;
  readonly request?: Record<string, unknown> | null;
  readonly response?: Record<string, unknown> | null;
  readonly error?: string;
  /** ARNs of what the call is about. */
  readonly about?: readonly string[];
  readonly readOnly?: boolean;
  readonly region?: string;
  readonly over?: Record<string, unknown>;
}

/** What services say of why a call failed. */
const REASONS: Record<string, string> = {
  ThrottlingException: 'Rate exceeded',
  RepositoryNotFoundException: "The repository with name 'shop/web' does not exist in the registry with id '111111111111'",
  ImageTagAlreadyExistsException: "The image tag 'v1.2.3' already exists in the 'shop/web' repository and cannot be overwritten because the tag is immutable.",
};

function messageOf(error: string, denied: string): string {
  return error.startsWith('AccessDenied') ? denied : REASONS[error] ?? 'The request could not be carried out';
}

/** The record of one call. */
export function call(service_: string, eventName: string, options: CallOptions): CloudTrailRecord {
  const { by, request = null, response = null, error, about, readOnly = false, region = REGION, over } = options;
  const unique = id(JSON.stringify([service_, eventName, options]));
  return {
    eventVersion: '1.11',
    userIdentity: by.userIdentity,
    eventTime: '2026-11-22T10:02:03Z',
    eventSource: `${service_}.amazonaws.com`,
    eventName,
    awsRegion: region,
    sourceIPAddress: by.sourceIPAddress,
    userAgent: by.userAgent,
    ...(error && { errorCode: error, errorMessage: messageOf(error, `${by.userIdentity.arn} is not authorized to perform: ${service_}:${eventName}`) }),
    requestParameters: request,
    responseElements: response,
    requestID: uuid(`request ${unique}`),
    eventID: uuid(unique),
    readOnly,
    ...(about && { resources: about.map((ARN) => ({ accountId: ARN.split(':')[4], ARN })) }),
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    eventCategory: 'Management',
    // Of calls by a client; services make theirs within AWS.
    ...(/^\d/.test(by.sourceIPAddress) && {
      tlsDetails: { tlsVersion: 'TLSv1.3', cipherSuite: 'TLS_AES_128_GCM_SHA256', clientProvidedHostHeader: `${service_}.${region}.amazonaws.com` },
    }),
    ...over,
  } as CloudTrailRecord;
}

/** A call about a repository. */
export function onRepository(eventName: string, options: CallOptions & { readonly arn?: string }): CloudTrailRecord {
  const { arn = WEB, request, ...more } = options;
  const names = { registryId: ACCOUNT, repositoryName: arn.split(':repository/')[1] };
  return call('ecr', eventName, { about: [arn], request: request === null ? null : { ...names, ...request }, ...more });
}

export function push(by: Caller, options: Partial<CallOptions> & { readonly arn?: string; readonly tag?: string } = {}): CloudTrailRecord {
  const { tag = 'v1.2.3', ...more } = options;
  const imageManifest = '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:000b9b805af1cdb60628898c9f411996301a1c13afd3dbef1d8a16ac6dbf503a","size":5543},"layers":[]}';
  return onRepository('PutImage', {
    by,
    request: { imageTag: tag, imageManifest, imageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json' },
    response: more.error ? null : { image: { registryId: ACCOUNT, repositoryName: (more.arn ?? WEB).split(':repository/')[1], imageId: { imageDigest: DIGEST, imageTag: tag }, imageManifest } },
    ...more,
  });
}

export function pull(by: Caller, options: Partial<CallOptions> & { readonly arn?: string } = {}): CloudTrailRecord {
  return onRepository('BatchGetImage', {
    by,
    request: { imageIds: [{ imageTag: 'v1.2.3' }], acceptedMediaTypes: ['application/vnd.oci.image.manifest.v1+json', 'application/vnd.oci.image.index.v1+json'] },
    readOnly: true,
    ...options,
  });
}

/** A pull of what is not there succeeds, and says so in its answer. */
export function pullMissing(by: Caller, failureCode = 'ImageNotFound'): CloudTrailRecord {
  const failures = [{ imageId: { imageTag: 'v9' }, failureCode, failureReason: 'Requested image not found' }];
  return pull(by, { request: { imageIds: [{ imageTag: 'v9' }] }, response: { images: [], failures } });
}

/** A run of a lifecycle policy, which no call asks for. */
export function lifecycleRun(images: number, eventName = 'PolicyExecutionEvent', arn = WEB): CloudTrailRecord {
  const { userIdentity: _, ...record } = onRepository(eventName, { by: service('ecr.amazonaws.com'), request: null, arn, readOnly: true }) as Record<string, unknown>;
  const lifecycleEventImage = { digest: DIGEST, tagStatus: 'Tagged', tagList: ['gitsha_1f3a'], pushedAt: 1763000000000 };
  return {
    ...record,
    eventID: uuid(`${eventName} ${arn} ${images}`),
    userIdentity: { accountId: ACCOUNT, invokedBy: 'AWS Internal' },
    sourceIPAddress: 'AWS Internal',
    userAgent: 'AWS Internal',
    requestParameters: null,
    eventType: 'AwsServiceEvent',
    serviceEventDetails: {
      repositoryName: arn.split(':repository/')[1],
      lifecycleEventPolicy: {
        lifecycleEventRules: [{
          rulePriority: 1,
          description: 'temporary',
          action: 'expire',
          lifecycleEventSelection: { tagStatus: 'Tagged', tagPrefixList: ['gitsha_'], countType: 'Days since image pushed', countNumber: 7 },
        }],
        lastEvaluatedAt: 0,
        policyVersion: 1,
        policyId: 'ceb86829-58e7-9498-920c-aa042e33037b',
      },
      lifecycleEventImageActions: Array(images).fill({ lifecycleEventImage, rulePriority: 1 }),
      lifecycleEventFailureDetails: [],
    },
  } as CloudTrailRecord;
}

/** What a rule receives of a record. */
export function asEvent(record: CloudTrailRecord): CloudTrailEvent {
  const kind = record.eventType === 'AwsServiceEvent' ? 'AWS Service Event' : record.eventType === 'AwsConsoleSignIn' ? 'AWS Console Sign In' : 'AWS API Call';
  return {
    'version': '0',
    'id': uuid(`event ${record.eventID}`),
    'detail-type': `${kind} via CloudTrail`,
    'source': `aws.${record.eventSource!.split('.')[0]}`,
    'account': record.recipientAccountId!,
    'time': record.eventTime!,
    'region': record.awsRegion!,
    'resources': [],
    'detail': record,
  } as CloudTrailEvent;
}

function id(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function uuid(text: string): string {
  const hex = id(text);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
