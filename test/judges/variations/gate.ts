import { Duration, RemovalPolicy, type Stack, aws_cloudwatch_actions as actions, aws_ecr as ecr, aws_sns as sns } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { type Build, handlerOptions, images, role, target } from './build';
import {
  EcrRegistry, FindingException, FindingPolicy, ImageScanner, InspectorGate, type InspectorGateProps, NotifyAction,
  type NotifyActionProps, VerdictEventType,
} from '../../../src';

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
  'Gate-Telling': (stack) => new InspectorGate(stack, 'Gate', { repositories: [images(stack)], actions: [new NotifyAction()] }),
  'Gate-Regulated': (stack) => {
    const options = handlerOptions(stack);
    const pager = new sns.Topic(stack, 'Pager', { masterKey: options.encryptionKey });
    const notify: Required<NotifyActionProps> = {
      id: 'Chat', topic: pager, events: Object.values(VerdictEventType), runbookUrl: 'https://wiki.example.com/verdicts',
    };
    const props: Required<Omit<InspectorGateProps, 'scanner'>> = {
      repositories: [images(stack)],
      repositoryNames: ['shop/*'],
      policy: FindingPolicy.strict({ dangerouslyApproveUnscannable: true }),
      exceptions: [FindingException.of('CVE-2023-45853', {
        packageName: 'zlib1g', owner: 'shop', reason: 'minizip is not built into it', expires: new Date('2027-03-31T00:00:00Z'), untilFixed: true,
      })],
      alarmActions: [new actions.SnsAction(pager)],
      judgeAgainAfter: Duration.hours(6),
      listEvery: Duration.minutes(30),
      lookBack: Duration.days(90),
      pendingAlarmAfter: Duration.hours(6),
      verdictRetention: Duration.days(3_650),
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      maxConcurrency: 10,
      handlerOptions: options,
      actions: [
        new NotifyAction(notify),
        new NotifyAction({ id: 'Own' }),
        { id: 'Approvals', bind: (_scope, of) => of.onImageApproved('ByAction', { target: target(new Construct(stack, 'Approvals')) }) },
      ],
    };
    const gate = new InspectorGate(stack, 'Gate', props);
    const grantee = role(stack);
    gate.grantReadVerdicts(grantee);
    gate.grantAskForVerdict(grantee);
    gate.onImageRejected('Rejected', { target: target(stack) });
    gate.onVerdictChanged('Changed', { target: target(new Construct(stack, 'Changes')) });
  },
};
