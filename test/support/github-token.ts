import type { Claims } from './trust';

/** A repository as GitHub knows it. */
export interface Origin {
  readonly owner: string;
  readonly ownerId: string;
  readonly name: string;
  readonly id: string;
}

export const SHOP: Origin = { owner: 'acme', ownerId: '1001', name: 'shop', id: '2002' };
export const API: Origin = { owner: 'acme', ownerId: '1001', name: 'api', id: '3003' };

export const GITHUB = 'https://token.actions.githubusercontent.com';
export const ENTERPRISE = `${GITHUB}/acme-corp`;
export const WORKFLOW = 'acme/ci/.github/workflows/image.yml@refs/heads/main';

/** What a run is made of, as far as it shows in the token. */
export interface Run {
  /** @default SHOP */
  readonly from?: Origin;
  /** @default - the classic subject */
  readonly immutable?: boolean;
  /** @default refs/heads/main */
  readonly ref?: string;
  /** @default push */
  readonly event?: string;
  /** @default - the job names none */
  readonly environment?: string;
  /** @default - the workflow of the repository itself */
  readonly workflow?: string;
  /** @default repo, context */
  readonly template?: string[];
  /** Claims that replace others; one that is undefined is not in the token. */
  readonly claims?: { readonly [claim: string]: string | undefined };
}

/** A whole token as GitHub would issue it for such a run, or with whatever claims are forced upon it. */
export function token(run: Run = {}): Claims {
  const { from = SHOP, ref = 'refs/heads/main', event = 'push', environment, template = ['repo', 'context'] } = run;
  const fullName = `${from.owner}/${from.name}`;
  const workflow = run.workflow ?? `${fullName}/.github/workflows/build.yml@${ref}`;
  const isPullRequest = event.startsWith('pull_request');
  const claims: Record<string, string | undefined> = {
    jti: 'e1f6e2d0-8f3c-4b4b-9d57-3e3c3c1d6a11',
    aud: 'sts.amazonaws.com',
    ref,
    sha: '8b2c1d7f6a5e4d3c2b1a09f8e7d6c5b4a3928170',
    repository: fullName,
    repository_owner: from.owner,
    repository_owner_id: from.ownerId,
    repository_id: from.id,
    run_id: '9551234567',
    run_number: '42',
    run_attempt: '1',
    repository_visibility: 'private',
    actor: 'octocat',
    actor_id: '12',
    workflow: 'build',
    head_ref: isPullRequest ? 'patch-1' : '',
    base_ref: isPullRequest ? 'main' : '',
    event_name: event,
    ref_type: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    ref_protected: 'true',
    workflow_ref: `${fullName}/.github/workflows/build.yml@${ref}`,
    workflow_sha: '8b2c1d7f6a5e4d3c2b1a09f8e7d6c5b4a3928170',
    job_workflow_ref: workflow,
    job_workflow_sha: '0f1e2d3c4b5a69788796a5b4c3d2e1f001234567',
    runner_environment: 'github-hosted',
    enterprise: 'acme-corp',
    enterprise_id: '345',
    iss: GITHUB,
    environment,
  };
  const all: Record<string, string | undefined> = { ...claims, sub: subject(claims, template, run.immutable ?? false, isPullRequest), ...run.claims };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** How GitHub composes the subject: https://docs.github.com/en/actions/reference/security/oidc */
function subject(claims: Record<string, string | undefined>, template: string[], immutable: boolean, isPullRequest: boolean): string {
  const escaped = (value: string | undefined) => (value ?? '').split(':').join('%3A');
  const [owner, name] = claims.repository!.split('/');
  const context = claims.environment !== undefined ? `environment:${escaped(claims.environment)}`
    : isPullRequest ? 'pull_request' : `ref:${escaped(claims.ref)}`;
  return template.map((key) => {
    if (key === 'context') return context;
    if (key !== 'repo') return `${key}:${escaped(claims[key])}`;
    return immutable ? `repo:${owner}@${claims.repository_owner_id}/${name}@${claims.repository_id}` : `repo:${owner}/${name}`;
  }).join(':');
}
