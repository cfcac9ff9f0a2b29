import { App, Stack } from 'aws-cdk-lib';
import { RECORDS } from './records';
import { ACCOUNT, REGION, asEvent } from './records/build';
import { CUSTOM_RECORDS, CUSTOM_SIGNALS } from './records/custom';
import { watching } from './watching';
import { AuditSignal } from '../../src';
import { isSignal } from '../../src/audit/decide';
import { type EngineVerdict, eventEngine } from '../support/event-engine';
import { matchesEvent } from '../support/event-pattern';

const judge = eventEngine();

describe.each([
  ['an audit whose pushers are named', 'named', AuditSignal.all(), RECORDS],
  ['an audit whose pushers were granted to', 'granted', AuditSignal.all(), RECORDS],
  ['signals of one\'s own', 'named', CUSTOM_SIGNALS, CUSTOM_RECORDS],
] as const)('the rules of %s, in the engine of EventBridge', (_name, pushers, all, records) => {
  const signals = watching(new Stack(new App(), 'Stack', { env: { account: ACCOUNT, region: REGION } }), pushers, [...all]);
  const patterns = Object.fromEntries(signals.map(({ signal, eventPattern }) => [signal.id, eventPattern]));
  let verdicts: EngineVerdict[];

  beforeAll(async () => {
    verdicts = await judge(patterns, records.map(([, record]) => asEvent(record)));
  }, 120_000);

  test('each signal is told of what it is about and of nothing else', () => {
    const told = records.map(([name, record], index) => [
      name, ...verdicts[index].alone.filter((id) => isSignal(signals.find(({ signal }) => signal.id === id)!.facts, record)).sort(),
    ]);

    expect(told).toEqual(records.map(([name, , ...expected]) => [name, ...[...expected].sort()]));
  });

  test('rules beside each other match as they do alone', () => {
    for (const { alone, together } of verdicts) expect(together).toEqual([...alone].sort());
  });

  test('the matcher of the other tests says the same', () => {
    records.forEach(([, record], index) => {
      const matching = Object.keys(patterns).filter((id) => matchesEvent(patterns[id], asEvent(record)));
      expect(matching).toEqual(verdicts[index].alone);
    });
  });
});

test('the engine knows what does not match, and finds a defect', async () => {
  const [verdict] = await judge(
    { right: { detail: { x: [{ exists: false }] } }, wrong: { detail: { y: [{ 'anything-but': ['1'] }] } } },
    [{ detail: { y: '1' } }],
  );

  expect(verdict).toEqual({ alone: ['right'], together: ['right'] });
}, 60_000);

