import { Problems } from '../private/problems';

/** The issuer of tokens for everybody on github.com. */
const GITHUB = 'token.actions.githubusercontent.com';

/**
 * Who issues the tokens: IAM knows an identity provider for each, and writes its name before each condition key.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
 * @example
 * declare const images: SecureEcrRepository;
 * declare const subjects: GitHubSubject[];
 * new GitHubOidcPusher(this, 'Pusher', { repositories: [images], subjects, issuer: GitHubIssuer.enterprise('acme-corp') });
 */
export class GitHubIssuer {
  /** github.com, for everybody there. */
  public static githubCom(): GitHubIssuer {
    return new GitHubIssuer(GITHUB);
  }

  /**
   * An enterprise on GitHub Enterprise Cloud whose tokens come from an issuer of its own, so that those of nobody else
   * reach your provider. An administrator of the enterprise turns it on, by `include_enterprise_slug`.
   *
   * @param slug the name of the enterprise in its address, as in `https://github.com/enterprises/acme-corp`
   * @see https://docs.github.com/en/enterprise-cloud@latest/actions/reference/security/oidc#customizing-the-issuer-value-for-an-enterprise
   */
  public static enterprise(slug: string): GitHubIssuer {
    check('GitHubIssuer.enterprise', 'slug', slug);
    return new GitHubIssuer(`${GITHUB}/${slug}`);
  }

  /**
   * An enterprise on GitHub Enterprise Cloud with data residency.
   *
   * @param subdomain as in `https://octocorp.ghe.com`: `octocorp`
   * @see https://docs.github.com/en/enterprise-cloud@latest/actions/reference/security/oidc#substituted-values-on-ghecom
   */
  public static dataResidency(subdomain: string): GitHubIssuer {
    check('GitHubIssuer.dataResidency', 'subdomain', subdomain);
    return new GitHubIssuer(`token.actions.${subdomain}.ghe.com`);
  }

  /** The address that tokens carry as `iss`. */
  public readonly url: string;

  private constructor(
    /** The name of its provider in IAM, which is also how its condition keys begin. */
    public readonly providerName: string,
  ) {
    this.url = `https://${providerName}`;
  }
}

function check(owner: string, prop: string, value: string): void {
  const problems = new Problems(owner);
  problems.unless(/^[A-Za-z0-9][A-Za-z0-9-]{0,99}$/.test(value), {
    prop,
    must: 'be letters, digits and hyphens, known at synthesis',
    got: value,
    remedy: 'copy it from the address of the enterprise',
    code: 'githubIssuerName',
  });
  problems.throwIfAny();
}
