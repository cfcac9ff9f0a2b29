import { App, Fn, Stack, Token } from 'aws-cdk-lib';
import { ImageTagMutability } from '../../src';

const stack = new Stack(new App(), 'Stack');
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

  test('a list whose length nobody knows is refused', () => {
    expect(() => factory(...Token.asList({ Ref: 'Tags' }))).toThrow(
      "'patterns' must have a length that is known at synthesis, got a value known only at deployment:"
      + ' take single entries of it with Fn.select (cdk-secure-ecr:listLengthUnknown)',
    );
  });

  test('what is named twice counts once', () => {
    expect(factory('latest', 'latest')._render().imageTagMutabilityExclusionFilters).toHaveLength(1);
  });

  test.each([
    [['latest']],
    [['a', 'b', 'c', 'd', 'e']],
    [['*-cache-*']],
    [['x'.repeat(128)]],
    [[Token.asString({ Ref: 'Tag' })]],
    [Fn.split(',', Token.asString({ Ref: 'Tags' }), 2)],
  ])('%j is accepted', (patterns) => {
    expect(() => stack.resolve(factory(...patterns)._render())).not.toThrow();
  });
});

test('the error names the factory, the value, the limit and the way out', () => {
  expect(() => ImageTagMutability.immutableExcept('*')).toThrow(
    "[ImageTagMutability.immutableExcept] 'patterns' must leave some tags out, got \"*\":"
    + ' use ImageTagMutability.dangerouslyMutable() if every tag is meant (cdk-secure-ecr:tagPatternMatchesAll)',
  );
});
