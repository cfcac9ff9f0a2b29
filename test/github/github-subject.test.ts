import { Aws, Token } from 'aws-cdk-lib';
import { GitHubRepository, GitHubSubject, GitHubSubjectFormat, type GitHubSubjectOptions } from '../../src';

const IDS = { ownerId: '1001', repositoryId: '2002' };
const NUMBERS = { repository_owner_id: '1001', repository_id: '2002' };
const shop = GitHubRepository.of('acme/shop', IDS);
const named = GitHubRepository.withoutIds('acme/shop');
const immutable = GitHubRepository.of('acme/shop', { ...IDS, subjectFormat: GitHubSubjectFormat.IMMUTABLE });
const WORKFLOW = 'acme/ci/.github/workflows/image.yml@refs/heads/main';
const token = Token.asString({ Ref: 'Value' });

describe('what a token has to hold', () => {
  test.each<[string, GitHubSubject, object]>([
    ['a branch', GitHubSubject.branch(shop, 'main'), {
      operator: 'StringEquals', subjects: ['repo:acme/shop:ref:refs/heads/main', 'repo:acme@1001/shop@2002:ref:refs/heads/main'], claims: NUMBERS,
    }],
    ['a branch of a name', GitHubSubject.branch(named, 'main'), { operator: 'StringEquals', subjects: ['repo:acme/shop:ref:refs/heads/main'], claims: {} }],
    ['a branch of an immutable subject, which holds the numbers', GitHubSubject.branch(immutable, 'main'), {
      operator: 'StringEquals', subjects: ['repo:acme@1001/shop@2002:ref:refs/heads/main'], claims: {},
    }],
    ['branches by a pattern', GitHubSubject.branch(named, 'release/*'), { operator: 'StringLike', subjects: ['repo:acme/shop:ref:refs/heads/release/*'], claims: {} }],
    ['tags by a pattern', GitHubSubject.tag(named, 'v?.*'), { operator: 'StringLike', subjects: ['repo:acme/shop:ref:refs/tags/v?.*'], claims: {} }],
    ['a tag', GitHubSubject.tag(named, 'v1'), { operator: 'StringEquals', subjects: ['repo:acme/shop:ref:refs/tags/v1'], claims: {} }],
    ['an environment', GitHubSubject.environment(named, 'production'), { operator: 'StringEquals', subjects: ['repo:acme/shop:environment:production'], claims: {} }],
    ['an environment whose subject another one shares', GitHubSubject.environment(named, 'prod:eu'), {
      operator: 'StringEquals', subjects: ['repo:acme/shop:environment:prod%3Aeu'], claims: { environment: 'prod:eu' },
    }],
    ['the other one', GitHubSubject.environment(named, 'prod%3Aeu'), {
      operator: 'StringEquals', subjects: ['repo:acme/shop:environment:prod%3Aeu'], claims: { environment: 'prod%3Aeu' },
    }],
    ['an environment with spaces and accents', GitHubSubject.environment(named, 'Préprod 1'), {
      operator: 'StringEquals', subjects: ['repo:acme/shop:environment:Préprod 1'], claims: {},
    }],
    ['pull requests', GitHubSubject.pullRequest(named), { operator: 'StringEquals', subjects: ['repo:acme/shop:pull_request'], claims: {} }],
    ['any branch', GitHubSubject.dangerouslyAnyBranch(named), { operator: 'StringLike', subjects: ['repo:acme/shop:ref:refs/heads/*'], claims: {} }],
    ['a workflow', GitHubSubject.environment(immutable, 'production', { jobWorkflowRef: WORKFLOW }), {
      operator: 'StringEquals', subjects: ['repo:acme@1001/shop@2002:environment:production'], claims: { job_workflow_ref: WORKFLOW },
    }],
    ['a workflow by commit', GitHubSubject.branch(named, 'main', { jobWorkflowRef: `acme/ci/.github/workflows/x.yaml@${'a'.repeat(40)}` }), {
      operator: 'StringEquals', subjects: ['repo:acme/shop:ref:refs/heads/main'], claims: { job_workflow_ref: `acme/ci/.github/workflows/x.yaml@${'a'.repeat(40)}` },
    }],
    ['a template with the workflow', GitHubSubject.environment(named, 'a:b', { jobWorkflowRef: WORKFLOW, includeClaimKeys: ['repo', 'context', 'job_workflow_ref'] }), {
      operator: 'StringEquals', subjects: [`repo:acme/shop:environment:a%3Ab:job_workflow_ref:${WORKFLOW}`], claims: { environment: 'a:b' },
    }],
    ['a template with the numbers', GitHubSubject.branch(shop, 'main', { includeClaimKeys: ['repository_owner_id', 'repository_id', 'context'] }), {
      operator: 'StringEquals', subjects: ['repository_owner_id:1001:repository_id:2002:ref:refs/heads/main'], claims: {},
    }],
    ['a template with one number', GitHubSubject.branch(immutable, 'main', { includeClaimKeys: ['repository_id', 'context'] }), {
      operator: 'StringEquals', subjects: ['repository_id:2002:ref:refs/heads/main'], claims: NUMBERS,
    }],
    ['a template without the repository, which the numbers name', GitHubSubject.branch(shop, 'main', { includeClaimKeys: ['context', 'repository_owner'] }), {
      operator: 'StringEquals', subjects: ['ref:refs/heads/main:repository_owner:acme'], claims: NUMBERS,
    }],
    ['a template with a claim of its own', GitHubSubject.branch(named, 'v*', { includeClaimKeys: ['repo', 'repository_visibility', 'context', 'ref'], claims: { repository_visibility: 'private' } }), {
      operator: 'StringLike', subjects: ['repo:acme/shop:repository_visibility:private:ref:refs/heads/v*:ref:refs/heads/v*'], claims: {},
    }],
    ['a claim with a colon', GitHubSubject.branch(named, 'main', { includeClaimKeys: ['repo', 'context', 'workflow'], claims: { workflow: 'a: b' } }), {
      operator: 'StringEquals', subjects: ['repo:acme/shop:ref:refs/heads/main:workflow:a%3A b'], claims: {},
    }],
    ['values known at deployment, which are compared letter for letter', GitHubSubject.environment(
      GitHubRepository.of('acme/shop', { ...IDS, repositoryId: token, subjectFormat: GitHubSubjectFormat.IMMUTABLE }), token), {
      operator: 'StringEquals',
      subjects: [`repo:acme@1001/shop@${token}:environment:${token}`],
      claims: { repository_owner_id: '1001', repository_id: token, environment: token },
    }],
    ['a branch known at deployment', GitHubSubject.branch(named, token), { operator: 'StringEquals', subjects: [`repo:acme/shop:ref:refs/heads/${token}`], claims: {} }],
  ])('%s', (_, subject, condition) => {
    expect(subject._render()).toEqual(condition);
  });
});

describe('a branch or tag', () => {
  const factories = [GitHubSubject.branch, GitHubSubject.tag] as const;

  test.each(['main', 'a/b', 'v1.0.0', '*-rc', '*.*.x', 'feature/#1', 'a@b', 'é', 'a%3Ab', 'x'.repeat(255)])('%s is accepted', (name) => {
    for (const factory of factories) expect(() => factory(shop, name)).not.toThrow();
  });

  test.each([
    ['', 'githubSubjectCharacters'],
    ['*', 'githubSubjectMatchesAll'],
    ['**', 'githubSubjectMatchesAll'],
    ['?*', 'githubSubjectMatchesAll'],
    ['*/*', 'githubSubjectMatchesAll'],
    ['*.*.*', 'githubSubjectMatchesAll'],
    ['refs/heads/main', 'githubRefInvalid'],
    ['refs/tags/v1', 'githubRefInvalid'],
    ['heads/main', 'githubRefInvalid'],
    ['a b', 'githubRefInvalid'],
    ['a:b', 'githubRefInvalid'],
    ['a..b', 'githubRefInvalid'],
    ['a~1', 'githubRefInvalid'],
    ['a^', 'githubRefInvalid'],
    ['a[b]', 'githubRefInvalid'],
    ['a\\b', 'githubRefInvalid'],
    ['a@{1}', 'githubRefInvalid'],
    ['/a', 'githubRefInvalid'],
    ['a/', 'githubRefInvalid'],
    ['a//b', 'githubRefInvalid'],
    ['-a', 'githubRefInvalid'],
    ['.a', 'githubRefInvalid'],
    ['a/.b', 'githubRefInvalid'],
    ['a.', 'githubRefInvalid'],
    ['a.lock', 'githubRefInvalid'],
    ['a\tb', 'githubSubjectCharacters'],
    ['a\nb', 'githubSubjectCharacters'],
    ['main\u0000', 'githubSubjectCharacters'],
    ['m\u0430in', 'githubSubjectCharacters'],
    ['\u4e3b', 'githubSubjectCharacters'],
    ['$' + '{aws:username}', 'githubSubjectCharacters'],
    [`${token}*`, 'githubSubjectPatternUnknown'],
  ])('%j is refused as %s', (name, code) => {
    for (const factory of factories) expect(() => factory(shop, name)).toThrow(`cdk-secure-ecr:${code}`);
  });

  test('the way out of a bare wildcard is named', () => {
    expect(() => GitHubSubject.branch(shop, '*')).toThrow(
      "[GitHubSubject.branch] 'branch' must leave some branches out, got \"*\":"
      + ' name branches, as in release/*, or use GitHubSubject.dangerouslyAnyBranch (cdk-secure-ecr:githubSubjectMatchesAll)');
  });
});

test.each([
  ['', 'githubSubjectCharacters'],
  ['prod-*', 'githubSubjectWildcard'],
  ['prod?', 'githubSubjectWildcard'],
  ['$' + '{aws:username}', 'githubSubjectCharacters'],
  ['\u0440rod', 'githubSubjectCharacters'],
  ['a\nb', 'githubSubjectCharacters'],
])('the environment %j is refused as %s', (name, code) => {
  expect(() => GitHubSubject.environment(shop, name)).toThrow(`cdk-secure-ecr:${code}`);
});

test.each<[GitHubSubjectOptions, string]>([
  [{ jobWorkflowRef: 'acme/ci/.github/workflows/image.yml' }, 'githubJobWorkflowRef'],
  [{ jobWorkflowRef: 'acme/ci/.github/workflows/image.yml@main' }, 'githubJobWorkflowRef'],
  [{ jobWorkflowRef: 'acme/ci/.github/workflows/image.yml@v1' }, 'githubJobWorkflowRef'],
  [{ jobWorkflowRef: 'acme/ci/.github/workflows/image.yml@abc1234' }, 'githubJobWorkflowRef'],
  [{ jobWorkflowRef: '.github/workflows/image.yml@refs/heads/main' }, 'githubJobWorkflowRef'],
  [{ jobWorkflowRef: 'acme/ci/workflows/image.yml@refs/heads/main' }, 'githubJobWorkflowRef'],
  [{ jobWorkflowRef: 'acme/ci/.github/workflows/*@refs/heads/main' }, 'githubSubjectWildcard'],
  [{ jobWorkflowRef: 'acme/*/.github/workflows/image.yml@refs/heads/main' }, 'githubSubjectWildcard'],
  [{ includeClaimKeys: [] }, 'githubTemplateContext'],
  [{ includeClaimKeys: ['repo'] }, 'githubTemplateContext'],
  [{ includeClaimKeys: ['repo', 'ref'] }, 'githubTemplateContext'],
  [{ includeClaimKeys: ['context'] }, 'githubTemplateRepository'],
  [{ includeClaimKeys: ['repository_owner', 'context'] }, 'githubTemplateRepository'],
  [{ includeClaimKeys: ['repo', 'context', 'context'] }, 'githubTemplateTwice'],
  [{ includeClaimKeys: ['repo', 'context', 'job_workflow_ref'] }, 'githubTemplateClaim'],
  [{ includeClaimKeys: ['repo', 'context', 'repository_visibility'] }, 'githubTemplateClaim'],
  [{ includeClaimKeys: ['repo', 'context', 'environment'] }, 'githubTemplateClaim'],
  [{ includeClaimKeys: ['repository_id', 'context'] }, 'githubTemplateClaim'],
  [{ includeClaimKeys: ['repo', 'context', 'constructor'] }, 'githubTemplateClaim'],
  [{ claims: { actor: 'octocat' } }, 'githubTemplateClaim'],
  [{ includeClaimKeys: ['repo', 'context', 'ref'], claims: { ref: 'refs/heads/*' } }, 'githubTemplateClaim'],
  [{ includeClaimKeys: ['repo', 'context', 'actor'], claims: { actor: '*' } }, 'githubSubjectWildcard'],
])('the options %j of a repository known by name are refused as %s', (options, code) => {
  expect(() => GitHubSubject.branch(named, 'main', options)).toThrow(`cdk-secure-ecr:${code}`);
});

test.each([['context', 'repo'], ['ref', 'repo', 'context'], ['context'], ['repository_owner', 'context', 'repository_id']])(
  'a pattern is refused in the template %s, %s, %s, where it would come before the repository', (...keys) => {
    const includeClaimKeys = keys.filter((key) => typeof key === 'string');
    for (const subject of [() => GitHubSubject.tag(shop, 'v*', { includeClaimKeys }), () => GitHubSubject.dangerouslyAnyBranch(shop, { includeClaimKeys })]) {
      expect(subject).toThrow('cdk-secure-ecr:githubTemplatePattern');
    }
    expect(() => GitHubSubject.tag(shop, 'v1', { includeClaimKeys })).not.toThrow();
  });

test('a template may come without the repository where its numbers are known', () => {
  expect(() => GitHubSubject.branch(shop, 'main', { includeClaimKeys: ['context'] })).not.toThrow();
});

describe('templates', () => {
  const byName = GitHubRepository.withoutIds('acme/shop');

  test.each(['*', 'x${aws:y}', 'Repo', ''])('%p is no claim', (key) => {
    expect(() => GitHubSubject.branch(byName, 'main', { includeClaimKeys: ['repo', 'context', key], claims: { [key]: 'z' } })).toThrow('githubTemplateKey');
  });

  test.each<[string, object]>([
    ['the workflow', { includeClaimKeys: ['repo', 'context', 'job_workflow_ref'], jobWorkflowRef: Aws.STACK_NAME }],
    ['a claim', { includeClaimKeys: ['workflow', 'repo', 'context'], claims: { workflow: Aws.STACK_NAME } }],
  ])('beside a pattern, %s has to be known: it could hold a wildcard', (_name, options) => {
    expect(() => GitHubSubject.branch(byName, 'main*', options)).toThrow('githubSubjectPatternUnknown');
    expect(() => GitHubSubject.branch(byName, 'main', options)).not.toThrow();
  });
});
