import type { GateEvent } from '../../../../src/inspector/gate/running/hear';

/**
 * Events as the documents of AWS show them, with whole digests.
 *
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html,
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-enhanced-events.html,
 * https://docs.aws.amazon.com/inspector/latest/user/eventbridge-integration.html
 */
export const DIGEST = `sha256:${'7f5b2640'.repeat(8)}`;
export const IMAGE_ARN = `arn:aws:ecr:eu-central-1:123456789012:repository/inspector2/${DIGEST}`;
export const ENVELOPE = { version: '0', id: '13cde686-328b-6117-af20-0e5566167482', source: 'aws.ecr', account: '123456789012', time: '2026-11-22T10:02:04Z', region: 'us-west-2', resources: [] };

const sample = (type: string, time: string, detail: Record<string, any>, more: object = {}): GateEvent => ({ ...ENVELOPE, 'detail-type': type, time, detail, ...more });

export const PUSH = sample('ECR Image Action', '2019-11-16T01:54:34Z', {
  'result': 'SUCCESS', 'repository-name': 'my-repository-name', 'image-digest': DIGEST, 'action-type': 'PUSH', 'image-tag': 'latest',
});

export const DELETION = sample('ECR Image Action', '2019-11-16T02:01:05Z', {
  'result': 'SUCCESS', 'repository-name': 'my-repository-name', 'image-digest': DIGEST, 'action-type': 'DELETE', 'image-tag': 'latest',
});

const STORAGE = {
  'action-type': 'UPDATE_STORAGE_CLASS',
  'image-digest': DIGEST,
  'repository-name': 'ubuntu',
  'result': 'SUCCESS',
  'manifest-media-type': 'application/vnd.oci.image.manifest.v1+json',
  'artifact-media-type': 'application/vnd.oci.image.config.v1+json',
};
export const ARCHIVAL = sample('ECR Image Action', '2019-08-06T00:58:09Z', { ...STORAGE, 'target-storage-class': 'ARCHIVE' });
export const RESTORATION = sample('ECR Image Action', '2019-08-06T01:15:22Z', {
  ...STORAGE, 'target-storage-class': 'STANDARD', 'last-activated-at': '2025-10-10T19:13:02.74Z',
});

export const BASIC_SCAN = sample('ECR Image Scan', '2019-10-29T02:36:48Z', {
  'scan-status': 'COMPLETE',
  'repository-name': 'my-repository-name',
  'finding-severity-counts': { CRITICAL: 10, MEDIUM: 9 },
  'image-digest': DIGEST,
  'image-tags': [],
});

export const INSPECTOR_SCAN = sample('Inspector2 Scan', '2021-12-03T18:03:16Z', {
  'scan-status': 'INITIAL_SCAN_COMPLETE',
  'repository-name': 'arn:aws:ecr:us-east-2:123456789012:repository/amazon/amazon-ecs-sample',
  'finding-severity-counts': { CRITICAL: 7, HIGH: 61, MEDIUM: 62, TOTAL: 158 },
  'image-digest': DIGEST,
  'image-tags': ['latest'],
}, { source: 'aws.inspector2', resources: ['arn:aws:ecr:us-east-2:123456789012:repository/amazon/amazon-ecs-sample'] });

export const INSPECTOR_FINDING = sample('Inspector2 Finding', '2024-09-04T16:55:38Z', {
  awsAccountId: '123456789012',
  findingArn: 'arn:aws:inspector2:eu-central-1:123456789012:finding/0123456789abcdef0123456789abcdef',
  firstObservedAt: 'Wed Sep 04 16:55:38.411 UTC 2024',
  fixAvailable: 'YES',
  packageVulnerabilityDetails: { vulnerabilityId: 'CVE-2024-6119' },
  resources: [{ details: { awsEcrContainerImage: { imageHash: DIGEST, repositoryName: 'inspector2' } }, id: IMAGE_ARN, type: 'AWS_ECR_CONTAINER_IMAGE' }],
  severity: 'MEDIUM',
  status: 'ACTIVE',
  type: 'PACKAGE_VULNERABILITY',
}, { source: 'aws.inspector2', resources: [IMAGE_ARN] });

/** The detail of a call that CloudTrail tells of. */
export const PUT_IMAGE: Record<string, any> = {
  eventName: 'PutImage',
  eventTime: '2026-11-22T10:02:03Z',
  userIdentity: { type: 'AssumedRole', principalId: 'AROA:run', arn: 'arn:aws:sts::111111111111:assumed-role/ci/run' },
  requestParameters: { repositoryName: 'shop/web', imageTag: 'v1' },
  responseElements: { image: { repositoryName: 'shop/web', imageId: { imageDigest: DIGEST, imageTag: 'v1' } } },
};
