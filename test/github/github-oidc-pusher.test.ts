import {
  App, Aws, Aspects, Duration, Stack, Token, Validations, aws_ecr as ecr, aws_iam as iam,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import {
  GitHubIssuer, GitHubOidcProvider, GitHubOidcPusher, type GitHubOidcPusherProps, GitHubRepository, GitHubSubject, GitHubSubjectFormat,
  SecureEcrRepository,
} from '../../src';
import { deployed, simulate } from '../support/simulate';

const ENV = { account: '111111111111', region: 'eu-west-1' };
const shop = GitHubRepository.of('acme/shop', { ownerId: '1001', repositoryId: '2002' });
const main = GitHubSubject.branch(shop, 'main');

let app: App;
let stack: Stack;
let images: SecureEcrRepository;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: ENV });
  images = new SecureEcrRepository(stack, 'Images');
});

const make = (props: Partial<GitHubOidcPusherProps> = {}, scope = stack, id = 'Pusher') =>
  new GitHubOidcPusher(scope, id, { repositories: [images], subjects: [main], ...props });
const template = () => Template.fromStack(stack);
const resources = (type: string) => Object.values(template().findResources(type)).map(({ Properties }) => Properties);

describe('by default', () => {
  test('there is a provider without thumbprints and a role that trusts the subject', () => {
    make();

    expect(resources('AWS::IAM::OIDCProvider')).toEqual([{ Url: 'https://token.actions.githubusercontent.com', ClientIdList: ['sts.amazonaws.com'] }]);
    template().resourceCountIs('AWS::Lambda::Function', 0);
    template().hasResource('AWS::IAM::Role', {
      DependsOn: [Match.stringLikeRegexp('^GitHubOidcProvider')],
      Properties: {
        RoleName: Match.absent(),
        Path: Match.absent(),
        MaxSessionDuration: Match.absent(),
        PermissionsBoundary: Match.absent(),
        Description: 'Pushes images from GitHub Actions',
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [{
            Effect: 'Allow',
            Action: 'sts:AssumeRoleWithWebIdentity',
            Principal: { Federated: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::111111111111:oidc-provider/token.actions.githubusercontent.com']] } },
            Condition: {
              StringEquals: {
                'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
                'token.actions.githubusercontent.com:sub': ['repo:acme/shop:ref:refs/heads/main', 'repo:acme@1001/shop@2002:ref:refs/heads/main'],
                'token.actions.githubusercontent.com:repository_id': '2002',
                'token.actions.githubusercontent.com:repository_owner_id': '1001',
              },
            },
          }],
        },
      },
    });
  });

  test('there is no warning, and the same template twice', () => {
    const once = () => {
      const fresh = new Stack(new App(), 'Stack', { env: ENV });
      new GitHubOidcPusher(fresh, 'Pusher', { repositories: [new SecureEcrRepository(fresh, 'Images')], subjects: [main] });
      Annotations.fromStack(fresh).hasNoWarning('*', Match.anyValue());
      return Template.fromStack(fresh).toJSON();
    };
    expect(once()).toEqual(once());
  });
});

describe('the role', () => {
  test('has what it is given', () => {
    const boundary = iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'developers');
    make({ roleName: 'shop-pusher', path: '/github/', description: 'Pushes', maxSessionDuration: Duration.hours(2), permissionsBoundary: boundary });
    template().hasResourceProperties('AWS::IAM::Role', {
      RoleName: 'shop-pusher', Path: '/github/', Description: 'Pushes', MaxSessionDuration: 7200, PermissionsBoundary: Match.anyValue(),
    });
  });

  test('is reachable, and can be granted more', () => {
    const pusher = make();
    const other = new ecr.Repository(stack, 'Other');
    other.grantRead(pusher);
    expect(pusher.grantPrincipal).toBe(pusher.role);
    expect(JSON.stringify(resources('AWS::IAM::Policy'))).toContain('ecr:DescribeRepositories');
  });

  const IMAGES = 'arn:aws:ecr:eu-west-1:111111111111:repository/images';
  const OTHER = 'arn:aws:ecr:eu-west-1:111111111111:repository/other';
  const policy = () => {
    const [id] = Object.keys(template().findResources('AWS::ECR::Repository'));
    return deployed(resources('AWS::IAM::Policy')[0].PolicyDocument, { [id]: IMAGES });
  };

  test.each([
    ['ecr:GetAuthorizationToken', '*', 'Allowed', 'Allowed'],
    ['ecr:PutImage', IMAGES, 'Allowed', 'Allowed'],
    ['ecr:UploadLayerPart', IMAGES, 'Allowed', 'Allowed'],
    ['ecr:BatchGetImage', IMAGES, 'Allowed', 'Allowed'],
    ['ecr:GetDownloadUrlForLayer', IMAGES, 'ImplicitlyDenied', 'Allowed'],
    ['ecr:PutImage', OTHER, 'ImplicitlyDenied', 'ImplicitlyDenied'],
    ['ecr:BatchGetImage', OTHER, 'ImplicitlyDenied', 'ImplicitlyDenied'],
    ['ecr:CreateRepository', OTHER, 'ExplicitlyDenied', 'ExplicitlyDenied'],
    ['ecr:BatchDeleteImage', IMAGES, 'ExplicitlyDenied', 'ExplicitlyDenied'],
    ['ecr:DeleteRepository', OTHER, 'ExplicitlyDenied', 'ExplicitlyDenied'],
    ['ecr:SetRepositoryPolicy', IMAGES, 'ExplicitlyDenied', 'ExplicitlyDenied'],
    ['ecr:DeleteRepositoryPolicy', IMAGES, 'ExplicitlyDenied', 'ExplicitlyDenied'],
    ['ecr:PutLifecyclePolicy', IMAGES, 'ExplicitlyDenied', 'ExplicitlyDenied'],
    ['ecr:PutImageTagMutability', IMAGES, 'ExplicitlyDenied', 'ExplicitlyDenied'],
    ['ecr:UpdateImageStorageClass', IMAGES, 'ExplicitlyDenied', 'ExplicitlyDenied'],
    ['ecr:PutRegistryPolicy', '*', 'ExplicitlyDenied', 'ExplicitlyDenied'],
    ['ecr:PutReplicationConfiguration', '*', 'ExplicitlyDenied', 'ExplicitlyDenied'],
  ])('asks for %s on %s: %s, with allowPull: %s', async (action, resource, answer, withPull) => {
    make({});
    const request = { principal: 'arn:aws:iam::111111111111:role/pusher', action, resource };
    expect(await simulate({ ...request, identityPolicy: policy() })).toBe(answer);

    stack = new Stack(new App(), 'Stack', { env: ENV });
    images = new SecureEcrRepository(stack, 'Images');
    make({ allowPull: true });
    expect(await simulate({ ...request, identityPolicy: policy() })).toBe(withPull);
  });

  test('is whom a guard of the repository can name', () => {
    images.access.pushOnlyBy([make()]);
    expect(() => app.synth()).not.toThrow();
  });

  test('is denied to delete even where somebody else grants it', async () => {
    images.grant(make(), 'ecr:BatchDeleteImage');
    const request = { principal: 'arn:aws:iam::111111111111:role/pusher', action: 'ecr:BatchDeleteImage', resource: IMAGES };
    expect(await simulate({ ...request, identityPolicy: policy() })).toBe('ExplicitlyDenied');
  });

  test('pushes to repositories of every kind', () => {
    const repositories = [
      images, new ecr.Repository(stack, 'L2'), new ecr.CfnRepository(stack, 'L1'),
      ecr.Repository.fromRepositoryName(stack, 'Imported', 'imported'),
    ];
    make({ repositories });
    const [allow] = resources('AWS::IAM::Policy')[0].PolicyDocument.Statement.filter(({ Action }: { Action: string[] }) => Action.includes('ecr:PutImage'));
    expect(allow.Resource).toHaveLength(4);
  });

  test('pushes to a repository of another account, which lets it in', () => {
    const theirs = new Stack(app, 'Theirs', { env: { ...ENV, account: '222222222222' } });
    const repository = new SecureEcrRepository(theirs, 'Images', { repositoryName: 'theirs' });
    make({ repositories: [repository], roleName: 'shop-pusher' });
    expect(JSON.stringify(Template.fromStack(theirs).findResources('AWS::ECR::Repository'))).toContain('ecr:PutImage');
  });
});

describe('several', () => {
  const of = (name: string, repositoryId: string, subjectFormat?: GitHubSubjectFormat) =>
    GitHubRepository.of(`acme/${name}`, { ownerId: '1001', repositoryId, subjectFormat });
  const statements = () => resources('AWS::IAM::Role')[0].AssumeRolePolicyDocument.Statement;

  test('subjects of one repository share a statement where nothing else differs', () => {
    make({ subjects: [main, GitHubSubject.environment(shop, 'production'), GitHubSubject.tag(shop, 'v*'), GitHubSubject.branch(shop, 'release/*'), main] });
    const lists = statements().map(({ Condition: { StringEquals, StringLike } }: any) =>
      Object.values({ ...StringEquals, ...StringLike }).filter(Array.isArray));
    expect(lists).toEqual([
      [['repo:acme/shop:ref:refs/heads/main', 'repo:acme@1001/shop@2002:ref:refs/heads/main', 'repo:acme/shop:environment:production', 'repo:acme@1001/shop@2002:environment:production']],
      [['repo:acme/shop:ref:refs/tags/v*', 'repo:acme@1001/shop@2002:ref:refs/tags/v*', 'repo:acme/shop:ref:refs/heads/release/*', 'repo:acme@1001/shop@2002:ref:refs/heads/release/*']],
    ]);
  });

  test('repositories have statements of their own, unless their subjects hold the numbers', () => {
    make({ subjects: [main, GitHubSubject.branch(of('api', '3003'), 'main')] });
    expect(statements()).toHaveLength(2);

    stack = new Stack(new App(), 'Stack', { env: ENV });
    images = new SecureEcrRepository(stack, 'Images');
    make({ subjects: [['shop', '2002'], ['api', '3003']].map(([name, id]) => GitHubSubject.branch(of(name, id, GitHubSubjectFormat.IMMUTABLE), 'main')) });
    expect(statements()).toHaveLength(1);
  });

  /** How many repositories with their branch main fit, of names as long as acme-corp/service-042. */
  function fit(limit: number, subjectFormat: GitHubSubjectFormat, subjectsOf: (repository: GitHubRepository) => GitHubSubject[]): number {
    const size = (count: number) => {
      const fresh = new Stack(new App(), 'Stack', { env: ENV });
      const subjects = Array.from({ length: count }, (_, index) => GitHubRepository.of(`acme-corp/service-${String(index).padStart(3, '0')}`,
        { ownerId: '123456789', repositoryId: String(987654000 + index), subjectFormat })).flatMap(subjectsOf);
      const { role } = new GitHubOidcPusher(fresh, 'Pusher', { repositories: [ecr.Repository.fromRepositoryName(fresh, 'Images', 'images')], subjects });
      return JSON.stringify(deployed(fresh.resolve((role as iam.Role).assumeRolePolicy), {})).length;
    };
    let count = 0;
    while (size(count + 1) <= limit) count += 1;
    return count;
  }

  // docs/github.md shows these numbers.
  test.each([
    [2_048, GitHubSubjectFormat.BOTH, 'main', 3],
    [2_048, GitHubSubjectFormat.IMMUTABLE, 'main', 24],
    [8_192, GitHubSubjectFormat.BOTH, 'main', 14],
    [8_192, GitHubSubjectFormat.IMMUTABLE, 'main', 113],
    [2_048, GitHubSubjectFormat.BOTH, 'main, v*', 1],
    [2_048, GitHubSubjectFormat.IMMUTABLE, 'main, v*', 10],
    [8_192, GitHubSubjectFormat.BOTH, 'main, v*', 7],
    [8_192, GitHubSubjectFormat.IMMUTABLE, 'main, v*', 55],
  ])('into %d characters fit, in the form %s with %s, %d repositories', (limit, format, which, count) => {
    const subjectsOf = (repository: GitHubRepository) => which.split(', ').map((name) => name === 'main' ? GitHubSubject.branch(repository, name) : GitHubSubject.tag(repository, name));
    expect(fit(limit, format, subjectsOf)).toBe(count);
  });

  test('a trust policy that takes a higher quota raises a warning', () => {
    const pusher = make({ subjects: Array.from({ length: 20 }, (_, index) => GitHubSubject.branch(shop, `branch-${index}`)) });
    Annotations.fromStack(stack).hasWarning('/Stack/Pusher', Match.stringLikeRegexp('the trust policy has at least \\d{4} characters: an account allows 2048'));

    Validations.of(pusher).acknowledge({ id: 'cdk-secure-ecr:githubTrustLong', reason: 'raised' });
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('a trust policy that no quota allows is refused', () => {
    make({ subjects: Array.from({ length: 200 }, (_, index) => GitHubSubject.branch(shop, `branch-${index}`)) });
    expect(() => app.synth()).toThrow(/'trust policy' must be at most 8192 characters long, got \d+: use several roles.*githubTrustSize/);
  });

  test('ECR repositories share statements, and a hundred of them spill into managed policies that IAM takes', () => {
    const repositories = Array.from({ length: 100 }, (_, index) => ecr.Repository.fromRepositoryName(stack, `R${index}`, `team/service-${String(index).padStart(3, '0')}`));
    make({ repositories });
    app.synth();
    const policies = [...resources('AWS::IAM::Policy'), ...resources('AWS::IAM::ManagedPolicy')].map(({ PolicyDocument }) => PolicyDocument);
    expect(JSON.stringify(deployed(policies[0], {})).length).toBeLessThanOrEqual(10_240);
    for (const each of policies.slice(1)) expect(JSON.stringify(deployed(each, {})).length).toBeLessThanOrEqual(6_144);
    expect(policies.length).toBeLessThanOrEqual(21);
  });
});

describe('refused', () => {
  const other = GitHubRepository.of('other/shop', { ownerId: '5005', repositoryId: '6006' });

  test.each<[string, () => Partial<GitHubOidcPusherProps>, string]>([
    ['no repositories', () => ({ repositories: [] }), 'githubRepositoriesEmpty'],
    ['no subjects', () => ({ subjects: [] }), 'githubSubjectsEmpty'],
    ['pull requests', () => ({ subjects: [GitHubSubject.pullRequest(shop)] }), 'githubPullRequest'],
    ['two organizations', () => ({ subjects: [main, GitHubSubject.branch(other, 'main')] }), 'githubOrganizationsMixed'],
    ['two organizations by name', () => ({
      subjects: ['acme/shop', 'other/shop'].map((name) => GitHubSubject.branch(GitHubRepository.withoutIds(name), 'main')),
    }), 'githubOrganizationsMixed'],
    ['two owners of one name', () => ({
      subjects: [main, GitHubSubject.branch(GitHubRepository.of('acme/api', { ownerId: '9001', repositoryId: '3003' }), 'main')],
    }), 'githubOrganizationsMixed'],
    ['a number here and another name there', () => ({ subjects: [main, GitHubSubject.branch(GitHubRepository.withoutIds('other/shop'), 'main')] }), 'githubOrganizationsMixed'],
    ['a role name', () => ({ roleName: 'no spaces' }), 'githubRoleName'],
    ['a long role name', () => ({ roleName: 'x'.repeat(65) }), 'githubRoleName'],
    ['a path', () => ({ path: 'github' }), 'githubRolePath'],
    ['a long path', () => ({ path: `/${'x'.repeat(511)}/` }), 'githubRolePath'],
    ['a short session', () => ({ maxSessionDuration: Duration.minutes(59) }), 'githubRoleSession'],
    ['a long session', () => ({ maxSessionDuration: Duration.minutes(721) }), 'githubRoleSession'],
    ['the provider of another issuer', () => ({ provider: GitHubOidcProvider.fromAccount(stack, 'GitHub', GitHubIssuer.enterprise('acme-corp')) }), 'githubProviderIssuer'],
    ['the provider of another account', () => ({
      provider: iam.OidcProviderNative.fromOidcProviderArn(stack, 'GitHub', 'arn:aws:iam::222222222222:oidc-provider/token.actions.githubusercontent.com'),
    }), 'githubProviderAccount'],
    ['a list of unknown length', () => ({ repositories: Token.asList({ Ref: 'Repositories' }) as any }), 'listLengthUnknown'],
  ])('%s', (_, props, code) => {
    expect(() => make(props())).toThrow(`cdk-secure-ecr:${code}`);
    expect(stack.node.tryFindChild('Pusher')).toBeUndefined();
  });

  test('all at once, with what to do', () => {
    expect(() => make({ subjects: [GitHubSubject.pullRequest(shop), GitHubSubject.branch(other, 'main')], roleName: '' })).toThrow([
      "[Stack/Pusher] 'subjects' must hold no pull requests, got \"GitHubSubject.pullRequest\":"
      + ' push from a branch, or say allowPullRequests: true if unreviewed code may take the role (cdk-secure-ecr:githubPullRequest)',
      "[Stack/Pusher] 'subjects' must belong to one organization, got [\"acme@1001\",\"other@5005\"]:"
      + ' make a role for each: whoever administers an organization decides who pushes (cdk-secure-ecr:githubOrganizationsMixed)',
      "[Stack/Pusher] 'roleName' must be 1 to 64 letters, digits or any of _+=,.@-, got \"\": choose another name (cdk-secure-ecr:githubRoleName)",
    ].join('\n'));
  });

  test.each<[string, Partial<GitHubOidcPusherProps>]>([
    ['bounds', { roleName: 'x'.repeat(64), path: `/${'x'.repeat(510)}/`, maxSessionDuration: Duration.hours(12) }],
    ['tokens', { roleName: Token.asString({ Ref: 'Name' }), path: Token.asString({ Ref: 'Path' }), description: Token.asString({ Ref: 'Description' }) }],
    ['an owner who was renamed', {
      subjects: ['acme/shop', 'acme-inc/shop'].map((name) => GitHubSubject.branch(GitHubRepository.of(name, { ownerId: '1001', repositoryId: '2002' }), 'main')),
    }],
    ['a name that is written in two ways', { subjects: ['acme/shop', 'Acme/shop'].map((name) => GitHubSubject.branch(GitHubRepository.withoutIds(name), 'main')) }],
    ['a repository with numbers and one without', { subjects: [main, GitHubSubject.branch(GitHubRepository.withoutIds('acme/api'), 'main')] }],
  ])('not: %s', (_, props) => {
    expect(() => make(props)).not.toThrow();
  });
});

describe('a warning that can be acknowledged', () => {
  test.each<[string, Partial<GitHubOidcPusherProps>, string, RegExp]>([
    ['a repository without numbers', { subjects: [GitHubSubject.branch(GitHubRepository.withoutIds('acme/shop'), 'main')] }, 'githubRepositoryWithoutIds',
      /acme\/shop cannot match repositories created, renamed or transferred after 2026-07-15/],
    ['pull requests', { subjects: [GitHubSubject.pullRequest(shop)], allowPullRequests: true }, 'githubPullRequests', /nobody has reviewed/],
    ['any branch', { subjects: [GitHubSubject.dangerouslyAnyBranch(shop)] }, 'githubAnyBranch', /whoever can push a branch/],
  ])('%s', (_, props, id, message) => {
    const pusher = make(props);
    Annotations.fromStack(stack).hasWarning('/Stack/Pusher', Match.stringLikeRegexp(message.source));

    Validations.of(pusher).acknowledge({ id: `cdk-secure-ecr:${id}`, reason: 'tested' });
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });
});

describe('what somebody adds to the trust policy', () => {
  const PROVIDER = 'arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com';
  const key = (claim: string) => `token.actions.githubusercontent.com:${claim}`;
  const AUD = { [key('aud')]: 'sts.amazonaws.com' };
  const add = (conditions: iam.Conditions, actions = ['sts:AssumeRoleWithWebIdentity']) => {
    const role = make().role as iam.Role;
    role.assumeRolePolicy!.addStatements(new iam.PolicyStatement({ principals: [new iam.FederatedPrincipal(PROVIDER)], actions, conditions }));
  };

  test.each<[string, iam.Conditions, string]>([
    ['no condition', {}, 'githubTrustSubject'],
    ['no subject', { StringEquals: AUD }, 'githubTrustSubject'],
    ['a subject that must not be', { StringEquals: AUD, StringNotEquals: { [key('sub')]: 'repo:acme/x:ref:refs/heads/main' } }, 'githubTrustSubject'],
    ['no audience', { StringEquals: { [key('sub')]: 'repo:acme/shop:ref:refs/heads/main' } }, 'githubTrustAudience'],
    ['an audience of wildcards', { StringLike: { [key('aud')]: '*', [key('sub')]: 'repo:acme/shop:ref:refs/heads/main' } }, 'githubTrustAudience'],
    ['ForAllValues', { 'ForAllValues:StringEquals': AUD, 'StringEquals': { [key('sub')]: 'repo:acme/shop:ref:refs/heads/main' } }, 'githubTrustOperator'],
    ['IfExists', { StringEquals: { ...AUD, [key('sub')]: 'repo:acme/shop:ref:refs/heads/main' }, StringEqualsIfExists: { [key('repository_id')]: '2002' } }, 'githubTrustOperator'],
    ['a bare wildcard', { StringEquals: AUD, StringLike: { [key('sub')]: '*' } }, 'githubTrustWildcard'],
    ['an organization', { StringEquals: AUD, StringLike: { [key('sub')]: 'repo:acme/*' } }, 'githubTrustWildcard'],
    ['an organization and a branch', { StringEquals: AUD, StringLike: { [key('sub')]: 'repo:acme/*:ref:refs/heads/main' } }, 'githubTrustWildcard'],
    ['any owner', { StringEquals: AUD, StringLike: { [key('sub')]: 'repo:*/shop:ref:refs/heads/main' } }, 'githubTrustWildcard'],
    ['a name and its neighbours', { StringEquals: AUD, StringLike: { [key('sub')]: 'repo:acme/shop*' } }, 'githubTrustWildcard'],
    ['everything of the repository', { StringEquals: AUD, StringLike: { [key('sub')]: 'repo:acme/shop:*' } }, 'githubTrustWildcard'],
    ['a good subject beside a wide one', { StringEquals: AUD, StringLike: { [key('sub')]: ['repo:acme/shop:ref:refs/tags/v*', 'repo:acme/*'] } }, 'githubTrustWildcard'],
    ['pull requests', { StringEquals: { ...AUD, [key('sub')]: 'repo:acme/shop:pull_request' } }, 'githubTrustWildcard'],
    ['pull requests by a pattern', { StringEquals: AUD, StringLike: { [key('sub')]: 'repo:acme/shop:p*' } }, 'githubTrustWildcard'],
    ['any ref', { StringEquals: AUD, StringLike: { [key('sub')]: 'repo:acme/shop:ref:*' } }, 'githubTrustWildcard'],
    ['any branch', { StringEquals: AUD, StringLike: { [key('sub')]: 'repo:acme/shop:ref:refs/heads/*' } }, 'githubTrustWildcard'],
    ['another organization', { StringEquals: { ...AUD, [key('sub')]: 'repo:evil/x:ref:refs/heads/main' } }, 'githubTrustWildcard'],
    ['a variable', { StringEquals: { ...AUD, [key('sub')]: 'repo:${aws:PrincipalTag/x}:ref:refs/heads/main' } }, 'githubTrustWildcard'],
    ['a value known at deployment only', { StringLike: { [key('sub')]: Aws.STACK_NAME }, StringEquals: AUD }, 'githubTrustWildcard'],
    ['an audience beside any other', { StringLike: { [key('aud')]: ['sts.amazonaws.com', '*'], [key('sub')]: 'repo:acme/shop:ref:refs/heads/main' } }, 'githubTrustAudience'],
  ])('%s is refused', (_, conditions, code) => {
    add(conditions);
    expect(() => app.synth()).toThrow(`cdk-secure-ecr:${code}`);
  });

  test.each(['sts:*', '*', 'sts:AssumeRole*', 'STS:assumerolewithweb*'])('%s is an action for tokens, too', (action) => {
    add({ StringEquals: AUD }, [action]);
    expect(() => app.synth()).toThrow('githubTrustSubject');
  });

  test.each([['sts:TagSession', true], ['sts:AssumeRole*', false]])('all actions but %s are for tokens: %s', (notAction, forTokens) => {
    const role = make().role as iam.Role;
    role.assumeRolePolicy!.addStatements(new iam.PolicyStatement({ principals: [new iam.FederatedPrincipal(PROVIDER)], notActions: [notAction] }));
    const synth = expect(() => app.synth());
    if (forTokens) synth.toThrow('githubTrustSubject');
    else synth.not.toThrow();
  });

  test('so is everybody', () => {
    const role = make().role as iam.Role;
    role.assumeRolePolicy!.addStatements(new iam.PolicyStatement({ principals: [new iam.StarPrincipal()], actions: ['sts:AssumeRoleWithWebIdentity'] }));
    role.assumeRolePolicy!.addStatements(new iam.PolicyStatement({ principals: [new iam.AnyPrincipal()], actions: ['sts:AssumeRoleWithWebIdentity'] }));
    expect(() => app.synth()).toThrow('githubTrustSubject');
  });

  test('patterns of customised subjects pass, which name the repository first', () => {
    const includeClaimKeys = ['repository_owner', 'repository_id', 'context'];
    make({ subjects: [GitHubSubject.tag(shop, 'v*', { includeClaimKeys }), GitHubSubject.tag(shop, 'v*', { includeClaimKeys: ['repository', 'context'] })] });
    expect(() => app.synth()).not.toThrow();
  });

  test.each<[string, iam.Conditions]>([
    ['a subject of its own', { StringEquals: { ...AUD, [key('sub')]: 'repo:acme/shop:ref:refs/heads/main' } }],
    ['a pattern within the repository', { StringEquals: AUD, StringLike: { [key('sub')]: 'repo:acme/shop:ref:refs/heads/hotfix/*' } }],
  ])('%s is accepted', (_, conditions) => {
    add(conditions);
    expect(() => app.synth()).not.toThrow();
  });

  test('a role of the account is nothing of GitHub', () => {
    const role = make().role as iam.Role;
    role.assumeRolePolicy!.addStatements(new iam.PolicyStatement({ principals: [new iam.AccountRootPrincipal()], actions: ['sts:*'] }));
    expect(() => app.synth()).not.toThrow();
  });

  test('an aspect that adds it is seen too', () => {
    make();
    Aspects.of(stack).add({
      visit: (node) => {
        if (node instanceof iam.Role && node.assumeRolePolicy!.statementCount === 1) {
          node.assumeRolePolicy!.addStatements(new iam.PolicyStatement({ principals: [new iam.FederatedPrincipal(PROVIDER)], actions: ['sts:AssumeRoleWithWebIdentity'] }));
        }
      },
    });
    expect(() => app.synth()).toThrow('githubTrustSubject');
  });
});
