import { Component, github, type awscdk } from 'projen';

const { JobPermission } = github.workflows;

/** Above what most jobs take; GitHub would wait for six hours. */
const TIMEOUT_MINUTES = 60;

/** What publib does without: the name of its default registry, and an id that only the old OSSRH asked for. */
const NOT_NEEDED = ['NPM_REGISTRY', 'MAVEN_STAGING_PROFILE_ID'];

/** What takes too long for a pull request, or a tool that builds need not have. */
const WEEKLY = [
  'test:benchmark', 'test:clients', 'test:deployments', 'test:java', 'test:judges', 'test:model', 'test:mutation', 'test:performance',
];

/**
 * The commits behind the versions of the actions that workflows use: a tag can be moved, a commit cannot. Annotated
 * tags are peeled to their commit.
 */
const PINNED: Record<string, { version: string; sha: string }> = {
  'actions/checkout': { version: 'v7.0.1', sha: '3d3c42e5aac5ba805825da76410c181273ba90b1' },
  'actions/download-artifact': { version: 'v8.0.1', sha: '3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c' },
  'actions/setup-dotnet': { version: 'v6.0.0', sha: 'a98b56852c35b8e3190ac28c8c2271da59106c68' },
  'actions/setup-go': { version: 'v7.0.0', sha: 'b7ad1dad31e06c5925ef5d2fc7ad053ef454303e' },
  'actions/setup-java': { version: 'v6.0.0', sha: 'dd06d9cba3e5552c54d9f8ea23572deb30010f7c' },
  'actions/setup-node': { version: 'v7.0.0', sha: '820762786026740c76f36085b0efc47a31fe5020' },
  'actions/setup-python': { version: 'v7.0.0', sha: '5fda3b95a4ea91299a34e894583c3862153e4b97' },
  'actions/upload-artifact': { version: 'v7.0.1', sha: '043fb46d1a93c77aae656e7c1c64a875d1fc6a0a' },
  'amannn/action-semantic-pull-request': { version: 'v6.1.1', sha: '48f256284bd46cdaab1048c3721360e808335d50' },
};

/**
 * The GitHub workflows: actions pinned by commit, permissions as small as they can be, runs at the newest CDK and with
 * the oldest Node.js and Python.
 */
export class Workflows extends Component {
  /** Holds the secrets of publishing, and is what registries trust. */
  public static readonly RELEASE_ENVIRONMENT = 'release';

  private readonly hub: github.GitHub;

  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    const hub = this.hub = project.github!;
    for (const [action, { sha }] of Object.entries(PINNED)) hub.actions.set(action, `${action}@${sha}`);

    // Neither build pushes: a changed file fails it, and the release is made by a job of its own.
    hub.tryFindWorkflow('build')!.file!.addOverride('jobs.build.permissions.contents', 'read');
    hub.tryFindWorkflow('release')!.file!.addOverride('jobs.release.permissions.contents', 'read');
    // Reads a title only, so it needs neither the target's secrets nor the right to write.
    const lint = hub.tryFindWorkflow('pull-request-lint')!.file!;
    lint.addOverride('on.pull_request', { types: ['opened', 'synchronize', 'reopened', 'ready_for_review', 'edited'] });
    lint.addDeletionOverride('on.pull_request_target');
    lint.addOverride('jobs.validate.if', "github.event_name == 'pull_request'");
    lint.addOverride('jobs.validate.permissions.pull-requests', 'read');

    this.addNewestCdk(project);
    this.addWeekly(project);
    this.addFreshMachine();
    this.addLanguages(project);
    this.addCompatibility(project);
  }

  /** Here, because the jobs of a release are not there any earlier. */
  public override preSynthesize(): void {
    for (const workflow of this.hub.workflows) {
      for (const [id, job] of Object.entries(workflow.jobs)) {
        if (!('steps' in job)) continue;
        const { steps: made } = job as { steps: unknown };
        const steps = (typeof made === 'function' ? () => made().map(slim) : job.steps.map(slim)) as github.workflows.JobStep[]; // builds make theirs late
        workflow.updateJob(id, { ...job, timeoutMinutes: job.timeoutMinutes ?? TIMEOUT_MINUTES, steps });
      }
    }
  }

  /** The build runs at the CDK floor, this at the newest CDK; not in pull requests, which a new CDK must not break. */
  private addNewestCdk(project: awscdk.AwsCdkConstructLibrary): void {
    const workflow = this.hub.addWorkflow('newest-cdk');
    workflow.on({ push: { branches: ['main'] }, schedule: [{ cron: '0 5 * * 1' }], workflowDispatch: {} });
    workflow.addJob('test', {
      name: 'Test with the newest CDK',
      runsOn: ['ubuntu-latest'],
      permissions: { contents: JobPermission.READ },
      steps: [
        { name: 'Checkout', uses: 'actions/checkout' },
        ...project.renderWorkflowSetup({ mutable: false }),
        { name: 'Test', run: 'npx projen test:newest-cdk' },
      ],
    });
  }

  /** What takes too long for a pull request; languages have a workflow of their own. */
  private addWeekly(project: awscdk.AwsCdkConstructLibrary): void {
    const workflow = this.hub.addWorkflow('weekly');
    workflow.on({ schedule: [{ cron: '0 6 * * 1' }], workflowDispatch: {} });
    workflow.addJob('test', {
      name: '${{ matrix.task }}',
      runsOn: ['ubuntu-latest'],
      permissions: { contents: JobPermission.READ },
      timeoutMinutes: 180, // two processors are an hour at the mutations
      strategy: { failFast: false, matrix: { domain: { task: WEEKLY } } },
      steps: [
        { name: 'Checkout', uses: 'actions/checkout' },
        { name: 'Setup Python', uses: 'actions/setup-python', with: { 'python-version': '3.10' } },
        { name: 'Setup Java', uses: 'actions/setup-java', with: { 'distribution': 'corretto', 'java-version': '17' } },
        { name: 'Setup Go', uses: 'actions/setup-go', with: { 'go-version-file': 'test/clients/go.mod', 'cache': false } },
        ...project.renderWorkflowSetup({ mutable: false }),
        { name: 'Make what is tested', run: 'npx projen pre-compile && npx projen compile' },
        { name: 'Test', run: 'npx projen ${{ matrix.task }}' },
      ],
    });
  }

  /** The two commands of the README, each on a machine of its own with the oldest that they promise to work with. */
  private addFreshMachine(): void {
    const workflow = this.hub.addWorkflow('fresh-machine');
    workflow.on({ pullRequest: {}, push: { branches: ['main'] }, workflowDispatch: {} });
    workflow.addJob('run', {
      name: '${{ matrix.command }} (Node.js ${{ matrix.node }})',
      runsOn: ['ubuntu-latest'],
      permissions: { contents: JobPermission.READ },
      strategy: {
        failFast: false,
        matrix: { domain: { node: ['20.16', '22'], command: ['npm ci && npm run demo', 'npm ci && npm test'] } },
      },
      steps: [
        { name: 'Checkout', uses: 'actions/checkout' },
        {
          name: 'Setup Node.js',
          uses: 'actions/setup-node',
          with: { 'node-version': '${{ matrix.node }}', 'package-manager-cache': false },
        },
        { name: 'Setup Python', uses: 'actions/setup-python', with: { 'python-version': '3.10' } },
        { name: 'Run', run: '${{ matrix.command }}' },
      ],
    });
  }

  /** Every language with what is packed for it; with the oldest versions that their pages name. */
  private addLanguages(project: awscdk.AwsCdkConstructLibrary): void {
    const workflow = this.hub.addWorkflow('languages');
    workflow.on({ pullRequest: {}, push: { branches: ['main'] }, workflowDispatch: {} });
    workflow.addJob('test', {
      name: 'Test TypeScript, Python, Java and Go',
      runsOn: ['ubuntu-latest'],
      permissions: { contents: JobPermission.READ },
      steps: [
        { name: 'Checkout', uses: 'actions/checkout' },
        { name: 'Setup Python', uses: 'actions/setup-python', with: { 'python-version': '3.10' } },
        { name: 'Setup Java', uses: 'actions/setup-java', with: { 'distribution': 'corretto', 'java-version': '11' } },
        { name: 'Setup Go', uses: 'actions/setup-go', with: { 'go-version': '1.25', 'cache': false } },
        ...project.renderWorkflowSetup({ mutable: false }),
        { name: 'Test', run: 'npx projen test:languages' },
      ],
    });
  }

  /** Fails on a breaking change of the API, once there is a release to compare with. */
  private addCompatibility(project: awscdk.AwsCdkConstructLibrary): void {
    project.buildWorkflow!.addPostBuildJob('compatibility', {
      name: 'API compatibility',
      runsOn: ['ubuntu-latest'],
      permissions: { contents: JobPermission.READ },
      steps: [
        { name: 'Checkout', uses: 'actions/checkout' },
        ...project.renderWorkflowSetup({ mutable: false }),
        {
          name: 'Compare with the newest release',
          run: [
            'if ! answer=$(npm view cdk-secure-ecr version 2>&1); then',
            '  echo "$answer"',
            "  grep -q 'code E404' <<< \"$answer\" || exit 1 # the registry did not answer, which says nothing",
            '  echo "no release to compare with yet"',
            '  exit 0',
            'fi',
            'npx projen compile',
            'npx projen compat',
          ].join('\n'),
        },
      ],
    });
  }
}

function slim(step: github.workflows.JobStep): github.workflows.JobStep {
  const env = step.env && Object.fromEntries(Object.entries(step.env).filter(([name]) => !NOT_NEEDED.includes(name)));
  // The token that may read the repository stays in no file: nothing here pushes.
  const isCheckout = /^actions\/checkout(@|$)/.test(step.uses ?? '');
  return { ...step, ...env && { env }, ...isCheckout && { with: { ...step.with, 'persist-credentials': false } } };
}
