import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PICTURE, SOURCE, draw } from '../../docs/draw-architecture';
import * as library from '../../src';
import { ROOT } from '../support/tools';

const source = readFileSync(SOURCE, 'utf8');
/** What is written in bold and begins with a capital: constructs, and people. */
const titles = (dot: string) => [...dot.matchAll(/<b>([A-Z][^<]*)<\/b>/g)].map(([, title]) => title);
const constructs = titles(source).filter((title) => /[a-z][A-Z]/.test(title) && !title.includes(' '));

test('the picture is what its text says', async () => {
  expect(readFileSync(PICTURE, 'utf8')).toBe(await draw(source));
});

test('another text gives another picture', async () => {
  const other = await draw(source.replace('<b>EcrRegistry</b>', '<b>Registry</b>'));

  expect(other).toContain('>Registry<');
  expect(other).not.toBe(readFileSync(PICTURE, 'utf8'));
});

test('what it calls a construct is exported', () => {
  expect(constructs.length).toBeGreaterThan(8);
  for (const name of constructs) expect(library).toHaveProperty(name);
});

test('who does not see it is told the same', () => {
  const [, told] = /!\[([^\]]*)\]\(docs\/images\/architecture\.svg\)/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))!;
  for (const name of [...constructs, 'Amazon Inspector', 'Amazon EventBridge', 'AWS CloudTrail']) expect(told).toContain(name);
  for (const title of titles(source).filter((each) => !constructs.includes(each))) expect(told.toLowerCase()).toContain(title.toLowerCase());
});

test('it reads on a dark page, too: it brings its own background', () => {
  expect(readFileSync(PICTURE, 'utf8')).toMatch(/<polygon fill="#fafbfc" stroke="none" points="[^"]+"\/>/);
});
