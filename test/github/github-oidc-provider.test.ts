import { App, NestedStack, RemovalPolicy, Stack, Stage, aws_ecr as ecr, aws_iam as iam } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { GitHubIssuer, GitHubOidcDeployer, GitHubOidcProvider, GitHubOidcPusher, GitHubRepository, GitHubSubject, SecureEcrRepository } from '../../src';

const ENV = { account: '111111111111', region: 'eu-west-1' };
const shop = GitHubRepository.of('acme/shop', { ownerId: '1001', repositoryId: '2002' });
const TYPE = 'AWS::IAM::OIDCProvider';

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: ENV });
});

function push(scope: Stack, id = 'Pusher', props: { provider?: iam.IOIDCProviderRef; issuer?: GitHubIssuer } = {}) {
  const repositories = [ecr.Repository.fromRepositoryName(scope, `${id}Images`, 'images')];
  return new GitHubOidcPusher(scope, id, { repositories, subjects: [GitHubSubject.branch(shop, 'main')], ...props });
}
const providers = (scope: Stack) => Object.keys(Template.fromStack(scope).findResources(TYPE)).length;
const dependsOn = (scope: Stack, other: Stack) => scope.dependencies.includes(other);
const inRole = (scope: Stack) => JSON.stringify(Template.fromStack(scope).findResources('AWS::IAM::Role'));

describe('one provider of an account serves', () => {
  test('all roles of a stack', () => {
    push(stack, 'A');
    push(stack, 'B');
    new GitHubOidcDeployer(stack, 'C', { subjects: [GitHubSubject.environment(shop, 'production')] });
    expect(providers(stack)).toBe(1);
  });

  test('stacks of all Regions', () => {
    const other = new Stack(app, 'Other', { env: { ...ENV, region: 'us-east-1' } });
    push(stack);
    push(other);
    app.synth();
    expect([providers(stack), providers(other)]).toEqual([1, 0]);
    expect(dependsOn(other, stack)).toBe(true);
    expect(inRole(other)).toContain(':iam::111111111111:oidc-provider/token.actions.githubusercontent.com');
    expect(Template.fromStack(stack).toJSON().Outputs).toBeUndefined();
  });

  test('stacks without an environment', () => {
    const [a, b] = ['A', 'B'].map((id) => new Stack(app, id));
    push(a);
    push(b);
    expect([providers(a), providers(b)]).toEqual([1, 0]);
  });

  test('nested stacks', () => {
    const nested = ['A', 'B'].map((id) => new NestedStack(stack, id));
    nested.forEach((each) => push(each));
    push(stack);
    app.synth();
    expect([...nested, stack].map(providers)).toEqual([1, 0, 0]);
  });

  test('that was made before, wherever it is and whichever class made it', () => {
    const base = new Stack(app, 'Base', { env: { ...ENV, region: 'us-east-1' } });
    new iam.OidcProviderNative(base, 'GitHub', { url: 'https://token.actions.githubusercontent.com/', clientIds: ['sts.amazonaws.com'] });
    push(stack);
    app.synth();
    expect([providers(base), providers(stack)]).toEqual([1, 0]);
    expect(dependsOn(stack, base)).toBe(true);
  });
});

describe('another provider is made for', () => {
  test.each<[string, () => Stack]>([
    ['another account', () => new Stack(app, 'Other', { env: { ...ENV, account: '222222222222' } })],
    ['a stage of another account', () => new Stack(new Stage(app, 'Stage', { env: { ...ENV, account: '222222222222' } }), 'Stack')],
    ['another app', () => new Stack(new App(), 'Stack', { env: ENV })],
  ])('%s', (_, make) => {
    const other = make();
    push(stack);
    push(other);
    expect([providers(stack), providers(other)]).toEqual([1, 1]);
    expect(dependsOn(other, stack)).toBe(false);
  });

  test('stages without an environment, of which nobody knows the account', () => {
    const stacks = ['A', 'B'].map((id) => new Stack(new Stage(app, id), 'Stack'));
    stacks.forEach((each) => push(each));
    expect(stacks.map(providers)).toEqual([1, 1]);
    expect(() => app.synth()).not.toThrow();
  });

  test('another issuer', () => {
    push(stack, 'A');
    push(stack, 'B', { issuer: GitHubIssuer.enterprise('acme-corp') });
    Template.fromStack(stack).resourceCountIs(TYPE, 2);
    Template.fromStack(stack).hasResourceProperties(TYPE, { Url: 'https://token.actions.githubusercontent.com/acme-corp' });
    expect(inRole(stack)).toContain('"token.actions.githubusercontent.com/acme-corp:sub"');
  });
});

describe('no provider is made', () => {
  test('where the account has it', () => {
    push(stack, 'Pusher', { provider: GitHubOidcProvider.fromAccount(stack, 'GitHub') });
    expect(providers(stack)).toBe(0);
    expect(inRole(stack)).toContain(':iam::111111111111:oidc-provider/token.actions.githubusercontent.com');
  });

  test.each<[string, () => iam.IOIDCProviderRef]>([
    ['of this library', () => new GitHubOidcProvider(stack, 'GitHub')],
    ['native', () => new iam.OidcProviderNative(stack, 'GitHub', { url: GitHubIssuer.githubCom().url, clientIds: ['sts.amazonaws.com'] })],
    ['of CloudFormation', () => new iam.CfnOIDCProvider(stack, 'GitHub', { url: GitHubIssuer.githubCom().url, clientIdList: ['sts.amazonaws.com'] })],
  ])('where one is passed: %s', (_, make) => {
    push(stack, 'Pusher', { provider: make() });
    expect(providers(stack)).toBe(1);
    expect(JSON.parse(inRole(stack))).toEqual({ [Object.keys(JSON.parse(inRole(stack)))[0]]: expect.anything() });
    expect(inRole(stack)).toMatch(/"Federated":\{"(Ref|Fn::GetAtt)"/);
  });

  test('where one is passed that a function makes, as the older class does', () => {
    push(stack, 'Pusher', { provider: new iam.OpenIdConnectProvider(stack, 'GitHub', { url: GitHubIssuer.githubCom().url, clientIds: ['sts.amazonaws.com'] }) });
    expect(providers(stack)).toBe(0);
  });
});

test('it can be kept when its stack goes', () => {
  new GitHubOidcProvider(stack, 'GitHub', { issuer: GitHubIssuer.dataResidency('octocorp'), removalPolicy: RemovalPolicy.RETAIN });
  Template.fromStack(stack).hasResource(TYPE, { DeletionPolicy: 'Retain', Properties: { Url: 'https://token.actions.octocorp.ghe.com', ThumbprintList: Match.absent() } });
});

describe('a provider of the app is the right one:', () => {
  const props = () => ({ repositories: [new SecureEcrRepository(stack, 'Images')], subjects: [GitHubSubject.branch(shop, 'main')] });

  test('of the issuer of the role', () => {
    const provider = new GitHubOidcProvider(stack, 'Enterprise', { issuer: GitHubIssuer.enterprise('acme-corp') });
    expect(() => new GitHubOidcPusher(stack, 'Pusher', { ...props(), provider })).toThrow('githubProviderIssuer');
  });

  test('of the audience', () => {
    const provider = new iam.OidcProviderNative(stack, 'Sigstore', { url: 'https://token.actions.githubusercontent.com', clientIds: ['sigstore'] });
    expect(() => new GitHubOidcPusher(stack, 'Pusher', { ...props(), provider })).toThrow('githubProviderAudience');
  });
});

describe('refused at synthesis', () => {
  test('one beside that of the old class, which a custom resource makes', () => {
    new iam.OpenIdConnectProvider(stack, 'Old', { url: 'https://token.actions.githubusercontent.com', clientIds: ['sts.amazonaws.com'] });
    new GitHubOidcProvider(stack, 'New');
    expect(() => app.synth()).toThrow('githubProviderTwice');
  });

  test('two in one account', () => {
    new GitHubOidcProvider(stack, 'A');
    new iam.CfnOIDCProvider(new Stack(app, 'Other', { env: { ...ENV, region: 'us-east-1' } }), 'B', { url: 'https://token.actions.githubusercontent.com' });
    expect(() => app.synth()).toThrow(
      "'issuer' must have one provider in an account, got [\"Other/B\"]:"
      + ' keep one, and make it before the roles; in another stage, pass GitHubOidcProvider.fromAccount to the roles as their provider (cdk-secure-ecr:githubProviderTwice)');
  });

  test('two stages of one account, of which each would make it', () => {
    const stages = ['A', 'B'].map((id) => new Stack(new Stage(app, id, { env: ENV }), 'Stack'));
    stages.forEach((each) => push(each));
    expect(() => app.synth()).toThrow('cdk-secure-ecr:githubProviderTwice');
  });

  test('an id that is taken', () => {
    new Stack(stack, 'GitHubOidcProvider-token-actions-githubusercontent-com');
    expect(() => push(stack)).toThrow('cdk-secure-ecr:githubProviderId');
  });
});
