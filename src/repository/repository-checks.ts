import { CfnDeletionPolicy, RemovalPolicy, Stack, Token, type aws_ecr as ecr, aws_kms as kms } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { SecureEcrRepositoryProps } from './secure-ecr-repository';
import { LIMITS } from '../private/limits';
import { Problems } from '../private/problems';

/** Refuses a rule that EventBridge would refuse. */
export function checkImageTags(owner: string, imageTags?: string[]): void {
  const problems = new Problems(owner);
  problems.unless(imageTags === undefined || imageTags.length > 0, {
    prop: 'imageTags',
    must: 'name a tag',
    got: imageTags,
    remedy: 'leave it out to react to images with any tag or none',
    code: 'eventImageTags',
  });
  problems.throwIfAny();
}

/** Refuses wrong properties, all of them together. */
export function checkProps(scope: Construct, id: string, props: SecureEcrRepositoryProps): void {
  const problems = new Problems(`${scope.node.path}/${id}`);
  props.encryption?._validate(Stack.of(scope), problems);
  const name = props.repositoryName;
  if (name !== undefined && !Token.isUnresolved(name)) {
    const { min, max, pattern } = LIMITS.repositoryName;
    problems.unless(name.length >= min && name.length <= max, {
      prop: 'repositoryName',
      must: `be ${min} to ${max} characters long`,
      got: name,
      remedy: 'choose another name, or leave it out and CloudFormation makes one',
      code: 'repositoryNameLength',
    });
    problems.unless(pattern.test(name), {
      prop: 'repositoryName',
      must: "be lower-case letters and digits with single '.', '_', '-' or '/' between them",
      got: name,
      remedy: 'write it in lower case, without a host name, tag or leading slash',
      code: 'repositoryNameInvalid',
    });
  }
  problems.unless(props.removalPolicy !== RemovalPolicy.SNAPSHOT, {
    prop: 'removalPolicy',
    must: 'be RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY',
    got: props.removalPolicy,
    remedy: 'use RETAIN to keep the images: there are no snapshots of a repository',
    code: 'repositoryRemovalPolicy',
  });
  problems.unless(!props.emptyOnDelete || props.removalPolicy === RemovalPolicy.DESTROY, {
    prop: 'emptyOnDelete',
    must: 'go with removalPolicy DESTROY',
    got: `${props.emptyOnDelete} and ${props.removalPolicy ?? 'no removalPolicy'}`,
    remedy: 'add removalPolicy: RemovalPolicy.DESTROY, or leave emptyOnDelete out',
    code: 'repositoryEmptyOnDelete',
  });
  problems.throwIfAny();
}

/** What is wrong about what happens on deletion, however the policies came about, aspects and mixins included. */
export function removalProblems(resource: ecr.CfnRepository, encryptionKey?: kms.IKeyRef): string[] {
  const { deletionPolicy } = resource.cfnOptions;
  if (deletionPolicy === CfnDeletionPolicy.DELETE) return [];
  const problems = new Problems(resource.node.path);
  problems.unless(resource.emptyOnDelete !== true, {
    prop: 'emptyOnDelete',
    must: 'go with removal policy DESTROY',
    got: `${deletionPolicy} for the repository`,
    remedy: 'apply RemovalPolicy.DESTROY to it too, or leave emptyOnDelete out',
    code: 'repositoryEmptyOnDelete',
  });
  const key = encryptionKey && [encryptionKey, encryptionKey.node.defaultChild].find(kms.CfnKey.isCfnKey);
  if (key && [undefined, CfnDeletionPolicy.DELETE].includes(key.cfnOptions.deletionPolicy)) {
    problems.add({
      prop: 'removalPolicy',
      must: 'not be weaker for the key than for the repository',
      got: `${deletionPolicy} for the repository, ${key.cfnOptions.deletionPolicy ?? 'none, which means Delete,'} for its key`,
      remedy: `apply RemovalPolicy.RETAIN to ${key.node.path} too: images cannot be read without their key`,
      code: 'repositoryKeyRemoved',
    });
  }
  return problems.messages();
}
