import type { Duration, aws_iam as iam } from 'aws-cdk-lib';
import type { GitHubIssuer } from './github-issuer';
import type { GitHubSubject } from './github-subject';

/** Properties of roles that GitHub Actions take. */
export interface GitHubOidcRoleProps {
  /** The runs that may take the role, all of one owner. There is no default: nobody is trusted unless named. */
  readonly subjects: GitHubSubject[];

  /**
   * Let `GitHubSubject.pullRequest` be among the subjects: code that nobody has reviewed then takes the role.
   *
   * Raises the warning `cdk-secure-ecr:githubPullRequests`.
   *
   * @default false
   */
  readonly allowPullRequests?: boolean;

  /**
   * Who issues the tokens.
   *
   * @default GitHubIssuer.githubCom()
   */
  readonly issuer?: GitHubIssuer;

  /**
   * The identity provider of IAM for the issuer. It has to be of the account of the role.
   *
   * @default - the one that this app makes for the account; it is made in the stack of the first role if there is none
   */
  readonly provider?: iam.IOIDCProviderRef;

  /**
   * Name of the role: 1 to 64 letters, digits and `_+=,.@-`.
   *
   * @default - a name that CloudFormation makes
   */
  readonly roleName?: string;

  /**
   * Path of the role, beginning and ending with a slash, up to 512 characters.
   *
   * @default '/'
   */
  readonly path?: string;

  /**
   * What the role is for.
   *
   * @default - says that GitHub Actions take it, and for what
   */
  readonly description?: string;

  /**
   * How long a session may last, 1 to 12 hours. A workflow asks for its own length, up to this; an hour if it does not ask.
   * A login to the registry lasts 12 hours whatever this is.
   *
   * @default Duration.hours(1)
   */
  readonly maxSessionDuration?: Duration;

  /**
   * What the role can do at most.
   *
   * @default - no boundary
   */
  readonly permissionsBoundary?: iam.IManagedPolicy;
}
