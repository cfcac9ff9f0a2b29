import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { CloudFormationClient, DescribeStackResourcesCommand, DescribeStacksCommand, type StackResource } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECRClient } from '@aws-sdk/client-ecr';
import { GetRolePolicyCommand, IAMClient, ListRolePoliciesCommand } from '@aws-sdk/client-iam';
import type { CoveredResource, Finding, ScanStatusReason } from '@aws-sdk/client-inspector2';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { App } from 'aws-cdk-lib';
import { GateStack, type Somebody, WATCHED } from './gate-stack';
import { EVENT_SOURCE, type VerdictAnswer, type VerdictEvent } from '../../../src/inspector/gate/contract';
import { DynamoStore } from '../../../src/inspector/gate/running/dynamo-store';
import { type Access, type ClientSettings, LocalAws, type OciImage, push } from '../../local-aws';
import { inventory } from '../../local-aws/inventory';
import { StandIn } from '../../stand-in';
import { coverageChanged, findingChanged, scanCompleted } from '../../stand-in/announcements';
import { type SampleFinding, covered, inspectorFinding } from '../../stand-in/samples';
import { World } from '../../stand-in/world';
import { hastenGates } from '../../support/hasten-gate';

/** What is waited for comes within seconds, unless the machine does other things too. */
export const PATIENCE_MS = 90_000;
const STACK = 'Gate';
const HOUR = 3_600_000;

/** The functions of a gate, by the ids of what they belong to. */
export const FUNCTIONS = ['Watch', 'Judge', 'Answers', 'ActionsNotifyNotifier'] as const;
export type GateFunction = typeof FUNCTIONS[number];

/** What the world is told of a verdict. */
export interface Told extends VerdictEvent {
  readonly type: string;
}

/** What people are told, as a queue gets it: of one verdict, or a summary of many. */
export interface Message {
  readonly sentence: string;
  readonly event?: VerdictEvent;
}

/** A gate as it is deployed, its functions under their own roles, on an AWS of its own with a scanner that does as it is told. */
export class LocalGate {
  static async deploy(): Promise<LocalGate> {
    const aws = await LocalAws.start();
    const gate = new LocalGate(aws, await StandIn.start(new World(aws.account, aws.region)));
    try {
      await gate.create();
      return gate;
    } catch (error) {
      await gate.stop();
      throw error;
    }
  }

  private readonly assembly = mkdtempSync(join(tmpdir(), 'local-gate-'));
  private outputs: Record<string, string> = {};
  private resources: StackResource[] = [];
  private readonly messages: Message[] = [];

  private constructor(readonly aws: LocalAws, readonly standIn: StandIn) {}

  async push(image: OciImage, { tag, repositoryName = WATCHED }: { tag?: string; repositoryName?: string } = {}): Promise<string> {
    return push(this.aws.client(ECRClient), { repositoryName }, image, tag);
  }

  /** Has an image scanned, an hour ago, with what came of it; and the world told of it. */
  async scan(digest: string, samples: readonly SampleFinding[] = [], reason: ScanStatusReason = 'SUCCESSFUL'): Promise<void> {
    const { world } = this.standIn;
    const coverage = this.cover(digest, reason);
    world.findings.push(...samples.map((sample) => inspectorFinding(world, WATCHED, digest, sample)));
    await this.aws.announce(reason === 'SUCCESSFUL' ? scanCompleted(world, WATCHED, digest) : coverageChanged(coverage));
  }

  /** Has an image scanned without a word to the world. */
  cover(digest: string, reason: ScanStatusReason = 'SUCCESSFUL'): CoveredResource {
    const { world } = this.standIn;
    const coverage = covered(world, WATCHED, digest, reason, reason === 'SUCCESSFUL' ? new Date(Date.now() - HOUR) : undefined);
    world.coverage = [...world.coverage.filter(({ resourceId }) => resourceId !== coverage.resourceId), coverage];
    return coverage;
  }

  /** Has a vulnerability found that was not known before. */
  async find(digest: string, sample: SampleFinding): Promise<Finding> {
    const { world } = this.standIn;
    const finding = inspectorFinding(world, WATCHED, digest, sample);
    world.findings.push(finding);
    await this.aws.announce(findingChanged(finding));
    return finding;
  }

  async settle(finding: Finding, status: Finding['status']): Promise<void> {
    const { world } = this.standIn;
    const changed = { ...finding, status };
    world.findings = world.findings.map((one) => one === finding ? changed : one);
    await this.aws.announce(findingChanged(changed));
  }

  /** What the world was told of an image so far, in its order. */
  async told(digest: string): Promise<Told[]> {
    const events = await this.aws.events();
    return events.filter(({ source, detail }) => source === EVENT_SOURCE && detail.digest === digest)
      .map(({ 'detail-type': type, detail }) => ({ type, ...detail }) as Told);
  }

  /** Waits until the world was told so many things of an image. */
  async toldOf(digest: string, count: number): Promise<Told[]> {
    return until(`${count} events of ${digest}`, async () => {
      const told = await this.told(digest);
      return told.length >= count ? told : undefined;
    });
  }

  /** Waits until people were told so many things of an image. */
  async messagesOf(digest: string, count: number): Promise<Message[]> {
    return until(`${count} messages of ${digest}`, async () => {
      await this.receive();
      const messages = this.messages.filter(({ event }) => event?.digest === digest);
      return messages.length >= count ? messages : undefined;
    });
  }

  private async receive(): Promise<void> {
    const [sqs, QueueUrl] = [this.aws.client(SQSClient), this.output('PeopleUrl')];
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    for (const { Body, ReceiptHandle } of Messages) {
      this.messages.push(JSON.parse(Body!));
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }

  async ask(question: object, who: Somebody = 'Deployer'): Promise<VerdictAnswer> {
    const lambda = await this.as(who, LambdaClient);
    const { Payload, FunctionError } = await lambda.send(
      new InvokeCommand({ FunctionName: this.output('AnswersName'), Payload: JSON.stringify(question) }));
    const answer = JSON.parse(Buffer.from(Payload!).toString());
    if (FunctionError) throw new Error(answer.errorMessage);
    return answer;
  }

  /** The table, as whoever is granted to read it, or as somebody else. */
  async table(dynamo?: DynamoDBClient): Promise<DynamoStore> {
    const client = DynamoDBDocumentClient.from(dynamo ?? await this.as('Auditor', DynamoDBClient), { marshallOptions: { removeUndefinedValues: true } });
    return new DynamoStore(client, { table: this.output('TableName'), retentionSeconds: 0 });
  }

  async as<T>(who: Somebody, type: new (settings: ClientSettings) => T): Promise<T> {
    return this.aws.client(type, await this.aws.assumeRole(this.output(`${who}Arn`)));
  }

  /** A client as one of the functions has it: with the rights of its role, and no others. */
  async asFunction<T>(name: GateFunction, type: new (settings: ClientSettings) => T): Promise<T> {
    const lambda = await this.aws.asService('lambda.amazonaws.com');
    return this.aws.client(type, await this.aws.assumeRole(`arn:aws:iam::${this.aws.account}:role/${this.roleOf(name)}`, 'test', lambda));
  }

  roleOf(name: GateFunction): string {
    return this.physical('AWS::IAM::Role', `Gate${name}FunctionRole`);
  }

  /** The actions that the policies of a function's role name. */
  async grantedTo(name: GateFunction): Promise<string[]> {
    const iam = this.aws.client(IAMClient);
    const RoleName = this.roleOf(name);
    const { PolicyNames } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    const documents = await Promise.all(PolicyNames!.map(async (PolicyName) => {
      const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      return JSON.parse(decodeURIComponent(PolicyDocument!));
    }));
    return [...new Set<string>(documents.flatMap(({ Statement }) => Statement.flatMap(({ Action }: any) => Action)))].sort();
  }

  /** What a function has asked for. */
  async accessesOf(name: GateFunction): Promise<Access[]> {
    const role = this.roleOf(name);
    return (await this.aws.accesses()).filter(({ principal }) => principal.includes(`:assumed-role/${role}/`));
  }

  /** The physical name of a resource of the stack. */
  physical(type: string, logicalId: string): string {
    const found = this.resources.filter(({ ResourceType, LogicalResourceId }) => ResourceType === type && LogicalResourceId!.startsWith(logicalId));
    if (found.length !== 1) throw new Error(`The stack has ${found.length} ${type} whose ids begin with ${logicalId}`);
    return found[0].PhysicalResourceId!;
  }

  output(name: string): string {
    return this.outputs[name];
  }

  /** Deletes the stack; gives the types of what is left of it. */
  async destroy(): Promise<string[]> {
    await this.aws.cdk(['destroy', STACK], { app: this.assembly });
    const known = await inventory(this.aws);
    const isThere = ({ ResourceType, PhysicalResourceId }: StackResource) =>
      known.some(({ type, id }) => type === ResourceType && id === PhysicalResourceId);
    return this.resources.filter(isThere).map(({ ResourceType }) => ResourceType!).sort();
  }

  async stop(): Promise<void> {
    await Promise.all([this.standIn.stop(), this.aws.stop()]);
    rmSync(this.assembly, { recursive: true, force: true });
  }

  private async create(): Promise<void> {
    this.aws.scansFrom(this.standIn);
    const app = new App({ outdir: this.assembly });
    new GateStack(app, STACK);
    app.synth();
    await this.aws.cdk(['bootstrap']);
    await this.aws.cdk(['deploy', STACK], { app: this.assembly });
    await hastenGates(this.aws);
    const cloudFormation = this.aws.client(CloudFormationClient);
    const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: STACK }));
    const { StackResources } = await cloudFormation.send(new DescribeStackResourcesCommand({ StackName: STACK }));
    this.resources = StackResources!;
    this.outputs = Object.fromEntries(Stacks![0].Outputs!.map(({ OutputKey, OutputValue }) => [OutputKey!, OutputValue!]));
  }
}

/** Waits until something is so. */
export async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`There were no ${what} within ${PATIENCE_MS / 1000} seconds`);
    await wait(200);
  }
}
