import { Component, type awscdk } from 'projen';

/** The commands of the README and the settings of the test runner behind them. */
export class Commands extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);

    // Everything that can be judged in minutes is a jest test: units, judges, languages, the local AWS. One runner,
    // one count. The judges read what jsii compiled.
    project.testTask.reset();
    project.testTask.spawn(project.compileTask);
    project.testTask.exec('jest --coverage', { receiveArgs: true });

    // A plain script, because projen would turn its exit codes into 1.
    project.setScript('demo', 'tsx --tsconfig tsconfig.dev.json demo/main.ts');
    project.addTask('test:newest-cdk', {
      description: 'Run the tests with the newest aws-cdk-lib and constructs',
      steps: [
        { exec: 'npm install --no-save aws-cdk-lib@latest constructs@latest' },
        { spawn: 'test' },
        { exec: 'npm ci' },
      ],
    });

    project.addTask('test:all', {
      description: 'The tests, and what takes longer than they may: packages of every language, the newest CDK',
      steps: [
        { spawn: 'test' },
        { spawn: 'package:js' }, { spawn: 'package:python' }, { spawn: 'package:java' }, { spawn: 'package:go' },
        { spawn: 'test:newest-cdk' },
      ],
    });

    const jest = project.jest!.config;
    jest.testMatch = ['<rootDir>/test/**/*.test.ts'];
    jest.collectCoverageFrom = ['src/**/*.ts'];
    jest.collectCoverage = false; // only `npm test` asks for it: a part of the tests cannot cover everything
    jest.coverageThreshold = { global: { branches: 97, functions: 99, lines: 99, statements: 99 } };
    jest.coverageProvider = 'v8';
    jest.maxWorkers = 2;
    jest.reporters = ['default', '<rootDir>/test/support/closing-line.js'];
    jest.snapshotFormat = { escapeString: false };

    // Packages whose install scripts may run; the others work without theirs.
    project.package.addField('allowScripts', { 'node': true, 'esbuild': true, '@parcel/watcher': false, 'unrs-resolver': false });
  }
}
