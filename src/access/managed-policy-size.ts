import { Stack, aws_iam as iam } from 'aws-cdk-lib';
import { LIMITS } from '../private/limits';
import { checkPolicySize } from '../private/policy-size';
import { Problems } from '../private/problems';

const WATCHED = Symbol.for('cdk-secure-ecr.ManagedPolicySize');

/** Sees to it that a managed policy which is granted to is not too long. Of a role, CDK splits the policies itself. */
export function watchSize(grantee: iam.IGrantable): void {
  if (!(grantee instanceof iam.ManagedPolicy) || WATCHED in grantee) return;
  Object.defineProperty(grantee, WATCHED, { value: true });
  grantee.node.addValidation({ validate: () => excess(grantee) });
}

function excess(policy: iam.ManagedPolicy): string[] {
  const problems = new Problems(policy.node.path);
  checkPolicySize(Stack.of(policy).resolve(policy.document), LIMITS.managedPolicyCharacters, problems, {
    prop: 'managed policy',
    remedy: 'grant to several: a permission set takes 10 of them',
    code: 'accessManagedPolicySize',
  });
  return problems.messages();
}
