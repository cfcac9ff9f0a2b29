import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { decide } from '../../src/inspector/decide';
import { BY_DUE, BY_REPOSITORY, WATCHED } from '../../src/inspector/gate/contract';
import { DynamoStore } from '../../src/inspector/gate/running/dynamo-store';
import { eventOf, withIndexes } from '../../src/inspector/gate/running/verdict-event';
import { VerdictTable } from '../../src/inspector/gate/verdict-table';
import { IMAGE, NOW, STANDARD, fixable, single } from '../inspector/facts';
import { ROOT } from '../support/tools';

const DOCS = join(ROOT, 'docs');
const page = readFileSync(join(DOCS, 'gate.md'), 'utf8');

test('the event that the page shows is one that the gate sends', () => {
  const packages = [{ name: 'openssl', version: '3.0.11-1~deb12u1', fixedIn: '3.0.13-1~deb12u1', manager: 'OS' }];
  const verdict = decide(single([fixable({ id: 'CVE-2024-6119', packages })]), STANDARD, [], NOW);
  const pushedBy = { arn: 'arn:aws:sts::111111111111:assumed-role/ci/run-4711', at: '2026-11-20T09:14:01.000Z' };
  const state = { ...IMAGE, version: 1, announced: 'APPROVED' as const, pushedAt: '2026-11-20T09:14:02.000Z', pushedBy };
  const sent = withIndexes(eventOf(verdict, state, { gate: 'Shop-Gate-97041E9C', cause: 'FINDING', decidedAt: NOW.toISOString() }));

  const [, shown] = /<!-- event -->\n\n```json\n([^]*?)```/.exec(page)!;
  expect(JSON.parse(shown)).toEqual(JSON.parse(JSON.stringify(sent)));
});

describe('the table that the page describes', () => {
  const DECIDED_AT = '2026-11-22T12:00:00.000Z';
  const verdict = decide(single([fixable()]), STANDARD, [], NOW);
  const indexes: any[] = (() => {
    const stack = new Stack(new App());
    new VerdictTable(stack, 'Verdicts', { options: {} });
    return Object.values(Template.fromStack(stack).findResources('AWS::DynamoDB::Table'))[0].Properties.GlobalSecondaryIndexes;
  })();
  const index = (name: string) => indexes.find(({ IndexName }) => IndexName === name);
  /** The record of a verdict as the gate writes it. */
  const written = async () => {
    const sent: any[] = [];
    const client = { send: async ({ input }: any) => sent.push(input) } as unknown as DynamoDBDocumentClient;
    const store = new DynamoStore(client, { table: 'Verdicts', retentionSeconds: 86_400 }, () => NOW);
    await store.commit({ repository: 'shop/web', digest: IMAGE.digest }, 0, { dueAt: DECIDED_AT }, { verdict, decidedAt: DECIDED_AT });
    return sent[0].TransactItems[1].Put.Item;
  };

  test('has these attributes', async () => {
    const item = await written();
    const section = page.slice(page.indexOf('## Reading verdicts'), page.indexOf('## Telling people'));
    const named = [...section.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap(([, names]) => names.replaceAll('`', '').split(', '));

    expect(named.filter((name) => name !== 'omitted').sort()).toEqual(Object.keys(item).filter((name) => item[name] !== undefined).sort());
    expect(section).toContain(`\`${item.record}\``);
    expect(index(BY_REPOSITORY)).toMatchObject({
      KeySchema: [{ AttributeName: 'ofRepository' }, { AttributeName: 'decidedAt' }], Projection: { NonKeyAttributes: ['status'] },
    });
  });

  test('is read by the command', async () => {
    const item = await written();
    const [, command] = /<!-- read -->\n\n```sh\n([^]*?)```/.exec(page)!;
    // What the AWS CLI prints of a page of one, and jq without its filter.
    const stand = 'aws() { case "$*" in *verdict#shop/web#*) printf "%s\\nNone\\n" "$ANSWER";; esac; }; jq() { cat; }; ';
    const env = { ...process.env, TABLE: 'Verdicts', DIGEST: item.digest, ANSWER: Buffer.from(item.verdict).toString('base64') };

    expect(JSON.parse(execFileSync('bash', ['-c', stand + command], { env, encoding: 'utf8' }))).toEqual(JSON.parse(JSON.stringify(verdict)));
  });

  test('takes what the page says to look through', () => {
    const { KeySchema, Projection } = index(BY_DUE);
    const values: Record<string, string> = {
      digest: IMAGE.digest, record: 'image#shop/web', watched: WATCHED, dueAt: DECIDED_AT, repository: 'shop/web', judgedBy: '99c42647511fcf44',
    };
    const names: string[] = ['digest', 'record', ...KeySchema.map(({ AttributeName }: any) => AttributeName), ...Projection.NonKeyAttributes];
    const bytes = names.reduce((sum, name) => sum + name.length + values[name].length, 0);
    const [images, month, readPrice] = [3_000, 30 * 24, 0.125 / 1e6]; // 1,000 images of two platforms; of 4 KB, half of it where it may be a moment old
    const sweeps = 12 * month * Math.ceil(images * bytes / 4_096) / 2;
    const listings = month * images / 2;
    const [, dollars] = /^\| looked through for a month, by sweeps and listings \| 0\.01 \| - \| ([\d.]+) \|/m.exec(page)!;

    expect(Number(/about (\d+) bytes in the index/.exec(page)![1])).toBe(Math.round(bytes / 10) * 10);
    expect(Number(dollars)).toBeCloseTo((sweeps + listings) * readPrice, 2);
  });
});

test('what the page says that functions log, they log', () => {
  const folders = [join(ROOT, 'src', 'inspector', 'gate'), join(ROOT, 'src', 'handler')];
  const source = folders.flatMap((folder) => readdirSync(folder).filter((name) => name.endsWith('.ts')).map((name) => readFileSync(join(folder, name), 'utf8')));
  const logged = source.flatMap((text) => [...text.matchAll(/logger\.\w+\('([^']+)'/g)].map(([, message]) => message));
  const named = [...page.matchAll(/log of the (?:\w+ )?function[^`]*`([^`]+)`/g)].map(([, message]) => message);

  expect(named.length).toBeGreaterThanOrEqual(3);
  for (const message of named) expect(logged).toContain(message);
});
