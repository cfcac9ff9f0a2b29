import { type KnownUse } from './image-use';
import type { Turn } from './people';
import { principalWords } from './pusher-words';
import { listed, useSentence } from './use-words';
import type { VerdictStatus } from '../../../contract';
import { oneLine } from '../../../report/wording';
import type { EventReason, VerdictEvent } from '../../contract';

/** How many upgrades a sentence names before it counts the rest. */
const NAMED = 3;

/** A person's words about a verdict: the first sentence says all that a telephone should show. */
export interface Words {
  /** "No longer approved: shop/web@sha256:1a2b3c4d5e6f". */
  readonly title: string;
  readonly headline: string;
  readonly sentences: readonly string[];
}

export function wordsOf(event: VerdictEvent, use: KnownUse, now: Date): Words {
  const headline = `${imageWords(event)}${pushWords(event)} ${turnWords(event)}${whyWords(event)}.`;
  const sentences = [headline, remedySentence(event), useSentence(use, event.account, now), strangerSentence(event)];
  return { title: `${titleOf(event)}: ${imageWords(event)}`, headline, sentences: sentences.filter((each) => each !== undefined) };
}

/** What was done about images: "was approved and is rejected now". */
export function turnWords({ status, previousStatus }: Turn, several = false): string {
  const [is, was] = several ? ['are', 'were'] : ['is', 'was'];
  return previousStatus === undefined ? `${is} ${WORD[status]}` : `${was} ${WORD[previousStatus]} and ${is} ${WORD[status]} now`;
}

export function titleOf({ status, previousStatus }: Turn): string {
  if (status === 'REJECTED') return previousStatus === 'APPROVED' ? 'No longer approved' : 'Rejected';
  if (status === 'PENDING') return 'Pending again';
  return previousStatus === undefined ? 'Approved' : 'Approved now';
}

/** Why it is not approved. What is new comes first: what was approved before had none of these findings against it. */
export function reasonsOf({ reasons, previousStatus }: VerdictEvent): readonly EventReason[] {
  if (previousStatus === undefined) return reasons;
  const isFinding = ({ kind }: EventReason) => kind === 'FINDING';
  return [...reasons.filter(isFinding), ...reasons.filter((reason) => !isFinding(reason))];
}

/** "critical CVE-2026-1234 in openssl 3.0.11 (known to be exploited)"; of the image itself: "it is archived". */
export function reasonWords({ kind, message }: EventReason): string {
  if (kind !== 'FINDING') return oneLine(`it ${message}`);
  const [what, ...traits] = message.split(': ');
  return oneLine(traits.length > 0 ? `${what} (${traits.join(': ')})` : what);
}

const WORD: Record<VerdictStatus, string> = { APPROVED: 'approved', PENDING: 'pending', REJECTED: 'rejected' };

function imageWords({ repository, digest }: VerdictEvent): string {
  return oneLine(`${repository}@${digest.slice(0, 'sha256:'.length + 12)}`);
}

function pushWords({ pushedAt, pushedBy, account }: VerdictEvent): string {
  const at = pushedBy?.at ?? pushedAt;
  const words = [pushedBy && `by ${principalWords(pushedBy.arn, account)}`, at && `at ${at.slice(0, 16).replace('T', ' ')} UTC`].filter(Boolean);
  return words.length > 0 ? ` (pushed ${words.join(', ')})` : '';
}

function whyWords(event: VerdictEvent): string {
  const [first] = reasonsOf(event);
  if (first === undefined) return event.status === 'APPROVED' && event.previousStatus !== undefined ? ': nothing is against it any more' : '';
  const more = event.reasons.length + event.moreReasons - 1;
  return `: ${reasonWords(first)}${more > 0 ? `, and ${more} more reason${more === 1 ? '' : 's'}` : ''}`;
}

function remedySentence(event: VerdictEvent): string | undefined {
  const [first] = reasonsOf(event);
  if (first === undefined) return undefined;
  const upgrades = event.upgrades.map(({ package: name, to }) => oneLine(`${name} to ${to}`));
  if (upgrades.length === 0 || first.kind !== 'FINDING') return asSentence(oneLine(first.remedy));
  const more = upgrades.length - NAMED;
  return `Upgrade ${more > 0 ? `${upgrades.slice(0, NAMED).join(', ')} and ${more} more package${more === 1 ? '' : 's'}` : listed(upgrades)}.`;
}

function asSentence(words: string): string {
  const end = /https:\S+$/.test(words) ? '' : '.'; // a full stop would become part of the address
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${end}`;
}

/** Why nobody is named. */
function strangerSentence({ pushedBy }: VerdictEvent): string | undefined {
  return pushedBy ? undefined : 'Who pushed it is not known: only CloudTrail tells, where a trail recorded management events when it was pushed.';
}
