import { Fn, Token } from 'aws-cdk-lib';
import { ImageTagMutability } from '../../src';

const factories = [ImageTagMutability.immutableExcept, ImageTagMutability.dangerouslyMutableExcept];

describe.each(factories)('%p', (factory) => {
  test.each([
    [[], 'tagPatternCount'],
    [['a', 'b', 'c', 'd', 'e', 'f'], 'tagPatternCount'],
    [[''], 'tagPatternInvalid'],
    [['a/b'], 'tagPatternInvalid'],
    [['x'.repeat(129)], 'tagPatternInvalid'],
    [['a*b*c*'], 'tagPatternWildcards'],
    [['*'], 'tagPatternMatchesAll'],
    [['**'], 'tagPatternMatchesAll'],
  ])('%j is refused as %s', (patterns, code) => {
    expect(() => factory(...patterns)).toThrow(`cdk-secure-ecr:${code}`);
  });

  test.each([
    [['latest']],
    [['a', 'b', 'c', 'd', 'e']],
    [['*-cache-*']],
    [['x'.repeat(128)]],
    [[Token.asString({ Ref: 'Tag' })]],
    [Token.asList({ Ref: 'Tags' })],
    [Fn.split(',', Token.asString({ Ref: 'Tags' }), 2)],
  ])('%j is accepted', (patterns) => {
    expect(() => factory(...patterns)).not.toThrow();
  });
});

test('the error names the factory, the value, the limit and the way out', () => {
  expect(() => ImageTagMutability.immutableExcept('*')).toThrow(
    "[ImageTagMutability.immutableExcept] 'patterns' must leave some tags out, got \"*\":"
    + ' use ImageTagMutability.dangerouslyMutable() if every tag is meant (cdk-secure-ecr:tagPatternMatchesAll)',
  );
});
