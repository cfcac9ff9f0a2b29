import { awscdk, github, javascript, typescript } from 'projen';
import { Architecture } from './projenrc/architecture';
import { Commands } from './projenrc/commands';
import { CommunityFiles } from './projenrc/community-files';
import { CompiledLibrary } from './projenrc/compiled-library';
import { HANDLER_OPTIONS, Handlers } from './projenrc/handlers';
import { Workflows } from './projenrc/workflows';

const REPOSITORY = 'https://github.com/cdk-secure-ecr/cdk-secure-ecr';

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-secure-ecr',
  description: 'AWS CDK constructs that secure Amazon ECR: who pushes, who pulls, what is kept, and what may be deployed',
  author: 'cdk-secure-ecr contributors',
  authorAddress: 'https://github.com/cdk-secure-ecr',
  authorOrganization: true,
  repositoryUrl: `${REPOSITORY}.git`,
  homepage: REPOSITORY,
  license: 'Apache-2.0',
  stability: 'experimental',
  keywords: ['aws', 'aws-cdk', 'ecr', 'container', 'docker', 'oci', 'registry', 'security', 'supply-chain'],

  // The oldest pair that npm, PyPI, Maven Central and the Go proxy all have, with acknowledgements and mixins.
  cdkVersion: '2.260.0',
  constructsVersion: '10.6.0',
  jsiiVersion: '6.0.16',
  typescriptVersion: '6.0.3',
  minNodeVersion: '22.0.0',
  workflowNodeVersion: '24',
  packageManager: javascript.NodePackageManager.NPM,
  devDeps: [
    // The newest that the Go proxy has, of what the Go package depends on.
    '@aws-cdk/asset-awscli-v1@2.2.282',
    '@aws-cdk/asset-node-proxy-agent-v6@2.1.2',
    '@aws-cdk/cloud-assembly-schema@54.1.0',
    '@cloud-copilot/iam-simulate@0.1.173', // AGPL: for tests only, never part of the package
    '@aws-lambda-powertools/logger@2.36.0',
    '@aws-lambda-powertools/metrics@2.36.0',
    '@aws-sdk/client-cloudformation@3.1169.0',
    '@aws-sdk/client-cloudwatch@3.1164.0',
    '@aws-sdk/client-cloudwatch-logs@3.1169.0',
    '@aws-sdk/client-dynamodb@3.1164.0',
    '@aws-sdk/client-ecr@3.1169.0',
    '@aws-sdk/client-eventbridge@3.1169.0',
    '@aws-sdk/client-iam@3.1169.0',
    '@aws-sdk/client-inspector2@3.1085.0',
    '@aws-sdk/client-kms@3.1164.0',
    '@aws-sdk/client-lambda@3.1164.0',
    '@aws-sdk/client-s3@3.1169.0',
    '@aws-sdk/client-sns@3.1169.0',
    '@aws-sdk/client-sqs@3.1169.0',
    '@aws-sdk/client-sts@3.1169.0',
    '@aws-sdk/lib-dynamodb@3.1162.0',
    '@jest/test-sequencer@30.5.2',
    '@stryker-mutator/core@10.0.0',
    '@stryker-mutator/jest-runner@10.0.0',
    '@types/aws-lambda@8.10.164', // what types of Powertools refer to
    '@types/commonmark@0.27.10',
    '@types/github-slugger@1.3.0',
    '@viz-js/viz@3.31.0', // Graphviz, which draws docs/images/architecture.svg
    'ajv@8.20.0', // refuses in tests what the published schemas refuse
    'aws-cdk@2.1148.1', // 3.0.0 cannot read the assemblies of today's aws-cdk-lib
    'awslint@2.262.2-alpha.0',
    'cdk-nag@3.0.2',
    'commonmark@0.31.2', // reads the pages whose links are checked
    'fast-check@4.10.2',
    'github-slugger@1.5.0', // the last that can be required: what GitHub makes of headings
    'listr2@11.4.0',
    '@aws/cloudformation-validate@1.9.0-beta',
    'yaml@2.9.1',
    'node@24.9.0', // scripts run with it whatever Node the machine has
  ],

  defaultReleaseBranch: 'main',
  majorVersion: 0,
  releaseEnvironment: Workflows.RELEASE_ENVIRONMENT,
  jsiiReleaseVersion: '0.2.1061', // publib, which holds the right to publish while it runs
  npmTrustedPublishing: true,
  npmProvenance: true,
  publishToPypi: { distName: 'cdk-secure-ecr', module: 'cdk_secure_ecr', trustedPublishing: true, attestations: true },
  publishToMaven: {
    javaPackage: 'io.github.cdksecureecr',
    mavenGroupId: 'io.github.cdksecureecr',
    mavenArtifactId: 'cdk-secure-ecr',
    mavenServerId: 'central-ossrh',
  },
  publishToGo: { moduleName: 'github.com/cdk-secure-ecr/cdk-secure-ecr-go', packageName: 'cdksecureecr' },
  publishToNuget: { dotNetNamespace: 'CdkSecureEcr', packageId: 'CdkSecureEcr', trustedPublishing: true },

  lambdaOptions: HANDLER_OPTIONS,
  bundlerOptions: { esbuildVersion: '0.28.2' },

  projenrcTs: true,
  projenrcTsOptions: { runner: typescript.TypeScriptRunner.tsx({ tsconfig: 'tsconfig.dev.json' }) },
  tsconfigDevFile: 'tsconfig.dev.json',
  tsconfigDev: { include: ['.projenrc.ts'], exclude: ['lib', 'dist', 'coverage', 'cdk.out'] },
  eslintOptions: {
    dirs: ['src'],
    devdirs: ['test', 'examples', 'demo', 'docs', 'projenrc'],
    tsconfigPath: './tsconfig.dev.json',
    projectService: false,
    ignorePatterns: ['*.d.ts', '**/cdk.out'],
  },
  jestOptions: { jestVersion: '^30', jestConfig: { testTimeout: 30_000 } }, // on a machine that has other work too

  npmignoreEnabled: false, // package.json says what ships instead
  sampleCode: false,
  depsUpgrade: false,
  dependabot: true,
  // What is bad in a new version is mostly found within days.
  dependabotOptions: { scheduleInterval: github.DependabotScheduleInterval.WEEKLY, cooldown: { defaultDays: 7 } },
  pullRequestTemplateContents: CommunityFiles.PULL_REQUEST,
  buildWorkflowOptions: { mutableBuild: false, mutableInstall: false },
  githubOptions: {
    mergify: false,
    pullRequestLintOptions: { semanticTitleOptions: { types: CommunityFiles.COMMIT_TYPES } },
  },
  gitignore: ['.npmignore', 'cdk.out/', '.venv/', '/demo-report/', '/.stryker-tmp/', '/reports/', '/examples/**/target/', '__pycache__/', '.DS_Store'],
});

// projen asks for both itself, after `devDeps`; who asks last is heard.
project.addDevDeps('jsii-diff@1.134.0', 'jsii-pacmak@1.140.0');
// 1.13.0 names optional packages that were never all published, which `npm ci` refuses.
project.package.addPackageResolutions('unrs-resolver@1.12.2');

new Architecture(project);
new Commands(project);
new CompiledLibrary(project);
new Handlers(project);
new Workflows(project);
new CommunityFiles(project);

project.synth();
