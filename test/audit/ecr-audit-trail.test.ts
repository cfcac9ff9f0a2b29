import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  App, Aws, CfnParameter, Duration, Fn, Stack, aws_cloudtrail as cloudtrail, aws_cloudwatch_actions as actions, aws_ecr as ecr, aws_events as events,
  aws_events_targets as targets, aws_iam as iam, aws_kms as kms, aws_logs as logs, aws_sns as sns, aws_sqs as sqs,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { RECORDS } from './records';
import {
  ACCOUNT, ADMINISTRATOR, API, CI, DEPLOYER, DEPLOYMENT, KEY, PIPELINE, REGION, WEB, asEvent, call, onRepository, push, role as session, stranger,
  user,
} from './records/build';
import { AuditCondition, AuditSeverity, AuditSignal, AuditSource, EcrAuditTrail, type EcrAuditTrailProps, RegistryPrincipal, SecureEcrRepository } from '../../src';
import type { CloudTrailRecord, SignalFacts } from '../../src/audit/contract';
import { isSignal } from '../../src/audit/decide';
import { matchesEvent } from '../support/event-pattern';
import { matchesFilter } from '../support/filter-pattern';
import { deployed } from '../support/simulate';
import { ROOT } from '../support/tools';

const DEVELOPER = `arn:aws:iam::${ACCOUNT}:role/Developer`;
const ENV = { account: ACCOUNT, region: REGION };
let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: ENV });
});

const templates = new WeakMap<Stack, Template>(); // each takes its time
function template(of = stack): Template {
  if (!templates.has(of)) templates.set(of, Template.fromStack(of));
  return templates.get(of)!;
}
const audit = (props?: EcrAuditTrailProps, id = 'Audit') => new EcrAuditTrail(stack, id, props);
const logGroup = (account = ACCOUNT, region = REGION) => logs.LogGroup.fromLogGroupArn(stack, `Log${account}${region}`, `arn:aws:logs:${region}:${account}:log-group:trail:*`);
const role = (arn: string) => iam.Role.fromRoleArn(stack, arn.split('/').pop()!, arn);
const repository = (arn: string) => ecr.Repository.fromRepositoryAttributes(stack, arn.split('/').pop()!, { repositoryArn: arn, repositoryName: arn.split(':repository/')[1] });
const properties = (type: string, of = stack) => Object.values(template(of).findResources(type)).map((resource) => resource.Properties);
const watching = (): EcrAuditTrailProps => ({
  source: AuditSource.logGroup(logGroup()),
  repositories: [repository(WEB), repository(API)],
  pushers: [role(PIPELINE), iam.User.fromUserArn(stack, 'Legacy', `arn:aws:iam::${ACCOUNT}:user/legacy-ci`)],
  knownAccounts: ['222222222222'],
  deployers: [role(DEPLOYER)],
  keys: [kms.Key.fromKeyArn(stack, 'Key', KEY)],
});

/** What a deployed rule does with an event: what it gives to its queue, if it matches. */
function heard(of = stack, ids: Record<string, string> = {}) {
  return properties('AWS::Events::Rule', of).filter(({ EventPattern: pattern, Targets: [target] }) => pattern?.detail?.eventSource || (target.InputTransformer && pattern))
    .map(({ EventPattern: pattern, Targets: [{ InputTransformer: { InputTemplate: template_ } }], State: state }) => {
      const facts: SignalFacts = JSON.parse(deployed(template_, ids).replace('<aws.events.event.json>', 'null')).signal;
      return { facts, state, matches: (event: object) => matchesEvent(deployed(pattern, ids), event) };
    });
}

/** The signals that a record is told of as, and counted as. */
function toldAndCounted(record: CloudTrailRecord, ids: Record<string, string> = {}) {
  const facts = heard(stack, ids).filter(({ facts: each, matches }) => matches(asEvent(record)) && isSignal(each, record))
    .map(({ facts: each }) => each);
  const byFilter = properties('AWS::Logs::MetricFilter').filter(({ FilterPattern }) => matchesFilter(deployed(FilterPattern, ids), record))
    .map(({ MetricTransformations: [{ MetricName }] }) => MetricName);
  return { told: facts.map(({ id }) => id).sort(), counted: [...byFilter, ...facts.filter(({ counted }) => counted).map(({ id }) => id)].sort() };
}
const only = (...signals: string[]) => ({ told: signals, counted: signals });
const NOBODY = only();
const trustOf = (roleName: string) => call('iam', 'UpdateAssumeRolePolicy', { by: ADMINISTRATOR, request: { roleName } });
const signedIn = (permissionSet: string) => session(`arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/${REGION}/AWSReservedSSO_${permissionSet}_0123456789abcdef`, 'bob@example.com');

describe('the template', () => {
  test('counts and tells of every record as it should', () => {
    audit(watching());
    const filters = properties('AWS::Logs::MetricFilter').map(({ FilterPattern, MetricTransformations: [{ MetricName }] }) => ({ id: MetricName, pattern: deployed(FilterPattern, {}) as string }));
    const rules = heard();

    for (const [name, record, ...expected] of RECORDS) {
      const told = rules.filter(({ facts, matches }) => matches(asEvent(record)) && isSignal(facts, record)).map(({ facts }) => facts);
      const byFilter = filters.filter(({ pattern }) => matchesFilter(pattern, record));
      const counted = [...byFilter, ...told.filter((facts) => facts.counted)].map(({ id }) => id);
      expect({ name, told: told.map(({ id }) => id).sort() }).toEqual({ name, told: [...expected].sort() });
      expect({ name, counted: counted.sort() }).toEqual({ name, counted: [...expected].sort() });
    }
  });

  test('has an alarm for each signal that matters, and says which paragraph of the runbook', () => {
    audit({ ...watching(), alarmActions: [new actions.SnsAction(new sns.Topic(stack, 'Pager'))] });
    const alarms = properties('AWS::CloudWatch::Alarm').filter(({ Namespace }) => Namespace === 'SecureEcr/Audit');

    expect(alarms.map(({ MetricName }) => MetricName).sort()).toEqual(
      AuditSignal.all().filter(({ severity }) => severity !== AuditSeverity.INFORMATIONAL).map(({ id }) => id).sort());
    for (const alarm of alarms) {
      expect(alarm).toMatchObject({
        Statistic: 'Sum',
        Period: 300,
        EvaluationPeriods: 1,
        TreatMissingData: 'notBreaching',
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        Threshold: alarm.MetricName === 'callsDenied' ? 10 : 1,
        AlarmActions: [{ Ref: expect.stringMatching(/^Pager/) }],
      });
      expect(alarm.AlarmDescription).toMatch(new RegExp(`^\\[[A-Z]+\\] .*#${alarm.MetricName.toLowerCase()}$`));
      expect(alarm.AlarmDescription.length).toBeLessThanOrEqual(1024);
    }
    const [{ AlarmRule }] = properties('AWS::CloudWatch::CompositeAlarm');
    const grave = AuditSignal.all().filter(({ severity }) => ['CRITICAL', 'HIGH'].includes(severity));
    expect(JSON.stringify(AlarmRule).match(/Signals\w+Alarm/g)).toHaveLength(grave.length);
  });

  test.each([
    [undefined, 'https://github.com/cdk-secure-ecr/cdk-secure-ecr/blob/main/docs/runbook.md'],
    ['https://wiki.example.com/ecr', 'https://wiki.example.com/ecr'],
  ])('has no alarm whose description does not end with its heading in the runbook (%s)', (runbookUrl, page) => {
    audit({ ...watching(), runbookUrl });
    const headings = [...readFileSync(join(ROOT, 'docs', 'runbook.md'), 'utf8').matchAll(/^## (.+)$/gm)]
      .map(([, heading]) => heading.toLowerCase().replace(/ /g, '-'));

    const alarms = [...properties('AWS::CloudWatch::Alarm'), ...properties('AWS::CloudWatch::CompositeAlarm')];
    const links = alarms.map(({ AlarmDescription }) => String(AlarmDescription).split(' ').at(-1)!.split('#'));
    expect(links.map(([link]) => link)).toEqual(links.map(() => page));
    expect(headings).toEqual(expect.arrayContaining(links.map(([, heading]) => heading)));
    expect(links.map(([, heading]) => heading).filter((heading) => heading.includes('-')).sort()).toEqual(['any-signal', 'lost-messages', 'lost-messages']);
  });

  test('delivers read events too, and loses none', () => {
    audit(watching());

    for (const { EventPattern, State, Targets } of properties('AWS::Events::Rule').filter((rule) => rule.EventPattern)) {
      expect({ EventPattern, State }).toMatchObject({ State: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS' });
      expect(Targets).toEqual([expect.objectContaining({ DeadLetterConfig: { Arn: expect.anything() } })]);
    }
  });

  test('takes from the log what EventBridge tells in another Region, and no more', () => {
    audit(watching());
    const [{ FilterPattern }] = properties('AWS::Logs::SubscriptionFilter');
    const forwarded = RECORDS.filter(([, record]) => matchesFilter(deployed(FilterPattern, {}), record));
    const rules = heard();

    for (const [name, record, ...expected] of forwarded) {
      const told = rules.filter(({ facts, matches }) => matches({ ...asEvent(record), source: 'cdk-secure-ecr.audit' }) && isSignal(facts, record));
      expect({ name, told: told.map(({ facts: { id } }) => id).sort() }).toEqual({ name, told: [...expected].sort() });
    }
    const signals = (records: typeof RECORDS) => [...new Set(records.flatMap(([, , ...ids]) => ids))].sort();
    expect(signals(forwarded)).toEqual(['oidcProviderChanged', 'pusherTrustChanged', 'rootUsed']);
    expect(deployed<string>(FilterPattern, {})).toContain('UpdateAssumeRolePolicy'); // by name: not every call of IAM
    expect(signals(forwarded)).toEqual(signals(RECORDS.filter(([, { awsRegion }]) => awsRegion !== REGION)));
    expect(forwarded.map(([, { awsRegion }]) => awsRegion)).not.toContain(REGION);
  });

  test('hears from the log of every call of IAM where the names of the calls would be too long', () => {
    const custom = Array.from({ length: 8 }, (_, index) => AuditSignal.of(`custom${index}`, {
      title: 't', eventSource: 'iam.amazonaws.com', eventNames: ['CreateServiceSpecificCredential', 'DeleteServiceSpecificCredential'].map((name) => name + index), runbook: 'r',
    }));
    audit({ ...watching(), signals: custom });

    const [{ FilterPattern }] = properties('AWS::Logs::SubscriptionFilter');
    const pattern = deployed<string>(FilterPattern, {});
    expect(pattern.length).toBeLessThanOrEqual(1024);
    expect(matchesFilter(pattern, { recipientAccountId: ACCOUNT, awsRegion: 'us-east-1', eventSource: 'iam.amazonaws.com', eventName: 'CreateServiceSpecificCredential7' })).toBe(true);
    expect(matchesFilter(pattern, { recipientAccountId: ACCOUNT, awsRegion: 'us-east-1', eventSource: 'ecr.amazonaws.com' })).toBe(false);
  });

  test('may be called by this log only', () => {
    audit(watching());

    template().hasResourceProperties('AWS::Lambda::Permission', { Principal: 'logs.amazonaws.com', SourceArn: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:trail:*` });
  });

  test('a delivery of the log that cannot be told is not lost', () => {
    audit(watching());

    template().hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp('^AuditTellerFunction') },
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('^AuditTellerEventsDeadLetters'), 'Arn'] } } },
    });
  });

  test('takes nothing from the log where no signal may be of another Region', () => {
    audit({ ...watching(), signals: [AuditSignal.IMAGE_DELETED] });

    template().resourceCountIs('AWS::Logs::SubscriptionFilter', 0);
  });

  test('lets the rules of the audit send to the queue by one statement', () => {
    audit(watching());
    const [{ PolicyDocument }] = properties('AWS::SQS::QueuePolicy').filter(({ PolicyDocument: { Statement } }) => Statement.some(({ Sid }: any) => Sid === 'Rules'));
    const names = properties('AWS::Events::Rule').map(({ Name }) => Name).filter(Boolean);

    const { Condition: { ArnLike: { 'aws:SourceArn': source } } } = PolicyDocument.Statement.find(({ Sid }: any) => Sid === 'Rules');
    const prefix = deployed<string>(source, {}).split(':rule/')[1].replace('*', '');
    expect(names).toHaveLength(31);
    for (const name of names) {
      expect(name.startsWith(prefix)).toBe(true);
      expect(name.length).toBeLessThanOrEqual(64);
    }
  });

  test('is the same twice', () => {
    const once = () => {
      const fresh = new Stack(new App(), 'Stack', { env: ENV });
      new EcrAuditTrail(fresh, 'Audit', { repositories: [new SecureEcrRepository(fresh, 'Images')] });
      return Template.fromStack(fresh).toJSON();
    };
    expect(once()).toEqual(once());
  });
});

describe('a trail of its own', () => {
  const TRAIL = 'StackAuditTrail9EE5920E';

  test('is encrypted, validated, of all Regions, and goes to a log group', () => {
    audit();
    template().hasResource('AWS::CloudTrail::Trail', {
      DependsOn: Match.arrayWith([Match.stringLikeRegexp('^AuditTrailFilesPolicy')]),
      Properties: {
        IsLogging: true,
        IsMultiRegionTrail: true,
        IncludeGlobalServiceEvents: true,
        EnableLogFileValidation: true,
        TrailName: TRAIL,
        KMSKeyId: Match.anyValue(),
        CloudWatchLogsLogGroupArn: Match.anyValue(),
        CloudWatchLogsRoleArn: Match.anyValue(),
      },
    });
    template().hasResource('AWS::Logs::LogGroup', { DeletionPolicy: 'Retain', Properties: { LogGroupName: TRAIL, RetentionInDays: 365, KmsKeyId: Match.anyValue() } });
    template().hasResource('AWS::KMS::Key', { DeletionPolicy: 'Retain', Properties: { EnableKeyRotation: true } });
  });

  test('keeps its files in a private bucket that says who read them', () => {
    audit();
    template().resourceCountIs('AWS::S3::Bucket', 2);
    template().allResourcesProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true },
      VersioningConfiguration: { Status: 'Enabled' },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    });
    template().hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: {
        BucketEncryption: { ServerSideEncryptionConfiguration: [Match.objectLike({ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: Match.anyValue() } })] },
        LifecycleConfiguration: { Rules: [Match.objectLike({ ExpirationInDays: 2555, Transitions: [{ StorageClass: 'GLACIER_IR', TransitionInDays: 90 }] })] },
        LoggingConfiguration: { DestinationBucketName: { Ref: Match.stringLikeRegexp('AccessLogs') } },
      },
    });
    for (const { PolicyDocument: { Statement } } of properties('AWS::S3::BucketPolicy')) {
      expect(Statement).toContainEqual(expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }));
    }
  });

  test('lets services act for this trail only', () => {
    audit();
    const statements = [...properties('AWS::S3::BucketPolicy').map(({ PolicyDocument }) => PolicyDocument), ...properties('AWS::KMS::Key').map(({ KeyPolicy }) => KeyPolicy)]
      .flatMap(({ Statement }) => Statement).filter(({ Effect, Principal }: any) => Effect === 'Allow' && Principal.Service);
    expect(statements.map(({ Sid }: any) => Sid).sort()).toEqual(['CheckBucket', 'EncryptFiles', 'EncryptLog', 'WriteAccessLogs', 'WriteFiles']);
    for (const { Condition } of statements) {
      expect(JSON.stringify(Condition)).toMatch(new RegExp(`:cloudtrail:eu-west-1:111111111111:trail/${TRAIL}"|:log-group:${TRAIL}"|AuditTrailFiles`));
    }
  });

  test('keeps to what was asked', () => {
    const encryptionKey = new kms.Key(stack, 'Ours');
    audit({ source: AuditSource.ownTrail({ encryptionKey, logRetention: logs.RetentionDays.TEN_YEARS, fileRetention: Duration.days(90) }) });

    template().resourceCountIs('AWS::KMS::Key', 1);
    template().hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 3653 });
    template().hasResourceProperties('AWS::S3::Bucket', { LifecycleConfiguration: { Rules: [Match.objectLike({ ExpirationInDays: 90, Transitions: Match.absent() })] } });
  });
});

describe('other sources', () => {
  test('a trail of the app', () => {
    audit({ source: AuditSource.trail(new cloudtrail.Trail(stack, 'Trail', { sendToCloudWatchLogs: true })) });

    template().resourceCountIs('AWS::CloudTrail::Trail', 1);
    template().allResourcesProperties('AWS::Logs::MetricFilter', { LogGroupName: { Ref: Match.stringLikeRegexp('^TrailLogGroup') } });
  });

  test('a trail elsewhere: no filter, no query; the handler counts, and what nobody hears of is left out', () => {
    audit({ ...watching(), source: AuditSource.organizationTrail() });

    for (const type of ['AWS::CloudTrail::Trail', 'AWS::Logs::MetricFilter', 'AWS::Logs::QueryDefinition']) template().resourceCountIs(type, 0);
    expect(heard().every(({ facts }) => facts.counted)).toBe(true);
    expect(heard()).toHaveLength(28);
    Annotations.fromStack(stack).hasWarning('/Stack/Audit', Match.stringLikeRegexp('nothing here tells of IAM.*us-east-1.*auditIamUnheard'));
    template().resourceCountIs('AWS::Logs::SubscriptionFilter', 0);
    expect(properties('AWS::CloudWatch::Alarm').map(({ MetricName }) => MetricName)).not.toContain('oidcProviderChanged');
  });

  test.each<[string, cloudtrail.TrailProps]>([
    ['of one Region', { isMultiRegionTrail: false }],
    ['without global services', { includeGlobalServiceEvents: false }],
  ])('a trail of the app %s: what it does not have is left out, and what the rule alone hears the handler counts', (_what, props) => {
    audit({ ...watching(), source: AuditSource.trail(new cloudtrail.Trail(stack, 'Trail', { sendToCloudWatchLogs: true, ...props })) });

    Annotations.fromStack(stack).hasWarning('/Stack/Audit', Match.stringLikeRegexp('nothing here tells of IAM.*all Regions.*auditIamUnheard'));
    expect(heard()).toHaveLength(28);
    expect(heard().filter(({ facts: { counted } }) => counted).map(({ facts: { id } }) => id)).toEqual(['openedToWorld', 'openedToUnknownAccount', 'rootUsed']);
    template().resourceCountIs('AWS::Logs::SubscriptionFilter', 0);
  });

  test('in us-east-1 a trail elsewhere tells of IAM too', () => {
    const there = new Stack(app, 'There', { env: { account: ACCOUNT, region: 'us-east-1' } });
    new EcrAuditTrail(there, 'Audit', { source: AuditSource.organizationTrail(), pushers: [iam.Role.fromRoleArn(there, 'Ci', PIPELINE)] });

    expect(heard(there).map(({ facts }) => facts.id)).toEqual(expect.arrayContaining(['oidcProviderChanged', 'pusherTrustChanged']));
    Annotations.fromStack(there).hasNoWarning('*', Match.stringLikeRegexp('auditIamUnheard'));
  });

  test('what is left out by name is left out without a warning', () => {
    audit({ ...watching(), source: AuditSource.organizationTrail(), signals: [AuditSignal.ROOT_USED] });

    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
    expect(heard().map(({ facts: { id } }) => id)).toEqual(['rootUsed']);
  });

  test('a stack for any environment is told of everything', () => {
    const anywhere = new Stack(app, 'Anywhere');
    new EcrAuditTrail(anywhere, 'Audit', { pushers: [iam.Role.fromRoleArn(anywhere, 'Ci', PIPELINE)] });

    expect(heard(anywhere)).toHaveLength(30);
    expect(JSON.stringify(template(anywhere).findResources('AWS::Logs::MetricFilter'))).toContain('"AWS::Region"');
  });
});

describe('pushers', () => {
  const facts = (id: string) => heard().find((one) => one.facts.id === id)!.facts;

  test('are whoever is granted to push, each to its repositories, before and after', () => {
    const [web, api] = ['web', 'api'].map((name) => new SecureEcrRepository(stack, name, { repositoryName: name }));
    web.grantPush(role(PIPELINE));
    audit({ repositories: [web, api] });
    api.grantPush(role(`arn:aws:iam::${ACCOUNT}:role/Later`));
    api.grantPush(new iam.AccountPrincipal('222222222222'));
    api.grantPush(new iam.OrganizationPrincipal('o-1234567890'));
    [1, 2].forEach(() => web.access.push(RegistryPrincipal.role(ACCOUNT, 'NotYet')));

    const [rule] = properties('AWS::Events::Rule').filter(({ Name }) => Name?.endsWith('pushedAroundPipeline'));
    const ids = Object.fromEntries(Object.entries(template().findResources('AWS::ECR::Repository')).map(([id, { Properties }]) => [id, Properties.RepositoryName]));
    const text = deployed<string>(rule.Targets[0].InputTransformer.InputTemplate, ids);
    expect(JSON.parse(text.replace('<aws.events.event.json>', 'null')).signal.judgement).toEqual({
      byOthersThan: { web: [PIPELINE, `arn:aws:iam::${ACCOUNT}:role/NotYet`], api: [`arn:aws:iam::${ACCOUNT}:role/Later`, '222222222222'] },
    });
    for (const [roleName, isTold] of [['Pipeline', true], ['NotYet', true], ['Later', true], ['Developer', false]] as const) {
      expect({ roleName, ...toldAndCounted(trustOf(roleName), ids) }).toEqual({ roleName, ...isTold ? only('pusherTrustChanged') : NOBODY });
    }
  });

  test('that stand for many are judged by the handler', () => {
    audit({ ...watching(), pushers: [RegistryPrincipal.permissionSet(ACCOUNT, 'Releasers')] });

    expect(facts('pushedAroundPipeline')).toMatchObject({ counted: true, judgement: { byOthersThan: { '*': [expect.stringContaining('AWSReservedSSO_Releasers_')] } } });
    expect(toldAndCounted(push(signedIn('Releasers')))).toEqual(NOBODY);
    expect(toldAndCounted(push(signedIn('Developers')))).toEqual(only('pushedAroundPipeline'));
    expect(toldAndCounted(trustOf('AWSReservedSSO_Releasers_0123456789abcdef'))).toEqual(only('pusherTrustChanged'));
    expect(toldAndCounted(trustOf('AWSReservedSSO_Developers_0123456789abcdef'))).toEqual(NOBODY);
  });

  test('that need not exist yet are named by their ARN, and so is their trust', () => {
    audit({ ...watching(), pushers: [RegistryPrincipal.role(ACCOUNT, 'service/NotYet')] });

    expect(facts('pusherTrustChanged').counted).toBeUndefined();
    expect(toldAndCounted(push(session(`arn:aws:iam::${ACCOUNT}:role/service/NotYet`, 'x')))).toEqual(NOBODY);
    expect(toldAndCounted(trustOf('NotYet'))).toEqual(only('pusherTrustChanged'));
    expect(toldAndCounted(trustOf('Not'))).toEqual(NOBODY);
  });

  test('of another account let that account in, because CloudTrail tells no more', () => {
    audit({ ...watching(), pushers: [role('arn:aws:iam::222222222222:role/Ci'), RegistryPrincipal.role(ACCOUNT, 'Pipeline')] });

    expect(toldAndCounted(push(stranger('222222222222')))).toEqual(NOBODY);
    expect(toldAndCounted(push(CI))).toEqual(NOBODY);
    expect(toldAndCounted(push(stranger('999999999999')))).toEqual(only('pushedAroundPipeline'));
    expect(toldAndCounted(push(session(`arn:aws:iam::${ACCOUNT}:role/Ci`, 'x')))).toEqual(only('pushedAroundPipeline'));
    expect(toldAndCounted(trustOf('Ci'))).toEqual(NOBODY); // a role of this account with that name
    expect(toldAndCounted(trustOf('Pipeline'))).toEqual(only('pusherTrustChanged'));
  });

  test.each<[string, (scope: Stack) => iam.IGrantable, boolean]>([
    ['a role of the app', (scope) => new iam.Role(scope, 'Ours', { assumedBy: new iam.AccountRootPrincipal() }), true],
    ['a user of the app', (scope) => new iam.User(scope, 'Ours'), true],
    ['a role by its name', (scope) => iam.Role.fromRoleName(scope, 'Ours', 'Ours'), true],
    ['a role of this account, whatever it is', () => new iam.ArnPrincipal(`arn:aws:iam::${Aws.ACCOUNT_ID}:role/Ours`), true],
    ['a role of an account that may be another', (scope) => iam.Role.fromRoleArn(scope, 'Ours', PIPELINE), false],
    ['a role of another stack', () => new iam.Role(new Stack(app, 'Other'), 'Ours', { assumedBy: new iam.AccountRootPrincipal() }), true],
    ['a role of a stack of another account', () => new iam.Role(new Stack(app, 'Other', { env: { account: '222222222222' } }), 'Ours', { roleName: 'Ours', assumedBy: new iam.AccountRootPrincipal() }), false],
    ['a role by a parameter', (scope) => new iam.ArnPrincipal(new CfnParameter(scope, 'Ours').valueAsString), false],
    ['a role by what another stack says', () => new iam.ArnPrincipal(Fn.importValue('Ours')), false],
  ])('%s, in a stack for any account, is named by the filter: %s', (_name, pusher, isNamed) => {
    const anywhere = new Stack(app, 'Anywhere');
    new EcrAuditTrail(anywhere, 'Audit', { source: AuditSource.logGroup(logs.LogGroup.fromLogGroupName(anywhere, 'Log', 'trail')), pushers: [pusher(anywhere)] });

    const filters = properties('AWS::Logs::MetricFilter', anywhere).map(({ MetricTransformations: [{ MetricName }] }) => MetricName);
    expect(filters.includes('pushedAroundPipeline')).toBe(isNamed);
  });

  test('a role whose name is known at deployment only: its trust is judged by the handler', () => {
    const made = new iam.CfnRole(stack, 'Ours', { assumeRolePolicyDocument: {} });
    audit({ ...watching(), pushers: [new iam.ArnPrincipal(made.attrArn)] });
    const ids = { Ours: `arn:aws:iam::${ACCOUNT}:role/service/ours` };

    expect(heard(stack, ids).find((one) => one.facts.id === 'pushedAroundPipeline')!.facts.counted).toBeUndefined();
    expect(toldAndCounted(push(session(ids.Ours, 'x')), ids)).toEqual(NOBODY);
    expect(toldAndCounted(trustOf('ours'), ids)).toEqual(only('pusherTrustChanged'));
    expect(toldAndCounted(trustOf('theirs'), ids)).toEqual(NOBODY);
  });

  test('a user of the app pushes', () => {
    audit({ ...watching(), pushers: [new iam.User(stack, 'Ours')] });
    const ids = Object.fromEntries(Object.keys(template().findResources('AWS::IAM::User')).map((id) => [id, `arn:aws:iam::${ACCOUNT}:user/ours`]));

    expect(toldAndCounted(push(user('ours')), ids)).toEqual(only('pushedWithLongTermKey'));
    expect(toldAndCounted(push(user('theirs')), ids)).toEqual(only('pushedAroundPipeline', 'pushedWithLongTermKey'));
    expect(heard(stack, ids).map(({ facts: { id } }) => id)).not.toContain('pusherTrustChanged'); // no role, no trust
  });

  test('who are too many for a pattern are judged by the handler', () => {
    audit({ ...watching(), pushers: Array.from({ length: 30 }, (_, index) => role(`arn:aws:iam::${ACCOUNT}:role/a-pipeline-with-a-long-name-${index}`)) });

    expect(facts('pushedAroundPipeline')).toMatchObject({ counted: true, conditions: expect.arrayContaining([expect.objectContaining({ field: 'userIdentity.sessionContext.sessionIssuer.arn' })]) });
    expect(facts('pusherTrustChanged')).toMatchObject({ counted: true });
    expect(toldAndCounted(trustOf('a-pipeline-with-a-long-name-7'))).toEqual(only('pusherTrustChanged'));
    expect(toldAndCounted(trustOf('a-pipeline-with-a-long-name-70'))).toEqual(NOBODY);
  });

  test('without pushers or repositories nobody is one, which raises a warning', () => {
    audit();

    expect(heard().map(({ facts: { id } }) => id)).not.toContain('pushedAroundPipeline');
    Annotations.fromStack(stack).hasWarning('/Stack/Audit', Match.stringLikeRegexp('auditPushersUnknown'));
  });

  test('with repositories it raises no warning', () => {
    audit({ repositories: [new SecureEcrRepository(stack, 'Images')] });

    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('nobody granted: every push is a signal', () => {
    audit({ repositories: [repository(WEB)] });

    expect(facts('pushedAroundPipeline').judgement).toEqual({ byOthersThan: { [WEB]: [] } });
    expect(toldAndCounted(trustOf('Pipeline'))).toEqual(NOBODY);
  });
});

test('many repositories fit into no pattern: the rule is broad, and the handler judges and counts', () => {
  const repositories = Array.from({ length: 40 }, (_, index) => ecr.Repository.fromRepositoryName(stack, `R${index}`, `team/service-with-a-long-name-${index}`));
  audit({ ...watching(), repositories });

  const { facts } = heard().find((one) => one.facts.id === 'imageDeleted')!;
  expect(facts).toMatchObject({ counted: true, conditions: expect.arrayContaining([expect.objectContaining({ field: 'resources[0].ARN' })]) });
  for (const { EventPattern } of properties('AWS::Events::Rule').filter((rule) => rule.EventPattern)) expect(JSON.stringify(deployed(EventPattern, {})).length).toBeLessThanOrEqual(2048);
  for (const { FilterPattern } of properties('AWS::Logs::MetricFilter')) expect(deployed<string>(FilterPattern, {}).length).toBeLessThanOrEqual(1024);
});

describe('deployers', () => {
  const conditions = () => properties('AWS::Events::Rule').find(({ Name }) => Name?.endsWith('replicationChanged'))!.EventPattern.detail.userIdentity;

  test('are what the synthesizer of the stack deploys by', () => {
    audit({ source: AuditSource.logGroup(logGroup()) });

    expect(JSON.stringify(conditions())).toContain('cdk-hnb659fds-cfn-exec-role');
  });

  const changed = (by: typeof CI) => onRepository('DeleteLifecyclePolicy', { by });

  test.each<[string, () => iam.IGrantable, meant: typeof CI, other: typeof CI]>([
    ['a permission set', () => RegistryPrincipal.permissionSet(ACCOUNT, 'Operators'), signedIn('Operators'), signedIn('Operator')],
    ['a user', () => iam.User.fromUserArn(stack, 'Operator', `arn:aws:iam::${ACCOUNT}:user/operator`), user('operator'), user('operator2')],
    ['a role of another account', () => role('arn:aws:iam::222222222222:role/Deploy'), stranger('222222222222'), stranger('999999999999')],
  ])('may be %s, in place of the role of CloudFormation', (_name, deployer, meant, other) => {
    audit({ ...watching(), deployers: [deployer()] });

    expect(toldAndCounted(changed(meant))).toEqual(NOBODY);
    for (const by of [other, DEPLOYMENT]) expect(toldAndCounted(changed(by))).toEqual(only('lifecyclePolicyChanged'));
    expect(toldAndCounted({ ...trustOf('Pipeline'), userIdentity: meant.userIdentity })).toEqual(NOBODY);
    expect(toldAndCounted({ ...trustOf('Pipeline'), userIdentity: other.userIdentity })).toEqual(only('pusherTrustChanged'));
  });

  test('may be nobody', () => {
    audit({ source: AuditSource.logGroup(logGroup()), deployers: [] });

    expect(conditions()).toBeUndefined();
  });
});

describe('signals of your own', () => {
  const created = AuditSignal.of('repositoryCreated', {
    title: 'A repository was created by hand',
    eventNames: ['CreateRepository'],
    conditions: [
      AuditCondition.isNoneOfOrMissing('userIdentity.invokedBy', 'cloudformation.amazonaws.com'),
      AuditCondition.isMissing('requestParameters.encryptionConfiguration.kmsKey'),
      AuditCondition.isFalse('requestParameters.imageScanningConfiguration.scanOnPush'),
    ],
    runbook: 'Ask who needs it.',
    controls: ['NIST 800-53 CM-3'],
  });

  test('make a filter, a rule and an alarm', () => {
    audit({ ...watching(), signals: [created] });

    template().hasResourceProperties('AWS::Logs::MetricFilter', {
      FilterPattern: '{ ($.recipientAccountId = "111111111111") && ($.awsRegion = "eu-west-1") && ($.eventSource = "ecr.amazonaws.com") && ($.eventName = "CreateRepository")'
        + ' && ($.errorCode NOT EXISTS) && (($.userIdentity.invokedBy != "cloudformation.amazonaws.com") || ($.userIdentity.invokedBy NOT EXISTS))'
        + ' && ($.requestParameters.encryptionConfiguration.kmsKey NOT EXISTS) && ($.requestParameters.imageScanningConfiguration.scanOnPush IS FALSE) }',
    });
    template().hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        'source': ['aws.ecr', 'cdk-secure-ecr.audit'],
        'detail-type': [{ suffix: ' via CloudTrail' }],
        'detail': {
          awsRegion: [REGION],
          eventSource: ['ecr.amazonaws.com'],
          eventName: ['CreateRepository'],
          errorCode: [{ exists: false }],
          userIdentity: { invokedBy: [{ 'anything-but': ['cloudformation.amazonaws.com'] }, { exists: false }] },
          requestParameters: { encryptionConfiguration: { kmsKey: [{ exists: false }] }, imageScanningConfiguration: { scanOnPush: [false] } },
        },
      },
    });
    template().hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'repositoryCreated', Threshold: 1, AlarmDescription: '[MEDIUM] A repository was created by hand. Ask who needs it. https://github.com/cdk-secure-ecr/cdk-secure-ecr/blob/main/docs/runbook.md#signals-of-your-own',
    });
  });

  test('may be about failures, other services and entries of lists', () => {
    const signal = AuditSignal.of('secretTagPulled', {
      title: 'Secret',
      eventSource: 'ecr.amazonaws.com',
      eventNames: ['BatchGetImage'],
      includeFailures: true,
      severity: AuditSeverity.LOW,
      threshold: 3,
      conditions: [AuditCondition.isOneOf('requestParameters.imageIds[*].imageTag', 'secret', 'hidden'), AuditCondition.isNoneOf('userIdentity.type', 'Root'), AuditCondition.isTrue('managementEvent')],
      runbook: 'Look.',
      runbookUrl: 'https://example.com/secret',
    });
    audit({ ...watching(), signals: [signal] });

    template().hasResourceProperties('AWS::Logs::MetricFilter', {
      FilterPattern: Match.stringLikeRegexp('imageIds\\[\\*\\]\\.imageTag = "secret"\\) \\|\\| \\(\\$\\.requestParameters\\.imageIds\\[\\*\\]\\.imageTag = "hidden"\\)\\) && \\(\\$\\.userIdentity\\.type != "Root"\\) && \\(\\$\\.managementEvent IS TRUE\\) \\}$'),
    });
    expect(heard()[0].facts).toMatchObject({ threshold: 3, severity: 'LOW', runbookUrl: 'https://example.com/secret' });
    template().hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'secretTagPulled', Threshold: 3 });
  });

  test('with more values than a rule has room for are judged by the handler', () => {
    const tags = Array.from({ length: 70 }, (_, index) => `secret-${index}-${'x'.repeat(25)}`);
    const pulled = (imageTag: string) => onRepository('BatchGetImage', { by: ADMINISTRATOR, request: { imageIds: [{ imageTag }] } });
    const signal = AuditSignal.of('secretPulled', {
      title: 'Secret', eventNames: ['BatchGetImage'], conditions: [AuditCondition.isOneOf('requestParameters.imageIds[0].imageTag', ...tags)], runbook: 'Look.',
    });
    audit({ ...watching(), signals: [signal] });

    expect(toldAndCounted(pulled(tags[69]))).toEqual(only('secretPulled'));
    expect(toldAndCounted(pulled('v1'))).toEqual(NOBODY);
    expect(() => app.synth()).not.toThrow();
    for (const { EventPattern } of properties('AWS::Events::Rule').filter((rule) => rule.EventPattern)) expect(JSON.stringify(EventPattern).length).toBeLessThanOrEqual(2048);
  });

  const left = AuditSignal.of('accountLeft', { title: 'An account left', eventSource: 'organizations.amazonaws.com', eventNames: ['LeaveOrganization'], runbook: 'r' });

  test('of a service without Regions come out of the log', () => {
    audit({ ...watching(), signals: [left] });
    const record = call('organizations', 'LeaveOrganization', { by: ADMINISTRATOR, region: 'us-east-1' });
    const [{ FilterPattern }] = properties('AWS::Logs::SubscriptionFilter');

    expect(matchesFilter(deployed(FilterPattern, {}), record)).toBe(true);
    expect(heard()[0].matches({ ...asEvent(record), source: 'cdk-secure-ecr.audit' })).toBe(true);
    expect(toldAndCounted(record)).toEqual(only('accountLeft'));
  });

  test('of a service without Regions are refused where nothing tells of them', () => {
    expect(() => audit({ ...watching(), signals: [left], source: AuditSource.organizationTrail() })).toThrow(
      "'signals' must be recorded where the audit is, got \"accountLeft\": make an audit in us-east-1 for it, or give this one the log of a trail of all Regions:"
      + ' rules hear of organizations.amazonaws.com there only (cdk-secure-ecr:auditSignalElsewhere)');
  });

  test.each(['account', 'cloudfront', 'iam', 'organizations', 'route53', 'shield'])('of %s are heard of in us-east-1', (service) => {
    const signal = AuditSignal.of('ours', { title: 't', eventSource: `${service}.amazonaws.com`, eventNames: ['A'], runbook: 'r' });
    const there = new Stack(app, 'There', { env: { account: ACCOUNT, region: 'us-east-1' } });
    new EcrAuditTrail(there, 'Audit', { source: AuditSource.organizationTrail(), signals: [signal] });

    expect(heard(there)[0].matches(asEvent(call(service, 'A', { by: ADMINISTRATOR, region: 'us-east-1' })))).toBe(true);
    expect(() => audit({ source: AuditSource.organizationTrail(), signals: [signal] })).toThrow('auditSignalElsewhere');
  });

  test('signals are adjusted without touching the others', () => {
    const louder = AuditSignal.CALLS_DENIED.adjusted({ threshold: 50, severity: AuditSeverity.LOW });

    expect([louder.threshold, louder.severity, louder.id]).toEqual([50, 'LOW', 'callsDenied']);
    expect(AuditSignal.CALLS_DENIED.threshold).toBe(10);
    expect(AuditSignal.of('x', { title: 't', eventNames: ['A'], runbook: 'r' }).adjusted({}).threshold).toBe(1);
  });

  test('a runbook of yours has headings for all of them', () => {
    audit({ ...watching(), signals: [created, AuditSignal.ROOT_USED], runbookUrl: 'https://wiki.example.com/ecr' });

    expect(heard().map(({ facts }) => facts.runbookUrl)).toEqual(['https://wiki.example.com/ecr#repositorycreated', 'https://wiki.example.com/ecr#rootused']);
  });

  test('only informational ones leave the alarm above them on itself', () => {
    audit({ ...watching(), signals: [AuditSignal.IMAGE_ARCHIVED] });

    expect(JSON.stringify(properties('AWS::CloudWatch::CompositeAlarm')[0].AlarmRule)).toContain('imageArchivedAlarm');
  });
});

describe('metrics', () => {
  test('are those that exist', () => {
    const one = audit(watching());
    const shown = (metric: { toMetricConfig(): any }) => {
      const { metricStat: { namespace, metricName, dimensions, statistic, period } } = metric.toMetricConfig();
      const named = Object.fromEntries((dimensions ?? []).map(({ name, value }: any) => [name, value]));
      return [namespace, metricName, named, statistic, period.toSeconds()];
    };
    const [web] = watchingRepositories();

    expect(shown(one.metricSignal(AuditSignal.ROOT_USED))).toEqual(['SecureEcr/Audit', 'rootUsed', {}, 'Sum', 300]);
    expect(shown(one.metricDeniedCalls())).toEqual(['SecureEcr/Audit', 'callsDenied', {}, 'Sum', 300]);
    expect(shown(one.metricDeletions({ period: Duration.hours(1) }))).toEqual(['SecureEcr/Audit', 'imageDeleted', {}, 'Sum', 3600]);
    expect(shown(one.metricPushes())).toEqual(['AWS/Usage', 'CallCount', { Service: 'ECR', Type: 'API', Class: 'None', Resource: 'PutImage' }, 'Sum', 300]);
    expect(shown(one.metricPulls())).toEqual(['AWS/Usage', 'CallCount', { Service: 'ECR', Type: 'API', Class: 'None', Resource: 'BatchGetImage' }, 'Sum', 300]);
    expect(shown(one.metricPulls(web))).toEqual(['AWS/ECR', 'RepositoryPullCount', { RepositoryName: 'shop/web' }, 'Sum', 300]);
    expect(shown(one.metricRepositoryBytes(web))).toEqual(['SecureEcr/Audit', 'RepositoryBytes', { RepositoryName: 'shop/web' }, 'Maximum', 86_400]);
    const counts = [
      one.metricImages(), one.metricTaggedImages(), one.metricUntaggedImages(),
      one.metricArchivedImages(), one.metricUnscannedImages(), one.metricStaleImages(),
    ];
    expect(counts.map(shown)).toEqual(
      ['Images', 'TaggedImages', 'UntaggedImages', 'ArchivedImages', 'UnscannedImages', 'StaleImages'].map((name) => ['SecureEcr/Audit', name, {}, 'Sum', 86_400]));
  });

  const watchingRepositories = () => [ecr.Repository.fromRepositoryName(stack, 'Again', 'shop/web')];

  test.each([[Duration.hours(6), 21_600], [Duration.days(7), 86_400]])('of an inventory every %s', (inventoryInterval, seconds) => {
    const one = audit({ ...watching(), inventoryInterval });

    expect(one.metricImages().period.toSeconds()).toBe(seconds);
    template().hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: Match.stringLikeRegexp('^rate\\((6 hours|7 days)\\)$') });
  });

  test('of a signal that the audit has not are an error, and so are its alarm and its events', () => {
    const one = audit({ ...watching(), signals: [AuditSignal.ROOT_USED] });

    for (const use of [() => one.metricSignal(AuditSignal.TRAIL_STOPPED), () => one.alarmOf(AuditSignal.TRAIL_STOPPED), () => one.onSignal('On', { signals: [AuditSignal.TRAIL_STOPPED] })]) {
      expect(use).toThrow("[Stack/Audit] 'signal' must be one of this audit: rootUsed, got \"trailStopped\": add it to the signals of the audit (cdk-secure-ecr:auditSignalUnknown)");
    }
    expect(one.alarmOf(AuditSignal.ROOT_USED)).toBeDefined();
  });
});

test('what is only counted has no alarm', () => {
  expect(audit(watching()).alarmOf(AuditSignal.IMAGES_EXPIRED)).toBeUndefined();
});

describe('onSignal', () => {
  test('makes a rule for what the handler tells', () => {
    const one = audit(watching());
    one.onSignal('Some', { signals: [AuditSignal.ROOT_USED, AuditSignal.TRAIL_STOPPED], target: new targets.SqsQueue(new sqs.Queue(stack, 'Queue')) });

    template().hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { 'source': ['cdk-secure-ecr.audit'], 'detail-type': ['ECR Audit Signal'], 'account': [ACCOUNT], 'detail': { audit: ['SecureEcr/Audit'], signal: ['rootUsed', 'trailStopped'] } },
      Targets: [Match.objectLike({ Arn: Match.anyValue() })],
    });
  });

  test('without names reacts to all', () => {
    expect(audit(watching()).onSignal('All')).toBeInstanceOf(events.Rule);

    const [{ EventPattern: { detail } }] = properties('AWS::Events::Rule').filter(({ EventPattern }) => EventPattern?.source?.[0] === 'cdk-secure-ecr.audit');
    expect(detail.signal).toHaveLength(30);
  });
});

describe('permissions', () => {
  test('the handlers may do what they do, and nothing else', () => {
    audit(watching());
    const byFunction = Object.entries(template().findResources('AWS::IAM::Policy')).map(([id, { Properties: { PolicyDocument: { Statement } } }]) =>
      [id, Statement.flatMap(({ Action }: any) => Action).filter((action: string) => !/^(logs|sqs:(Receive|Change|GetQueue|Delete))/.test(action)).sort()]);

    expect(Object.fromEntries(byFunction)).toEqual({
      [byFunction.find(([id]) => id.startsWith('AuditTeller'))![0]]: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'events:PutEvents', 'sns:Publish', 'sqs:SendMessage', 'sqs:SendMessage'],
      [byFunction.find(([id]) => id.startsWith('AuditInventory'))![0]]: ['ecr:DescribeImages', 'sqs:SendMessage'],
    });
    expect(JSON.stringify(template().findResources('AWS::IAM::Policy'))).not.toContain('"Resource":"*"');
  });

  test('a whole registry is measured within its account', () => {
    audit({ source: AuditSource.logGroup(logGroup()) });

    template().hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([{
          Effect: 'Allow', Action: ['ecr:DescribeImages', 'ecr:DescribeRepositories'], Resource: '*', Condition: { StringEquals: { 'aws:ResourceAccount': ACCOUNT } },
        }]),
      },
    });
    template().hasResourceProperties('AWS::Events::Rule', { Targets: [Match.objectLike({ Input: '{"repositories":[]}' })] });
  });
});

describe('what can be left out', () => {
  test('inventory and dashboard', () => {
    const one = audit({ ...watching(), inventory: false, dashboard: false });

    template().resourceCountIs('AWS::Lambda::Function', 1);
    template().resourceCountIs('AWS::CloudWatch::Dashboard', 0);
    expect(one.dashboard).toBeUndefined();
  });

  test('a topic of yours takes the place of ours', () => {
    const topic = new sns.Topic(stack, 'Ours');
    expect(audit({ ...watching(), topic }).topic).toBe(topic);

    template().resourceCountIs('AWS::SNS::Topic', 1);
  });

  test('the dashboard without a log has no query', () => {
    audit({ ...watching(), source: AuditSource.organizationTrail(), inventory: false });

    const body = JSON.stringify(properties('AWS::CloudWatch::Dashboard')[0].DashboardBody);
    expect(body).not.toContain('The latest changes');
    expect(body).not.toContain('Size of all images');
  });

  test('a key for everything', () => {
    const encryptionKey = new kms.Key(stack, 'Ours');
    audit({ ...watching(), handlerOptions: { encryptionKey } });

    const key = { 'Fn::GetAtt': [Match.stringLikeRegexp('^Ours'), 'Arn'] };
    template().allResourcesProperties('AWS::SQS::Queue', Match.objectLike({ KmsMasterKeyId: key }));
    template().hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: key });
    template().hasResourceProperties('AWS::DynamoDB::Table', { SSESpecification: { KMSMasterKeyId: key, SSEEnabled: true, SSEType: 'KMS' } });
  });
});

test('saved queries answer who pushed, who pulled, and what a role did', () => {
  audit(watching());

  const queries = properties('AWS::Logs::QueryDefinition');
  expect(queries.map(({ Name }) => Name)).toEqual(['who pushed this digest', 'who pulled it', 'what did this role do'].map((name) => `ECR audit/Stack/Audit/${name}`));
  expect(queries.map(({ QueryString }) => QueryString)).toMatchInlineSnapshot(`
[
  "fields @timestamp, userIdentity.type as type, coalesce(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.accountId) as who, userIdentity.principalId as session, requestParameters.repositoryName as repository, requestParameters.imageTag as tag, responseElements.image.imageId.imageDigest as digest, errorCode
| filter eventSource = "ecr.amazonaws.com"
| filter eventName = "PutImage"
| filter responseElements.image.imageId.imageDigest = "sha256:DIGEST"
| sort @timestamp asc
| limit 100",
  "fields @timestamp, userIdentity.type as type, coalesce(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.accountId) as who, userIdentity.principalId as session, requestParameters.repositoryName as repository, requestParameters.imageIds.0.imageTag as tag, requestParameters.imageIds.0.imageDigest as digest, errorCode
| filter eventSource = "ecr.amazonaws.com"
| filter eventName = "BatchGetImage"
| filter requestParameters.repositoryName = "REPOSITORY"
| filter @message like "TAG OR DIGEST"
| sort @timestamp desc
| limit 1000",
  "fields @timestamp, userIdentity.type as type, coalesce(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.accountId) as who, userIdentity.principalId as session, eventSource, eventName, requestParameters.repositoryName as repository, errorCode, awsRegion
| filter userIdentity.sessionContext.sessionIssuer.userName = "ROLE"
| sort @timestamp asc
| limit 1000",
]
`);
});

describe('bad input', () => {
  /** Of a trail: what each field must be. */
  const selector = (fields: Record<string, string[]>) => ({
    fieldSelectors: Object.entries(fields).map(([field, equalTo]): cloudtrail.CfnTrail.AdvancedFieldSelectorProperty => ({ field, equalTo })),
  });
  const message = (make: () => unknown) => {
    try {
      make();
    } catch (error) {
      return (error as Error).message;
    }
    return 'accepted';
  };

  test('is refused all at once, before anything is made', () => {
    const got = message(() => audit({
      signals: [AuditSignal.ROOT_USED, AuditSignal.ROOT_USED.adjusted({ threshold: 5 })],
      source: AuditSource.ownTrail({ fileRetention: Duration.days(30) }),
      repositories: [],
      knownAccounts: ['22222'],
      inventoryInterval: Duration.minutes(5),
      staleAfter: Duration.hours(5),
      runbookUrl: 'http://wiki/#here',
    }));

    expect(got.split('\n')).toEqual([
      "[Stack/Audit] 'source' must keep files for at least 90 days, got \"30 days\": leave fileRetention out for seven years: what is found late is looked for in old files (cdk-secure-ecr:auditFileRetention)",
      "[Stack/Audit] 'signals' must have an id of its own for each, got [\"rootUsed\"]: AuditSignal.all() holds all of the library: replace one that is adjusted, do not add it (cdk-secure-ecr:auditSignalTwice)",
      "[Stack/Audit] 'knownAccounts' must be numbers of accounts, 12 digits each, got \"22222\": write the number as a string, with its leading zeros (cdk-secure-ecr:auditAccount)",
      "[Stack/Audit] 'repositories' must name one, or be left out, got []: left out, it takes its default; an empty list would say that there is none (cdk-secure-ecr:auditEmpty)",
      "[Stack/Audit] 'inventoryInterval' must be at least an hour, got \"5 minutes\": every image is read each time; a day is enough to see growth (cdk-secure-ecr:auditInventoryInterval)",
      "[Stack/Audit] 'staleAfter' must be at least a day, got \"5 hours\": ECR records the last pull of an image once a day (cdk-secure-ecr:auditStaleAfter)",
      "[Stack/Audit] 'runbookUrl' must be an address that begins with https:// and names no heading, got \"http://wiki/#here\": headings are added: each signal has one, named after its id in lower case (cdk-secure-ecr:auditRunbookUrl)",
    ]);
    expect(stack.node.children).toEqual([]);
  });

  test.each([['222222222222', 'eu-west-1'], ['111111111111', 'us-east-1']])('a repository of account %s in %s', (account, region) => {
    expect(message(() => audit({ ...watching(), repositories: [repository(`arn:aws:ecr:${region}:${account}:repository/theirs`)] }))).toBe(
      `[Stack/Audit] 'repositories' must be in the account and Region of the stack, got "Stack/theirs in ${account}/${region}": make an audit there: CloudTrail and the event bus`
      + ' tell of repositories where they are (cdk-secure-ecr:auditRepositoryElsewhere)');
  });

  test('no signals', () => {
    expect(message(() => audit({ signals: [] }))).toContain('cdk-secure-ecr:auditSignals)');
    expect(message(() => audit({ signals: [AuditSignal.IMAGES_EXPIRED] }))).toContain('must name a signal that somebody is told of, got ["imagesExpired"]');
  });

  test('two audits that count into the same metrics', () => {
    audit(watching());
    const elsewhere = { source: AuditSource.organizationTrail(), pushers: [role(DEVELOPER)] };

    expect(message(() => audit(elsewhere, 'Second'))).toBe(
      "[Stack/Second] 'metricNamespace' must be one of its own for each audit of an account and Region, got [\"Stack/Audit\"]: give this one another: both would"
      + ' count into the same metrics (cdk-secure-ecr:auditNamespaceTwice)');
    expect(message(() => audit({ ...elsewhere, metricNamespace: 'AWS/Audit' }, 'Second'))).toContain('cdk-secure-ecr:auditNamespace)');
    expect(message(() => audit({ ...elsewhere, metricNamespace: 'Team/Audit' }, 'Second'))).toBe('accepted');
    template().hasResourceProperties('AWS::CloudWatch::Alarm', { Namespace: 'Team/Audit' });
    template().hasResourceProperties('AWS::Lambda::Function', { Environment: { Variables: Match.objectLike({ NAMESPACE: 'Team/Audit' }) } });
  });

  test('two trails of their own in one account and Region', () => {
    audit({ pushers: [role(PIPELINE)] });
    const other = new Stack(app, 'Other', { env: ENV });

    expect(message(() => new EcrAuditTrail(other, 'Audit', { metricNamespace: 'Other' }))).toBe(
      "[Other/Audit] 'source' must make one trail for an account and Region, got [\"Stack/Audit/Trail\"]: use AuditSource.logGroup with the log group of the first audit:"
      + ' a second trail records the same again, and is billed (cdk-secure-ecr:auditTrailTwice)');
    expect(message(() => new EcrAuditTrail(new Stack(app, 'Elsewhere', { env: { account: ACCOUNT, region: 'us-east-1' } }), 'Audit'))).toBe('accepted');
  });

  test.each([['999999999999', REGION], [ACCOUNT, 'us-east-1']])('a log group of account %s in %s', (account, region) => {
    expect(message(() => audit({ source: AuditSource.logGroup(logGroup(account, region)) }))).toBe(
      `[Stack/Audit] 'source' must name a log group of account 111111111111 and Region eu-west-1, got "${account}, ${region}": make the audit where the log group is, or use`
      + ' AuditSource.organizationTrail(): nobody may add metric filters to a log group of another account (cdk-secure-ecr:auditLogGroupForeign)');
  });

  test('a trail without a log group, or one with a foreign log group', () => {
    expect(message(() => audit({ source: AuditSource.trail(new cloudtrail.Trail(stack, 'Trail')) }))).toContain('cdk-secure-ecr:auditTrailWithoutLog');
    const foreign = new cloudtrail.Trail(stack, 'Foreign', { sendToCloudWatchLogs: true, cloudWatchLogGroup: logGroup('999999999999') });
    expect(message(() => audit({ source: AuditSource.trail(foreign) }))).toContain('cdk-secure-ecr:auditLogGroupForeign');
  });

  test.each([
    ['no management event', cloudtrail.ReadWriteType.NONE, false],
    ['only what changes something', cloudtrail.ReadWriteType.WRITE_ONLY, false],
    ['all', cloudtrail.ReadWriteType.ALL, true],
    ['what is the default', undefined, true],
  ])('a trail that records %s', (_what, managementEvents, isComplete) => {
    const trail = new cloudtrail.Trail(stack, 'Trail', { sendToCloudWatchLogs: true, managementEvents });
    audit({ source: AuditSource.trail(trail), inventory: false, dashboard: false });
    if (managementEvents === cloudtrail.ReadWriteType.NONE) trail.logAllS3DataEvents(); // CDK asks for a selector; later than the audit

    const said = message(() => app.synth());
    expect(said.includes("'source' must be a trail that records management events, read and write, got \"Stack/Trail\": set managementEvents")).toBe(!isComplete);
    if (isComplete) expect(said).toBe('accepted');
  });

  test.each<[string, object[], string]>([
    ['all management events', [selector({ eventCategory: ['Management'] })], 'accepted'],
    ['all of them beside objects', [selector({ 'eventCategory': ['Data'], 'resources.type': ['AWS::S3::Object'] }), selector({ eventCategory: ['Management'] })], 'accepted'],
    ['objects only', [selector({ 'eventCategory': ['Data'], 'resources.type': ['AWS::S3::Object'] })], 'auditTrailSelectors'],
    ['what only reads', [selector({ eventCategory: ['Management'], readOnly: ['true'] })], 'auditTrailSelectors'],
  ])('a trail whose advanced selectors name %s', (_what, selectors, expected) => {
    const trail = new cloudtrail.Trail(stack, 'Trail', { sendToCloudWatchLogs: true });
    audit({ source: AuditSource.trail(trail), inventory: false, dashboard: false });
    (trail.node.defaultChild as cloudtrail.CfnTrail).advancedEventSelectors = selectors as cloudtrail.CfnTrail.AdvancedEventSelectorProperty[];

    expect(message(() => app.synth())).toContain(expected);
  });

  test.each<[string, (trail: cloudtrail.Trail) => void, boolean]>([
    ['a selector', (trail) => trail.logAllLambdaDataEvents({ excludeManagementEventSources: [cloudtrail.ManagementEventSources.KMS] }), true],
    ['an advanced selector', (trail) => {
      const [management] = [selector({ eventCategory: ['Management'] })];
      management.fieldSelectors.push({ field: 'eventSource', notEquals: ['kms.amazonaws.com'] });
      (trail.node.defaultChild as cloudtrail.CfnTrail).advancedEventSelectors = [management];
    }, true],
    ['a selector, and taken in by another', (trail) => {
      trail.logAllLambdaDataEvents({ excludeManagementEventSources: [cloudtrail.ManagementEventSources.KMS] });
      trail.logAllS3DataEvents();
    }, false],
    ['a selector that leaves out what no signal is about', (trail) => trail.logAllLambdaDataEvents({ excludeManagementEventSources: [cloudtrail.ManagementEventSources.RDS_DATA_API] }), false],
  ])('a trail that leaves out KMS by %s: a warning %s', (_what, leaveOut, warns) => {
    const trail = new cloudtrail.Trail(stack, 'Trail', { sendToCloudWatchLogs: true });
    audit({ ...watching(), source: AuditSource.trail(trail), inventory: false, dashboard: false });
    leaveOut(trail);

    expect(message(() => app.synth())).toBe('accepted');
    const said = Annotations.fromStack(stack).findWarning('/Stack/Audit', Match.stringLikeRegexp('records nothing of kms.amazonaws.com, so keyDisabled raises no alarm.*auditTrailExcludes'));
    expect(said).toHaveLength(warns ? 1 : 0);
  });

  test('a signal about nobody, and one that nobody hears of', () => {
    expect(message(() => audit({ signals: [AuditSignal.PUSHED_AROUND_PIPELINE] }))).toContain('cdk-secure-ecr:auditPushersUnknown');
    expect(message(() => audit({ signals: [AuditSignal.OIDC_PROVIDER_CHANGED], source: AuditSource.organizationTrail() }, 'Other'))).toContain('cdk-secure-ecr:auditSignalElsewhere');
  });

  test.each([[48, 'accepted'], [49, 'auditSignalSize)'], [70, 'auditSignalSize)']])('a signal of %d calls: %s', (count, expected) => {
    const eventNames = Array.from({ length: count }, (_, index) => `CallOf${index}`.padEnd(35, 'x'));

    expect(message(() => audit({ ...watching(), signals: [AuditSignal.of('x', { title: 't', eventNames, runbook: 'r' })] }))).toContain(expected);
    for (const { EventPattern } of properties('AWS::Events::Rule').filter((rule) => rule.EventPattern)) expect(JSON.stringify(EventPattern).length).toBeLessThanOrEqual(2048);
  });

  test.each<[string, () => unknown, string]>([
    ['an id with a space', () => AuditSignal.of('my signal', { title: 't', eventNames: ['A'], runbook: 'r' }), 'auditSignalId)'],
    ['an id of 33 characters', () => AuditSignal.of('x'.repeat(33), { title: 't', eventNames: ['A'], runbook: 'r' }), 'auditSignalId)'],
    ['an id that is taken', () => AuditSignal.of('rootUsed', { title: 't', eventNames: ['A'], runbook: 'r' }), 'auditSignalIdTaken)'],
    ['no calls', () => AuditSignal.of('x', { title: 't', eventNames: [], runbook: 'r' }), 'auditSignalEventNames)'],
    ['an action of IAM', () => AuditSignal.of('x', { title: 't', eventNames: ['ecr:PutImage'], runbook: 'r' }), 'auditSignalEventNames)'],
    ['a service by its short name', () => AuditSignal.of('x', { title: 't', eventSource: 'ecr', eventNames: ['A'], runbook: 'r' }), 'auditSignalEventSource)'],
    ['an empty title', () => AuditSignal.of('x', { title: '', eventNames: ['A'], runbook: 'r' }), 'auditSignalText)'],
    ['a placeholder of EventBridge', () => AuditSignal.of('x', { title: 't', eventNames: ['A'], runbook: '<aws.events.event>' }), 'auditSignalText)'],
    ['two conditions of one field', () => AuditSignal.of('x', { title: 't', eventNames: ['A'], runbook: 'r', conditions: [AuditCondition.isMissing('a'), AuditCondition.isOneOf('a', 'b')] }), 'auditSignalConditionTwice)'],
    ['a condition that is a property', () => AuditSignal.of('x', { title: 't', eventNames: ['A'], runbook: 'r', conditions: [AuditCondition.isOneOf('errorCode', 'b')] }), 'auditSignalConditionTwice)'],
    ['too many wildcards', () => AuditSignal.of('x', { title: 't', eventNames: ['A'], runbook: 'r', conditions: [AuditCondition.isOneOf('a[*].b', '1', '2', '3', '4')] }), 'auditSignalWildcards)'],
    ['a threshold of zero', () => AuditSignal.of('x', { title: 't', eventNames: ['A'], runbook: 'r', threshold: 0 }), 'auditSignalThreshold)'],
    ['half a threshold', () => AuditSignal.ROOT_USED.adjusted({ threshold: 0.5 }), 'auditSignalThreshold)'],
    ['a field with a dollar', () => AuditCondition.isOneOf('$.a', 'b'), 'auditConditionField)'],
    ['a field with two wildcards', () => AuditCondition.isOneOf('a[*].b[*]', 'b'), 'auditConditionField)'],
    ['an exclusion from a list', () => AuditCondition.isNoneOf('a[*].b', 'b'), 'auditConditionList)'],
    ['no values', () => AuditCondition.isOneOf('a'), 'auditConditionValues)'],
    ['a wildcard in a value', () => AuditCondition.isOneOf('a', 'b*'), 'auditConditionValue)'],
  ])('%s', (_name, make, code) => {
    expect(message(make)).toContain(`(cdk-secure-ecr:${code}`);
  });

  test('tokens are let through', () => {
    const token = new logs.LogGroup(stack, 'Any').logGroupName;

    expect(message(() => AuditCondition.isOneOf('a', token))).toBe('accepted');
    expect(message(() => audit({ ...watching(), knownAccounts: [token] }))).toBe('accepted');
  });
});

describe('limits', () => {
  const errors = () => {
    try {
      app.synth();
    } catch (error) {
      return (error as Error).message;
    }
    return 'synthesized';
  };

  test.each([[70, true], [71, false]])('%d more metric filters on the log group: fits %s', (more, fits) => {
    audit({ ...watching(), pushers: undefined, inventory: false, dashboard: false });
    const existing = properties('AWS::Logs::MetricFilter').length;
    app = new App();
    stack = new Stack(app, 'Stack', { env: ENV });
    const group = logs.LogGroup.fromLogGroupName(stack, 'Group', 'trail');
    audit({ ...watching(), source: AuditSource.logGroup(group), pushers: undefined, inventory: false, dashboard: false });
    for (let index = 0; index < more + 30 - existing; index++) {
      new logs.MetricFilter(stack, `More${index}`, { logGroup: group, filterPattern: logs.FilterPattern.exists('$.x'), metricNamespace: 'x', metricName: 'x' });
    }

    expect(errors().includes('auditMetricFilters')).toBe(!fits);
  });

  test.each([[269, false], [270, true]])('%d other rules on the default bus: a warning %s, because the quota can be raised', (count, warns) => {
    audit({ ...watching(), inventory: false, dashboard: false });
    const add = (scope: Stack, many: number, eventBus?: events.IEventBus) => {
      for (let index = 0; index < many; index++) new events.Rule(scope, `Rule${index}`, { eventPattern: { source: ['x'] }, eventBus });
    };
    add(new Stack(app, 'Others', { env: ENV }), count);
    // Those of another bus, Region or account do not count.
    const third = new Stack(app, 'Third', { env: ENV });
    add(third, 5, new events.EventBus(third, 'Bus'));
    add(new Stack(app, 'Elsewhere', { env: { account: ACCOUNT, region: 'us-east-1' } }), 5);

    expect(errors()).toBe('synthesized');
    const messages = Annotations.fromStack(stack).findWarning('/Stack/Audit', Match.stringLikeRegexp('auditRules'));
    expect(messages).toHaveLength(warns ? 1 : 0);
  });

  test.each([[1, 'synthesized'], [2, "'signals' must leave at most 2 subscription filters on the log group, got 3"]])('%d other subscriptions of the log group: %s', (count, expected) => {
    const group = logs.LogGroup.fromLogGroupName(stack, 'Group', 'trail');
    audit({ ...watching(), source: AuditSource.logGroup(group), inventory: false, dashboard: false });
    for (let index = 0; index < count; index++) {
      new logs.CfnSubscriptionFilter(stack, `More${index}`, { logGroupName: group.logGroupName, filterPattern: '', destinationArn: 'arn:aws:kinesis:eu-west-1:111111111111:stream/siem' });
    }

    expect(errors()).toContain(expected);
  });

  test('5 targets of a rule', () => {
    audit({ ...watching(), signals: [AuditSignal.ROOT_USED] });
    const rule = stack.node.findAll().find((each): each is events.Rule => each instanceof events.Rule && each.node.id === 'rootUsedRule')!;
    for (let index = 0; index < 5; index++) rule.addTarget(new targets.SqsQueue(new sqs.Queue(stack, `Queue${index}`)));

    expect(errors()).toContain("'rootUsedRule' must have at most 5 targets, got 6");
  });

  test('8,192 characters that a rule may carry', () => {
    const repositories = Array.from({ length: 100 }, (_, index) => ecr.Repository.fromRepositoryName(stack, `R${index}`, `team/service-with-a-long-name-${index}`));
    audit({ ...watching(), repositories });

    expect(errors()).toMatch(/'imageDeletedRule' must be judged by what fits into 8192 characters, got \d+: leave repositories out/);
  });
});
