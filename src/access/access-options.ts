import type { aws_iam as iam } from 'aws-cdk-lib';

/** Which functions of AWS Lambda may use the images. */
export interface LambdaPullOptions {
  /**
   * The account of the functions: 12 digits.
   *
   * @default - the account of the repository
   */
  readonly account?: string;

  /**
   * Name of the one function that may.
   *
   * @default - every function of the account
   */
  readonly functionName?: string;
}

/** Who stays above a guard. */
export interface GuardOptions {
  /**
   * The role for emergencies: no guard holds it up, and it may lift them all by changing the policy of the repository.
   * It needs permissions of its own; this grants none. Alarm when it is used.
   *
   * Given once for all guards of a repository.
   *
   * @default - none; the root user of the account may change the policy
   */
  readonly breakGlass?: iam.IGrantable;

  /**
   * The role that deploys the stack: changes of the repository are for it alone. Given once for all guards of a
   * repository.
   *
   * @default - the role in which CloudFormation works, as the stack's synthesizer knows it; where it knows none,
   * whoever deploys, as long as CloudFormation makes the call. Say it where deployments are run with a role of their own
   * (`cdk deploy --role-arn`), or they are locked out
   */
  readonly deployedBy?: iam.IGrantable;
}

/** Who else may delete images. */
export interface ImageDeletionGuardOptions extends GuardOptions {
  /**
   * Roles or users who may delete and archive images, beside the deployment and the role for emergencies.
   *
   * @default - nobody else
   */
  readonly exemptPrincipals?: iam.IGrantable[];
}
