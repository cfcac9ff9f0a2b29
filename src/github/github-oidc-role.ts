import { Stack, Token, aws_iam as iam } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AUDIENCE } from './audience';
import { checkTrust } from './check-trust';
import { GitHubIssuer } from './github-issuer';
import { GitHubOidcProvider } from './github-oidc-provider';
import type { GitHubOidcRoleProps } from './github-oidc-role-props';
import type { GitHubSubject } from './github-subject';
import { trustedPrincipals } from './trust-policy';
import { acknowledge } from '../private/acknowledge';
import { LIMITS } from '../private/limits';
import { policyCharacters } from '../private/policy-size';
import { Problems } from '../private/problems';
import { knownLength, matches } from '../private/tokens';
import { warn } from '../private/warn';

/** Checks properties and makes the role, which has no permissions yet. */
export function makeRole(owner: Construct, props: GitHubOidcRoleProps, description: string): iam.Role {
  const issuer = props.issuer ?? GitHubIssuer.githubCom();
  // Statements that allow the same are written as one, so that more of them fit into the policies of a role.
  owner.node.setContext('@aws-cdk/aws-iam:minimizePolicies', true);
  const providerArn = props.provider?.oidcProviderRef.oidcProviderArn ?? GitHubOidcProvider._arnFor(owner, issuer);
  const role = new iam.Role(owner, 'Role', {
    assumedBy: new iam.CompositePrincipal(...trustedPrincipals(providerArn, issuer, props.subjects)),
    roleName: props.roleName,
    path: props.path,
    description: props.description ?? description,
    maxSessionDuration: props.maxSessionDuration,
    permissionsBoundary: props.permissionsBoundary,
  });
  const trusted = {
    issuer,
    subjects: props.subjects.flatMap((subject) => subject._render().subjects).map((subject) => JSON.stringify(Stack.of(role).resolve(subject))),
    owners: props.subjects.map(({ _repository }) => _repository.owner),
  };
  const trust = () => Stack.of(role).resolve(role.assumeRolePolicy);
  owner.node.addValidation({
    validate: () => {
      const problems = new Problems(owner.node.path);
      checkTrust(trust(), trusted, problems);
      return problems.messages();
    },
  });
  warnOfTrust(owner, props.subjects, policyCharacters(trust()));
  acknowledge(role, 'IAMNoInlinePolicy', 'The policy belongs to this role alone and goes with it; a managed policy could be attached to others.');
  return role;
}

/** Adds what is wrong with the properties of a role. */
export function checkRoleProps(scope: Construct, props: GitHubOidcRoleProps, problems: Problems): void {
  knownLength('subjects', props.subjects, problems);
  problems.unless(props.subjects.length > 0, {
    prop: 'subjects', must: 'name at least one', got: props.subjects, remedy: 'add GitHubSubject.branch, .tag or .environment', code: 'githubSubjectsEmpty',
  });
  problems.unless(props.allowPullRequests === true || !props.subjects.some(({ _isPullRequest }) => _isPullRequest), {
    prop: 'subjects',
    must: 'hold no pull requests',
    got: 'GitHubSubject.pullRequest',
    remedy: 'push from a branch, or say allowPullRequests: true if unreviewed code may take the role',
    code: 'githubPullRequest',
  });
  const owners = props.subjects.map(({ _repository: { _ids, owner } }) => ({ name: owner.toLowerCase(), id: _ids?.ownerId }));
  const [names, ids] = [new Set(owners.map(({ name }) => name)), new Set(owners.map(({ id }) => id))];
  // An owner who was renamed has two names and one number.
  const oneOwner = names.size === 1 ? new Set([...ids].filter((id) => id !== undefined)).size <= 1 : ids.size === 1 && !ids.has(undefined);
  problems.unless(oneOwner || props.subjects.length === 0, {
    prop: 'subjects',
    must: 'belong to one organization',
    got: owners.map(({ name, id }) => id === undefined ? name : `${name}@${id}`),
    remedy: 'make a role for each: whoever administers an organization decides who pushes',
    code: 'githubOrganizationsMixed',
  });
  checkProvider(scope, props, problems);
  checkNames(props, problems);
}

function checkProvider(scope: Construct, { provider, issuer = GitHubIssuer.githubCom() }: GitHubOidcRoleProps, problems: Problems): void {
  // One that this app makes has an ARN that is known at deployment only.
  const [, account, name] = /:iam::([^:]*):oidc-provider\/(.+)$/.exec(provider?.oidcProviderRef.oidcProviderArn ?? '') ?? [];
  problems.unless(name === undefined || name === issuer.providerName, {
    prop: 'provider',
    must: `be of the issuer ${issuer.providerName}`,
    got: name,
    remedy: 'pass the issuer too, or another provider',
    code: 'githubProviderIssuer',
  });
  const made = provider && [provider, provider.node.defaultChild].find(iam.CfnOIDCProvider.isCfnOIDCProvider);
  problems.unless(made?.url === undefined || Token.isUnresolved(made.url) || made.url.replace(/\/$/, '') === issuer.url, {
    prop: 'provider',
    must: `be of the issuer ${issuer.providerName}`,
    got: made?.url,
    remedy: 'pass the issuer too, or another provider',
    code: 'githubProviderIssuer',
  });
  const audiences = made?.clientIdList;
  problems.unless(audiences === undefined || Token.isUnresolved(audiences) || audiences.includes(AUDIENCE), {
    prop: 'provider',
    must: `accept the audience ${AUDIENCE}`,
    got: audiences,
    remedy: 'add it to the client ids of the provider: STS refuses every token otherwise',
    code: 'githubProviderAudience',
  });
  const here = Stack.of(scope).account;
  const there = account ?? provider?.env.account ?? here;
  problems.unless(Token.isUnresolved(here) || Token.isUnresolved(there) || here === there, {
    prop: 'provider',
    must: `be of the account of the role, ${here}`,
    got: there,
    remedy: 'use the provider of this account: a role trusts no other',
    code: 'githubProviderAccount',
  });
}

function checkNames({ roleName, path, maxSessionDuration }: GitHubOidcRoleProps, problems: Problems): void {
  problems.unless(roleName === undefined || matches(LIMITS.role.name, roleName), {
    prop: 'roleName', must: 'be 1 to 64 letters, digits or any of _+=,.@-', got: roleName, remedy: 'choose another name', code: 'githubRoleName',
  });
  problems.unless(path === undefined || matches(LIMITS.role.path, path), {
    prop: 'path', must: 'begin and end with a slash, up to 512 characters', got: path, remedy: 'write /github/', code: 'githubRolePath',
  });
  const { min, max } = LIMITS.role.sessionHours;
  const hours = maxSessionDuration === undefined || maxSessionDuration.isUnresolved() ? min : maxSessionDuration.toHours({ integral: false });
  problems.unless(hours >= min && hours <= max, {
    prop: 'maxSessionDuration',
    must: `be ${min} to ${max} hours`,
    got: maxSessionDuration?.toHumanString(),
    remedy: 'a shorter session is asked for by the workflow: role-duration-seconds',
    code: 'githubRoleSession',
  });
}

function warnOfTrust(owner: Construct, subjects: GitHubSubject[], trustCharacters: number): void {
  const unpinned = subjects.filter(({ _repository }) => !_repository._ids).map(({ _repository }) => _repository.fullName);
  if (unpinned.length > 0) {
    warn(owner, {
      code: 'githubRepositoryWithoutIds',
      message: `${[...new Set(unpinned)].join(', ')} cannot match repositories created, renamed or transferred after 2026-07-15, and trusts`
        + ' whoever owns the name: use GitHubRepository.of',
    });
  }
  if (subjects.some(({ _isPullRequest }) => _isPullRequest)) {
    warn(owner, { code: 'githubPullRequests', message: 'code of pull requests, which nobody has reviewed, takes this role' });
  }
  if (subjects.some(({ _isAnyBranch }) => _isAnyBranch)) {
    warn(owner, { code: 'githubAnyBranch', message: 'whoever can push a branch takes this role' });
  }
  const { standard } = LIMITS.role.trustPolicyCharacters;
  if (trustCharacters > standard) {
    warn(owner, {
      code: 'githubTrustLong',
      message: `the trust policy has at least ${trustCharacters} characters: an account allows ${standard} until its quota "Role trust policy length" is raised`,
    });
  }
}
