import {
  Duration, type Stack, aws_cloudtrail as cloudtrail, aws_cloudwatch_actions as actions, aws_logs as logs, aws_sns as sns,
} from 'aws-cdk-lib';
import { type Build, type Factories, handlerOptions, images, role, table, target } from './build';
import {
  AuditCondition, AuditSeverity, AuditSignal, AuditSource, EcrAuditTrail, type EcrAuditTrailProps, type OwnTrailOptions,
} from '../../../src';

const auditSource: Record<Factories<typeof AuditSource>, (stack: Stack) => AuditSource> = {
  ownTrail: () => AuditSource.ownTrail({ fileRetention: Duration.days(90), logRetention: logs.RetentionDays.TEN_YEARS }),
  trail: (stack) => AuditSource.trail(new cloudtrail.Trail(stack, 'Trail', { sendToCloudWatchLogs: true })),
  logGroup: (stack) => AuditSource.logGroup(logs.LogGroup.fromLogGroupName(stack, 'Log', 'trail')),
  organizationTrail: () => AuditSource.organizationTrail(),
};
const pushers = (stack: Stack) => [role(stack)];

export const AUDIT: Record<string, Build> = {
  'Audit-Watching': (stack) => {
    const [repository, pager] = [images(stack), new sns.Topic(stack, 'Pager')];
    const audit = new EcrAuditTrail(stack, 'Audit', { repositories: [repository], alarmActions: [new actions.SnsAction(pager)] });
    repository.grantPush(role(stack));
    audit.onSignal('Heard', { signals: [AuditSignal.ROOT_USED], target: target(stack) });
  },
  'Audit-AllOfTheRegistry': (stack) => new EcrAuditTrail(stack, 'Audit'),
  ...table('AuditSource', auditSource, (stack, make) => new EcrAuditTrail(stack, 'Audit', { source: make(stack), pushers: pushers(stack) })),
  'Audit-Regulated': (stack) => {
    const options = handlerOptions(stack);
    const { encryptionKey } = options;
    const ownTrail: Required<OwnTrailOptions> = { encryptionKey, fileRetention: Duration.days(3_650), logRetention: logs.RetentionDays.TEN_YEARS };
    const props: Required<EcrAuditTrailProps> = {
      source: AuditSource.ownTrail(ownTrail),
      repositories: [images(stack)],
      pushers: pushers(stack),
      knownAccounts: ['222222222222'],
      deployers: [],
      keys: [encryptionKey],
      signals: [
        ...AuditSignal.all().filter(({ id }) => id !== AuditSignal.CALLS_DENIED.id),
        AuditSignal.CALLS_DENIED.adjusted({ threshold: 50, severity: AuditSeverity.LOW }),
        AuditSignal.of('repositoryCreated', {
          title: 'A repository was created by hand',
          eventNames: ['CreateRepository'],
          runbook: 'Ask who needs it.',
          conditions: [AuditCondition.isNoneOfOrMissing('userIdentity.invokedBy', 'cloudformation.amazonaws.com')],
        }),
      ],
      topic: new sns.Topic(stack, 'Topic', { masterKey: encryptionKey, enforceSSL: true }),
      alarmActions: [new actions.SnsAction(new sns.Topic(stack, 'Pager', { masterKey: encryptionKey }))],
      runbookUrl: 'https://wiki.example.com/ecr',
      metricNamespace: 'Platform/Registry',
      inventory: true,
      inventoryInterval: Duration.hours(6),
      staleAfter: Duration.days(30),
      dashboard: true,
      handlerOptions: options,
    };
    new EcrAuditTrail(stack, 'Audit', props);
  },
  'Audit-Small': (stack) => new EcrAuditTrail(stack, 'Audit', {
    pushers: pushers(stack), inventory: false, dashboard: false, topic: new sns.Topic(stack, 'Topic', { enforceSSL: true }),
  }),
};
