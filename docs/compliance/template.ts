export interface Resource {
  readonly Type: string;
  readonly Properties?: Record<string, any>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** The resources of a template, by logical id. */
export type Resources = Readonly<Record<string, Resource>>;

/** Whether the resources of a template meet a control. */
export type Check = (resources: Resources) => boolean;

type Properties = Record<string, any>;
type Statement = Record<string, any>;

const ofType = (resources: Resources, type: string) => Object.values(resources).filter(({ Type }) => Type === type);
const listed = <T>(value: T | T[] | undefined): T[] => (value === undefined ? [] : [value].flat() as T[]);

/** There are some of a type, and all of them are so: nothing is met by what is not there. */
export function every(type: string, is: (properties: Properties, resource: Resource) => boolean): Check {
  return (resources) => ofType(resources, type).length > 0 && ofType(resources, type).every((each) => is(each.Properties ?? {}, each));
}

/** At least one of a type is so. */
export function some(type: string, is: (properties: Properties, resources: Resources) => boolean = () => true): Check {
  return (resources) => ofType(resources, type).some(({ Properties = {} }) => is(Properties, resources));
}

/** There is none of these types. */
export function none(...types: string[]): Check {
  return (resources) => types.every((type) => ofType(resources, type).length === 0);
}

/** Every resource of a type has a tag. */
export const tagged = (type: string): Check => every(type, ({ Tags }) => listed(Tags).length > 0);

/** The bucket of every trail is so. */
export function bucketOfTrails(is: (properties: Properties) => boolean): Check {
  return (resources) => every('AWS::CloudTrail::Trail', ({ S3BucketName }) => {
    const bucket = resources[S3BucketName?.Ref];
    return bucket !== undefined && is(bucket.Properties ?? {});
  })(resources);
}

export const blocksPublicAccess = ({ PublicAccessBlockConfiguration: blocks = {} }: Properties) =>
  ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'].every((name) => blocks[name] === true);

/** Every policy of a type lets in nobody unconditionally that it does not name. */
export function notPublic(type: string, property = 'PolicyDocument'): Check {
  return every(type, (properties) => listed<Statement>(properties[property]?.Statement).every(
    ({ Effect, Principal, Condition }) => Effect !== 'Allow' || Condition !== undefined || !JSON.stringify(Principal ?? '').includes('"*"'),
  ));
}

/** No policy of an identity allows such actions on such resources. */
export function noneAllowed(is: (action: string, resource: unknown) => boolean): Check {
  return (resources) => {
    const statements = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) => ofType(resources, type))
      .flatMap(({ Properties = {} }) => listed<Statement>(Properties.PolicyDocument.Statement));
    const allowed = statements.filter(({ Effect }) => Effect === 'Allow');
    return allowed.length > 0 && !allowed.some(({ Action, NotAction, Resource }) => NotAction !== undefined
      || listed<string>(Action).some((action) => listed<unknown>(Resource).some((resource) => is(action, resource))));
  };
}

/** A metric filter with exactly this pattern, and an alarm on its metric that tells an SNS topic. */
export function cisAlarm(pattern: string): Check {
  const bare = (text: unknown) => String(text).replace(/\s/g, '');
  return some('AWS::Logs::MetricFilter', ({ FilterPattern, MetricTransformations: [metric] }, resources) => bare(FilterPattern) === bare(pattern)
    && some('AWS::CloudWatch::Alarm', ({ MetricName, Namespace, AlarmActions }) => MetricName === metric.MetricName && Namespace === metric.MetricNamespace
      && listed<{ Ref?: string }>(AlarmActions).some(({ Ref }) => resources[Ref ?? '']?.Type === 'AWS::SNS::Topic'))(resources));
}
