import type { AuditSignalAdjustment, CustomAuditSignalProps } from './audit-signal';
import type { FieldCondition } from './contract';
import { REGISTRY_SIGNALS } from './signals/registry-signals';
import { REPOSITORY_SIGNALS } from './signals/repository-signals';
import { LIMITS } from '../private/limits';
import { Problems } from '../private/problems';
import { repeated } from '../private/repeated';

/** Refuses an adjustment that would silence a signal. */
export function checkAdjustment(id: string, { threshold }: AuditSignalAdjustment, problems = new Problems(`AuditSignal ${id}`)): void {
  problems.unless(threshold === undefined || (Number.isInteger(threshold) && threshold >= 1), {
    prop: 'threshold',
    must: 'be a whole number, at least 1',
    got: threshold,
    remedy: 'use 1 to be told of each, or severity INFORMATIONAL to be told of none',
    code: 'auditSignalThreshold',
  });
  problems.throwIfAny();
}

/** Refuses a signal whose metric filter or rule AWS would refuse. */
export function checkCustom(id: string, props: CustomAuditSignalProps, conditions: readonly FieldCondition[]): void {
  const problems = new Problems(`AuditSignal.of ${id}`);
  problems.unless(/^[a-zA-Z][a-zA-Z0-9]{0,31}$/.test(id), {
    prop: 'id',
    must: 'be 1 to 32 letters and digits, a letter first',
    got: id,
    remedy: 'write it in camelCase; the name of its rule has no room for more',
    code: 'auditSignalId',
  });
  problems.unless(!(id in REPOSITORY_SIGNALS || id in REGISTRY_SIGNALS), {
    prop: 'id',
    must: 'not be that of a signal of the library',
    got: id,
    remedy: 'choose another one, or adjust that signal: AuditSignal.X.adjusted(...)',
    code: 'auditSignalIdTaken',
  });
  problems.unless(props.eventNames.length > 0 && props.eventNames.every((name) => /^\w+$/.test(name)), {
    prop: 'eventNames',
    must: 'name calls, each in letters and digits',
    got: props.eventNames,
    remedy: 'write them as CloudTrail does, such as CreateRepository: the action of IAM without its service',
    code: 'auditSignalEventNames',
  });
  problems.unless(/^[a-z0-9-]+\.amazonaws\.com$/.test(props.eventSource ?? 'ecr.amazonaws.com'), {
    prop: 'eventSource',
    must: 'be the name of a service, such as signer.amazonaws.com',
    got: props.eventSource,
    remedy: 'write it as CloudTrail does; it ends in amazonaws.com in every partition',
    code: 'auditSignalEventSource',
  });
  for (const prop of ['title', 'runbook', 'runbookUrl'] as const) {
    problems.unless(/^[^<>]+$/.test(props[prop] ?? 'none'), {
      prop,
      must: 'say something, without < and >',
      got: props[prop],
      remedy: 'EventBridge reads < and > as its own',
      code: 'auditSignalText',
    });
  }
  const fields = conditions.map(({ field }) => field);
  const again = repeated(fields);
  problems.unless(again.length === 0, {
    prop: 'conditions',
    must: 'have one for each field',
    got: again,
    remedy: 'name all values in one condition; the source, the names and failures of calls have properties of their own',
    code: 'auditSignalConditionTwice',
  });
  const wildcards = conditions.filter(({ field }) => field.includes('[*]')).flatMap(({ is }) => is ?? []).length;
  problems.unless(wildcards <= LIMITS.metricFilter.maxWildcardSelectors, {
    prop: 'conditions',
    must: `compare what [*] stands for with at most ${LIMITS.metricFilter.maxWildcardSelectors} values`,
    got: fields,
    remedy: 'name an entry instead, as [0]',
    code: 'auditSignalWildcards',
  });
  checkAdjustment(id, props, problems);
}
