import { ECRClient, GetRepositoryPolicyCommand, SetRepositoryPolicyCommand } from '@aws-sdk/client-ecr';
import { EcrCalls } from './ecr-calls';
import { actionsOf, allActions } from './levels';
import { LocalWorld, RELEASE } from './local-world';
import { ROWS, admin, type Row } from './promises';
import { REGISTRY, REPOSITORIES, type RepositoryName, isMade, roleArn } from './world';
import { ANONYMOUS } from '../support/simulate';

/*
 * The promises once more, before another judge: the deployed stacks in the local AWS, which enforces IAM on every call.
 * What a call does when it is let in is known and changes nothing, so that each answer tells of the decision alone.
 */

interface Operation {
  /** The permission it takes. @default - of its name */
  readonly action?: string;
  readonly members?: object;
  /** What is answered to those who are let in. @default 'done' */
  readonly answer?: string;
}

const imageIds = [{ imageTag: 'none' }];
const layerDigest = RELEASE.layers[0].digest;
const part = { uploadId: 'none', partFirstByte: 0, partLastByte: 0, layerPartBlob: 'AA==' };

const OF_REPOSITORIES: Record<string, Operation> = {
  BatchCheckLayerAvailability: { members: { layerDigests: [layerDigest] } },
  BatchDeleteImage: { members: { imageIds } },
  BatchGetImage: { members: { imageIds } },
  CompleteLayerUpload: { members: { uploadId: 'none', layerDigests: [layerDigest] }, answer: 'UploadNotFoundException' },
  CreateRepository: { answer: 'RepositoryAlreadyExistsException' },
  DeleteLifecyclePolicy: { answer: 'LifecyclePolicyNotFoundException' },
  DeleteRepository: { answer: 'RepositoryNotEmptyException' },
  DeleteRepositoryPolicy: {},
  DescribeImages: {},
  DescribeRepositories: {},
  GetDownloadUrlForLayer: { members: { layerDigest } },
  GetLifecyclePolicy: { answer: 'LifecyclePolicyNotFoundException' },
  GetRepositoryPolicy: {},
  InitiateLayerUpload: {},
  ListImageReferrers: { action: 'BatchGetImage', members: { subjectId: { imageDigest: RELEASE.digest } } },
  ListImages: {},
  ListTagsForResource: {},
  PutImage: { members: { imageManifest: 'none' }, answer: 'InvalidParameterException' },
  PutImageScanningConfiguration: { members: { imageScanningConfiguration: { scanOnPush: false } } },
  PutImageTagMutability: { members: { imageTagMutability: 'MUTABLE' } },
  PutLifecyclePolicy: { members: { lifecyclePolicyText: 'none' }, answer: 'InvalidParameterException' },
  SetRepositoryPolicy: { members: { policyText: 'none' }, answer: 'InvalidParameterException' },
  TagResource: { members: { tags: [] } },
  UntagResource: { members: { tagKeys: [] } },
  UploadLayerPart: { members: part, answer: 'UploadNotFoundException' },
};
const OF_REGISTRY: Record<string, Operation> = { DescribeRegistry: {}, GetAuthorizationToken: {} };
const OPERATIONS = { ofRepositories: OF_REPOSITORIES, ofRegistry: OF_REGISTRY };
/** What only the other judge decides on. */
const ABSENT = [
  'BatchGetRepositoryScanningConfiguration', 'BatchImportUpstreamImage', 'CreatePullThroughCacheRule', 'CreateRepositoryCreationTemplate',
  'DeletePullThroughCacheRule', 'DeleteRegistryPolicy', 'DeleteRepositoryCreationTemplate', 'DeleteSigningConfiguration',
  'DeregisterPullTimeUpdateExclusion', 'DescribeImageReplicationStatus', 'DescribeImageScanFindings', 'DescribeImageSigningStatus',
  'DescribePullThroughCacheRules', 'DescribeRepositoryCreationTemplates', 'GetAccountSetting', 'GetImageCopyStatus',
  'GetLifecyclePolicyPreview', 'GetRegistryPolicy', 'GetRegistryScanningConfiguration', 'GetSigningConfiguration',
  'ListPullTimeUpdateExclusions', 'PutAccountSetting', 'PutRegistryPolicy', 'PutRegistryScanningConfiguration',
  'PutReplicationConfiguration', 'PutSigningConfiguration', 'RegisterPullTimeUpdateExclusion', 'ReplicateImage', 'StartImageScan',
  'StartLifecyclePolicyPreview', 'UpdateImageStorageClass', 'UpdatePullThroughCacheRule', 'UpdateRepositoryCreationTemplate',
  'ValidatePullThroughCacheRule',
];
const refusal = (principal: string) => (principal === ANONYMOUS ? 'MissingAuthenticationTokenException' : 'AccessDeniedException');

const names = Object.keys(REPOSITORIES) as RepositoryName[];
// A role of the same name in another path can be made only when the deployed one is gone.
const rows = [...ROWS.filter(({ principal }) => isMade(principal)), ...ROWS.filter(({ principal }) => !isMade(principal))];

let world: LocalWorld;
let policies: Record<string, string>;
let asked = 0;

beforeAll(async () => {
  world = await LocalWorld.deploy();
  const ecr = world.aws.client(ECRClient);
  const texts = names.map(async (name) => [name, (await ecr.send(new GetRepositoryPolicyCommand(of(name)))).policyText!]);
  policies = Object.fromEntries(await Promise.all(texts));
}, 180_000);

afterAll(() => world?.aws.stop());

function of(repository: RepositoryName): { registryId: string; repositoryName: string } {
  return { registryId: REGISTRY, repositoryName: REPOSITORIES[repository].arn.split(':repository/')[1] };
}

const BY_ARN = ['ListTagsForResource', 'TagResource', 'UntagResource'];

/** How an operation names a repository. */
function naming(operation: string, repository: RepositoryName): object {
  const { registryId, repositoryName } = of(repository);
  if (operation === 'DescribeRepositories') return { registryId, repositoryNames: [repositoryName] };
  return BY_ARN.includes(operation) ? { resourceArn: REPOSITORIES[repository].arn } : of(repository);
}

/** Whatever is not as promised. */
async function broken(row: Row, calls: EcrCalls, repository: RepositoryName | 'registry'): Promise<string[]> {
  const promised = actionsOf(row.may[repository] ?? []);
  const found: string[] = [];
  for (const [operation, { action = operation, answer = 'done', members }] of Object.entries(OPERATIONS[repository === 'registry' ? 'ofRegistry' : 'ofRepositories'])) {
    const isPromised = promised.has(`ecr:${action}`);
    const seen = await calls.call(operation, { ...(repository !== 'registry' && naming(operation, repository)), ...members });
    asked += 1;
    if (seen !== (isPromised ? answer : refusal(row.principal))) {
      found.push(`${row.who}: ${operation} on ${repository}: promised ${isPromised ? 'yes' : 'no'}, seen ${seen}`);
    }
    // The only one that cannot but do what it says.
    if (operation === 'DeleteRepositoryPolicy' && seen === 'done' && repository !== 'registry') await restore(repository);
  }
  return found;
}

async function restore(repository: RepositoryName): Promise<void> {
  await world.aws.client(ECRClient).send(new SetRepositoryPolicyCommand({ ...of(repository), policyText: policies[repository] }));
}

/** Has the person of a row, or of another one, keep the promises of a row. */
async function judge(row: Row, person = row): Promise<string[]> {
  const { credentials, through, leave } = await world.join(person);
  const calls = new EcrCalls(world.aws, credentials, through);
  const registry = row.principal.startsWith('arn:') ? ['registry' as const] : []; // a service has none
  try {
    return (await Promise.all([...names, ...registry].map((name) => broken(row, calls, name)))).flat();
  } finally {
    await leave();
  }
}

test.each(rows)('$who may what was promised, and nothing else', async (row) => {
  expect(await judge(row)).toEqual([]);
}, 30_000);

test('everybody is asked about everything that this AWS has', () => {
  const [each, ofRegistry] = [names.length * Object.keys(OPERATIONS.ofRepositories).length, Object.keys(OPERATIONS.ofRegistry).length];
  const services = rows.filter(({ principal }) => !principal.startsWith('arn:')).length;

  expect(asked).toBe(rows.length * each + (rows.length - services) * ofRegistry);
});

test('it has no operation for the other actions', async () => {
  const { ofRepositories, ofRegistry } = await allActions();
  const calls = new EcrCalls(world.aws, world.aws.rootOf(REGISTRY));
  const judged = Object.values(OPERATIONS).flatMap((each) => Object.keys(each));
  const others = [...ofRepositories, ...ofRegistry].map((action) => action.replace('ecr:', '')).filter((action) => !judged.includes(action));

  const answers = await Promise.all(others.map(async (action) => [action, await calls.call(action, of('app'))]));

  expect(answers.filter(([, answer]) => answer !== 'InvalidAction')).toEqual([]);
  expect(others.sort()).toEqual(ABSENT);
});

test('a policy that gives too little or too much breaks the promise', async () => {
  const developer = ROWS.find(({ who }) => who === 'developer')!;
  const [less, more] = [{ ...developer, principal: roleArn(REGISTRY, 'impostor'), policies: [] }, { ...developer, ...admin }];

  expect(await judge(developer, less)).toContain('developer: PutImage on app: promised yes, seen AccessDeniedException');
  expect(await judge(developer, more)).toContain('developer: DeleteRepository on app: promised no, seen RepositoryNotEmptyException');
});
