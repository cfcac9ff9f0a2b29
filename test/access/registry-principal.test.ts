import { App, CfnParameter, Stack, aws_iam as iam } from 'aws-cdk-lib';
import { RegistryPrincipal, SecureEcrRepository } from '../../src';
import { DeployedStack } from '../support/deployed-stack';
import { simulate } from '../support/simulate';

const ACCOUNT = '222222222222';
let stack: Stack;
let images: SecureEcrRepository;
beforeEach(() => {
  stack = new Stack(new App(), 'Stack', { env: { account: '111111111111', region: 'eu-west-1' } });
  images = new SecureEcrRepository(stack, 'Images');
});

/** The statement by which a principal may read metadata, without the actions. */
function granted(principal: iam.IPrincipal) {
  images.access.readMetadata(principal);
  const [, { Action: _, ...statement }] = new DeployedStack(stack).resourcePolicy(images)!.Statement;
  return statement;
}

test('a role is its account, with the condition that it asks', () => {
  expect(granted(RegistryPrincipal.role(ACCOUNT, 'service/deployer'))).toEqual({
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
    Condition: { ArnEquals: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:role/service/deployer` } },
  });
});

test('a permission set is its account, with the condition on the name of its role', () => {
  expect(granted(RegistryPrincipal.permissionSet(ACCOUNT, 'Developers'))).toEqual({
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
    Condition: {
      ArnLike: {
        'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_Developers_????????????????`,
      },
    },
  });
});

test.each(['o-a1b2c3d4e5/r-ab12/ou-ab12-11111111', 'o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/'])('the unit %s is everybody below it', (path) => {
  expect(granted(RegistryPrincipal.organizationalUnit(path))).toEqual({
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Condition: { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*' } },
  });
});

test('partitions other than aws are kept', () => {
  const china = new Stack(new App(), 'China', { env: { account: '111111111111', region: 'cn-north-1' } });
  expect(china.resolve(RegistryPrincipal.role(ACCOUNT, 'r').policyFragment.conditions)).toEqual({
    ArnEquals: { 'aws:PrincipalArn': { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::${ACCOUNT}:role/r`]] } },
  });
});

test('the principals know their account, so that CDK does, too', () => {
  expect(RegistryPrincipal.role(ACCOUNT, 'r').principalAccount).toBe(ACCOUNT);
  expect(RegistryPrincipal.permissionSet(ACCOUNT, 'p').principalAccount).toBe(ACCOUNT);
  expect(RegistryPrincipal.organizationalUnit('o-a1b2c3d4e5/r-ab12/ou-ab12-11111111').principalAccount).toBeUndefined();
});

test('values known only at deployment are let through', () => {
  const value = new CfnParameter(stack, 'Value').valueAsString;
  expect(() => {
    images.access.pull(RegistryPrincipal.role(value, value));
    images.access.pull(RegistryPrincipal.permissionSet(value, value));
    images.access.pull(RegistryPrincipal.organizationalUnit(value));
  }).not.toThrow();
});

describe('bad input', () => {
  test('of a role is reported all at once', () => {
    expect(() => RegistryPrincipal.role('22222222222', '/ci')).toThrow(new Error([
      "[RegistryPrincipal.role] 'account' must be 12 digits, got \"22222222222\": write the number of the account as a string, with its leading"
      + ' zeros (cdk-secure-ecr:principalAccount)',
      "[RegistryPrincipal.role] 'roleName' must be a name of 1 to 64 letters, digits or any of _+=,.@-, after a path that does not start with /,"
      + ' got "/ci": write it as it stands in the ARN after role/, without wildcards; a permission set has a factory of its own'
      + ' (cdk-secure-ecr:principalRoleName)',
    ].join('\n')));
  });

  test('of a permission set is reported all at once', () => {
    expect(() => RegistryPrincipal.permissionSet('prod', 'Dev*')).toThrow(new Error([
      "[RegistryPrincipal.permissionSet] 'account' must be 12 digits, got \"prod\": write the number of the account as a string, with its leading"
      + ' zeros (cdk-secure-ecr:principalAccount)',
      "[RegistryPrincipal.permissionSet] 'name' must be 1 to 32 letters, digits or any of _+=,.@-, got \"Dev*\": write the name of the permission"
      + ' set, not of its role (cdk-secure-ecr:principalPermissionSet)',
    ].join('\n')));
  });

  test('of an organizational unit', () => {
    expect(() => RegistryPrincipal.organizationalUnit('ou-ab12-11111111')).toThrow(new Error(
      "[RegistryPrincipal.organizationalUnit] 'path' must name the organization, its root and the units down to the one that is meant, got"
      + " \"ou-ab12-11111111\": write it like 'o-a1b2c3d4e5/r-ab12/ou-ab12-11111111'; for all of it use iam.OrganizationPrincipal"
      + ' (cdk-secure-ecr:principalOrganizationPath)',
    ));
  });

  test.each(['2222222222222', '22222222222a', '', '*', 'arn:aws:iam::222222222222:root'])('%j is no account', (account) => {
    expect(() => RegistryPrincipal.role(account, 'r')).toThrow('principalAccount');
    expect(() => RegistryPrincipal.permissionSet(account, 'p')).toThrow('principalAccount');
  });

  test.each(['', '*', 'ci*', 'c?', 'x/', 'x'.repeat(65), 'a b', 'ä', 'p/*/r', 'p?/r', 'role name/r'])('%j is no role', (name) => {
    expect(() => RegistryPrincipal.role(ACCOUNT, name)).toThrow('principalRoleName');
  });
  test.each(['x', 'x'.repeat(64), 'a_b+c=d,e.f@g-h', 'p/r', `${'p'.repeat(500)}/r`, 'a/b/c/r', 'we!rd:p<a>th/r'])('%j is one', (name) => {
    expect(() => RegistryPrincipal.role(ACCOUNT, name)).not.toThrow();
  });

  test.each(['', 'x'.repeat(33), 'a b', 'a/b', '?'])('%j is no permission set', (name) => {
    expect(() => RegistryPrincipal.permissionSet(ACCOUNT, name)).toThrow('principalPermissionSet');
  });
  test.each(['x', 'x'.repeat(32), 'a_b+c=d,e.f@g-h'])('%j is one', (name) => {
    expect(() => RegistryPrincipal.permissionSet(ACCOUNT, name)).not.toThrow();
  });

  test.each([
    'o-a1b2c3d4e5', 'o-a1b2c3d4e5/r-ab12', 'o-a1b2c3d4e5/r-ab12/', 'o-a1b2c3d4e5/ou-ab12-11111111', 'r-ab12/ou-ab12-11111111',
    'o-a1b2c3d4e5/r-ab12/ou-ab12-*', 'o-a1b2c3d4e5/*/ou-ab12-11111111', 'o-a1b2c3d4e5/r-ab12/ou-ab12-1111111', 'o-A1B2C3D4E5/r-ab12/ou-ab12-11111111',
  ])('%j is no unit', (path) => {
    expect(() => RegistryPrincipal.organizationalUnit(path)).toThrow('principalOrganizationPath');
  });
});

test('what a role in the account of the repository is granted by name, its own policies must allow', async () => {
  images.access.pull(RegistryPrincipal.role('111111111111', 'ci'));
  const request = {
    principal: 'arn:aws:iam::111111111111:role/ci',
    action: 'ecr:BatchGetImage',
    resource: new DeployedStack(stack).arn(images),
    resourcePolicy: new DeployedStack(stack).resourcePolicy(images),
  };
  expect(await simulate(request)).toBe('ImplicitlyDenied');
  const identityPolicy = { Statement: [{ Effect: 'Allow', Action: 'ecr:BatchGetImage', Resource: request.resource }] };
  expect(await simulate({ ...request, identityPolicy })).toBe('Allowed');
});
