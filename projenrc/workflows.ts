import { Component, github, type awscdk } from 'projen';

const { JobPermission } = github.workflows;

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

/** The GitHub workflows: actions pinned by commit, permissions as small as they can be, a run at the newest CDK. */
export class Workflows extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    const hub = project.github!;
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

    this.addNewestCdk(project, hub);
    this.addCompatibility(project);
  }

  /** The build runs at the CDK floor, this one at the newest CDK. */
  private addNewestCdk(project: awscdk.AwsCdkConstructLibrary, hub: github.GitHub): void {
    const workflow = hub.addWorkflow('newest-cdk');
    workflow.on({ pullRequest: {}, schedule: [{ cron: '0 5 * * 1' }], workflowDispatch: {} });
    workflow.addJob('test', {
      name: 'Test with the newest CDK',
      runsOn: ['ubuntu-latest'],
      permissions: { contents: JobPermission.READ },
      steps: [
        { name: 'Checkout', uses: 'actions/checkout', with: { 'persist-credentials': false } },
        ...project.renderWorkflowSetup({ mutable: false }),
        { name: 'Test', run: 'npx projen test:newest-cdk' },
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
        { name: 'Checkout', uses: 'actions/checkout', with: { 'persist-credentials': false } },
        ...project.renderWorkflowSetup({ mutable: false }),
        {
          name: 'Compare with the newest release',
          run: [
            'if ! npm view cdk-secure-ecr version > /dev/null 2>&1; then echo "no release to compare with yet"; exit 0; fi',
            'npx projen compile',
            'npx projen compat',
          ].join('\n'),
        },
      ],
    });
  }
}
