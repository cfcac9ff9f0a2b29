import type { WatchedImage } from '../../../src/inspector/gate/contract';
import type { DueImage, ImageStore, VerdictRecord } from '../../../src/inspector/gate/running/image-store';
import { AWAITED_AT_MOST, ConflictError, type ImageCourse, type ImageNotes, type ImageState } from '../../../src/inspector/gate/running/state';

const key = ({ repository, digest }: WatchedImage) => `${repository}@${digest}`;
const defined = <T extends object>(value: T) => Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;

/** The store of a gate in memory; `running/image-store-contract.ts` holds it to what the one in DynamoDB does. */
export class MemoryStore implements ImageStore {
  private readonly images = new Map<string, ImageState>();
  private readonly records = new Map<string, VerdictRecord[]>();

  constructor(private readonly pageSize = 100) {}

  async get(image: WatchedImage) {
    return this.at(image);
  }

  /** At once, for whoever only looks on. */
  at(image: WatchedImage): ImageState | undefined {
    return this.images.get(key(image));
  }

  async note(image: WatchedImage, notes: ImageNotes, dueAt: string) {
    const { awaited: more = [], ...heard } = notes;
    const { awaited = [], pushedAt, pushedBy } = this.at(image) ?? {};
    const others = { ...heard, ...pushedAt && { pushedAt }, ...pushedBy && { pushedBy } };
    const isRoom = more.length > 0 && awaited.length < AWAITED_AT_MOST;
    return this.remember(image, { ...others, ...isRoom && { awaited: [...new Set([...awaited, ...more])].sort() } }, dueAt);
  }

  async found(image: WatchedImage, arns: readonly string[]) {
    const is = this.images.get(key(image));
    if (is?.dueAt === undefined || !is.awaited) return;
    const awaited = is.awaited.filter((arn) => !arns.includes(arn));
    this.images.set(key(image), defined({ ...is, awaited: awaited.length > 0 ? awaited : undefined }));
  }

  async notePart(image: WatchedImage, index: string, dueAt: string) {
    const partOf = new Set([...this.images.get(key(image))?.partOf ?? [], index]);
    return this.remember(image, { partOf: [...partOf].sort() }, dueAt);
  }

  async forgetParts(image: WatchedImage, indexes: readonly string[]) {
    const is = this.images.get(key(image));
    const partOf = is?.partOf?.filter((index) => !indexes.includes(index));
    if (is) this.images.set(key(image), defined({ ...is, partOf: partOf?.length ? partOf : undefined }));
  }

  async commit(image: WatchedImage, version: number, course: ImageCourse, record?: VerdictRecord) {
    const is = this.images.get(key(image));
    if ((is?.version ?? 0) !== version) throw new ConflictError(image);
    const { repository, digest } = image;
    const { pushedAt, pushedBy, expected, awaited, partOf } = is ?? {};
    this.images.set(key(image), defined({ pushedAt, pushedBy, expected, awaited, partOf, ...course, repository, digest, version: version + 1 }));
    if (record) this.records.set(key(image), [...this.history(image).filter(({ decidedAt }) => decidedAt !== record.decidedAt), record]);
  }

  async told(image: WatchedImage, version: number) {
    const is = this.images.get(key(image));
    if (is?.version !== version) return;
    const { outbox, ...rest } = is;
    this.images.set(key(image), rest);
  }

  async postpone(image: WatchedImage, dueAt: string) {
    const is = this.images.get(key(image));
    if (is?.dueAt !== undefined) this.images.set(key(image), { ...is, dueAt });
  }

  async forget(image: WatchedImage, version: number) {
    if (this.images.get(key(image))?.version === version) this.images.delete(key(image));
  }

  async verdict(image: WatchedImage, decidedAt: string) {
    return this.history(image).find((record) => record.decidedAt === decidedAt);
  }

  async known(repository: string, digests: readonly string[]) {
    const found = digests.flatMap((digest) => this.at({ repository, digest }) ?? []);
    return new Map(found.map(({ digest, pushedAt, isArchived }) => [digest, defined({ pushedAt, isArchived })]));
  }

  /** Reads each page when it is asked for, as an index is read: what moves meanwhile may come twice, or not. */
  async* watched(): AsyncGenerator<DueImage[]> {
    let after = '';
    for (;;) {
      const page = this.nextDue(after);
      yield page.map(({ repository, digest, dueAt, judgedBy }) => ({ repository, digest, dueAt, judgedBy }));
      if (page.length < this.pageSize) return;
      after = position(page.at(-1)!);
    }
  }

  /** The records of an image, in the order in which they were made. */
  history(image: WatchedImage): readonly VerdictRecord[] {
    return this.records.get(key(image)) ?? [];
  }

  private nextDue(after: string): DueImage[] {
    const all = [...this.images.values()].filter((image): image is ImageState & DueImage => image.dueAt !== undefined);
    return all.filter((image) => position(image) > after).sort((a, b) => position(a) < position(b) ? -1 : 1).slice(0, this.pageSize);
  }

  private remember({ repository, digest }: WatchedImage, notes: ImageNotes, dueAt: string): ImageState {
    const is = this.images.get(key({ repository, digest }));
    const state: ImageState = { dueAt, ...is, ...notes, repository, digest, version: is?.version ?? 0 };
    this.images.set(key(state), state);
    return state;
  }
}

const position = ({ dueAt, repository, digest }: DueImage) => `${dueAt} ${digest} ${repository}`;
