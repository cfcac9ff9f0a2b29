import { ADMINISTRATOR, DEPLOYMENT, DIGEST, call, onRepository } from './build';
import type { Row } from './index';
import { AuditCondition, AuditSignal } from '../../../src';

const signal = (id: string, eventName: string, ...conditions: AuditCondition[]) =>
  AuditSignal.of(id, { title: 'Something of our own', eventNames: [eventName], conditions, runbook: 'Look.', eventSource: eventName === 'Disable' ? 'inspector2.amazonaws.com' : undefined });
const IDS = 'requestParameters.imageIds';

/** Signals of conditions of every kind, on fields that filters and rules read differently. */
export const CUSTOM_SIGNALS = [
  signal('firstIsSecret', 'BatchDeleteImage', AuditCondition.isOneOf(`${IDS}[0].imageTag`, 'secret', 'hidden')),
  signal('firstIsNotSecret', 'BatchDeleteImage', AuditCondition.isNoneOf(`${IDS}[0].imageTag`, 'secret')),
  signal('firstIsNotSecretOrMissing', 'BatchDeleteImage', AuditCondition.isNoneOfOrMissing(`${IDS}[0].imageTag`, 'secret')),
  signal('secondHasNoTag', 'BatchDeleteImage', AuditCondition.isMissing(`${IDS}[1].imageTag`)),
  signal('firstAndSecond', 'BatchDeleteImage', AuditCondition.isOneOf(`${IDS}[0].imageTag`, 'v1'), AuditCondition.isOneOf(`${IDS}[1].imageTag`, 'secret')),
  signal('anyAndAny', 'BatchDeleteImage', AuditCondition.isOneOf(`${IDS}[*].imageTag`, 'secret'), AuditCondition.isOneOf(`${IDS}[*].imageDigest`, DIGEST)),
  signal('noKeyNamed', 'CreateRepository', AuditCondition.isMissing('requestParameters.encryptionConfiguration')),
  signal('configurationIsNot', 'CreateRepository', AuditCondition.isNoneOfOrMissing('requestParameters.encryptionConfiguration', 'AES256')),
  signal('createdByHand', 'CreateRepository', AuditCondition.isNoneOfOrMissing('userIdentity.invokedBy', 'cloudformation.amazonaws.com')),
  signal('createdUnscanned', 'CreateRepository', AuditCondition.isFalse('requestParameters.imageScanningConfiguration.scanOnPush')),
  signal('createdScanned', 'CreateRepository', AuditCondition.isTrue('requestParameters.imageScanningConfiguration.scanOnPush')),
  signal('listIs', 'Disable', AuditCondition.isOneOf('requestParameters.resourceTypes', 'ECR')),
  signal('listIsNot', 'Disable', AuditCondition.isNoneOf('requestParameters.resourceTypes', 'EC2')),
  signal('anyOfList', 'Disable', AuditCondition.isOneOf('requestParameters.resourceTypes[*]', 'ECR')),
];

const deletion = (...imageIds: object[]) => onRepository('BatchDeleteImage', { by: ADMINISTRATOR, request: { imageIds } });
const creation = (request: Record<string, unknown>, by = ADMINISTRATOR) => onRepository('CreateRepository', { by, request });
const [v1, secret, digest] = [{ imageTag: 'v1' }, { imageTag: 'secret' }, { imageDigest: DIGEST }];

export const CUSTOM_RECORDS: Row[] = [
  ['secret alone is deleted', deletion(secret), 'firstIsSecret', 'secondHasNoTag'],
  ['hidden alone is deleted', deletion({ imageTag: 'hidden' }), 'firstIsSecret', 'firstIsNotSecret', 'firstIsNotSecretOrMissing', 'secondHasNoTag'],
  ['secret is deleted as the second', deletion(v1, secret), 'firstIsNotSecret', 'firstIsNotSecretOrMissing', 'firstAndSecond'],
  ['secret is deleted as the first', deletion(secret, v1), 'firstIsSecret'],
  ['secret is deleted by tag, another by digest', deletion(secret, digest), 'firstIsSecret', 'secondHasNoTag', 'anyAndAny'],
  ['one is deleted by digest, secret by tag', deletion(digest, secret), 'firstIsNotSecretOrMissing', 'anyAndAny'],
  ['two are deleted by tag', deletion(v1, v1), 'firstIsNotSecret', 'firstIsNotSecretOrMissing'],
  ['one is deleted by digest', deletion(digest), 'firstIsNotSecretOrMissing', 'secondHasNoTag'],
  ['nothing is deleted', deletion(), 'firstIsNotSecretOrMissing', 'secondHasNoTag'],
  ['a repository is created as it comes', creation({}), 'noKeyNamed', 'configurationIsNot', 'createdByHand'],
  ['a repository is created with a key', creation({ encryptionConfiguration: { encryptionType: 'KMS' } }), 'createdByHand'],
  ['a repository is created by the deployment', creation({ encryptionConfiguration: { encryptionType: 'KMS' } }, DEPLOYMENT)],
  ['a repository is created without scans', creation({ imageScanningConfiguration: { scanOnPush: false } }, DEPLOYMENT), 'noKeyNamed', 'configurationIsNot', 'createdUnscanned'],
  ['a repository is created with scans', creation({ imageScanningConfiguration: { scanOnPush: true } }, DEPLOYMENT), 'noKeyNamed', 'configurationIsNot', 'createdScanned'],
  ['scans of images are disabled', call('inspector2', 'Disable', { by: ADMINISTRATOR, request: { resourceTypes: ['ECR'] } }), 'anyOfList'],
  ['scans of all are disabled', call('inspector2', 'Disable', { by: ADMINISTRATOR, request: { resourceTypes: ['EC2', 'ECR'] } }), 'anyOfList'],
  ['scans of machines are disabled', call('inspector2', 'Disable', { by: ADMINISTRATOR, request: { resourceTypes: ['EC2'] } })],
];
