import { Aws, DefaultStackSynthesizer, type Environment, Stack, aws_iam as iam } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { checkRoleProps, makeRole } from './github-oidc-role';
import type { GitHubOidcRoleProps } from './github-oidc-role-props';
import { LIMITS } from '../private/limits';
import { Problems } from '../private/problems';
import { knownLength, matches } from '../private/tokens';

/**
 * The roles that `cdk bootstrap` makes for the CDK CLI.
 *
 * @see https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html
 */
export enum CdkBootstrapRole {
  /** Starts deployments. CloudFormation then does what its own role may, everything unless bootstrapped otherwise. */
  DEPLOY = 'deploy-role',
  /** Uploads templates, function code and other files. */
  FILE_PUBLISHING = 'file-publishing-role',
  /** Pushes the images of container assets. */
  IMAGE_PUBLISHING = 'image-publishing-role',
  /** Looks up what exists in the account, for `fromLookup` methods. It reads everything that `ReadOnlyAccess` does. */
  LOOKUP = 'lookup-role',
}

/** Properties of a `GitHubOidcDeployer`. */
export interface GitHubOidcDeployerProps extends GitHubOidcRoleProps {
  /**
   * The accounts and Regions to deploy to. Another account has to be bootstrapped with `--trust` for the account of this
   * role.
   *
   * @default - the account and Region of the stack
   */
  readonly targets?: Environment[];

  /**
   * The roles of the CDK that are needed.
   *
   * @default - deploying and uploading files
   */
  readonly bootstrapRoles?: CdkBootstrapRole[];

  /**
   * The qualifier that the targets were bootstrapped with, 1 to 10 letters, digits, hyphens and underscores.
   *
   * @default - the qualifier of the stack, `hnb659fds` unless it was changed
   */
  readonly qualifier?: string;
}

/**
 * A role by which workflows of GitHub Actions run `cdk deploy`, without a stored key. It can do nothing but take the roles
 * that `cdk bootstrap` made, those that are needed, in the accounts and Regions that are meant.
 *
 * Whoever deploys can change everything that CloudFormation may change: trust an environment with required reviewers, and
 * no pull requests. Keep it apart from the `GitHubOidcPusher`.
 *
 * Free of charge.
 *
 * @see https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html
 * @example
 * const shop = GitHubRepository.of('acme/shop', { ownerId: '1001', repositoryId: '2002' });
 * new GitHubOidcDeployer(this, 'Deployer', {
 *   subjects: [GitHubSubject.environment(shop, 'production')],
 * });
 */
export class GitHubOidcDeployer extends Construct implements iam.IGrantable {
  /** The role that workflows take. Its ARN is their `role-to-assume`. */
  public readonly role: iam.IRole;

  /** The role, to be granted more. */
  public readonly grantPrincipal: iam.IPrincipal;

  /**
   * @param scope what it is part of, such as a stack: `this` in the constructor of one
   * @param id what it is called in there, unlike everything else
   * @param props what it is for, and what differs from the defaults
   */
  constructor(scope: Construct, id: string, props: GitHubOidcDeployerProps) {
    check(scope, id, props);
    super(scope, id);

    const { account, region, synthesizer } = Stack.of(this);
    const qualifier = props.qualifier ?? synthesizer.bootstrapQualifier ?? DefaultStackSynthesizer.DEFAULT_QUALIFIER;
    const role = makeRole(this, props, 'Deploys CDK apps from GitHub Actions');
    role.addToPolicy(new iam.PolicyStatement({
      sid: 'TakeBootstrapRoles',
      actions: ['sts:AssumeRole'],
      resources: (props.targets ?? [{ account, region }]).flatMap((target) => (props.bootstrapRoles ?? DEFAULT_ROLES).map((name) =>
        `arn:${Aws.PARTITION}:iam::${target.account}:role/cdk-${qualifier}-${name}-${target.account}-${target.region}`)),
    }));
    this.role = role;
    this.grantPrincipal = role;
  }
}

const DEFAULT_ROLES = [CdkBootstrapRole.DEPLOY, CdkBootstrapRole.FILE_PUBLISHING];

function check(scope: Construct, id: string, props: GitHubOidcDeployerProps): void {
  const problems = new Problems(`${scope.node.path}/${id}`);
  const { targets, bootstrapRoles, qualifier } = props;
  for (const [prop, list] of Object.entries({ targets, bootstrapRoles })) {
    knownLength(prop, list, problems);
    problems.unless(list === undefined || list.length > 0, {
      prop, must: 'name at least one', got: list, remedy: 'leave it out to use the default', code: 'githubDeployerEmpty',
    });
  }
  for (const target of targets ?? []) {
    problems.unless(matches(LIMITS.account, target.account ?? '') && matches(LIMITS.region, target.region ?? ''), {
      prop: 'targets',
      must: 'name an account of 12 digits and a Region',
      got: target,
      remedy: 'write both: a role is trusted in the accounts and Regions that are named',
      code: 'githubDeployerTarget',
    });
  }
  problems.unless(qualifier === undefined || matches(LIMITS.bootstrapQualifier, qualifier), {
    prop: 'qualifier',
    must: 'be 1 to 10 letters, digits, hyphens or underscores',
    got: qualifier,
    remedy: 'use the one of cdk bootstrap --qualifier',
    code: 'githubDeployerQualifier',
  });
  checkRoleProps(scope, props, problems);
  problems.throwIfAny();
}
