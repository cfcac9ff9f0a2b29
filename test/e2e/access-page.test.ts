import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack, type aws_iam as iam, aws_iam } from 'aws-cdk-lib';
import { ROOT } from './demo-process';
import { emergencyChecks, webChecks } from '../../demo/checks/access/promises';
import { PRODUCTION, REGISTRY, REPOSITORY, ROLE } from '../../examples/cross-account/agreed';
import { RegistryPrincipal, SecureEcrRepository } from '../../src';
import { ACTIONS, GUARDED } from '../../src/access/actions';
import { nodeBinary } from '../local-aws/cdk-cli';
import { deployed } from '../support/simulate';
import { temporaryFolder } from '../support/temporary-folder';
import { succeed } from '../support/tools';

/* What docs/access.md says and what is so. */

const page = readFileSync(join(ROOT, 'docs', 'access.md'), 'utf8');

/** The cells of the rows of all tables whose first cell is this. */
function cellsOf(first: string): string[] {
  const row = page.split('\n').find((line) => line.startsWith(`| ${first} |`));
  if (!row) throw new Error(`docs/access.md has no row ${first}`);
  return row.split('|').slice(1, -1).map((cell) => cell.trim());
}

const named = (actions: readonly string[]) => [...actions].sort().map((action) => action.replace('ecr:', '')).join(', ');

describe('the actions', () => {
  test.each([
    ['log in', ACTIONS.authorize], ['read metadata', ACTIONS.readMetadata],
    ['pull', ACTIONS.pull], ['push', ACTIONS.push],
  ])('of the level %s are those of the page', (level, actions) => {
    expect(cellsOf(level)[2]).toBe(named(actions));
  });

  test.each([
    ['`pushOnlyBy`', GUARDED.push], ['`forbidImageDeletion`', GUARDED.imageDeletion],
    ['`forbidTagMutabilityChanges`', GUARDED.tagMutability],
    ['every guard, and `forbidDeletionAndPolicyChanges` alone', GUARDED.guards],
  ])('that %s denies are those of the page', (guard, actions) => {
    expect(cellsOf(guard)[1]).toBe(named(actions));
  });
});

test('the table in the README is what the demo expects of shop/web', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8').split('\n').filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
  const [, ...deeds] = readme.find(([first, second]) => first === '' && second === 'log in')!;
  const checks = [...webChecks, ...emergencyChecks];
  const people = [...new Set(checks.map(({ access }) => access!.who))].filter((who) => readme.some(([first]) => first === who));

  expect(people).toHaveLength(6);
  for (const who of people) {
    const expected = deeds.map((deed) => checks.find(({ access }) => access!.who === who && access!.what === deed)!.expected.split(':')[0]);
    expect(readme.find(([first]) => first === who)).toEqual([who, ...expected]);
  }
});

describe('so many fit as the page says', () => {
  const account = (index: number) => String(200_000_000_000 + index);
  const NAMES: Record<string, (index: number) => iam.IPrincipal> = {
    'accounts': (index) => new aws_iam.AccountPrincipal(account(index)),
    'roles of as many accounts, names of 19 characters': (index) => RegistryPrincipal.role(account(index), 'payments-production'),
    'permission sets of as many accounts, names of 10 characters': (index) => RegistryPrincipal.permissionSet(account(index), 'Developers'),
    'organizational units': (index) => RegistryPrincipal.organizationalUnit(`o-a1b2c3d4e5/r-ab12/ou-ab12-${11111111 + index}`),
  };

  /** All ARNs are written out, so that no character is uncertain. */
  function isAccepted(principal: (index: number) => iam.IPrincipal, count: number, guarded: boolean): boolean {
    const env = { account: '111111111111', region: 'us-east-1' };
    const stack = new Stack(new App(), 'Stack', { env });
    const { access, node } = new SecureEcrRepository(stack, 'Images');
    if (guarded) {
      const role = (name: string) => RegistryPrincipal.role(env.account, name);
      const options = { breakGlass: role('break-glass'), deployedBy: role(`cdk-hnb659fds-cfn-exec-role-${env.account}-${env.region}`) };
      access.pushOnlyBy([role('ci-release')], options);
      access.forbidImageDeletion(options);
      access.forbidTagMutabilityChanges(options);
    }
    for (let index = 0; index < count; index++) access.pull(principal(index));
    return node.validate().length === 0;
  }

  test.each(Object.keys(NAMES).flatMap((name) => [[name, false], [name, true]] as const))('%s, guarded: %s', (name, guarded) => {
    const count = Number(cellsOf(name)[guarded ? 2 : 1]);

    expect([count, count + 1].map((each) => isAccepted(NAMES[name], each, guarded))).toEqual([true, false]);
  });
});

describe('the two apps of examples/cross-account', () => {
  async function resourcesOf(app: string, stack: string): Promise<{ Type: string; Properties: any }[]> {
    const outdir = temporaryFolder();
    const env = { CDK_OUTDIR: outdir, TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.dev.json') };
    await succeed(nodeBinary(), ['--import', 'tsx', join(ROOT, 'examples', 'cross-account', app)], { cwd: ROOT, env });
    return Object.values(JSON.parse(readFileSync(join(outdir, `${stack}.template.json`), 'utf8')).Resources);
  }

  test('hold what the walk-through says: of the account of the images, that it lets in one role', async () => {
    const resources = await resourcesOf('registry.ts', 'PaymentsRegistry');
    const { Properties } = resources.find(({ Type }) => Type === 'AWS::ECR::Repository')!;

    const { Statement } = deployed(Properties.RepositoryPolicyText, {});
    expect(Properties.RepositoryName).toBe(REPOSITORY);
    expect(Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow')).toEqual([{
      Effect: 'Allow',
      Action: ACTIONS.pull,
      Principal: { AWS: `arn:aws:iam::${PRODUCTION.account}:root` },
      Condition: { ArnEquals: { 'aws:PrincipalArn': `arn:aws:iam::${PRODUCTION.account}:role/${ROLE}` } },
    }]);
    for (const arn of [`arn:aws:iam::${PRODUCTION.account}:root`, `arn:aws:iam::${PRODUCTION.account}:role/${ROLE}`]) {
      expect(page).toContain(`\`${arn}\``);
    }
    expect(resources.find(({ Type }) => Type === 'AWS::KMS::Key')).toBeDefined();
    expect(JSON.stringify(resources.find(({ Type }) => Type === 'AWS::KMS::Key'))).not.toContain(PRODUCTION.account);
  }, 60_000);

  test('of the other account, the policy that is printed, and nothing about a key', async () => {
    const resources = await resourcesOf('production.ts', 'PaymentsProduction');
    const printed = JSON.parse(/```json\n([^]*?)```/.exec(page)![1]);

    expect(resources.map(({ Type }) => Type)).toEqual(['AWS::IAM::Role', 'AWS::IAM::Policy']);
    expect(resources[0].Properties.RoleName).toBe(ROLE);
    expect(resources[1].Properties.PolicyDocument).toEqual(printed);
    expect(printed.Statement[0].Resource).toBe(`arn:aws:ecr:${REGISTRY.region}:${REGISTRY.account}:repository/${REPOSITORY}`);
  }, 60_000);
});
