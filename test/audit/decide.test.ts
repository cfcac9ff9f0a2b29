import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { App, Stack } from 'aws-cdk-lib';
import { RECORDS } from './records';
import { ACCOUNT, ADMINISTRATOR, CI, DIGEST, PIPELINE, REGION, WEB, asEvent, call, push, role, stranger, user } from './records/build';
import { RegistryPrincipal } from '../../src';
import { callersOf } from '../../src/access/callers';
import type { Pushers, SignalFacts } from '../../src/audit/contract';
import { isSignal, report, summaryOf } from '../../src/audit/decide';
import { accountsIn, isPublic } from '../../src/audit/policy';
import { gitHubRun, gitHubSession, meets, repositoryOf, valuesAt } from '../../src/audit/record';
import { windowOf } from '../../src/handler/burst';
import { deployed } from '../support/simulate';
import { ROOT } from '../support/tools';

const FACTS: SignalFacts = {
  id: 'imageDeleted', title: 'Images were deleted', severity: 'HIGH', threshold: 1, runbook: 'Ask.', runbookUrl: 'https://example.com', controls: ['PCI DSS 10.2.1.7'],
};

const SSO = ADMINISTRATOR.userIdentity.sessionContext!.sessionIssuer!.arn!;

/** What the factory makes of it. */
function permissionSet(name: string): string {
  const stack = new Stack(new App(), 'Stack', { env: { account: ACCOUNT, region: REGION } });
  const [arn] = callersOf(RegistryPrincipal.permissionSet(ACCOUNT, name), stack)!;
  return deployed(stack.resolve(arn), {});
}

describe('who is a pusher', () => {
  const judged = (pushers: Pushers, by: Parameters<typeof push>[0]) => isSignal({ ...FACTS, judgement: { byOthersThan: pushers } }, push(by));

  test.each<[string, Pushers, Parameters<typeof push>[0], boolean]>([
    ['the role of this repository', { [WEB]: [PIPELINE] }, CI, false],
    ['the role of every repository', { '*': [PIPELINE] }, CI, false],
    ['the role of another repository', { [`${WEB}2`]: [PIPELINE] }, CI, true],
    ['nobody', {}, CI, true],
    ['a permission set', { '*': [permissionSet('Admin')] }, ADMINISTRATOR, false],
    ['a permission set of a Region whose path names none', { '*': [permissionSet('Admin')] }, role(SSO.replace(`/${REGION}/`, '/'), 'alice@example.com'), false],
    ['another permission set', { '*': [permissionSet('Releasers')] }, ADMINISTRATOR, true],
    ['a permission set whose name begins like it', { '*': [permissionSet('Adm')] }, ADMINISTRATOR, true],
    ['a permission set whose name ends like the 16 characters', { '*': [permissionSet('Admin')] }, role(`${SSO}0`, 'alice@example.com'), true],
    ['a role that calls itself like a permission set', { '*': [permissionSet('Admin')] }, role(SSO.replace(/role.*\//, 'role/'), 'alice@example.com'), true],
    ['a pattern that does not match', { '*': ['arn:aws:iam::111111111111:role/Adm*'] }, ADMINISTRATOR, true],
    ['a plus is a plus', { '*': ['arn:aws:iam::111111111111:role/Pipe+line'] }, CI, true],
    ['a dot is a dot', { '*': ['arn.aws:iam::111111111111:role/Pipeline'] }, CI, true],
    ['an account as a whole', { '*': ['222222222222'] }, stranger('222222222222'), false],
    ['a role of the account, of whom CloudTrail tells the account alone', { '*': ['arn:aws:iam::222222222222:role/Ci'] }, stranger('222222222222'), false],
    ['another account', { '*': ['222222222222'] }, stranger('999999999999'), true],
    ['a role of an account, by another role of it', { '*': ['arn:aws:iam::111111111111:role/Ci'] }, CI, true],
    ['a user', { '*': ['arn:aws:iam::111111111111:user/ci-bot'] }, user('ci-bot'), false],
  ])('%s', (_name, pushers, by, isAround) => {
    expect(judged(pushers, by)).toBe(isAround);
  });

  test('somebody of whom nothing is known is none', () => {
    expect(isSignal({ ...FACTS, judgement: { byOthersThan: { '*': ['arn:aws:iam::111111111111:role/*'] } } }, {})).toBe(true);
  });
});

test.each([
  ['Pipeline', true], ['pipeline', false], ['Pipeline2', false], ['Theirs', false], [undefined, false],
  ['AWSReservedSSO_Releasers_0123456789abcdef', true], ['AWSReservedSSO_Releasers_0123456789abcde', false],
])('the role %s pushes: %s', (roleName, expected) => {
  const record = call('iam', 'UpdateAssumeRolePolicy', { by: ADMINISTRATOR, request: { roleName } });
  const pushers = [PIPELINE, permissionSet('Releasers'), 'arn:aws:iam::111111111111:user/Pipeline2', 'arn:aws:iam::222222222222:role/Theirs', '222222222222'];

  expect(isSignal({ ...FACTS, judgement: { aboutRoleOf: { '*': pushers } } }, record)).toBe(expected);
});

test('judges by the conditions that a rule had no room for', () => {
  const facts = { ...FACTS, conditions: [{ field: 'resources[0].ARN', is: [WEB] }] };

  expect(isSignal(facts, push(CI))).toBe(true);
  expect(isSignal(facts, push(CI, { arn: `${WEB}2` }))).toBe(false);
});

test('reports what a machine needs', () => {
  const run = gitHubRun('repo:acme@1001/shop@2002:environment:prod', '1234567890');

  expect(report('SecureEcr/Audit', FACTS, asEvent(push(CI)), run)).toEqual({
    schemaVersion: 1,
    audit: 'SecureEcr/Audit',
    signal: 'imageDeleted',
    title: 'Images were deleted',
    severity: 'HIGH',
    sentence: 'GitHub Actions of acme/shop (environment:prod, run 1234567890), as role Pipeline, pushed v1.2.3 to shop/web.',
    account: '111111111111',
    region: 'eu-west-1',
    time: '2026-11-22T10:02:03Z',
    eventId: push(CI).eventID,
    eventName: 'PutImage',
    principal: { kind: 'role', name: 'Pipeline', account: '111111111111', session: 'release-1234567890' },
    github: { repository: 'acme/shop', context: 'environment:prod', runId: '1234567890', url: 'https://github.com/acme/shop/actions/runs/1234567890' },
    repository: 'shop/web',
    imageTag: 'v1.2.3',
    imageDigest: DIGEST,
    runbook: 'Ask.',
    runbookUrl: 'https://example.com',
    controls: ['PCI DSS 10.2.1.7'],
  });
});

describe('the published schema', () => {
  const schema = JSON.parse(readFileSync(join(ROOT, 'schema', 'audit-signal-v1.json'), 'utf8'));
  const validate = new Ajv({ strict: true, strictRequired: false }).compile(schema);
  const known = (definition: string) => Object.keys(schema.definitions[definition].properties);
  const run = gitHubRun('repo:acme/shop:ref:refs/heads/main', 'release-1234567890');

  test('knows every field of every report', () => {
    for (const [name, record] of RECORDS) {
      const one = JSON.parse(JSON.stringify(report('SecureEcr/Audit', FACTS, asEvent(record), run)));
      validate(one);
      expect({ name, errors: validate.errors }).toEqual({ name, errors: null });
      expect(known('report')).toEqual(expect.arrayContaining(Object.keys(one)));
    }
  });

  test('knows every field of a summary', () => {
    const many = summaryOf(report('SecureEcr/Audit', FACTS, asEvent(push(CI))), windowOf('2026-11-22T10:02:03Z'), 7);

    expect({ valid: validate(many), errors: validate.errors }).toEqual({ valid: true, errors: null });
    expect(Object.keys(many).sort()).toEqual(known('summary').sort());
  });

  test.each<[string, object]>([
    ['another version', { schemaVersion: 2 }],
    ['a tag for a digest', { imageDigest: 'v1' }],
    ['both one and many', { summary: { from: '', more: 1 } }],
    ['no sentence', { sentence: undefined }],
  ])('refuses %s', (_what, wrong) => {
    expect(validate(JSON.parse(JSON.stringify({ ...report('SecureEcr/Audit', FACTS, asEvent(push(CI))), ...wrong })))).toBe(false);
  });
});

test('reports what an event itself says where its record says nothing', () => {
  const event = { ...asEvent(push(CI)), detail: { errorCode: 'X' } };

  expect(report('SecureEcr/Audit', FACTS, event)).toMatchObject({
    account: event.account, region: event.region, time: event.time, eventId: event.id, eventName: 'unknown', errorCode: 'X',
  });
});

describe('sessions of GitHub Actions', () => {
  const assumed = (over: Record<string, unknown> = {}) => call('sts', 'AssumeRoleWithWebIdentity', {
    by: {
      userIdentity: {
        type: 'WebIdentityUser',
        principalId: 'arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com:sts.amazonaws.com:repo:acme/shop:ref:refs/heads/main',
        userName: 'repo:acme/shop:ref:refs/heads/main',
        identityProvider: 'arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com',
      },
      sourceIPAddress: '203.0.113.9',
      userAgent: 'configureAwsCredentialsForGitHubActions',
    },
    request: { roleArn: PIPELINE, roleSessionName: 'release-1234567890', durationSeconds: 3600 },
    response: { credentials: { accessKeyId: 'ASIAEXAMPLE000GITHUB' } },
    ...over,
  });

  test('are known by the key they were given', () => {
    expect(gitHubSession(assumed())).toEqual({
      accessKeyId: 'ASIAEXAMPLE000GITHUB',
      run: {
        repository: 'acme/shop',
        context: 'ref:refs/heads/main',
        workflow: 'release',
        runId: '1234567890',
        url: 'https://github.com/acme/shop/actions/runs/1234567890',
      },
    });
  });

  test('are read from the id of the principal where there is no name', () => {
    const { userName: _, ...userIdentity } = assumed().userIdentity!;
    expect(gitHubSession({ ...assumed(), userIdentity })?.run.repository).toBe('acme/shop');
  });

  test('of an Enterprise Server have no address on github.com', () => {
    const userIdentity = { ...assumed().userIdentity, identityProvider: 'arn:aws:iam::111111111111:oidc-provider/ghe.example.com/_services/token' };
    expect(gitHubSession({ ...assumed(), userIdentity })?.run).not.toHaveProperty('url');
  });

  test.each([
    ['refused', { ...assumed(), responseElements: null }],
    ['of another provider', { ...assumed(), userIdentity: { type: 'WebIdentityUser', userName: 'system:serviceaccount:default:app' } }],
    ['nobody', { ...assumed(), userIdentity: undefined }],
    ['another call', { ...assumed(), eventName: 'AssumeRole' }],
  ])('%s: none', (_name, record) => {
    expect(gitHubSession(record)).toBeUndefined();
  });

  test.each([
    ['GitHubActions', {}],
    ['1234567890', { runId: '1234567890' }],
    ['release-1234567890', { workflow: 'release', runId: '1234567890' }],
    ['build_and-push-1234567890-2', { workflow: 'build_and-push', runId: '1234567890' }],
    ['789012345-1234567890-1', { runId: '1234567890' }],
    ['2002-1234567890-12', { runId: '1234567890' }],
    ['2002-1234567890', { runId: '1234567890' }],
    ['2026-release-1234567890-2', { workflow: '2026-release', runId: '1234567890' }],
    ['1234567890-1', { runId: '1234567890' }],
    ['v2-12', {}],
    ['2002-12-1', {}],
    [undefined, {}],
  ])('the session name %s', (sessionName, expected) => {
    const { url: _url, repository: _repository, context: _context, ...named } = gitHubRun('repo:acme/shop:pull_request', sessionName)!;
    expect(named).toEqual(expected);
  });
});

test.each([
  ['789012345-1234567890-3', '/actions/runs/1234567890/attempts/3'],
  ['1234567890-1', '/actions/runs/1234567890/attempts/1'],
  ['release-1234567890', '/actions/runs/1234567890'],
])('the session name %s links to %s', (sessionName, path) => {
  expect(gitHubRun('repo:acme/shop:pull_request', sessionName)!.url).toBe(`https://github.com/acme/shop${path}`);
  expect(gitHubRun('repo:acme/shop:pull_request', sessionName, false)).not.toHaveProperty('url');
});

describe('policies', () => {
  const policy = (statement: object) => JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 'ecr:*', ...statement }] });

  test.each<[string, object, boolean]>([
    ['everybody', { Principal: '*' }, true],
    ['everybody, but not really', { Principal: '*', Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } } }, true],
    ['everybody in addresses of the internet', { Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': '::/0' } } }, true],
    ['one half of the internet', { Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': ['203.0.113.0/24', '128.0.0.0/1'] } } }, true],
    ['private addresses, which every VPC has', { Principal: '*', Condition: { IpAddress: { 'aws:VpcSourceIp': '10.0.0.0/8' } } }, true],
    ['one address', { Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.7' } } }, false],
    ['addresses of IPv6', { Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': '2001:db8::/48' } } }, false],
    ['a quarter of IPv6', { Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': '2000::/3' } } }, true],
    ['addresses of an office', { Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } } }, false],
    ['any role anywhere', { Principal: '*', Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:*:*::*:*' } } }, true],
    ['a role of that name anywhere', { Principal: '*', Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/ci' } } }, true],
    ['roles of an account that is left open by a digit', { Principal: '*', Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::11111111111?:role/ci' } } }, true],
    ['roles of an account', { Principal: '*', Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/*' } } }, false],
    ['functions of any account', { Principal: '*', Condition: { StringLike: { 'aws:SourceArn': 'arn:aws:lambda:*:*:function:*' } } }, true],
    ['any organization', { Principal: '*', Condition: { StringLike: { 'aws:PrincipalOrgID': 'o-*' } } }, true],
    ['an organization or any', { Principal: '*', Condition: { StringLike: { 'aws:PrincipalOrgID': ['o-1234567890', 'o-*'] } } }, true],
    ['an organization', { Principal: '*', Condition: { StringLike: { 'aws:PrincipalOrgID': 'o-1234567890' } } }, false],
    ['whichever account asks', { Principal: '*', Condition: { StringEquals: { 'aws:PrincipalAccount': '${aws:PrincipalAccount}' } } }, true],
    ['any session of that name', { Principal: '*', Condition: { StringLike: { 'aws:userid': '*:ci' } } }, true],
    ['sessions of a role', { Principal: '*', Condition: { StringLike: { 'aws:userid': 'AROAEXAMPLEID12345678:*' } } }, false],
    ['any VPC', { Principal: '*', Condition: { StringLike: { 'aws:SourceVpc': 'vpc-*' } } }, true],
    ['a tag that anybody can have', { Principal: '*', Condition: { StringEquals: { 'aws:PrincipalTag/team': 'shop' } } }, true],
    ['a service', { Principal: { Service: 'lambda.amazonaws.com' } }, false],
    ['one account', { Principal: { AWS: '111111111111' } }, false],
  ])('%s is public: %j %s', (_name, statement, expected) => {
    expect(isPublic(policy(statement))).toBe(expected);
  });

  test('what is not a policy is nothing', () => {
    for (const text of [undefined, null, 'x', '{}', '[]', 'null', '{"Statement":null}', '{"Statement":[null]}']) {
      expect({ text, public: isPublic(text), accounts: accountsIn(text) }).toEqual({ text, public: false, accounts: [] });
    }
  });

  test('names every account once', () => {
    const text = policy({
      Principal: { AWS: ['111111111111', 'arn:aws:iam::222222222222:root', 'AROAEXAMPLE'] },
      Condition: {
        StringEquals: { 'aws:SourceAccount': ['111111111111', '333333333333'], 'ecr:ResourceTag/x': '444444444444' },
        StringNotEquals: { 'aws:PrincipalAccount': '555555555555' },
      },
    });
    expect(accountsIn(text)).toEqual(['111111111111', '222222222222', '333333333333']);
  });
});

describe('fields of a record', () => {
  const record = { a: { b: ['x', 'y'], c: [{ d: 1 }, { d: 2 }], e: null }, f: 'z' };

  test.each<[string, unknown[]]>([
    ['a.b[0]', ['x']], ['a.b[*]', ['x', 'y']], ['a.b', [['x', 'y']]], ['a.c[*].d', [1, 2]], ['a.c[1].d', [2]], ['a.c[2].d', []], ['a.c.d', []],
    ['a.e', [null]], ['a.e.g', []], ['f', ['z']], ['f.g', []], ['f[0]', []],
  ])('%s', (field, expected) => {
    expect(valuesAt(record, field)).toEqual(expected);
  });

  test('a comparison with what is missing is false', () => {
    expect(meets({}, { field: 'a', is: ['x'] })).toBe(false);
    expect(meets({}, { field: 'a', isNot: ['x'] })).toBe(false);
    expect(meets({}, { field: 'a', orMissing: true })).toBe(true);
    expect(meets({ a: 'x' }, { field: 'a', orMissing: true })).toBe(false);
  });

  test('the repository is what CloudTrail says, before what the caller wrote', () => {
    expect(repositoryOf({ ...push(role(PIPELINE, 'x')), requestParameters: { repositoryName: 'other' } })).toBe('shop/web');
    expect(repositoryOf({ requestParameters: { repositoryName: 'other' } })).toBe('other');
    expect(repositoryOf({ requestParameters: null, serviceEventDetails: { repositoryName: 'third' } })).toBe('third');
    expect(repositoryOf({})).toBeUndefined();
  });
});
