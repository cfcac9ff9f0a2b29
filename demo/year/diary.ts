import { DAY, DAYS, type RegistryEvent, START, type Year } from './events';
import type { Random } from './random';

/** What goes into an image; sizes are those of its layers, an index or a signature has next to none. */
export interface ImageOptions {
  readonly tags?: readonly string[];
  readonly gigabytes?: number;
  readonly members?: readonly string[];
  readonly subject?: string;
}

/** Writes a year down, day by day; events that are due later can be written ahead. */
export class Diary {
  private readonly days: RegistryEvent[][] = Array.from({ length: DAYS }, () => []);

  constructor(private readonly random: Random) {}

  /** Gives the digest. */
  push(day: number, { tags = [], gigabytes = 0, members, subject }: ImageOptions): string {
    const digest = `sha256:${this.random.hex(64)}`;
    this.add(day, { type: 'push', at: this.at(day), digest, tags, members, subject, gigabytes });
    return digest;
  }

  /** An index of one image for each of two platforms, which are pushed before it and have no tag. */
  pushIndex(day: number, tags: readonly string[], gigabytes: number): string {
    const members = ['amd64', 'arm64'].map(() => this.push(day, { gigabytes }));
    return this.push(day, { tags, members });
  }

  /** A signature and an SBOM. */
  sign(day: number, subject: string): void {
    for (const _ of ['signature', 'SBOM']) this.push(day, { subject });
  }

  tag(day: number, digest: string, tag: string): void {
    this.add(day, { type: 'tag', at: this.at(day), digest, tag });
  }

  /** One pull a day, from one day to before another. */
  pulls(digest: string, from: number, to: number): void {
    for (let day = from; day < Math.min(to, DAYS); day++) this.add(day, { type: 'pull', at: this.at(day), digest });
  }

  close(): Year {
    return { start: START, days: this.days };
  }

  /** Ten o'clock and a second for each event of the day: no two at the same time, and in the order they were written. */
  private at(day: number): Date {
    return new Date(START.getTime() + day * DAY + 10 * 60 * 60 * 1000 + (this.days[day]?.length ?? 0) * 1000);
  }

  private add(day: number, event: RegistryEvent): void {
    if (day < DAYS) this.days[day].push(event);
  }
}

export function isWorkday(day: number): boolean {
  return ![0, 6].includes(new Date(START.getTime() + day * DAY).getUTCDay());
}

/** As it is written in tags. */
export function dateOf(day: number): string {
  return new Date(START.getTime() + day * DAY).toISOString().slice(0, 10);
}
