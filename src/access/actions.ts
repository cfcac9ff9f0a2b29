import { LIMITS } from '../private/limits';
import { Problems } from '../private/problems';
import { matches } from '../private/tokens';

/**
 * The IAM actions of each level of access, and of each guard.
 *
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
 */
export const ACTIONS = {
  /** About the registry: no repository policy may hold it. */
  authorize: ['ecr:GetAuthorizationToken'],
  /** What is there, and what is known of it; nothing of what is in an image. */
  readMetadata: [
    'ecr:BatchGetRepositoryScanningConfiguration', 'ecr:DescribeImageReplicationStatus', 'ecr:DescribeImageScanFindings',
    'ecr:DescribeImageSigningStatus', 'ecr:DescribeImages', 'ecr:DescribeRepositories', 'ecr:GetLifecyclePolicy',
    'ecr:GetLifecyclePolicyPreview', 'ecr:GetRepositoryPolicy', 'ecr:ListImages', 'ecr:ListTagsForResource',
  ],
  /** The three of AmazonEC2ContainerRegistryReadOnly that fetch an image. */
  pull: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
  /** What AWS names for Lambda, which pulls as itself. https://docs.aws.amazon.com/lambda/latest/dg/images-create.html */
  lambdaPull: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
  /** Never ecr:GetDownloadUrlForLayer, so that no layer can be fetched; manifests can, which clients do before they push. */
  push: [
    'ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload',
    'ecr:PutImage', 'ecr:UploadLayerPart',
  ],
} as const;

/** Refuses what is no action about a repository. */
export function checkActions(owner: string, actions: readonly string[]): void {
  const wrong = actions.filter((action) => !matches(LIMITS.action, action) || action.toLowerCase() === ACTIONS.authorize[0].toLowerCase());
  const problems = new Problems(owner);
  problems.unless(actions.length > 0 && wrong.length === 0, {
    prop: 'actions',
    must: 'name actions of ECR about a repository',
    got: wrong,
    remedy: "write them like 'ecr:BatchGetImage'; the login is granted by access.authorize",
    code: 'accessActions',
  });
  problems.throwIfAny();
}

/** Whether an action, which may have wildcards, lets somebody do this one. */
export function mayStandFor(action: string, one: string): boolean {
  const pattern = action.replace(/[^\w:*?]/g, '\\$&').replace(/[*?]/g, (wildcard) => (wildcard === '*' ? '.*' : '.'));
  return new RegExp(`^${pattern}$`, 'i').test(one);
}

/** What a guard forbids. */
export const GUARDED = {
  push: ['ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart'],
  /** A lifecycle policy deletes images too, and an archived image cannot be pulled. */
  imageDeletion: ['ecr:BatchDeleteImage', 'ecr:PutLifecyclePolicy', 'ecr:UpdateImageStorageClass'],
  tagMutability: ['ecr:PutImageTagMutability'],
  /** What lifts a guard: a repository that is made anew has none. */
  guards: ['ecr:DeleteRepository', 'ecr:DeleteRepositoryPolicy', 'ecr:SetRepositoryPolicy'],
} as const;
