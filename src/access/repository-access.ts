import { type aws_codebuild as codebuild, type aws_ecr as ecr, aws_iam as iam } from 'aws-cdk-lib';
import type { AccessCondition } from './access-condition';
import type { GuardOptions, ImageDeletionGuardOptions, LambdaPullOptions } from './access-options';
import { AccessRecord, type PusherNeed } from './access-record';
import { ACTIONS, GUARDED, checkActions, mayStandFor } from './actions';
import { namedCallers } from './callers';
import { checkAccount } from './check-account';
import { grantToEach } from './composite';
import { type Conditions, allOf, isConditional } from './conditions';
import { denyChanges, denyWrites, deploymentRolesOf, rootUserOf } from './guards';
import { watchSize } from './managed-policy-size';
import { asPolicyPrincipal, conditionsOf, isFunction, isNobody, isOwnAccount, sameAccount } from './policy-principal';
import { LIMITS } from '../private/limits';
import { Problems } from '../private/problems';
import { matches } from '../private/tokens';
import { warn } from '../private/warn';

/**
 * Who may do what with a repository, in four levels: authorize (log in to the registry), read metadata, pull, push. Each
 * is granted by name and contains none of the others, but for the login that pull and push are nothing without.
 *
 * A role, a user or a group of the repository's account gets the permission in its own policies. Everybody else gets it in
 * the policy of the repository, and has to allow it on their side too: other accounts, organizations, roles that do not
 * exist yet. An organization that holds the repository's own account lets in everybody of that account by this alone.
 * Granting the same again changes nothing.
 *
 * An image that is encrypted with a key of yours takes no permission on that key: ECR decrypts it by a grant of its own.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html
 * @example
 * declare const theirs: ecr.Repository;
 * declare const ci: iam.Role;
 * const access = RepositoryAccess.fromRepository(theirs);
 * access.push(ci);
 * access.pull(RegistryPrincipal.role('222222222222', 'production'));
 * access.pushOnlyBy([ci]);
 */
export class RepositoryAccess {
  /**
   * Access to any repository: one of this library, of CDK, of CloudFormation (L1) or an imported one.
   *
   * The policy of an imported repository belongs to the app that makes it. Here, only principals that have policies of
   * their own can be granted access to it; others are refused.
   */
  public static fromRepository(repository: ecr.IRepositoryRef): RepositoryAccess {
    return new RepositoryAccess(AccessRecord.of(repository), {});
  }

  private readonly repository: ecr.IRepositoryRef;

  private constructor(private readonly record: AccessRecord, private readonly conditions: iam.Conditions) {
    this.repository = record.repository;
  }

  /** The same access under conditions, all of which must be met: what is granted through it carries them. */
  public when(...conditions: AccessCondition[]): RepositoryAccess {
    const problems = new Problems(this.repository.node.path);
    problems.unless(conditions.length > 0, {
      prop: 'when',
      must: 'name a condition',
      got: conditions,
      remedy: 'grant on the access itself what is to hold always',
      code: 'accessConditionEmpty',
    });
    problems.throwIfAny();
    return new RepositoryAccess(this.record, this.allOf(this.conditions, ...conditions.map((each) => each._render())));
  }

  /**
   * Lets somebody log in: `ecr:GetAuthorizationToken`.
   *
   * It is about the registry and takes the resource `*`, so it stands in the policy of the principal and never in that of
   * a repository. For an account, an organization or a service nothing can be done from here. The token is valid for 12
   * hours and opens only what its holder may do anyway.
   *
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
   */
  public authorize(grantee: iam.IGrantable): iam.Grant {
    return grantToEach(grantee, (each) => iam.Grant.addToPrincipal({ grantee: each, actions: [...ACTIONS.authorize], resourceArns: ['*'] }));
  }

  /**
   * Lets somebody see what is in the repository and how it is set up, and nothing of what is in an image: images and tags,
   * settings, policies, tags of the repository, findings of scans, state of signing and replication.
   *
   * Findings tell an attacker what to try. Those of enhanced scanning take permissions of Amazon Inspector too.
   *
   * Actions: BatchGetRepositoryScanningConfiguration, DescribeImageReplicationStatus, DescribeImageScanFindings,
   * DescribeImageSigningStatus, DescribeImages, DescribeRepositories, GetLifecyclePolicy, GetLifecyclePolicyPreview,
   * GetRepositoryPolicy, ListImages, ListTagsForResource.
   *
   * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
   */
  public readMetadata(grantee: iam.IGrantable): iam.Grant {
    return this._grant(grantee, ACTIONS.readMetadata);
  }

  /**
   * Lets somebody pull images, and log in.
   *
   * Actions: BatchCheckLayerAvailability, BatchGetImage, GetDownloadUrlForLayer; and GetAuthorizationToken.
   *
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html
   */
  public pull(grantee: iam.IGrantable): iam.Grant {
    return this._grant(grantee, ACTIONS.pull).combine(this.authorize(grantee));
  }

  /**
   * Lets somebody push images, and log in. It is no right to read: manifests can be fetched, because clients ask for one
   * before they push it, but no layer.
   *
   * Actions: BatchCheckLayerAvailability, BatchGetImage, CompleteLayerUpload, InitiateLayerUpload, PutImage,
   * UploadLayerPart; and GetAuthorizationToken.
   *
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
   */
  public push(grantee: iam.IGrantable): iam.Grant {
    return this._grant(grantee, ACTIONS.push).combine(this.authorize(grantee));
  }

  /**
   * Lets functions of AWS Lambda use the images. Lambda fetches them as itself, so it is let in on behalf of functions of
   * one account only. The functions have to be in the Region of the repository.
   *
   * Lambda would add such a statement itself when a function is made, and so change the policy behind the back of
   * CloudFormation. For another account, that account is let in too, whole, because whoever makes the function there needs
   * it: all roles there that are allowed to may then pull, whatever `RegistryPrincipal.role` says of single ones.
   *
   * Actions: BatchGetImage, GetDownloadUrlForLayer.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/images-create.html
   */
  public pullByLambda(options: LambdaPullOptions = {}): iam.Grant {
    const { account, functionName } = options;
    const problems = new Problems(`${this.repository.node.path}.pullByLambda`);
    if (account !== undefined) checkAccount(account, problems, { code: 'accessLambdaAccount' });
    problems.unless(functionName === undefined || matches(LIMITS.functionName, functionName), {
      prop: 'functionName',
      must: 'be 1 to 64 letters, digits, - or _',
      got: functionName,
      remedy: 'write the name alone, without ARN, version or wildcard; leave it out for every function of the account',
      code: 'accessLambdaFunction',
    });
    problems.throwIfAny();
    const { env } = this.repository;
    const service = new iam.ServicePrincipal('lambda.amazonaws.com', {
      conditions: isFunction(account ?? env.account, env.region, functionName),
    });
    const byService = this._grant(service, ACTIONS.lambdaPull);
    if (account === undefined || account === env.account) return byService;
    return byService.combine(this._grant(new iam.AccountPrincipal(account), ACTIONS.lambdaPull));
  }

  /**
   * Lets a project of AWS CodeBuild use the images as its build environment with CodeBuild's own credentials. A project
   * that pulls with its service role takes `pull(project)` instead.
   *
   * Actions: BatchCheckLayerAvailability, BatchGetImage, GetDownloadUrlForLayer.
   *
   * @see https://docs.aws.amazon.com/codebuild/latest/userguide/sample-ecr.html
   */
  public pullByCodeBuild(project: codebuild.IProjectRef): iam.Grant {
    return this._grant(new iam.ServicePrincipal('codebuild.amazonaws.com', {
      conditions: {
        ArnLike: { 'aws:SourceArn': project.projectRef.projectArn },
        StringEquals: { 'aws:SourceAccount': project.env.account },
      },
    }), ACTIONS.pull);
  }

  /**
   * Nobody pushes around the pipeline: whatever other policies allow, an administrator's included, only these may push.
   * It grants nothing; `push` does. What ECR writes itself, by replication or the pull-through cache, goes on.
   *
   * Like every guard it also does what `forbidDeletionAndPolicyChanges` does: one that can be taken away is none.
   *
   * Ways around that are not for this policy to close: whoever may deploy stacks can change it, and rules of the registry
   * bring images, for replication from a repository of the same name, for the pull-through cache by its prefix.
   *
   * A role of another stack that this repository's policy is to name, and that is granted access to it, makes each
   * stack need the other: name it by `RegistryPrincipal.role`.
   *
   * @param pushers roles or users, of which a session counts as its role
   */
  public pushOnlyBy(pushers: iam.IGrantable[], options: GuardOptions = {}): void {
    const problems = new Problems(this.repository.node.path);
    problems.unless(pushers.length > 0, {
      prop: 'pushOnlyBy',
      must: 'name a pusher',
      got: pushers,
      remedy: 'name the role of the pipeline; a repository that nobody pushes to needs no guard but its deletion',
      code: 'accessGuardEmpty',
    });
    problems.throwIfAny();
    const callers = [...this.callers('pushers', pushers), ...this.breakGlass(options)];
    this.guard('pushOnlyBy', options, callers);
    this.deny(denyWrites('DenyPushesOfOthers', GUARDED.push, callers, this.repository));
  }

  /**
   * Forbids everybody to delete or archive images, or to change the lifecycle policy, by which images are deleted too.
   * The lifecycle rules themselves go on, and so does what the deployment does.
   *
   * Like every guard it also does what `forbidDeletionAndPolicyChanges` does.
   */
  public forbidImageDeletion(options: ImageDeletionGuardOptions = {}): void {
    this.forbid('forbidImageDeletion', 'DenyImageDeletion', GUARDED.imageDeletion, options, this.callers('exemptPrincipals', options.exemptPrincipals ?? []));
  }

  /**
   * Forbids everybody but the deployment to make tags mutable or immutable.
   *
   * Like every guard it also does what `forbidDeletionAndPolicyChanges` does.
   */
  public forbidTagMutabilityChanges(options: GuardOptions = {}): void {
    this.forbid('forbidTagMutabilityChanges', 'DenyTagMutabilityChanges', GUARDED.tagMutability, options);
  }

  /**
   * Forbids everybody to delete the repository or to change its policy, but for the deployment of the stack, the role for
   * emergencies, and the root user of the account, who is the last to open what has shut everybody out.
   *
   * The two go together: who may change the policy can allow the deletion, and a repository that is made anew has no
   * policy.
   */
  public forbidDeletionAndPolicyChanges(options: GuardOptions = {}): void {
    this.guard('forbidDeletionAndPolicyChanges', options);
  }

  /**
   * Grants actions under the conditions of this facade, in the policy of the principal where it has one in the account of
   * the repository, in that of the repository otherwise, in both across accounts.
   *
   * @internal
   */
  public _grant(grantee: iam.IGrantable, actions: readonly string[]): iam.Grant {
    checkActions(this.repository.node.path, actions);
    return grantToEach(grantee, (each) => this.grantToOne(each, actions));
  }

  /**
   * What else somebody who may push needs, granted by another module, under the conditions of the push; holds for pushers
   * before and after. Not for those whom an `ecr.Repository` of CDK grants by its own methods.
   *
   * @internal
   */
  public _pushersAlsoNeed(need: PusherNeed): void {
    this.record.pushersAlsoNeed(need);
  }

  private grantToOne(grantee: iam.IGrantable, actions: readonly string[]): iam.Grant {
    const principal = grantee.grantPrincipal;
    const resourceArns = [this.repository.repositoryRef.repositoryArn];
    // CDK leaves the conditions of a principal out of the principal's own policy, where they matter as much.
    const conditions = this.allOf(this.conditions, conditionsOf(principal));
    const grant = { grantee, actions: [...actions], resourceArns };
    const isPush = actions.some((action) => mayStandFor(action, 'ecr:PutImage'));
    watchSize(grantee);
    const own = iam.Grant.addToPrincipal({ ...grant, ...(isConditional(conditions) && { conditions }) });
    if (own.success && this.isOwnEnough(principal)) {
      if (isPush) this.record.addPusher(grantee, conditions);
      return own;
    }

    const inPolicy = asPolicyPrincipal(principal, this.repository, conditions);
    const statement = new iam.PolicyStatement({
      actions: [...actions],
      principals: [inPolicy.principal],
      conditions: this.allOf(this.conditions, inPolicy.conditions),
    });
    const result = this.record.policy?.addToResourcePolicy(statement);
    if (!result?.statementAdded && !own.success) this.refuse(principal);
    if (isPush) this.record.addPusher(grantee, conditions);
    if (!result?.statementAdded) return own;
    if (isOwnAccount(inPolicy.principal, this.repository)) this.warnOfOwnAccount();
    const resource = { env: this.repository.env, node: this.repository.node, addToResourcePolicy: () => result };
    return own.combine(iam.Grant.addStatementToResourcePolicy({ ...grant, resource, statement }));
  }

  /** Whether a principal's own policy is all there is to write. */
  private isOwnEnough(principal: iam.IPrincipal): boolean {
    const isTold = principal.principalAccount !== undefined && !sameAccount(principal, this.repository);
    return !isTold || (isNobody(principal) && !this.record.resource);
  }

  private forbid(name: string, sid: string, actions: readonly string[], options: GuardOptions, except: string[] = []): void {
    this.guard(name, options);
    this.deny(denyChanges(sid, actions, [...except, ...this.breakGlass(options)], this.deployers(options)));
  }

  /** Notes a guard; the first one sees to it that none can be taken away. */
  private guard(name: string, options: GuardOptions, onlyPushers?: string[]): void {
    const problems = new Problems(this.repository.node.path);
    problems.unless(!isConditional(this.conditions), {
      prop: name,
      must: 'be called without conditions',
      got: this.conditions,
      remedy: 'call it on the access that has none: a guard holds always',
      code: 'accessGuardConditional',
    });
    problems.throwIfAny();
    const [above, deployers] = [this.breakGlass(options), this.deployers(options)];
    if (!this.record.addGuard(name, [...deployers, ...above], onlyPushers)) return;
    this.deny(denyChanges('DenyDeletionAndPolicyChanges', GUARDED.guards, [...above, rootUserOf(this.repository)], deployers));
  }

  private deny(statement: iam.PolicyStatement): void {
    const result = this.record.policy?.addToResourcePolicy(statement);
    if (!result?.statementAdded) this.refuse(statement.sid);
    this.record.addDenial(statement.sid!);
  }

  private breakGlass({ breakGlass }: GuardOptions): string[] {
    return breakGlass ? this.callers('breakGlass', [breakGlass]) : [];
  }

  private deployers({ deployedBy }: GuardOptions): string[] {
    return deployedBy ? this.callers('deployedBy', [deployedBy]) : deploymentRolesOf(this.repository);
  }

  private callers(prop: string, grantees: iam.IGrantable[]): string[] {
    return namedCallers(this.repository, prop, grantees);
  }

  private allOf(...conditions: iam.Conditions[]): Conditions {
    return allOf(this.repository.node.path, ...conditions);
  }

  private refuse(what: unknown): never {
    const problems = new Problems(this.repository.node.path);
    problems.add({
      prop: 'repository',
      must: 'be one whose policy this app writes',
      got: String(what),
      remedy: 'do this in the app that makes the repository; for an imported one only principals with policies of their own can be granted to',
      code: 'accessPolicyForeign',
    });
    return problems.throw();
  }

  private warnOfOwnAccount(): void {
    warn(this.repository, {
      code: 'accessOwnAccount',
      message: 'access was granted by naming the account of the repository, which lets nobody in: its IAM policies decide as before.'
        + ' Grant to the roles, users, groups or managed policies that are meant',
    });
  }
}
