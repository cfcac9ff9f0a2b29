/**
 * Where services that have no Regions are recorded, a Region in each partition.
 *
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html#cloudtrail-concepts-global-service-events
 */
export const GLOBAL_REGIONS: readonly string[] = ['us-east-1', 'us-gov-west-1', 'cn-north-1', 'cn-northwest-1'];

/**
 * Those services. AWS STS is none: its endpoints in Regions are recorded there.
 *
 * https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html
 */
const GLOBAL_SERVICES: readonly string[] = ['account', 'cloudfront', 'iam', 'organizations', 'route53', 'shield'];

/** Whether a service, such as `iam.amazonaws.com`, is recorded there alone. */
export function isGlobalService(source: string): boolean {
  return GLOBAL_SERVICES.includes(source.replace('.amazonaws.com', ''));
}
