import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SQSClient } from '@aws-sdk/client-sqs';
import * as fc from 'fast-check';
import { Burst, MESSAGES_PER_WINDOW, delivery, untold, windowOf } from '../../src/handler/burst';
import { BusyError, Ledger } from '../../src/handler/ledger';
import { FakeTable } from '../support/fake-table';

describe('delivery', () => {
  const told = (threshold: number, occurrences: number) =>
    Array.from({ length: occurrences }, (_, index) => delivery(threshold, index + 1)).filter((each) => each !== 'count');

  test('tells of one', () => expect(told(1, 1)).toEqual(['tell']));
  test('tells of nothing below the threshold', () => expect(told(10, 9)).toEqual([]));
  test('tells of what reaches the threshold', () => expect(told(10, 10)).toEqual(['tell']));
  test('tells of five of ten thousand, and the rest is for a summary', () => {
    expect(told(1, 10_000)).toEqual([...Array(5).fill('tell'), ...Array(9_995).fill('summarize')]);
    expect(untold(1, 10_000)).toBe(9_995);
  });

  test('never tells more, and has all others summarized', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 0, max: 3000 }), (threshold, occurrences) => {
      const messages = told(threshold, occurrences);
      const one = messages.filter((each) => each === 'tell');
      expect(messages.length).toBe(Math.max(0, occurrences - threshold + 1));
      expect(one.length).toBe(Math.min(MESSAGES_PER_WINDOW, messages.length));
      expect(untold(threshold, occurrences)).toBe(messages.length - one.length);
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
  let send: jest.Mock;
  let told: string[];
  beforeEach(() => {
    now = new Date('2026-11-22T10:00:00Z');
    [sent, told] = [[], []];
    send = jest.fn(async ({ input }: any) => sent.push(input));
    ledger = new Ledger(new FakeTable() as unknown as DynamoDBClient, 'table', () => now);
    burst = new Burst(ledger, { send } as unknown as SQSClient, 'https://queue', () => now);
  });
  const happens = async (key: string, window = WINDOW.window, publish = async () => void told.push(key)) => {
    await ledger.begin(key);
    await burst.tell(key, { ...WINDOW, window }, 1, publish, (summary) => ({ summary }));
  };
  const later = (seconds: number) => { now = new Date(now.getTime() + seconds * 1000); };
  const summarized = async () => {
    const summaries: number[] = [];
    await burst.summarize(WINDOW, 1, async (more) => void summaries.push(more));
    return summaries;
  };

  test('is told of by its first few, and asks for a summary after its window', async () => {
    for (const key of 'abcdefgh') await happens(key);

    expect(told).toEqual([...'abcde']);
    expect(sent).toEqual([{ QueueUrl: 'https://queue', MessageBody: JSON.stringify({ summary: WINDOW }), DelaySeconds: 360 }]);
  });

  test('has its rest told once', async () => {
    for (const key of 'abcdefg') await happens(key);

    expect([await summarized(), await summarized()]).toEqual([[2], []]);
  });

  test('of no more than is told one by one has no rest', async () => {
    for (const key of 'abcde') await happens(key);

    expect(sent).toEqual([]);
    expect(await summarized()).toEqual([]);
  });

  test('has what comes after its summary told in another one', async () => {
    for (const key of 'abcdefg') await happens(key);
    later(360);
    expect(await summarized()).toEqual([2]);
    for (const key of 'hi') await happens(key);
    expect(sent).toHaveLength(2);
    later(360);

    expect([await summarized(), await summarized()]).toEqual([[2], []]);
  });

  test('waits for the summary that somebody tells of it', async () => {
    for (const key of 'abcdef') await happens(key);
    const second = jest.fn();
    await burst.summarize(WINDOW, 1, async () => {
      await expect(burst.summarize(WINDOW, 1, second)).rejects.toThrow(BusyError);
    });

    expect(second).not.toHaveBeenCalled();
  });

  test('is summarized for the window in which it was counted, whenever what failed is begun again', async () => {
    for (const key of 'abcde') await happens(key);
    send.mockRejectedValueOnce(new Error('Rate exceeded'));
    await expect(happens('f')).rejects.toThrow('Rate exceeded');
    later(600);
    await happens('f', WINDOW.window + 600);

    expect(JSON.parse(sent[0].MessageBody)).toEqual({ summary: WINDOW });
    expect(await summarized()).toEqual([1]);
  });

  test('is another one in the next window, and of another kind', async () => {
    for (const key of 'abcdef') await happens(key);
    await happens('next', WINDOW.window + 300);
    await ledger.begin('other');
    await burst.tell('other', { ...WINDOW, group: 'pushes' }, 1, async () => void told.push('other'), (summary) => ({ summary }));

    expect(told).toEqual([...'abcde', 'next', 'other']);
  });
});

describe('nobody is left out, whichever call fails', () => {
  const WINDOW = { group: 'deletions', window: 1_000_200 };
  const VISIBILITY = 360;

  /**
   * Things of one window that come so many seconds apart, by a queue that delivers again what failed; the call of this number
   * fails. What was told, or counted, and could not be noted, is so again.
   */
  async function run(count: number, apart: number, threshold: number, failing?: number) {
    const start = Date.parse('2026-11-22T10:00:00Z');
    let [seconds, calls] = [0, 0];
    const now = () => new Date(start + seconds * 1000);
    const call = async <T>(what: () => T): Promise<T> => {
      if (calls++ === failing) throw new Error('Rate exceeded');
      return what();
    };
    const told = new Set<string>();
    const summaries: number[] = [];
    const queue: { at: number; key?: string }[] = Array.from({ length: count }, (_, index) => ({ at: index * apart, key: `e${index}` }));
    const table = new FakeTable();
    const ledger = new Ledger({ send: (command: object) => call(() => table.send(command)) } as unknown as DynamoDBClient, 'table', now);
    const sqs = { send: ({ input }: any) => call(() => void queue.push({ at: seconds + input.DelaySeconds })) } as unknown as SQSClient;
    const burst = new Burst(ledger, sqs, 'https://queue', now);
    const handle = async (key?: string) => {
      if (!key) return burst.summarize(WINDOW, threshold, (more) => call(() => void summaries.push(more)));
      if (await ledger.begin(key) === 'done') return;
      await burst.tell(key, WINDOW, threshold, () => call(() => void told.add(key)), (of) => of);
      await ledger.finish(key);
    };
    while (queue.length > 0) {
      const [next] = queue.sort((a, b) => a.at - b.at).splice(0, 1);
      seconds = Math.max(seconds, next.at);
      await handle(next.key).catch(() => queue.push({ ...next, at: seconds + VISIBILITY }));
    }
    const sum = (numbers: Iterable<number>) => [...numbers].reduce((so, each) => so + each, 0);
    return { told: told.size, summarized: sum(summaries), distinct: sum(new Set(summaries)), calls };
  }

  test.each([
    [1, 0, 1], [5, 0, 1], [6, 0, 1], [9, 0, 1], [9, 40, 1], [14, 30, 5], [10, 0, 10],
  ])('%d things, %d seconds apart, with a threshold of %d', async (count, apart, threshold) => {
    const due = count - threshold + 1;
    const smooth = await run(count, apart, threshold);
    expect([smooth.told, smooth.told + smooth.summarized]).toEqual([Math.min(MESSAGES_PER_WINDOW, due), due]);

    for (let failing = 0; failing < smooth.calls; failing++) {
      const { told, summarized, distinct } = await run(count, apart, threshold, failing);
      expect({ failing, isEnough: told + summarized >= due }).toEqual({ failing, isEnough: true });
      expect({ failing, isTooMuch: told > MESSAGES_PER_WINDOW || told + distinct > due + 1 }).toEqual({ failing, isTooMuch: false });
    }
  });
});
