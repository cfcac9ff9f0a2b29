import { ECRClient, GetRepositoryPolicyCommand, SetRepositoryPolicyCommand } from '@aws-sdk/client-ecr';
import { DeleteRoleCommand } from '@aws-sdk/client-iam';
import { Actors, ECR, OTHER_ACCOUNT } from './actors';
import { LocalAws } from './index';

const DENIED = 'AccessDeniedException';

let aws: LocalAws;
let actors: Actors;
let names = 0;

beforeAll(async () => {
  aws = await LocalAws.start();
  actors = new Actors(aws);
}, 180_000);

afterAll(() => aws.stop());

const unique = () => `n${(names += 1)}`;

/** A role of an account, with or without an identity policy that allows. */
async function somebody(account: string, identity: 'with a policy' | 'without a policy') {
  const name = unique();
  const credentials = await actors.session(name, identity === 'with a policy' ? [ECR.everything] : [], { account, path: '/team/' });
  return { name, credentials };
}

type Form = (account: string, role: string) => unknown;

const FORMS: Record<string, Form> = {
  'the account number': (account) => ({ AWS: account }),
  'the ARN of its root': (account) => ({ AWS: `arn:aws:iam::${account}:root` }),
  'the ARN of the role': (account, role) => ({ AWS: `arn:aws:iam::${account}:role/team/${role}` }),
  'the ARN of the session': (account, role) => ({ AWS: `arn:aws:sts::${account}:assumed-role/${role}/session` }),
  'a list with the role in it': (account, role) => ({ AWS: ['333333333333', `arn:aws:iam::${account}:role/team/${role}`] }),
  'everybody, in a list': () => ({ AWS: '*' }),
  'everybody': () => '*',
  'another account': () => ({ AWS: '333333333333' }),
  'a service': () => ({ Service: 'lambda.amazonaws.com' }),
};

describe('whom a statement names', () => {
  const decides: [string, string, string][] = [
    // In the same account a statement about the account leaves it to identity policies, one about the role decides.
    ['the account number', 'allowed', DENIED],
    ['the ARN of its root', 'allowed', DENIED],
    ['the ARN of the role', 'allowed', 'allowed'],
    ['the ARN of the session', 'allowed', 'allowed'],
    ['a list with the role in it', 'allowed', 'allowed'],
    ['everybody, in a list', 'allowed', 'allowed'],
    ['everybody', 'allowed', 'allowed'],
    ['another account', 'allowed', DENIED],
    ['a service', 'allowed', DENIED],
  ];

  test.each(decides)('in the same account, %s', async (form, withPolicy, without) => {
    for (const [identity, expected] of [['with a policy', withPolicy], ['without a policy', without]] as const) {
      const { name, credentials } = await somebody(aws.account, identity);
      const repository = await actors.repository(unique(), {
        policy: [{ Effect: 'Allow', Principal: FORMS[form](aws.account, name), Action: 'ecr:ListImages' }],
      });

      expect([identity, await actors.list(credentials, repository)]).toEqual([identity, expected]);
    }
  });

  test.each(decides)('in another account, %s: both sides are needed', async (form) => {
    for (const identity of ['with a policy', 'without a policy'] as const) {
      const { name, credentials } = await somebody(OTHER_ACCOUNT, identity);
      const repository = await actors.repository(unique(), {
        policy: [{ Effect: 'Allow', Principal: FORMS[form](OTHER_ACCOUNT, name), Action: 'ecr:ListImages' }],
      });
      const named = !['another account', 'a service'].includes(form);

      expect(await actors.list(credentials, repository)).toBe(named && identity === 'with a policy' ? 'allowed' : DENIED);
    }
  });

  test.each(['the account number', 'the ARN of the role', 'everybody'])('a Deny for %s goes before everything', async (form) => {
    const { name, credentials } = await somebody(aws.account, 'with a policy');
    const repository = await actors.repository(unique(), {
      policy: [
        { Effect: 'Allow', Principal: FORMS['the ARN of the role'](aws.account, name), Action: 'ecr:ListImages' },
        { Effect: 'Deny', Principal: FORMS[form](aws.account, name), Action: 'ecr:List*' },
      ],
    });

    expect(await actors.list(credentials, repository)).toBe(DENIED);
  });

  test('a user', async () => {
    const [named, other] = [await actors.user('named'), await actors.user('other')];
    const repository = await actors.repository(unique(), {
      policy: [{ Effect: 'Allow', Principal: { AWS: named.arn }, Action: 'ecr:ListImages' }],
    });

    expect([await actors.list(named.credentials, repository), await actors.list(other.credentials, repository)]).toEqual(['allowed', DENIED]);
  });
});

describe('what AWS does not take', () => {
  beforeAll(() => Promise.all([actors.role('deployer', [], { path: '/team/' }), actors.user('somebody')]));

  const set = async (statement: object) => {
    const { repositoryName } = await actors.repository(unique());
    const policyText = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: 'ecr:ListImages', ...statement }] });
    return aws.client(ECRClient).send(new SetRepositoryPolicyCommand({ repositoryName, policyText }));
  };

  test.each([
    ['a role that is not there', 'arn:aws:iam::123456789012:role/nobody'],
    ['a role under another path', 'arn:aws:iam::123456789012:role/deployer'],
    ['a role of another account that is not there', 'arn:aws:iam::222222222222:role/team/deployer'],
    ['a user who is not there', 'arn:aws:iam::123456789012:user/nobody'],
    ['a session of a role that is not there', 'arn:aws:sts::123456789012:assumed-role/nobody/session'],
  ])('%s: it does not find the principal', async (_, arn) => {
    await expect(set({ Principal: { AWS: arn } })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Principal not found'",
    });
  });

  test.each<[string, object]>([
    ['a wildcard in the name of a role', { Principal: { AWS: 'arn:aws:iam::123456789012:role/*' } }],
    ['a wildcard in the path of a role', { Principal: { AWS: 'arn:aws:iam::123456789012:role/*/deployer' } }],
    ['a wildcard for the account', { Principal: { AWS: 'arn:aws:iam::*:root' } }],
    ['a group', { Principal: { AWS: 'arn:aws:iam::123456789012:group/team' } }],
    ['an account of 11 digits', { Principal: { AWS: '12345678901' } }],
    ['the id of somebody who is gone', { Principal: { AWS: 'AROAEXAMPLEEXAMPLEEXA' } }],
    ['an ARN of something else', { Principal: { AWS: 'arn:aws:lambda:us-east-1:123456789012:function:shop' } }],
    ['an ARN of another partition', { Principal: { AWS: 'arn:aws-cn:iam::123456789012:root' } }],
    ['one bad among good ones', { Principal: { AWS: ['123456789012', 'nobody'] } }],
    ['a service without its domain', { Principal: { Service: 'lambda' } }],
    ['a federated principal', { Principal: { Federated: 'cognito-identity.amazonaws.com' } }],
    ['a principal that is just a name', { Principal: 'arn:aws:iam::123456789012:root' }],
    ['no principal', { Principal: {} }],
    ['a resource: it is the repository', { Resource: '*' }],
    ['the login, which is for a registry', { Action: 'ecr:GetAuthorizationToken' }],
    ['actions of another service', { Action: ['ecr:ListImages', 's3:GetObject'] }],
    ['both Action and NotAction', { NotAction: 'ecr:PutImage' }],
    ['an unknown effect', { Effect: 'Permit' }],
  ])('%s', async (_, statement) => {
    await expect(set(statement)).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'",
    });
  });

  test('more than 10,240 characters', async () => {
    await expect(set({ Condition: { StringEquals: { 'aws:PrincipalTag/team': 'x'.repeat(10_240) } } })).rejects.toThrow(/10240/);
  });

  test.each<[string, object]>([
    ['a role with its path', { Principal: { AWS: 'arn:aws:iam::123456789012:role/team/deployer' } }],
    ['a session', { Principal: { AWS: 'arn:aws:sts::123456789012:assumed-role/deployer/any' } }],
    ['a user', { Principal: { AWS: 'arn:aws:iam::123456789012:user/somebody' } }],
    ['an account and a service', { Principal: { AWS: '222222222222', Service: ['lambda.amazonaws.com', 'ecs-tasks.amazonaws.com'] } }],
    ['patterns of actions', { Action: ['ecr:Get*', 'ecr:List*'] }],
    ['all actions but some', { Action: undefined, NotAction: ['ecr:PutImage'] }],
  ])('but it takes %s', async (_, statement) => {
    await expect(set(statement)).resolves.toBeDefined();
  });
});

test('a role that was deleted and made again is another one', async () => {
  const name = unique();
  const arn = await actors.role(name);
  const repository = await actors.repository(unique(), {
    policy: [{ Effect: 'Allow', Principal: { AWS: arn }, Action: 'ecr:ListImages' }],
  });
  const text = async () => (await aws.client(ECRClient).send(new GetRepositoryPolicyCommand(repository))).policyText!;
  expect([await actors.list(await aws.assumeRole(arn), repository), await text()]).toEqual(['allowed', expect.stringContaining(arn)]);

  await actors.iam(aws.account).send(new DeleteRoleCommand({ RoleName: name }));
  const again = await actors.session(name);

  expect(await actors.list(again, repository)).toBe(DENIED);
  expect(await text()).toMatch(/"AROA\w+"/);
  expect(await text()).not.toContain(arn);
  await actors.setPolicy(repository.repositoryName, [{ Effect: 'Allow', Principal: { AWS: arn }, Action: 'ecr:ListImages' }]);
  expect(await actors.list(again, repository)).toBe('allowed');
});
