import {
  BatchCheckLayerAvailabilityCommand, BatchGetImageCommand, CompleteLayerUploadCommand, type ECRClient,
  GetDownloadUrlForLayerCommand, type ImageIdentifier, InitiateLayerUploadCommand, PutImageCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import { type Blob, type OciImage, sha256 } from './oci-image';

/** A repository, in the caller's registry unless another one is named. */
export interface RepositoryName {
  readonly repositoryName: string;
  readonly registryId?: string;
}

/**
 * Pushes as a docker client would have ECR do it: only missing layers, then the manifest. Each step is one ECR call made
 * with the client's credentials, so the policies decide about each.
 */
export async function push(ecr: ECRClient, repository: RepositoryName, image: OciImage, tag?: string): Promise<string> {
  const blobs = [...image.layers, image.config];
  const known = await ecr.send(new BatchCheckLayerAvailabilityCommand({
    ...repository,
    layerDigests: blobs.map(({ digest }) => digest),
  }));
  const available = new Set(known.layers?.filter((layer) => layer.layerAvailability === 'AVAILABLE')
    .map((layer) => layer.layerDigest));
  for (const blob of blobs.filter(({ digest }) => !available.has(digest))) {
    await upload(ecr, repository, blob);
  }
  const put = await ecr.send(new PutImageCommand({
    ...repository,
    imageManifest: image.manifest,
    imageManifestMediaType: image.mediaType,
    imageTag: tag,
  }));
  return put.image!.imageId!.imageDigest!;
}

/** Pulls manifest, configuration and layers; throws when a byte is not what its digest says. */
export async function pull(
  ecr: ECRClient,
  repository: RepositoryName,
  imageId: ImageIdentifier,
  download: (url: string) => Promise<Buffer>,
): Promise<OciImage> {
  const { images, failures } = await ecr.send(new BatchGetImageCommand({ ...repository, imageIds: [imageId] }));
  const image = images?.[0];
  if (!image) {
    throw new Error(`${failures?.[0]?.failureCode}: ${JSON.stringify(imageId)} in ${repository.repositoryName}`);
  }
  const digest = verified(image.imageId!.imageDigest!, Buffer.from(image.imageManifest!));
  const manifest = JSON.parse(image.imageManifest!);
  const fetchBlob = async (descriptor: { mediaType: string; digest: string }): Promise<Blob> => {
    const request = new GetDownloadUrlForLayerCommand({ ...repository, layerDigest: descriptor.digest });
    const { downloadUrl } = await ecr.send(request);
    const content = await download(downloadUrl!);
    return { mediaType: descriptor.mediaType, digest: verified(descriptor.digest, content), content };
  };
  return {
    digest,
    manifest: image.imageManifest!,
    mediaType: image.imageManifestMediaType!,
    config: await fetchBlob(manifest.config),
    layers: await Promise.all(manifest.layers.map(fetchBlob)),
  };
}

async function upload(ecr: ECRClient, repository: RepositoryName, blob: Blob): Promise<void> {
  const { uploadId, partSize } = await ecr.send(new InitiateLayerUploadCommand(repository));
  for (let first = 0; first < blob.content.length; first += partSize!) {
    const part = blob.content.subarray(first, first + partSize!);
    await ecr.send(new UploadLayerPartCommand({
      ...repository,
      uploadId,
      partFirstByte: first,
      partLastByte: first + part.length - 1,
      layerPartBlob: part,
    }));
  }
  await ecr.send(new CompleteLayerUploadCommand({ ...repository, uploadId, layerDigests: [blob.digest] }));
}

function verified(digest: string, content: Buffer): string {
  if (sha256(content) !== digest) {
    throw new Error(`The content of ${digest} has the digest ${sha256(content)}`);
  }
  return digest;
}
