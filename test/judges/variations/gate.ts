import {
  Duration, RemovalPolicy, type Stack, aws_cloudwatch_actions as actions, aws_ec2 as ec2, aws_ecr as ecr, aws_iam as iam, aws_kms as kms,
  aws_logs as logs, aws_sns as sns,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { type Build, images, role, target } from './build';
import { EcrRegistry, FindingException, FindingPolicy, ImageScanner, InspectorGate } from '../../../src';

const imported = (stack: Stack, index: number) => ecr.Repository.fromRepositoryName(stack, `R${index}`, `team/service-with-a-long-name-${index}`);

export const GATE: Record<string, Build> = {
  'Gate': (stack) => new InspectorGate(stack, 'Gate'),
  'Gate-Anywhere': (stack) => new InspectorGate(stack, 'Gate', { repositories: [images(stack), imported(stack, 1)], repositoryNames: ['shop/*', 'exact'] }),
  'Gate-Basic': (stack) => new InspectorGate(stack, 'Gate', { scanner: ImageScanner.ECR_BASIC, repositories: [images(stack)] }),
  'Gate-Two': (stack) => {
    new EcrRegistry(stack, 'Registry');
    ['A', 'B'].forEach((id) => new InspectorGate(stack, id, { repositoryNames: [`${id.toLowerCase()}/*`, '*-x/y', 'exact'] }));
  },
  'Gate-Many': (stack) => new InspectorGate(stack, 'Gate', { repositories: Array.from({ length: 120 }, (_, index) => imported(stack, index)) }),
  'Gate-Regulated': (stack) => {
    const encryptionKey = new kms.Key(stack, 'Key', { enableKeyRotation: true });
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1a2b3c4d', availabilityZones: ['eu-west-1a'], privateSubnetIds: ['subnet-1a2b3c4d'] });
    const gate = new InspectorGate(stack, 'Gate', {
      repositories: [images(stack)],
      repositoryNames: ['shop/*'],
      policy: FindingPolicy.strict({ dangerouslyApproveUnscannable: true }),
      exceptions: [FindingException.of('CVE-2023-45853', {
        packageName: 'zlib1g', owner: 'shop', reason: 'minizip is not built into it', expires: new Date('2027-03-31T00:00:00Z'), untilFixed: true,
      })],
      alarmActions: [new actions.SnsAction(new sns.Topic(stack, 'Pager', { masterKey: encryptionKey }))],
      judgeAgainAfter: Duration.hours(6),
      listEvery: Duration.minutes(30),
      lookBack: Duration.days(90),
      pendingAlarmAfter: Duration.hours(6),
      verdictRetention: Duration.days(3_650),
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      maxConcurrency: 10,
      handlerOptions: {
        encryptionKey,
        vpc,
        logRetention: logs.RetentionDays.TEN_YEARS,
        permissionsBoundary: iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'developers'),
        reservedConcurrentExecutions: 10,
      },
      actions: [{ id: 'Approvals', bind: (_scope, of) => of.onImageApproved('ByAction', { target: target(new Construct(stack, 'Approvals')) }) }],
    });
    const grantee = role(stack);
    gate.grantReadVerdicts(grantee);
    gate.grantAskForVerdict(grantee);
    gate.onImageRejected('Rejected', { target: target(stack) });
    gate.onVerdictChanged('Changed', { target: target(new Construct(stack, 'Changes')) });
  },
};
