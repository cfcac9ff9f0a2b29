import { join } from 'node:path';
import { type JudgedPolicy, policiesOf } from './policies';
import { synthesizedVariations } from './variations';
import { pythonEnvironment } from '../support/python-environment';
import { temporaryFolder } from '../support/temporary-folder';
import { run } from '../support/tools';

jest.setTimeout(600_000);

let python: string;
beforeAll(async () => {
  python = await pythonEnvironment({ name: 'policies', requirements: join(__dirname, 'requirements-policies.txt') });
});

interface Finding {
  readonly judge: 'parliament' | 'policy_sentry';
  readonly issue: string;
  readonly detail: string;
  readonly policy: string;
  readonly property: string;
}

/** What parliament and policy_sentry say of policies. */
async function judge(policies: JudgedPolicy[]): Promise<Finding[]> {
  const { code, stdout, stderr } = await run(python, ['-W', 'ignore', join(__dirname, 'judge_policies.py')], { input: JSON.stringify(policies) });
  if (code !== 0) throw new Error(`judge_policies.py failed with ${code}:\n${stdout}\n${stderr}`);
  return JSON.parse(stdout);
}

/** Actions that are newer than the data: parliament's is of April 2025. policy_sentry knows them all. */
const NEWER: Record<Finding['judge'], string[]> = {
  parliament: [
    'ecr:DeleteSigningConfiguration', 'ecr:DeregisterPullTimeUpdateExclusion', 'ecr:DescribeImageSigningStatus', 'ecr:PutSigningConfiguration',
    'ecr:RegisterPullTimeUpdateExclusion', 'ecr:UpdateImageStorageClass', 'inspector2:GetClustersForImage',
  ],
  policy_sentry: [],
};

interface Exemption {
  readonly issue: string;
  readonly detail?: RegExp;
  readonly property?: string;
  readonly in?: RegExp;
  readonly reason: string;
}

/** What parliament says beside the point. Anything else is mended, not exempted. */
const EXEMPT: readonly Exemption[] = [
  { issue: 'RESOURCE_STAR', property: 'KeyPolicy', reason: 'in the policy of a key, * is the key' },
  { issue: 'PERMISSIONS_MANAGEMENT_ACTIONS', property: 'KeyPolicy', reason: 'the account of a key manages it, by its own IAM policies' },
  {
    issue: 'RESOURCE_STAR',
    detail: /^\["ecr:DescribeImages", "ecr:DescribeRepositories"\]$/,
    in: /AuditInventoryFunction/,
    reason: 'every repository of the account is measured, those to come too (aws:ResourceAccount)',
  },
  {
    issue: 'RESOURCE_STAR',
    detail: /^\["ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:UnassignPrivateIpAddresses"\]$/,
    in: /-Regulated /,
    reason: 'Lambda makes the network interfaces of a function in a VPC; AWS documents no narrower resource',
  },
  { issue: 'CREDENTIALS_EXPOSURE', detail: /^\["ecr:getauthorizationtoken"\]$/, reason: 'to log in to a registry is to get a token' },
  { issue: 'CREDENTIALS_EXPOSURE', property: 'AssumeRolePolicyDocument', detail: /^\["sts:assumerole(withwebidentity)?"\]$/, reason: 'a role is there to be taken' },
  { issue: 'CREDENTIALS_EXPOSURE', detail: /^\["sts:assumerole"\]$/, in: /^GitHubDeployer/, reason: 'a deployer takes the roles of the bootstrap' },
  { issue: 'UNKNOWN_FEDERATION_SOURCE', detail: /:oidc-provider\/token\.actions\./, reason: 'it knows SAML and four identity providers' },
  { issue: 'UNKNOWN_CONDITION_FOR_ACTION', detail: /^Unknown condition token\.actions\.\S+ for action sts:AssumeRoleWithWebIdentity$/, reason: 'as above' },
  { issue: 'MISMATCHED_TYPE', detail: /^Type mismatch: s3:TlsVersion requires a value of type Numeric but given \['1\.2'\]$/, reason: 'it knows whole numbers only' },
  {
    issue: 'UNKNOWN_CONDITION_FOR_ACTION',
    detail: /^Unknown condition s3:TlsVersion for action s3:(InitiateReplication|PutAccessPointPublicAccessBlock)$/,
    reason: 's3:* is denied below TLS 1.2, by a statement of the CDK',
  },
  {
    issue: 'MISMATCHED_TYPE',
    detail: /^Type mismatch: Arn(Equals|Like) requires a value of type Arn but given String$/,
    property: 'KeyPolicy',
    reason: 'the encryption context of CloudWatch Logs is an ARN, compared as AWS documents it',
  },
  {
    issue: 'UNKNOWN_CONDITION_FOR_ACTION',
    detail: /^Unknown condition kms:EncryptionContext:aws:logs:arn for action kms:Describe(Key|CustomKeyStores)$/,
    property: 'KeyPolicy',
    reason: 'the statement that AWS documents for CloudWatch Logs has kms:Describe*',
  },
];

const isExempt = (by: Exemption, { issue, detail, policy, property }: Finding) => issue === by.issue
  && (by.detail?.test(detail) ?? true) && (by.in?.test(policy) ?? true) && (by.property ?? property) === property;

const byJudge = (found: Finding[], name: Finding['judge']) => found.filter((each) => each.judge === name);

describe('the policies of the variations', () => {
  let found: Finding[];
  beforeAll(async () => {
    const policies = synthesizedVariations(temporaryFolder()).flatMap(policiesOf);
    const properties = new Set(policies.map(({ property }) => property));
    expect([...properties].sort()).toEqual(['AssumeRolePolicyDocument', 'KeyPolicy', 'PolicyDocument', 'RepositoryPolicyText']);
    expect(policies.length).toBeGreaterThan(200);
    found = await judge(policies);
  });

  test('parliament finds nothing, but what is exempt or newer than it', () => {
    const isNewer = ({ issue, detail }: Finding) => issue === 'UNKNOWN_ACTION' && NEWER.parliament.includes(detail);
    expect(byJudge(found, 'parliament').filter((each) => !isNewer(each) && !EXEMPT.some((by) => isExempt(by, each)))).toEqual([]);
  });

  test('every exemption is needed', () => {
    expect(EXEMPT.filter((by) => !byJudge(found, 'parliament').some((each) => isExempt(by, each)))).toEqual([]);
  });

  test('policy_sentry finds nothing', () => {
    expect(byJudge(found, 'policy_sentry')).toEqual([]);
  });

  test.each(['parliament', 'policy_sentry'] as const)('%s knows every action, but those listed as newer', (name) => {
    const unknown = byJudge(found, name).filter(({ issue }) => issue === 'UNKNOWN_ACTION').map(({ detail }) => detail);
    expect([...new Set(unknown)].sort()).toEqual(NEWER[name]);
  });
});

test('both find what is bad', async () => {
  const statement = (Action: string, Resource = '*', others = {}) => ({ Effect: 'Allow', Action, Resource, ...others });
  const bad = [
    statement('ecr:PutImag'),
    statement('ecr:PutImage', 'arn:aws:ecr:eu-west-1:111111111111:repo/app'),
    statement('ecr:GetAuthorizationToken', 'arn:aws:ecr:eu-west-1:111111111111:repository/app'),
    statement('ecr:PutImage', 'repository/app'),
    statement('ecr:GetRegistryPolicy', '*', { Condition: { StringEquals: { 'ecr:Nothing': 'x' } } }),
    statement('ecr:GetRegistryPolicy', '*', { Condition: { StringIs: { 'aws:PrincipalOrgID': 'x' } } }),
    statement('iam:CreateAccessKey', 'arn:aws:iam::111111111111:user/app'),
    statement('ecr:PutImage'),
  ].map((each, index): JudgedPolicy => ({ name: String(index), property: 'PolicyDocument', document: { Version: '2012-10-17', Statement: [each] } }));

  const found = await judge(bad);

  const said = (name: Finding['judge']) => byJudge(found, name).map(({ policy, issue, detail }) => `${policy} ${issue} ${detail}`);
  expect(said('parliament')).toEqual([
    '0 UNKNOWN_ACTION ecr:PutImag',
    expect.stringMatching(/^1 RESOURCE_MISMATCH .*ecr:PutImage/),
    expect.stringMatching(/^2 RESOURCE_MISMATCH .*ecr:GetAuthorizationToken/),
    '3 INVALID_ARN Does not have 6 parts',
    '4 UNKNOWN_CONDITION_FOR_ACTION Unknown condition ecr:Nothing for action ecr:GetRegistryPolicy',
    '5 UNKNOWN_OPERATOR StringIs',
    '6 CREDENTIALS_EXPOSURE ["iam:createaccesskey"]',
    '6 PERMISSIONS_MANAGEMENT_ACTIONS ["iam:createaccesskey"]',
    '6 PRIVILEGE_ESCALATION ["iam:createaccesskey"]',
    '7 RESOURCE_STAR ["ecr:PutImage"]',
  ]);
  expect(said('policy_sentry')).toEqual([
    '0 UNKNOWN_ACTION ecr:PutImag',
    '1 WRONG_RESOURCE ecr:PutImage on arn:aws:ecr:eu-west-1:111111111111:repo/app',
    '2 WRONG_RESOURCE ecr:GetAuthorizationToken on arn:aws:ecr:eu-west-1:111111111111:repository/app',
    '3 WRONG_RESOURCE ecr:PutImage on repository/app',
  ]);
});
