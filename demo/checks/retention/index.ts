import { baseChecks } from './base';
import { BASE, type Subject, WEB, explained, yearAsDeployed, yearUnder } from './deployed';
import { number } from './images';
import { ONE_LIST, mistakeChecks, withoutShields } from './mistakes';
import { webChecks } from './web';
import { pushesOf } from '../../year/events';
import type { YearResult } from '../../year/run-year';
import type { Capability, Chart, Picture } from '../check';
import type { CheckContext } from '../context';

/** Of a gigabyte for a month, in most Regions; the archive costs the same up to 150 TB. https://aws.amazon.com/ecr/pricing/ */
const USD = 0.1;

/** ImageRetention: the rules as deployed, and what a year under them keeps, archives and deletes. */
export const retention: Capability = {
  title: 'ImageRetention',
  checks: [...webChecks, ...baseChecks, ...mistakeChecks],
  notProven: [
    'That ECR does what its documentation says: the local AWS stores lifecycle rules, and a model of the documented rules runs them.',
  ],
  charts: (context) => Promise.all([WEB, BASE].map((subject) => chart(context, subject))),
  pictures: async (context) => [
    await costs(context),
    ...await Promise.all([WEB, BASE].map((subject) => explained(context, subject))),
  ],
};

async function chart(context: CheckContext, subject: Subject): Promise<Chart> {
  const { days } = await yearAsDeployed(context, subject);
  const { ready, archived, expired } = days.at(-1)!;
  const pushed = number(pushesOf(subject.year).length);
  return {
    id: `year-of-${subject.name.replace('/', '-')}`,
    title: `A simulated year of ${subject.name}: what became of ${pushed} images`,
    description: `Of ${pushed} images pushed in the year, ${number(ready)} are ready to be pulled at its end, ${number(archived)}`
      + ` are archived and ${number(expired)} were deleted.`,
    start: subject.year.start.toISOString().slice(0, 10),
    unit: 'images',
    bands: [
      { name: 'ready', values: days.map((day) => day.ready) },
      { name: 'archived', values: days.map((day) => day.archived) },
      { name: 'deleted', values: days.map((day) => day.expired) },
    ],
  };
}

async function costs(context: CheckContext): Promise<Picture> {
  const row = (repository: string, policy: string, { days, gigabytes, gigabyteMonths }: YearResult) => {
    const { ready, archived, expired } = days.at(-1)!;
    return [
      repository, policy, number(ready), number(archived), number(expired),
      `${gigabytes.toFixed(0)} GB`, `${(gigabyteMonths * USD).toFixed(0)} USD`, `${(gigabytes * USD).toFixed(2)} USD`,
    ];
  };
  return {
    title: 'What the year costs at 0.10 USD for a gigabyte and month, if each image of shop/web adds 0.25 GB of layers'
      + ' for each platform and each of shop/base 0.1 GB',
    columns: ['Repository', 'Policy', 'Ready', 'Archived', 'Deleted', 'Stored at the end', 'The year', 'Each month then'],
    rows: [
      row(WEB.name, 'as deployed', await yearAsDeployed(context, WEB)),
      row(WEB.name, 'none', yearUnder(WEB)),
      row(WEB.name, 'one list of prefixes', yearUnder(WEB, ONE_LIST)),
      row(WEB.name, 'without protected tags', yearUnder(WEB, await withoutShields(context))),
      row(BASE.name, 'as deployed', await yearAsDeployed(context, BASE)),
      row(BASE.name, 'none', yearUnder(BASE)),
    ],
  };
}
