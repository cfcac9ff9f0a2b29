import { BatchGetImageCommand, ECRClient } from '@aws-sdk/client-ecr';
import { makeImage, pull, push, type OciImage } from '../../../test/local-aws';
import { type Seen, attempt } from '../check';
import type { CheckContext } from '../context';

/** What is pushed. The same on every machine, so that an image is known by its digest. */
export const IMAGES = {
  release: makeImage({ version: '1.0.0', greeting: 'shop 1.0.0' }),
  impostor: makeImage({ version: '1.0.0', greeting: 'not the shop' }),
  base1: makeImage({ version: '12.1', greeting: 'base 12.1' }),
  base2: makeImage({ version: '12.2', greeting: 'base 12.2' }),
  base3: makeImage({ version: '12.3', greeting: 'base 12.3' }),
};

const NAMES: Record<string, string> = {
  [IMAGES.release.digest]: 'the release',
  [IMAGES.impostor.digest]: 'the impostor',
  [IMAGES.base1.digest]: 'base 12.1',
  [IMAGES.base2.digest]: 'base 12.2',
  [IMAGES.base3.digest]: 'base 12.3',
};

/** A word that stands for exactly one digest; an unknown digest stands for itself. */
export function named(digest: string | undefined): string {
  return NAMES[digest ?? ''] ?? `unknown image ${digest}`;
}

/** A repository of the example app. Its registry is named, or another account would look in its own. */
const repository = (output: string): Where => (context) => ({
  repositoryName: context.output(output), registryId: context.aws.account,
});
export const releases = repository('ReleasesName');
export const base = repository('BaseName');
export const development = repository('DevelopmentName');

/** Somebody, as a client of ECR. */
export type Who = (context: CheckContext) => Promise<ECRClient>;

export const role = (name: string): Who => (context) => context.as(name, ECRClient);
export const pusher = role('Pusher');
export const reader = role('Reader');

export const administrator: Who = (context) => context.asAdministrator(ECRClient);

export type Where = (context: CheckContext) => { readonly repositoryName: string; readonly registryId: string };

export async function tryPush(context: CheckContext, who: Who, where: Where, image: OciImage, tag: string): Promise<Seen> {
  const ecr = await who(context);
  return attempt(push(ecr, where(context), image, tag), (digest) => ({ answer: named(digest), detail: digest }));
}

export async function tryPull(context: CheckContext, who: Who, where: Where, tag: string, expected: OciImage): Promise<Seen> {
  const ecr = await who(context);
  return attempt(pull(ecr, where(context), { imageTag: tag }, (url) => context.aws.download(url)), (image) => {
    const blobs = [image.config, ...image.layers];
    const same = [expected.config, ...expected.layers].every(({ content }, index) => content.equals(blobs[index].content));
    const bytes = blobs.reduce((sum, { content }) => sum + content.length, image.manifest.length);
    const verdict = same && image.manifest === expected.manifest ? 'byte for byte' : 'other bytes';
    return { answer: `${named(image.digest)}, ${verdict}`, detail: `${bytes} bytes, ${image.digest}` };
  });
}

/** Which image a tag stands for. */
export async function behindTag(context: CheckContext, who: Who, where: Where, tag: string): Promise<Seen> {
  const ecr = await who(context);
  const { images, failures } = await ecr.send(new BatchGetImageCommand({ ...where(context), imageIds: [{ imageTag: tag }] }));
  const digest = images?.[0]?.imageId?.imageDigest;
  return digest ? { answer: named(digest), detail: digest } : { answer: 'no image', detail: failures?.[0]?.failureReason };
}
