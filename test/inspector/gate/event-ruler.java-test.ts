import { cases, patternsOfGate } from './watching';
import { ImageScanner } from '../../../src';
import { type EngineVerdict, eventEngine } from '../../support/event-engine';
import { matchesEvent } from '../../support/event-pattern';

const judge = eventEngine();

describe.each([
  [ImageScanner.INSPECTOR, false], [ImageScanner.INSPECTOR, true], [ImageScanner.ECR_BASIC, false], [ImageScanner.ECR_BASIC, true],
])('the rules of a gate by %s scanning, of everything: %s, in the engine of EventBridge', (scanner, everything) => {
  const patterns = patternsOfGate(scanner, everything);
  const events = cases(scanner, everything);
  let verdicts: EngineVerdict[];

  beforeAll(async () => {
    verdicts = await judge(patterns, events.map(([, event]) => event));
  }, 120_000);

  test('each hears of what it is about and of nothing else', () => {
    expect(events.map(([name], index) => [name, ...verdicts[index].alone])).toEqual(events.map(([name, , expected]) => [name, ...expected]));
  });

  test('rules beside each other match as they do alone', () => {
    for (const { alone, together } of verdicts) expect(together).toEqual([...alone].sort());
  });

  test('the matcher of the other tests says the same', () => {
    events.forEach(([, event], index) => {
      expect(Object.keys(patterns).filter((name) => matchesEvent(patterns[name], event))).toEqual(verdicts[index].alone);
    });
  });
});
