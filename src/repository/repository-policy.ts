import { Stack, aws_iam as iam } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { LIMITS } from '../private/limits';
import { policyCharacters } from '../private/policy-size';
import { Problems, describe } from '../private/problems';

/** The policy of a repository: TLS only to begin with, and nothing in it that ECR would refuse at deployment. */
export class RepositoryPolicy {
  public readonly document = new iam.PolicyDocument();

  constructor(private readonly owner: Construct) {
    this.document.addStatements(denyWithoutTls());
  }

  public add(statement: iam.PolicyStatement): void {
    const problems = new Problems(this.owner.node.path);
    problems.unless(statement.hasPrincipal, {
      prop: 'statement',
      must: 'name a principal',
      got: statement.toJSON(),
      remedy: 'add principals: the policy of a repository says who may do something with it',
      code: 'repositoryPolicyPrincipal',
    });
    problems.unless(statement.resources.length === 0 && statement.notResources.length === 0, {
      prop: 'statement',
      must: 'name no resources',
      got: [...statement.resources, ...statement.notResources],
      remedy: 'leave them out: the policy of a repository is about this repository',
      code: 'repositoryPolicyResources',
    });
    problems.unless(!statement.actions.some((action) => action.toLowerCase() === 'ecr:getauthorizationtoken'), {
      prop: 'statement',
      must: 'not grant ecr:GetAuthorizationToken',
      got: statement.actions,
      remedy: 'grant it in the policy of the principal, on all resources (ecr.AuthorizationToken.grantRead)',
      code: 'repositoryPolicyAuthorization',
    });
    problems.throwIfAny();
    this.document.addStatements(statement);
  }

  /** What can be known only when every statement is there. */
  public validate(): string[] {
    const limit = LIMITS.repositoryPolicyCharacters;
    const size = policyCharacters(Stack.of(this.owner).resolve(this.document));
    const tooLong = describe(this.owner.node.path, {
      prop: 'repository policy',
      must: `be at most ${limit} characters long`,
      got: size,
      remedy: 'grant to an organization or an organizational unit instead of to single accounts and roles',
      code: 'repositoryPolicySize',
    });
    return [...this.document.validateForAnyPolicy(), ...size > limit ? [tooLong] : []];
  }
}

function denyWithoutTls(): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'DenyWithoutTls',
    effect: iam.Effect.DENY,
    principals: [new iam.AnyPrincipal()],
    actions: ['ecr:*'],
    conditions: { Bool: { 'aws:SecureTransport': 'false' } },
  });
}
