/** What happens to a repository, in the order in which it happens. */
export type RegistryEvent = Push | Tagging | Pull;

export interface Push {
  readonly type: 'push';
  readonly at: Date;
  readonly digest: string;
  readonly tags: readonly string[];
  /** The digests of its platform images, if it is an index of several. */
  readonly members?: readonly string[];
  /** The digest of the image it refers to, if it is a signature or the like. */
  readonly subject?: string;
  /** What it adds to the repository: layers that no other image has. */
  readonly gigabytes: number;
}

/** A tag is added to an image that is there already, as by a promotion; another image that has it loses it. */
export interface Tagging {
  readonly type: 'tag';
  readonly at: Date;
  readonly digest: string;
  readonly tag: string;
}

export interface Pull {
  readonly type: 'pull';
  readonly at: Date;
  readonly digest: string;
}

/** A year of a repository, without its lifecycle policy: the same events whatever is kept. */
export interface Year {
  readonly start: Date;
  /** The events of each day. */
  readonly days: readonly (readonly RegistryEvent[])[];
}

export const DAY = 24 * 60 * 60 * 1000;
export const DAYS = 365;

/** 2025 begins on a Wednesday; a date that is written down, so that the year is the same whenever it is simulated. */
export const START = new Date(Date.UTC(2025, 0, 1));

export const END = new Date(START.getTime() + DAYS * DAY);

export function pushesOf(year: Year): Push[] {
  return year.days.flat().filter((event) => event.type === 'push');
}

/** Every tag that an image ever had, by digest. */
export function tagsOf(year: Year): Map<string, string[]> {
  const tags = new Map<string, string[]>();
  for (const event of year.days.flat()) {
    if (event.type === 'push') tags.set(event.digest, [...event.tags]);
    if (event.type === 'tag') tags.get(event.digest)!.push(event.tag);
  }
  return tags;
}
