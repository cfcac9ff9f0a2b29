import {
  CreateRoleCommand, DeleteRoleCommand, DeleteRolePolicyCommand, IAMClient, PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { Credentials, LocalAws } from '../../test/local-aws';

const NAME = { RoleName: 'demo-administrator' };
const POLICY = { ...NAME, PolicyName: 'everything' };
const VERSION = '2012-10-17';

/**
 * Roles that may do everything their account may do; what still refuses them is a policy of a resource. Not the root
 * user: nothing in the local AWS refuses that one.
 */
export class Administrators {
  private readonly sessions = new Map<string, Promise<Credentials>>();

  constructor(private readonly aws: LocalAws) {}

  of(account: string): Promise<Credentials> {
    const session = this.sessions.get(account) ?? this.create(account);
    this.sessions.set(account, session);
    return session;
  }

  async remove(): Promise<void> {
    for (const account of this.sessions.keys()) {
      const iam = this.iam(account);
      await iam.send(new DeleteRolePolicyCommand(POLICY));
      await iam.send(new DeleteRoleCommand(NAME));
    }
    this.sessions.clear();
  }

  private async create(account: string): Promise<Credentials> {
    const iam = this.iam(account);
    const { Role } = await iam.send(new CreateRoleCommand({
      ...NAME,
      AssumeRolePolicyDocument: JSON.stringify({
        Version: VERSION,
        Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'sts:AssumeRole' }],
      }),
    }));
    await iam.send(new PutRolePolicyCommand({
      ...POLICY,
      PolicyDocument: JSON.stringify({ Version: VERSION, Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }),
    }));
    return this.aws.assumeRole(Role!.Arn!, 'demo', this.aws.rootOf(account));
  }

  private iam(account: string): IAMClient {
    return this.aws.client(IAMClient, this.aws.rootOf(account));
  }
}
