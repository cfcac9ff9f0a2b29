import { repeated } from '../../src/private/repeated';

test.each<[string[], string[]]>([
  [[], []],
  [['a', 'b'], []],
  [['a', 'b', 'a'], ['a']],
  [['a', 'a', 'b', 'a', 'b'], ['a', 'a', 'b']],
])('of %j is repeated %j', (list, again) => {
  expect(repeated(list)).toEqual(again);
});
