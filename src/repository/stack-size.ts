import { CfnResource, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { LIMITS } from '../private/limits';
import { Problems } from '../private/problems';

const WATCHED = Symbol.for('cdk-secure-ecr.StackSize');

/** Sees to it that who makes more than a stack can hold is told what to do; CDK itself only says how many there are. */
export function watchStackSize(scope: Construct): void {
  const stack = Stack.of(scope);
  if (WATCHED in stack) return;
  Object.defineProperty(stack, WATCHED, { value: true });
  stack.node.addValidation({ validate: () => excess(stack) });
}

function excess(stack: Stack): string[] {
  const count = stack.node.findAll().filter((each) => CfnResource.isCfnResource(each) && each.stack === stack).length;
  const problems = new Problems(stack.node.path);
  problems.unless(count <= LIMITS.resourcesPerStack, {
    prop: 'stack',
    must: `hold at most ${LIMITS.resourcesPerStack} resources`,
    got: count,
    remedy: 'make the other repositories in another stack: it has a key of its own, or EcrEncryption.key() takes that of this one',
    code: 'repositoryStackSize',
  });
  return problems.messages();
}
