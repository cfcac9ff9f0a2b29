import {
  Aws, CliCredentialsStackSynthesizer, Fn, LegacyStackSynthesizer, Stack, Token, type aws_ecr as ecr, aws_iam as iam,
} from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { Problems } from '../private/problems';

/**
 * The roles by which ECR itself writes images: replication, and the pull-through cache.
 *
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/using-service-linked-roles.html
 */
const WRITERS = [
  'replication.ecr.amazonaws.com/AWSServiceRoleForECRReplication',
  'pullthroughcache.ecr.amazonaws.com/AWSServiceRoleForECRPullThroughCache',
];

/** What deploys with the permissions of whoever calls. */
const AS_CALLER = [CliCredentialsStackSynthesizer, LegacyStackSynthesizer];

/** Denies writing images to everybody but these callers and ECR itself. */
export function denyWrites(sid: string, actions: readonly string[], callers: string[], repository: ecr.IRepositoryRef): iam.PolicyStatement {
  const writers = WRITERS.map((name) => inAccountOf(repository, `role/aws-service-role/${name}`));
  return deny(sid, actions, {
    ArnNotLike: { 'aws:PrincipalArn': [...callers, ...writers] }, // a service that acts as itself has no ARN and is denied
  });
}

/** Denies changes to everybody but these callers and what deploys: these roles or, where there are none, CloudFormation. */
export function denyChanges(sid: string, actions: readonly string[], callers: string[], deployers: string[]): iam.PolicyStatement {
  const allowed = [...deployers, ...callers];
  return deny(sid, actions, {
    ...(allowed.length > 0 && { ArnNotLike: { 'aws:PrincipalArn': allowed } }),
    // Without a role of its own, CloudFormation acts as whoever deploys, and leaves its name.
    ...(deployers.length === 0 && { 'ForAllValues:StringNotEquals': { 'aws:CalledVia': ['cloudformation.amazonaws.com'] } }),
  });
}

/** The root user, the last who can open a policy that has shut everybody else out. */
export function rootUserOf(repository: ecr.IRepositoryRef): string {
  return inAccountOf(repository, 'root');
}

/** The role in which CloudFormation works, as the synthesizer of the stack knows it; none where it works as the caller. */
export function deploymentRolesOf(repository: ecr.IRepositoryRef): string[] {
  const { synthesizer } = outermost(repository);
  const arn = executionRoleOf(repository);
  const problems = new Problems(repository.node.path);
  problems.unless(arn !== undefined || AS_CALLER.some((type) => synthesizer instanceof type), {
    prop: 'deployedBy',
    must: 'be given for a stack whose synthesizer does not tell the role of its deployment',
    got: synthesizer.constructor.name,
    remedy: 'name the role in which CloudFormation works, or the guard locks it out',
    code: 'accessGuardDeployer',
  });
  problems.throwIfAny();
  return arn === undefined ? [] : [arn];
}

/** The role in which CloudFormation works, where the synthesizer of the stack tells one. */
export function executionRoleOf(scope: IConstruct): string | undefined {
  const { cloudFormationExecutionRoleArn: arn } = outermost(scope).synthesizer as { cloudFormationExecutionRoleArn?: string };
  return arn !== undefined && !Token.isUnresolved(arn) && arn.includes('${') ? Fn.sub(arn) : arn;
}

function outermost(scope: IConstruct): Stack {
  const stack = Stack.of(scope);
  return stack.nestedStackParent ? outermost(stack.nestedStackParent) : stack;
}

function inAccountOf(repository: ecr.IRepositoryRef, resource: string): string {
  return `arn:${Aws.PARTITION}:iam::${repository.env.account}:${resource}`;
}

function deny(sid: string, actions: readonly string[], conditions: iam.Conditions): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid, effect: iam.Effect.DENY, principals: [new iam.AnyPrincipal()], actions: [...actions], conditions,
  });
}
