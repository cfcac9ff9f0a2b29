import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Whether two constructs are deployed to the same account and Region, as far as is known. */
export function sameEnvironment(one: IConstruct, other: IConstruct): boolean {
  const [a, b] = [Stack.of(one), Stack.of(other)];
  return a.account === b.account && a.region === b.region;
}
