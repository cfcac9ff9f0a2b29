import { EVENT_SOURCE, type FieldCondition } from '../contract';

/** A pattern in the form of EventBridge's JSON. */
export interface EventPatternJson {
  [key: string]: EventPatternJson | unknown[];
}

/**
 * An event pattern that is true of what CloudTrail tells EventBridge if the record meets every condition; and of some that do
 * not, because a pattern knows no index of a list, and of an object or a list not that it is there.
 *
 * It may come from the bus a second time, by the handler: out of the log, or out of the dead letter queue.
 *
 * Without `$or`: the engine can lose a branch of one when branches share a value.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function eventPattern(conditions: readonly FieldCondition[]): EventPatternJson {
  const detail: EventPatternJson = {};
  for (const { field, ...condition } of conditions.filter(canBeSaid)) {
    const steps = field.replace(/\[[^\]]+\]/g, '').split('.'); // of a list, any entry will do
    const leaf = steps.pop()!;
    const parent = steps.reduce((node, step) => (node[step] ??= {}) as EventPatternJson, detail);
    parent[leaf] = matchers(condition);
  }
  return { 'source': [...sources(conditions), EVENT_SOURCE], 'detail-type': [{ suffix: ' via CloudTrail' }], detail };
}

/** Of a list a pattern cannot ask for what is missing in one entry, nor for two things in two of them. */
function canBeSaid({ field, orMissing }: FieldCondition, index: number, all: readonly FieldCondition[]): boolean {
  if (!field.includes('[')) return true;
  const list = field.split('[')[0];
  return !orMissing && all.findIndex((other) => other.field.startsWith(`${list}[`) && !other.orMissing) === index;
}

function matchers({ is, isNot, orMissing }: Omit<FieldCondition, 'field'>): unknown[] {
  return [
    ...is ?? [],
    ...isNot ? [{ 'anything-but': isNot }] : [],
    ...orMissing ? [{ exists: false }] : [],
  ];
}

/** What EventBridge calls the services: `aws.ecr` is `ecr.amazonaws.com`. */
function sources(conditions: readonly FieldCondition[]): unknown[] {
  const services = conditions.find(({ field }) => field === 'eventSource')?.is;
  return services?.map((service) => `aws.${String(service).split('.')[0]}`) ?? [{ prefix: 'aws.' }];
}
