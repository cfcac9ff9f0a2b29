import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as cdk from 'aws-cdk-lib';
import * as constructs from 'constructs';
import { ModuleKind, transpileModule } from 'typescript';
import { ROOT } from './tools';
import * as library from '../../src';

type Surroundings = new (scope: constructs.Construct, id: string) => cdk.Stack;
const PACKAGES: Record<string, object> = { 'aws-cdk-lib': cdk, 'cdk-secure-ecr': library, constructs };

/** What a page says, by its name in docs/. */
export const page = (name: string) => readFileSync(join(ROOT, 'docs', name), 'utf8');

/** The stack that an example of a page makes, in the surroundings in which rosetta compiles it. The line before it marks it. */
export function stackOf(markdown: string, mark: string): Surroundings {
  const example = new RegExp(`^<!-- ${mark} -->\n\n\`\`\`ts\n([^]*?)^\`\`\`$`, 'm').exec(markdown)?.[1];
  if (example === undefined) throw new Error(`no example is marked ${mark}`);
  const fixture = readFileSync(join(ROOT, 'rosetta', 'default.ts-fixture'), 'utf8').replace('/// here', example);
  const { outputText } = transpileModule(`${fixture}\nexport { Fixture };`, { compilerOptions: { module: ModuleKind.CommonJS } });
  const exported: { Fixture?: Surroundings } = {};
  new Function('exports', 'require', outputText)(exported, (name: string) => PACKAGES[name]);
  return exported.Fixture!;
}
