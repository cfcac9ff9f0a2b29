import {
  ACCOUNT, ADMINISTRATOR, API, CI, DEPLOYMENT, DIGEST, OTHER, PIPELINE, WEB, byDocker, call, lifecycleRun, onRepository, pull, pullMissing,
  push, role, root, service, stranger, user,
} from './build';
import type { Row } from './index';

const DEVELOPER = role(`arn:aws:iam::${ACCOUNT}:role/Developer`, 'bob@example.com');
const LOOKALIKE = role('arn:aws:iam::333333333333:role/Pipeline', 'release-1');
const NODE = byDocker(role(`arn:aws:iam::${ACCOUNT}:role/EksNode`, 'i-0123456789abcdef0'));
const PARTNER = stranger('222222222222');
const UNKNOWN = stranger('999999999999');
const LIFECYCLE = { lifecyclePolicyText: '{"rules":[]}' };
const policyText = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const allow = (Principal: unknown, Condition?: object) => ({ Effect: 'Allow', Principal, Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], ...(Condition && { Condition }) });
const TLS_ONLY = { Sid: 'DenyWithoutTls', Effect: 'Deny', Principal: '*', Action: 'ecr:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } };
const setPolicy = (by: typeof DEVELOPER, ...statements: object[]) => onRepository('SetRepositoryPolicy', { by, request: { policyText: policyText(...statements), force: false } });
const deletion = { request: { imageIds: [{ imageTag: 'v1.2.3' }, { imageDigest: DIGEST }] }, response: { imageIds: [{ imageDigest: DIGEST, imageTag: 'v1.2.3' }], failures: [] } };
const mutability = (imageTagMutability: string) => ({ request: { imageTagMutability } });
const scanning = (scanOnPush: boolean) => ({ request: { imageScanningConfiguration: { scanOnPush } } });
const archive = (targetStorageClass: string) => ({ request: { imageId: { imageDigest: DIGEST }, targetStorageClass } });

/** What happens to images and repositories. */
export const REPOSITORY_RECORDS: Row[] = [
  ['the pipeline pushes', push(CI)],
  ['the pipeline pushes to the other watched repository', push(CI, { arn: API })],
  ['the pipeline pushes with the CLI', push(role(PIPELINE, 'manual'))],
  ['the pipeline uploads a layer', onRepository('UploadLayerPart', { by: CI, request: { uploadId: 'f2a1', partFirstByte: 0 } })],
  ['a developer uploads a layer', onRepository('InitiateLayerUpload', { by: byDocker(DEVELOPER) })],
  ['a developer pushes', push(byDocker(DEVELOPER)), 'pushedAroundPipeline'],
  ['a developer pushes with the CLI', push(DEVELOPER), 'pushedAroundPipeline'],
  ['a developer pushes an image without a tag', push(DEVELOPER, { request: { imageDigest: DIGEST } }), 'pushedAroundPipeline'],
  ['a push of which CloudTrail left out what was asked', push(DEVELOPER, { request: null, over: { requestParameters: null } }), 'pushedAroundPipeline'],
  ['a developer pushes to a repository that is not watched', push(DEVELOPER, { arn: OTHER })],
  ['a developer is not allowed to push', push(DEVELOPER, { error: 'AccessDenied' }), 'callsDenied'],
  ['a developer pushes to a tag that is taken', push(DEVELOPER, { error: 'ImageTagAlreadyExistsException' })],
  ['the pipeline pushes to a tag that is taken', push(CI, { error: 'ImageTagAlreadyExistsException' })],
  ['a role of another account with the name of the pipeline', push(LOOKALIKE), 'pushedAroundPipeline'],
  ['a role whose name begins like that of the pipeline', push(role(`${PIPELINE}2`, 'x')), 'pushedAroundPipeline'],
  ['a session that calls itself Pipeline', push(role(`arn:aws:iam::${ACCOUNT}:role/Developer`, 'Pipeline')), 'pushedAroundPipeline'],
  ['another account pushes', push(PARTNER), 'pushedAroundPipeline'],
  ['an unknown account pushes', push(byDocker(UNKNOWN)), 'pushedAroundPipeline'],
  ['the deployment pushes', push(DEPLOYMENT), 'pushedAroundPipeline'],
  ['an administrator pushes', push(ADMINISTRATOR), 'pushedAroundPipeline'],
  ['a user pushes with an access key', push(user('ci-bot')), 'pushedAroundPipeline', 'pushedWithLongTermKey'],
  ['a user pushes by docker, with a key that ECR made', push(byDocker(user('ci-bot', 'ASIAEXAMPLE000000002'))), 'pushedAroundPipeline', 'pushedWithLongTermKey'],
  ['a user is not allowed to push', push(user('ci-bot'), { error: 'AccessDenied' }), 'callsDenied'],
  ['a user pulls', pull(user('ci-bot'))],
  ['a user pushes to a repository that is not watched', push(user('ci-bot'), { arn: OTHER })],
  ['a user uploads a layer', onRepository('UploadLayerPart', { by: user('ci-bot') })],
  ['a user of the legacy key that is a pusher', push(user('legacy-ci')), 'pushedWithLongTermKey'],
  ['the root user pushes', push(root()), 'pushedAroundPipeline', 'rootUsed'],
  ['the root user pushes by docker', push(byDocker(root())), 'pushedAroundPipeline', 'rootUsed'],
  ['a push to a public gallery', call('ecr-public', 'PutImage', { by: DEVELOPER, about: [WEB] })],

  ['an administrator deletes images', onRepository('BatchDeleteImage', { by: ADMINISTRATOR, ...deletion }), 'imageDeleted'],
  ['the pipeline deletes images', onRepository('BatchDeleteImage', { by: CI, ...deletion }), 'imageDeleted'],
  ['another account deletes images', onRepository('BatchDeleteImage', { by: PARTNER, ...deletion }), 'imageDeleted'],
  ['the deployment deletes images', onRepository('BatchDeleteImage', { by: DEPLOYMENT, ...deletion })],
  ['a role that calls its session AWSCloudFormation deletes images', onRepository('BatchDeleteImage', { by: role(`arn:aws:iam::${ACCOUNT}:role/Developer`, 'AWSCloudFormation'), ...deletion }), 'imageDeleted'],
  ['images of a repository that is not watched are deleted', onRepository('BatchDeleteImage', { by: ADMINISTRATOR, ...deletion, arn: OTHER })],
  ['a developer is not allowed to delete images', onRepository('BatchDeleteImage', { by: DEVELOPER, ...deletion, error: 'AccessDeniedException' }), 'callsDenied'],
  ['images are listed', onRepository('ListImages', { by: DEVELOPER, readOnly: true })],

  ['an image is archived', onRepository('UpdateImageStorageClass', { by: ADMINISTRATOR, ...archive('ARCHIVE') }), 'imageArchived'],
  ['an image is restored', onRepository('UpdateImageStorageClass', { by: ADMINISTRATOR, ...archive('STANDARD') })],
  ['an image of a repository that is not watched is archived', onRepository('UpdateImageStorageClass', { by: ADMINISTRATOR, ...archive('ARCHIVE'), arn: OTHER })],
  ['archiving is refused', onRepository('UpdateImageStorageClass', { by: ADMINISTRATOR, ...archive('ARCHIVE'), error: 'ImageStorageClassUpdateNotSupportedException' })],
  ['the deployment archives', onRepository('UpdateImageStorageClass', { by: DEPLOYMENT, ...archive('ARCHIVE') })],

  ['an administrator deletes a repository', onRepository('DeleteRepository', { by: ADMINISTRATOR, request: { force: true } }), 'repositoryDeleted'],
  ['the deployment deletes a repository', onRepository('DeleteRepository', { by: DEPLOYMENT, request: { force: true } }), 'repositoryDeleted'],
  ['a repository that is not watched is deleted', onRepository('DeleteRepository', { by: ADMINISTRATOR, arn: OTHER })],
  ['a repository that holds images is not deleted', onRepository('DeleteRepository', { by: ADMINISTRATOR, error: 'RepositoryNotEmptyException' })],
  ['a repository is created', onRepository('CreateRepository', { by: ADMINISTRATOR, ...mutability('MUTABLE') })],
  ['a repository is described', onRepository('DescribeRepositories', { by: ADMINISTRATOR, readOnly: true })],

  ['an administrator lets in the same account', setPolicy(ADMINISTRATOR, allow({ AWS: `arn:aws:iam::${ACCOUNT}:role/App` })), 'repositoryPolicyChanged'],
  ['an administrator lets in a known account', setPolicy(ADMINISTRATOR, allow({ AWS: '222222222222' })), 'repositoryPolicyChanged'],
  ['an administrator deletes the policy', onRepository('DeleteRepositoryPolicy', { by: ADMINISTRATOR }), 'repositoryPolicyChanged'],
  ['the deployment lets in a known account', setPolicy(DEPLOYMENT, allow({ AWS: 'arn:aws:iam::222222222222:root' }))],
  ['the deployment deletes the policy', onRepository('DeleteRepositoryPolicy', { by: DEPLOYMENT })],
  ['a policy is refused', onRepository('SetRepositoryPolicy', { by: ADMINISTRATOR, request: { policyText: policyText(allow('*')) }, error: 'InvalidParameterException' })],
  ['the policy of a repository that is not watched is opened', onRepository('SetRepositoryPolicy', { by: ADMINISTRATOR, arn: OTHER, request: { policyText: policyText(allow('*')) } })],
  ['a policy is read', onRepository('GetRepositoryPolicy', { by: DEVELOPER, readOnly: true })],
  ['a developer is not allowed to change a policy', onRepository('SetRepositoryPolicy', { by: DEVELOPER, request: { policyText: policyText(allow('*')) }, error: 'AccessDenied' }), 'callsDenied'],

  ['a policy opened to *', setPolicy(ADMINISTRATOR, TLS_ONLY, allow('*')), 'repositoryPolicyChanged', 'openedToWorld'],
  ['a policy opened to AWS: *', setPolicy(ADMINISTRATOR, allow({ AWS: '*' })), 'repositoryPolicyChanged', 'openedToWorld'],
  ['a policy opened to a list with *', setPolicy(ADMINISTRATOR, allow({ AWS: [`arn:aws:iam::${ACCOUNT}:root`, '*'] })), 'repositoryPolicyChanged', 'openedToWorld'],
  ['the deployment opens a policy', setPolicy(DEPLOYMENT, TLS_ONLY, allow('*')), 'openedToWorld'],
  ['a policy opened to all but some', setPolicy(ADMINISTRATOR, { Effect: 'Allow', NotPrincipal: { AWS: `arn:aws:iam::${ACCOUNT}:role/App` }, Action: 'ecr:*' }), 'repositoryPolicyChanged', 'openedToWorld'],
  ['a policy opened to whoever uses TLS', setPolicy(DEPLOYMENT, allow('*', { Bool: { 'aws:SecureTransport': 'true' } })), 'openedToWorld'],
  ['a policy opened to every organization', setPolicy(DEPLOYMENT, allow('*', { StringLike: { 'aws:PrincipalOrgID': '*' } })), 'openedToWorld'],
  ['a policy opened to who has no organization', setPolicy(DEPLOYMENT, allow('*', { StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-1234567890' } })), 'openedToWorld'],
  ['a policy opened to every address', setPolicy(DEPLOYMENT, allow('*', { IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '0.0.0.0/0'] } })), 'openedToWorld'],
  ['a policy opened to a role of any account', setPolicy(DEPLOYMENT, allow('*', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/ci' } })), 'openedToWorld'],
  ['a policy opened to any organization', setPolicy(DEPLOYMENT, allow('*', { StringLike: { 'aws:PrincipalOrgID': 'o-*' } })), 'openedToWorld'],
  ['our own policy: TLS only', setPolicy(DEPLOYMENT, TLS_ONLY)],
  ['a policy for an organization', setPolicy(DEPLOYMENT, TLS_ONLY, allow('*', { StringEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } }))],
  ['a policy for paths of an organization', setPolicy(DEPLOYMENT, allow('*', { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-1234567890/r-ab12/ou-ab12-11111111/*' } }))],
  ['a policy for a VPC endpoint', setPolicy(DEPLOYMENT, allow('*', { StringEquals: { 'aws:sourceVpce': 'vpce-1a2b3c4d' } }))],
  ['a policy for roles of known accounts', setPolicy(DEPLOYMENT, allow('*', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::222222222222:role/*' } }))],
  ['a policy that denies everybody', setPolicy(DEPLOYMENT, { Effect: 'Deny', Principal: '*', Action: 'ecr:PutImage' })],
  ['a policy that cannot be read', onRepository('SetRepositoryPolicy', { by: DEPLOYMENT, request: { policyText: '{' } })],
  ['a policy that CloudTrail left out', onRepository('SetRepositoryPolicy', { by: DEPLOYMENT, request: null })],

  ['an administrator lets in an unknown account', setPolicy(ADMINISTRATOR, allow({ AWS: 'arn:aws:iam::999999999999:root' })), 'repositoryPolicyChanged', 'openedToUnknownAccount'],
  ['the deployment lets in an unknown account', setPolicy(DEPLOYMENT, allow({ AWS: ['222222222222', '999999999999'] })), 'openedToUnknownAccount'],
  ['a policy for a role of an unknown account', setPolicy(DEPLOYMENT, allow({ AWS: 'arn:aws:iam::999999999999:role/x' })), 'openedToUnknownAccount'],
  ['a policy for everybody of an unknown account', setPolicy(DEPLOYMENT, allow('*', { StringEquals: { 'aws:PrincipalAccount': '999999999999' } })), 'openedToUnknownAccount'],
  ['a policy for functions of an unknown account', setPolicy(DEPLOYMENT, allow({ Service: 'lambda.amazonaws.com' }, { ArnLike: { 'aws:SourceArn': 'arn:aws:lambda:eu-west-1:999999999999:function:*' } })), 'openedToUnknownAccount'],
  ['a policy for functions of this account', setPolicy(DEPLOYMENT, allow({ Service: 'lambda.amazonaws.com' }, { ArnLike: { 'aws:SourceArn': `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:*` } }))],
  ['a policy that denies an unknown account', setPolicy(DEPLOYMENT, { Effect: 'Deny', Principal: { AWS: '999999999999' }, Action: 'ecr:*' })],

  ['tags are made mutable', onRepository('PutImageTagMutability', { by: ADMINISTRATOR, ...mutability('MUTABLE') }), 'tagsMadeMutable'],
  ['some tags are made mutable', onRepository('PutImageTagMutability', { by: ADMINISTRATOR, ...mutability('IMMUTABLE_WITH_EXCLUSION') }), 'tagsMadeMutable'],
  ['most tags are made mutable', onRepository('PutImageTagMutability', { by: ADMINISTRATOR, ...mutability('MUTABLE_WITH_EXCLUSION') }), 'tagsMadeMutable'],
  ['the deployment makes tags mutable', onRepository('PutImageTagMutability', { by: DEPLOYMENT, ...mutability('MUTABLE') }), 'tagsMadeMutable'],
  ['tags are made immutable', onRepository('PutImageTagMutability', { by: ADMINISTRATOR, ...mutability('IMMUTABLE') })],
  ['tags of a repository that is not watched are made mutable', onRepository('PutImageTagMutability', { by: ADMINISTRATOR, ...mutability('MUTABLE'), arn: OTHER })],
  ['making tags mutable fails', onRepository('PutImageTagMutability', { by: ADMINISTRATOR, ...mutability('MUTABLE'), error: 'RepositoryNotFoundException' })],

  ['scan on push is turned off', onRepository('PutImageScanningConfiguration', { by: ADMINISTRATOR, ...scanning(false) }), 'scanOnPushTurnedOff'],
  ['scan on push is turned off by leaving it out', onRepository('PutImageScanningConfiguration', { by: ADMINISTRATOR, request: { imageScanningConfiguration: {} } }), 'scanOnPushTurnedOff'],
  ['the deployment turns scan on push off', onRepository('PutImageScanningConfiguration', { by: DEPLOYMENT, ...scanning(false) }), 'scanOnPushTurnedOff'],
  ['scan on push is turned on', onRepository('PutImageScanningConfiguration', { by: ADMINISTRATOR, ...scanning(true) })],
  ['scan on push of a repository that is not watched is turned off', onRepository('PutImageScanningConfiguration', { by: ADMINISTRATOR, ...scanning(false), arn: OTHER })],
  ['turning scan on push off fails', onRepository('PutImageScanningConfiguration', { by: ADMINISTRATOR, ...scanning(false), error: 'ValidationException' })],
  ['a scan is started', onRepository('StartImageScan', { by: ADMINISTRATOR, request: { imageId: { imageDigest: DIGEST } } })],

  ['a lifecycle policy is changed', onRepository('PutLifecyclePolicy', { by: ADMINISTRATOR, request: LIFECYCLE }), 'lifecyclePolicyChanged'],
  ['a lifecycle policy is deleted', onRepository('DeleteLifecyclePolicy', { by: ADMINISTRATOR }), 'lifecyclePolicyChanged'],
  ['the deployment changes a lifecycle policy', onRepository('PutLifecyclePolicy', { by: DEPLOYMENT, request: LIFECYCLE })],
  ['a lifecycle policy of a repository that is not watched is changed', onRepository('PutLifecyclePolicy', { by: ADMINISTRATOR, arn: OTHER })],
  ['a lifecycle policy is tried out', onRepository('StartLifecyclePolicyPreview', { by: ADMINISTRATOR, request: LIFECYCLE })],
  ['a lifecycle policy is refused', onRepository('PutLifecyclePolicy', { by: ADMINISTRATOR, error: 'InvalidParameterException' })],

  ['a lifecycle policy deletes one image', lifecycleRun(1), 'imagesExpired'],
  ['a lifecycle policy deletes nine images', lifecycleRun(9), 'imagesExpired'],
  ['a lifecycle policy deletes nothing', lifecycleRun(0)],
  ['a lifecycle policy is previewed', lifecycleRun(2, 'DryRunEvent')],
  ['a lifecycle policy deletes images of a repository that is not watched', lifecycleRun(2, 'PolicyExecutionEvent', OTHER)],
  ['an archived image is back', lifecycleRun(0, 'ImageActivationEvent')],

  ['a node pulls', pull(NODE)],
  ['a node pulls a missing image', pullMissing(NODE), 'missingImagePulled'],
  ['a user pulls a missing image', pullMissing(user('ci-bot')), 'missingImagePulled'],
  ['a known account pulls a missing image', pullMissing(PARTNER), 'missingImagePulled'],
  ['the pipeline asks for an image before it pushes it', pullMissing(CI)],
  ['a node pulls an image that needs an upstream', pullMissing(NODE, 'UpstreamUnavailable')],
  ['a node pulls a missing image and one that is there', pull(NODE, { response: { images: [{}], failures: [{ failureCode: 'InvalidImageDigest' }, { failureCode: 'ImageNotFound' }] } }), 'missingImagePulled'],
  ['a node pulls from a repository that is not there', pull(NODE, { error: 'RepositoryNotFoundException' })],
  ['a node is not allowed to pull', pull(NODE, { error: 'AccessDenied' }), 'callsDenied'],
  ['a node fetches a layer', onRepository('GetDownloadUrlForLayer', { by: NODE, readOnly: true, request: { layerDigest: DIGEST } })],
  ['a scan of a missing image is asked for', onRepository('DescribeImageScanFindings', { by: NODE, readOnly: true, error: 'ImageNotFoundException' })],

  ['a known account pulls', pull(PARTNER)],
  ['an unknown account pulls', pull(UNKNOWN), 'pulledByUnknownAccount'],
  ['an unknown account pulls by docker', pull(byDocker(UNKNOWN)), 'pulledByUnknownAccount'],
  ['an unknown account is not allowed to pull', pull(UNKNOWN, { error: 'AccessDenied' }), 'callsDenied'],
  ['an unknown account pulls from a repository that is not watched', pull(UNKNOWN, { arn: OTHER })],
  ['an unknown account asks what is there', onRepository('DescribeImages', { by: UNKNOWN, readOnly: true })],
  ['Lambda pulls', pull(service('lambda.amazonaws.com'))],
];
