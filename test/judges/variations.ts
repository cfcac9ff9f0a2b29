import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  App, Duration, type Mixin, RemovalPolicy, Stack, aws_events_targets as targets, aws_iam as iam, aws_kms as kms, aws_sqs as sqs, type IResource,
} from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import {
  EcrEncryption, ImageRetention, ImageSelection, ImageTagMutability, RetentionRule, SecureEcrRepository, type SecureEcrRepositoryProps,
} from '../../src';
import { RepositoryKey } from '../../src/repository/repository-key';

/** The factories of a class; the compiler insists that a table with these keys has all of them. */
type Factories<T> = Exclude<keyof T, 'prototype' | keyof typeof Mixin>;
type Build = (stack: Stack) => void;

const role = (stack: Stack) => new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
const images = (stack: Stack, props?: SecureEcrRepositoryProps) => new SecureEcrRepository(stack, 'Images', props);
const target = (stack: Stack) => {
  const deadLetterQueue = new sqs.Queue(stack, 'DeadLetters');
  return new targets.SqsQueue(new sqs.Queue(stack, 'Queue'), { deadLetterQueue });
};

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

/** A stack for every way to use the library: its name and what is in it. */
const BUILD: Record<string, Build> = {
  'Defaults': (stack) => images(stack),
  'Two': (stack) => ['A', 'B'].forEach((id) => new SecureEcrRepository(stack, id)),
  ...table('Encryption', encryption, (stack, make) => images(stack, { encryption: make(stack) })),
  ...table('Tags', tagMutability, (stack, value) => images(stack, { tagMutability: value })),
  ...table('Retention', retention, (stack, value) => images(stack, { retention: value })),
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

function table<T>(name: string, values: Record<string, T>, build: (stack: Stack, value: T) => IResource): Record<string, Build> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${name}-${key}`, (stack) => build(stack, value)]));
}

/** An app with every way to use the library, each in a stack of its own. */
export function variations(outdir?: string): App {
  const app = new App({ outdir, analyticsReporting: false });
  for (const [id, build] of Object.entries(BUILD)) {
    const region = id === 'Encryption-dualLayer' ? 'us-gov-west-1' : 'eu-west-1'; // the only place that has it
    build(new Stack(app, id, { env: { account: '111111111111', region } }));
  }
  return app;
}

/** The templates of every way to use the library. */
export function synthesizedVariations(outdir: string): string[] {
  variations(outdir).synth();
  return readdirSync(outdir).filter((name) => name.endsWith('.template.json')).map((name) => join(outdir, name));
}

/** A template with a wrong value, an unknown property and a reference to nothing. */
export function plantedTemplate(folder: string): string {
  const template = join(folder, 'bad.template.json');
  const Properties = { ImageTagMutability: 'IMUTABLE', ScanOnPush: true, RepositoryName: { Ref: 'Nothing' } };
  writeFileSync(template, JSON.stringify({ Resources: { Images: { Type: 'AWS::ECR::Repository', Properties } } }));
  return template;
}

/** Whether the library made it, rather than the app that uses the library. */
export function isOurs(construct: IConstruct): boolean {
  return construct.node.scopes.some((scope) => scope instanceof SecureEcrRepository || scope instanceof RepositoryKey);
}
