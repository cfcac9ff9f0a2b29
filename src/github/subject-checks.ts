import { Token } from 'aws-cdk-lib';
import type { Problems } from '../private/problems';
import { matches } from '../private/tokens';

/** `OWNER/NAME/.github/workflows/FILE@REF`. */
const JOB_WORKFLOW_REF = /^[\w-]+\/[\w.-]+\/\.github\/workflows\/[^@/]+\.ya?ml@(?:refs\/(?:heads|tags)\/.+|[0-9a-f]{40}|[0-9a-f]{64})$/;

/** What git allows in no name of a branch or tag, but for the wildcards: https://git-scm.com/docs/git-check-ref-format */
const NOT_IN_REFS = /[\x00-\x20\x7f~^:[\\]|\.\.|@\{|\/\/|^[/.-]|\/\.|[/.]$|\.lock(?:\/|$)/;

/** Adds a problem where a value would mean something else to IAM than to GitHub. */
export function checkText(prop: string, value: string, problems: Problems): void {
  checkCharacters(prop, value, problems);
  problems.unless(!/[*?]/.test(value), {
    prop,
    must: 'be written out, without wildcards',
    got: value,
    remedy: 'list each of them: only branches and tags can be patterns',
    code: 'githubSubjectWildcard',
  });
}

/** The same for a branch or tag, which may be a pattern. */
export function checkRef(prop: 'branch' | 'tag', value: string, problems: Problems): void {
  checkCharacters(prop, value, problems);
  problems.unless(!Token.isUnresolved(value) || !/[*?]/.test(value), {
    prop,
    must: 'be known at synthesis to be a pattern',
    got: value,
    remedy: 'write the pattern out: a value with wildcards of its own would widen it',
    code: 'githubSubjectPatternUnknown',
  });
  if (Token.isUnresolved(value)) return;
  problems.unless(!/^[*?/.-]+$/.test(value), {
    prop,
    must: `leave some ${prop === 'branch' ? 'branches' : 'tags'} out`,
    got: value,
    remedy: prop === 'branch' ? 'name branches, as in release/*, or use GitHubSubject.dangerouslyAnyBranch' : 'begin with what releases begin with, as in v*',
    code: 'githubSubjectMatchesAll',
  });
  problems.unless(!/^(refs|heads|tags)\//.test(value), {
    prop,
    must: 'be a name without refs/heads/ or refs/tags/',
    got: value,
    remedy: `write the name of the ${prop} alone`,
    code: 'githubRefInvalid',
  });
  problems.unless(!NOT_IN_REFS.test(value), {
    prop,
    must: 'be a name that git allows',
    got: value,
    remedy: 'see https://git-scm.com/docs/git-check-ref-format',
    code: 'githubRefInvalid',
  });
}

/** Adds a problem where a value cannot be the claim `job_workflow_ref`. */
export function checkJobWorkflowRef(value: string | undefined, problems: Problems): void {
  if (value === undefined) return;
  checkText('jobWorkflowRef', value, problems);
  problems.unless(matches(JOB_WORKFLOW_REF, value), {
    prop: 'jobWorkflowRef',
    must: 'be owner/name/.github/workflows/file.yml@ref, the ref a refs/heads/..., a refs/tags/... or a whole commit',
    got: value,
    remedy: 'copy the claim job_workflow_ref from a token: github/actions-oidc-debugger shows it',
    code: 'githubJobWorkflowRef',
  });
}

/** IAM keeps U+0020 to U+00FF in a policy, and takes `$` for the beginning of a variable. */
function checkCharacters(prop: string, value: string, problems: Problems): void {
  if (Token.isUnresolved(value)) return;
  problems.unless(/^[\x20-\x7e\xa0-\xff]+$/.test(value) && !value.includes('$'), {
    prop,
    must: 'be one or more of the characters U+0020 to U+00FF, without $',
    got: value,
    remedy: 'rename it on GitHub: a policy of IAM cannot hold others, and takes $ for the beginning of a variable',
    code: 'githubSubjectCharacters',
  });
}
