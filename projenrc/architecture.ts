import { readFileSync } from 'fs';
import { Component, TextFile, type awscdk } from 'projen';
import { BUNDLED, PURE, modulesTable, restrictedZones } from './modules';

/** What keeps the modules apart: the lint rules, and the page that explains them. */
export class Architecture extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    const eslint = project.eslint!;
    eslint.addRules({ 'import/no-restricted-paths': ['error', { zones: restrictedZones() }] });
    for (const folder of ['handler', ...BUNDLED]) eslint.allowDevDeps(`src/${folder}/**`); // what handlers import is bundled into them
    eslint.addOverride({
      files: ['src/**/*.lambda.ts'],
      rules: { 'import/no-restricted-paths': ['error', { zones: restrictedZones(true) }] },
    });
    eslint.addOverride({
      files: ['src/handler/**/*.ts', 'src/**/*.lambda.ts', 'src/**/contract.ts', 'src/**/decide.ts', ...PURE.map((folder) => `src/${folder}/**/*.ts`)],
      rules: {
        'no-restricted-imports': ['error', {
          patterns: [{ group: ['aws-cdk-lib', 'aws-cdk-lib/*', 'constructs'], message: 'this file is bundled into a Lambda' }],
        }],
      },
    });
    eslint.addOverride({
      files: ['src/handler/**/*.ts', 'src/**/*.lambda.ts'],
      // Bundled, so that the package depends on none of it.
      rules: {
        'import/no-extraneous-dependencies': ['error', { devDependencies: true, optionalDependencies: false, peerDependencies: false }],
        'no-console': 'error', // handler/logger.ts
      },
    });
    new TextFile(project, 'ARCHITECTURE.md', {
      marker: false,
      lines: readFileSync('projenrc/architecture.md', 'utf8').trimEnd().split('\n').flatMap(
        (line) => line === '<!-- modules -->' ? modulesTable() : [line],
      ).concat(''),
    });
  }
}
