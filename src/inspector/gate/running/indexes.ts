import type { ImageStore } from './image-store';
import type { ImageState } from './state';
import type { WatchedImage } from '../contract';

/**
 * A platform that comes out the same whenever it is built is part of an index for each build. What is known of it must fit
 * an item of DynamoDB, 400 KB, of which this takes 36; older indexes are judged again after a day all the same.
 */
export const INDEXES_AT_MOST = 500;

/**
 * The indexes that an image is part of, without those that were forgotten or archived: nobody would be told of it by them.
 * One that comes back is judged, and has its platforms know.
 */
export async function indexesOf(image: ImageState, store: ImageStore): Promise<readonly string[]> {
  const { repository, partOf = [] } = image;
  if (partOf.length === 0) return partOf;
  const known = await store.known(repository, partOf);
  const isThere = (digest: string) => known.has(digest) && !known.get(digest)!.isArchived;
  const gone = partOf.filter((digest) => !isThere(digest));
  if (gone.length > 0) await store.forgetParts(image, gone);
  return partOf.filter(isThere);
}

/** Has a platform know of an index, and forget those that were pushed before all others if they are too many. */
export async function joinIndex(platform: WatchedImage, index: string, dueAt: string, store: ImageStore, crowded: string[]): Promise<ImageState> {
  const state = await store.notePart(platform, index, dueAt);
  const { partOf = [] } = state;
  if (partOf.length <= INDEXES_AT_MOST) return state;
  crowded.push(platform.digest);
  const known = await store.known(platform.repository, partOf);
  const pushedAt = (digest: string) => known.get(digest)?.pushedAt ?? '';
  const latestFirst = [...partOf].sort((a, b) => pushedAt(b).localeCompare(pushedAt(a)));
  await store.forgetParts(platform, latestFirst.slice(INDEXES_AT_MOST));
  return state;
}
