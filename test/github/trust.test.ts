import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KINDS, trustOf } from './kinds';
import { TOKENS, expected } from './tokens';
import { type TrustPolicy, admits, simulateTrust } from '../support/trust';

const policies = KINDS.map((kind) => ({ kind, policy: trustOf(kind) }));

test('there are enough tokens, each different and with a reason', () => {
  expect(TOKENS.length).toBeGreaterThanOrEqual(120);
  expect(new Set(TOKENS.map(({ name }) => name)).size).toBe(TOKENS.length);
  expect(TOKENS.filter(({ why }) => why.length < 15)).toEqual([]);
});

test('docs/github.md says how many there are', () => {
  const page = readFileSync(join(__dirname, '..', '..', 'docs', 'github.md'), 'utf8').replace(/\s+/g, ' ');
  expect(page).toContain(`${TOKENS.length} claim sets`);
  expect(page).toContain(`${KINDS.length} trust policies`);
});

describe.each(TOKENS)('$name', (one) => {
  test(`${one.why}`, () => {
    const admitted = policies.filter(({ policy }) => admits(policy, one.claims)).map(({ kind }) => kind.name);

    expect(admitted).toEqual(KINDS.filter((kind) => expected(one, kind)).map(({ name }) => name));
  });
});

test('every kind of policy lets somebody in', () => {
  const useless = policies.filter(({ policy }) => !TOKENS.some(({ claims }) => admits(policy, claims)));

  expect(useless.map(({ kind }) => kind).filter(({ issuer }) => issuer === 'github').map(({ name }) => name)).toEqual([]);
});

test.each(policies)('iam-simulate agrees: $kind.name', async ({ policy }) => {
  const disagreements: string[] = [];
  for (const { name, claims } of TOKENS) {
    if (await simulateTrust(policy, claims) !== admits(policy, claims)) disagreements.push(name);
  }

  expect(disagreements).toEqual([]);
}, 120_000);

describe('the judges', () => {
  const policy = (Condition: TrustPolicy['Statement'][number]['Condition'], Effect = 'Allow'): TrustPolicy => ({
    Statement: [{
      Effect,
      Action: 'sts:AssumeRoleWithWebIdentity',
      Principal: { Federated: 'arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com' },
      Condition,
    }],
  });
  const key = (claim: string) => `token.actions.githubusercontent.com:${claim}`;

  test.each<[string, TrustPolicy, string[]]>([
    ['the organization by a wildcard', policy({ StringEquals: { [key('aud')]: 'sts.amazonaws.com' }, StringLike: { [key('sub')]: 'repo:acme/*' } }),
      ['acme/shop-evil, classic', 'pull_request_target, classic', 'another repository of acme, classic']],
    ['the beginning of a name', policy({ StringEquals: { [key('aud')]: 'sts.amazonaws.com' }, StringLike: { [key('sub')]: 'repo:acme/shop*' } }),
      ['acme/shop-evil, classic', 'acme/shopping, tag v1, classic']],
    ['everything of the repository', policy({ StringEquals: { [key('aud')]: 'sts.amazonaws.com' }, StringLike: { [key('sub')]: 'repo:acme/shop:*' } }),
      ['a pull request, classic', 'a feature branch, classic', 'a job in staging, classic']],
    ['the ref instead of the subject', policy({ StringEquals: { [key('ref')]: 'refs/heads/main', [key('repository')]: 'acme/shop' } }),
      ['pull_request_target, classic', 'the audience of another cloud']],
    ['the audience by ForAllValues', policy({ 'StringLike': { [key('sub')]: 'repo:acme/shop:ref:refs/heads/main' }, 'ForAllValues:StringEquals': { [key('aud')]: 'sts.amazonaws.com' } }),
      ['no audience']],
  ])('a policy that trusts by %s lets in whom it should not', async (_, bad, names) => {
    for (const name of names) {
      const [{ claims }] = TOKENS.filter((one) => one.name === name);
      expect({ name, ours: admits(bad, claims) }).toEqual({ name, ours: true });
      expect({ name, second: await simulateTrust(bad, claims) }).toEqual({ name, second: true });
    }
  });

  test('deny wins, and an operator that is not known is an error', () => {
    const [{ claims }] = TOKENS.filter(({ name }) => name === 'a push to main, classic');
    const allow = policy({ StringEquals: { [key('sub')]: claims.sub } });
    const deny = policy({ StringEquals: { [key('actor')]: 'octocat' } }, 'Deny');
    expect(admits(allow, claims)).toBe(true);
    expect(admits({ Statement: [...allow.Statement, ...deny.Statement] }, claims)).toBe(false);
    expect(() => admits(policy({ Bool: { [key('sub')]: 'true' } }), claims)).toThrow('Bool is not known here');
  });
});
