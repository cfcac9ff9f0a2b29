import { App, Stack } from 'aws-cdk-lib';
import { RECORDS } from './records';
import { ACCOUNT, REGION, asEvent } from './records/build';
import { watching } from './watching';
import { isSignal } from '../../src/audit/decide';
import { type EngineVerdict, eventEngine } from '../support/event-engine';
import { matchesEvent } from '../support/event-pattern';

const judge = eventEngine();

describe.each(['named', 'granted'] as const)('the rules of an audit whose pushers are %s, in the engine of EventBridge', (pushers) => {
  const signals = watching(new Stack(new App(), 'Stack', { env: { account: ACCOUNT, region: REGION } }), pushers);
  const patterns = Object.fromEntries(signals.map(({ signal, eventPattern }) => [signal.id, eventPattern]));
  let verdicts: EngineVerdict[];

  beforeAll(async () => {
    verdicts = await judge(patterns, RECORDS.map(([, record]) => asEvent(record)));
  }, 120_000);

  test('each signal is told of what it is about and of nothing else', () => {
    const told = RECORDS.map(([name, record], index) => [
      name, ...verdicts[index].alone.filter((id) => isSignal(signals.find(({ signal }) => signal.id === id)!.facts, record)).sort(),
    ]);

    expect(told).toEqual(RECORDS.map(([name, , ...expected]) => [name, ...[...expected].sort()]));
  });

  test('rules beside each other match as they do alone', () => {
    for (const { alone, together } of verdicts) expect(together).toEqual([...alone].sort());
  });

  test('the matcher of the other tests says the same', () => {
    RECORDS.forEach(([, record], index) => {
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

