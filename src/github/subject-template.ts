import { Token } from 'aws-cdk-lib';
import type { GitHubRepository } from './github-repository';
import { checkText } from './subject-checks';
import type { Problems } from '../private/problems';

/** What the subject of a run is made of. */
export interface SubjectParts {
  readonly repository: GitHubRepository;
  /** What follows the repository unless the template is customised: `['ref', 'refs/heads/main']`. */
  readonly context: string[];
  /** Claims that such a run carries, as far as they are known. */
  readonly known: { readonly [claim: string]: string | undefined };
  /** The `include_claim_keys` of GitHub. */
  readonly template: string[];
}

/** What a token has to hold to be trusted. */
export interface TrustCondition {
  /** How `subjects` are compared; `claims` have to be equal. */
  readonly operator: 'StringEquals' | 'StringLike';
  /** One of these has to be the subject. */
  readonly subjects: string[];
  /** All of these have to be there beside it. */
  readonly claims: { readonly [claim: string]: string };
}

export const DEFAULT_TEMPLATE = ['repo', 'context'];

/** Claims of which one in the template says which repository it is. */
const NAMES_REPOSITORY = ['repo', 'repository', 'repository_id'];

/** Adds what is wrong with a template. */
export function checkTemplate({ template, known, repository }: SubjectParts, claims: Record<string, string>, problems: Problems): void {
  const prop = 'includeClaimKeys';
  problems.unless(template.includes('context'), {
    prop,
    must: 'hold context',
    got: template,
    remedy: 'add it on GitHub too: without it a subject is the same for every branch, environment and pull request',
    code: 'githubTemplateContext',
  });
  problems.unless(repository._ids !== undefined || NAMES_REPOSITORY.some((key) => template.includes(key)), {
    prop,
    must: 'hold repo, or come with the numbers of the repository',
    got: template,
    remedy: 'use GitHubRepository.of: else every repository of the organization is trusted that has this template',
    code: 'githubTemplateRepository',
  });
  const strange = template.filter((key) => !/^[a-z][a-z0-9_]*$/.test(key) && !/^repo_property_[\w-]+$/.test(key));
  problems.unless(strange.length === 0, {
    prop, must: 'hold names of claims', got: strange, remedy: "write them as GitHub does, like 'job_workflow_ref'", code: 'githubTemplateKey',
  });
  problems.unless(new Set(template).size === template.length, {
    prop, must: 'name each claim once', got: template, remedy: 'leave out the second', code: 'githubTemplateTwice',
  });
  const [firstName, firstRef] = [NAMES_REPOSITORY, ['context', 'ref']].map((keys) => template.findIndex((key) => keys.includes(key)));
  problems.unless(!isPattern(known.ref) || (firstName !== -1 && firstName < firstRef), {
    prop,
    must: 'name the repository before the branch or tag, where that is a pattern',
    got: template,
    remedy: 'write the branches out, or change the template on GitHub: a wildcard before the repository could stand for another one',
    code: 'githubTemplatePattern',
  });
  const late = template.filter((key) => Token.isUnresolved(known[key] ?? claims[key]));
  problems.unless(!isPattern(known.ref) || late.length === 0, {
    prop,
    must: 'hold no value that is known at deployment only, where the branch or tag is a pattern',
    got: late,
    remedy: 'write the value out: a * in it would be a wildcard, too',
    code: 'githubSubjectPatternUnknown',
  });
  const unknown = template.filter((key) => !DEFAULT_TEMPLATE.includes(key) && typeof (known[key] ?? claims[key]) !== 'string');
  problems.unless(unknown.length === 0, {
    prop,
    must: 'hold claims whose values are known',
    got: unknown,
    remedy: 'say their values in claims',
    code: 'githubTemplateClaim',
  });
  const unused = Object.keys(claims).filter((key) => !template.includes(key) || known[key] !== undefined || DEFAULT_TEMPLATE.includes(key));
  problems.unless(unused.length === 0, {
    prop: 'claims',
    must: 'be those of includeClaimKeys that do not follow from the rest',
    got: unused,
    remedy: 'leave them out',
    code: 'githubTemplateClaim',
  });
  for (const [claim, value] of Object.entries(claims)) checkText(`claims.${claim}`, value, problems);
}

/** The condition under which such a run is trusted. */
export function render({ repository, context, known, template }: SubjectParts): TrustCondition {
  const subjects = repository._names.map((name) => template.map((key) => {
    if (key === 'repo') return `repo:${name}`;
    return (key === 'context' ? context : [key, known[key]!]).map(escape).join(':');
  }).join(':'));
  const { environment, job_workflow_ref: workflow } = known;
  return {
    operator: isPattern(known.ref) ? 'StringLike' : 'StringEquals',
    subjects: [...new Set(subjects)],
    claims: {
      ...(holdsIds(repository, template) ? {} : idClaims(repository)),
      ...(environment !== undefined && isAmbiguous(environment) ? { environment } : {}),
      ...(workflow !== undefined && !template.includes('job_workflow_ref') ? { job_workflow_ref: workflow } : {}),
    },
  };
}

/** As GitHub writes a value in a subject. */
function escape(value: string): string {
  return Token.isUnresolved(value) ? value : value.replace(/:/g, '%3A');
}

/** GitHub escapes a colon but not the percent sign, so `a:b` and `a%3Ab` have one subject. */
function isAmbiguous(environment: string): boolean {
  return Token.isUnresolved(environment) || /:|%3a/i.test(environment);
}

function isPattern(ref: string | undefined): boolean {
  return ref !== undefined && !Token.isUnresolved(ref) && /[*?]/.test(ref);
}

function idClaims({ _ids: ids }: GitHubRepository): Record<string, string> {
  return ids ? { repository_owner_id: ids.ownerId, repository_id: ids.repositoryId } : {};
}

/** Whether every subject holds both numbers, so that no claim has to repeat them. */
function holdsIds({ _ids: ids, fullName, _names: names }: GitHubRepository, template: string[]): boolean {
  if (!ids || Token.isUnresolved(ids.ownerId) || Token.isUnresolved(ids.repositoryId)) return false;
  const byName = template.includes('repo') && !names.includes(fullName);
  return byName || (template.includes('repository_id') && template.includes('repository_owner_id'));
}
