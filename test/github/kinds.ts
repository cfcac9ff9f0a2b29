import { App, Stack, aws_ecr as ecr } from 'aws-cdk-lib';
import { GitHubIssuer, GitHubOidcPusher, GitHubRepository, GitHubSubject, GitHubSubjectFormat } from '../../src';
import { API, SHOP, WORKFLOW } from '../support/github-token';
import { deployed } from '../support/simulate';
import type { TrustPolicy } from '../support/trust';

/** How a repository is known to the role. */
export const FORMS = {
  none: (name: string) => GitHubRepository.withoutIds(name),
  classic: of(GitHubSubjectFormat.CLASSIC),
  both: of(GitHubSubjectFormat.BOTH),
  immutable: of(GitHubSubjectFormat.IMMUTABLE),
};

const TEMPLATE = ['repo', 'context', 'job_workflow_ref'];

/** Every factory, with the arguments that the tokens are made for. */
export const SUBJECTS = {
  branch: (shop: GitHubRepository) => GitHubSubject.branch(shop, 'main'),
  pattern: (shop: GitHubRepository) => GitHubSubject.branch(shop, 'release/*'),
  tag: (shop: GitHubRepository) => GitHubSubject.tag(shop, 'v*'),
  environment: (shop: GitHubRepository) => GitHubSubject.environment(shop, 'production'),
  colon: (shop: GitHubRepository) => GitHubSubject.environment(shop, 'prod:eu'),
  pullRequest: (shop: GitHubRepository) => GitHubSubject.pullRequest(shop),
  anyBranch: (shop: GitHubRepository) => GitHubSubject.dangerouslyAnyBranch(shop),
  workflow: (shop: GitHubRepository) => GitHubSubject.environment(shop, 'production', { jobWorkflowRef: WORKFLOW }),
  template: (shop: GitHubRepository) => GitHubSubject.branch(shop, 'main', { jobWorkflowRef: WORKFLOW, includeClaimKeys: TEMPLATE }),
};

export const ISSUERS = { github: GitHubIssuer.githubCom(), enterprise: GitHubIssuer.enterprise('acme-corp') };

export type Form = keyof typeof FORMS;
export type SubjectKind = keyof typeof SUBJECTS;
export type Issuer = keyof typeof ISSUERS;

/** A trust policy and what it is made of. */
export interface Kind {
  readonly name: string;
  readonly form: Form;
  readonly issuer: Issuer;
  /** Those of the subjects that it trusts for acme/shop. */
  readonly subjects: SubjectKind[];
  /** It trusts the branch main of acme/api, too. */
  readonly also?: 'api';
  readonly build: (stack: Stack) => GitHubOidcPusher;
}

function of(subjectFormat: GitHubSubjectFormat) {
  return (name: string) => {
    const [{ ownerId, id }] = [SHOP, API].filter((one) => name === `${one.owner}/${one.name}`);
    return GitHubRepository.of(name, { ownerId, repositoryId: id, subjectFormat });
  };
}

function kind(form: Form, issuer: Issuer, subjects: SubjectKind[], also?: 'api'): Kind {
  const build = (stack: Stack) => {
    const shop = FORMS[form]('acme/shop');
    return new GitHubOidcPusher(stack, 'Pusher', {
      repositories: [ecr.Repository.fromRepositoryName(stack, 'Images', 'images')],
      issuer: ISSUERS[issuer],
      allowPullRequests: true,
      subjects: [
        ...subjects.map((each) => SUBJECTS[each](shop)),
        ...(also ? [GitHubSubject.branch(FORMS[form]('acme/api'), 'main')] : []),
      ],
    });
  };
  return { name: `${subjects.join('+')}${also ? '+api' : ''}, ids ${form}, ${issuer}`, form, issuer, subjects, also, build };
}

const names = <T extends object>(table: T) => Object.keys(table) as (keyof T)[];

/** Every factory with every way to know the repository, for each kind of issuer; and several in one role. */
export const KINDS: Kind[] = names(ISSUERS).flatMap((issuer) => names(FORMS).flatMap((form) => [
  ...names(SUBJECTS).map((subject) => kind(form, issuer, [subject])),
  kind(form, issuer, ['branch', 'tag', 'environment', 'colon'], 'api'),
]));

/** The trust policy of a kind, as it is once deployed. */
export function trustOf({ build }: Kind, account = '111111111111'): TrustPolicy {
  const stack = new Stack(new App(), 'Stack', { env: { account, region: 'eu-west-1' } });
  const { node, role } = build(stack);
  const refused = node.validate();
  if (refused.length > 0) throw new Error(refused.join('\n'));
  return deployed(stack.resolve((role as unknown as { assumeRolePolicy: unknown }).assumeRolePolicy), {});
}
