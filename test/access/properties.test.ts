import { App, Stack, aws_iam as iam } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { AccessCondition, RegistryPrincipal, SecureEcrRepository, type RepositoryAccess } from '../../src';
import { type StatementJson, collapse } from '../../src/access/collapse-statements';
import { DeployedStack, type Policy } from '../support/deployed-stack';
import { simulate } from '../support/simulate';

/* Whatever is granted, in whatever order: compared by what IAM decides, never by the text of the policies. */

const [A, B, C] = ['111111111111', '222222222222', '333333333333'];
const ORGANIZATION = 'o-a1b2c3d4e5';
const UNIT = `${ORGANIZATION}/r-ab12/ou-ab12-11111111`;
const arn = (account: string, rest: string) => `arn:aws:iam::${account}:${rest}`;
const ADMINISTRATOR: Policy = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
const PERMISSION_SET = 'role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Dev_0123456789abcdef';

/** A repository with what can be granted to, before any grant. */
class Fleet {
  public readonly stack = new Stack(new App(), 'Stack', { env: { account: A, region: 'eu-west-1' } });
  public readonly images = new SecureEcrRepository(this.stack, 'Images', { repositoryName: 'images' });
  public readonly role = new iam.Role(this.stack, 'Role', { roleName: 'role', assumedBy: new iam.AccountRootPrincipal() });
  private readonly group = new iam.Group(this.stack, 'Group');
  private readonly user = new iam.User(this.stack, 'User', { userName: 'user', groups: [this.group] });

  public readonly grantees: Record<string, iam.IGrantable> = {
    'role': this.role,
    'group': this.group,
    'user': this.user,
    'B': new iam.AccountPrincipal(B),
    'C': new iam.AccountPrincipal(C),
    'B/x': RegistryPrincipal.role(B, 'x'),
    'B/p/x': RegistryPrincipal.role(B, 'p/x'),
    'C/x': new iam.ArnPrincipal(arn(C, 'role/x')),
    'A/x': RegistryPrincipal.role(A, 'x'),
    'A/direct': new iam.ArnPrincipal(arn(A, 'role/direct')),
    'B/Dev': RegistryPrincipal.permissionSet(B, 'Dev'),
    'C/Dev': RegistryPrincipal.permissionSet(C, 'Dev'),
    'organization': new iam.OrganizationPrincipal(ORGANIZATION),
    'unit': RegistryPrincipal.organizationalUnit(UNIT),
    'service': new iam.ServicePrincipal('ecs.amazonaws.com'),
    'both': new iam.CompositePrincipal(new iam.AccountPrincipal(C), this.role),
  };

  /** The decisions on all requests, in their order. */
  public async decide(): Promise<string[]> {
    const deployed = new DeployedStack(this.stack);
    const own: Record<string, Policy[]> = {
      [arn(A, 'role/role')]: deployed.identityPolicies(this.role), [arn(A, 'user/user')]: deployed.identityPolicies(this.user),
    };
    const resourcePolicy = deployed.resourcePolicy(this.images);
    return Promise.all(REQUESTS.map(async ({ principal, action, context, isAdministrator }) => simulate({
      principal,
      action,
      context,
      resource: deployed.arn(this.images),
      resourcePolicy,
      identityPolicies: isAdministrator ? [ADMINISTRATOR] : own[principal] ?? [],
    })));
  }
}

/** One that only pull has, one of push, one of readMetadata; and what a tag makes of the first. */
const ASKED = [
  ...['ecr:GetDownloadUrlForLayer', 'ecr:PutImage', 'ecr:ListImages'].map((action) => ({ action, context: {} })),
  { action: 'ecr:GetDownloadUrlForLayer', context: { 'aws:PrincipalTag/team': 'shop' } },
];
const member = { 'aws:PrincipalOrgID': ORGANIZATION, 'aws:PrincipalOrgPaths': [`${UNIT}/`] };
const REQUESTS = [
  { principal: arn(A, 'role/role') },
  { principal: arn(A, 'user/user') },
  { principal: arn(A, 'role/x') },
  { principal: arn(A, 'role/direct') },
  { principal: arn(A, 'role/other'), context: { 'aws:PrincipalOrgID': ORGANIZATION } },
  ...[B, C].flatMap((account) => ['role/x', 'role/p/x', 'role/y', PERMISSION_SET].map((rest) => ({ principal: arn(account, rest), isAdministrator: true }))),
  { principal: arn(B, 'role/x') },
  { principal: arn('444444444444', 'role/x'), context: member, isAdministrator: true },
  { principal: 'ecs.amazonaws.com', context: { 'aws:SourceAccount': A } },
  { principal: 'ecs.amazonaws.com', context: { 'aws:SourceAccount': B } },
  { principal: 'lambda.amazonaws.com', context: { 'aws:SourceArn': `arn:aws:lambda:eu-west-1:${A}:function:f` } },
  { principal: 'lambda.amazonaws.com', context: { 'aws:SourceArn': `arn:aws:lambda:eu-west-1:${B}:function:g` } },
].flatMap((request) => ASKED.map(({ action, context }) => ({
  isAdministrator: false, ...request, action, context: { ...('context' in request ? request.context : {}), ...context },
})));

/** A grant, with the code that makes it. */
interface Grant {
  readonly code: string;
  apply(fleet: Fleet): void;
}

const TAG = AccessCondition.principalTag('team', 'shop');
const levels = ['pull', 'push', 'readMetadata'] as const;
const grants: Grant[] = [
  ...Object.keys(new Fleet().grantees).flatMap((who): Grant[] => [
    ...levels.map((level) => ({ code: `${level}(${who})`, apply: ({ images, grantees }: Fleet) => images.access[level](grantees[who]) })),
    { code: `tagged.pull(${who})`, apply: ({ images, grantees }) => images.access.when(TAG).pull(grantees[who]) },
  ]),
  ...[{}, { functionName: 'f' }, { account: B }, { account: B, functionName: 'g' }].map((options): Grant => ({
    code: `pullByLambda(${JSON.stringify(options)})`,
    apply: ({ images }) => images.access.pullByLambda(options),
  })),
  { code: 'grant(C, ecr:*)', apply: ({ images, grantees }) => images.grant(grantees.C, 'ecr:*') },
];
const grant = fc.constantFrom(...grants).map((each) => ({ ...each, toString: () => each.code }));

async function decisions(...all: Grant[]): Promise<string[]> {
  const fleet = new Fleet();
  all.forEach((each) => each.apply(fleet));
  return fleet.decide();
}

const alone = new Map<string, Promise<string[]>>();
function decisionsAlone(each: Grant): Promise<string[]> {
  if (!alone.has(each.code)) alone.set(each.code, decisions(each));
  return alone.get(each.code)!;
}

describe('grants', () => {
  test('together allow what each allows alone: neither order nor repetition nor company changes anything', async () => {
    await fc.assert(fc.asyncProperty(fc.array(grant, { maxLength: 12 }), async (all) => {
      const [together, ...each] = await Promise.all([decisions(...all), ...all.map(decisionsAlone)]);
      const wrong = REQUESTS.filter((_, index) => (together[index] === 'Allowed') !== each.some((one) => one[index] === 'Allowed'));
      expect(wrong).toEqual([]);
    }), { numRuns: 40 });
  });

  test('allow something, and not everything', async () => {
    const answers = await Promise.all(grants.map(decisionsAlone));
    for (const [index, { code }] of grants.entries()) {
      const allowed = answers[index].filter((answer) => answer === 'Allowed').length;
      // A role of the account of the repository that is named takes a policy of its own, which this one has not.
      if (code.endsWith('(A/x)')) expect([code, allowed]).toEqual([code, 0]);
      else expect([code, allowed > 0 && allowed < REQUESTS.length / 2]).toEqual([code, true]);
    }
  });
});

describe('pushOnlyBy', () => {
  const WRITE = ['ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload', 'ecr:PutImage'];
  /** Without a contradiction that would be an error: many, or an allowance that names no level. */
  const widening: Grant[] = [
    ...grants.filter(({ code }) => !/push\((role|user|group|both|B\/|C\/|A\/)/.test(code)),
    ...[new iam.AccountPrincipal(B), new iam.ArnPrincipal(arn(B, 'role/x')), new iam.ArnPrincipal(arn(A, 'role/other')),
      new iam.OrganizationPrincipal(ORGANIZATION)].flatMap((principal) => ['ecr:*', '*', 'ecr:Put*', 'ecr:SetRepositoryPolicy'].map((action): Grant => ({
      code: `allow(${principal}, ${action})`,
      apply: ({ images }) => images.addToResourcePolicy(new iam.PolicyStatement({ principals: [principal], actions: [action] })),
    }))),
    { code: 'grant(role, ecr:*)', apply: ({ images, role }) => images.grant(role, 'ecr:*') },
    { code: 'forbidImageDeletion', apply: ({ images }) => images.access.forbidImageDeletion() },
    { code: 'forbidDeletionAndPolicyChanges', apply: ({ images }) => images.access.forbidDeletionAndPolicyChanges() },
  ];
  const others = [
    arn(A, 'role/other'), arn(A, 'role/role'), arn(A, 'role/x/ci'), arn(A, 'user/ci'), arn(A, 'root'), arn(B, 'role/ci'), arn(B, 'role/x'),
    arn(B, PERMISSION_SET), arn(C, 'role/ci'), arn(A, 'role/cdk-hnb659fds-cfn-exec-role-111111111111-eu-west-1'),
  ];

  test('is weakened by nothing that comes before or after it', async () => {
    const sequence = fc.tuple(
      fc.uniqueArray(fc.constantFrom(...widening), { maxLength: 6, selector: ({ code }) => code }),
      fc.uniqueArray(fc.constantFrom(...widening), { maxLength: 6, selector: ({ code }) => code }),
    ).filter(([before, after]) => {
      const guarding = [...before, ...after].map(({ code }) => code).filter((code) => code.startsWith('forbid'));
      return new Set(guarding).size === guarding.length;
    }).map(([before, after]) => ({ before, after, toString: () => `${before.map(({ code }) => code)} | ${after.map(({ code }) => code)}` }));

    await fc.assert(fc.asyncProperty(sequence, async ({ before, after }) => {
      const fleet = new Fleet();
      before.forEach((each) => each.apply(fleet));
      fleet.images.access.pushOnlyBy([RegistryPrincipal.role(A, 'ci')]);
      after.forEach((each) => each.apply(fleet));

      const deployed = new DeployedStack(fleet.stack);
      const ask = async (principal: string, action: string) => simulate({
        principal,
        action,
        resource: deployed.arn(fleet.images),
        resourcePolicy: deployed.resourcePolicy(fleet.images),
        identityPolicies: [ADMINISTRATOR],
        context: { ...member, 'aws:PrincipalTag/team': 'shop' },
      });
      for (const who of others) for (const action of WRITE) expect([who, action, await ask(who, action)]).toEqual([who, action, 'ExplicitlyDenied']);
      for (const action of WRITE) expect(await ask(arn(A, 'role/ci'), action)).toBe('Allowed');
      for (const who of others.filter((each) => !/:root|cfn-exec/.test(each))) expect(await ask(who, 'ecr:SetRepositoryPolicy')).toBe('ExplicitlyDenied');
    }), { numRuns: 40 });
  });
});

describe('collapse', () => {
  const accounts = [A, B, C];
  const account = fc.constantFrom(...accounts);
  const oneOrMany = <T>(value: fc.Arbitrary<T>) => fc.oneof(value, fc.uniqueArray(value, { minLength: 1, maxLength: 3 }));
  const exact = fc.tuple(account, fc.constantFrom('x', 'y', 'p/x')).map(([of, name]) => arn(of, `role/${name}`));
  const wild = fc.oneof(
    account.map((of) => arn(of, 'role/*')), account.map((of) => arn(of, '*')), account.map((of) => arn(of, 'role/?')),
    fc.constantFrom('arn:aws:iam::*:role/x', 'arn:aws:iam::?????2222222:role/y', 'arn:aws:iam::*:*', 'arn:*:iam::222222222222:role/x'),
  );
  const byArn = fc.oneof(
    fc.tuple(fc.constantFrom('ArnEquals', 'ArnLike', 'StringLike'), oneOrMany(fc.oneof({ arbitrary: exact, weight: 3 }, wild))),
    fc.tuple(fc.constantFrom('StringEquals'), oneOrMany(exact)),
  ).map(([operator, arns]) => ({ [operator]: { 'aws:PrincipalArn': arns } }));
  const tagged = fc.tuple(fc.constantFrom('StringEquals', 'StringLike', 'StringNotEquals'), oneOrMany(fc.constantFrom('shop', 'cart', 'c*')))
    .map(([operator, values]) => ({ [operator]: { 'aws:PrincipalTag/team': values } }));
  const inUnit = oneOrMany(fc.constantFrom(`${UNIT}/*`, `${ORGANIZATION}/*`, `${UNIT}/ou-ab12-22222222/*`))
    .map((values) => ({ 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': values } }));
  const notByArn = fc.tuple(fc.constantFrom('ArnNotEquals', 'StringNotLike'), oneOrMany(exact))
    .map(([operator, arns]) => ({ [operator]: { 'aws:PrincipalArn': arns } }));
  const condition = fc.oneof(
    { arbitrary: byArn, weight: 4 },
    { arbitrary: tagged, weight: 2 },
    { arbitrary: inUnit, weight: 2 },
    notByArn,
    fc.constant(undefined),
    fc.tuple(byArn).map(([conditions]) => ({ ...conditions, Bool: { 'aws:MultiFactorAuthPresent': 'true' } })),
  );
  const action = fc.constantFrom('ecr:PutImage', 'ecr:ListImages', 'ecr:*');
  /** What collapse() is for, and more than that: accounts too many, wildcards. */
  const rolesOfAccounts = fc.tuple(
    action, fc.constantFrom('ArnEquals', 'ArnLike'), oneOrMany(fc.oneof({ arbitrary: exact, weight: 4 }, wild)), fc.uniqueArray(account, { maxLength: 1 }),
  ).map(([Action, operator, arns, more]) => {
    const named = [arns].flat().map((each) => each.split(':')[4]).filter((each) => /^\d{12}$/.test(each));
    const AWS = [...new Set([...named, ...more])].map((of) => arn(of, 'root'));
    return { Effect: 'Allow', Principal: { AWS: AWS.length > 0 ? AWS : arn(A, 'root') }, Action, Condition: { [operator]: { 'aws:PrincipalArn': arns } } };
  });
  const anyStatement = fc.record({
    Effect: fc.oneof({ arbitrary: fc.constant('Allow'), weight: 5 }, fc.constant('Deny')),
    Principal: fc.oneof(
      { arbitrary: oneOrMany(account.map((of) => arn(of, 'root'))).map((AWS) => ({ AWS })), weight: 6 },
      oneOrMany(exact).map((AWS) => ({ AWS })),
      fc.constant({ AWS: '*' }), fc.constant({ Service: 'ecs.amazonaws.com' }), account.map((AWS) => ({ AWS })),
    ),
    Action: action,
    Condition: condition,
  });
  const drawn = fc.oneof({ arbitrary: rolesOfAccounts, weight: 3 }, anyStatement);
  const statements = fc.array(fc.tuple(drawn, fc.boolean()), { minLength: 2, maxLength: 8 })
    .map((all) => all.map(([{ Condition, ...rest }, hasSid], index): StatementJson => ({
      ...rest, ...(Condition && { Condition }), ...(hasSid && index % 3 === 0 && { Sid: `S${index}` }),
    })));
  const askers = [...accounts, '444444444444'].flatMap((of) => ['role/x', 'role/y', 'role/p/x'].map((rest) => arn(of, rest)));
  const contexts = [
    { 'aws:PrincipalOrgPaths': [`${UNIT}/ou-ab12-22222222/`] },
    { 'aws:PrincipalTag/team': 'shop', 'aws:MultiFactorAuthPresent': 'true' },
    { 'aws:PrincipalTag/team': 'cart', 'aws:PrincipalOrgPaths': [`${UNIT}/`] },
  ];

  const decide = async (Statement: readonly StatementJson[]) => Promise.all(askers.flatMap((principal) => contexts.flatMap((context) =>
    ['ecr:PutImage', 'ecr:ListImages'].map(async (asked) => `${principal} ${asked} ${await simulate({
      principal,
      action: asked,
      context,
      resource: `arn:aws:ecr:eu-west-1:${A}:repository/images`,
      resourcePolicy: { Statement },
      identityPolicies: principal.includes(A) ? [] : [ADMINISTRATOR],
    })}`))));

  test('changes no decision', async () => {
    let collapsed = 0;
    await fc.assert(fc.asyncProperty(statements, async (all) => {
      const few = collapse(all);
      if (few.length < all.length) collapsed++;
      expect(await decide(few)).toEqual(await decide(all));
    }), { numRuns: 60 });
    expect(collapsed).toBeGreaterThan(10);
  });

  test('is done when it is done once', () => {
    fc.assert(fc.property(statements, (all) => expect(collapse(collapse(all))).toEqual(collapse(all))), { numRuns: 500 });
  });
});

describe('the policy grows with what is granted, hardly with whom', () => {
  const bounds = fc.record({ accounts: fc.integer({ min: 1, max: 4 }), roles: fc.integer({ min: 1, max: 6 }) });

  test('one statement for each level, kind of principal and condition', () => {
    fc.assert(fc.property(bounds, ({ accounts, roles }) => {
      const fleet = new Fleet();
      for (let a = 0; a < accounts; a++) {
        const of = String(200000000000 + a);
        for (const access of [fleet.images.access, fleet.images.access.when(TAG)]) access.readMetadata(new iam.AccountPrincipal(of));
        for (let r = 0; r < roles; r++) {
          fleet.images.access.pull(RegistryPrincipal.role(of, `role-${r}`));
          fleet.images.access.push(RegistryPrincipal.role(of, `role-${r}`));
          fleet.images.access.pull(RegistryPrincipal.permissionSet(of, `set-${r}`));
        }
      }
      // TLS; metadata with and without the tag; pull by role, push by role, pull by permission set.
      expect(new DeployedStack(fleet.stack).resourcePolicy(fleet.images)!.Statement).toHaveLength(6);
    }), { numRuns: 8 });
  });

  /** Whether a policy is accepted at synthesis and, written out, by ECR. */
  function fits(grantTo: (access: RepositoryAccess) => void): boolean {
    const { stack, images } = new Fleet();
    grantTo(images.access);
    try {
      return JSON.stringify(new DeployedStack(stack).resourcePolicy(images)).length <= 10_240;
    } catch (error) {
      expect((error as Error).message).toContain('repositoryPolicySize');
      return false;
    }
  }
  const numbers = (n: number) => [...Array(n).keys()].map((index) => String(index).padStart(4, '0'));
  const accountOf = (index: string) => `20000000${index}`;

  test.each<[string, number, (access: RepositoryAccess, n: number) => void]>([
    ['accounts that pull', 300, (access, n) => numbers(n).forEach((i) => access.pull(new iam.AccountPrincipal(accountOf(i))))],
    ['roles of one account that pull, of names of 12 characters', 214, (access, n) => numbers(n).forEach((i) => access.pull(RegistryPrincipal.role(B, `service-${i}`)))],
    ['roles of as many accounts that pull', 125, (access, n) => numbers(n).forEach((i) => access.pull(RegistryPrincipal.role(accountOf(i), `service-${i}`)))],
    ['permission sets of one account that pull', 92, (access, n) => numbers(n).forEach((i) => access.pull(RegistryPrincipal.permissionSet(B, `Team-${i}`)))],
    ['roles of one account that push and pull', 104, (access, n) => numbers(n).forEach((i) => {
      access.push(RegistryPrincipal.role(B, `service-${i}`));
      access.pull(RegistryPrincipal.role(B, `service-${i}`));
    })],
    ['pushers', 201, (access, n) => access.pushOnlyBy(numbers(n).map((i) => RegistryPrincipal.role(B, `service-${i}`)))],
  ])('%s: %d', (_name, number, grantTo) => {
    expect([number, number + 1].map((n) => fits((access) => grantTo(access, n)))).toEqual([true, false]);
  });
});
