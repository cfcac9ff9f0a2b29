import { RepositoryMetric } from './contract';

/** An image as `ecr:DescribeImages` tells of it, as far as it is counted. */
export interface Image {
  readonly imageSizeInBytes?: number;
  readonly imageTags?: readonly string[];
  readonly imagePushedAt?: Date;
  readonly lastRecordedPullTime?: Date;
  readonly imageStatus?: string;
  readonly imageScanStatus?: { readonly status?: string };
  readonly imageScanFindingsSummary?: object;
  readonly artifactMediaType?: string;
}

export type Measurement = Record<RepositoryMetric, number>;

export const EMPTY: Measurement = Object.fromEntries(Object.values(RepositoryMetric).map((name) => [name, 0])) as Measurement;

/** What can run, and so can be scanned; an index, a signature or an SBOM is none. */
const RUNNABLE = ['application/vnd.docker.container.image.v1+json', 'application/vnd.oci.image.config.v1+json'];
const SCANNED = ['COMPLETE', 'ACTIVE'];

/**
 * Counts an image.
 *
 * Sizes are those of what is pulled, so a layer that images share counts for each of them: more than ECR bills.
 *
 * @param stale images neither pushed nor pulled since then are stale; archived ones are not
 */
export function measured(sum: Measurement, image: Image, stale: Date): Measurement {
  const archived = image.imageStatus === 'ARCHIVED';
  const lastUse = image.lastRecordedPullTime ?? image.imagePushedAt;
  const isTagged = (image.imageTags ?? []).length > 0;
  const isScanned = image.imageScanFindingsSummary !== undefined || SCANNED.includes(image.imageScanStatus?.status ?? '');
  return {
    [RepositoryMetric.BYTES]: sum.RepositoryBytes + (image.imageSizeInBytes ?? 0),
    [RepositoryMetric.IMAGES]: sum.Images + 1,
    [RepositoryMetric.TAGGED]: sum.TaggedImages + Number(isTagged),
    [RepositoryMetric.UNTAGGED]: sum.UntaggedImages + Number(!isTagged),
    [RepositoryMetric.ARCHIVED]: sum.ArchivedImages + Number(archived),
    [RepositoryMetric.UNSCANNED]: sum.UnscannedImages + Number(!archived && !isScanned && RUNNABLE.includes(image.artifactMediaType ?? '')),
    [RepositoryMetric.STALE]: sum.StaleImages + Number(!archived && lastUse !== undefined && lastUse < stale),
  };
}
