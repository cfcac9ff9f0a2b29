import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BusyError, Ledger } from '../../src/handler/ledger';
import { FakeTable } from '../support/fake-table';

let now: Date;
let table: FakeTable;
let ledger: Ledger;
beforeEach(() => {
  now = new Date('2026-11-22T10:00:00Z');
  table = new FakeTable();
  ledger = new Ledger(table as unknown as DynamoDBClient, 'table', () => now);
});
const later = (seconds: number) => { now = new Date(now.getTime() + seconds * 1000); };

test('what is finished is not begun again', async () => {
  expect(await ledger.begin('a')).toBe('begun');
  await ledger.finish('a');
  later(1_000_000);

  expect(await ledger.begin('a')).toBe('done');
});

test('what somebody else has begun is left to them, until their time is over', async () => {
  await ledger.begin('a');

  await expect(ledger.begin('a')).rejects.toThrow(new BusyError('a'));
  later(120);
  await expect(ledger.begin('a')).rejects.toThrow(BusyError);
  later(1);
  expect(await ledger.begin('a')).toBe('begun');
});

test('counts once however often it is begun, in the window where it was counted first', async () => {
  await ledger.begin('a');
  expect(await ledger.count('a', 'deletions', 300)).toEqual({ number: 1, window: 300 });
  await ledger.begin('b');
  expect(await ledger.count('b', 'deletions', 300)).toEqual({ number: 2, window: 300 });
  later(121);
  await ledger.begin('a');

  expect(await ledger.count('a', 'deletions', 600)).toEqual({ number: 1, window: 300 });
  expect(await ledger.tally('deletions', 300)).toEqual({ total: 2, summarized: 0, summarizedUntil: 0 });
  expect(await ledger.tally('deletions', 600)).toMatchObject({ total: 0 });
  expect(await ledger.tally('pushes', 300)).toMatchObject({ total: 0 });
});

test('notes what became of a window', async () => {
  await ledger.begin('a');
  await ledger.count('a', 'deletions', 300);
  await ledger.note('deletions', 300, 'summarized', 7);
  await ledger.note('deletions', 300, 'summarizedUntil', 900);

  expect(await ledger.tally('deletions', 300)).toEqual({ total: 1, summarized: 7, summarizedUntil: 900 });
});

test('keeps and recalls', async () => {
  await ledger.keep('a', { x: 1 });

  expect(await ledger.recall('a')).toEqual({ x: 1 });
  expect(await ledger.recall('b')).toBeUndefined();
});

test('everything expires', async () => {
  await ledger.begin('a');
  await ledger.count('a', 'deletions', 300);
  await ledger.keep('b', {});

  for (const item of table.items.values()) expect(Number(item.expires.N)).toBeGreaterThan(now.getTime() / 1000);
});

test('an error of the table is an error', async () => {
  table.send = () => Promise.reject(new Error('throttled'));

  await expect(ledger.begin('a')).rejects.toThrow('throttled');
});
