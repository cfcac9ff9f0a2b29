import { type Duration, Token, type aws_ec2 as ec2, type aws_iam as iam } from 'aws-cdk-lib';
import { Problems } from '../private/problems';
import { knownLength, matches } from '../private/tokens';

/** Operators that a request without the key does not satisfy. */
const OPERATOR = new RegExp(`^(ForAnyValue:)?(${[
  'String(Equals|EqualsIgnoreCase|Like)', 'Arn(Equals|Like)', '(Numeric|Date)(Equals|LessThan|LessThanEquals|GreaterThan|GreaterThanEquals)',
  'Bool', 'BinaryEquals', 'IpAddress',
].join('|')})$`);

/**
 * A condition under which access is granted; `RepositoryAccess.when` takes it.
 *
 * It stands in every statement of the grant, in the policy of the principal as well as in the policy of the repository,
 * except for `ecr:GetAuthorizationToken`: a token opens nothing by itself.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 * @example
 * declare const images: SecureEcrRepository;
 * declare const developer: iam.Role;
 * images.access.when(AccessCondition.principalTag('team', 'shop')).pull(developer);
 */
export class AccessCondition {
  /**
   * Only through one of these VPC endpoints.
   *
   * ECR has two, for its API (`ecr.api`) and for the registry protocol (`ecr.dkr`): name both.
   *
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
   */
  public static throughVpcEndpoint(...endpoints: ec2.IVPCEndpointRef[]): AccessCondition {
    const ids = list('throughVpcEndpoint', 'endpoints', endpoints).map((each) => each.vpcEndpointRef.vpcEndpointId);
    return new AccessCondition('StringEquals', 'aws:SourceVpce', ids);
  }

  /**
   * Only from one of these VPCs, through any of its VPC endpoints for ECR.
   *
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
   */
  public static fromVpc(...vpcs: ec2.IVPCRef[]): AccessCondition {
    const ids = list('fromVpc', 'vpcs', vpcs).map((each) => each.vpcRef.vpcId);
    return new AccessCondition('StringEquals', 'aws:SourceVpc', ids);
  }

  /**
   * Only for a principal that carries this tag with one of these values, be it a tag of the role or user or one of its
   * session. A session tag goes before the tag of the role.
   *
   * Whoever can tag the role, or start a session with tags of its own choice, decides over the access.
   *
   * @param key of the tag, as IAM shows it, without `aws:PrincipalTag/`
   * @param values of the tag, of which one must match
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
   */
  public static principalTag(key: string, ...values: string[]): AccessCondition {
    const problems = new Problems('AccessCondition.principalTag');
    problems.unless(Token.isUnresolved(key) || /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(key), {
      prop: 'key',
      must: 'be 1 to 128 letters, digits, spaces or any of _.:/=+-@',
      got: key,
      remedy: "write the tag's key as IAM shows it, without aws:PrincipalTag/",
      code: 'accessConditionTag',
    });
    const variable = values.filter((value) => !Token.isUnresolved(value) && /^$|\$\{|[*?]/.test(value));
    problems.unless(variable.length === 0, {
      prop: 'values',
      must: 'be values of the tag',
      got: variable,
      remedy: 'write each in full: a variable such as the tag itself would be true for whoever has it',
      code: 'accessConditionTag',
    });
    problems.throwIfAny();
    return new AccessCondition('StringEquals', `aws:PrincipalTag/${key}`, list('principalTag', 'values', values));
  }

  /**
   * Only for a person who signed in with a second factor, at most `maxAge` ago.
   *
   * For users of IAM and the sessions they start with their factor. Never true for a machine, and not for IAM Identity
   * Center, which asks for the factor itself and tells IAM nothing of it.
   *
   * @param maxAge how long ago the second factor may have been given, left out for any time
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
   */
  public static multiFactor(maxAge?: Duration): AccessCondition {
    const present = new AccessCondition('Bool', 'aws:MultiFactorAuthPresent', ['true']);
    if (!maxAge) return present;
    const seconds = maxAge.isUnresolved() ? maxAge.toSeconds() : Math.floor(maxAge.toSeconds({ integral: false }));
    const problems = new Problems('AccessCondition.multiFactor');
    problems.unless(Token.isUnresolved(seconds) || seconds > 0, {
      prop: 'maxAge',
      must: 'be at least a second',
      got: maxAge.toString(),
      remedy: 'leave it out to take a second factor of any age',
      code: 'accessConditionMultiFactorAge',
    });
    problems.throwIfAny();
    return new AccessCondition('NumericLessThanEquals', 'aws:MultiFactorAuthAge', [String(seconds)], present);
  }

  /**
   * Any other condition of IAM: the operator, the key of the request, and the values of which one must match.
   *
   * Take an operator that a missing key does not satisfy. One that starts with `ForAllValues`, ends with `IfExists` or
   * negates is satisfied by a request without the key, so it is refused here.
   *
   * @param conditionOperator such as `StringEquals`
   * @param key such as `aws:SourceIp`
   * @param values one of which must match
   */
  public static of(conditionOperator: string, key: string, ...values: string[]): AccessCondition {
    const problems = new Problems('AccessCondition.of');
    problems.unless(OPERATOR.test(conditionOperator), {
      prop: 'conditionOperator',
      must: 'be one of IAM that a request without the key does not satisfy',
      got: conditionOperator,
      remedy: 'say what is allowed, for example with StringEquals, StringLike, ArnLike, IpAddress, Bool or NumericLessThan',
      code: 'accessConditionOperator',
    });
    problems.unless(matches(/^[a-z][a-z0-9-]*:.+$/i, key), {
      prop: 'key',
      must: 'be a condition key',
      got: key,
      remedy: "write it with its prefix, like 'aws:SourceIp'",
      code: 'accessConditionKey',
    });
    problems.throwIfAny();
    return new AccessCondition(conditionOperator, key, list('of', 'values', values));
  }

  private constructor(
    private readonly operator: string,
    private readonly key: string,
    private readonly values: string[],
    private readonly and?: AccessCondition,
  ) {}

  /** @internal */
  public _render(): iam.Conditions {
    const own = { [this.operator]: { [this.key]: this.values.length === 1 ? this.values[0] : this.values } };
    return { ...this.and?._render(), ...own };
  }
}

function list<T>(factory: string, prop: string, values: T[]): T[] {
  const problems = new Problems(`AccessCondition.${factory}`);
  problems.unless(values.length > 0, {
    prop,
    must: 'name at least one',
    got: values,
    remedy: 'leave the condition out if everybody granted may come from anywhere',
    code: 'accessConditionEmpty',
  });
  knownLength(prop, values, problems);
  problems.throwIfAny();
  return values;
}
