import { Duration, Token } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import { AuditSeverity, AuditSignal } from './audit-signal';
import { AuditSource } from './audit-source';
import { DEFAULT_NAMESPACE } from './contract';
import type { EcrAuditTrail } from './ecr-audit-trail';
import type { EcrAuditTrailProps } from './ecr-audit-trail-props';
import { LIMITS } from '../private/limits';
import { Problems } from '../private/problems';
import { repeated } from '../private/repeated';
import { checkRepositoriesHere, sameEnvironment } from '../private/resources-around';
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
  checkRepositoriesHere(scope, props.repositories, {
    remedy: 'make an audit there: CloudTrail and the event bus tell of repositories where they are',
    code: 'auditRepositoryElsewhere',
  }, problems);
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
  checkNamespace(scope, props.metricNamespace ?? DEFAULT_NAMESPACE, problems);
  problems.throwIfAny();
}

function checkNamespace(scope: Construct, namespace: string, problems: Problems): void {
  problems.unless(matches(LIMITS.metricNamespace, namespace), {
    prop: 'metricNamespace',
    must: 'be 1 to 255 letters, digits and . - _ / #, and not begin with AWS/',
    got: namespace,
    remedy: 'leave it out, or name it after the team',
    code: 'auditNamespace',
  });
  const others = scope.node.root.node.findAll().filter(isAudit)
    .filter((each) => each._metricNamespace === namespace && sameEnvironment(each, scope));
  problems.unless(others.length === 0, {
    prop: 'metricNamespace',
    must: 'be one of its own for each audit of an account and Region',
    got: others.map(({ node }) => node.path),
    remedy: 'give this one another: both would count into the same metrics',
    code: 'auditNamespaceTwice',
  });
}

function isAudit(construct: IConstruct): construct is EcrAuditTrail {
  return '_metricNamespace' in construct;
}

function checkSignals(signals: AuditSignal[], problems: Problems): void {
  problems.unless(signals.some(({ severity }) => severity !== AuditSeverity.INFORMATIONAL), {
    prop: 'signals',
    must: 'name a signal that somebody is told of',
    got: signals.map(({ id }) => id),
    remedy: 'leave it out for all signals of the library',
    code: 'auditSignals',
  });
  const again = repeated(signals.map(({ id }) => id));
  problems.unless(again.length === 0, {
    prop: 'signals',
    must: 'have an id of its own for each',
    got: again,
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
