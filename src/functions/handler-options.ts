import type { aws_ec2 as ec2, aws_iam as iam, aws_kms as kms, aws_logs as logs } from 'aws-cdk-lib';

/**
 * How the Lambda functions of a construct run, and how what belongs to them is kept: their queues, tables and logs.
 *
 * One value serves every construct of an app that has functions.
 */
export interface HandlerOptions {
  /**
   * The VPC that the functions run in. They need a way out of it to the AWS APIs they call: VPC endpoints, or a NAT
   * gateway (about 33 USD a month and Availability Zone, and 0.045 USD a GB).
   *
   * @default - no VPC: nothing of yours is reachable for the functions, and they are reachable for nobody
   */
  readonly vpc?: ec2.IVpc;

  /**
   * The subnets of the VPC.
   *
   * @default - private subnets with a way out
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * The security groups of the functions in the VPC.
   *
   * @default - one for each function, that lets everything out and nothing in
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * The key that encrypts queues, tables, logs and the environment of functions. The policy of an imported key has to let
   * in CloudWatch Logs (`logs.REGION.amazonaws.com`), EventBridge (`events.amazonaws.com`) and, for alarms, CloudWatch; that
   * of a key of the app lets in the first two, for log groups and rules of this account and Region. Functions use it by way
   * of the services that they call only.
   *
   * @default - keys of the services: no cost, and no policy to read
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * How long the logs of the functions are kept.
   *
   * @default RetentionDays.ONE_YEAR
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * The boundary of the roles of the functions.
   *
   * @default - none
   */
  readonly permissionsBoundary?: iam.IManagedPolicy;

  /**
   * How many copies of each function may run at once, taken from what the account has (1,000 in a Region by default).
   *
   * @default - as many as the account lets run; queues hold back what comes before them
   */
  readonly reservedConcurrentExecutions?: number;
}
