import { App, Stack } from 'aws-cdk-lib';
import { RECORDS } from './records';
import { ACCOUNT, REGION, asEvent } from './records/build';
import { CUSTOM_RECORDS, CUSTOM_SIGNALS } from './records/custom';
import { watching } from './watching';
import { AuditSignal } from '../../src';
import { isSignal } from '../../src/audit/decide';
import { matchesEvent } from '../support/event-pattern';
import { matchesFilter } from '../support/filter-pattern';

const stack = new Stack(new App(), 'Stack', { env: { account: ACCOUNT, region: REGION } });

describe.each([
  ['with pushers that are named', 'named', AuditSignal.all(), RECORDS],
  ['with pushers that were granted to', 'granted', AuditSignal.all(), RECORDS],
  ['of one\'s own', 'named', CUSTOM_SIGNALS, CUSTOM_RECORDS],
] as const)('signals %s', (_name, pushers, all, records) => {
  const signals = watching(stack, pushers, [...all]);

  test.each(records)('%s', (_what, record, ...expected) => {
    const counted = signals.filter(({ filterPattern }) => filterPattern !== undefined && matchesFilter(stack.resolve(filterPattern), record));
    const told = signals.filter(({ eventPattern, facts }) => matchesEvent(eventPattern, asEvent(record)) && isSignal(facts, record));
    const byHandler = told.filter(({ facts }) => facts.counted);

    expect(told.map(({ signal }) => signal.id).sort()).toEqual([...expected].sort());
    expect([...counted, ...byHandler].map(({ signal }) => signal.id).sort()).toEqual([...expected].sort());
  });

  test('every signal is raised by a record, and not by one that is like it', () => {
    for (const { signal } of signals) {
      if (signal.id.startsWith('listIs')) continue; // nothing can be compared with a list
      const raising = records.filter(([, , ...expected]) => expected.includes(signal.id));
      const similar = records.filter(([, { eventName }, ...expected]) => !expected.includes(signal.id)
        && raising.some(([, record]) => record.eventName === eventName));
      expect({ id: signal.id, raised: raising.length > 0, similar: similar.length > 0 }).toEqual({ id: signal.id, raised: true, similar: true });
    }
  });
});

test('there are enough records, each once', () => {
  expect(RECORDS.length).toBeGreaterThanOrEqual(150);
  expect(new Set(RECORDS.map(([name]) => name)).size).toBe(RECORDS.length);
  expect(new Set(RECORDS.map(([, record]) => record.eventID)).size).toBe(RECORDS.length);
});

test('only what no pattern can say is counted by the handler', () => {
  const counted = (pushers: 'named' | 'granted') => watching(stack, pushers).filter(({ facts }) => facts.counted).map(({ signal }) => signal.id);

  expect(counted('named')).toEqual(['openedToWorld', 'openedToUnknownAccount']);
  expect(counted('granted')).toEqual(['pushedAroundPipeline', 'openedToWorld', 'openedToUnknownAccount', 'missingImagePulled', 'pusherTrustChanged']);
});

