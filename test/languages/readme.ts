import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/tools';

/** The first example in a language below the heading "Five minutes" of the README. */
export function fiveMinutes(language: 'ts' | 'py'): string {
  const [, section] = /^## Five minutes$([^]*?)(?=^## )/m.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? [];
  const [, code] = new RegExp(`^\`\`\`${language}[^\n]*\n([^]*?)^\`\`\`$`, 'm').exec(section ?? '') ?? [];
  if (!code) throw new Error(`the README has no \`\`\`${language} example below "## Five minutes"`);
  return code;
}
