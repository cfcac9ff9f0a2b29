import { Token } from 'aws-cdk-lib';
import { GitHubIssuer, GitHubRepository, GitHubSubjectFormat } from '../../src';

const IDS = { ownerId: '1001', repositoryId: '2002' };

test.each([
  ['acme/shop', 'acme', 'shop'],
  ['a/b', 'a', 'b'],
  ['Acme-Corp/.github', 'Acme-Corp', '.github'],
  ['octocat_acme/my.repo_1-x', 'octocat_acme', 'my.repo_1-x'],
  [`${'x'.repeat(39)}/${'y'.repeat(100)}`, 'x'.repeat(39), 'y'.repeat(100)],
])('%s is owner %s and name %s', (fullName, owner, name) => {
  expect(GitHubRepository.of(fullName, IDS)).toMatchObject({ fullName, owner, name });
  expect(GitHubRepository.withoutIds(fullName)).toMatchObject({ fullName, owner, name });
});

test.each([
  ['', 'githubRepositoryName'],
  ['acme', 'githubRepositoryName'],
  ['/shop', 'githubRepositoryName'],
  ['acme/', 'githubRepositoryName'],
  ['acme/shop/x', 'githubRepositoryName'],
  ['acme/..', 'githubRepositoryName'],
  ['acme/.', 'githubRepositoryName'],
  ['-acme/shop', 'githubRepositoryName'],
  ['acme/sh op', 'githubRepositoryName'],
  ['acme:x/shop', 'githubRepositoryName'],
  ['acme@1001/shop@2002', 'githubRepositoryName'],
  ['acme/$' + '{aws:username}', 'githubRepositoryName'],
  ['\u0430cme/shop', 'githubRepositoryName'],
  ['https://github.com/acme/shop', 'githubRepositoryName'],
  [`${'x'.repeat(40)}/shop`, 'githubRepositoryName'],
  [`acme/${'y'.repeat(101)}`, 'githubRepositoryName'],
  ['*', 'githubRepositoryWildcard'],
  ['acme/*', 'githubRepositoryWildcard'],
  ['*/shop', 'githubRepositoryWildcard'],
  ['acme/shop*', 'githubRepositoryWildcard'],
  ['acme/sho?', 'githubRepositoryWildcard'],
  [Token.asString({ Ref: 'Repository' }), 'githubRepositoryUnknown'],
])('%s is refused as %s', (fullName, code) => {
  expect(() => GitHubRepository.of(fullName, IDS)).toThrow(`cdk-secure-ecr:${code}`);
  expect(() => GitHubRepository.withoutIds(fullName)).toThrow(`cdk-secure-ecr:${code}`);
});

test.each(['', '0', '01', '-1', '1.5', '1e3', 'R_kgDOAbc', ' 1', '1\n', '*', '1'.repeat(21)])('the number %p is refused', (id) => {
  expect(() => GitHubRepository.of('acme/shop', { ...IDS, ownerId: id })).toThrow("'ownerId' must be a number that GitHub gave, as text");
  expect(() => GitHubRepository.of('acme/shop', { ...IDS, repositoryId: id })).toThrow("'repositoryId' must be a number that GitHub gave, as text");
});

test('all that is wrong is in one error, with what to do', () => {
  expect(() => GitHubRepository.of('acme/*', { ownerId: 'acme', repositoryId: 'x' })).toThrow([
    "[GitHubRepository.of] 'fullName' must name one repository, without wildcards, got \"acme/*\":"
    + ' list each repository: shop* also matches shop-evil, and acme/* whatever anybody in acme creates (cdk-secure-ecr:githubRepositoryWildcard)',
    "[GitHubRepository.of] 'ownerId' must be a number that GitHub gave, as text, got \"acme\":"
    + ' ask for it: gh api repos/OWNER/NAME --jq .owner.id (cdk-secure-ecr:githubIdInvalid)',
    "[GitHubRepository.of] 'repositoryId' must be a number that GitHub gave, as text, got \"x\":"
    + ' ask for it: gh api repos/OWNER/NAME --jq .id (cdk-secure-ecr:githubIdInvalid)',
  ].join('\n'));
});

test('numbers may be known at deployment only', () => {
  expect(() => GitHubRepository.of('acme/shop', { ownerId: Token.asString({ Ref: 'Owner' }), repositoryId: '2002' })).not.toThrow();
});

test.each([
  [GitHubSubjectFormat.CLASSIC, ['acme/shop']],
  [GitHubSubjectFormat.IMMUTABLE, ['acme@1001/shop@2002']],
  [GitHubSubjectFormat.BOTH, ['acme/shop', 'acme@1001/shop@2002']],
  [undefined, ['acme/shop', 'acme@1001/shop@2002']],
])('in the form %s it is %j', (subjectFormat, names) => {
  expect(GitHubRepository.of('acme/shop', { ...IDS, subjectFormat })._names).toEqual(names);
});

describe('the issuer', () => {
  test.each([
    [GitHubIssuer.githubCom(), 'https://token.actions.githubusercontent.com'],
    [GitHubIssuer.enterprise('acme-corp'), 'https://token.actions.githubusercontent.com/acme-corp'],
    [GitHubIssuer.dataResidency('octocorp'), 'https://token.actions.octocorp.ghe.com'],
  ])('%j', (issuer, url) => expect(issuer.url).toBe(url));

  test.each(['', '*', 'acme/corp', 'acme.corp', '-acme', 'https://github.com/enterprises/acme', Token.asString({ Ref: 'Slug' })])('the name %s is refused', (name) => {
    expect(() => GitHubIssuer.enterprise(name)).toThrow('cdk-secure-ecr:githubIssuerName');
    expect(() => GitHubIssuer.dataResidency(name)).toThrow('cdk-secure-ecr:githubIssuerName');
  });
});
