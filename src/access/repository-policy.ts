import { type IResolvable, type IResolveContext, Lazy, Stack, aws_iam as iam } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { ACTIONS, mayStandFor } from './actions';
import { type PolicyJson, collapse } from './collapse-statements';
import { nameCaller, nameSource } from './conditions';
import { LIMITS } from '../private/limits';
import { Problems } from '../private/problems';
import { repeated } from '../private/repeated';
import { matches } from '../private/tokens';

/** The policy of a repository: few statements for many grants; what ECR would refuse at deployment is refused at synthesis. */
export class RepositoryPolicy {
  /** What the property of the repository takes; nothing where there is no statement. */
  public readonly text: IResolvable;
  private readonly document = new iam.PolicyDocument({ minimize: true });

  /** @param before a policy that is added to: its statements stay as they are, and come first */
  constructor(private readonly owner: IConstruct, private readonly before?: unknown) {
    this.text = Lazy.uncachedAny({ produce: (context) => this.render(context) });
  }

  public add(statement: iam.PolicyStatement): void {
    const problems = new Problems(this.owner.node.path);
    const asJson = statement.toJSON();
    problems.unless(statement.hasPrincipal, {
      prop: 'statement',
      must: 'name a principal',
      got: asJson,
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
    problems.unless(!statement.actions.some((action) => !/^(ecr:)?\*$/i.test(action) && mayStandFor(action, ACTIONS.authorize[0])), {
      prop: 'statement',
      must: 'not grant ecr:GetAuthorizationToken',
      got: statement.actions,
      remedy: 'grant it in the policy of the principal, on all resources (repository.access.authorize)',
      code: 'repositoryPolicyAuthorization',
    });
    const foreign = [
      ...statement.actions.filter((action) => !matches(LIMITS.action, action)),
      ...(statement.effect === iam.Effect.ALLOW ? statement.notActions : []),
    ];
    problems.unless(foreign.length === 0, {
      prop: 'statement',
      must: 'name actions of ECR only',
      got: foreign,
      remedy: 'take them out: the policy of a repository is about ECR',
      code: 'repositoryPolicyActions',
    });
    problems.unless(!namesEverybody(statement) || nameCaller(statement.conditions), {
      prop: 'statement',
      must: 'not let in every AWS account',
      got: asJson,
      remedy: 'name principals, or add a condition such as aws:PrincipalOrgID; public images belong in ECR Public',
      code: 'repositoryPolicyPublic',
    });
    const kinds = Object.keys(asJson.Principal ?? {});
    const isForAnybody = statement.effect === iam.Effect.ALLOW && kinds.includes('Service') && !nameSource(statement.conditions);
    problems.unless(!isForAnybody || kinds.length === 1, {
      prop: 'statement',
      must: 'say for whom a service may act',
      got: asJson,
      remedy: 'give the service a statement of its own, or add a condition on aws:SourceArn or aws:SourceAccount',
      code: 'repositoryPolicyService',
    });
    problems.throwIfAny();
    // A copy: what is added to the statement later has not been looked at.
    this.document.addStatements(isForAnybody ? this.forThisAccount(statement) : statement.copy());
  }

  /** What can be known only when every statement is there. */
  public validate(): string[] {
    const resolved: PolicyJson | undefined = Stack.of(this.owner).resolve(this.text);
    const again = repeated((resolved?.Statement ?? []).map(({ Sid }) => Sid).filter((sid) => sid !== undefined));
    const problems = new Problems(this.owner.node.path);
    problems.unless(again.length === 0, {
      prop: 'repository policy',
      must: 'have a Sid of its own for each statement',
      got: again,
      remedy: 'rename them, or leave them out',
      code: 'repositoryPolicySids',
    });
    // Not validateForResourcePolicy: from aws-cdk-lib 2.27x on it asks for resources, which ECR refuses.
    return [...this.document.validateForAnyPolicy(), ...problems.messages()];
  }

  /** A service acts for whoever asks it to; this one only for what belongs to the account of the repository. */
  private forThisAccount(statement: iam.PolicyStatement): iam.PolicyStatement {
    const narrowed = statement.copy();
    narrowed.addCondition('StringEquals', { ...statement.conditions.StringEquals, 'aws:SourceAccount': Stack.of(this.owner).account });
    return narrowed;
  }

  private render(context: IResolveContext): PolicyJson | undefined {
    // Resolved in this very context, or a reference to another stack would go unnoticed.
    const [before, added]: (Partial<PolicyJson> | undefined)[] = [this.before, this.document].map((each) => context.resolve(each));
    const statements = [...[before?.Statement ?? []].flat(), ...collapse(added?.Statement ?? [])];
    return statements.length > 0 ? { Version: '2012-10-17', ...before, Statement: statements } : undefined;
  }
}

/** Whether a statement allows something to principals of any account that meet its conditions, if it has any. */
export function namesEverybody(statement: iam.PolicyStatement): boolean {
  const { Principal, NotPrincipal } = statement.toJSON();
  const everybody = NotPrincipal !== undefined || [Principal, Principal?.AWS].flat().includes('*');
  return statement.effect === iam.Effect.ALLOW && everybody;
}
