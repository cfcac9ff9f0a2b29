import type {
  Duration, aws_cloudwatch as cloudwatch, aws_ecr as ecr, aws_events as events, aws_iam as iam, aws_kms as kms, aws_sns as sns,
} from 'aws-cdk-lib';
import type { AuditSignal } from './audit-signal';
import type { AuditSource } from './audit-source';
import type { HandlerOptions } from '../functions/handler-options';

/** Properties of an `EcrAuditTrail`. */
export interface EcrAuditTrailProps {
  /**
   * Where the records of CloudTrail are read.
   *
   * @default AuditSource.ownTrail()
   */
  readonly source?: AuditSource;

  /**
   * The repositories to watch. What is about the registry as a whole is watched in any case.
   *
   * @default - all of the registry, those to come too; who may push is known only by `pushers` then
   */
  readonly repositories?: ecr.IRepositoryRef[];

  /**
   * The signals that are counted, and those among them that raise an alarm and a message by their severity.
   *
   * @default AuditSignal.all()
   */
  readonly signals?: AuditSignal[];

  /**
   * Roles and users who push: a push by anybody else is a signal, and so is a change of who may assume these roles.
   *
   * One of another account stands for all of it, because CloudTrail tells no more of a caller from there.
   *
   * @default - for each of `repositories`, whoever this app grants to push to it (`grantPush`, `access.push`)
   */
  readonly pushers?: iam.IGrantable[];

  /**
   * Accounts that may pull and be named in policies, beside this one.
   *
   * @default - none
   */
  readonly knownAccounts?: string[];

  /**
   * The roles and users by whom settings are meant to change. With an empty list every change is a signal.
   *
   * @default - the role in which CloudFormation works, as the stack's synthesizer knows it; where it knows none, nobody
   */
  readonly deployers?: iam.IGrantable[];

  /**
   * The keys that encrypt the images.
   *
   * @default - every key of the account is watched
   */
  readonly keys?: kms.IKeyRef[];

  /**
   * What every alarm does: those of the signals, and those of messages that were lost. Each names its paragraph of the
   * runbook.
   *
   * @default - alarms are shown, and do nothing
   */
  readonly alarmActions?: cloudwatch.IAlarmAction[];

  /**
   * Where people and machines are told: mail gets who did what to which repository in a sentence, with what to do.
   * Everything else gets the same as JSON. Filter by the message attributes `signal` and `severity`.
   *
   * @default - a topic of its own: subscribe to `topic`
   */
  readonly topic?: sns.ITopic;

  /**
   * The page of the runbook that messages and alarms link to. The heading of a signal is its id in lower case; the others are
   * `any-signal`, of the alarm above all, and `lost-messages`.
   *
   * @default - the runbook of this library
   */
  readonly runbookUrl?: string;

  /**
   * The namespace of the metrics of signals and repositories. Another audit in this account and Region needs another one,
   * or both would count into the same metrics.
   *
   * @default 'SecureEcr/Audit'
   */
  readonly metricNamespace?: string;

  /**
   * Measure the size of repositories and count their images.
   *
   * Custom metrics: 7 for each repository, billed by the hour they are sent in; with a daily interval about 0.09 USD for
   * a repository and month.
   *
   * @default true
   */
  readonly inventory?: boolean;

  /**
   * How often repositories are measured, every hour at most.
   *
   * @default Duration.days(1)
   */
  readonly inventoryInterval?: Duration;

  /**
   * An image that was neither pushed nor pulled for so long is counted as stale.
   *
   * @default Duration.days(90)
   */
  readonly staleAfter?: Duration;

  /**
   * Make a dashboard. The first three of an account cost nothing, others 3 USD a month.
   *
   * @default true
   */
  readonly dashboard?: boolean;

  /**
   * How the functions run, and how their queues, tables and logs are kept.
   *
   * @default - see `HandlerOptions`
   */
  readonly handlerOptions?: HandlerOptions;
}

/** Options of rules that react to signals. */
export interface OnSignalOptions extends events.OnEventOptions {
  /**
   * The signals to react to.
   *
   * @default - to every signal of the audit
   */
  readonly signals?: AuditSignal[];
}
