import { Component, TaskShell, type awscdk } from 'projen';

const JEST = 'jest --coverage';
/** What would say the same with any CDK: judgement and handlers, the local AWS by itself, sources and pages. */
const WITHOUT_CDK = [
  'test/(handler|stand-in|local-aws)/', 'test/inspector/(answers|decision|documents|report|gate/(model|running))/', 'test/inspector/decide',
  'test/judges/(lint|links|docs|troubleshooting)', 'test/languages/', 'test/e2e/demo',
];

/** The commands of the README and the settings of the test runner behind them. */
export class Commands extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);

    // Everything that can be judged in minutes is a jest test: units, judges, languages, the local AWS. One runner,
    // one count. The judges read what jsii compiled.
    project.testTask.reset();
    project.testTask.spawn(project.preCompileTask); // the bundles of the handlers
    project.testTask.spawn(project.compileTask);
    project.testTask.exec(JEST, { receiveArgs: true });

    // Plain scripts, because projen writes below the closing line when a test fails, and turns exit codes into 1.
    project.setScript('test', `projen pre-compile && projen compile && ${JEST}`);
    // The handlers first, out of the way of what the demo says.
    project.setScript('demo', 'projen bundle >&2 && tsx --tsconfig tsconfig.dev.json demo/main.ts');
    // Not `*.test.ts`, so that `npm test` does without: the larger of them takes 300 MB and half a minute.
    const judges = project.addTask('test:judges', {
      description: 'The judges that take longer: checkov on templates, parliament and policy_sentry on policies, zizmor on workflows',
      exec: "jest --testMatch '<rootDir>/test/judges/*.judge-test.ts'",
      receiveArgs: true,
    });

    const cdk = project.addTask('test:cdk', { description: 'The tests of what depends on aws-cdk-lib and constructs' });
    cdk.spawn(project.preCompileTask);
    cdk.spawn(project.compileTask);
    cdk.exec(`jest --testPathIgnorePatterns ${WITHOUT_CDK.map((pattern) => `'${pattern}'`).join(' ')}`);

    project.addTask('test:newest-cdk', {
      description: 'test:cdk and test:judges with the newest aws-cdk-lib and constructs',
      shell: TaskShell.bash(),
      exec: [
        'trap "npm ci || exit 1" EXIT', // what is pinned comes back whatever the tests say, and their exit code stays
        `npm install --no-save aws-cdk-lib@latest constructs@latest && npm run ${cdk.name} && npm run ${judges.name}`,
      ].join('; '),
    });

    // Not `*.test.ts`, so that `npm test` neither needs Go nor downloads a client.
    project.addTask('test:clients', {
      description: 'Stock OCI clients against the local AWS; builds them, which needs Go',
      exec: "jest --testMatch '<rootDir>/test/clients/*.client-test.ts'",
      receiveArgs: true,
    });
    project.gitignore.exclude('/test/clients/.bin/');
    project.addTask('test:deployments', {
      description: 'What takes many deployments to the local AWS: repositories adopted in place, settings of the registry that come and go',
      exec: "jest --testMatch '<rootDir>/test/**/*.deployment-test.ts'",
      receiveArgs: true,
    });
    project.addTask('test:mutation', {
      description: 'Change the judgement in small ways, and see whether a test notices; takes minutes',
      exec: 'stryker run',
    });
    project.addTask('test:model', {
      description: 'Let 10,000 histories happen to a gate, and drain a burst of pushes; a minute or two',
      env: { MODEL_RUNS: '10000' },
      exec: 'jest test/inspector/gate/model',
      receiveArgs: true,
    });
    project.addTask('test:benchmark', {
      description: 'Judge 100,000 findings, and measure time and memory',
      // Bundled as a handler is, with the heap of a function of 256 MB and no second processor to collect its garbage.
      exec: 'esbuild test/inspector/benchmark.ts --bundle --platform=node --log-level=error'
        + ' | node --single-threaded-gc --max-old-space-size=180 --max-semi-space-size=4 -',
    });

    project.addTask('test:performance', {
      description: 'Synthesis beside the same by hand, imports, package and bundles, against their limits; a minute',
      steps: [
        // What ships is measured, so it is made; out of the way of what is said.
        { exec: 'projen pre-compile >&2 && projen compile >&2' },
        { exec: 'tsx --tsconfig tsconfig.dev.json test/performance/main.ts', receiveArgs: true },
      ],
    });

    project.addTask('compare:gates', {
      description: 'What the rules of other gates say of the cases of docs/findings.md; fetches their sources',
      exec: 'tsx --tsconfig tsconfig.dev.json test/inspector/compare-gates.ts',
      receiveArgs: true,
    });

    project.addTask('test:java', {
      description: 'The tests that need Java and Maven: event patterns in the engine of EventBridge',
      exec: "jest --testMatch '<rootDir>/test/**/*.java-test.ts'",
    });

    const languages = project.addTask('test:languages', {
      description: 'The example app in TypeScript, Python, Java and Go with the packed library; LANGUAGES=python,java leaves out the others',
    });
    languages.spawn(project.preCompileTask);
    languages.spawn(project.compileTask);
    languages.exec('tsx --tsconfig tsconfig.dev.json test/languages/pack.ts');
    languages.exec("jest --testMatch '<rootDir>/test/languages/*.test.ts' '<rootDir>/test/languages/*.language-test.ts'");

    project.addTask('test:all', {
      description: 'The tests, and what takes longer than they may: more judges, OCI clients, packages of every language, the newest CDK',
      steps: [
        { spawn: 'test' }, { spawn: judges.name }, { spawn: 'test:java' }, { spawn: 'test:deployments' }, { spawn: 'test:clients' }, { spawn: 'test:languages' },
        { spawn: 'test:newest-cdk' },
      ],
    });

    // API.md comes from the docstrings, pages of docs/ from what retentions, signals, judges and verdicts say.
    project.tasks.tryFind('docgen')!.exec('tsx --tsconfig tsconfig.dev.json docs/make-retention.ts');
    project.tasks.tryFind('docgen')!.exec('tsx --tsconfig tsconfig.dev.json docs/make-audit.ts');
    project.tasks.tryFind('docgen')!.exec('tsx --tsconfig tsconfig.dev.json docs/make-compliance.ts');
    project.tasks.tryFind('docgen')!.exec('tsx --tsconfig tsconfig.dev.json docs/make-performance.ts');
    project.tasks.tryFind('docgen')!.exec('tsx --tsconfig tsconfig.dev.json docs/make-troubleshooting.ts');
    project.tasks.tryFind('docgen')!.exec('tsx --tsconfig tsconfig.dev.json docs/draw-architecture.ts');

    const jest = project.jest!.config;
    jest.testMatch = ['<rootDir>/test/**/*.test.ts'];
    jest.collectCoverageFrom = ['src/**/*.ts'];
    jest.collectCoverage = false; // only `npm test` asks for it: a part of the tests cannot cover everything
    jest.coverageThreshold = { global: { branches: 97, functions: 99, lines: 99, statements: 99 } };
    jest.coverageProvider = 'v8';
    jest.maxWorkers = 2;
    jest.testSequencer = '<rootDir>/test/support/longest-first.js';
    jest.reporters = ['default', '<rootDir>/test/support/closing-line.js'];
    jest.snapshotFormat = { escapeString: false };

    // Packages whose install scripts may run; the others work without theirs.
    project.package.addField('allowScripts', { 'node': true, 'esbuild': true, '@parcel/watcher': false, 'unrs-resolver': false });
  }
}
