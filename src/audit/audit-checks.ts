import { Duration, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AuditSeverity, AuditSignal } from './audit-signal';
import { AuditSource } from './audit-source';
import type { EcrAuditTrailProps } from './ecr-audit-trail';
import { LIMITS } from '../private/limits';
import { Problems } from '../private/problems';
import { knownLength, matches } from '../private/tokens';

/** Refuses wrong properties, all of them together. */
export function checkProps(scope: Construct, id: string, props: EcrAuditTrailProps): void {
  const problems = new Problems(`${scope.node.path}/${id}`);
  (props.source ?? AuditSource.ownTrail())._validate(scope, problems);
  checkSignals(props.signals ?? AuditSignal.all(), problems);
  knownLength('knownAccounts', props.knownAccounts, problems);
  for (const account of Token.isUnresolved(props.knownAccounts) ? [] : props.knownAccounts ?? []) {
    problems.unless(matches(LIMITS.account, account), {
      prop: 'knownAccounts',
      must: 'be numbers of accounts, 12 digits each',
      got: account,
      remedy: 'write the number as a string, with its leading zeros',
      code: 'auditAccount',
    });
  }
  for (const prop of ['repositories', 'pushers', 'keys'] as const) {
    problems.unless(props[prop] === undefined || props[prop]!.length > 0, {
      prop,
      must: 'name one, or be left out',
      got: props[prop],
      remedy: 'left out, it takes its default; an empty list would say that there is none',
      code: 'auditEmpty',
    });
  }
  const hour = Duration.hours(1);
  problems.unless(props.inventoryInterval === undefined || isAtLeast(props.inventoryInterval, hour), {
    prop: 'inventoryInterval',
    must: 'be at least an hour',
    got: props.inventoryInterval?.toHumanString(),
    remedy: 'every image is read each time; a day is enough to see growth',
    code: 'auditInventoryInterval',
  });
  problems.unless(props.staleAfter === undefined || isAtLeast(props.staleAfter, Duration.days(1)), {
    prop: 'staleAfter',
    must: 'be at least a day',
    got: props.staleAfter?.toHumanString(),
    remedy: 'ECR records the last pull of an image once a day',
    code: 'auditStaleAfter',
  });
  problems.unless(/^https:\/\/[^\s<>#]+$/.test(props.runbookUrl ?? 'https://x'), {
    prop: 'runbookUrl',
    must: 'be an address that begins with https:// and names no heading',
    got: props.runbookUrl,
    remedy: 'headings are added: each signal has one, named after its id in lower case',
    code: 'auditRunbookUrl',
  });
  problems.throwIfAny();
}

function checkSignals(signals: AuditSignal[], problems: Problems): void {
  problems.unless(signals.some(({ severity }) => severity !== AuditSeverity.INFORMATIONAL), {
    prop: 'signals',
    must: 'name a signal that somebody is told of',
    got: signals.map(({ id }) => id),
    remedy: 'leave it out for all signals of the library',
    code: 'auditSignals',
  });
  const ids = signals.map((signal) => signal.id);
  problems.unless(new Set(ids).size === ids.length, {
    prop: 'signals',
    must: 'have an id of its own for each',
    got: ids.filter((each, index) => ids.indexOf(each) !== index),
    remedy: 'AuditSignal.all() holds all of the library: replace one that is adjusted, do not add it',
    code: 'auditSignalTwice',
  });
}

function isAtLeast(duration: Duration, least: Duration): boolean {
  return duration.isUnresolved() || duration.toMilliseconds() >= least.toMilliseconds();
}

/** Refuses a signal that this audit knows nothing of. */
export function checkSignal(audit: Construct, signal: AuditSignal, known: string[]): void {
  const problems = new Problems(audit.node.path);
  problems.unless(known.includes(signal.id), {
    prop: 'signal',
    must: `be one of this audit: ${known.join(', ')}`,
    got: signal.id,
    remedy: 'add it to the signals of the audit',
    code: 'auditSignalUnknown',
  });
  problems.throwIfAny();
}
