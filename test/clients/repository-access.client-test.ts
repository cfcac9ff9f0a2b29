import { Deeds, Scene, told } from './scene';
import { LocalWorld } from '../access/local-world';
import { ROWS } from '../access/promises';
import { REGISTRY, REPOSITORIES, type RepositoryName } from '../access/world';

/*
 * Stock clients at the repositories of the deployed world: what RepositoryAccess granted and guarded is what they need,
 * and no more.
 */

let world: LocalWorld;
let scene: Scene;
let deeds: Deeds;

beforeAll(async () => {
  scene = await Scene.open(async () => (world = await LocalWorld.deploy()).aws);
  deeds = new Deeds(scene);
}, 900_000);

afterAll(() => scene?.close());

const nameOf = (repository: RepositoryName) => REPOSITORIES[repository].arn.split(':repository/')[1];

type Deed = 'manifest' | 'pull' | 'push' | 'list' | 'delete' | 'attach' | 'discover';

/** What becomes of what the person of a row of the promises tries, after a login at the registry by its name. */
async function outcomes(who: string, repository: RepositoryName, tried: Deed[]): Promise<Partial<Record<Deed, string>>> {
  const { credentials, through, leave } = await world.join(ROWS.find((row) => row.who === who)!);
  try {
    const person = await scene.as(credentials!, through).login(REGISTRY);
    const where = nameOf(repository);
    const seen: Partial<Record<Deed, string>> = {};
    for (const deed of tried) {
      // Something of their own to push, or whoever came before would have left nothing to upload.
      const own = { push: scene.unique(), attach: `application/vnd.example.${scene.unique()}` }[deed as string];
      seen[deed] = await told(deeds[deed](person, where, own));
    }
    return seen;
  } finally {
    await leave();
  }
}

test.each<[string, RepositoryName, Partial<Record<Deed, string>>]>([
  ['developer', 'app', { pull: 'done', push: 'done', discover: 'done', delete: 'ecr:BatchDeleteImage' }],
  ['developer', 'release', { pull: 'done', push: 'ecr:InitiateLayerUpload', attach: 'ecr:InitiateLayerUpload' }],
  ['CI', 'app', { manifest: 'done', push: 'done', attach: 'done', pull: 'ecr:GetDownloadUrlForLayer' }],
  ['CI', 'release', { push: 'done', attach: 'done', pull: 'ecr:GetDownloadUrlForLayer', delete: 'ecr:BatchDeleteImage' }],
  ['end user', 'app', { pull: 'done', push: 'ecr:InitiateLayerUpload', list: 'ecr:ListImages' }],
  ['end user', 'release', { pull: 'ecr:BatchGetImage', push: '403' }],
  ['who may only log in', 'app', { pull: 'ecr:BatchGetImage', push: '403', list: 'ecr:ListImages' }],
  ['operator with a second factor', 'app', { push: 'done' }],
  ['operator whose second factor is too old', 'app', { push: '403' }],
  ['execution role through an endpoint', 'app', { pull: 'done' }],
  ['execution role without an endpoint', 'app', { pull: 'ecr:BatchGetImage' }],

  // Across accounts.
  ['service whose name nobody knows', 'app', { pull: 'done', push: 'ecr:InitiateLayerUpload' }],
  ['service without its tag', 'app', { pull: 'ecr:BatchGetImage' }],
  ['role by its name, with policies of its own', 'app', { pull: 'done', list: 'done', push: 'ecr:InitiateLayerUpload' }],
  ['role by its name, with policies of its own', 'shared', { pull: 'done', push: 'done' }],
  ['another role of that account', 'app', { pull: 'ecr:BatchGetImage', push: '403' }],
  ['pipeline of the production account', 'release', { push: 'done', pull: 'ecr:GetDownloadUrlForLayer' }],
  ['permission set', 'app', { pull: 'done', push: 'ecr:InitiateLayerUpload' }],
  ['permission set of a longer name', 'app', { pull: 'ecr:BatchGetImage' }],
  ['role that is named like a permission set', 'app', { pull: 'ecr:BatchGetImage' }],
  ['partner with policies of its own', 'app', { pull: 'done', push: 'ecr:InitiateLayerUpload' }],
  ['strange account', 'shared', { pull: 'ecr:BatchGetImage', push: '403' }],

  // Under guards.
  ['administrator', 'app', { push: 'done' }],
  ['administrator', 'release', { pull: 'done', push: 'ecr:InitiateLayerUpload', attach: 'ecr:InitiateLayerUpload', delete: 'ecr:BatchDeleteImage' }],
  ['root user', 'release', { pull: 'done', push: 'ecr:InitiateLayerUpload' }],
  ['role for emergencies', 'release', { push: 'done', attach: 'done', pull: 'done' }],
])('%s at %s', async (who, repository, promised) => {
  expect(await outcomes(who, repository, Object.keys(promised) as Deed[])).toEqual(promised);
}, 60_000);

test('metadata is read without a login, which it does not give', async () => {
  await expect(outcomes('user in a group', 'app', ['list'])).rejects.toThrow(/ecr:GetAuthorizationToken/);
});
