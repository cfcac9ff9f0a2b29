import { chatOf, chatOfRest } from './chat';
import { clipped, fitting, fittingJson } from './fitting';
import type { KnownUse } from './image-use';
import type { Turn } from './people';
import { principalWords } from './pusher-words';
import { useWords } from './use-words';
import { type Words, reasonWords, reasonsOf, titleOf, turnWords, wordsOf } from './words';
import { oneLine, upgradeWords } from '../../../report/wording';
import type { VerdictEvent } from '../../contract';

/**
 * SNS has room for 256 KB, for all forms of a message together; that of a chat takes 55,000 bytes at most.
 *
 * https://docs.aws.amazon.com/general/latest/gr/sns.html
 */
const BYTES = { json: 130_000, text: 60_000 };
/** A text message has 1,600 characters, and costs by 140 bytes of them. https://docs.aws.amazon.com/sns/latest/dg/sms_publish-to-phone.html */
const SHORT = 280;
const [REASONS, UPGRADES, PLACES, NOTICES] = [10, 10, 20, 5];

const CAUSE: Record<VerdictEvent['cause'], string> = {
  PUSH: 'it was pushed',
  SCAN: 'it was scanned',
  FINDING: 'a finding is new or has changed',
  CHANGE: 'it was archived, restored or deleted, or is scanned otherwise',
  PLATFORM: 'the verdict on one of its platforms has changed',
  ASKED: 'somebody asked',
  SWEEP: 'it was due, or the policy or an exception has changed',
};

/** A message in every form that a subscriber may take. */
export interface VerdictMessage {
  readonly subject: string;
  readonly text: string;
  readonly json: string;
  readonly chat: string;
  readonly short: string;
}

/** What is told of a verdict. */
export function messageOf(event: VerdictEvent, use: KnownUse, now: Date, runbookUrl?: string): VerdictMessage {
  const words = wordsOf(event, use, now);
  return {
    subject: words.title,
    text: fitting(textOf(event, use, words, now, runbookUrl), BYTES.text),
    json: fittingJson({ schemaVersion: 1, sentence: words.headline, event, use, runbookUrl }, BYTES.json),
    chat: JSON.stringify(chatOf(event, words, runbookUrl)),
    short: clipped(words.headline, SHORT),
  };
}

/** What of a burst is told of together. */
export interface Rest extends Turn {
  readonly gate: string;
  readonly account: string;
  readonly region: string;
  /** When the burst began; ISO 8601. */
  readonly from: string;
  readonly more: number;
}

/** What stands for all that were not told of one by one. */
export function summaryOf(rest: Rest, runbookUrl?: string): VerdictMessage {
  const { gate, account, region, from, more } = rest;
  const headline = `${more} more image${more === 1 ? '' : 's'} ${turnWords(rest, more > 1)}, within five minutes from ${from}.`;
  const where = `Each has its record in the gate ${gate}, and its event on the default event bus of account ${account} in ${region}.`;
  const title = `${titleOf(rest)}: ${more} more image${more === 1 ? '' : 's'}`;
  return {
    subject: title,
    text: [headline, where, ...runbookUrl ? ['', `What to do: ${runbookUrl}`] : []].join('\n'),
    json: JSON.stringify({ schemaVersion: 1, sentence: headline, summary: rest, runbookUrl }),
    chat: JSON.stringify(chatOfRest(rest, title, [headline, where], runbookUrl)),
    short: headline,
  };
}

function textOf(event: VerdictEvent, { seen }: KnownUse, { sentences }: Words, now: Date, runbookUrl?: string): string {
  const { account, region, repository, digest, status, previousStatus, policy, decidedAt, gate, notices, moreReasons, pushedAt, pushedBy } = event;
  const lines: ReadonlyArray<readonly [label: string, value: string | undefined]> = [
    ['Verdict', `${status}${previousStatus ? `, before: ${previousStatus}` : ''}`],
    ['Image', `${repository}@${digest}`],
    ['Where', `account ${account}, ${region}`],
    ['Decided', `${decidedAt} by the policy ${policy.name} (${policy.fingerprint}) of the gate ${gate}`],
    ['Because', CAUSE[event.cause]],
    ['Pushed', pushedAt ?? pushedBy?.at],
    ['Pushed by', pushedBy && `${principalWords(pushedBy.arn, account)} (${pushedBy.arn})`],
  ];
  const reasons = reasonsOf(event).map((reason) => `${reasonWords(reason)} -> ${oneLine(reason.remedy)}`);
  const places = seen.map((use) => `${useWords(use, account, now)}${use.stopped ? `, ${use.stopped} stopped in the last 24 hours` : ''}: ${use.cluster}`);
  return [
    ...sentences,
    '',
    ...lines.filter(([, value]) => value).map(([label, value]) => `${label.padEnd(9)} ${oneLine(value!)}`),
    ...section('Why', reasons, REASONS, moreReasons),
    ...section('Upgrade first', status === 'APPROVED' ? [] : event.upgrades.map(upgradeWords), UPGRADES),
    ...section('Seen by Amazon Inspector', places, PLACES),
    ...section('Notices', notices.map(({ message }) => oneLine(message)), NOTICES),
    ...runbookUrl ? ['', `What to do: ${runbookUrl}`] : [],
  ].join('\n');
}

function section(title: string, entries: readonly string[], shownEntries: number, beyond = 0): string[] {
  if (entries.length === 0) return [];
  const more = Math.max(0, entries.length - shownEntries) + beyond;
  return ['', `${title}:`, ...entries.slice(0, shownEntries).map((entry) => `  ${clipped(entry, 1_500)}`), ...more > 0 ? [`  and ${more} more`] : []];
}
