import { CreateRepositoryCommand, ECRClient, ListImagesCommand, SetRepositoryPolicyCommand, type ImageTagMutability } from '@aws-sdk/client-ecr';
import {
  AddUserToGroupCommand, CreateAccessKeyCommand, CreateGroupCommand, CreateRoleCommand, CreateUserCommand,
  DeleteRolePolicyCommand, IAMClient, PutGroupPolicyCommand, PutRolePolicyCommand, PutUserPolicyCommand, type Tag,
} from '@aws-sdk/client-iam';
import type { Credentials, LocalAws, Network, RepositoryName } from './index';

export const OTHER_ACCOUNT = '222222222222';

/** What tests of access say most. */
export const ECR = {
  login: { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
  everything: { Effect: 'Allow', Action: 'ecr:*', Resource: '*' },
  push: [
    'ecr:BatchCheckLayerAvailability', 'ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload', 'ecr:PutImage',
  ],
  pull: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
};

export interface RoleOptions {
  readonly account?: string;
  /** Begins and ends with a slash. */
  readonly path?: string;
  readonly tags?: Tag[];
  /** Who may assume it; a statement without its effect and actions. @default - the account */
  readonly trust?: object;
}

export interface RepositoryOptions {
  readonly account?: string;
  readonly policy?: object[];
  readonly mutability?: ImageTagMutability;
}

/** Makes roles, users, groups and repositories with policies written out, as the administrator of their account. */
export class Actors {
  constructor(private readonly aws: LocalAws) {}

  arnOf(repository: string, account = this.aws.account): string {
    return `arn:aws:ecr:${this.aws.region}:${account}:repository/${repository}`;
  }

  async repository(repositoryName: string, { account, policy, mutability }: RepositoryOptions = {}) {
    const ecr = this.ecr(account);
    await ecr.send(new CreateRepositoryCommand({ repositoryName, imageTagMutability: mutability }));
    if (policy) await this.setPolicy(repositoryName, policy, account);
    return { repositoryName, registryId: account ?? this.aws.account };
  }

  async setPolicy(repositoryName: string, statements: object[], account?: string): Promise<void> {
    await this.ecr(account).send(new SetRepositoryPolicyCommand({ repositoryName, policyText: document(statements) }));
  }

  /** Gives its ARN. */
  async role(name: string, statements: object[] = [], { account = this.aws.account, path, tags, trust }: RoleOptions = {}) {
    const iam = this.iam(account);
    const { Role } = await iam.send(new CreateRoleCommand({
      RoleName: name,
      Path: path,
      Tags: tags,
      AssumeRolePolicyDocument: document([{
        Effect: 'Allow',
        Action: ['sts:AssumeRole', 'sts:TagSession'],
        ...trust ?? { Principal: { AWS: `arn:aws:iam::${account}:root` } },
      }]),
    }));
    if (statements.length) {
      await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'p', PolicyDocument: document(statements) }));
    }
    return Role!.Arn!;
  }

  /** Somebody in that role. */
  async session(name: string, statements: object[] = [], options: RoleOptions = {}): Promise<Credentials> {
    const arn = await this.role(name, statements, options);
    return this.aws.assumeRole(arn, 'session', this.aws.rootOf(options.account ?? this.aws.account));
  }

  async removePolicy(role: string, account = this.aws.account): Promise<void> {
    await this.iam(account).send(new DeleteRolePolicyCommand({ RoleName: role, PolicyName: 'p' }));
  }

  /** A user with an access key. */
  async user(UserName: string, statements: object[] = [], account = this.aws.account) {
    const iam = this.iam(account);
    const { User } = await iam.send(new CreateUserCommand({ UserName }));
    if (statements.length) {
      await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'p', PolicyDocument: document(statements) }));
    }
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const credentials = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    return { arn: User!.Arn!, credentials };
  }

  async group(GroupName: string, statements: object[], users: string[], account = this.aws.account): Promise<void> {
    const iam = this.iam(account);
    await iam.send(new CreateGroupCommand({ GroupName }));
    await iam.send(new PutGroupPolicyCommand({ GroupName, PolicyName: 'p', PolicyDocument: document(statements) }));
    for (const UserName of users) await iam.send(new AddUserToGroupCommand({ GroupName, UserName }));
  }

  /** What ECR says to somebody who lists the images of a repository. */
  async list(who: Credentials, repository: RepositoryName, through?: Network): Promise<string> {
    return this.aws.client(ECRClient, who, through).send(new ListImagesCommand(repository)).then(() => 'allowed', ({ name }) => name);
  }

  iam(account: string): IAMClient {
    return this.aws.client(IAMClient, this.aws.rootOf(account));
  }

  private ecr(account = this.aws.account): ECRClient {
    return this.aws.client(ECRClient, this.aws.rootOf(account));
  }
}

export function document(statements: object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}
