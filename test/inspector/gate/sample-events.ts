import { digest } from '../facts';

/** Where an event is from, and what it is about. */
export interface Origin {
  readonly account: string;
  readonly region: string;
  readonly repository: string;
}

const ACCOUNT = '111111111111';
const REGION = 'eu-west-1';
export const DIGEST = digest(0xabc);

/** An event as a bus has it. */
export interface BusEvent {
  readonly 'version': '0';
  readonly 'id': string;
  readonly 'detail-type': string;
  readonly 'source': string;
  readonly 'account': string;
  readonly 'time': string;
  readonly 'region': string;
  readonly 'resources': string[];
  readonly 'detail': Record<string, any>;
}

type Make = (origin: Origin) => BusEvent;

function event(source: string, type: string, { account, region }: Origin, detail: object, resources: string[] = []): BusEvent {
  return {
    'version': '0', 'id': '13cde686-328b-6117-af20-0e5566167482', 'detail-type': type, source, account, 'time': '2026-11-22T01:54:34Z', region, resources, detail,
  };
}

const arn = ({ account, region, repository }: Origin) => `arn:aws:ecr:${region}:${account}:repository/${repository}`;

function imageAction(detail: object): Make {
  return (origin) => event('aws.ecr', 'ECR Image Action', origin, {
    'result': 'SUCCESS', 'repository-name': origin.repository, 'image-digest': DIGEST, ...detail,
  });
}

function finding(resources: string[], type: string): Make {
  return (origin) => event('aws.inspector2', 'Inspector2 Finding', origin, {
    awsAccountId: origin.account,
    findingArn: `arn:aws:inspector2:${origin.region}:${origin.account}:finding/0123`,
    severity: 'HIGH',
    status: 'ACTIVE',
    title: 'CVE-2024-6119 - openssl',
    type: 'PACKAGE_VULNERABILITY',
    resources: resources.map((id) => ({ id, partition: 'aws', provider: 'AWS', region: origin.region, type })),
  }, resources);
}

const MEDIA_TYPES = {
  'manifest-media-type': 'application/vnd.oci.image.manifest.v1+json', 'artifact-media-type': 'application/vnd.oci.image.config.v1+json',
};

/**
 * What services send about an image, in the form of their documentation.
 *
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
 * https://docs.aws.amazon.com/inspector/latest/user/eventbridge-integration.html
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/logging-using-cloudtrail.html
 */
export const ABOUT_IMAGES: Record<string, Make> = {
  pushed: imageAction({ 'action-type': 'PUSH', 'image-tag': 'latest' }),
  deleted: imageAction({ 'action-type': 'DELETE', 'image-tag': 'latest' }),
  archived: imageAction({ 'action-type': 'UPDATE_STORAGE_CLASS', 'target-storage-class': 'ARCHIVE', ...MEDIA_TYPES }),
  restored: imageAction({ 'action-type': 'UPDATE_STORAGE_CLASS', 'target-storage-class': 'STANDARD', ...MEDIA_TYPES, 'last-activated-at': '2025-10-10T19:13:02.74Z' }),
  basicScan: (origin) => event('aws.ecr', 'ECR Image Scan', origin, {
    'scan-status': 'COMPLETE',
    'repository-name': origin.repository,
    'finding-severity-counts': { CRITICAL: 10, MEDIUM: 9 },
    'image-digest': DIGEST,
    'image-tags': [],
  }, [arn(origin)]),
  inspectorScan: (origin) => event('aws.inspector2', 'Inspector2 Scan', origin, {
    'scan-status': 'INITIAL_SCAN_COMPLETE',
    'repository-name': arn(origin),
    'finding-severity-counts': { CRITICAL: 7, HIGH: 61, MEDIUM: 62, TOTAL: 158 },
    'image-digest': DIGEST,
    'image-tags': ['latest'],
    'version': '1.0',
  }, [arn(origin)]),
  finding: (origin) => finding([`${arn(origin)}/${DIGEST}`], 'AWS_ECR_CONTAINER_IMAGE')(origin),
  // Documented for instances; an image is named as findings name it.
  coverage: (origin) => event('aws.inspector2', 'Inspector2 Coverage', origin, {
    scanStatus: { reason: 'SCAN_ELIGIBILITY_EXPIRED', statusCodeValue: 'INACTIVE' },
    scanType: 'PACKAGE',
    provider: 'AWS',
    providerAccountId: origin.account,
    providerRegion: origin.region,
    eventTimestamp: '2026-11-22T01:54:34.665501Z',
    version: '1.0',
  }, [`${arn(origin)}/${DIGEST}`]),
  putImage: (origin) => event('aws.ecr', 'AWS API Call via CloudTrail', origin, {
    eventVersion: '1.04',
    userIdentity: { type: 'AssumedRole', principalId: 'AROA:ci', arn: `arn:aws:sts::${origin.account}:assumed-role/ci/run-1`, accountId: origin.account },
    eventTime: '2026-11-22T01:54:33Z',
    eventSource: 'ecr.amazonaws.com',
    eventName: 'PutImage',
    awsRegion: origin.region,
    requestParameters: { repositoryName: origin.repository, imageTag: 'latest', registryId: origin.account, imageManifest: '{}' },
    responseElements: { image: { repositoryName: origin.repository, registryId: origin.account, imageId: { imageDigest: DIGEST, imageTag: 'latest' } } },
  }, [arn(origin)]),
};

const here: Origin = { account: ACCOUNT, region: REGION, repository: 'shop/web' };

/** What is on a bus beside, and says nothing about an image of the gate. */
export const OF_NO_CONCERN: Record<string, BusEvent> = {
  'an instance that has a finding': finding(['i-12345678901234567'], 'AWS_EC2_INSTANCE')(here),
  'a function that has a finding': finding([`arn:aws:lambda:${REGION}:${ACCOUNT}:function:shop:$LATEST`], 'AWS_LAMBDA_FUNCTION')(here),
  'an image elsewhere than in AWS that has a finding': finding([
    `/subscriptions/a/resourcegroups/b/providers/microsoft.containerregistry/registries/c/repositories/shop/web/images/${DIGEST}`,
  ], 'Microsoft.ContainerRegistry/registry/containerImage')(here),
  'a function that was scanned': event('aws.inspector2', 'Inspector2 Scan', here, { 'scan-status': 'INITIAL_SCAN_COMPLETE' }, [`arn:aws:lambda:${REGION}:${ACCOUNT}:function:shop`]),
  'the coverage of an instance': event('aws.inspector2', 'Inspector2 Coverage', here, { scanStatus: { reason: 'UNMANAGED_EC2_INSTANCE', statusCodeValue: 'INACTIVE' } }, ['i-087d63509b8c97098']),
  'accounts that Amazon Inspector has no room for': event('aws.inspector2', 'Inspector2 AutoEnable', here, { reason: 'too many' }),
  'a repository whose scanning changes': event('aws.ecr', 'ECR Scan Resource Change', here, {
    'action-type': 'SCAN_FREQUENCY_CHANGE', 'repositories': [{ 'repository-name': 'shop/web', 'repository-arn': arn(here) }], 'resource-type': 'REPOSITORY',
  }),
  'a pull-through cache': event('aws.ecr', 'ECR Pull Through Cache Action', here, { 'sync-status': 'SUCCESS', 'repository-name': 'shop/web', 'image-digest': DIGEST }, [arn(here)]),
  'a replication': event('aws.ecr', 'ECR Replication Action', here, { 'result': 'SUCCESS', 'repository-name': 'shop/web', 'image-digest': DIGEST, 'action-type': 'REPLICATE' }, [arn(here)]),
  'a referrer': event('aws.ecr', 'ECR Referrer Action', here, { 'action-type': 'UPDATE_STORAGE_CLASS', 'repository-name': 'shop/web', 'image-digest': DIGEST, 'result': 'SUCCESS' }),
  'a pull': event('aws.ecr', 'AWS API Call via CloudTrail', here, { eventSource: 'ecr.amazonaws.com', eventName: 'BatchGetImage', requestParameters: { repositoryName: 'shop/web' } }),
  'an event that somebody else calls so': event('shop.web', 'ECR Image Action', here, { 'result': 'SUCCESS', 'repository-name': 'shop/web', 'image-digest': DIGEST, 'action-type': 'PUSH' }),
};

/** Where images are. */
export const ORIGINS = {
  'the repository itself': here,
  'one whose name begins so': { ...here, repository: 'shop/website' },
  'one below it': { ...here, repository: 'shop/web/sub' },
  'one above it': { ...here, repository: 'shop' },
  'one of another account': { ...here, account: '222222222222' },
  'one of another Region': { ...here, region: 'us-east-1' },
  'one that * stands for': { ...here, repository: 'team/api' },
  'one deeper that * stands for': { ...here, repository: 'team/api/v2' },
  'what comes before *': { ...here, repository: 'team' },
  'what comes before *, and a part of a digest': { ...here, repository: 'part' },
  'one around *': { ...here, repository: 'abd/xyc' },
  'one that goes on after what follows *': { ...here, repository: 'abd/xyc/b' },
} satisfies Record<string, Origin>;
