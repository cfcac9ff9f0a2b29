import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { GLOBAL_REGIONS, isGlobalService } from './global-services';
import { type ResolvedSignal, fitsRule, resolve } from './resolved-signal';
import { LIMITS } from '../../private/limits';
import { Problems } from '../../private/problems';
import { warn } from '../../private/warn';
import { AuditSignal } from '../audit-signal';
import type { AuditSource } from '../audit-source';
import type { EcrAuditTrailProps } from '../ecr-audit-trail-props';
import type { Runbook } from '../runbook';
import { surroundingsOf } from '../surroundings';

/** The signals of an audit that is about to be made; without those that would be about nothing there, if nobody asked for them by name. */
export function resolveAll(scope: Construct, id: string, props: EcrAuditTrailProps, runbook: Runbook, source: AuditSource): ResolvedSignal[] {
  const around = surroundingsOf(scope, props);
  const problems = new Problems(`${scope.node.path}/${id}`);
  const resolved = (props.signals ?? AuditSignal.all()).flatMap((signal) => {
    const hasLog = signal._definition.global ? source._hasOtherRegions : source._hasLog;
    const one = resolve(scope, signal, around, runbook.of(signal), hasLog);
    problems.unless(one !== undefined || props.signals === undefined, {
      prop: 'signals',
      must: 'be about somebody',
      got: signal.id,
      remedy: 'name pushers, or the repositories whose pushers this app grants to',
      code: 'auditPushersUnknown',
    });
    problems.unless(one === undefined || fitsRule(Stack.of(scope), one.eventPattern), {
      prop: 'signals',
      must: `name calls that fit into the ${LIMITS.events.patternCharacters} characters of a rule`,
      got: signal.id,
      remedy: 'make two signals of it, each with some of the calls',
      code: 'auditSignalSize',
    });
    const isHeard = one === undefined || hasLog || tellsHere(scope, one);
    problems.unless(isHeard || props.signals === undefined, {
      prop: 'signals',
      must: 'be recorded where the audit is',
      got: signal.id,
      remedy: `make an audit in ${GLOBAL_REGIONS[0]} for it, or give this one the log of a trail of all Regions: rules hear of ${one?.services.join(', ')} there only`,
      code: 'auditSignalElsewhere',
    });
    return one && isHeard ? [one] : [];
  });
  problems.throwIfAny();
  return resolved;
}

/** Whether EventBridge tells of a signal in the Region of the audit. */
function tellsHere(audit: Construct, { services }: ResolvedSignal): boolean {
  const { region } = Stack.of(audit);
  return !services.some(isGlobalService) || Token.isUnresolved(region) || GLOBAL_REGIONS.includes(region);
}

/** Says what raises no signal, where it was not asked for by name. */
export function warnOfSilence(audit: Construct, signals: ResolvedSignal[]): void {
  const isThere = ({ id }: AuditSignal) => signals.some(({ signal }) => signal.id === id);
  if (!isThere(AuditSignal.PUSHED_AROUND_PIPELINE)) {
    warn(audit, {
      code: 'auditPushersUnknown',
      message: 'nobody is known to push, so pushes around the pipeline raise no signal: name repositories or pushers',
    });
  }
  if (!isThere(AuditSignal.OIDC_PROVIDER_CHANGED)) {
    warn(audit, {
      code: 'auditIamUnheard',
      message: `nothing here tells of IAM, so changes of OIDC providers and of who may take a pushing role raise no signal, and the root user one in this Region only: give the audit the log of a trail of all Regions, or make one for these signals in ${GLOBAL_REGIONS[0]}`,
    });
  }
}
