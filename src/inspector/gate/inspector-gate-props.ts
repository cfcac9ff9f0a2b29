import type {
  Duration, RemovalPolicy, aws_cloudwatch as cloudwatch, aws_ecr as ecr,
} from 'aws-cdk-lib';
import type { IGateAction } from './gate-action';
import type { HandlerOptions } from '../../functions/handler-options';
import type { FindingException } from '../finding-exception';
import type { FindingPolicy } from '../finding-policy';

/** Who finds the vulnerabilities that a gate judges by. */
export enum ImageScanner {
  /** Amazon Inspector, which Amazon ECR calls enhanced scanning: again whenever a vulnerability becomes known. */
  INSPECTOR = 'ENHANCED',
  /**
   * Amazon ECR itself, which it calls basic scanning: packages of the operating system only, at the push only, and nothing
   * of exploits. Costs nothing.
   */
  ECR_BASIC = 'BASIC',
}

/** Properties of an `InspectorGate`. */
export interface InspectorGateProps {
  /**
   * Repositories whose images are judged: of the account and Region of the stack.
   *
   * Each takes a part of four EventBridge rules, whose patterns have room for about ten; for more than a hundred, name them by
   * `repositoryNames`.
   *
   * @default - see `repositoryNames`
   */
  readonly repositories?: ecr.IRepositoryRef[];

  /**
   * Names of repositories whose images are judged, with `*` for any characters: `shop/*`. Those to come are included.
   *
   * @default - none beside `repositories`; without those, every repository of the account and Region
   */
  readonly repositoryNames?: string[];

  /**
   * What findings an image may have.
   *
   * @default FindingPolicy.standard()
   */
  readonly policy?: FindingPolicy;

  /**
   * Vulnerabilities that somebody has looked at and lets through.
   *
   * @default - none
   */
  readonly exceptions?: FindingException[];

  /**
   * Who finds vulnerabilities. The gate asks `EcrRegistry` to have its repositories scanned continuously by Amazon Inspector;
   * basic scanning is set up elsewhere. Basic scanning where an `EcrRegistry` of the app has Amazon Inspector scan raises the
   * warning `cdk-secure-ecr:gateScannerBasic`.
   *
   * @default ImageScanner.INSPECTOR
   */
  readonly scanner?: ImageScanner;

  /**
   * What is done about verdicts, such as telling people by `NotifyAction`.
   *
   * @default - they are recorded and announced on the event bus, and nobody is told
   */
  readonly actions?: IGateAction[];

  /**
   * What the alarms of the gate do: an approved image is rejected now, an image waits for too long, something was lost, the
   * gate has gone silent.
   *
   * @default - alarms are shown, and do nothing
   */
  readonly alarmActions?: cloudwatch.IAlarmAction[];

  /**
   * After how long without news an image is judged again: 1 hour to 7 days. An approval that could not be confirmed for twice
   * as long is none any more.
   *
   * @default Duration.days(1)
   */
  readonly judgeAgainAfter?: Duration;

  /**
   * How often repositories are listed for images that no event told of: every 5 minutes to every day.
   *
   * @default Duration.hours(1)
   */
  readonly listEvery?: Duration;

  /**
   * How long ago images that are found so were pushed, a day at least. Older ones are judged when somebody asks for their
   * verdict, or when a finding or a scan of them is announced.
   *
   * Amazon Inspector scans an image for as long as it is in use, however long ago it was pushed. So make it longer where
   * images run for longer than the default. Each image that is found is judged like any other, those that nobody scans any
   * more too: about 2.25 USD a month for 1,000 images of two platforms.
   *
   * @default Duration.days(180) - the longest re-scan duration of Amazon Inspector that is not for ever
   */
  readonly lookBack?: Duration;

  /**
   * After how long an image that is still pending raises an alarm: an hour at least.
   *
   * @default Duration.days(1)
   */
  readonly pendingAlarmAfter?: Duration;

  /**
   * For how long verdicts are kept after another one took their place: 30 days at least. What holds is always kept.
   *
   * @default Duration.days(400) - more than a year, as audits ask for
   */
  readonly verdictRetention?: Duration;

  /**
   * What happens to the table of the verdicts when it leaves the stack or the stack is deleted.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * How many images are judged at once: 2 to 100, because the index of what is due takes 1,000 writes a second. Amazon Inspector
   * throttles an account as a whole.
   *
   * @default 5
   */
  readonly maxConcurrency?: number;

  /**
   * How the functions run, and how their queues, tables and logs are kept.
   *
   * @default - see `HandlerOptions`
   */
  readonly handlerOptions?: HandlerOptions;
}
