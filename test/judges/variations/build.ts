import { type Mixin, type Stack, aws_events_targets as targets, aws_iam as iam, aws_sqs as sqs } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { SecureEcrRepository, type SecureEcrRepositoryProps } from '../../../src';

/** The factories of a class; the compiler insists that a table with these keys has all of them. */
export type Factories<T> = Exclude<keyof T, 'prototype' | keyof typeof Mixin>;
/** What can be called on an object; the same. */
export type Methods<T> = Exclude<keyof T, `_${string}`>;
export type Build = (stack: Stack) => void;

export const role = (stack: Stack) => new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
export const images = (stack: Stack, props?: SecureEcrRepositoryProps) => new SecureEcrRepository(stack, 'Images', props);
export const target = (scope: Construct) => {
  const deadLetterQueue = new sqs.Queue(scope, 'DeadLetters');
  return new targets.SqsQueue(new sqs.Queue(scope, 'Queue'), { deadLetterQueue });
};

/** A stack for every value of a table. */
export function table<T>(name: string, values: Record<string, T>, build: (stack: Stack, value: T) => unknown): Record<string, Build> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${name}-${key}`, (stack) => build(stack, value)]));
}
