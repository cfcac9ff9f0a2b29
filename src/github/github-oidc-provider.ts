import { CfnResource, type RemovalPolicy, Stack, Stage, Token, TokenComparison, aws_iam as iam } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import { AUDIENCE } from './audience';
import { GitHubIssuer } from './github-issuer';
import { Problems } from '../private/problems';

/** Properties of a `GitHubOidcProvider`. */
export interface GitHubOidcProviderProps {
  /**
   * Who issues the tokens.
   *
   * @default GitHubIssuer.githubCom()
   */
  readonly issuer?: GitHubIssuer;

  /**
   * What happens to the provider when it leaves the stack or the stack is deleted. Without it, no role that trusts it can
   * be taken any more, those of other stacks and apps included.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * The identity provider through which IAM trusts GitHub's tokens. An account can have one for each issuer.
 *
 * The roles of an app find the one that the app has for their account, in whichever stack and Region it is, and make it if
 * there is none. Make it yourself to choose its stack; use `fromAccount` where something else than the app made it.
 *
 * Made by CloudFormation itself: no function, and no thumbprints, because IAM checks GitHub's certificate by its own list of
 * authorities. Free of charge.
 *
 * @resource AWS::IAM::OIDCProvider
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
 * @example
 * new GitHubOidcProvider(this, 'GitHub', { removalPolicy: RemovalPolicy.RETAIN });
 */
export class GitHubOidcProvider extends iam.OidcProviderNative {
  /**
   * The provider that the account has already, made by hand, by another app or by another tool.
   *
   * It has to accept the audience `sts.amazonaws.com`.
   *
   * @param scope where it is used
   * @param id in `scope`
   * @param issuer who issues the tokens, github.com by default
   */
  public static fromAccount(scope: Construct, id: string, issuer: GitHubIssuer = GitHubIssuer.githubCom()): iam.IOidcProvider {
    return iam.OidcProviderNative.fromOidcProviderArn(scope, id, arnOf(issuer, scope));
  }

  /**
   * The ARN of the provider of an account and issuer; it is made, or waited for, if the app makes it.
   *
   * @internal
   */
  public static _arnFor(scope: Construct, issuer: GitHubIssuer): string {
    const existing = providersOf(scope, issuer).find((one) => Stage.of(one) === Stage.of(scope));
    const provider = existing ?? new GitHubOidcProvider(Stack.of(scope), freeId(scope, issuer), { issuer });
    // Named rather than referred to: a reference would be an export, which no other Region can import.
    scope.node.addDependency(provider);
    return arnOf(issuer, scope);
  }

  /** Who issues the tokens. */
  public readonly issuer: GitHubIssuer;

  /**
   * @param scope what it is part of, such as a stack: `this` in the constructor of one
   * @param id what it is called in there, unlike everything else
   * @param props what differs from the defaults
   */
  constructor(scope: Construct, id: string, props: GitHubOidcProviderProps = {}) {
    const issuer = props.issuer ?? GitHubIssuer.githubCom();
    super(scope, id, { url: issuer.url, clientIds: [AUDIENCE], removalPolicy: props.removalPolicy });
    this.issuer = issuer;
    this.node.addValidation({ validate: () => this.onlyOne() });
  }

  private onlyOne(): string[] {
    const others = providersOf(this, this.issuer).filter((one) => !one.node.scopes.includes(this));
    const problems = new Problems(this.node.path);
    problems.unless(others.length === 0, {
      prop: 'issuer',
      must: 'have one provider in an account',
      got: others.map(({ node }) => node.path),
      remedy: 'keep one, and make it before the roles; in another stage, pass GitHubOidcProvider.fromAccount to the roles as their provider',
      code: 'githubProviderTwice',
    });
    return problems.messages();
  }
}

/** The providers of an issuer that the app makes in the account of `scope`, whichever class makes them. */
function providersOf(scope: IConstruct, issuer: GitHubIssuer): CfnResource[] {
  const { account } = Stack.of(scope);
  return scope.node.root.node.findAll().filter(CfnResource.isCfnResource).filter((one) => {
    if (urlOf(one)?.replace(/\/$/, '') !== issuer.url) return false;
    const there = Token.compareStrings(one.stack.account, account);
    return there === TokenComparison.SAME || (there === TokenComparison.BOTH_UNRESOLVED && Stage.of(one) === Stage.of(scope));
  });
}

/** Whose tokens a resource makes the account trust, if it is a provider. */
function urlOf(resource: CfnResource): string | undefined {
  if (iam.CfnOIDCProvider.isCfnOIDCProvider(resource)) return resource.url;
  if (resource.cfnResourceType !== 'Custom::AWSCDKOpenIdConnectProvider') return undefined; // iam.OpenIdConnectProvider
  return (resource as unknown as { readonly _cfnProperties: { readonly Url?: string } })._cfnProperties.Url;
}

function freeId(scope: Construct, { providerName }: GitHubIssuer): string {
  const id = `GitHubOidcProvider-${providerName.replace(/\W+/g, '-')}`;
  const taken = Stack.of(scope).node.tryFindChild(id);
  const problems = new Problems(scope.node.path);
  problems.unless(taken === undefined, {
    prop: 'provider',
    must: `find the id ${id} free in its stack`,
    got: taken?.node.path,
    remedy: 'give that construct another id, or pass a provider',
    code: 'githubProviderId',
  });
  problems.throwIfAny();
  return id;
}

function arnOf({ providerName }: GitHubIssuer, scope: Construct): string {
  return Stack.of(scope).formatArn({ service: 'iam', region: '', resource: 'oidc-provider', resourceName: providerName });
}
