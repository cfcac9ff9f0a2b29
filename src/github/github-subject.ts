import type { GitHubRepository } from './github-repository';
import { checkJobWorkflowRef, checkRef, checkText } from './subject-checks';
import { DEFAULT_TEMPLATE, checkTemplate, render, type SubjectParts, type TrustCondition } from './subject-template';
import { Problems } from '../private/problems';

/** Options of the factories of `GitHubSubject`. */
export interface GitHubSubjectOptions {
  /**
   * The workflow that the job must be of, reusable or not, as GitHub names it in the claim `job_workflow_ref`:
   * `acme/ci/.github/workflows/image.yml@refs/heads/main`. The end is a branch (`refs/heads/...`), a tag (`refs/tags/...`)
   * or a commit, whichever the caller writes after the `@`.
   *
   * A branch or an environment says where code comes from; this says what is done with it. Protect the workflow's branch.
   *
   * @default - any workflow
   */
  readonly jobWorkflowRef?: string;

  /**
   * The template of the subject, if it was customised for the organization or the repository: the `include_claim_keys` of
   * GitHub's API, in their order. `context` has to be among them, because nothing else tells a branch from a pull request.
   *
   * @default - the template that GitHub has unless told otherwise: repo, context
   * @see https://docs.github.com/en/actions/reference/security/oidc#customizing-the-subject-claims-for-an-organization-or-repository
   */
  readonly includeClaimKeys?: string[];

  /**
   * Values of those claims in `includeClaimKeys` that do not follow from the rest, such as `repository_visibility`.
   *
   * @default - none
   */
  readonly claims?: { [claim: string]: string };
}

/**
 * Runs of GitHub Actions that are trusted: those of one repository, on a branch, on a tag, or in an environment.
 *
 * A job that names an environment sends the environment and not its branch: trust the environment then, and say on GitHub
 * which branches may deploy to it. An environment with required reviewers and a `jobWorkflowRef` is the strongest choice.
 *
 * Events differ in whose code they run. `pull_request_target` sends `pull_request`, so no branch matches it.
 * `workflow_run`, `schedule`, `issue_comment` and others send the default branch: a subject of that branch trusts these
 * workflows too, whoever caused them to run.
 *
 * @see https://docs.github.com/en/actions/reference/security/oidc#example-subject-claims
 * @example
 * declare const shop: GitHubRepository;
 * const subjects = [GitHubSubject.branch(shop, 'main'), GitHubSubject.environment(shop, 'production')];
 */
export class GitHubSubject {
  /**
   * Runs on a branch, in jobs without an environment.
   *
   * @param branch its name without `refs/heads/`, in which `*` and `?` stand for any characters and for one, as in `release/*`
   */
  public static branch(repository: GitHubRepository, branch: string, options: GitHubSubjectOptions = {}): GitHubSubject {
    const problems = new Problems('GitHubSubject.branch');
    checkRef('branch', branch, problems);
    return GitHubSubject.ofRef(repository, `refs/heads/${branch}`, options, problems);
  }

  /**
   * Runs on a tag, in jobs without an environment. Whoever can push a tag of that name decides what runs: protect the
   * tags by a ruleset.
   *
   * @param tag its name without `refs/tags/`, in which `*` and `?` stand for any characters and for one, as in `v*`
   */
  public static tag(repository: GitHubRepository, tag: string, options: GitHubSubjectOptions = {}): GitHubSubject {
    const problems = new Problems('GitHubSubject.tag');
    checkRef('tag', tag, problems);
    return GitHubSubject.ofRef(repository, `refs/tags/${tag}`, options, problems);
  }

  /**
   * Jobs in an environment, on whichever branches and tags the environment allows. An environment without protection
   * rules allows all of them, and any workflow can name it: give it deployment branches, or reviewers.
   *
   * @param environment its name, letter for letter, which cannot be a pattern
   */
  public static environment(repository: GitHubRepository, environment: string, options: GitHubSubjectOptions = {}): GitHubSubject {
    const problems = new Problems('GitHubSubject.environment');
    checkText('environment', environment, problems);
    return GitHubSubject.make(repository, ['environment', environment], { environment }, options, problems);
  }

  /**
   * Runs for pull requests, in jobs without an environment: code that nobody has reviewed. Takes `allowPullRequests` where
   * it is used. A pull request from a fork has the subject of this repository, too; it gets
   * a token only where GitHub is told to send write tokens to forks. Whoever can push a branch to the repository gets one, and
   * so does `pull_request_target`.
   */
  public static pullRequest(repository: GitHubRepository, options: GitHubSubjectOptions = {}): GitHubSubject {
    return GitHubSubject.make(repository, ['pull_request'], {}, options, new Problems('GitHubSubject.pullRequest'));
  }

  /**
   * Runs on any branch, in jobs without an environment: whoever can push to the repository is trusted. Meant for a
   * repository of images for development.
   *
   * Raises the warning `cdk-secure-ecr:githubAnyBranch`.
   */
  public static dangerouslyAnyBranch(repository: GitHubRepository, options: GitHubSubjectOptions = {}): GitHubSubject {
    return GitHubSubject.ofRef(repository, ANY_BRANCH, options, new Problems('GitHubSubject.dangerouslyAnyBranch'));
  }

  private static ofRef(repository: GitHubRepository, ref: string, options: GitHubSubjectOptions, problems: Problems): GitHubSubject {
    return GitHubSubject.make(repository, ['ref', ref], { ref }, options, problems);
  }

  private static make(
    repository: GitHubRepository, context: string[], own: Record<string, string>, options: GitHubSubjectOptions, problems: Problems,
  ): GitHubSubject {
    const { jobWorkflowRef, includeClaimKeys: template = DEFAULT_TEMPLATE, claims = {} } = options;
    const known = {
      ...own,
      repository: repository.fullName,
      repository_owner: repository.owner,
      repository_id: repository._ids?.repositoryId,
      repository_owner_id: repository._ids?.ownerId,
      job_workflow_ref: jobWorkflowRef,
    };
    checkJobWorkflowRef(jobWorkflowRef, problems);
    checkTemplate({ repository, context, known, template }, claims, problems);
    problems.throwIfAny();
    return new GitHubSubject({ repository, context, known: { ...known, ...claims }, template });
  }

  private constructor(private readonly parts: SubjectParts) {}

  /** @internal */
  public get _repository(): GitHubRepository {
    return this.parts.repository;
  }

  /** @internal */
  public get _isPullRequest(): boolean {
    return this.parts.context[0] === 'pull_request';
  }

  /** @internal */
  public get _isAnyBranch(): boolean {
    return this.parts.known.ref === ANY_BRANCH;
  }

  /** @internal */
  public _render(): TrustCondition {
    return render(this.parts);
  }
}

const ANY_BRANCH = 'refs/heads/*';
