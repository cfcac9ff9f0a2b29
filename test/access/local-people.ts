import {
  CreateAccessKeyCommand, CreateRoleCommand, CreateUserCommand, CreateVirtualMFADeviceCommand, DeleteRoleCommand, DeleteRolePolicyCommand,
  DeleteUserPolicyCommand, EnableMFADeviceCommand, GetRoleCommand, type IAMClient, ListRolePoliciesCommand,
  ListRoleTagsCommand, PutRolePolicyCommand, PutUserPolicyCommand, TagRoleCommand, UntagRoleCommand, UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, type Credentials as Issued, GetFederationTokenCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import type { Row } from './promises';
import { EVERYTHING } from './world';
import type { Credentials, LocalAws } from '../local-aws';
import { Actors, document } from '../local-aws/actors';
import { ANONYMOUS } from '../support/simulate';

export interface Session {
  /** None for whoever signs nothing. */
  readonly credentials?: Credentials;
  readonly leave: () => Promise<void>;
}

interface Joining extends Row {
  readonly isDeployed: boolean;
}

type Undo = () => Promise<unknown>;

const TAG = 'aws:PrincipalTag/';
const POLICY = 'only-for-this-row';

/** Turns the principals of the promises into callers of a local AWS. */
export class LocalPeople {
  private readonly actors: Actors;
  private readonly keys = new Map<string, Credentials>();

  constructor(private readonly aws: LocalAws) {
    this.actors = new Actors(aws);
  }

  /** @param row of somebody who is deployed, or who is made for this row as it says */
  async join(row: Joining): Promise<Session> {
    const undo: Undo[] = [];
    const credentials = await this.credentialsOf(row, undo);
    const via = row.context?.['aws:CalledVia']?.[0];
    return {
      credentials: via ? await this.aws.throughService(credentials!, via) : credentials,
      leave: async () => {
        for (const step of undo.reverse()) await step();
      },
    };
  }

  private async credentialsOf(row: Joining, undo: Undo[]): Promise<Credentials | undefined> {
    const { principal, context = {} } = row;
    if (principal === ANONYMOUS) return undefined;
    const [, account, kind, path, name] = /^arn:aws:(?:iam|sts)::(\d{12}):([^/]+)(\/(?:.*\/)?)?(.*)$/.exec(principal) ?? [];
    const source = (key: string) => context[key] as string | undefined;
    if (!account) return this.aws.asService(principal, { sourceArn: source('aws:SourceArn'), sourceAccount: source('aws:SourceAccount') });
    if (kind === 'root') return this.aws.rootOf(account);
    if (kind === 'role') return this.assume(row, account, path, name, undo);
    const isFederated = kind === 'federated-user';
    const user = await this.user({ ...row, isDeployed: row.isDeployed || isFederated }, account, name, undo);
    if (isFederated) return this.federate(user, name, account, undo);
    return this.signIn(user, name, account, context);
  }

  private async assume(row: Joining, account: string, Path: string, RoleName: string, undo: Undo[]): Promise<Credentials> {
    const { principal, isDeployed } = row;
    const iam = this.actors.iam(account);
    if (!isDeployed) {
      // A name is one role's whatever its path.
      await this.removeRole(iam, RoleName);
      await iam.send(new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument: document([trust(account)]) }));
      undo.push(() => this.removeRole(iam, RoleName));
    }
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    if (Role!.Arn !== principal) throw new Error(`${principal} is ${Role!.Arn}`);
    // Whom the role of an application trusts is not the question here.
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: document([trust(account)]) }));
    const added = statementsBesideDeployment(row);
    if (added.length > 0) {
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: POLICY, PolicyDocument: document(added) }));
      if (isDeployed) undo.push(() => iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: POLICY })));
    }
    const tags = Object.entries(row.context ?? {}).filter(([key]) => key.startsWith(TAG))
      .map(([key, value]) => [key.slice(TAG.length), value as string]);
    await this.keepTags(iam, RoleName, tags.map(([key]) => key), undo);
    // What CDK tags, the deployment did, or this fails.
    const Tags = tags.filter(([key]) => !key.startsWith('aws-cdk:')).map(([Key, Value]) => ({ Key, Value }));
    return this.session(new AssumeRoleCommand({ RoleArn: principal, RoleSessionName: 'session', Tags }), this.aws.rootOf(account));
  }

  /** Takes the other tags off the role. */
  private async keepTags(iam: IAMClient, RoleName: string, keys: string[], undo: Undo[]): Promise<void> {
    const { Tags = [] } = await iam.send(new ListRoleTagsCommand({ RoleName }));
    const surplus = Tags.filter(({ Key }) => !keys.includes(Key!));
    if (surplus.length === 0) return;
    await iam.send(new UntagRoleCommand({ RoleName, TagKeys: surplus.map(({ Key }) => Key!) }));
    undo.push(() => iam.send(new TagRoleCommand({ RoleName, Tags: surplus })));
  }

  private async removeRole(iam: IAMClient, RoleName: string): Promise<void> {
    const names = await iam.send(new ListRolePoliciesCommand({ RoleName })).catch(() => undefined);
    if (!names) return;
    for (const PolicyName of names.PolicyNames!) await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
    await iam.send(new DeleteRoleCommand({ RoleName }));
  }

  /** The long-term key of a user. */
  private async user(row: Joining, account: string, UserName: string, undo: Undo[]): Promise<Credentials> {
    const iam = this.actors.iam(account);
    const id = `${account}/${UserName}`;
    if (!row.isDeployed) await iam.send(new CreateUserCommand({ UserName }));
    const added = statementsBesideDeployment(row);
    if (added.length > 0) await this.allow(iam, UserName, added, undo);
    if (!this.keys.has(id)) {
      const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
      this.keys.set(id, { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! });
    }
    return this.keys.get(id)!;
  }

  private async signIn(user: Credentials, UserName: string, account: string, context: NonNullable<Row['context']>): Promise<Credentials> {
    const factor = context['aws:MultiFactorAuthPresent'];
    if (factor === undefined) return user;
    if (factor === 'false') return this.session(new GetSessionTokenCommand({}), user);
    const iam = this.actors.iam(account);
    const SerialNumber = `arn:aws:iam::${account}:mfa/${UserName}`;
    const made = await iam.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: UserName })).catch(() => undefined);
    if (made) await iam.send(new EnableMFADeviceCommand({ UserName, SerialNumber, AuthenticationCode1: '123456', AuthenticationCode2: '654321' }));
    const session = await this.session(new GetSessionTokenCommand({ SerialNumber, TokenCode: '123456' }), user);
    await this.aws.ageSecondFactor(session, Number(context['aws:MultiFactorAuthAge']));
    return session;
  }

  private async federate(user: Credentials, UserName: string, account: string, undo: Undo[]): Promise<Credentials> {
    await this.allow(this.actors.iam(account), UserName, [{ Effect: 'Allow', Action: 'sts:GetFederationToken', Resource: '*' }], undo);
    return this.session(new GetFederationTokenCommand({ Name: UserName, Policy: document(EVERYTHING.Statement) }), user);
  }

  private async allow(iam: IAMClient, UserName: string, statements: object[], undo: Undo[]): Promise<void> {
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: POLICY, PolicyDocument: document(statements) }));
    undo.push(() => iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName: POLICY })));
  }

  private async session(command: AssumeRoleCommand | GetSessionTokenCommand | GetFederationTokenCommand, who: Credentials): Promise<Credentials> {
    const { Credentials: issued }: { Credentials?: Issued } = await this.aws.client(STSClient, who).send(command as AssumeRoleCommand);
    return { accessKeyId: issued!.AccessKeyId!, secretAccessKey: issued!.SecretAccessKey!, sessionToken: issued!.SessionToken };
  }
}

/** What the deployment gave is there, and is what is judged. */
function statementsBesideDeployment({ policies = [], isDeployed }: Joining): object[] {
  return policies.filter((policy) => !isDeployed || policy === EVERYTHING).flatMap(({ Statement }) => Statement);
}

function trust(account: string): object {
  return { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: ['sts:AssumeRole', 'sts:TagSession'] };
}
