import { type aws_ecr as ecr, aws_iam as iam } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { checkRoleProps, makeRole } from './github-oidc-role';
import type { GitHubOidcRoleProps } from './github-oidc-role-props';
import { RepositoryAccess } from '../access';
import { acknowledge } from '../private/acknowledge';
import { Problems } from '../private/problems';
import { knownLength } from '../private/tokens';

/** Properties of a `GitHubOidcPusher`. */
export interface GitHubOidcPusherProps extends GitHubOidcRoleProps {
  /** The repositories that images are pushed to, and no others. */
  readonly repositories: ecr.IRepositoryRef[];

  /**
   * Let the role pull from these repositories, too: to build upon their images, or to use one as a build cache.
   *
   * @default false - it can ask for manifests, which clients do before they push, but fetch no layer
   */
  readonly allowPull?: boolean;
}

/**
 * A role by which workflows of GitHub Actions push images, without a stored key: they show a token that GitHub issued for
 * the run, and IAM compares what is in it.
 *
 * The role can push to these repositories and nothing else. It is denied, whatever else grants it, to delete images, to
 * make tags mutable, and to change a policy or setting of any repository or of the registry. That no tag moves is for the
 * repository to see to: one with mutable tags lets whoever pushes move them.
 *
 * One role is enough for several subjects and repositories of one owner. A trust policy holds 2,048 characters unless the
 * quota of the account is raised (to 8,192 at most); docs/github.md tells how many subjects that is.
 *
 * Free of charge.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html#idp_oidc_Create_GitHub
 * @example
 * declare const images: SecureEcrRepository;
 * const shop = GitHubRepository.of('acme/shop', { ownerId: '1001', repositoryId: '2002' });
 * new GitHubOidcPusher(this, 'Pusher', {
 *   repositories: [images],
 *   subjects: [GitHubSubject.branch(shop, 'main')],
 * });
 */
export class GitHubOidcPusher extends Construct implements iam.IGrantable {
  /** The role that workflows take. Its ARN is their `role-to-assume`. */
  public readonly role: iam.IRole;

  /** The role, to be granted more. */
  public readonly grantPrincipal: iam.IPrincipal;

  /**
   * @param scope what it is part of, such as a stack: `this` in the constructor of one
   * @param id what it is called in there, unlike everything else
   * @param props what it is for, and what differs from the defaults
   */
  constructor(scope: Construct, id: string, props: GitHubOidcPusherProps) {
    check(scope, id, props);
    super(scope, id);

    const role = makeRole(this, props, 'Pushes images from GitHub Actions');
    for (const repository of props.repositories) {
      const access = RepositoryAccess.fromRepository(repository);
      access.push(role);
      if (props.allowPull) access.pull(role);
    }
    role.addToPolicy(new iam.PolicyStatement({
      sid: 'DenyDeletionAndSettings', effect: iam.Effect.DENY, actions: NEVER, resources: ['*'],
    }));
    acknowledge(role, 'IAM5[Resource::*]', 'ecr:GetAuthorizationToken is about the registry, AWS allows no other resource; what is denied is denied everywhere.');
    this.role = role;
    this.grantPrincipal = role;
  }
}

/** What whoever pushes never needs: to delete, and to change what guards the images. */
const NEVER = [
  'ecr:BatchDeleteImage', 'ecr:CreatePullThroughCacheRule', 'ecr:CreateRepository', 'ecr:CreateRepositoryCreationTemplate',
  'ecr:DeleteLifecyclePolicy', 'ecr:DeletePullThroughCacheRule', 'ecr:DeleteRegistryPolicy', 'ecr:DeleteRepository',
  'ecr:DeleteRepositoryCreationTemplate', 'ecr:DeleteRepositoryPolicy', 'ecr:DeleteSigningConfiguration',
  'ecr:DeregisterPullTimeUpdateExclusion', 'ecr:PutAccountSetting', 'ecr:PutImageScanningConfiguration',
  'ecr:PutImageTagMutability', 'ecr:PutLifecyclePolicy', 'ecr:PutRegistryPolicy', 'ecr:PutRegistryScanningConfiguration',
  'ecr:PutReplicationConfiguration', 'ecr:PutSigningConfiguration', 'ecr:RegisterPullTimeUpdateExclusion', 'ecr:SetRepositoryPolicy', 'ecr:TagResource',
  'ecr:UntagResource', 'ecr:UpdateImageStorageClass', 'ecr:UpdatePullThroughCacheRule', 'ecr:UpdateRepositoryCreationTemplate',
];

function check(scope: Construct, id: string, props: GitHubOidcPusherProps): void {
  const problems = new Problems(`${scope.node.path}/${id}`);
  knownLength('repositories', props.repositories, problems);
  problems.unless(props.repositories.length > 0, {
    prop: 'repositories', must: 'name at least one', got: props.repositories, remedy: 'add the repositories to push to', code: 'githubRepositoriesEmpty',
  });
  checkRoleProps(scope, props, problems);
  problems.throwIfAny();
}
