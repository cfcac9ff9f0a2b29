import * as ecr from '@aws-sdk/client-ecr';
import * as inspector from '@aws-sdk/client-inspector2';
import { type Operation, ServiceError } from './operation';

const VALIDATION = 'ValidationException';
/** https://docs.aws.amazon.com/inspector/v2/APIReference/API_ClusterForImageFilterCriteria.html */
const IMAGE_ARN = /^arn:.*:ecr:.*:\d{12}:repository\/[a-zA-Z0-9._/-]+(\/sha256:[a-z0-9]{64})?$/;

/** What a judgement asks for, by the names of the operations. */
export const SCAN_OPERATIONS: Record<string, Operation> = {
  BatchGetImage: {
    request: ecr.BatchGetImageRequest$,
    response: ecr.BatchGetImageResponse$,
    answer(world, { repositoryName, registryId, imageIds }: ecr.BatchGetImageRequest): ecr.BatchGetImageResponse {
      if (registryId !== undefined && registryId !== world.account) throw new ServiceError('RepositoryNotFoundException', `The repository with name '${repositoryName}' does not exist in the registry with id '${registryId}'`);
      const stored = world.images.filter(({ repository }) => repository === repositoryName);
      if (stored.length === 0) throw new ServiceError('RepositoryNotFoundException', `The repository with name '${repositoryName}' does not exist in the registry with id '${world.account}'`);
      limit('imageIds', imageIds!, 100, 'InvalidParameterException');
      const found = imageIds!.map((id) => ({
        id, image: stored.find(({ digest, tags }) => (id.imageDigest ? digest === id.imageDigest : tags.includes(id.imageTag!))),
      })).map(({ id, image }) => ({ id, image: world.archive.has(image?.digest ?? '') ? undefined : image }))
        .map(({ id, image }) => ({ id, image: world.unreadable.has(image?.digest ?? '') ? undefined : image, failureCode: world.unreadable.get(image?.digest ?? '') }));
      return {
        images: found.flatMap(({ image, id }) => image ? [{
          registryId: world.account,
          repositoryName,
          imageId: { imageDigest: image.digest, imageTag: id.imageTag },
          imageManifest: image.body,
          imageManifestMediaType: image.mediaType,
        }] : []),
        failures: found.flatMap(({ image, id, failureCode = 'ImageNotFound' }) => image ? [] : [{ imageId: id, failureCode, failureReason: 'Requested image not found' }]),
      };
    },
  },
  DescribeImages: {
    request: ecr.DescribeImagesRequest$,
    response: ecr.DescribeImagesResponse$,
    answer(world, { repositoryName, imageIds, filter }: ecr.DescribeImagesRequest): ecr.DescribeImagesResponse {
      limit('imageIds', imageIds ?? [], 100, 'InvalidParameterException');
      const isWanted = (of: string) => imageIds!.some(({ imageDigest }) => imageDigest === of);
      const found = world.images.filter(({ repository, digest }) => repository === repositoryName && isWanted(digest));
      if (found.length < imageIds!.length) throw new ServiceError('ImageNotFoundException', `The image with imageId '${JSON.stringify(imageIds![0])}' does not exist within the repository with name '${repositoryName}'`);
      const wanted = filter?.imageStatus ?? 'ACTIVE';
      return {
        imageDetails: found.map(({ digest, mediaType }): ecr.ImageDetail => ({
          registryId: world.account,
          repositoryName,
          imageDigest: digest,
          imageManifestMediaType: mediaType,
          imageStatus: world.archive.get(digest) ?? 'ACTIVE',
        })).filter(({ imageStatus }) => wanted === 'ANY' || imageStatus === wanted),
      };
    },
  },
  DescribeImageScanFindings: {
    request: ecr.DescribeImageScanFindingsRequest$,
    response: ecr.DescribeImageScanFindingsResponse$,
    paged: {
      most: 1_000,
      list: ({ imageScanFindings: found }) => found?.enhancedFindings ?? found?.findings ?? [],
      with: (answer, page) => !answer.imageScanFindings ? answer : {
        ...answer, imageScanFindings: { ...answer.imageScanFindings, [answer.imageScanFindings.enhancedFindings ? 'enhancedFindings' : 'findings']: page },
      },
    },
    answer(world, { repositoryName, imageId, registryId }: ecr.DescribeImageScanFindingsRequest): ecr.DescribeImageScanFindingsResponse {
      const scan = world.scans.get(imageId!.imageDigest!);
      if (!scan) throw new ServiceError('ScanNotFoundException', `Image scan does not exist for the image with '${JSON.stringify(imageId)}' in the repository with name '${repositoryName}'`);
      return { registryId, repositoryName, imageId, ...scan };
    },
  },
  ListCoverage: {
    request: inspector.ListCoverageRequest$,
    response: inspector.ListCoverageResponse$,
    paged: { most: 200, list: ({ coveredResources }) => coveredResources, with: (_, coveredResources) => ({ coveredResources }) },
    answer(world, { filterCriteria = {} }: inspector.ListCoverageRequest): inspector.ListCoverageResponse {
      const meets = filters(filterCriteria, {
        accountId: ({ accountId }: inspector.CoveredResource) => accountId!,
        resourceType: ({ resourceType }) => resourceType!,
        resourceId: ({ resourceId }) => resourceId!,
      });
      return { coveredResources: world.coverage.filter(meets) };
    },
  },
  ListFindings: {
    request: inspector.ListFindingsRequest$,
    response: inspector.ListFindingsResponse$,
    paged: { most: 100, list: ({ findings }) => findings, with: (_, findings) => ({ findings }) },
    answer(world, { filterCriteria = {} }: inspector.ListFindingsRequest): inspector.ListFindingsResponse {
      const image = ({ resources }: inspector.Finding) => resources?.[0].details?.awsEcrContainerImage;
      const meets = filters(filterCriteria, {
        awsAccountId: ({ awsAccountId }: inspector.Finding) => awsAccountId!,
        ecrImageRepositoryName: (finding) => image(finding)?.repositoryName ?? '',
        ecrImageHash: (finding) => image(finding)?.imageHash ?? '',
        findingStatus: ({ status }) => status!,
      });
      return { findings: world.findings.filter(meets) };
    },
  },
  GetClustersForImage: {
    request: inspector.GetClustersForImageRequest$,
    response: inspector.GetClustersForImageResponse$,
    paged: { most: 100, list: ({ cluster }) => cluster, with: (_, cluster) => ({ cluster }) },
    answer(world, { filter }: inspector.GetClustersForImageRequest): inspector.GetClustersForImageResponse {
      const { resourceId } = filter!;
      if (!IMAGE_ARN.test(resourceId!)) throw new ServiceError(VALIDATION, `resourceId must meet ${IMAGE_ARN.source}`);
      return { cluster: world.clusters.get(resourceId!) ?? [] };
    },
  },
  BatchGetFindingDetails: {
    request: inspector.BatchGetFindingDetailsRequest$,
    response: inspector.BatchGetFindingDetailsResponse$,
    answer(world, { findingArns }: inspector.BatchGetFindingDetailsRequest): inspector.BatchGetFindingDetailsResponse {
      limit('findingArns', findingArns!, 10, VALIDATION);
      const failed = findingArns!.filter((findingArn) => (world.detailErrors.get(findingArn)?.length ?? 0) > 0);
      return {
        findingDetails: findingArns!.filter((findingArn) => !failed.includes(findingArn))
          .map((findingArn) => world.details.get(findingArn) ?? { findingArn }),
        errors: failed.map((findingArn) => ({ findingArn, errorCode: world.detailErrors.get(findingArn)!.shift()!, errorMessage: 'It failed' })),
      };
    },
  },
};

/** Values of one filter are joined by OR, filters by AND. One that is not known here is refused rather than ignored. */
function filters<T>(criteria: object, known: Record<string, (item: T) => string>): (item: T) => boolean {
  const wanted = Object.entries(criteria).map(([name, values]: [string, Array<{ comparison: string; value: string }>]) => {
    const of = known[name];
    if (!of) throw new ServiceError(VALIDATION, `the stand-in does not know the filter ${name}`);
    limit(name, values, 10, VALIDATION);
    if (values.some(({ comparison }) => comparison !== 'EQUALS')) throw new ServiceError(VALIDATION, 'the stand-in knows EQUALS only');
    return (item: T) => values.some(({ value }) => value === of(item));
  });
  return (item) => wanted.every((meets) => meets(item));
}

function limit(name: string, list: readonly unknown[], most: number, code: string): void {
  if (list.length < 1 || list.length > most) throw new ServiceError(code, `Invalid parameter at '${name}': it must have 1 to ${most} members`);
}
