import { type Stack, aws_ecr as ecr } from 'aws-cdk-lib';
import { AUDIT } from './audit-claims';
import { type Subject, change, gap, met } from './claim';
import { GATE } from './gate-claims';
import { functions, keys, logs, roles, scanning, withoutUsers } from './shared-claims';
import {
  EcrEncryption, EcrRegistry, GitHubOidcDeployer, GitHubOidcPusher, GitHubRepository, GitHubSubject, ImageRetention, ImageTagMutability,
  InspectorRescan, SecureEcrRepository,
} from '../../src';

const REPOSITORY = 'AWS::ECR::Repository';
const subjects = [GitHubSubject.branch(GitHubRepository.of('acme/shop', { ownerId: '1001', repositoryId: '2002' }), 'main')];
const pusher = (stack: Stack) => new GitHubOidcPusher(stack, 'Pusher', {
  repositories: [ecr.Repository.fromRepositoryName(stack, 'Images', 'shop/web')], subjects,
});
const deployer = (stack: Stack) => new GitHubOidcDeployer(stack, 'Deployer', { subjects, targets: [{ account: '111111111111', region: 'eu-west-1' }] });
/** A setting that CloudFormation does not have, and so a function of the CDK makes. */
const rescanning = (stack: Stack) => new EcrRegistry(stack, 'Registry', { rescan: InspectorRescan.whilePulled() });

export const SUBJECTS: readonly Subject[] = [
  {
    name: 'SecureEcrRepository',
    build: (stack) => new SecureEcrRepository(stack, 'Images'),
    claims: [
      met('ECR.1', 'Scan on push is on, and no option turns it off.', change(REPOSITORY, 'ImageScanningConfiguration', undefined)),
      met('ECR.2', 'No tag can be moved. With `immutableExcept(...)` the control fails: AWS says that it passes for `IMMUTABLE` alone.',
        (stack) => new SecureEcrRepository(stack, 'Images', { tagMutability: ImageTagMutability.immutableExcept('latest') })),
      met('ECR.3', '`ImageRetention.standard()`; every retention is a lifecycle policy.', change(REPOSITORY, 'LifecyclePolicy', undefined)),
      met('ECR.5', 'A key that the repositories of the stack share; `EcrEncryption.aes256()` does without.',
        (stack) => new SecureEcrRepository(stack, 'Images', { encryption: EcrEncryption.aes256() })),
      ...keys('The key stays when the stack goes; a key that one repository has to itself (`ownKey()`) follows its `removalPolicy`.'),
    ],
  },
  {
    name: 'ImageRetention',
    build: (stack) => {
      const { development, production, standard } = ImageRetention;
      [development(), production(), standard()].forEach((retention, index) => new SecureEcrRepository(stack, `Images${index}`, { retention }));
      return stack;
    },
    claims: [
      met('ECR.3', 'Every one of them has rules: [what they say](retention.md).', change(REPOSITORY, 'LifecyclePolicy.LifecyclePolicyText', '{"rules":[]}')),
    ],
  },
  { name: 'EcrRegistry', build: (stack) => new EcrRegistry(stack, 'Registry'), claims: scanning },
  {
    name: 'EcrRegistry with rescan',
    build: rescanning,
    claims: [
      ...scanning,
      logs('A year.'),
      ...functions(rescanning),
      gap('Lambda.3', 'CloudFormation alone calls it, and it calls one API of AWS.', change('AWS::Lambda::Function', 'VpcConfig', {})),
    ],
  },
  { name: 'GitHubOidcPusher', build: pusher, claims: [withoutUsers, ...roles(pusher)] },
  { name: 'GitHubOidcDeployer', build: deployer, claims: [withoutUsers, ...roles(deployer)] },
  { name: 'EcrAuditTrail', ...AUDIT },
  { name: 'InspectorGate', ...GATE },
];
