import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DescribeRepositoriesCommand, ECRClient, GetLifecyclePolicyCommand, GetRepositoryPolicyCommand, type Repository,
} from '@aws-sdk/client-ecr';
import { CAPABILITIES } from '../../demo/checks';
import { PATIENCE_MS, runCheck } from '../../demo/checks/check';
import type { CheckContext } from '../../demo/checks/context';
import { Example } from '../../demo/example';
import { deployed } from '../support/simulate';

let example: Example;
let context: CheckContext;

beforeAll(async () => {
  example = await Example.start();
  await Promise.all([example.bootstrap(), example.synthesize()]);
  await example.deploy();
  context = await example.checkContext();
}, 240_000);

afterAll(() => example?.stop());

interface RepositoryResource {
  readonly Type: string;
  readonly Properties: Record<string, unknown> & { readonly RepositoryName: string };
}

/** How each property of a repository is read back from the service, in the form of the template. */
const READ_BACK: Record<string, (repository: Repository, ecr: ECRClient) => unknown> = {
  RepositoryName: ({ repositoryName }) => repositoryName,
  EncryptionConfiguration: ({ encryptionConfiguration: one }) => ({ EncryptionType: one?.encryptionType, KmsKey: one?.kmsKey }),
  ImageScanningConfiguration: ({ imageScanningConfiguration: one }) => ({ ScanOnPush: one?.scanOnPush }),
  ImageTagMutability: ({ imageTagMutability }) => imageTagMutability,
  ImageTagMutabilityExclusionFilters: ({ imageTagMutabilityExclusionFilters: filters }) => filters?.map((one) => ({
    ImageTagMutabilityExclusionFilterType: one.filterType,
    ImageTagMutabilityExclusionFilterValue: one.filter,
  })),
  LifecyclePolicy: async ({ repositoryName }, ecr) => {
    const { lifecyclePolicyText } = await ecr.send(new GetLifecyclePolicyCommand({ repositoryName }));
    return { LifecyclePolicyText: lifecyclePolicyText };
  },
  RepositoryPolicyText: async ({ repositoryName }, ecr) => {
    const { policyText } = await ecr.send(new GetRepositoryPolicyCommand({ repositoryName }));
    return JSON.parse(policyText!);
  },
};

/** No call tells it; the check `destroyed` shows it, as there are images then. */
const SEEN_LATER = ['EmptyOnDelete'];

test('every property of a repository in the template is what the service says', async () => {
  const template = JSON.parse(readFileSync(join(example.assembly(), `${example.stack.name}.template.json`), 'utf8'));
  const repositories = (Object.values(template.Resources) as RepositoryResource[])
    .filter(({ Type }) => Type === 'AWS::ECR::Repository');
  expect(repositories).toHaveLength(3);
  const { account, region } = example.aws;
  const arns = (await context.resources()).map(({ logicalId, type, id }) =>
    [logicalId, type === 'AWS::IAM::Role' ? `arn:aws:iam::${account}:role/${id}` : `arn:aws:kms:${region}:${account}:key/${id}`]);
  const ids = { 'AWS::AccountId': account, 'AWS::Region': region, ...Object.fromEntries(arns) };
  const ecr = example.aws.client(ECRClient);

  for (const { Properties } of repositories) {
    const answer = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [Properties.RepositoryName] }));
    const names = Object.keys(Properties).filter((name) => !SEEN_LATER.includes(name));
    const readBack = await Promise.all(names.map(async (name) => {
      if (!READ_BACK[name]) throw new Error(`${name} is new: say in READ_BACK how the service tells it`);
      return [name, await READ_BACK[name](answer.repositories![0], ecr)] as const;
    }));

    expect({ ...Object.fromEntries(readBack), EmptyOnDelete: true }).toEqual(deployed(Properties, ids));
  }
});

describe.each(CAPABILITIES)('$title', ({ checks }) => {
  test.each(checks)('$id: $tried', async (check) => {
    const { seen, detail } = await runCheck(check, context);

    expect({ seen, detail }).toEqual({ seen: check.expected, detail });
  }, 2 * PATIENCE_MS);
});

test('no two checks have the same id', () => {
  const ids = CAPABILITIES.flatMap(({ checks }) => checks.map(({ id }) => id));

  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
});
