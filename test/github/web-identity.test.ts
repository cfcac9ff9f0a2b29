import { CreateOpenIDConnectProviderCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { KINDS, type Kind, trustOf } from './kinds';
import { TOKENS, expected } from './tokens';
import { LocalAws } from '../local-aws';
import { assumeRoleWithWebIdentity } from '../local-aws/web-identity';
import { ENTERPRISE, GITHUB, token } from '../support/github-token';

/** Every factory, every way to know the repository, several together, and the issuer of an enterprise; each once. */
const SOME = KINDS.filter(({ form, issuer, subjects, also }) =>
  (issuer === 'github' && (form === 'both' || subjects[0] === 'branch')) || (form === 'both' && (also !== undefined || subjects[0] === 'workflow')));

let aws: LocalAws;
let roles: { kind: Kind; arn: string }[];

beforeAll(async () => {
  aws = await LocalAws.start();
  const iam = aws.client(IAMClient);
  for (const Url of [GITHUB, ENTERPRISE]) await iam.send(new CreateOpenIDConnectProviderCommand({ Url, ClientIDList: ['sts.amazonaws.com'] }));
  roles = await Promise.all(SOME.map(async (kind, index) => {
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', ...trustOf(kind, aws.account) });
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName: `kind-${index}`, AssumeRolePolicyDocument }));
    return { kind, arn: Role!.Arn! };
  }));
}, 180_000);

afterAll(() => aws.stop());

/** Whether the token takes the role; anything but STS refusing it is an error. */
async function takes(arn: string, claims: object): Promise<boolean> {
  try {
    await assumeRoleWithWebIdentity(aws, arn, claims);
    return true;
  } catch (error) {
    if (['AccessDenied', 'InvalidIdentityToken', 'InvalidIdentityTokenException'].includes((error as Error).name)) return false;
    throw error;
  }
}

test('each factory and each way to know a repository is among the roles', () => {
  expect(new Set(SOME.flatMap(({ subjects }) => subjects))).toEqual(new Set(KINDS.flatMap(({ subjects }) => subjects)));
  expect(new Set(SOME.map(({ form }) => form))).toEqual(new Set(KINDS.map(({ form }) => form)));
  expect(new Set(SOME.map(({ issuer }) => issuer))).toEqual(new Set(KINDS.map(({ issuer }) => issuer)));
});

test.each(TOKENS)('$name: $why', async (one) => {
  const taken = await Promise.all(roles.map(async ({ kind, arn }) => await takes(arn, one.claims) ? [kind.name] : []));

  expect(taken.flat()).toEqual(roles.filter(({ kind }) => expected(one, kind)).map(({ kind }) => kind.name));
}, 30_000);

test.each([
  ['is expired', { exp: 1 }, /expired/i],
  ['is for another audience than the provider knows', { aud: 'somebody else' }, /audience/],
  ['is of a provider that the account has not', { iss: 'https://token.actions.octocorp.ghe.com' }, /No OpenIDConnect provider/],
])('STS refuses a token that %s before it asks a policy', async (_, claims, message) => {
  await expect(assumeRoleWithWebIdentity(aws, roles[0].arn, { ...token(), ...claims })).rejects.toThrow(message);
});
