import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  App, CliCredentialsStackSynthesizer, Duration, type Mixin, RemovalPolicy, Stack, aws_cloudtrail as cloudtrail,
  aws_cloudwatch_actions as actions, aws_codebuild as codebuild, aws_ec2 as ec2, aws_ecr as ecr, aws_events_targets as targets,
  aws_iam as iam, aws_kms as kms, aws_logs as logs, aws_sns as sns, aws_sqs as sqs, custom_resources as custom,
} from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import {
  AccessCondition, AuditCondition, AuditSeverity, AuditSignal, AuditSource, CdkBootstrapRole, EcrAuditTrail, EcrEncryption, EcrRegistry,
  GitHubIssuer, GitHubOidcDeployer, GitHubOidcProvider, GitHubOidcPusher, type GitHubOidcPusherProps, GitHubRepository, GitHubSubject,
  GitHubSubjectFormat, ImageRetention, ImageSelection, ImageTagMutability, InspectorRescan, RegistryPrincipal, RegistryScanning,
  RepositoryAccess, RescanDuration, RetentionRule, SecureEcrRepository, type SecureEcrRepositoryProps,
} from '../../src';
import { RepositoryKey } from '../../src/repository/repository-key';

/** The factories of a class; the compiler insists that a table with these keys has all of them. */
type Factories<T> = Exclude<keyof T, 'prototype' | keyof typeof Mixin>;
/** What can be called on an object; the same. */
type Methods<T> = Exclude<keyof T, `_${string}`>;
type Build = (stack: Stack) => void;

const role = (stack: Stack) => new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
const images = (stack: Stack, props?: SecureEcrRepositoryProps) => new SecureEcrRepository(stack, 'Images', props);
const target = (stack: Stack) => {
  const deadLetterQueue = new sqs.Queue(stack, 'DeadLetters');
  return new targets.SqsQueue(new sqs.Queue(stack, 'Queue'), { deadLetterQueue });
};

const encryption: Record<Factories<typeof EcrEncryption>, (stack: Stack) => EcrEncryption> = {
  sharedKey: () => EcrEncryption.sharedKey(),
  ownKey: () => EcrEncryption.ownKey(),
  key: (stack) => EcrEncryption.key(kms.Key.fromKeyArn(stack, 'Theirs', 'arn:aws:kms:eu-west-1:222222222222:key/some')),
  aes256: () => EcrEncryption.aes256(),
  dualLayer: () => EcrEncryption.dualLayer(),
};
const tagMutability: Record<Factories<typeof ImageTagMutability>, ImageTagMutability> = {
  immutable: ImageTagMutability.immutable(),
  immutableExcept: ImageTagMutability.immutableExcept('latest', 'cache-*'),
  dangerouslyMutable: ImageTagMutability.dangerouslyMutable(),
  dangerouslyMutableExcept: ImageTagMutability.dangerouslyMutableExcept('v*'),
};
const retention: Record<Factories<typeof ImageRetention>, ImageRetention> = {
  standard: ImageRetention.standard({ protectedTags: ['release-*'], temporaryTagPrefixes: ['pr-'], maxUntaggedImages: 1 }),
  development: ImageRetention.development(),
  production: ImageRetention.production({ protectedTags: ['release-*'] }),
  compliance: ImageRetention.compliance({ keepFor: Duration.days(3650) }),
  of: ImageRetention.of(
    RetentionRule.protect('prod'),
    RetentionRule.expireOlderThan(ImageSelection.tagPattern('*-rc*'), Duration.days(30)),
    RetentionRule.archiveBeyond(ImageSelection.taggedWithAll('build-*', 'green'), 20),
    RetentionRule.archiveOlderThan(ImageSelection.tagPrefix('build-'), Duration.days(30)),
  ),
  fromJson: ImageRetention.fromJson(ImageRetention.standard().toJson()),
};

const account = '222222222222';
const ci = RegistryPrincipal.role('111111111111', 'ci');
const fire = RegistryPrincipal.role('111111111111', 'break-glass');
const principals: Record<Factories<typeof RegistryPrincipal>, iam.IPrincipal> = {
  role: RegistryPrincipal.role(account, 'service/deployer'),
  permissionSet: RegistryPrincipal.permissionSet(account, 'Developers'),
  organizationalUnit: RegistryPrincipal.organizationalUnit('o-a1b2c3d4e5/r-ab12/ou-ab12-11111111'),
};
const endpoint = (stack: Stack, vpcEndpointId: string) =>
  ec2.InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(stack, vpcEndpointId, { vpcEndpointId, port: 443 });
const conditions: Record<Factories<typeof AccessCondition>, (stack: Stack) => AccessCondition> = {
  throughVpcEndpoint: (stack) => AccessCondition.throughVpcEndpoint(endpoint(stack, 'vpce-1'), endpoint(stack, 'vpce-2')),
  fromVpc: (stack) => AccessCondition.fromVpc(ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['eu-west-1a'] })),
  principalTag: () => AccessCondition.principalTag('team', 'shop', 'cart'),
  multiFactor: () => AccessCondition.multiFactor(Duration.hours(1)),
  of: () => AccessCondition.of('IpAddress', 'aws:SourceIp', '203.0.113.0/24'),
};
const access: Record<Methods<RepositoryAccess>, (access: RepositoryAccess, stack: Stack) => void> = {
  when: (to, stack) => {
    const both = to.when(conditions.principalTag(stack), conditions.throughVpcEndpoint(stack));
    [role(stack), new iam.AccountPrincipal(account)].forEach((each) => both.pull(each));
  },
  authorize: (to, stack) => to.authorize(role(stack)),
  readMetadata: (to, stack) => [role(stack), new iam.AccountPrincipal(account)].forEach((each) => to.readMetadata(each)),
  pull: (to, stack) => [role(stack), new iam.AccountPrincipal(account)].forEach((each) => to.pull(each)),
  push: (to, stack) => [role(stack), new iam.AccountPrincipal(account)].forEach((each) => to.push(each)),
  pullByLambda: (to) => [{}, { functionName: 'resize' }, { account, functionName: 'resize' }].forEach((each) => to.pullByLambda(each)),
  pullByCodeBuild: (to, stack) => to.pullByCodeBuild(codebuild.Project.fromProjectName(stack, 'Build', 'build')),
  pushOnlyBy: (to, stack) => to.pushOnlyBy([role(stack), principals.role, principals.permissionSet], { breakGlass: fire }),
  forbidImageDeletion: (to) => to.forbidImageDeletion({ exemptPrincipals: [ci], breakGlass: fire }),
  forbidTagMutabilityChanges: (to) => to.forbidTagMutabilityChanges(),
  forbidDeletionAndPolicyChanges: (to) => to.forbidDeletionAndPolicyChanges({ breakGlass: fire, deployedBy: ci }),
};
const guardAll = (to: RepositoryAccess) => {
  to.pushOnlyBy([ci]);
  to.forbidImageDeletion();
  to.forbidTagMutabilityChanges();
};
const shop = GitHubRepository.of('acme/shop', { ownerId: '1001', repositoryId: '2002' });
const jobWorkflowRef = 'acme/ci/.github/workflows/image.yml@refs/heads/main';
const subject: Record<Factories<typeof GitHubSubject>, GitHubSubject> = {
  branch: GitHubSubject.branch(shop, 'main'),
  tag: GitHubSubject.tag(shop, 'v*'),
  environment: GitHubSubject.environment(shop, 'prod:eu', { jobWorkflowRef }),
  pullRequest: GitHubSubject.pullRequest(shop),
  dangerouslyAnyBranch: GitHubSubject.dangerouslyAnyBranch(shop, {
    jobWorkflowRef, includeClaimKeys: ['repo', 'context', 'job_workflow_ref'],
  }),
};
const issuer: Record<Factories<typeof GitHubIssuer>, GitHubIssuer> = {
  githubCom: GitHubIssuer.githubCom(),
  enterprise: GitHubIssuer.enterprise('acme-corp'),
  dataResidency: GitHubIssuer.dataResidency('octocorp'),
};
const github: Record<Factories<typeof GitHubRepository>, GitHubRepository> = {
  of: GitHubRepository.of('acme/shop', { ownerId: '1001', repositoryId: '2002', subjectFormat: GitHubSubjectFormat.IMMUTABLE }),
  withoutIds: GitHubRepository.withoutIds('acme/shop'),
};
const pusher = (stack: Stack, props: Partial<GitHubOidcPusherProps> = {}) =>
  new GitHubOidcPusher(stack, 'Pusher', { repositories: [images(stack)], subjects: [subject.branch], ...props });
const scanning: Record<Factories<typeof RegistryScanning>, RegistryScanning> = {
  enhanced: RegistryScanning.enhanced({ continuous: ['prod/*', 'web'], onPush: ['*'] }),
  basic: RegistryScanning.basic({ onPush: ['prod/*'] }),
  unmanaged: RegistryScanning.unmanaged({ continuous: ['*'] }),
};
const rescan: Record<Factories<typeof InspectorRescan>, InspectorRescan> = {
  whileInUse: InspectorRescan.whileInUse({ afterUse: RescanDuration.DAYS_90, afterPush: RescanDuration.LIFETIME }),
  whilePulled: InspectorRescan.whilePulled(),
};
const auditSource: Record<Factories<typeof AuditSource>, (stack: Stack) => AuditSource> = {
  ownTrail: () => AuditSource.ownTrail({ fileRetention: Duration.days(90), logRetention: logs.RetentionDays.TEN_YEARS }),
  trail: (stack) => AuditSource.trail(new cloudtrail.Trail(stack, 'Trail', { sendToCloudWatchLogs: true })),
  logGroup: (stack) => AuditSource.logGroup(logs.LogGroup.fromLogGroupName(stack, 'Log', 'trail')),
  organizationTrail: () => AuditSource.organizationTrail(),
};
const pushers = (stack: Stack) => [role(stack)];

/** A stack for every way to use the library: its name and what is in it. */
const BUILD: Record<string, Build> = {
  'Defaults': (stack) => images(stack),
  'Two': (stack) => ['A', 'B'].forEach((id) => new SecureEcrRepository(stack, id)),
  ...table('Encryption', encryption, (stack, make) => images(stack, { encryption: make(stack) })),
  ...table('Tags', tagMutability, (stack, value) => images(stack, { tagMutability: value })),
  ...table('Retention', retention, (stack, value) => images(stack, { retention: value })),
  'Named': (stack) => images(stack, { repositoryName: 'team/app' }),
  'Erasable': (stack) => images(stack, { removalPolicy: RemovalPolicy.DESTROY, emptyOnDelete: true }),
  'KeptOnceCreated': (stack) => images(stack, { removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE }),
  'Granted-Role': (stack) => {
    const [repository, grantee] = [images(stack), role(stack)];
    repository.grantPullPush(grantee);
    repository.grantRead(grantee);
  },
  'Granted-Account': (stack) => images(stack).grantPullPush(new iam.AccountPrincipal('222222222222')),
  'Granted-Organization': (stack) => images(stack).grantPull(new iam.OrganizationPrincipal('o-1234567890')),
  ...table('Principal', principals, (stack, principal) => {
    const repository = images(stack);
    repository.access.pull(principal);
    repository.access.readMetadata(new iam.OrganizationPrincipal('o-1234567890'));
    return repository;
  }),
  'Principal-Service': (stack) => images(stack).access.pull(new iam.ServicePrincipal('ecs.amazonaws.com')),
  'Principals': (stack) => {
    const repository = images(stack);
    ['a', 'b', 'c'].forEach((name) => [account, '333333333333'].forEach((of) => repository.access.pull(RegistryPrincipal.role(of, name))));
  },
  ...table('Condition', conditions, (stack, make) => {
    const repository = images(stack);
    const conditional = repository.access.when(make(stack));
    [role(stack), new iam.AccountPrincipal(account)].forEach((each) => conditional.pull(each));
    return repository;
  }),
  ...table('Access', access, (stack, call) => {
    const repository = images(stack);
    call(repository.access, stack);
    return repository;
  }),
  'Guarded': (stack) => guardAll(images(stack).access),
  'Guarded-ByCaller': (stack) => guardAll(images(stack).access),
  'Guarded-L1': (stack) => {
    const l1 = new ecr.CfnRepository(stack, 'L1');
    l1.applyRemovalPolicy(RemovalPolicy.RETAIN);
    guardAll(RepositoryAccess.fromRepository(l1));
  },
  'Guarded-L2': (stack) => guardAll(RepositoryAccess.fromRepository(new ecr.Repository(stack, 'L2'))),
  'Events': (stack) => {
    const [repository, to] = [images(stack), target(stack)];
    repository.onImagePushed('Pushed', { target: to, imageTags: ['v1'] });
    repository.onImageDeleted('Deleted', { target: to });
    repository.onImageScanCompleted('Scanned', { target: to });
  },
  'Audit-Watching': (stack) => {
    const [repository, pager] = [images(stack), new sns.Topic(stack, 'Pager')];
    const audit = new EcrAuditTrail(stack, 'Audit', { repositories: [repository], alarmActions: [new actions.SnsAction(pager)] });
    repository.grantPush(role(stack));
    audit.onSignal('Heard', { signals: [AuditSignal.ROOT_USED], target: target(stack) });
  },
  'Audit-AllOfTheRegistry': (stack) => new EcrAuditTrail(stack, 'Audit'),
  ...table('AuditSource', auditSource, (stack, make) => new EcrAuditTrail(stack, 'Audit', { source: make(stack), pushers: pushers(stack) })),
  'Audit-Regulated': (stack) => {
    const encryptionKey = new kms.Key(stack, 'Key', { enableKeyRotation: true });
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1a2b3c4d', availabilityZones: ['eu-west-1a'], privateSubnetIds: ['subnet-1a2b3c4d'] });
    new EcrAuditTrail(stack, 'Audit', {
      source: AuditSource.ownTrail({ encryptionKey }),
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
      inventoryInterval: Duration.hours(6),
      handlerOptions: { encryptionKey, vpc, reservedConcurrentExecutions: 5 },
      runbookUrl: 'https://wiki.example.com/ecr',
    });
  },
  'Audit-Small': (stack) => new EcrAuditTrail(stack, 'Audit', {
    pushers: pushers(stack), inventory: false, dashboard: false, topic: new sns.Topic(stack, 'Topic', { enforceSSL: true }),
  }),
  'Events-WithoutTarget': (stack) => images(stack).onImagePushed('Pushed'),
  ...table('GitHubSubject', subject, (stack, value) => pusher(stack, { subjects: [value], allowPullRequests: true })),
  ...table('GitHubIssuer', issuer, (stack, value) => pusher(stack, { issuer: value })),
  ...table('GitHubRepository', github, (stack, value) => pusher(stack, { subjects: [GitHubSubject.branch(value, 'main')] })),
  'GitHubPusher-Everything': (stack) => pusher(stack, {
    subjects: Object.values(subject),
    allowPullRequests: true,
    allowPull: true,
    provider: GitHubOidcProvider.fromAccount(stack, 'GitHub'),
    roleName: 'pusher',
    path: '/github/',
    maxSessionDuration: Duration.hours(2),
    permissionsBoundary: iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'developers'),
  }),
  'GitHubDeployer': (stack) => new GitHubOidcDeployer(stack, 'Deployer', {
    subjects: [subject.environment],
    targets: [{ account: '111111111111', region: 'eu-west-1' }, { account: '222222222222', region: 'us-east-1' }],
    bootstrapRoles: Object.values(CdkBootstrapRole),
  }),
  'Registry': (stack) => new EcrRegistry(stack, 'Registry'),
  ...table('Registry-Scanning', scanning, (stack, value) => {
    new EcrRegistry(stack, 'Registry', { scanning: value });
    images(stack); // unmanaged alone makes nothing, and a template must not be empty
  }),
  ...table('Registry-Rescan', rescan, (stack, value) => new EcrRegistry(stack, 'Registry', { rescan: value })),
  'Registry-Asked': (stack) => {
    new EcrRegistry(stack, 'Registry', { scanning: RegistryScanning.enhanced({ continuous: [], onPush: ['*'] }) });
    EcrRegistry.of(stack).scanContinuously(images(stack).repositoryName, 'prod/*');
  },
};

function table<T>(name: string, values: Record<string, T>, build: (stack: Stack, value: T) => unknown): Record<string, Build> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${name}-${key}`, (stack) => build(stack, value)]));
}

/** An app with every way to use the library, each in a stack of its own. */
export function variations(outdir?: string): App {
  const app = new App({ outdir, analyticsReporting: false });
  for (const [id, build] of Object.entries(BUILD)) {
    const region = id === 'Encryption-dualLayer' ? 'us-gov-west-1' : 'eu-west-1'; // the only place that has it
    const synthesizer = id === 'Guarded-ByCaller' ? new CliCredentialsStackSynthesizer() : undefined; // CloudFormation without a role
    // One registry and one trail in each.
    const ownAccount = /^(Registry|Audit)/.test(id) ? String(900_000_000_000 + app.node.children.length) : '111111111111';
    build(new Stack(app, id, { env: { account: ownAccount, region }, synthesizer }));
  }
  return app;
}

/** The templates of every way to use the library. */
export function synthesizedVariations(outdir: string): string[] {
  variations(outdir).synth();
  return readdirSync(outdir).filter((name) => name.endsWith('.template.json')).map((name) => join(outdir, name));
}

/** A template with a wrong value, an unknown property and a reference to nothing. */
export function plantedTemplate(folder: string): string {
  const template = join(folder, 'bad.template.json');
  const Properties = { ImageTagMutability: 'IMUTABLE', ScanOnPush: true, RepositoryName: { Ref: 'Nothing' } };
  writeFileSync(template, JSON.stringify({ Resources: { Images: { Type: 'AWS::ECR::Repository', Properties } } }));
  return template;
}

/** The function of the CDK that makes the calls of our custom resources. */
const CUSTOM_RESOURCES = `AWS${custom.AwsCustomResource.PROVIDER_FUNCTION_UUID.replaceAll('-', '')}`;

/** Whether the library made it, rather than the app that uses the library. */
export function isOurs(construct: IConstruct): boolean {
  const ours = [SecureEcrRepository, RepositoryKey, GitHubOidcPusher, GitHubOidcDeployer, GitHubOidcProvider, EcrRegistry, EcrAuditTrail];
  return construct.node.scopes.some((scope) => ours.some((type) => scope instanceof type) || scope.node.id === CUSTOM_RESOURCES);
}
