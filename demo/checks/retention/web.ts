import { WEB, deployed, readBack, yearAsDeployed, yearUnder } from './deployed';
import { ageOf, count, fateOf, isReady, isTemporary, isWhole, number, tagged } from './images';
import { END, pushesOf } from '../../year/events';
import { type HeldImage, type Observer, runYear } from '../../year/run-year';
import type { Check } from '../check';
import type { CheckContext } from '../context';

const { year } = WEB;
const PUSHES = pushesOf(year);
const EVENTS = year.days.flat();
const RELEASES = tagged(year, 'v');
/** Went to production as built from a commit: only what they are deployed by tells that they matter. */
const HOTFIXES = tagged(year, 'prod-').filter((digest) => !RELEASES.includes(digest));
/** Neither to be kept nor temporary: by when each was last pulled. */
const OTHERS = [...tagged(year, 'rc-'), ...tagged(year, 'load-test-')].map((digest) => ({
  digest,
  pulledAt: EVENTS.filter((event) => event.digest === digest && event.type !== 'tag').at(-1)!.at,
}));
const LEFTOVERS = new Set(PUSHES
  .filter(({ digest, tags, subject }) => tags.length === 0 && !subject && !PUSHES.some(({ members }) => members?.includes(digest)))
  .map(({ digest }) => digest));
const USES = EVENTS.length - PUSHES.length;

/** The worst that was seen after the run of any day. */
async function worst(context: CheckContext, of: (images: HeldImage[], now: Date) => number): Promise<number> {
  let seen = 0;
  const observe: Observer = (images, now) => (seen = Math.max(seen, of([...images], now)));
  runYear(year, await deployed(context, WEB), observe);
  return seen;
}

const ready = (found: number, of: number) => `${found} of ${of} ready, with signature, SBOM and platform images`;

/** What must be there after a year, told from what was pushed and not from the rules. */
export const webChecks: Check[] = [
  readBack('retention', WEB),
  {
    id: 'year-releases',
    tried: `a year of shop/web is simulated (${number(PUSHES.length)} pushes), the policy run every day: the releases`,
    expected: ready(RELEASES.length, RELEASES.length),
    run: async (context) => {
      const result = await yearAsDeployed(context, WEB);
      return { answer: ready(RELEASES.filter((digest) => isWhole(year, digest, result)).length, RELEASES.length) };
    },
  },
  {
    id: 'year-hotfixes',
    tried: 'in that year: hotfixes, which carry gitsha_... and prod-... and no version',
    expected: ready(HOTFIXES.length, HOTFIXES.length),
    run: async (context) => {
      const result = await yearAsDeployed(context, WEB);
      return { answer: ready(HOTFIXES.filter((digest) => isWhole(year, digest, result)).length, HOTFIXES.length) };
    },
  },
  {
    id: 'year-uses',
    tried: 'in that year: every pull and every promotion of an image',
    expected: `${number(USES)} of ${number(USES)} served`,
    run: async (context) => {
      const { served, unserved } = await yearAsDeployed(context, WEB);
      return { answer: `${number(served)} of ${number(served + unserved.length)} served` };
    },
  },
  {
    id: 'year-temporary',
    tried: 'in that year: the temporary images (gitsha_, gitbranch_, gitpr_ and nothing else), every day',
    expected: 'never one older than 7 days',
    run: async (context) => {
      const oldest = await worst(context, (images, now) =>
        Math.max(0, ...images.filter(({ tags }) => isTemporary(tags)).map(({ push }) => ageOf(push.at, now))));
      return { answer: oldest <= 7 ? 'never one older than 7 days' : `one was ${Math.floor(oldest)} days old` };
    },
  },
  {
    id: 'year-leftovers',
    tried: `in that year: the ${LEFTOVERS.size} leftovers without a tag, every day`,
    expected: 'never more than 5 ready',
    run: async (context) => {
      const most = await worst(context, (images) =>
        images.filter((image) => LEFTOVERS.has(image.push.digest) && isReady(image)).length);
      return { answer: most <= 5 ? 'never more than 5 ready' : `once ${most}` };
    },
  },
  {
    id: 'year-indexes',
    tried: 'in that year: images of several platforms, ready or archived, every day',
    expected: 'every one with its platform images',
    run: async (context) => {
      const lost = await worst(context, (images) => {
        const there = new Set(images.map(({ push }) => push.digest));
        return images.filter(({ push }) => push.members?.some((member) => !there.has(member))).length;
      });
      return { answer: lost === 0 ? 'every one with its platform images' : `${lost} have lost some` };
    },
  },
  {
    id: 'year-others',
    tried: 'in that year: release candidates and load tests, 90 days after their last pull',
    expected: count(OTHERS.map(({ pulledAt }) => ageOf(pulledAt) > 90 ? 'archived' : 'ready')),
    run: async (context) => {
      const result = await yearAsDeployed(context, WEB);
      return { answer: count(OTHERS.map(({ digest }) => fateOf(digest, result))) };
    },
  },
  {
    id: 'year-cost',
    tried: 'the storage of that year, compared with no policy at all',
    expected: 'less than a quarter',
    run: async (context) => {
      const [withPolicy, without] = [await yearAsDeployed(context, WEB), yearUnder(WEB)].map((result) => result.gigabyteMonths);
      return {
        answer: withPolicy < without / 4 ? 'less than a quarter' : 'a quarter or more',
        detail: `${withPolicy.toFixed(0)} and ${without.toFixed(0)} gigabyte-months until ${END.toISOString().slice(0, 10)}`,
      };
    },
  },
];
