import { Diary, dateOf, isWorkday } from './diary';
import { DAYS, type Year } from './events';
import { Random } from './random';

/** Layers that a base image has to itself. */
const GIGABYTES = 0.1;

/**
 * A year of `shop/base`: built anew every night, `latest` moves to the newest build, and once a week, unless nothing
 * changed, that build becomes a version. Releases of a version are built from it for a month.
 */
export function baseYear(): Year {
  const random = new Random(12);
  const diary = new Diary(random);
  let version = 0;
  for (let day = 0; day < DAYS; day++) {
    const digest = diary.push(day, { tags: [`nightly-${dateOf(day)}`], gigabytes: GIGABYTES });
    diary.tag(day, digest, 'latest');
    diary.pulls(digest, day, day + 1);
    if (day % 7 === 5 && random.chance(0.9)) {
      diary.tag(day, digest, `v12.${++version}`);
      diary.pulls(digest, day, day + 30);
    }
    // An attempt that failed its tests and was pushed by its digest alone.
    if (isWorkday(day) && random.chance(0.2)) diary.push(day, { gigabytes: GIGABYTES });
  }
  return diary.close();
}
