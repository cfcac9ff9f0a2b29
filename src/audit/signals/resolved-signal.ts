import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { SignalMatch, Surroundings } from './definition';
import { type EventPatternJson, eventPattern } from './event-pattern';
import { metricPattern, metricPatternOfAny } from './metric-pattern';
import { LIMITS } from '../../private/limits';
import { assumedCharacters, assumedText } from '../../private/policy-size';
import type { AuditSignal } from '../audit-signal';
import type { FieldCondition, SignalFacts } from '../contract';

/** What one definition comes to in one audit. */
export interface ResolvedSignal {
  readonly signal: AuditSignal;
  /** Whose calls it is about, as CloudTrail names services; any where there are none. */
  readonly services: readonly string[];
  /** Nothing where only the handler can count. */
  readonly filterPattern?: string;
  /** Broader than the signal where the facts hold conditions or a judgement. */
  readonly eventPattern: EventPatternJson;
  readonly facts: SignalFacts;
  /** What a record of another Region has to meet, where such a record counts. */
  readonly elsewhere?: readonly FieldCondition[];
}

/**
 * Makes a metric filter's pattern and a rule's out of one definition. Where a pattern has no room for all of it, or a
 * judgement is left, the rule is broad, and the handler judges and counts.
 *
 * @param hasLog whether there is a log that has its records, to count in
 * @returns nothing where the signal would be about nothing
 */
export function resolve(
  scope: Construct, signal: AuditSignal, around: Surroundings, runbookUrl: string, hasLog: boolean,
): ResolvedSignal | undefined {
  const match = signal._definition.match(around);
  if (!match) return undefined;
  const stack = Stack.of(scope);
  const { id, title, severity, threshold, runbook, controls, _definition: { global } } = signal;
  const { lists = [] } = match;
  const conditions = [...global ? [] : [{ field: 'awsRegion', is: [stack.region] }], ...match.conditions];
  const exact = eventPattern([...conditions, ...lists]);
  const filterPattern = hasLog ? patternOf(stack, { ...match, conditions }) : undefined;
  return {
    signal,
    services: conditions.filter(({ field }) => field === 'eventSource').flatMap(({ is = [] }) => is.map(String)),
    filterPattern,
    eventPattern: fitsRule(stack, exact) ? exact : eventPattern(conditions),
    ...(global && hasLog && { elsewhere: match.conditions.slice(0, 2) }), // who and what; the rule asks for the rest
    facts: {
      id,
      title,
      severity,
      threshold,
      runbook,
      runbookUrl,
      controls,
      ...(lists.length > 0 && { conditions: lists }),
      ...(match.judgement && { judgement: match.judgement }),
      ...(filterPattern === undefined && { counted: true }),
    },
  };
}

/** The pattern of what is in the log and EventBridge tells in another Region only. */
export function patternOfElsewhere({ account, region }: Stack, signals: readonly ResolvedSignal[]): string | undefined {
  const wanted = signals.flatMap(({ elsewhere }) => elsewhere ? [elsewhere] : []);
  if (wanted.length === 0) return undefined;
  const there: FieldCondition[] = [{ field: 'recipientAccountId', is: [account] }, { field: 'awsRegion', isNot: [region] }];
  const pattern = metricPatternOfAny(there, wanted);
  return assumedText(pattern).length <= LIMITS.metricFilter.maxCharacters ? pattern : metricPatternOfAny(there, wanted.map(([first]) => [first]));
}

/** A log may hold what happens in other accounts; rules see this one only. */
function patternOf(stack: Stack, { conditions, lists = [], judgement }: SignalMatch): string | undefined {
  const all = [{ field: 'recipientAccountId', is: [stack.account] }, ...conditions, ...lists];
  return judgement === undefined && fits(stack, all) ? metricPattern(all) : undefined;
}

/** Whether a rule has room for a pattern. */
export function fitsRule(stack: Stack, pattern: EventPatternJson): boolean {
  return assumedCharacters(stack.resolve(pattern)) <= LIMITS.events.patternCharacters;
}

function fits(stack: Stack, conditions: readonly FieldCondition[]): boolean {
  const assumed = conditions.map((condition) => ({
    ...condition,
    is: condition.is?.map((value) => typeof value === 'string' ? assumedText(stack.resolve(value)) : value),
    isNot: condition.isNot?.map((value) => assumedText(stack.resolve(value))),
  }));
  return metricPattern(assumed).length <= LIMITS.metricFilter.maxCharacters;
}
