import { BASE, deployed, readBack, yearAsDeployed } from './deployed';
import { type Fate, ageOf, count, fateOf, isReady, number, tagged } from './images';
import { pushesOf } from '../../year/events';
import { runYear } from '../../year/run-year';
import type { Check } from '../check';

const { year } = BASE;
const DAYS = year.days.length;
const PUSHES = new Map(pushesOf(year).map((push) => [push.digest, push]));
const USES = year.days.flat().length - PUSHES.size;
/** Oldest first. */
const VERSIONS = tagged(year, 'v');

/** The 12 newest are ready; one is archived when the twelfth after it comes, and deleted 180 days later. */
const VERSION_FATES = VERSIONS.map((_, index): Fate => {
  const twelfthAfter = PUSHES.get(VERSIONS[index + 12]);
  if (!twelfthAfter) return 'ready';
  // Archived at the end of that day, so that the 180 days are over on the day after, too.
  return Math.floor(ageOf(twelfthAfter.at)) > 180 ? 'deleted' : 'archived';
});

export const baseChecks: Check[] = [
  readBack('retention-base', BASE),
  {
    id: 'year-base-versions',
    tried: `a year of shop/base is simulated (${number(PUSHES.size)} pushes), the policy run every day: the versions`,
    expected: count(VERSION_FATES),
    run: async (context) => {
      const result = await yearAsDeployed(context, BASE);
      return { answer: count(VERSIONS.map((digest) => fateOf(digest, result))) };
    },
  },
  {
    id: 'year-base-latest',
    tried: 'in that year: latest, which moves every night, is looked for every day',
    expected: `ready on ${DAYS} of ${DAYS} days`,
    run: async (context) => {
      let days = 0;
      runYear(year, await deployed(context, BASE), (images) => {
        if ([...images].some((image) => image.tags.includes('latest') && isReady(image))) days++;
      });
      return { answer: `ready on ${days} of ${DAYS} days` };
    },
  },
  {
    id: 'year-base-nightly',
    tried: 'in that year: nightly builds that became no version, every day',
    expected: 'never one older than 14 days',
    run: async (context) => {
      let oldest = 0;
      runYear(year, await deployed(context, BASE), (images, now) => {
        const nightly = [...images].filter(({ tags }) => tags.length > 0 && tags.every((tag) => tag.startsWith('nightly-')));
        oldest = Math.max(oldest, ...nightly.map(({ push }) => ageOf(push.at, now)));
      });
      return { answer: oldest <= 14 ? 'never one older than 14 days' : `one was ${Math.floor(oldest)} days old` };
    },
  },
  {
    id: 'year-base-uses',
    tried: 'in that year: every pull, and every tag given to an image that was there',
    expected: `${number(USES)} of ${number(USES)} served`,
    run: async (context) => {
      const { served, unserved } = await yearAsDeployed(context, BASE);
      return { answer: `${number(served)} of ${number(served + unserved.length)} served` };
    },
  },
];
