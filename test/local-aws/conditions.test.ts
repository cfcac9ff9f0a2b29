import { ECRClient, GetAuthorizationTokenCommand, TagResourceCommand } from '@aws-sdk/client-ecr';
import { CreateVirtualMFADeviceCommand, EnableMFADeviceCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { Actors, ECR, OTHER_ACCOUNT } from './actors';
import { type Credentials, LocalAws } from './index';
import { TemplateStack } from './stack';

const OUR_PLACE = 'o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/';

let aws: LocalAws;
let actors: Actors;
let names = 0;

beforeAll(async () => {
  aws = await LocalAws.start();
  actors = new Actors(aws);
}, 180_000);

afterAll(() => aws.stop());

const denied = 'AccessDeniedException';
const unique = () => `n${(names += 1)}`;
const allow = (Condition?: object, Principal: unknown = '*') => ({ Effect: 'Allow', Principal, Action: 'ecr:ListImages', Condition });

/** A repository of our account where this is the only thing that lets anybody in. */
const repositoryWhere = (Condition?: object, Principal?: unknown) =>
  actors.repository(unique(), { policy: [allow(Condition, Principal)] });

describe('who calls', () => {
  test.each<[string, (arn: string) => object, string]>([
    ['ArnEquals with the ARN', (arn) => ({ ArnEquals: { 'aws:PrincipalArn': arn } }), 'allowed'],
    ['ArnLike with a pattern', () => ({ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/team/*' } }), 'allowed'],
    ['StringLike with a pattern', () => ({ StringLike: { 'aws:PrincipalArn': '*:role/team/*' } }), 'allowed'],
    ['ArnNotLike with another one', () => ({ ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/other/*' } }), 'allowed'],
    ['ArnNotLike with the ARN', (arn) => ({ ArnNotLike: { 'aws:PrincipalArn': arn } }), denied],
    ['ArnEquals without the path', (arn) => ({ ArnEquals: { 'aws:PrincipalArn': arn.replace('/team', '') } }), denied],
    ['ArnLike with the ARN of the session', () => ({ ArnLike: { 'aws:PrincipalArn': 'arn:aws:sts::*:assumed-role/*' } }), denied],
    ['ArnLike whose wildcard reaches over a colon', () => ({ ArnLike: { 'aws:PrincipalArn': 'arn:aws:*:role/team/*' } }), denied],
  ])('aws:PrincipalArn of a session is the ARN of its role, with the path: %s', async (_, condition, expected) => {
    const name = unique();
    const session = await actors.session(name, [], { path: '/team/' });
    const repository = await repositoryWhere(condition(`arn:aws:iam::${aws.account}:role/team/${name}`));

    expect(await actors.list(session, repository)).toBe(expected);
  });

  test('a role that IAM Identity Center makes of a permission set is one with a path', async () => {
    const name = `AWSReservedSSO_Developer_${unique()}`;
    const session = await actors.session(name, [], { path: '/aws-reserved/sso.amazonaws.com/eu-west-1/' });
    const pattern = 'role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Developer_*';
    const [ours, theirs] = [aws.account, OTHER_ACCOUNT].map((account) =>
      repositoryWhere({ ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${account}:${pattern}` } }));

    expect(await actors.list(session, await ours)).toBe('allowed');
    expect(await actors.list(session, await theirs)).toBe(denied);
  });

  test.each([[OTHER_ACCOUNT, 'allowed'], ['333333333333', denied]])('aws:PrincipalAccount %s', async (account, expected) => {
    const session = await actors.session(unique(), [ECR.everything], { account: OTHER_ACCOUNT });
    const repository = await repositoryWhere({ StringEquals: { 'aws:PrincipalAccount': account } });

    expect(await actors.list(session, repository)).toBe(expected);
  });

  describe('in an organization', () => {
    const placed = '444444444444';
    beforeAll(() => aws.placeInOrganization(placed, OUR_PLACE));

    test.each<[string, object, string]>([
      ['its organization', { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } }, 'allowed'],
      ['another organization', { StringEquals: { 'aws:PrincipalOrgID': 'o-zzzzzzzzzz' } }, denied],
      ['a unit above', { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': ['o-a1b2c3d4e5/r-ab12/*'] } }, 'allowed'],
      ['another unit', { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': ['o-a1b2c3d4e5/r-ab12/ou-ab12-22222222/*'] } }, denied],
    ])('a principal is let in by %s', async (_, condition, expected) => {
      const session = await actors.session(unique(), [ECR.everything], { account: placed });

      expect(await actors.list(session, await repositoryWhere(condition))).toBe(expected);
    });

    test('an account outside of any is not', async () => {
      const session = await actors.session(unique(), [ECR.everything], { account: OTHER_ACCOUNT });
      const anywhere = { StringLike: { 'aws:PrincipalOrgID': '*' } };

      expect(await actors.list(session, await repositoryWhere(anywhere))).toBe(denied);
    });

    test('what is no path is refused', async () => {
      await expect(aws.placeInOrganization(placed, 'o-a1b2c3d4e5')).rejects.toThrow(/is no path/);
    });
  });

  describe('with tags', () => {
    const team = (value: string) => ({ StringEquals: { 'aws:PrincipalTag/team': value } });
    const tagged = async (Tags?: { Key: string; Value: string }[]) => {
      const arn = await actors.role(unique(), [], { tags: [{ Key: 'team', Value: 'web' }] });
      const { Credentials: session } = await aws.client(STSClient).send(
        new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 's', Tags }));
      return { accessKeyId: session!.AccessKeyId!, secretAccessKey: session!.SecretAccessKey!, sessionToken: session!.SessionToken };
    };

    test('those of the role count', async () => {
      const session = await tagged();

      expect(await actors.list(session, await repositoryWhere(team('web')))).toBe('allowed');
      expect(await actors.list(session, await repositoryWhere(team('data')))).toBe(denied);
    });

    test('those of the session go before those of the role', async () => {
      const session = await tagged([{ Key: 'team', Value: 'data' }]);

      expect(await actors.list(session, await repositoryWhere(team('data')))).toBe('allowed');
      expect(await actors.list(session, await repositoryWhere(team('web')))).toBe(denied);
    });

    test('an identity policy may compare them with those of the repository', async () => {
      const statement = (key: string) => ({
        Effect: 'Allow', Action: 'ecr:ListImages', Resource: '*', Condition: { StringEquals: { [key]: '${aws:PrincipalTag/team}' } },
      });
      const repository = await actors.repository(unique());
      const resourceArn = actors.arnOf(repository.repositoryName);
      for (const key of ['aws:ResourceTag/team', 'ecr:ResourceTag/team']) {
        const web = await actors.session(unique(), [statement(key)], { tags: [{ Key: 'team', Value: 'web' }] });
        const none = await actors.session(unique(), [statement(key)]);
        await aws.client(ECRClient).send(new TagResourceCommand({ resourceArn, tags: [{ Key: 'team', Value: 'web' }] }));
        expect([await actors.list(web, repository), await actors.list(none, repository)]).toEqual(['allowed', denied]);

        await aws.client(ECRClient).send(new TagResourceCommand({ resourceArn, tags: [{ Key: 'team', Value: 'data' }] }));

        expect(await actors.list(web, repository)).toBe(denied);
      }
    });

    test('a variable in the resource of a policy stands for them', async () => {
      const web = await actors.session(unique(), [
        { Effect: 'Allow', Action: 'ecr:ListImages', Resource: 'arn:aws:ecr:*:*:repository/${aws:PrincipalTag/team, \'nobody\'}/*' },
      ], { tags: [{ Key: 'team', Value: 'web' }] });
      const [own, other] = [await actors.repository(`web/${unique()}`), await actors.repository(`data/${unique()}`)];

      expect([await actors.list(web, own), await actors.list(web, other)]).toEqual(['allowed', denied]);
    });
  });
});

describe('a second factor', () => {
  const present = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
  let user: { arn: string; credentials: Credentials };
  let device: string;

  beforeAll(async () => {
    user = await actors.user('person', [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }]);
    device = await deviceOf('person');
  });

  async function deviceOf(UserName: string): Promise<string> {
    const iam = actors.iam(aws.account);
    const { VirtualMFADevice } = await iam.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: UserName }));
    const SerialNumber = VirtualMFADevice!.SerialNumber!;
    await iam.send(new EnableMFADeviceCommand({ UserName, SerialNumber, AuthenticationCode1: '123456', AuthenticationCode2: '654321' }));
    return SerialNumber;
  }

  async function signIn(given: { SerialNumber?: string; TokenCode?: string }): Promise<Credentials> {
    const { Credentials: session } = await aws.client(STSClient, user.credentials).send(new GetSessionTokenCommand(given));
    return { accessKeyId: session!.AccessKeyId!, secretAccessKey: session!.SecretAccessKey!, sessionToken: session!.SessionToken };
  }

  test('is known of a session that began with it', async () => {
    const repository = await repositoryWhere(present);

    expect(await actors.list(await signIn({ SerialNumber: device, TokenCode: '123456' }), repository)).toBe('allowed');
    expect(await actors.list(await signIn({}), repository)).toBe(denied);
    expect(await actors.list(user.credentials, repository)).toBe(denied);
  });

  test('has an age', async () => {
    const session = await signIn({ SerialNumber: device, TokenCode: '123456' });
    const within = (seconds: number) => repositoryWhere({ NumericLessThanEquals: { 'aws:MultiFactorAuthAge': `${seconds}` } });

    expect(await actors.list(session, await within(3600))).toBe('allowed');
    expect(await actors.list(session, await within(-1))).toBe(denied);

    await aws.ageSecondFactor(session, 3601);

    expect(await actors.list(session, await within(3600))).toBe(denied);
    expect(await actors.list(session, await within(3601))).toBe('allowed');
    await expect(aws.ageSecondFactor(user.credentials, 1)).rejects.toThrow(/without a second factor/);
  });

  test('lets one assume a role, whose sessions know nothing of it', async () => {
    const arn = await actors.role(unique(), [], { trust: { Principal: { AWS: user.arn }, Condition: present } });
    const assume = (given: object) => aws.client(STSClient, user.credentials)
      .send(new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 's', ...given }));

    await expect(assume({})).rejects.toThrow(/not authorized/);

    const { Credentials: session } = await assume({ SerialNumber: device, TokenCode: '123456' });
    const credentials = {
      accessKeyId: session!.AccessKeyId!, secretAccessKey: session!.SecretAccessKey!, sessionToken: session!.SessionToken,
    };
    expect(await actors.list(credentials, await repositoryWhere(present))).toBe(denied);
  });

  test('is one of the caller', async () => {
    await actors.user('somebody-else');
    const other = await deviceOf('somebody-else');

    await expect(signIn({ SerialNumber: other, TokenCode: '123456' })).rejects.toThrow(/MultiFactorAuthentication failed/);
    await expect(signIn({ SerialNumber: device })).rejects.toThrow(/MultiFactorAuthentication failed/);
  });
});

describe('where from', () => {
  test('a VPC endpoint, its VPC, and no address of the internet', async () => {
    const { Vpc, Endpoint, Other } = await new TemplateStack(aws, 'network').create({
      Resources: {
        Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
        ...Object.fromEntries(['Endpoint', 'Other'].map((name) => [name, {
          Type: 'AWS::EC2::VPCEndpoint',
          Properties: { VpcId: { Ref: 'Vpc' }, ServiceName: 'com.amazonaws.us-east-1.ecr.api', VpcEndpointType: 'Interface' },
        }])),
      },
      Outputs: Object.fromEntries(['Vpc', 'Endpoint', 'Other'].map((name) => [name, { Value: { Ref: name } }])),
    });
    const session = await actors.session(unique());
    const from = async (condition: object, vpcEndpoint?: string) =>
      actors.list(session, await repositoryWhere(condition), await aws.network({ vpcEndpoint }));
    const throughEndpoint = { StringEquals: { 'aws:SourceVpce': Endpoint } };
    const fromVpc = { StringEquals: { 'aws:SourceVpc': Vpc } };
    const fromHere = { IpAddress: { 'aws:SourceIp': '127.0.0.1/32' } };

    expect(await from(throughEndpoint, Endpoint)).toBe('allowed');
    expect(await from(throughEndpoint, Other)).toBe(denied);
    expect(await from(throughEndpoint)).toBe(denied);
    expect(await actors.list(session, await repositoryWhere(throughEndpoint))).toBe(denied);
    expect(await from(fromVpc, Other)).toBe('allowed');
    expect(await from(fromVpc)).toBe(denied);
    expect(await from(fromHere)).toBe('allowed');
    expect(await from(fromHere, Endpoint)).toBe(denied);
  });

  test('there is none through an endpoint that is not there', async () => {
    const nowhere = await aws.network({ vpcEndpoint: 'vpce-0123456789abcdef0' });

    await expect(aws.request(`${aws.endpoint}/v2/`, {}, nowhere)).rejects.toThrow();
  });
});

describe('an AWS service', () => {
  const lambda = { Service: 'lambda.amazonaws.com' };
  const sourceArn = 'arn:aws:lambda:us-east-1:222222222222:function:shop';

  test.each<[string, object | undefined, string, string]>([
    ['that is named', undefined, 'lambda.amazonaws.com', 'allowed'],
    ['that is not', undefined, 'codebuild.amazonaws.com', denied],
    ['for the right function', { ArnLike: { 'aws:SourceArn': 'arn:aws:lambda:us-east-1:222222222222:function:*' } }, 'lambda.amazonaws.com', 'allowed'],
    ['for another function', { ArnLike: { 'aws:SourceArn': 'arn:aws:lambda:us-east-1:333333333333:function:*' } }, 'lambda.amazonaws.com', denied],
    ['for the right account', { StringEquals: { 'aws:SourceAccount': '222222222222' } }, 'lambda.amazonaws.com', 'allowed'],
    ['for another account', { StringEquals: { 'aws:SourceAccount': '333333333333' } }, 'lambda.amazonaws.com', denied],
    ['as such', { Bool: { 'aws:PrincipalIsAWSService': 'true' } }, 'lambda.amazonaws.com', 'allowed'],
  ])('%s', async (_, condition, service, expected) => {
    const repository = await repositoryWhere(condition, lambda);
    const credentials = await aws.asService(service, { sourceArn, sourceAccount: '222222222222' });

    expect(await actors.list(credentials, repository)).toBe(expected);
  });

  test('is nobody else: neither a role, nor one with all rights, nor a root user', async () => {
    const repository = await repositoryWhere(undefined, lambda);
    const [role, theirAdministrator] = [
      await actors.session(unique()), await actors.session(unique(), [ECR.everything], { account: OTHER_ACCOUNT }),
    ];

    expect(await actors.list(role, repository)).toBe(denied);
    expect(await actors.list(theirAdministrator, repository)).toBe(denied);
    expect(await actors.list(aws.rootOf(OTHER_ACCOUNT), repository)).toBe(denied);
  });

  test('can be kept out of what is denied to everybody', async () => {
    const session = await actors.session(unique());
    const repository = await actors.repository(unique(), {
      policy: [allow(), allow(undefined, lambda), {
        Effect: 'Deny', Principal: '*', Action: 'ecr:*', Condition: { Bool: { 'aws:PrincipalIsAWSService': 'true' } },
      }],
    });

    expect(await actors.list(session, repository)).toBe('allowed');
    expect(await actors.list(await aws.asService('lambda.amazonaws.com'), repository)).toBe(denied);
  });

  test('that a role called uses the rights of the role', async () => {
    const session = await actors.session(unique());
    const through = await aws.throughService(await aws.throughService(session, 'athena.amazonaws.com'), 'cloudformation.amazonaws.com');
    const calledVia = { 'ForAnyValue:StringEquals': { 'aws:CalledVia': ['cloudformation.amazonaws.com'] } };
    const first = { StringEquals: { 'aws:CalledViaFirst': 'athena.amazonaws.com' } };
    const direct = { Bool: { 'aws:ViaAWSService': 'false' } };

    expect(await actors.list(through, await repositoryWhere(calledVia))).toBe('allowed');
    expect(await actors.list(through, await repositoryWhere(first))).toBe('allowed');
    expect(await actors.list(through, await repositoryWhere(direct))).toBe(denied);
    expect(await actors.list(session, await repositoryWhere(calledVia))).toBe(denied);
    expect(await actors.list(session, await repositoryWhere(direct))).toBe('allowed');
  });
});

test('a condition on the token holds as well', async () => {
  const tagged = { ...ECR.login, Condition: { StringEquals: { 'aws:PrincipalTag/team': 'web' } } };
  const login = async (who: Credentials) =>
    aws.client(ECRClient, who).send(new GetAuthorizationTokenCommand({})).then(() => 'allowed', ({ name }) => name);

  expect(await login(await actors.session(unique(), [tagged], { tags: [{ Key: 'team', Value: 'web' }] }))).toBe('allowed');
  expect(await login(await actors.session(unique(), [tagged]))).toBe(denied);
});
