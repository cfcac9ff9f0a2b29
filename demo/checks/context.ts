import { CloudFormationClient, DescribeStackResourcesCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Roles } from './roles';
import type { BusEvent, ClientSettings, Credentials, LocalAws } from '../../test/local-aws';

/** Events come within a second. */
export const EVENT_PATIENCE_MS = 5_000;

/** What checks can have done to the example apps as a whole. */
export interface Deployment {
  /** The stack of the main example app, whose outputs the checks read. */
  readonly stack: StackOfAccount;
  /** All that are deployed. */
  readonly deployed: StackOfAccount[];
  readonly signal?: AbortSignal;
  /** Deploys the main app, or the one with this stack; gives what the CDK CLI says. */
  deploy(stack?: string): Promise<string>;
  /** Destroys all of them. */
  destroy(): Promise<void>;
}

export interface StackOfAccount {
  readonly name: string;
  readonly account: string;
}

export interface DeployedResource {
  /** In the template. */
  readonly logicalId: string;
  readonly type: string;
  /** The physical name. */
  readonly id: string;
}

/** What checks are run against: the deployed example app. */
export class CheckContext {
  static async of(aws: LocalAws, deployment: Deployment): Promise<CheckContext> {
    const { Stacks } = await aws.client(CloudFormationClient).send(
      new DescribeStacksCommand({ StackName: deployment.stack.name }));
    const outputs = (Stacks?.[0].Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey!, OutputValue!]);
    return new CheckContext(aws, deployment, Object.fromEntries(outputs));
  }

  readonly roles: Roles;
  private readonly sessions = new Map<string, Promise<Credentials>>();
  private readonly received = new Map<string, BusEvent[]>();

  private constructor(
    readonly aws: LocalAws,
    readonly deployment: Deployment,
    private readonly outputs: Record<string, string>,
  ) {
    this.roles = new Roles(aws);
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
    return this.aws.client(type, await this.roles.administrator(account));
  }

  /** The resources of a stack, as CloudFormation knows them. */
  async resources({ name, account }: StackOfAccount = this.deployment.stack): Promise<DeployedResource[]> {
    const { StackResources } = await this.aws.client(CloudFormationClient, this.aws.rootOf(account))
      .send(new DescribeStackResourcesCommand({ StackName: name }));
    return StackResources!.map(({ LogicalResourceId, ResourceType, PhysicalResourceId }) =>
      ({ logicalId: LogicalResourceId!, type: ResourceType!, id: PhysicalResourceId! }));
  }

  /** The events a queue of the example app has received so far, waiting until `enough` of them are there. */
  async events(queueOutput: string, enough: (events: BusEvent[]) => boolean, patienceMs = EVENT_PATIENCE_MS): Promise<BusEvent[]> {
    const QueueUrl = this.output(queueOutput);
    const sqs = this.aws.client(SQSClient);
    const events = this.received.get(QueueUrl) ?? [];
    this.received.set(QueueUrl, events);
    const deadline = Date.now() + patienceMs;
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
