import type { ImageCourse, ImageNotes, ImageState } from './state';
import type { Verdict } from '../../contract';
import type { WatchedImage } from '../contract';

/** Where the gate keeps what it knows. What is read is what was written last. */
export interface ImageStore {
  get(image: WatchedImage): Promise<ImageState | undefined>;

  /**
   * Remembers what was heard of an image, which is new or not. One that is new is due at `dueAt`, in case that whatever was
   * to have it judged gets lost. Gives all that is known of it. Findings that are awaited are added to those that were;
   * a push that was noted stays.
   */
  note(image: WatchedImage, notes: ImageNotes, dueAt: string): Promise<ImageState>;

  /** Awaits findings no more that were announced of an image. */
  found(image: WatchedImage, arns: readonly string[]): Promise<void>;

  /** Remembers that an image is part of an index; as `note`. */
  notePart(image: WatchedImage, index: string, dueAt: string): Promise<ImageState>;

  /** Remembers that an image is no part of these indexes any more. */
  forgetParts(image: WatchedImage, indexes: readonly string[]): Promise<void>;

  /**
   * Makes a decision, with its record, or nothing of it. Fails with `ConflictError` unless the image is at `version` still.
   */
  commit(image: WatchedImage, version: number, course: ImageCourse, record?: VerdictRecord): Promise<void>;

  /** Empties the outbox of a decision, if the image is still at `version`. */
  told(image: WatchedImage, version: number): Promise<void>;

  /** Has an image judged again later that could not be judged. */
  postpone(image: WatchedImage, dueAt: string): Promise<void>;

  /** Forgets an image, if it is still at `version`. Records of its verdicts stay. */
  forget(image: WatchedImage, version: number): Promise<void>;

  verdict(image: WatchedImage, decidedAt: string): Promise<VerdictRecord | undefined>;

  /** Those of these images of one repository that are known, by their digests. */
  known(repository: string, digests: readonly string[]): Promise<ReadonlyMap<string, KnownImage>>;

  /** All that is watched, in pages; what was due first comes first. */
  watched(): AsyncIterable<readonly DueImage[]>;
}

/** What many images are asked for at once. */
export type KnownImage = Pick<ImageState, 'pushedAt' | 'isArchived'>;

/** An image that is watched, by when it is due. */
export interface DueImage extends WatchedImage, Pick<ImageCourse, 'judgedBy'> {
  readonly dueAt: string;
}

/** A verdict as it is kept. */
export interface VerdictRecord {
  readonly verdict: Verdict;
  /** ISO 8601. */
  readonly decidedAt: string;
  /** Findings that were left out, because there was no room for them. */
  readonly omitted?: number;
}
