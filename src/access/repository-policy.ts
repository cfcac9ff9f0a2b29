import { type IResolvable, type IResolveContext, Lazy, Stack, Token, aws_iam as iam } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { type PolicyJson, collapse } from './collapse-statements';
import { isConditional } from './conditions';
import { LIMITS } from '../private/limits';
import { policyCharacters } from '../private/policy-size';
import { Problems } from '../private/problems';

/** The policy of a repository: few statements for many grants; what ECR would refuse at deployment is refused at synthesis. */
export class RepositoryPolicy {
  /** What the property of the repository takes; nothing where there is no statement. */
  public readonly text: IResolvable;
  private readonly document: iam.PolicyDocument;

  constructor(private readonly owner: IConstruct, initial: iam.PolicyStatement[]) {
    this.document = new iam.PolicyDocument({ minimize: true, statements: initial });
    this.text = Lazy.uncachedAny({ produce: (context) => this.render(context) });
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
      remedy: 'grant it in the policy of the principal, on all resources (repository.access.authorize)',
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
    problems.unless(!namesEverybody(statement) || isConditional(statement.conditions), {
      prop: 'statement',
      must: 'not let in every AWS account',
      got: statement.toJSON(),
      remedy: 'name principals, or add a condition such as aws:PrincipalOrgID; public images belong in ECR Public',
      code: 'repositoryPolicyPublic',
    });
    problems.throwIfAny();
    this.document.addStatements(statement);
  }

  /** What can be known only when every statement is there. */
  public validate(): string[] {
    const limit = LIMITS.repositoryPolicyCharacters;
    const resolved: PolicyJson | undefined = Stack.of(this.owner).resolve(this.text);
    const size = policyCharacters(resolved ?? '');
    const sids = (resolved?.Statement ?? []).map(({ Sid }) => Sid).filter((sid) => sid !== undefined);
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

  private render(context: IResolveContext): PolicyJson | undefined {
    // Resolved in this very context, or a reference to another stack would go unnoticed.
    const document: PolicyJson | undefined = context.resolve(this.document);
    return document && { ...document, Statement: collapse(document.Statement) };
  }
}

/** Whether a statement allows something to principals of any account that meet its conditions, if it has any. */
export function namesEverybody(statement: iam.PolicyStatement): boolean {
  const { Principal, NotPrincipal } = statement.toJSON();
  const everybody = NotPrincipal !== undefined || [Principal, Principal?.AWS].flat().includes('*');
  return statement.effect === iam.Effect.ALLOW && everybody;
}
