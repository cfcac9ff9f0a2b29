import type { GitHubIssuer } from './github-issuer';
import { LIMITS } from '../private/limits';
import { policyCharacters } from '../private/policy-size';
import type { Problems } from '../private/problems';

interface Statement {
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action?: string | string[];
  readonly Condition?: Record<string, Record<string, unknown>>;
}

/** Operators that say which value a claim has, where a missing claim is no match. */
const POSITIVE = ['StringEquals', 'StringLike'];

/**
 * Adds what makes a finished trust policy unsafe, however its statements came about: what this library writes passes, and
 * what was added by hand has to, too.
 */
export function checkTrust(document: { Statement: Statement[] }, { providerName }: GitHubIssuer, problems: Problems): void {
  const prop = 'trust policy';
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
    problems.unless(values('aud').some(({ operator, value }) => operator === 'StringEquals' || !isWild(value)), {
      prop,
      must: `compare ${providerName}:aud`,
      got: statement.Condition,
      remedy: 'add it under StringEquals, with sts.amazonaws.com: else a token that was made for somebody else will do',
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
    const wide = subjects.filter(({ operator, value }) => operator === 'StringLike' && isWild(value) && !isWithinRepository(value));
    problems.unless(wide.length === 0, {
      prop,
      must: 'name the repository of each subject, and more of it than the repository',
      got: wide.map(({ value }) => value),
      remedy: 'pass subjects instead of adding statements: GitHubSubject.branch, .tag or .environment',
      code: 'githubTrustWildcard',
    });
  }
  const { raised } = LIMITS.role.trustPolicyCharacters;
  const size = policyCharacters(document);
  problems.unless(size <= raised, {
    prop,
    must: `be at most ${raised} characters long`,
    got: size,
    remedy: 'use several roles, or GitHubSubjectFormat.IMMUTABLE, which needs a quarter of the room',
    code: 'githubTrustSize',
  });
}

/** Whether a token can take the role by this statement. */
function isForTokens({ Effect, Principal, Action }: Statement): boolean {
  // Without any it says who may not (NotPrincipal), and a text is the wildcard.
  const byToken = !isObject(Principal) || Object.entries(Principal).some(([kind, who]) => kind === 'Federated' || list(who).includes('*'));
  return Effect === 'Allow' && byToken && list(Action).some((action) => covers(String(action), 'sts:AssumeRoleWithWebIdentity'));
}

/** Whether an action of a policy, in which `*` stands for any characters, is or holds another one. */
function covers(pattern: string, action: string): boolean {
  return new RegExp(`^${pattern.replaceAll('*', '.*')}$`, 'i').test(action);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object';
}

function isWild(value: unknown): boolean {
  return typeof value === 'string' && /[*?]/.test(value);
}

/** Whether a pattern names a whole repository, and something of what follows it, before its first wildcard. */
function isWithinRepository(value: unknown): boolean {
  return /^([^*?]+:)?(repo(sitory)?:[^:/*?]+\/[^:/*?]+|repository_id:[^:*?]+):[^*?]/.test(String(value));
}

function list(value: unknown): unknown[] {
  return value === undefined ? [] : [value].flat();
}
