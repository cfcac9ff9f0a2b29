import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SQSClient } from '@aws-sdk/client-sqs';
import * as fc from 'fast-check';
import { Burst, MESSAGES_PER_WINDOW, delivery, untold, windowOf } from '../../src/handler/burst';
import { Ledger } from '../../src/handler/ledger';
import { FakeTable } from '../support/fake-table';

describe('delivery', () => {
  const told = (threshold: number, occurrences: number) =>
    Array.from({ length: occurrences }, (_, index) => delivery(threshold, index + 1)).filter((each) => each !== 'count');

  test('tells of one', () => expect(told(1, 1)).toEqual(['tell']));
  test('tells of nothing below the threshold', () => expect(told(10, 9)).toEqual([]));
  test('tells of what reaches the threshold', () => expect(told(10, 10)).toEqual(['tell']));
  test('tells of ten thousand in five messages and a summary', () => {
    expect(told(1, 10_000)).toEqual(['tell', 'tell', 'tell', 'tell', 'tellAndSummarize']);
    expect(untold(1, 10_000)).toBe(9_995);
  });

  test('never tells more, asks for one summary at most, and counts all', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 0, max: 3000 }), (threshold, occurrences) => {
      const messages = told(threshold, occurrences);
      expect(messages.length).toBe(Math.min(MESSAGES_PER_WINDOW, Math.max(0, occurrences - threshold + 1)));
      expect(messages.filter((each) => each === 'tellAndSummarize').length).toBe(messages.length === MESSAGES_PER_WINDOW ? 1 : 0);
      expect(untold(threshold, occurrences)).toBe(messages.length === MESSAGES_PER_WINDOW ? occurrences - threshold + 1 - messages.length : 0);
    }));
  });
});

test.each([
  ['2026-11-22T10:00:00Z', '2026-11-22T10:00:00Z'],
  ['2026-11-22T10:04:59Z', '2026-11-22T10:00:00Z'],
  ['2026-11-22T10:05:00Z', '2026-11-22T10:05:00Z'],
])('%s counts for the window from %s', (time, from) => {
  expect(windowOf(time)).toBe(Date.parse(from) / 1000);
});

describe('a burst', () => {
  const WINDOW = { group: 'deletions', window: 1_000_200 };
  let now: Date;
  let ledger: Ledger;
  let burst: Burst;
  let sent: any[];
  let told: string[];
  beforeEach(() => {
    now = new Date('2026-11-22T10:00:00Z');
    [sent, told] = [[], []];
    ledger = new Ledger(new FakeTable() as unknown as DynamoDBClient, 'table', () => now);
    burst = new Burst(ledger, { send: async ({ input }: any) => sent.push(input) } as unknown as SQSClient, 'https://queue');
  });
  const happens = async (key: string, window = WINDOW.window, publish = async () => void told.push(key)) => {
    await ledger.begin(key);
    await burst.tell(key, { ...WINDOW, window }, 1, publish, (summary) => ({ summary }));
  };

  test('is told of by its first few, and asks for a summary after its window', async () => {
    for (const key of 'abcdefg') await happens(key);

    expect(told).toEqual([...'abcde']);
    expect(sent).toEqual([{ QueueUrl: 'https://queue', MessageBody: JSON.stringify({ summary: WINDOW }), DelaySeconds: 360 }]);
  });

  test('has its rest told once', async () => {
    for (const key of 'abcdefg') await happens(key);
    const summaries: number[] = [];
    for (let times = 0; times < 2; times++) await burst.summarize(WINDOW, 1, async (more) => void summaries.push(more));

    expect(summaries).toEqual([2]);
  });

  test('of no more than is told one by one has no rest', async () => {
    for (const key of 'abcde') await happens(key);
    const publish = jest.fn();
    await burst.summarize(WINDOW, 1, publish);

    expect(publish).not.toHaveBeenCalled();
  });

  test('is summarized for the window in which it was counted, whenever what failed is told of', async () => {
    for (const key of 'abcd') await happens(key);
    await expect(happens('e', WINDOW.window, () => Promise.reject(new Error('Rate exceeded')))).rejects.toThrow('Rate exceeded');
    now = new Date(now.getTime() + 600_000);
    await happens('e', WINDOW.window + 600);

    expect(told).toEqual([...'abcde']);
    expect(JSON.parse(sent[0].MessageBody)).toEqual({ summary: WINDOW });
  });

  test('is another one in the next window, and of another kind', async () => {
    for (const key of 'abcdef') await happens(key);
    await happens('next', WINDOW.window + 300);
    await ledger.begin('other');
    await burst.tell('other', { ...WINDOW, group: 'pushes' }, 1, async () => void told.push('other'), (summary) => ({ summary }));

    expect(told).toEqual([...'abcde', 'next', 'other']);
  });
});
