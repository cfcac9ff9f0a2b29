import { Token } from 'aws-cdk-lib';
import { Problems } from '../../src/private/problems';

const problem = { prop: 'p', must: 'be short', remedy: 'shorten it', code: 'tagInvalid' } as const;

test('no problem, no error', () => {
  const problems = new Problems('Stack/A');
  problems.unless(true, { ...problem, got: 1 });
  expect(() => problems.throwIfAny()).not.toThrow();
});

test.each<[unknown, string]>([
  ['x', '"x"'],
  [1, '1'],
  [undefined, 'undefined'],
  [['a'], '["a"]'],
  ['y'.repeat(200), `"${'y'.repeat(116)}...`],
  [NaN, 'NaN'],
  [Token.asString({ Ref: 'X' }), 'a value known only at deployment'],
  [Token.asNumber({ Ref: 'X' }), 'a value known only at deployment'],
  [Token.asList({ Ref: 'X' }), 'a value known only at deployment'],
])('%p is shown as %s', (got, shown) => {
  const problems = new Problems('Stack/A');
  problems.add({ ...problem, got });
  expect(problems.messages()).toEqual([`'p' must be short, got ${shown}: shorten it (cdk-secure-ecr:tagInvalid)`]);
});
