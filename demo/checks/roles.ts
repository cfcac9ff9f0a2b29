import {
  CreateRoleCommand, DeleteRoleCommand, DeleteRolePolicyCommand, IAMClient, PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { Credentials, LocalAws } from '../../test/local-aws';

/** Roles that no example app makes: of other accounts, or of administrators. */
export class Roles {
  private readonly made = new Map<string, { readonly account: string; readonly session: Promise<Credentials> }>();

  constructor(private readonly aws: LocalAws) {}

  /**
   * May do everything its account may do; what still refuses it is a policy of a resource. Not the root user: nothing in the
   * local AWS refuses that one.
   */
  administrator(account: string): Promise<Credentials> {
    return this.of(account, 'demo-administrator', [{ Effect: 'Allow', Action: '*', Resource: '*' }]);
  }

  /** A session of the role, which is made with these statements when it is first asked for. */
  of(account: string, name: string, statements: object[]): Promise<Credentials> {
    const key = `${account}/${name}`;
    const known = this.made.get(key) ?? { account, session: this.create(account, name, statements) };
    this.made.set(key, known);
    return known.session;
  }

  async remove(): Promise<void> {
    for (const [key, { account, session }] of this.made) {
      await session;
      const RoleName = key.split('/')[1];
      const iam = this.iam(account);
      await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: POLICY }));
      await iam.send(new DeleteRoleCommand({ RoleName }));
    }
    this.made.clear();
  }

  private async create(account: string, RoleName: string, Statement: object[]): Promise<Credentials> {
    const iam = this.iam(account);
    const { Role } = await iam.send(new CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: JSON.stringify({
        Version: VERSION,
        Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'sts:AssumeRole' }],
      }),
    }));
    const PolicyDocument = JSON.stringify({ Version: VERSION, Statement });
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: POLICY, PolicyDocument }));
    return this.aws.assumeRole(Role!.Arn!, 'demo', this.aws.rootOf(account));
  }

  private iam(account: string): IAMClient {
    return this.aws.client(IAMClient, this.aws.rootOf(account));
  }
}

const POLICY = 'demo';
const VERSION = '2012-10-17';
