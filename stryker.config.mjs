/** Mutation tests of the judgement: everything that decides, and everything that reads what is decided on. */
export default {
  mutate: ['src/inspector/decide.ts', 'src/inspector/{decision,documents}/**/*.ts', 'src/inspector/answers/**/*.ts'],
  testRunner: 'jest',
  jest: {
    configFile: 'package.json',
    enableFindRelatedTests: false, // each mutant has its tests by coverage; finding them by imports too takes a fourth of the time
    // Properties find mutants too, but take hundreds of judgements for each: examples alone must be enough.
    config: { testMatch: ['<rootDir>/test/inspector/{decide,reported-failures}.test.ts', '<rootDir>/test/inspector/{decision,documents,answers}/*.test.ts'], reporters: [] },
  },
  coverageAnalysis: 'perTest',
  // Tables such as those of scan statuses and of the ends of support: each of their mutants would take all tests.
  ignoreStatic: true,
  incremental: true,
  incrementalFile: 'reports/mutation/incremental.json',
  reporters: ['progress-append-only', 'clear-text', 'html', 'json'],
  clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
  thresholds: { high: 95, low: 90, break: 90 },
  timeoutMS: 20_000,
  concurrency: 2,
  ignorePatterns: ['.venv', 'lib', 'dist', 'coverage', 'cdk.out', 'demo-report', '.git'],
  tempDirName: '.stryker-tmp',
};
