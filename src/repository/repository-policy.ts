import { Stack, Token, Validations, aws_iam as iam } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { LIMITS } from '../private/limits';
import { policyCharacters } from '../private/policy-size';
import { Problems } from '../private/problems';

/** The policy of a repository: TLS only to begin with; what ECR would refuse at deployment is refused at synthesis. */
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
    const foreign = statement.actions.filter((action) => !Token.isUnresolved(action) && !/^(ecr:.+|\*)$/i.test(action));
    problems.unless(foreign.length === 0, {
      prop: 'statement',
      must: 'name actions of ECR only',
      got: foreign,
      remedy: 'take them out: the policy of a repository is about ECR',
      code: 'repositoryPolicyActions',
    });
    problems.throwIfAny();
    if (opensToEverybody(statement)) {
      Validations.of(this.owner).addWarning(
        'cdk-secure-ecr:repositoryPolicyPublic',
        `every AWS account may ${statement.actions.join(', ')}: add a condition, such as aws:PrincipalOrgID`,
      );
    }
    this.document.addStatements(statement);
  }

  /** What can be known only when every statement is there. */
  public validate(): string[] {
    const limit = LIMITS.repositoryPolicyCharacters;
    const resolved: { Statement: { Sid?: string }[] } = Stack.of(this.owner).resolve(this.document);
    const size = policyCharacters(resolved);
    const sids = resolved.Statement.map(({ Sid }) => Sid).filter((sid) => sid !== undefined);
    const problems = new Problems(this.owner.node.path);
    problems.unless(new Set(sids).size === sids.length, {
      prop: 'repository policy',
      must: 'have a Sid of its own for each statement',
      got: sids.filter((sid, index) => sids.indexOf(sid) !== index),
      remedy: 'rename them, or leave them out',
      code: 'repositoryPolicySids',
    });
    problems.unless(size <= limit, {
      prop: 'repository policy',
      must: `be at most ${limit} characters long`,
      got: size,
      remedy: 'grant to an organization or an organizational unit instead of to single accounts and roles',
      code: 'repositoryPolicySize',
    });
    // Not validateForResourcePolicy: from aws-cdk-lib 2.27x on it asks for resources, which ECR refuses.
    return [...this.document.validateForAnyPolicy(), ...problems.messages()];
  }
}

/** Whether a statement lets in principals of any account, without asking anything of them. */
function opensToEverybody(statement: iam.PolicyStatement): boolean {
  const { Principal, Condition } = statement.toJSON();
  const open = [Principal, Principal?.AWS].flat().includes('*');
  return statement.effect === iam.Effect.ALLOW && open && Condition === undefined;
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
