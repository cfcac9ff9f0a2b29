import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { decide } from '../../src/inspector/decide';
import { eventOf } from '../../src/inspector/gate/running/verdict-event';
import { IMAGE, NOW, STANDARD, fixable, single } from '../inspector/facts';
import { ROOT } from '../support/tools';

const DOCS = join(ROOT, 'docs');
const page = readFileSync(join(DOCS, 'gate.md'), 'utf8');

test('the event that the page shows is one that the gate sends', () => {
  const packages = [{ name: 'openssl', version: '3.0.11-1~deb12u1', fixedIn: '3.0.13-1~deb12u1', manager: 'OS' }];
  const verdict = decide(single([fixable({ id: 'CVE-2024-6119', packages })]), STANDARD, [], NOW);
  const pushedBy = { arn: 'arn:aws:sts::111111111111:assumed-role/ci/run-4711', at: '2026-11-20T09:14:01.000Z' };
  const state = { ...IMAGE, version: 1, announced: 'APPROVED' as const, pushedAt: '2026-11-20T09:14:02.000Z', pushedBy };
  const sent = eventOf(verdict, state, { gate: 'Shop-Gate-97041E9C', cause: 'FINDING', decidedAt: NOW.toISOString() });

  const [, shown] = /<!-- event -->\n\n```json\n([^]*?)```/.exec(page)!;
  expect(JSON.parse(shown)).toEqual(JSON.parse(JSON.stringify(sent)));
});

test('what the page says that functions log, they log', () => {
  const folders = [join(ROOT, 'src', 'inspector', 'gate'), join(ROOT, 'src', 'handler')];
  const source = folders.flatMap((folder) => readdirSync(folder).filter((name) => name.endsWith('.ts')).map((name) => readFileSync(join(folder, name), 'utf8')));
  const logged = source.flatMap((text) => [...text.matchAll(/logger\.\w+\('([^']+)'/g)].map(([, message]) => message));
  const named = [...page.matchAll(/log of the (?:\w+ )?function[^`]*`([^`]+)`/g)].map(([, message]) => message);

  expect(named.length).toBeGreaterThanOrEqual(3);
  for (const message of named) expect(logged).toContain(message);
});
