import { DAY, type Push, type RegistryEvent, type Year } from './events';
import { type ImageRetention, RetentionOutcome } from '../../src';

/** An image that is in the repository. */
export interface HeldImage {
  readonly push: Push;
  readonly tags: readonly string[];
  readonly lastPulledAt?: Date;
  readonly archivedAt?: Date;
}

/** The repository after the run of a day; images, whatever they weigh. */
export interface DayCount {
  readonly ready: number;
  readonly archived: number;
  /** Since the year began. */
  readonly expired: number;
}

export interface YearResult {
  readonly days: readonly DayCount[];
  /** What is in the repository at the end, by digest. */
  readonly held: ReadonlyMap<string, HeldImage>;
  /** Pulls and promotions of an image that was archived or gone. */
  readonly unserved: readonly RegistryEvent[];
  readonly served: number;
  /** The sum of what was stored, archived or not, over the year. */
  readonly gigabyteMonths: number;
  /** What is stored at the end. */
  readonly gigabytes: number;
}

/** Sees the repository after the run of each day. */
export type Observer = (images: Iterable<HeldImage>, now: Date) => void;

/**
 * A year of a repository under a lifecycle policy, which is run once at the end of each day, as ECR promises within 24
 * hours; without a policy, everything stays.
 */
export function runYear(year: Year, retention?: ImageRetention, observe?: Observer): YearResult {
  const repository = new Repository();
  const days: DayCount[] = [];
  let gigabyteDays = 0;
  year.days.forEach((events, index) => {
    const now = new Date(year.start.getTime() + (index + 1) * DAY);
    events.forEach((event) => repository.take(event));
    if (retention) repository.clean(retention, now);
    observe?.(repository.held.values(), now);
    days.push(repository.count());
    gigabyteDays += repository.gigabytes();
  });
  const { held, unserved, served } = repository;
  return { days, held, unserved, served, gigabyteMonths: gigabyteDays * 12 / year.days.length, gigabytes: repository.gigabytes() };
}

class Repository {
  readonly held = new Map<string, HeldImage>();
  readonly unserved: RegistryEvent[] = [];
  served = 0;
  private expired = 0;

  take(event: RegistryEvent): void {
    if (event.type === 'push') {
      this.held.set(event.digest, { push: event, tags: event.tags });
      return;
    }
    const image = this.held.get(event.digest);
    if (!image || image.archivedAt) {
      this.unserved.push(event);
      return;
    }
    this.served++;
    if (event.type === 'pull') {
      this.change(image, { lastPulledAt: event.at });
      // Whoever pulls an index pulls the image of a platform too.
      for (const member of image.push.members ?? []) {
        const platform = this.held.get(member);
        if (platform) this.change(platform, { lastPulledAt: event.at });
      }
      return;
    }
    const before = [...this.held.values()].find(({ tags }) => tags.includes(event.tag));
    if (before) this.change(before, { tags: before.tags.filter((tag) => tag !== event.tag) });
    this.change(image, { tags: [...this.held.get(event.digest)!.tags, event.tag] });
  }

  clean(retention: ImageRetention, now: Date): void {
    const images = [...this.held.values()].map(({ push, tags, lastPulledAt, archivedAt }) => ({
      digest: push.digest,
      tags: [...tags],
      pushedAt: push.at,
      lastPulledAt,
      archivedAt,
      members: push.members && [...push.members],
      subject: push.subject,
    }));
    for (const { digest, outcome } of retention.simulate(images, now)) {
      const image = this.held.get(digest)!;
      if (outcome === RetentionOutcome.ARCHIVE) this.change(image, { archivedAt: now });
      if (outcome === RetentionOutcome.EXPIRE) {
        this.held.delete(digest);
        this.expired++;
      }
    }
  }

  count(): DayCount {
    const archived = [...this.held.values()].filter(({ archivedAt }) => archivedAt).length;
    return { ready: this.held.size - archived, archived, expired: this.expired };
  }

  gigabytes(): number {
    return [...this.held.values()].reduce((sum, { push }) => sum + push.gigabytes, 0);
  }

  private change(image: HeldImage, changes: Partial<HeldImage>): void {
    this.held.set(image.push.digest, { ...image, ...changes });
  }
}
