import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tests } from './figures';
import { ROOT } from '../support/tools';

/** What the reporter `closing-line.js` leaves of a whole run. */
export interface Run {
  readonly seconds: number;
  readonly files: ReadonlyArray<{ readonly file: string; readonly seconds: number }>;
}

/** A file is of the first area that fits. */
const AREAS: Array<[string, RegExp]> = [
  ['the demo, end to end', /^test\/e2e\/demo\.test/],
  ['example apps, end to end', /^test\/e2e\//],
  ['handlers and access against the local AWS', /\/local-aws\.test/],
  ['the local AWS itself', /^test\/local-aws\//],
  ['judges of code, templates, policies and pages', /^test\/judges\//],
  ['other languages', /^test\/languages\//],
  ['models and properties', /\/model\/|\.properties\.test|\/properties\.test/],
  ['units', /./],
];

export function byArea({ seconds, files }: Run): Tests {
  const areas = AREAS.map(([area]) => ({ area, files: 0, seconds: 0 }));
  for (const each of files) {
    const area = areas[AREAS.findIndex(([, pattern]) => pattern.test(each.file))];
    area.files += 1;
    area.seconds += each.seconds;
  }
  return { seconds, areas };
}

/** Of the last whole run, if there was one. */
export function lastRun(): Tests | undefined {
  const left = join(ROOT, 'reports', 'tests.json');
  return existsSync(left) ? byArea(JSON.parse(readFileSync(left, 'utf8'))) : undefined;
}
