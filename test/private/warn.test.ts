import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { idOf, note, warn } from '../../src/private/warn';

const WARNING = { code: 'repositoryTagsMutable', message: 'tags can be moved' } as const;

test('a warning has the id by which it is acknowledged', () => {
  const stack = new Stack(new App(), 'Stack');

  warn(stack, WARNING);

  expect(idOf(WARNING.code)).toBe('cdk-secure-ecr:repositoryTagsMutable');
  Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('tags can be moved.*cdk-secure-ecr:repositoryTagsMutable'));
});

test('a note is no warning', () => {
  const stack = new Stack(new App(), 'Stack');

  note(stack, 'registryScanningKept', 'is retained');

  Annotations.fromStack(stack).hasInfo('*', Match.stringLikeRegexp('is retained.*cdk-secure-ecr:registryScanningKept'));
  Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
});
