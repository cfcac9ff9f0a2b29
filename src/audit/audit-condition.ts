import { Token } from 'aws-cdk-lib';
import type { FieldCondition } from './contract';
import { Problems } from '../private/problems';

/**
 * What a field of a CloudTrail record must be.
 *
 * A field is named with dots, as `requestParameters.repositoryName`; `[0]` is the first entry of a list, `[*]` any of
 * them. Values are compared as they are: there are no wildcards, because the metric filter and the rule that come of a
 * condition read them differently. Text can be compared, and `true` and `false`; all else can only be missing.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 * @example
 * AuditSignal.of('repositoryCreated', {
 *   title: 'A repository was created by hand',
 *   eventNames: ['CreateRepository'],
 *   conditions: [AuditCondition.isNoneOfOrMissing('userIdentity.invokedBy', 'cloudformation.amazonaws.com')],
 *   runbook: 'Ask who needs it, and make it in a stack.',
 * });
 */
export class AuditCondition {
  /**
   * The field is one of these values.
   *
   * @param field its path in the record
   * @param values in full, of which one is enough
   */
  public static isOneOf(field: string, ...values: string[]): AuditCondition {
    return AuditCondition.checked('AuditCondition.isOneOf', { field, is: values }, values);
  }

  /**
   * The field is there and none of these values.
   *
   * @param field its path in the record
   * @param values in full, of which it may be none
   */
  public static isNoneOf(field: string, ...values: string[]): AuditCondition {
    return AuditCondition.checked('AuditCondition.isNoneOf', { field, isNot: values }, values);
  }

  /**
   * The field is none of these values, or not there at all.
   *
   * @param field its path in the record
   * @param values in full, of which it may be none
   */
  public static isNoneOfOrMissing(field: string, ...values: string[]): AuditCondition {
    return AuditCondition.checked('AuditCondition.isNoneOfOrMissing', { field, isNot: values, orMissing: true }, values);
  }

  /**
   * The field is not there.
   *
   * @param field its path in the record
   */
  public static isMissing(field: string): AuditCondition {
    return AuditCondition.checked('AuditCondition.isMissing', { field, orMissing: true });
  }

  /**
   * The field is `true`.
   *
   * @param field its path in the record
   */
  public static isTrue(field: string): AuditCondition {
    return AuditCondition.checked('AuditCondition.isTrue', { field, is: [true] });
  }

  /**
   * The field is `false`.
   *
   * @param field its path in the record
   */
  public static isFalse(field: string): AuditCondition {
    return AuditCondition.checked('AuditCondition.isFalse', { field, is: [false] });
  }

  private static checked(factory: string, condition: FieldCondition, values?: string[]): AuditCondition {
    check(factory, condition, values);
    return new AuditCondition(condition);
  }

  private constructor(private readonly condition: FieldCondition) {}

  /** @internal */
  public _render(): FieldCondition {
    return this.condition;
  }
}

function check(factory: string, condition: FieldCondition, values?: string[]): void {
  const { field } = condition;
  const problems = new Problems(factory);
  problems.unless(/^[\w-]+(?:\.[\w-]+|\[(?:\d+|\*)\])*$/.test(field) && (field.match(/\[\*\]/g) ?? []).length <= 1, {
    prop: 'field',
    must: 'be a path of names, such as requestParameters.imageIds[*].imageTag, with at most one [*]',
    got: field,
    remedy: 'write it as it stands in the record, without $ in front',
    code: 'auditConditionField',
  });
  problems.unless(!(field.includes('[*]') && (condition.isNot || condition.orMissing)), {
    prop: 'field',
    must: 'hold no [*] where something is excluded',
    got: field,
    remedy: 'name one entry, as [0]: of a list, "any entry differs" and "no entry is" are two things',
    code: 'auditConditionList',
  });
  problems.unless(values === undefined || values.length > 0, {
    prop: 'values',
    must: 'name a value',
    got: values,
    remedy: 'name what to compare with, or use AuditCondition.isMissing',
    code: 'auditConditionValues',
  });
  for (const value of values ?? []) {
    problems.unless(Token.isUnresolved(value) || /^[^"\\*%<>]+$/.test(value), {
      prop: 'values',
      must: 'hold a character, and none of " \\ * % < >',
      got: value,
      remedy: 'name each value in full',
      code: 'auditConditionValue',
    });
  }
  problems.throwIfAny();
}
