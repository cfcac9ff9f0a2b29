import { CfnResource, Stack, type aws_ecr as ecr, aws_iam as iam } from 'aws-cdk-lib';
import { callersOf } from './callers';
import type { PolicyJson } from './collapse-statements';
import type { Conditions } from './conditions';
import { RepositoryPolicy } from './repository-policy';
import { LIMITS } from '../private/limits';
import { checkPolicySize } from '../private/policy-size';
import { Problems } from '../private/problems';

const RECORD = Symbol.for('cdk-secure-ecr.AccessRecord');

/** Gives a pusher what else it needs, under the conditions of its pushes. */
export type PusherNeed = (pusher: iam.IGrantable, conditions: Conditions) => void;

/** What was granted and guarded on one repository, through whichever facade; it lives on the repository. */
export class AccessRecord {
  public static of(repository: ecr.IRepositoryRef): AccessRecord {
    const holder: ecr.IRepositoryRef & { [RECORD]?: AccessRecord } = ownerOf(repository);
    if (!holder[RECORD]) Object.defineProperty(holder, RECORD, { value: new AccessRecord(holder) });
    return holder[RECORD]!;
  }

  /** Where statements about the repository go; nowhere when it was imported by a class that takes none. */
  public readonly policy?: iam.IResourceWithPolicyV2;
  private readonly pushers: Parameters<PusherNeed>[] = [];
  private readonly needs: PusherNeed[] = [];
  private readonly denials: string[] = [];
  private readonly guards = new Map<string, string>();
  private onlyPushers?: string[];

  private constructor(public readonly repository: ecr.IRepositoryRef) {
    // CDK knows no policy of the L1.
    if (CfnResource.isCfnResource(repository)) {
      iam.ResourceWithPolicies.register(repository, repository.cfnResourceType, { forResource: withPolicy });
    }
    this.policy = iam.ResourceWithPolicies.of(repository);
    repository.node.addValidation({ validate: () => [...this.contradictions(), ...this.finding()] });
  }

  /** The repository in a template of this app; nothing where it is imported. */
  public get resource(): ecr.CfnRepository | undefined {
    return [this.repository, this.repository.node.defaultChild].find(CfnResource.isCfnResource) as ecr.CfnRepository | undefined;
  }

  /** Remembers somebody who may push, and gives them what pushers also need. */
  public addPusher(pusher: iam.IGrantable, conditions: Conditions): void {
    // By identity: not every principal says in its text who it is.
    const isSame = ([other, asked]: Parameters<PusherNeed>) =>
      other.grantPrincipal === pusher.grantPrincipal && JSON.stringify(asked) === JSON.stringify(conditions);
    if (this.pushers.some(isSame)) return;
    this.pushers.push([pusher, conditions]);
    this.needs.forEach((need) => need(pusher, conditions));
  }

  /** Says what pushers also need: those granted so far, and those to come. */
  public pushersAlsoNeed(need: PusherNeed): void {
    this.needs.push(need);
    this.pushers.forEach((pusher) => need(...pusher));
  }

  /** Remembers a denial, to see at synthesis that it is still there. */
  public addDenial(sid: string): void {
    this.denials.push(sid);
  }

  /**
   * Notes a guard and who is above it; refuses what would weaken one that is in place.
   *
   * @returns whether it is the first
   */
  public addGuard(guard: string, above: string[], onlyPushers?: string[]): boolean {
    const known = JSON.stringify(this.resolve(above));
    const problems = new Problems(this.repository.node.path);
    problems.unless(!this.guards.has(guard), {
      prop: guard,
      must: 'be called once',
      got: 'a second call',
      remedy: 'name everybody in one call',
      code: 'accessGuardTwice',
    });
    const [other] = this.guards.values();
    problems.unless(other === undefined || other === known, {
      prop: guard,
      must: 'have the breakGlass and deployedBy of the other guards of the repository',
      got: known,
      remedy: 'give all of them the same: who may change the policy can lift every guard',
      code: 'accessGuardDiffers',
    });
    problems.throwIfAny();
    this.guards.set(guard, known);
    this.onlyPushers = onlyPushers ?? this.onlyPushers;
    return this.guards.size === 1;
  }

  private contradictions(): string[] {
    const problems = new Problems(this.repository.node.path);
    const allowed = this.onlyPushers?.map((arn) => this.identify(arn));
    for (const [pusher] of allowed ? this.pushers : []) {
      const names = this.namesOf(pusher)?.map((arn) => this.identify(arn));
      const isCertain = names?.every(({ literal }) => allowed!.every((each) => each.literal === literal));
      problems.unless(!isCertain || names!.every(({ id }) => allowed!.some((each) => each.id === id)), {
        prop: 'push',
        must: 'be granted only to whom pushOnlyBy names',
        got: names?.map(({ id, literal }) => literal ? id : String(pusher.grantPrincipal)),
        remedy: 'name it in pushOnlyBy too, or take the grant away: the guard refuses its pushes',
        code: 'accessPushContradiction',
      });
    }
    return [...new Set(problems.messages())]; // two principals can be one caller
  }

  /** What is wrong with the policy as it will be, whoever wrote it: too much, or without a guard that was asked for. */
  private finding(): string[] {
    const policy: PolicyJson | undefined = this.resolve(this.resource?.repositoryPolicyText);
    const problems = new Problems(this.repository.node.path);
    const lost = this.denials.filter((sid) => !policy?.Statement.some(({ Sid }) => Sid === sid));
    problems.unless(lost.length === 0, {
      prop: 'repository policy',
      must: 'keep its guards',
      got: `none named ${lost.join(', ')}`,
      remedy: 'do not replace the policy after a guard was asked for; add statements to it instead',
      code: 'accessGuardLost',
    });
    checkPolicySize(policy, LIMITS.repositoryPolicyCharacters, problems, {
      prop: 'repository policy',
      remedy: 'grant to an organization or an organizational unit instead of to single accounts and roles',
      code: 'repositoryPolicySize',
    });
    return problems.messages();
  }

  /** An ARN in a form to compare: of one that is written out, what is left when the partition is not. */
  private identify(arn: string): { readonly id: string; readonly literal: boolean } {
    const text = JSON.stringify(this.resolve(arn));
    const written = /:iam::(\d{12}:[^"]+)"/.exec(text)?.[1];
    return { id: written ?? text, literal: written !== undefined };
  }

  private namesOf(pusher: iam.IGrantable): string[] | undefined {
    return callersOf(pusher.grantPrincipal, Stack.of(this.repository));
  }

  private resolve<T>(value: T): T {
    return Stack.of(this.repository).resolve(value);
  }
}

/** The construct around an L1 that is its default child: both are the same repository. */
function ownerOf(repository: ecr.IRepositoryRef): ecr.IRepositoryRef {
  const { scope } = repository.node;
  const isDefaultChild = scope?.node.defaultChild === repository && 'repositoryRef' in scope;
  return isDefaultChild ? scope as unknown as ecr.IRepositoryRef : repository;
}

/** Gives an L1 a policy that can be added to; what it has stays. */
function withPolicy(resource: CfnResource): iam.IResourceWithPolicyV2 {
  const repository = resource as ecr.CfnRepository;
  const { repositoryPolicyText: before, env, node } = repository;
  const problems = new Problems(node.path);
  problems.unless(before === undefined || before instanceof iam.PolicyDocument || Array.isArray(before.Statement), {
    prop: 'repositoryPolicyText',
    must: 'be a policy document to which statements can be added',
    got: before,
    remedy: 'give an iam.PolicyDocument, or an object with the list Statement',
    code: 'accessPolicyUnreadable',
  });
  problems.throwIfAny();
  const policy = new RepositoryPolicy(repository, before);
  repository.repositoryPolicyText = policy.text;
  node.addValidation({ validate: () => policy.validate() });
  const addToResourcePolicy = (statement: iam.PolicyStatement) => {
    policy.add(statement);
    return { statementAdded: true, policyDependable: repository };
  };
  return { env, addToResourcePolicy };
}
