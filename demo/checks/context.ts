import { CloudFormationClient, DescribeStackResourcesCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Administrators } from './administrators';
import type { BusEvent, ClientSettings, Credentials, LocalAws } from '../../test/local-aws';

/** Events come within a second. */
export const EVENT_PATIENCE_MS = 5_000;

/** What checks can have done to the example app as a whole. */
export interface Deployment {
  /** Name of the stack. */
  readonly stack: string;
  readonly signal?: AbortSignal;
  /** Deploys the app; gives what the CDK CLI says. */
  deploy(): Promise<string>;
  destroy(): Promise<void>;
}

export interface DeployedResource {
  readonly type: string;
  /** The physical name. */
  readonly id: string;
}

/** What checks are run against: the deployed example app. */
export class CheckContext {
  static async of(aws: LocalAws, deployment: Deployment): Promise<CheckContext> {
    const { Stacks } = await aws.client(CloudFormationClient).send(
      new DescribeStacksCommand({ StackName: deployment.stack }));
    const outputs = (Stacks?.[0].Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey!, OutputValue!]);
    return new CheckContext(aws, deployment, Object.fromEntries(outputs));
  }

  readonly administrators: Administrators;
  private readonly sessions = new Map<string, Promise<Credentials>>();
  private readonly received = new Map<string, BusEvent[]>();

  private constructor(
    readonly aws: LocalAws,
    readonly deployment: Deployment,
    private readonly outputs: Record<string, string>,
  ) {
    this.administrators = new Administrators(aws);
  }

  /** An output of the example app. */
  output(name: string): string {
    const value = this.outputs[name];
    if (value === undefined) throw new Error(`The example app has no output ${name}: add a CfnOutput to it`);
    return value;
  }

  /** A client with the credentials of a role of the example app, of which the output `<role>Arn` tells the ARN. */
  async as<T>(role: string, type: new (settings: ClientSettings) => T): Promise<T> {
    return this.aws.client(type, await this.credentials(role));
  }

  credentials(role: string): Promise<Credentials> {
    const session = this.sessions.get(role) ?? this.aws.assumeRole(this.output(`${role}Arn`), `demo-${role}`);
    this.sessions.set(role, session);
    return session;
  }

  /** A client that may do whatever an administrator of the account may. */
  async asAdministrator<T>(type: new (settings: ClientSettings) => T, account = this.aws.account): Promise<T> {
    return this.aws.client(type, await this.administrators.of(account));
  }

  /** The resources of a stack, as CloudFormation knows them. */
  async resources(StackName = this.deployment.stack): Promise<DeployedResource[]> {
    const { StackResources } = await this.aws.client(CloudFormationClient)
      .send(new DescribeStackResourcesCommand({ StackName }));
    return StackResources!.map(({ ResourceType, PhysicalResourceId }) => ({ type: ResourceType!, id: PhysicalResourceId! }));
  }

  /** The events a queue of the example app has received so far, waiting until `enough` of them are there. */
  async events(queueOutput: string, enough: (events: BusEvent[]) => boolean): Promise<BusEvent[]> {
    const QueueUrl = this.output(queueOutput);
    const sqs = this.aws.client(SQSClient);
    const events = this.received.get(QueueUrl) ?? [];
    this.received.set(QueueUrl, events);
    const deadline = Date.now() + EVENT_PATIENCE_MS;
    while (!enough(events) && Date.now() < deadline) {
      this.deployment.signal?.throwIfAborted();
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }));
      events.push(...Messages.map(({ Body }) => JSON.parse(Body!) as BusEvent));
      const Entries = Messages.map(({ MessageId, ReceiptHandle }) => ({ Id: MessageId, ReceiptHandle }));
      if (Entries.length > 0) await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
    return events;
  }
}
