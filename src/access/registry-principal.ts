import { Aws, aws_iam as iam } from 'aws-cdk-lib';
import { checkAccount } from './check-account';
import { LIMITS } from '../private/limits';
import { Problems } from '../private/problems';
import { matches } from '../private/tokens';

/**
 * Principals that the `iam` module of CDK has no name for. They go wherever an `iam.IGrantable` goes.
 *
 * What the `iam` module has, such as `iam.Role`, `iam.User`, `iam.AccountPrincipal` and `iam.OrganizationPrincipal`, needs
 * nothing from here.
 *
 * @example
 * declare const images: SecureEcrRepository;
 * images.access.pull(RegistryPrincipal.role('222222222222', 'production'));
 * images.access.readMetadata(RegistryPrincipal.permissionSet('222222222222', 'Developers'));
 */
export class RegistryPrincipal {
  /**
   * A role of an account, by its name. It need not exist yet, and the grant survives its being made anew: ECR refuses a
   * policy that names a role which does not exist, so the account is named, with the condition that the caller is this role.
   *
   * Its own policies must allow the access too. In another account they always must; in the account of the repository
   * because an account that is named delegates to its policies.
   *
   * @param account 12 digits
   * @param roleName with its path, if it has one: `service/deployer`
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
   */
  public static role(account: string, roleName: string): iam.IPrincipal {
    const problems = new Problems('RegistryPrincipal.role');
    checkAccount(account, problems, { code: 'principalAccount' });
    problems.unless(matches(LIMITS.roleName, roleName), {
      prop: 'roleName',
      must: 'be a name of 1 to 64 letters, digits or any of _+=,.@-, after a path that does not start with /',
      got: roleName,
      remedy: 'write it as it stands in the ARN after role/, without wildcards; a permission set has a factory of its own',
      code: 'principalRoleName',
    });
    problems.throwIfAny();
    return whoIs(account, 'ArnEquals', `role/${roleName}`);
  }

  /**
   * The people who have this permission set of IAM Identity Center in an account.
   *
   * Identity Center names their role by the permission set and 16 characters that change when all assignments are deleted
   * and made again, so any 16 are let in; a permission set with a longer name is not.
   *
   * The permission set must allow the access too, and `ecr:GetAuthorizationToken`: attach a managed policy to it, to which
   * `RepositoryAccess` has granted the same.
   *
   * @param account 12 digits
   * @param name of the permission set
   * @see https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
   */
  public static permissionSet(account: string, name: string): iam.IPrincipal {
    const problems = new Problems('RegistryPrincipal.permissionSet');
    checkAccount(account, problems, { code: 'principalAccount' });
    problems.unless(matches(LIMITS.permissionSetName, name), {
      prop: 'name',
      must: 'be 1 to 32 letters, digits or any of _+=,.@-',
      got: name,
      remedy: 'write the name of the permission set, not of its role',
      code: 'principalPermissionSet',
    });
    problems.throwIfAny();
    // With the Region of Identity Center in the path, except where that is us-east-1.
    return whoIs(account, 'ArnLike', `role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_${name}_${'?'.repeat(16)}`);
  }

  /**
   * Every account below an organizational unit, at any depth. The policies of the principals there must allow the access
   * too, but for those of the repository's own account, if it is one of them: these are let in by this alone.
   *
   * @param path the ids from the organization down: `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111`
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalorgpaths
   */
  public static organizationalUnit(path: string): iam.IPrincipal {
    const problems = new Problems('RegistryPrincipal.organizationalUnit');
    problems.unless(matches(LIMITS.organizationPath, path), {
      prop: 'path',
      must: 'name the organization, its root and the units down to the one that is meant',
      got: path,
      remedy: "write it like 'o-a1b2c3d4e5/r-ab12/ou-ab12-11111111'; for all of it use iam.OrganizationPrincipal",
      code: 'principalOrganizationPath',
    });
    problems.throwIfAny();
    return new iam.AnyPrincipal().withConditions({
      'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': `${path.replace(/\/$/, '')}/*` },
    });
  }

  private constructor() {}
}

function whoIs(account: string, operator: string, resource: string): iam.IPrincipal {
  return new iam.AccountPrincipal(account).withConditions({
    [operator]: { 'aws:PrincipalArn': `arn:${Aws.PARTITION}:iam::${account}:${resource}` },
  });
}
