import { Duration, RemovalPolicy, type Stack, aws_iam as iam, aws_kms as kms } from 'aws-cdk-lib';
import { type Build, type Factories, images, role, table, target } from './build';
import {
  EcrEncryption, ImageRetention, ImageSelection, ImageTagMutability, RetentionRule, SecureEcrRepository, type SecureEcrRepositoryProps,
} from '../../../src';

const encryption: Record<Factories<typeof EcrEncryption>, (stack: Stack) => EcrEncryption> = {
  sharedKey: () => EcrEncryption.sharedKey(),
  ownKey: () => EcrEncryption.ownKey(),
  key: (stack) => EcrEncryption.key(kms.Key.fromKeyArn(stack, 'Theirs', 'arn:aws:kms:eu-west-1:222222222222:key/some')),
  aes256: () => EcrEncryption.aes256(),
  dualLayer: () => EcrEncryption.dualLayer(),
};
const tagMutability: Record<Factories<typeof ImageTagMutability>, ImageTagMutability> = {
  immutable: ImageTagMutability.immutable(),
  immutableExcept: ImageTagMutability.immutableExcept('latest', 'cache-*'),
  dangerouslyMutable: ImageTagMutability.dangerouslyMutable(),
  dangerouslyMutableExcept: ImageTagMutability.dangerouslyMutableExcept('v*'),
};
const retention: Record<Factories<typeof ImageRetention>, ImageRetention> = {
  standard: ImageRetention.standard({ protectedTags: ['release-*'], temporaryTagPrefixes: ['pr-'], maxUntaggedImages: 1 }),
  development: ImageRetention.development(),
  production: ImageRetention.production({ protectedTags: ['release-*'] }),
  compliance: ImageRetention.compliance({ keepFor: Duration.days(3650) }),
  of: ImageRetention.of(
    RetentionRule.protect('prod'),
    RetentionRule.expireOlderThan(ImageSelection.tagPattern('*-rc*'), Duration.days(30)),
    RetentionRule.archiveBeyond(ImageSelection.taggedWithAll('build-*', 'green'), 20),
    RetentionRule.archiveOlderThan(ImageSelection.tagPrefix('build-'), Duration.days(30)),
  ),
  fromJson: ImageRetention.fromJson(ImageRetention.standard().toJson()),
};

export const REPOSITORY: Record<string, Build> = {
  'Defaults': (stack) => images(stack),
  'Two': (stack) => ['A', 'B'].forEach((id) => new SecureEcrRepository(stack, id)),
  ...table('Encryption', encryption, (stack, make) => images(stack, { encryption: make(stack) })),
  ...table('Tags', tagMutability, (stack, value) => images(stack, { tagMutability: value })),
  ...table('Retention', retention, (stack, value) => images(stack, { retention: value })),
  'Everything': (stack) => {
    const props: Required<SecureEcrRepositoryProps> = {
      repositoryName: 'team/everything',
      encryption: EcrEncryption.ownKey(),
      tagMutability: tagMutability.immutable,
      retention: retention.production,
      removalPolicy: RemovalPolicy.DESTROY,
      emptyOnDelete: true,
    };
    images(stack, props);
  },
  'Named': (stack) => images(stack, { repositoryName: 'team/app' }),
  'Erasable': (stack) => images(stack, { removalPolicy: RemovalPolicy.DESTROY, emptyOnDelete: true }),
  'KeptOnceCreated': (stack) => images(stack, { removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE }),
  'Granted-Role': (stack) => {
    const [repository, grantee] = [images(stack), role(stack)];
    repository.grantPullPush(grantee);
    repository.grantRead(grantee);
  },
  'Granted-Account': (stack) => images(stack).grantPullPush(new iam.AccountPrincipal('222222222222')),
  'Granted-Organization': (stack) => images(stack).grantPull(new iam.OrganizationPrincipal('o-1234567890')),
  'Events': (stack) => {
    const [repository, to] = [images(stack), target(stack)];
    repository.onImagePushed('Pushed', { target: to, imageTags: ['v1'] });
    repository.onImageDeleted('Deleted', { target: to });
    repository.onImageScanCompleted('Scanned', { target: to });
  },
  'Events-WithoutTarget': (stack) => images(stack).onImagePushed('Pushed'),
};
