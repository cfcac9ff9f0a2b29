import { Stack, aws_iam as iam } from 'aws-cdk-lib';
import { LIMITS } from '../private/limits';
import { policyCharacters } from '../private/policy-size';
import { Problems } from '../private/problems';

const WATCHED = Symbol.for('cdk-secure-ecr.ManagedPolicySize');

/** Sees to it that a managed policy which is granted to is not too long. Of a role, CDK splits the policies itself. */
export function watchSize(grantee: iam.IGrantable): void {
  if (!(grantee instanceof iam.ManagedPolicy) || WATCHED in grantee) return;
  Object.defineProperty(grantee, WATCHED, { value: true });
  grantee.node.addValidation({ validate: () => excess(grantee) });
}

function excess(policy: iam.ManagedPolicy): string[] {
  const limit = LIMITS.managedPolicyCharacters;
  const size = policyCharacters(Stack.of(policy).resolve(policy.document) ?? '');
  const problems = new Problems(policy.node.path);
  problems.unless(size <= limit, {
    prop: 'managed policy',
    must: `be at most ${limit} characters long`,
    got: size,
    remedy: 'grant to several: a permission set takes 10 of them',
    code: 'accessManagedPolicySize',
  });
  return problems.messages();
}
