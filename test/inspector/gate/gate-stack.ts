import {
  type App, CfnOutput, RemovalPolicy, Stack, aws_ecr as ecr, aws_iam as iam, aws_sns_subscriptions as subscriptions, aws_sqs as sqs,
} from 'aws-cdk-lib';
import { EcrRegistry, FindingException, InspectorGate, NotifyAction } from '../../../src';

export const WATCHED = 'shop/web';
export const UNWATCHED = 'other/tool';
/** What `shop/*` may have. */
export const EXCEPTED = 'CVE-2026-7777';

/** Who is granted one thing each, by the names of their roles, and somebody who is granted nothing. */
export const SOMEBODY = ['Deployer', 'Auditor', 'Stranger'] as const;
export type Somebody = typeof SOMEBODY[number];

/** A gate with its defaults, on one of two repositories, that tells people. */
export class GateStack extends Stack {
  constructor(scope: App, id: string) {
    super(scope, id);
    const [repository] = [WATCHED, UNWATCHED].map((repositoryName) => new ecr.Repository(this, repositoryName, {
      repositoryName, removalPolicy: RemovalPolicy.DESTROY, emptyOnDelete: true,
    }));
    new EcrRegistry(this, 'Registry');
    const notify = new NotifyAction();
    const gate = new InspectorGate(this, 'Gate', {
      repositories: [repository],
      actions: [notify],
      exceptions: [FindingException.of(EXCEPTED, {
        repositoryName: 'shop/*', owner: 'shop team', reason: 'what is vulnerable is never called', untilFixed: true,
      })],
    });
    const people = new sqs.Queue(this, 'People');
    notify.topic.addSubscription(new subscriptions.SqsSubscription(people, { rawMessageDelivery: true }));
    const roles = Object.fromEntries(SOMEBODY.map((name) => {
      const role = new iam.Role(this, name, { assumedBy: new iam.AccountRootPrincipal() });
      new CfnOutput(this, `${name}Arn`, { value: role.roleArn });
      return [name, role];
    })) as Record<Somebody, iam.Role>;
    gate.grantAskForVerdict(roles.Deployer);
    gate.grantReadVerdicts(roles.Auditor);
    new CfnOutput(this, 'PeopleUrl', { value: people.queueUrl });
    new CfnOutput(this, 'TableName', { value: gate.verdicts.tableName });
    new CfnOutput(this, 'AnswersName', { value: gate.verdictFunction.functionName });
    new CfnOutput(this, 'GateName', { value: gate.gateName });
  }
}
