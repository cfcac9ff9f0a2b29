/**
 * Writes the tables of docs/retention.md from what the retentions themselves say. Run by `npx projen docgen`; a test
 * fails when the page is older than the code.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { ImageRetention } from '../src';

const PAGE = join(__dirname, 'retention.md');

export const RETENTIONS: Record<string, ImageRetention> = {
  standard: ImageRetention.standard(),
  development: ImageRetention.development(),
  production: ImageRetention.production(),
  compliance: ImageRetention.compliance({ keepFor: Duration.days(3650) }),
};

/** The page with its tables made anew. */
export function page(): string {
  return readFileSync(PAGE, 'utf8').replace(
    /(<!-- explain (\w+) -->\n)[^]*?(<!-- end -->)/g,
    (_all, begin: string, name: string, end: string) => `${begin}\n${table(RETENTIONS[name])}\n\n${end}`,
  );
}

function table(retention: ImageRetention): string {
  const rows = retention.explain().split('\n').map((line) => /^(\d+)\. (.*)$/.exec(line)!).map(
    ([, priority, sentence]) => `| ${priority} | ${sentence.replaceAll('*', '\\*')} |`,
  );
  return ['| rule | says |', '|---|---|', ...rows].join('\n');
}

if (require.main === module) writeFileSync(PAGE, page());
