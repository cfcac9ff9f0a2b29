import { Component, type awscdk } from 'projen';

/** What jsii compiles, as it ships: loaded as it is needed, without source maps that hold the sources once more. */
export class CompiledLibrary extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    const { file } = project.tsconfig!;
    file.addOverride('compilerOptions.inlineSourceMap', false);
    file.addOverride('compilerOptions.inlineSources', false);
    project.compileTask.exec('tsx --tsconfig tsconfig.dev.json projenrc/lazy-exports.ts');
  }
}
