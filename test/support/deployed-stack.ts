import { type CfnElement, type Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { IConstruct } from 'constructs';
import { deployed } from './simulate';

export interface Resource {
  readonly Type: string;
  readonly Properties?: Record<string, any>;
}

/** A policy without intrinsic functions. */
export interface Policy {
  readonly Statement: Record<string, any>[];
}

/** What a stack is after deployment: ARNs written out, and policies as IAM reads them. */
export class DeployedStack {
  /** By logical id, as synthesized. */
  public readonly resources: Record<string, Resource>;
  private readonly values: Record<string, string> = {};

  /** @param values those of parameters, by logical id */
  constructor(private readonly stack: Stack, values: Record<string, string> = {}) {
    // A stack that does not know where it goes goes there.
    const account = Token.isUnresolved(stack.account) ? '111111111111' : stack.account;
    const region = Token.isUnresolved(stack.region) ? 'eu-west-1' : stack.region;
    this.resources = Template.fromStack(stack).toJSON().Resources ?? {};
    Object.assign(this.values, values, { 'AWS::AccountId': account, 'AWS::Region': region });
    for (const [id, { Type, Properties = {} }] of Object.entries(this.resources)) {
      const [name, arn] = nameAndArn(id, Type, Properties, account, region);
      this.values[id] = name;
      this.values[`${id}.Arn`] = arn;
    }
  }

  public arn(construct: IConstruct): string {
    return this.values[`${this.idOf(construct)}.Arn`];
  }

  /** The policy of a repository, a key or a table. */
  public resourcePolicy(resource: IConstruct): Policy | undefined {
    const { RepositoryPolicyText, KeyPolicy, ResourcePolicy } = this.resources[this.idOf(resource)].Properties ?? {};
    return this.read(RepositoryPolicyText ?? KeyPolicy ?? ResourcePolicy?.PolicyDocument);
  }

  /** What the policies of a role or user say, those of its groups included. */
  public identityPolicies(principal: IConstruct): Policy[] {
    const id = this.idOf(principal);
    const groups = (this.resources[id].Properties?.Groups ?? []).map(({ Ref }: { Ref: string }) => Ref);
    const holders = new Set([id, ...groups]);
    return Object.values(this.resources).filter(({ Type, Properties }) => /^AWS::IAM::(Managed)?Policy$/.test(Type)
      && [Properties!.Roles, Properties!.Users, Properties!.Groups].flat().some((holder) => holders.has(holder?.Ref)))
      .map(({ Properties }) => this.read(Properties!.PolicyDocument)!);
  }

  /** What all resources of a type are made with. */
  public properties(type: string): Record<string, any>[] {
    return Object.values(this.resources).filter((resource) => resource.Type === type).map(({ Properties = {} }) => deployed(Properties, this.values));
  }

  /** The policy of a queue. */
  public queuePolicy(queue: IConstruct): Policy | undefined {
    const id = this.idOf(queue);
    const [policy] = Object.values(this.resources)
      .filter(({ Type, Properties }) => Type === 'AWS::SQS::QueuePolicy' && Properties!.Queues.some(({ Ref }: { Ref: string }) => Ref === id));
    return this.read(policy?.Properties!.PolicyDocument);
  }

  /** The tags of a role or user, as keys of its requests. */
  public principalTags(principal: IConstruct): Record<string, string> {
    const tags: { Key: string; Value: string }[] = this.resources[this.idOf(principal)].Properties?.Tags ?? [];
    return Object.fromEntries(tags.map(({ Key, Value }) => [`aws:PrincipalTag/${Key}`, Value]));
  }

  /** The document of a policy. */
  public document(policy: IConstruct): Policy {
    return this.read(this.resources[this.idOf(policy)].Properties!.PolicyDocument)!;
  }

  private read(document: object | undefined): Policy | undefined {
    return document && deployed(document, this.values) as Policy;
  }

  private idOf(construct: IConstruct): string {
    return this.stack.resolve(((construct.node.defaultChild ?? construct) as CfnElement).logicalId);
  }
}

function nameAndArn(id: string, type: string, props: Record<string, any>, account: string, region: string): [string, string] {
  const text = (value: unknown, otherwise: string) => (typeof value === 'string' ? value : otherwise);
  const iam = (kind: string, name: string): [string, string] => [name, `arn:aws:iam::${account}:${kind}${text(props.Path, '/')}${name}`];
  switch (type) {
    case 'AWS::ECR::Repository': {
      const name = text(props.RepositoryName, id.toLowerCase());
      return [name, `arn:aws:ecr:${region}:${account}:repository/${name}`];
    }
    case 'AWS::CodeBuild::Project': {
      const name = text(props.Name, id);
      return [name, `arn:aws:codebuild:${region}:${account}:project/${name}`];
    }
    case 'AWS::IAM::Role': return iam('role', text(props.RoleName, id));
    case 'AWS::IAM::User': return iam('user', text(props.UserName, id));
    case 'AWS::IAM::Group': return iam('group', text(props.GroupName, id));
    case 'AWS::SQS::Queue': return [`https://sqs.${region}.amazonaws.com/${account}/${id}`, `arn:aws:sqs:${region}:${account}:${id}`];
    case 'AWS::DynamoDB::Table': return [id, `arn:aws:dynamodb:${region}:${account}:table/${id}`];
    case 'AWS::Lambda::Function': return [id, `arn:aws:lambda:${region}:${account}:function:${id}`];
    case 'AWS::Logs::LogGroup': return [id, `arn:aws:logs:${region}:${account}:log-group:${id}:*`];
    case 'AWS::Events::Rule': return [id, `arn:aws:events:${region}:${account}:rule/${text(props.Name, id)}`];
    case 'AWS::KMS::Key': return [id, `arn:aws:kms:${region}:${account}:key/${id}`];
    default: return [id, id];
  }
}
