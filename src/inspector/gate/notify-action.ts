import { Token, type aws_sns as sns } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { VerdictEventType } from './contract';
import type { IGateAction } from './gate-action';
import type { InspectorGate } from './inspector-gate';
import { VerdictNotifier } from './verdict-notifier';
import { Problems } from '../../private/problems';

/** Properties of a `NotifyAction`. */
export interface NotifyActionProps {
  /**
   * Tells the action apart from others of the same gate. It is part of the names of what the action makes: with another one,
   * a topic of its own is replaced, and whoever has subscribed is told of nothing any more.
   *
   * @default 'Notify'
   */
  readonly id?: string;

  /**
   * Where people are told. A topic that is encrypted with a key of another account or another app needs a policy of that
   * key that lets the function use it.
   *
   * A first-in-first-out topic will not do: neither mail nor chats can subscribe to one.
   *
   * @default - a topic of its own, encrypted and for TLS only; subscribe to `topic`
   */
  readonly topic?: sns.ITopic;

  /**
   * What people are told of. What changed is told once, whichever of its events are named here.
   *
   * @default [VerdictEventType.REJECTED, VerdictEventType.CHANGED]
   */
  readonly events?: VerdictEventType[];

  /**
   * The page that says what your team does about a verdict. Messages link to it. Begins with `https://`.
   *
   * @default - messages say what to upgrade, and link to nothing
   */
  readonly runbookUrl?: string;
}

/**
 * Tells people of verdicts by Amazon SNS, in a person's words: which image, why, what to upgrade to, where it runs, how old
 * that knowledge is, and who pushed it.
 *
 * Each kind of subscriber gets its own form. Mail gets a text, telephones a sentence; `https` gets what Amazon Q Developer in
 * chat applications (AWS Chatbot) shows in Slack and Microsoft Teams, with a thread for each image; everything else gets
 * JSON, with the event of the gate (`schema/gate-event-v1.json`). Filter by the message attributes `status` and `repository`.
 *
 * - A verdict is told once. Of more than five of the same kind within five minutes the rest is told in one message, six
 *   minutes after the fifth.
 * - An image that is part of an index is not told of by itself: its index is. One exception: a platform that is scanned and
 *   rejected before its index was first judged, which is within about half a minute of the push, is told of too, because
 *   nobody knows yet that it is part of something.
 * - An image that is only archived, or only no longer scanned because nobody uses it, is told of when it runs somewhere, or
 *   when nobody knows whether it does.
 * - Where an image runs is what Amazon Inspector has seen in Amazon ECS and Amazon EKS, up to 36 hours late, of images that
 *   it scans continuously. When it does not answer, the message says so and comes in any case.
 * - Who pushed an image is known from CloudTrail: a trail must have recorded management events when it was pushed.
 * - What cannot be told is tried again; what keeps failing waits in a dead letter queue for 14 days and raises an alarm.
 *
 * Cost: next to nothing for what is told (about 0.00001 USD for each verdict, 2 USD for 100,000 mails), and 0.10 USD a month
 * for the alarm.
 *
 * @see https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
 * @see https://docs.aws.amazon.com/inspector/v2/APIReference/API_GetClustersForImage.html
 * @example
 * const notify = new NotifyAction({ runbookUrl: 'https://wiki.example.com/verdicts' });
 * new InspectorGate(this, 'Gate', { actions: [notify] });
 * notify.topic.addSubscription(new subscriptions.EmailSubscription('platform@example.com'));
 */
export class NotifyAction implements IGateAction {
  /** Tells the action apart from others of the same gate. */
  public readonly id: string;
  private readonly events: VerdictEventType[];
  private readonly runbookUrl?: string;
  private told?: sns.ITopic;

  /**
   * @param props what differs from the defaults
   */
  constructor(props: NotifyActionProps = {}) {
    check(props);
    this.id = props.id ?? 'Notify';
    this.told = props.topic;
    this.events = [...new Set(props.events ?? [VerdictEventType.REJECTED, VerdictEventType.CHANGED])];
    this.runbookUrl = props.runbookUrl;
  }

  /**
   * Where people are told. A topic of its own is made for the first gate that the action is given to, and serves all of
   * them: they must be in one account and Region.
   */
  public get topic(): sns.ITopic {
    if (this.told) return this.told;
    const problems = new Problems('NotifyAction');
    problems.add({
      prop: 'topic',
      must: 'be asked for once the action belongs to a gate',
      got: undefined,
      remedy: 'give the action to a gate first, or a topic to the action',
      code: 'notifyTopicTooEarly',
    });
    return problems.throw();
  }

  public bind(scope: Construct, gate: InspectorGate): void {
    const { told: topic, events, runbookUrl } = this;
    this.told = new VerdictNotifier(scope, 'Notifier', { gate, topic, events, runbookUrl }).topic;
  }
}

function check({ topic, events, runbookUrl = 'https://x' }: NotifyActionProps): void {
  const problems = new Problems('NotifyAction');
  problems.unless(!topic?.fifo, {
    prop: 'topic',
    must: 'be a standard topic',
    got: topic?.topicArn,
    remedy: 'neither mail nor chats can subscribe to a first-in-first-out topic: take another one',
    code: 'notifyTopicFifo',
  });
  problems.unless(events === undefined || events.length > 0, {
    prop: 'events',
    must: 'name one, or be left out',
    got: events,
    remedy: 'left out, people are told of what is rejected and of what has changed; to tell nobody, leave out the action',
    code: 'notifyEvents',
  });
  problems.unless(Token.isUnresolved(runbookUrl) || /^https:\/\/[^\s<>]{1,242}$/.test(runbookUrl), {
    prop: 'runbookUrl',
    must: 'be an address that begins with https:// and has at most 250 characters',
    got: runbookUrl,
    remedy: 'take the address of the page itself; a chat would cut a longer one',
    code: 'notifyRunbookUrl',
  });
  problems.throwIfAny();
}
