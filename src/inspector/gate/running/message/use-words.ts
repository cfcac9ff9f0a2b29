import { type ImageUse, type KnownUse, isRunning } from './image-use';
import { oneLine } from '../../../report/wording';

/** How many places a sentence names before it counts the rest. */
const NAMED = 3;
const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];

/** Where an image runs, in a sentence that says how old that knowledge is. */
export function useSentence({ seen, unknown }: KnownUse, account: string, now: Date): string {
  const running = seen.filter(isRunning);
  const places = running.length > 0 ? running : seen;
  const named = places.slice(0, NAMED).map((use) => useWords(use, account, now));
  const more = places.length - named.length;
  const where = more > 0 ? `${named.join(', ')} and ${more} more place${more === 1 ? '' : 's'}` : listed(named);
  if (places.length === 0) {
    return unknown
      ? `Where it runs is not known: ${unknown}.`
      : 'Amazon Inspector has not seen it run in Amazon ECS or Amazon EKS; it looks once a day, so it may be 36 hours behind.';
  }
  return `It ${running.length > 0 ? 'runs' : 'ran'} in ${where}.${unknown ? ` There may be more: ${unknown}.` : ''}`;
}

/** One place where it runs: "ECS cluster prod (service web, 3 tasks, last seen 2 hours ago)". */
export function useWords({ cluster, kind, workload, running, lastInUse }: ImageUse, account: string, now: Date): string {
  const [, , , , owner, resource = ''] = cluster.split(':');
  const of = owner && owner !== account ? ` of account ${owner}` : '';
  const unit = kind === 'ECS' ? 'task' : 'pod';
  const details = [
    workload,
    running === undefined ? undefined : running === 0 ? `no ${unit} now` : `${running} ${unit}${running === 1 ? '' : 's'}`,
    `last seen ${lastInUse === undefined ? 'nobody knows when' : ageWords(lastInUse, now)}`,
  ].filter((each) => each !== undefined);
  return oneLine(`${kind} cluster ${resource.slice(resource.indexOf('/') + 1)}${of} (${details.join(', ')})`);
}

export function ageWords(at: string, now: Date): string {
  const age = now.getTime() - Date.parse(at);
  if (age < MINUTE) return 'less than a minute ago';
  const [size, unit] = age < HOUR ? [MINUTE, 'minute'] : age < 2 * DAY ? [HOUR, 'hour'] : [DAY, 'day'];
  const count = Math.floor(age / size);
  return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
}

export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
