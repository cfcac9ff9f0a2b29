import { outsideDeployment } from './callers';
import { type SignalDefinition, type Surroundings, succeeded, watched } from './definition';
import { pulledMissing, pushedAround } from './pushers';
import type { Judgement } from '../contract';

/** What happens to images and repositories. */
export const REPOSITORY_SIGNALS = {
  pushedAroundPipeline: {
    id: 'pushedAroundPipeline',
    title: 'An image was pushed around the pipeline',
    severity: 'CRITICAL',
    runbook: 'Do not deploy the image. Compare its digest with what the pipeline built, delete the image, and revoke the sessions of whoever'
      + ' pushed it. If the push was meant, give that role to the audit as a pusher.',
    controls: ['NIST 800-53 CM-5', 'NIST 800-53 SI-7', 'NIST 800-53 SR-4', 'PCI DSS 6.5.1', 'PCI DSS 11.5.2'],
    match: pushedAround,
  },
  pushedWithLongTermKey: {
    id: 'pushedWithLongTermKey',
    title: 'An image was pushed with the credentials of an IAM user',
    severity: 'HIGH',
    runbook: 'Access keys of IAM users do not expire: treat the key as leaked until its owner says otherwise. Deactivate it, check the image,'
      + ' and let the workload push by a role (OIDC for GitHub Actions).',
    controls: ['CIS AWS Foundations 1.14', 'NIST 800-53 AC-2', 'NIST 800-53 IA-5', 'PCI DSS 8.6.3', 'Security Hub IAM.3'],
    match: (around) => ({
      // Not by the form of the access key: docker works with one of a session that ECR made of it.
      conditions: [...succeeded('ecr', 'PutImage'), { field: 'userIdentity.type', is: ['IAMUser'] }],
      lists: watched(around),
    }),
  },
  imageDeleted: {
    id: 'imageDeleted',
    title: 'Images were deleted by hand',
    severity: 'HIGH',
    runbook: 'Ask whoever did it. What runs from a deleted image cannot be started again: push the digest again from the pipeline. Lifecycle rules'
      + ' do not raise this.',
    controls: ['NIST 800-53 AU-12', 'NIST 800-53 CP-9', 'PCI DSS 10.2.1.7'],
    match: (around) => outsideDeployment(around, { conditions: succeeded('ecr', 'BatchDeleteImage'), lists: watched(around) }),
  },
  imageArchived: {
    id: 'imageArchived',
    title: 'An image was archived by hand',
    severity: 'MEDIUM',
    runbook: 'An archived image cannot be pulled until it is restored. Restore it if it runs anywhere.',
    controls: ['NIST 800-53 AU-12', 'NIST 800-53 CP-9'],
    match: (around) => outsideDeployment(around, {
      conditions: [...succeeded('ecr', 'UpdateImageStorageClass'), { field: 'requestParameters.targetStorageClass', is: ['ARCHIVE'] }],
      lists: watched(around),
    }),
  },
  repositoryDeleted: {
    id: 'repositoryDeleted',
    title: 'A repository was deleted',
    severity: 'HIGH',
    runbook: 'If no stack was meant to go, make the repository again from its stack and push the released digests again. Its name is free for anybody'
      + ' who may create repositories: make it again soon.',
    controls: ['NIST 800-53 AU-12', 'NIST 800-53 CP-9', 'PCI DSS 10.2.1.7'],
    match: (around) => ({ conditions: succeeded('ecr', 'DeleteRepository'), lists: watched(around) }),
  },
  repositoryPolicyChanged: {
    id: 'repositoryPolicyChanged',
    title: 'The policy of a repository was changed outside the deployment',
    severity: 'HIGH',
    runbook: 'Compare the policy with the one in the stack (cdk drift), and deploy the stack to bring it back. AWS Lambda adds a statement of its own'
      + ' when a function is made from an image: grant pullByLambda in the stack instead.',
    controls: ['NIST 800-53 AC-3', 'NIST 800-53 AC-6(9)', 'NIST 800-53 CM-3', 'PCI DSS 7.2.5', 'PCI DSS 10.2.1.2'],
    match: (around) => outsideDeployment(around, {
      conditions: succeeded('ecr', 'SetRepositoryPolicy', 'DeleteRepositoryPolicy'),
      lists: watched(around),
    }),
  },
  openedToWorld: {
    id: 'openedToWorld',
    title: 'A policy was opened to every AWS account',
    severity: 'CRITICAL',
    runbook: 'Take the statement out at once: deploy the stack, or delete the policy. Then look for pulls by other accounts (the query'
      + ' "who pulled it") and change every secret that is in an image.',
    controls: ['NIST 800-53 AC-3', 'NIST 800-53 AC-4', 'NIST 800-53 SC-7', 'PCI DSS 7.2.1', 'PCI DSS 10.2.1.2'],
    match: (around) => ({
      conditions: succeeded('ecr', 'SetRepositoryPolicy', 'PutRegistryPolicy'),
      judgement: { policyIsPublic: true, ...onlyThese(around) },
    }),
  },
  openedToUnknownAccount: {
    id: 'openedToUnknownAccount',
    title: 'A policy names an account that is not known',
    severity: 'CRITICAL',
    runbook: 'Find out whose account it is. If it is yours, add it to the known accounts; else deploy the stack to take the statement out, and look for'
      + ' pulls by that account.',
    controls: ['NIST 800-53 AC-3', 'NIST 800-53 AC-4', 'NIST 800-53 AC-20', 'PCI DSS 7.2.1', 'PCI DSS 10.2.1.2'],
    match: (around) => ({
      conditions: succeeded('ecr', 'SetRepositoryPolicy', 'PutRegistryPolicy'),
      judgement: { policyNamesOthersThan: around.accounts, ...onlyThese(around) },
    }),
  },
  tagsMadeMutable: {
    id: 'tagsMadeMutable',
    title: 'Tags of a repository can be moved now',
    severity: 'HIGH',
    runbook: 'Whoever can push can now replace what a tag deploys. Deploy the stack to make the tags immutable again, and compare what tags stand for with'
      + ' what was released.',
    controls: ['NIST 800-53 CM-2', 'NIST 800-53 CM-3', 'NIST 800-53 SI-7', 'Security Hub ECR.2'],
    match: (around) => ({
      conditions: [...succeeded('ecr', 'PutImageTagMutability'), { field: 'requestParameters.imageTagMutability', isNot: ['IMMUTABLE'] }],
      lists: watched(around),
    }),
  },
  scanOnPushTurnedOff: {
    id: 'scanOnPushTurnedOff',
    title: 'Scan on push was turned off',
    severity: 'HIGH',
    runbook: 'Deploy the stack to turn it on again, and scan what was pushed meanwhile.',
    controls: ['NIST 800-53 RA-5', 'NIST 800-53 CM-3', 'PCI DSS 6.3.1', 'PCI DSS 11.3.1', 'Security Hub ECR.1'],
    match: (around) => ({
      conditions: [
        ...succeeded('ecr', 'PutImageScanningConfiguration'),
        // Left out, ECR takes it for false.
        { field: 'requestParameters.imageScanningConfiguration.scanOnPush', is: [false], orMissing: true },
      ],
      lists: watched(around),
    }),
  },
  lifecyclePolicyChanged: {
    id: 'lifecyclePolicyChanged',
    title: 'A lifecycle policy was changed outside the deployment',
    severity: 'MEDIUM',
    runbook: 'A lifecycle policy deletes images within a day. Read what it says now (ImageRetention.fromJson(text).explain()) and deploy the stack to bring'
      + ' the meant one back.',
    controls: ['NIST 800-53 CM-3', 'NIST 800-53 SI-12', 'Security Hub ECR.3'],
    match: (around) => outsideDeployment(around, {
      conditions: succeeded('ecr', 'PutLifecyclePolicy', 'DeleteLifecyclePolicy'),
      lists: watched(around),
    }),
  },
  imagesExpired: {
    id: 'imagesExpired',
    title: 'A lifecycle policy deleted images',
    severity: 'INFORMATIONAL',
    runbook: 'Expected, unless an image that runs is among them: the record lists each image with its tags. Protect those tags in the retention.',
    controls: ['NIST 800-53 AU-12', 'NIST 800-53 SI-12', 'PCI DSS 10.2.1.7'],
    match: (around) => ({
      conditions: [
        { field: 'eventSource', is: ['ecr.amazonaws.com'] },
        { field: 'eventName', is: ['PolicyExecutionEvent'] },
        // There is one: runs that delete nothing raise an event too.
        { field: 'serviceEventDetails.lifecycleEventImageActions[0].lifecycleEventImage.digest', isNot: ['none'] },
      ],
      lists: watched(around),
    }),
  },
  missingImagePulled: {
    id: 'missingImagePulled',
    title: 'An image was pulled that is not there',
    severity: 'MEDIUM',
    runbook: 'Something tries to start from an image that is gone or was never pushed. Find out what by the role in the sentence; push the digest again, or'
      + ' deploy one that exists. Pushers are left out: they ask before they push.',
    controls: ['NIST 800-53 SI-4', 'NIST 800-53 CP-10'],
    match: pulledMissing,
  },
  pulledByUnknownAccount: {
    id: 'pulledByUnknownAccount',
    title: 'An image was pulled by an account that is not known',
    severity: 'HIGH',
    runbook: 'Find the statement of the repository policy that lets the account in. If it is yours, add it to the known accounts; else take the'
      + ' statement out and change every secret that is in the image.',
    controls: ['NIST 800-53 AC-4', 'NIST 800-53 AC-20', 'NIST 800-53 AU-6', 'PCI DSS 10.2.1.1'],
    match: (around) => ({
      conditions: succeeded('ecr', 'BatchGetImage'),
      lists: [...watched(around), { field: 'userIdentity.accountId', isNot: around.accounts }],
    }),
  },
} satisfies Record<string, SignalDefinition>;

/** A policy of the registry is about every repository, so only other repositories are left out. */
function onlyThese({ repositories }: Surroundings): Pick<Judgement, 'repositories'> {
  return repositories.length > 0 ? { repositories } : {};
}
