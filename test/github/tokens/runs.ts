import { hostile, legitimate, type TokenCase } from './case';
import { API, ENTERPRISE, WORKFLOW } from '../../support/github-token';

const TEMPLATE = ['repo', 'context', 'job_workflow_ref'];

/** Runs of acme/shop and acme/api themselves: events, branches, tags, environments, workflows. */
export const runs: TokenCase[] = [
  // Events on the branch main.
  ...legitimate('a push to main', 'it is what the branch subject is for', {}, ['branch', 'anyBranch']),
  ...legitimate('a run of main by hand', 'whoever may start it chose a branch that is trusted', { event: 'workflow_dispatch' }, ['branch', 'anyBranch']),
  ...legitimate('a scheduled run', 'GitHub runs schedules on the default branch', { event: 'schedule' }, ['branch', 'anyBranch']),
  ...legitimate('a run after another workflow', 'GitHub sends the default branch for workflow_run; IAM cannot tell it from a push',
    { event: 'workflow_run' }, ['branch', 'anyBranch']),
  ...legitimate('a run by a comment on an issue', 'GitHub sends the default branch for issue_comment; IAM cannot tell it from a push',
    { event: 'issue_comment' }, ['branch', 'anyBranch']),
  ...legitimate('main through the shared workflow', 'which workflow it is does not matter to a branch',
    { workflow: WORKFLOW }, ['branch', 'anyBranch']),
  ...legitimate('another actor', 'who pushed does not matter, GitHub decided on that', { claims: { actor: 'mallory', actor_id: '666' } }, ['branch', 'anyBranch']),
  ...legitimate('a public repository', 'visibility is not asked for', { claims: { repository_visibility: 'public' } }, ['branch', 'anyBranch']),
  ...legitimate('a self-hosted runner', 'IAM has no key for the kind of runner', { claims: { runner_environment: 'self-hosted' } }, ['branch', 'anyBranch']),

  // Other branches.
  ...legitimate('a release branch', 'the pattern matches it', { ref: 'refs/heads/release/1.0' }, ['pattern', 'anyBranch']),
  ...legitimate('a release branch with a further slash', '* also stands for a slash', { ref: 'refs/heads/release/1/hotfix' }, ['pattern', 'anyBranch']),
  ...legitimate('a feature branch', 'only any branch is that wide', { ref: 'refs/heads/feature/x' }, ['anyBranch']),
  ...legitimate('a branch that begins like main', 'subjects are compared whole', { ref: 'refs/heads/main2' }, ['anyBranch']),
  ...legitimate('a branch below main', 'subjects are compared whole', { ref: 'refs/heads/main/x' }, ['anyBranch']),
  ...legitimate('the branch Main', 'IAM compares letter for letter, and so does git', { ref: 'refs/heads/Main' }, ['anyBranch']),
  ...legitimate('the branch releases/1', 'the pattern has a slash after release', { ref: 'refs/heads/releases/1' }, ['anyBranch']),
  ...legitimate('the branch release', 'the pattern has a slash after release', { ref: 'refs/heads/release' }, ['anyBranch']),
  ...legitimate('the branch x/release/1', 'a pattern begins where the branch begins', { ref: 'refs/heads/x/release/1' }, ['anyBranch']),
  ...legitimate('a merge queue for main', 'it runs on a branch of its own before anything is merged',
    { event: 'merge_group', ref: 'refs/heads/gh-readonly-queue/main/pr-7-8b2c1d7f' }, ['anyBranch']),

  // Tags, and what is named like one.
  ...legitimate('a tag of a release', 'the pattern matches it', { ref: 'refs/tags/v1.0.0' }, ['tag']),
  ...legitimate('a published release', 'GitHub sends its tag', { event: 'release', ref: 'refs/tags/v2' }, ['tag']),
  ...legitimate('the tag v', '* also stands for nothing', { ref: 'refs/tags/v' }, ['tag']),
  ...hostile('the tag V1', 'IAM compares letter for letter', { ref: 'refs/tags/V1' }),
  ...hostile('the tag 1.0.0-v1', 'a pattern begins where the tag begins', { ref: 'refs/tags/1.0.0-v1' }),
  ...hostile('a tag named main', 'refs/tags/main is not refs/heads/main', { ref: 'refs/tags/main' }),
  ...hostile('a tag named release/1', 'refs/tags/ is not refs/heads/', { ref: 'refs/tags/release/1' }),
  ...hostile('a tag named refs/heads/main', 'the whole ref is refs/tags/refs/heads/main', { ref: 'refs/tags/refs/heads/main' }),
  ...legitimate('a branch named v1.0.0', 'refs/heads/ is not refs/tags/', { ref: 'refs/heads/v1.0.0' }, ['anyBranch']),
  ...legitimate('a branch named refs/tags/v1.0.0', 'the whole ref is refs/heads/refs/tags/v1.0.0', { ref: 'refs/heads/refs/tags/v1.0.0' }, ['anyBranch']),
  ...legitimate('a branch named pull_request', 'the subject says ref: before it', { ref: 'refs/heads/pull_request' }, ['anyBranch']),
  ...legitimate('a branch named production', 'a branch is no environment', { ref: 'refs/heads/production' }, ['anyBranch']),

  // Pull requests.
  ...legitimate('a pull request', 'the role was told to trust them', { event: 'pull_request', ref: 'refs/pull/7/merge' }, ['pullRequest']),
  ...legitimate('pull_request_target', 'its ref is main, but its subject says pull_request',
    { event: 'pull_request_target', ref: 'refs/heads/main' }, ['pullRequest']),
  ...legitimate('a pull request from a branch named main', 'its subject says pull_request',
    { event: 'pull_request', ref: 'refs/pull/8/merge', claims: { head_ref: 'main' } }, ['pullRequest']),
  ...legitimate('a pull request in production', 'an environment hides the event: its protection rules decide',
    { event: 'pull_request', ref: 'refs/pull/9/merge', environment: 'production' }, ['environment']),
  ...legitimate('pull_request_target in production', 'an environment hides the event: its protection rules decide',
    { event: 'pull_request_target', environment: 'production' }, ['environment']),

  // Environments.
  ...legitimate('a job in production', 'it is what the environment subject is for', { environment: 'production' }, ['environment']),
  ...legitimate('a job in production, from a tag', 'an environment hides the ref: its deployment branches decide',
    { environment: 'production', ref: 'refs/tags/v1.0.0' }, ['environment']),
  ...legitimate('a job in production through the shared workflow', 'environment and workflow are as asked for',
    { environment: 'production', workflow: WORKFLOW }, ['environment', 'workflow']),
  ...legitimate('a job in prod:eu', 'GitHub writes the colon as %3A', { environment: 'prod:eu' }, ['colon']),
  ...hostile('a job in prod%3Aeu', 'its subject is that of prod:eu, only the claim environment tells them apart', { environment: 'prod%3Aeu' }),
  ...hostile('a job in prod%3aeu', 'IAM compares letter for letter', { environment: 'prod%3aeu' }),
  ...hostile('a job in staging', 'it is another environment', { environment: 'staging' }),
  ...hostile('a job in Production', 'IAM compares letter for letter, as the workflow wrote it', { environment: 'Production' }),
  ...hostile('a job in production-eu', 'subjects are compared whole', { environment: 'production-eu' }),
  ...hostile('a job in prod', 'subjects are compared whole', { environment: 'prod' }),
  ...hostile('a job in "production "', 'a space is a character', { environment: 'production ' }),
  ...hostile('an environment named like a ref', 'its colon is escaped', { environment: 'ref:refs/heads/main' }),
  ...hostile('an environment named pull_request', 'the subject says environment: before it', { environment: 'pull_request' }),
  ...hostile('an environment that names a workflow', 'its colon is escaped', { environment: `production:job_workflow_ref:${WORKFLOW}` }),

  // Workflows.
  ...legitimate('production through a branch of the shared workflow', 'the workflow is not the one that was reviewed',
    { environment: 'production', workflow: WORKFLOW.replace('main', 'wip') }, ['environment']),
  ...legitimate('production through a tag named main of the shared workflow', 'refs/tags/ is not refs/heads/',
    { environment: 'production', workflow: WORKFLOW.replace('heads', 'tags') }, ['environment']),
  ...legitimate('production through another workflow file', 'it is another workflow',
    { environment: 'production', workflow: WORKFLOW.replace('image', 'image2') }, ['environment']),
  ...legitimate('production through the workflow of a look-alike', 'the owner of the workflow is another',
    { environment: 'production', workflow: WORKFLOW.replace('acme', 'acme-evil') }, ['environment']),
  ...legitimate('production through the workflow, in other case', 'IAM compares letter for letter',
    { environment: 'production', workflow: WORKFLOW.replace('ci', 'CI') }, ['environment']),
  ...legitimate('production without the claim job_workflow_ref', 'what is missing is not as asked for',
    { environment: 'production', claims: { job_workflow_ref: undefined } }, ['environment']),

  // Customised subjects.
  ...legitimate('main with a customised subject', 'branch and workflow stand in the subject', { workflow: WORKFLOW, template: TEMPLATE }, ['template', 'anyBranch']),
  ...legitimate('main with a customised subject and another workflow', 'the workflow in the subject is another',
    { workflow: WORKFLOW.replace('main', 'wip'), template: TEMPLATE }, ['anyBranch']),
  ...legitimate('a branch with a customised subject', 'the branch in the subject is another',
    { ref: 'refs/heads/wip', workflow: WORKFLOW, template: TEMPLATE }, ['anyBranch']),
  ...hostile('a pull request with a customised subject', 'the subject says pull_request',
    { event: 'pull_request_target', workflow: WORKFLOW, template: TEMPLATE }),
  ...hostile('the claims of a customised subject in another order', 'subjects are compared whole',
    { workflow: WORKFLOW, template: ['job_workflow_ref', 'repo', 'context'] }),
  ...hostile('a subject of the repository alone', 'it does not tell a branch from a pull request', { template: ['repo'] }),
  ...hostile('a subject of the owner alone', 'every repository of the organization has it', { template: ['repository_owner'] }),
  ...hostile('a subject of the workflow alone', 'every repository that calls the workflow has it', { workflow: WORKFLOW, template: ['job_workflow_ref'] }),
  ...hostile('a subject of the ref alone', 'every repository on GitHub can have it', { template: ['ref'] }),
  ...hostile('a subject that names the ref as pull_request_target sends it', 'ref is no context',
    { event: 'pull_request_target', template: ['repository', 'ref'] }),

  // The second repository, and the issuer of the enterprise.
  ...legitimate('a push to main of the second repository', 'the role trusts it, too', { from: API }, [], { api: true }),
  ...hostile('a tag of the second repository', 'only its main is trusted', { from: API, ref: 'refs/tags/v1.0.0' }),
  ...hostile('production of the second repository', 'only its main is trusted', { from: API, environment: 'production' }),
  ...legitimate('a push to main, from the issuer of the enterprise', 'the role trusts that issuer', { claims: { iss: ENTERPRISE } },
    ['branch', 'anyBranch'], { issuer: 'enterprise' }),
  ...legitimate('a tag, from the issuer of the enterprise', 'the role trusts that issuer', { ref: 'refs/tags/v1', claims: { iss: ENTERPRISE } },
    ['tag'], { issuer: 'enterprise' }),
  ...legitimate('production through the shared workflow, from the issuer of the enterprise', 'the role trusts that issuer',
    { environment: 'production', workflow: WORKFLOW, claims: { iss: ENTERPRISE } }, ['environment', 'workflow'], { issuer: 'enterprise' }),
];
