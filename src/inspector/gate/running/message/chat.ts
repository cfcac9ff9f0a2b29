import { clipped } from './fitting';
import { type Words, reasonWords, reasonsOf } from './words';
import { oneLine, upgradeWords } from '../../../report/wording';
import type { VerdictEvent } from '../../contract';

/**
 * How long what is shown may be.
 *
 * https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
 */
const CHARACTERS = { title: 250, description: 8_000, step: 350, keyword: 75 };
/** Nobody reads more in a chat; the mail has more, and the record has all. */
const [REASONS, UPGRADES] = [5, 5];

/** A notification as Amazon Q Developer in chat applications (AWS Chatbot) takes it. */
export interface ChatNotification {
  readonly version: '1.0';
  readonly source: 'custom';
  readonly id?: string;
  readonly content: {
    readonly textType: 'client-markdown';
    readonly title: string;
    readonly description: string;
    readonly nextSteps: readonly string[];
    readonly keywords?: readonly string[];
  };
  readonly metadata: {
    /** Messages with the same one are a thread. */
    readonly threadId: string;
    /** What the thread shows of its latest message. */
    readonly summary: string;
    readonly additionalContext: Readonly<Record<string, string>>;
  };
}

/** What is to be shown, however long. */
interface Draft {
  readonly id?: string;
  readonly title: string;
  readonly description: readonly string[];
  readonly nextSteps: readonly string[];
  readonly keywords?: readonly string[];
  readonly threadId: string;
  readonly summary: string;
  readonly context: Readonly<Record<string, string>>;
}

/** A verdict for a chat: all that is told of one image is a thread. */
export function chatOf(event: VerdictEvent, { title, headline, sentences }: Words, runbookUrl?: string): ChatNotification {
  const { id, gate, account, region, repository, digest, status, previousStatus, policy } = event;
  const reasons = reasonsOf(event);
  const shownReasons = reasons.slice(0, REASONS).map((reason) => `• ${reasonWords(reason)}`);
  const remedies = reasons.filter(({ kind }) => kind !== 'FINDING').map(({ remedy }) => oneLine(remedy));
  const vulnerabilities = reasons.filter(({ kind }) => kind === 'FINDING').map(({ code }) => code);
  return notification({
    id,
    title,
    description: [...sentences, ...shownReasons.length > 1 ? ['', ...shownReasons] : []],
    nextSteps: [
      ...runbookSteps(runbookUrl),
      ...status === 'APPROVED' ? [] : event.upgrades.slice(0, UPGRADES).map((upgrade) => `Upgrade ${upgradeWords(upgrade)}`),
      ...remedies.slice(0, REASONS),
    ],
    keywords: [status, repository, gate, ...vulnerabilities.slice(0, REASONS)],
    threadId: `${gate}/${repository}@${digest}`,
    summary: headline,
    context: { gate, account, region, repository, digest, status, ...previousStatus && { previousStatus }, policy: policy.name },
  });
}

/** What of a burst is told of together, for a chat: a thread of its own. */
export function chatOfRest(
  { gate, account, region, from }: { readonly gate: string; readonly account: string; readonly region: string; readonly from: string },
  title: string, description: readonly string[], runbookUrl?: string,
): ChatNotification {
  return notification({
    title,
    description,
    nextSteps: runbookSteps(runbookUrl),
    threadId: `${gate}/rest/${from}`,
    summary: title,
    context: { gate, account, region },
  });
}

function runbookSteps(runbookUrl: string | undefined): string[] {
  return runbookUrl ? [`Follow the runbook: ${runbookUrl}`] : [];
}

function notification({ id, title, description, nextSteps, keywords, threadId, summary, context }: Draft): ChatNotification {
  return {
    version: '1.0',
    source: 'custom',
    id,
    content: {
      textType: 'client-markdown',
      title: shown(title, CHARACTERS.title),
      description: shown(description.join('\n'), CHARACTERS.description),
      nextSteps: nextSteps.map((step) => shown(step, CHARACTERS.step)),
      keywords: keywords?.map((keyword) => shown(oneLine(keyword), CHARACTERS.keyword)),
    },
    metadata: {
      threadId,
      summary: shown(summary, CHARACTERS.title),
      additionalContext: Object.fromEntries(Object.entries(context).map(([name, value]) => [name, shown(oneLine(value), CHARACTERS.title)])),
    },
  };
}

/** Text of others must not call people (`<!channel>`) or hide where a link leads: to chats, these characters mean something. */
function shown(text: string, characters: number): string {
  const escaped = text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  return clipped(escaped, characters).replace(/&[a-z]*…$/, '…'); // not half of one of them
}
