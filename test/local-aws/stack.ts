import {
  CloudFormationClient, CreateStackCommand, DeleteStackCommand, DescribeStackEventsCommand, DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import type { Credentials, LocalAws } from './index';

export interface Template {
  readonly Resources: Record<string, unknown>;
  readonly Outputs?: Record<string, { readonly Value: unknown }>;
}

/** A stack of a plain template, for tests that need a few resources and no CDK. */
export class TemplateStack {
  private readonly cloudFormation: CloudFormationClient;

  constructor(aws: LocalAws, private readonly name: string, credentials?: Credentials) {
    this.cloudFormation = aws.client(CloudFormationClient, credentials);
  }

  /** Gives the stack's outputs; rejects with CloudFormation's reasons when the stack fails. */
  async create(template: Template): Promise<Record<string, string>> {
    const TemplateBody = JSON.stringify(template);
    const Capabilities = ['CAPABILITY_NAMED_IAM' as const];
    await this.cloudFormation.send(new CreateStackCommand({ StackName: this.name, TemplateBody, Capabilities }));
    return this.settled('CREATE_COMPLETE');
  }

  async update(template: Template): Promise<Record<string, string>> {
    const TemplateBody = JSON.stringify(template);
    const Capabilities = ['CAPABILITY_NAMED_IAM' as const];
    await this.cloudFormation.send(new UpdateStackCommand({ StackName: this.name, TemplateBody, Capabilities }));
    return this.settled('UPDATE_COMPLETE');
  }

  async delete(): Promise<void> {
    const { id } = await this.describe();
    await this.cloudFormation.send(new DeleteStackCommand({ StackName: this.name }));
    await this.settled('DELETE_COMPLETE', id);
  }

  private async settled(wanted: string, id = this.name): Promise<Record<string, string>> {
    for (;;) {
      const { status, outputs } = await this.describe(id);
      if (status === wanted) {
        return outputs;
      }
      if (!status.endsWith('IN_PROGRESS')) {
        throw new Error(`${this.name} is ${status}: ${await this.reasons(id)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  private async describe(id = this.name): Promise<{ id: string; status: string; outputs: Record<string, string> }> {
    const { Stacks } = await this.cloudFormation.send(new DescribeStacksCommand({ StackName: id }));
    const stack = Stacks![0];
    const outputs = (stack.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey!, OutputValue!]);
    return { id: stack.StackId!, status: stack.StackStatus!, outputs: Object.fromEntries(outputs) };
  }

  private async reasons(id: string): Promise<string> {
    const { StackEvents } = await this.cloudFormation.send(new DescribeStackEventsCommand({ StackName: id }));
    return StackEvents!.filter(({ ResourceStatus }) => ResourceStatus?.endsWith('FAILED'))
      .map(({ LogicalResourceId, ResourceStatusReason }) => `${LogicalResourceId}: ${ResourceStatusReason}`)
      .join('\n');
  }
}
