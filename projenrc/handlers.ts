import { Component, awscdk, javascript } from 'projen';
import { BUNDLED } from './modules';

/** Everything a handler imports, the SDK included, in one small file. */
const BUNDLING = {
  externals: [], // the SDK of the runtime changes without us: ours is pinned
  watchTask: false,
  esbuildArgs: { '--minify': true, '--legal-comments': 'none' }, // the licences are in a file of their own
};

/** How code that runs in AWS is bundled. */
export const HANDLER_OPTIONS: awscdk.LambdaFunctionCommonOptions = {
  runtime: awscdk.LambdaRuntime.NODEJS_24_X,
  awsSdkConnectionReuse: false, // version 3 of the SDK does what it turns on anyway
  bundlingOptions: BUNDLING,
};

/** The bundles of the handlers in the package, with the licences of what is in them. */
export class Handlers extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    project.package.addField('files', [
      'lib', 'assets', 'schema', '.jsii', 'API.md',
      '!lib/handler', '!lib/**/*.lambda.*', // they run from their bundles, and import what the package does not bring
      ...BUNDLED.map((folder) => `!lib/${folder}`), '!lib/**/decide.*', // they run from bundles too
    ]);
    javascript.Bundler.of(project)!.bundleTask.exec('tsx --tsconfig tsconfig.dev.json projenrc/third-party-licenses.ts');
  }
}
