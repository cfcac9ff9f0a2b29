import {
  type Mixin, type Stack, aws_ec2 as ec2, aws_events_targets as targets, aws_iam as iam, aws_kms as kms, aws_logs as logs, aws_sqs as sqs,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type HandlerOptions, SecureEcrRepository, type SecureEcrRepositoryProps } from '../../../src';

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
export const boundary = (stack: Stack) => iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'developers');

/** Every option of functions; the compiler insists that none is missing. */
export function handlerOptions(stack: Stack): Required<HandlerOptions> {
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1a2b3c4d', availabilityZones: ['eu-west-1a'], privateSubnetIds: ['subnet-1a2b3c4d'] });
  return {
    encryptionKey: new kms.Key(stack, 'Key', { enableKeyRotation: true }),
    vpc,
    vpcSubnets: { subnets: [ec2.Subnet.fromSubnetId(stack, 'Subnet', 'subnet-5e6f7a8b')] },
    securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'SecurityGroup', 'sg-1a2b3c4d')],
    logRetention: logs.RetentionDays.TEN_YEARS,
    permissionsBoundary: boundary(stack),
    reservedConcurrentExecutions: 10,
  };
}

/** A stack for every value of a table. */
export function table<T>(name: string, values: Record<string, T>, build: (stack: Stack, value: T) => unknown): Record<string, Build> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${name}-${key}`, (stack) => build(stack, value)]));
}
