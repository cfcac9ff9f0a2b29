import { AUDIENCE } from './audience';
import type { GitHubIssuer } from './github-issuer';
import { LIMITS } from '../private/limits';
import { checkPolicySize } from '../private/policy-size';
import type { Problems } from '../private/problems';

interface Statement {
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action?: string | string[];
  readonly NotAction?: string | string[];
  readonly Condition?: Record<string, Record<string, unknown>>;
}

/** What the properties of a role say of whom it trusts. */
export interface Trusted {
  readonly issuer: GitHubIssuer;
  /** As they are rendered; a statement that was added by hand may use them too. */
  readonly subjects: readonly string[];
  /** Organizations and users, as GitHub writes them. */
  readonly owners: readonly string[];
}

/** Operators that say which value a claim has, where a missing claim is no match. */
const POSITIVE = ['StringEquals', 'StringLike'];

/**
 * Adds what makes a finished trust policy unsafe, however its statements came about: what this library writes passes, and
 * what was added by hand has to, too.
 */
export function checkTrust(document: { Statement: Statement[] }, trusted: Trusted, problems: Problems): void {
  const prop = 'trust policy';
  const { providerName } = trusted.issuer;
  for (const statement of document.Statement.filter(isForTokens)) {
    const operators = Object.entries(statement.Condition ?? {});
    const values = (claim: string) => operators.filter(([operator]) => POSITIVE.includes(operator))
      .flatMap(([operator, keys]) => list(keys[`${providerName}:${claim}`]).map((value) => ({ operator, value })));
    problems.unless(operators.every(([operator]) => !/^ForAllValues:|IfExists$/.test(operator)), {
      prop,
      must: 'use no operator that a token without the claim satisfies',
      got: operators.map(([operator]) => operator),
      remedy: 'use StringEquals or StringLike',
      code: 'githubTrustOperator',
    });
    const audiences = values('aud');
    problems.unless(audiences.length > 0 && audiences.every(({ value }) => value === AUDIENCE), {
      prop,
      must: `compare ${providerName}:aud with ${AUDIENCE} alone`,
      got: statement.Condition,
      remedy: 'add it under StringEquals: else a token that was made for somebody else will do',
      code: 'githubTrustAudience',
    });
    const subjects = values('sub');
    problems.unless(subjects.length > 0, {
      prop,
      must: `compare ${providerName}:sub`,
      got: statement.Condition,
      remedy: 'pass subjects instead of adding statements: without it every repository on GitHub is trusted, and IAM refuses the role',
      code: 'githubTrustSubject',
    });
    const wide = subjects.filter(({ value }) => !trusted.subjects.includes(JSON.stringify(value)) && !isNarrow(value, trusted.owners));
    problems.unless(wide.length === 0, {
      prop,
      must: 'name a repository of the same owner in each subject, and a branch, tag or environment of it',
      got: wide.map(({ value }) => value),
      remedy: 'pass subjects instead of adding statements: GitHubSubject.branch, .tag or .environment',
      code: 'githubTrustWildcard',
    });
  }
  checkPolicySize(document, LIMITS.role.trustPolicyCharacters.raised, problems, {
    prop,
    remedy: 'use several roles, or GitHubSubjectFormat.IMMUTABLE, which needs a quarter of the room',
    code: 'githubTrustSize',
  });
}

/** Whether a token can take the role by this statement. */
function isForTokens({ Effect, Principal, Action, NotAction }: Statement): boolean {
  // Without any it says who may not (NotPrincipal), and a text is the wildcard.
  const byToken = !isObject(Principal) || Object.entries(Principal).some(([kind, who]) => kind === 'Federated' || list(who).includes('*'));
  const [named, excepted] = [Action, NotAction].map((actions) =>
    list(actions).some((action) => covers(String(action), 'sts:AssumeRoleWithWebIdentity')));
  return Effect === 'Allow' && byToken && (NotAction === undefined ? named : !excepted);
}

/** Whether an action of a policy, in which `*` stands for any characters, is or holds another one. */
function covers(pattern: string, action: string): boolean {
  return new RegExp(`^${pattern.replaceAll('*', '.*')}$`, 'i').test(action);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object';
}

/**
 * Whether a subject that was written by hand names a repository of an owner that is trusted anyway, and of it the start of
 * a branch, a tag or an environment: no pull requests, nothing that is known at deployment only, no variable.
 */
function isNarrow(value: unknown, owners: readonly string[]): boolean {
  const form = /^repo:([^:/@*?$]+)(?:@\d+)?\/[^:/*?$]+:(?:ref:refs\/(?:heads|tags)\/|environment:)[^*?$][^$]*$/;
  const [, owner] = typeof value === 'string' ? form.exec(value) ?? [] : [];
  return owner !== undefined && owners.includes(owner);
}

function list(value: unknown): unknown[] {
  return value === undefined ? [] : [value].flat();
}
