import { actionsOf, allActions } from './levels';
import { ROWS, admin, type Row } from './promises';
import { REPOSITORIES, organizationOf, type RepositoryName } from './world';
import { simulate } from '../support/simulate';

/*
 * Everybody, every repository, every action of ECR: what was promised is allowed, and nothing else. The promises are
 * written by hand; the decisions are IAM's, as iam-simulate knows them, over the synthesized policies.
 */

const names = Object.keys(REPOSITORIES) as RepositoryName[];
let actions: Awaited<ReturnType<typeof allActions>>;
beforeAll(async () => {
  actions = await allActions();
});

interface Seen {
  readonly action: string;
  readonly answer: string;
}

/** What IAM decides on these actions, with these keys beside those of the row. */
async function ask({ principal, policies, context }: Row, repository: RepositoryName | 'registry', asked: string[], more: Row['context'] = {}): Promise<Seen[]> {
  const { arn, resourcePolicy } = repository === 'registry' ? { arn: '*', resourcePolicy: undefined } : REPOSITORIES[repository];
  const account = /:(\d{12}):/.exec(principal)?.[1] ?? '';
  return Promise.all(asked.map(async (action) => ({
    action,
    answer: await simulate({
      principal, action, resource: arn, resourcePolicy, identityPolicies: policies, context: { ...organizationOf(account), ...context, ...more },
    }),
  })));
}

/** Whatever is not as promised. */
async function broken(row: Row, repository: RepositoryName | 'registry'): Promise<string[]> {
  const promised = actionsOf(row.may[repository] ?? []);
  const seen = await ask(row, repository, repository === 'registry' ? actions.ofRegistry : actions.ofRepositories);
  return seen.filter(({ action, answer }) => promised.has(action) !== (answer === 'Allowed'))
    .map(({ action, answer }) => `${row.who}: ${action} on ${repository}: promised ${promised.has(action) ? 'yes' : 'no'}, seen ${answer}`);
}

test.each(ROWS)('$who may what was promised, and nothing else', async (row) => {
  const registry = row.principal.startsWith('arn:') ? ['registry' as const] : []; // a service has none
  const all = await Promise.all([...names, ...registry].map(async (name) => broken(row, name)));
  expect(all.flat()).toEqual([]);
});

test.each(ROWS)('$who may none of it in the clear', async (row) => {
  const all = await Promise.all(names.filter((name) => REPOSITORIES[name].refusesPlainHttp).map(async (name) =>
    ask(row, name, [...actionsOf(row.may[name] ?? [])], { 'aws:SecureTransport': 'false' })));
  expect(all.flat().filter(({ answer }) => answer !== 'ExplicitlyDenied')).toEqual([]);
});

test('every action of ECR has a place in the levels', () => {
  expect([...actionsOf(['everything'])].sort()).toEqual(actions.ofRepositories);
  expect([...actionsOf(['everythingOfTheRegistry'])].sort()).toEqual(actions.ofRegistry);
});

test('everybody is asked about everything', () => {
  expect(ROWS.length * (names.length * actions.ofRepositories.length + actions.ofRegistry.length)).toBeGreaterThan(15_000);
  expect(new Set(ROWS.map(({ who }) => who)).size).toBe(ROWS.length);
});

test('a policy that gives too little or too much breaks the promise', async () => {
  const [developer] = ROWS;
  expect(await broken({ ...developer, policies: [] }, 'app')).toContain('developer: ecr:PutImage on app: promised yes, seen ImplicitlyDenied');
  expect(await broken({ ...developer, ...admin }, 'app')).toContain('developer: ecr:DeleteRepository on app: promised no, seen Allowed');
});
