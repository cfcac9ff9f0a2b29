import { App, Stack, aws_ecr as ecr } from 'aws-cdk-lib';
import fc from 'fast-check';
import { GitHubOidcPusher, GitHubRepository, GitHubSubject, GitHubSubjectFormat } from '../../src';
import { type Origin, SHOP, token } from '../support/github-token';
import { deployed } from '../support/simulate';
import { type Claims, type TrustPolicy, admits } from '../support/trust';

const OWNERS = [
  { owner: 'acme', ownerId: '1001' }, { owner: 'acme', ownerId: '9001' }, { owner: 'acme-inc', ownerId: '1001' },
  { owner: 'evil', ownerId: '9001' },
];
const NAMES = ['shop', 'shop-evil', 'sho', 'api', 'a.b_c-d'];
const REFS = ['main', 'release/1', 'release/2/x', 'v1', 'v1.0', 'wip', 'ref', 'a%3Ab'];
const ENVIRONMENTS = ['production', 'staging', 'prod:eu', 'prod%3Aeu', 'ref:refs/heads/main', 'v1'];
const WORKFLOWS = ['acme/ci/.github/workflows/image.yml@refs/heads/main', 'acme/ci/.github/workflows/other.yml@refs/tags/v1'];
const TEMPLATES = [
  undefined, ['repo', 'context', 'job_workflow_ref'], ['repository_id', 'context'], ['context', 'repo', 'repository_owner'], ['repository_owner', 'repo', 'context', 'repository'],
];

/** A repository; two of the same names may be different ones, as after a name changed hands. */
const anyOrigin: fc.Arbitrary<Origin> = fc.record({
  who: fc.constantFrom(...OWNERS), name: fc.constantFrom(...NAMES), id: fc.constantFrom('2002', '3003', '9002'),
}).map(({ who, name, id }) => ({ ...who, name, id }));
/** Often the same one, so that tokens and subjects meet. */
const origin = fc.oneof({ arbitrary: fc.constant(SHOP), weight: 2 }, { arbitrary: anyOrigin, weight: 1 });
const ours = origin.filter(({ owner, ownerId }) => owner === 'acme' && ownerId === '1001');

const options = fc.record({
  jobWorkflowRef: fc.option(fc.constantFrom(...WORKFLOWS), { nil: undefined }), includeClaimKeys: fc.constantFrom(...TEMPLATES),
}).filter(({ jobWorkflowRef, includeClaimKeys }) => jobWorkflowRef !== undefined || !includeClaimKeys?.includes('job_workflow_ref'));

type Make = (repository: GitHubRepository) => GitHubSubject;
/** A wildcard comes after the repository; another order is refused. */
const forPatterns = options.filter(({ includeClaimKeys: [first] = ['repo'] }) => first !== 'context');
const make: fc.Arbitrary<Make> = fc.oneof(
  fc.tuple(fc.constantFrom(...REFS, 'release/*', 'v?', '*.0', 'r*s*'), forPatterns).map(([name, more]): Make => (repository) => GitHubSubject.branch(repository, name, more)),
  fc.tuple(fc.constantFrom(...REFS, 'v*'), forPatterns).map(([name, more]): Make => (repository) => GitHubSubject.tag(repository, name, more)),
  fc.tuple(fc.constantFrom(...ENVIRONMENTS), options).map(([name, more]): Make => (repository) => GitHubSubject.environment(repository, name, more)),
  options.map((more): Make => (repository) => GitHubSubject.pullRequest(repository, more)),
  forPatterns.map((more): Make => (repository) => GitHubSubject.dangerouslyAnyBranch(repository, more)),
);
const trusted = fc.record({ from: ours, make, format: fc.constantFrom(...Object.values(GitHubSubjectFormat)) });

/** A token that GitHub could issue, of any of these repositories. */
const issued: fc.Arbitrary<Claims> = fc.record({
  from: origin,
  immutable: fc.boolean(),
  ref: fc.oneof(fc.constantFrom(...REFS).map((name) => `refs/heads/${name}`), fc.constantFrom(...REFS).map((name) => `refs/tags/${name}`)),
  event: fc.constantFrom('push', 'pull_request', 'pull_request_target', 'workflow_dispatch'),
  environment: fc.option(fc.constantFrom(...ENVIRONMENTS), { nil: undefined }),
  workflow: fc.constantFrom(...WORKFLOWS),
  template: fc.constantFrom(...TEMPLATES),
}).map(token);

function trust(subjects: GitHubSubject[]): TrustPolicy {
  const stack = new Stack(new App(), 'Stack', { env: { account: '111111111111', region: 'eu-west-1' } });
  const repositories = [ecr.Repository.fromRepositoryName(stack, 'Images', 'images')];
  const { node, role } = new GitHubOidcPusher(stack, 'Pusher', { repositories, subjects, allowPullRequests: true });
  expect(node.validate()).toEqual([]);
  return deployed(stack.resolve((role as unknown as { assumeRolePolicy: unknown }).assumeRolePolicy), {});
}

const repositoryOf = ({ owner, name, ownerId, id }: Origin, subjectFormat: GitHubSubjectFormat) =>
  GitHubRepository.of(`${owner}/${name}`, { ownerId, repositoryId: id, subjectFormat });

/** Whether the subject can be of a repository known by name alone: its template takes no numbers. */
function isNameable(subject: Make): boolean {
  try {
    subject(GitHubRepository.withoutIds('acme/shop'));
    return true;
  } catch {
    return false;
  }
}

const RUNS = { numRuns: 200 };

test('no list of subjects admits a token of a repository that is not in it', () => {
  fc.assert(fc.property(fc.array(trusted, { minLength: 1, maxLength: 5 }), fc.array(issued, { minLength: 20, maxLength: 40 }), (list, tokens) => {
    const policy = trust(list.map(({ from, format, make: subject }) => subject(repositoryOf(from, format))));
    for (const claims of tokens.filter((each) => admits(policy, each))) {
      expect(list.map(({ from }) => [from.ownerId, from.id])).toContainEqual([claims.repository_owner_id, claims.repository_id]);
    }
  }), RUNS);
});

test('no list of names admits a token of another name', () => {
  const named = trusted.filter(({ make: subject }) => isNameable(subject));
  fc.assert(fc.property(fc.array(named, { minLength: 1, maxLength: 5 }), fc.array(issued, { minLength: 20, maxLength: 40 }), (list, tokens) => {
    const policy = trust(list.map(({ from, make: subject }) => subject(GitHubRepository.withoutIds(`${from.owner}/${from.name}`))));
    for (const claims of tokens.filter((each) => admits(policy, each))) {
      expect(list.map(({ from }) => `${from.owner}/${from.name}`)).toContain(claims.repository);
    }
  }), RUNS);
});

test('a list of subjects admits what each of them alone admits, and nothing more', () => {
  fc.assert(fc.property(fc.array(trusted, { minLength: 2, maxLength: 5 }), fc.array(issued, { minLength: 20, maxLength: 40 }), (list, tokens) => {
    const subjects = list.map(({ from, format, make: subject }) => subject(repositoryOf(from, format)));
    const [together, apart] = [trust(subjects), subjects.map((each) => trust([each]))];
    for (const claims of tokens) expect(admits(together, claims)).toBe(apart.some((policy) => admits(policy, claims)));
  }), RUNS);
});

/** Whether the token is of a run for which the subject without the numbers was meant. */
const isImmutable = ({ sub }: Claims) => sub.includes('@') && /(^|:)repo:[^:/]+@/.test(sub);

test('adding the numbers admits nobody that the names did not admit, but the repository itself in its immutable form', () => {
  const named = trusted.filter(({ make: subject }) => isNameable(subject));
  fc.assert(fc.property(named, fc.array(issued, { minLength: 20, maxLength: 40 }), ({ make: subject, format }, tokens) => {
    const from = SHOP;
    const [names, numbers] = [trust([subject(GitHubRepository.withoutIds('acme/shop'))]), trust([subject(repositoryOf(from, format))])];
    for (const claims of tokens.filter((each) => admits(numbers, each))) {
      const itself = claims.repository === 'acme/shop' && claims.repository_id === '2002' && claims.repository_owner_id === '1001';
      expect({ itself, byName: admits(names, claims) || isImmutable(claims) }).toEqual({ itself: true, byName: true });
    }
  }), RUNS);
});

test('a repository that sends one form after the other is admitted all the time', () => {
  fc.assert(fc.property(trusted, fc.array(issued, { minLength: 20, maxLength: 40 }), ({ from, make: subject }, tokens) => {
    const [classic, immutable, both] = [GitHubSubjectFormat.CLASSIC, GitHubSubjectFormat.IMMUTABLE, GitHubSubjectFormat.BOTH]
      .map((format) => trust([subject(repositoryOf(from, format))]));
    for (const claims of tokens) expect(admits(both, claims)).toBe(admits(classic, claims) || admits(immutable, claims));
  }), RUNS);
});

test('the generators meet: some tokens are admitted', () => {
  const policy = trust([GitHubSubject.environment(GitHubRepository.of('acme/shop', { ownerId: '1001', repositoryId: '2002' }), 'production')]);
  expect(fc.sample(issued, 5_000).filter((claims) => admits(policy, claims)).length).toBeGreaterThan(20);
});
