import type { Deployment } from './deployments';
import { excusedUntil, isBlocked, isSettled, platformsOf } from './oracle';
import { type Consumer, type Message, type Outcome, Queue } from './queues';
import type { Random } from './random';
import { REPOSITORY, Registry, type StoredImage, arnOf, arnsOf, canPull } from './registry';
import { type CallTimes, type Faults, HOUR, InjectedError, Invocation, MINUTE, SECOND, type Service, type Simulator } from './simulator';
import type { AwaitedFindings, ImageFacts, ScanFacts, VerdictStatus } from '../../../../src/inspector/contract';
import {
  type Errand, type JudgementRequest, REQUEST_DELAY_SECONDS, type VerdictAnswer, WINDOW_SECONDS, type WatchedImage,
} from '../../../../src/inspector/gate/contract';
import { answerOf } from '../../../../src/inspector/gate/running/answer';
import type { ImageStore } from '../../../../src/inspector/gate/running/image-store';
import { type GateJudgement, type GateWorld, judgeImage } from '../../../../src/inspector/gate/running/judge-image';
import { messagesOf } from '../../../../src/inspector/gate/running/requests';
import { type WatchWorld, watch } from '../../../../src/inspector/gate/running/watch';
import { MemoryStore } from '../memory-store';

/** How much the clocks of two functions may differ: what is left of the delay of requests beside their window. */
export const SKEW = 15 * SECOND;
export const REFRESH = 2 * HOUR;

/** A defect that the model must notice. */
export interface Plant {
  readonly judging?: (world: GateWorld) => GateWorld;
  readonly watching?: (world: WatchWorld) => WatchWorld;
  readonly judgement?: (judgement: GateJudgement) => GateJudgement;
  readonly answer?: typeof answerOf;
  readonly messages?: typeof messagesOf;
  /** Takes failures for success. */
  readonly swallows?: boolean;
}

export interface GateSettings {
  readonly faults: Faults;
  readonly times: CallTimes;
  readonly maxConcurrency: number;
  readonly plant?: Plant;
  /** Of what a sweep reads. */
  readonly pageSize?: number;
}

interface Told {
  readonly id: string;
  readonly type: string;
  readonly digest: string;
  readonly status: VerdictStatus;
  readonly previousStatus?: VerdictStatus;
  readonly partOf: readonly string[];
  readonly decidedAt: string;
}

/** What a judgement has read, by what was so at that time. */
interface Reading {
  isSettled: boolean;
  isBlocked: boolean;
  isShort: boolean;
  excusedUntil: number;
}

/** When an approval was found to be right, by what, and until when that may be so. */
interface Confirmation {
  readonly at: number;
  readonly by: Deployment;
  readonly until: number;
}

/** Announced: how many, when, and which. */
const NOTHING = { count: 0, at: 0, arns: [] as readonly string[] };

/** The functions of a gate as they are, with queues, a table and a bus around them; says what they may not do. */
export class Gate {
  readonly store: MemoryStore;
  readonly events: Queue;
  readonly requests: Queue;
  readonly registry: Registry;
  readonly told: Told[] = [];
  /** How many approvals that ended were counted, by image. */
  readonly revoked = new Map<string, number>();
  readonly violations: string[] = [];
  readonly calls: Record<string, number> = {};
  judgements = 0;
  /** What each of the functions was deployed with. */
  watching: Deployment;
  judging: Deployment;
  answering: Deployment;
  private readonly approved = new Set<string>();
  private readonly forgotten = new Map<string, number>();
  private readonly confirmed = new Map<string, Confirmation>();
  private readonly decided = new Map<string, string>();
  /** What was announced of the findings of an image, where that was heard. */
  private readonly heard = new Map<string, typeof NOTHING>();

  constructor(
    private readonly simulator: Simulator, private readonly random: Random, deployment: Deployment,
    private readonly settings: GateSettings, registry: (deliver: (event: object) => void) => Registry,
  ) {
    this.watching = this.judging = this.answering = deployment;
    this.store = new MemoryStore(settings.pageSize ?? 2);
    this.events = new Queue(simulator, random, this.consumer(10, 5, (body, invocation) => this.watch(body, invocation)));
    this.requests = new Queue(simulator, random, this.consumer(1, settings.maxConcurrency, (body, invocation) => this.judge(body, invocation)));
    this.registry = registry((event) => this.events.send(JSON.stringify(event)));
  }

  send(errand: Errand): void {
    this.events.send(JSON.stringify(errand));
  }

  /** Asks as a deployment does: what has no verdict that holds is judged. */
  ask(image: WatchedImage): void {
    const { status, pendingBecause } = this.answer(image);
    if (status === 'UNKNOWN' || pendingBecause) this.enqueue([{ ...image, cause: 'ASKED' }], new Date(this.simulator.now));
  }

  /** What a deployment is told now; what is approved must have been found so, by what is deployed, and not be past. */
  answer(image: WatchedImage): VerdictAnswer {
    const { now } = this.simulator;
    const { fingerprint } = this.answering;
    const state = this.store.at(image);
    const record = this.store.history(image).find(({ decidedAt }) => decidedAt === state?.decidedAt);
    const answer = (this.settings.plant?.answer ?? answerOf)(state, record, new Date(now), { fingerprint, refreshSeconds: REFRESH / SECOND });
    if (answer.status !== 'APPROVED') return answer;
    const confirmation = this.confirmed.get(image.digest);
    if (!confirmation) return answer; // it was written in this very moment, and is about to be checked
    const { at, by, until } = confirmation;
    const found = (what: string) => this.violate(image.digest, `is said to be approved ${what}`);
    if (record?.verdict.status !== 'APPROVED') found('without a record');
    if (!(now < Date.parse(answer.validUntil!))) found(`after ${answer.validUntil}, until when that was to hold`);
    if (now > at + 2 * REFRESH + SKEW) found('without having been looked at for long');
    if (by.fingerprint !== fingerprint) found(`by ${by.fingerprint}, where ${fingerprint} is deployed`);
    if (now >= until) found('although an exception has ended');
    return answer;
  }

  /** Whether there is an announcement that the gate has not found to be met. */
  insistsOn({ digest }: StoredImage): boolean {
    const { awaited, expected, metExpectation } = this.store.at({ repository: REPOSITORY, digest }) ?? {};
    return awaited !== undefined || expected?.at !== metExpectation;
  }

  /** Whether all that was announced is listed. */
  isListed(image: StoredImage): boolean {
    const { awaited = [], expected, metExpectation } = this.store.at({ repository: REPOSITORY, digest: image.digest }) ?? {};
    const listed = arnsOf(image);
    const isMet = expected === undefined || expected.at === metExpectation || listed.length >= expected.count;
    return isMet && awaited.every((arn) => listed.includes(arn));
  }

  violate(digest: string, what: string): void {
    this.violations.push(`${new Date(this.simulator.now).toISOString()} ${digest.slice(0, 13)} ${what}`);
  }

  private consumer(batchSize: number, maxConcurrency: number, handle: (body: any, invocation: Invocation) => Promise<void>): Consumer {
    return {
      batchSize,
      maxConcurrency,
      handle: (messages, end) => {
        const crashed = () => end(messages.map(() => 'CRASHED'));
        const skew = this.random.integer(-SKEW / 2, SKEW / 2);
        const invocation = new Invocation(this.simulator, this.random, this.settings.faults, this.settings.times, skew, crashed);
        this.simulator.begin(async () => {
          const outcomes: Outcome[] = [];
          for (const message of messages) outcomes.push(await this.attempt(message, invocation, handle));
          end(outcomes);
        });
      },
    };
  }

  private async attempt({ body }: Message, invocation: Invocation, handle: (body: any, invocation: Invocation) => Promise<void>): Promise<Outcome> {
    try {
      await handle(JSON.parse(body), invocation);
      return 'DONE';
    } catch (error) {
      if (!(error instanceof InjectedError) && !invocation.faulty) this.violate('', `failed without a fault: ${error}, with ${body}`);
      return this.settings.plant?.swallows ? 'DONE' : 'FAILED';
    }
  }

  private async watch(message: any, invocation: Invocation): Promise<void> {
    const { registry, settings: { plant } } = this;
    const world: WatchWorld = {
      store: this.storeFor(invocation),
      now: invocation.now,
      request: (requests) => this.request(requests, invocation),
      listLater: async (names, from) => {
        for (const repository of names) await this.call(invocation, 'queue', 'SendMessage', async () => this.send({ errand: 'list', repository, from }));
      },
      repositories: async function* () { yield [REPOSITORY]; },
      images: async function* (this: void, _repository, from = '0') {
        const found = registry.images.filter(canPull);
        for (let first = Number(from); first < found.length; first += 2) {
          yield await invocation.call('registry', async () => ({
            images: found.slice(first, first + 2).map(({ digest, pushedAt }) => ({ digest, pushedAt: new Date(pushedAt) })),
            next: first + 2 < found.length ? String(first + 2) : undefined,
          }));
        }
      },
      isEnding: () => this.random.chance(0.01) && this.settings.faults.crashes > 0,
    };
    await watch(message, plant?.watching?.(world) ?? world, { fingerprint: this.watching.fingerprint, lookBackSeconds: 30 * 86_400 });
    this.hear(message);
  }

  private hear({ 'detail-type': type, time, detail }: any): void {
    const digest: string = type === 'Inspector2 Finding' ? detail.resources[0].id.split('/').at(-1) : detail?.['image-digest'];
    const { arns, ...heard } = this.heard.get(digest) ?? NOTHING;
    if (type === 'Inspector2 Scan') this.heard.set(digest, { count: detail['finding-severity-counts'].TOTAL, at: Date.parse(time), arns });
    if (type === 'Inspector2 Finding' && detail.status === 'ACTIVE') this.heard.set(digest, { ...heard, arns: [...arns, detail.findingArn] });
  }

  private async judge(request: JudgementRequest, invocation: Invocation): Promise<void> {
    this.judgements++;
    const { plant } = this.settings;
    const deployment = this.judging;
    const reading: Reading = { isSettled: false, isBlocked: true, isShort: true, excusedUntil: 0 };
    const world: GateWorld = {
      store: this.storeFor(invocation, reading, deployment),
      now: invocation.now,
      read: (image, beforeScans) => this.read(image, beforeScans, invocation, deployment, reading),
      announce: (events) => this.call(invocation, 'bus', 'PutEvents', async () => {
        for (const { type, detail } of events) this.tell({ type, ...detail });
      }),
      count: ({ Revoked = 0 }) => void this.revoked.set(request.digest, (this.revoked.get(request.digest) ?? 0) + Revoked),
      request: (requests) => this.request(requests, invocation),
      requestLater: (reminder, seconds) => this.call(invocation, 'queue', 'SendMessage', async () =>
        this.events.send(JSON.stringify({ errand: 'judge', request: reminder } satisfies Errand), seconds * SECOND)),
    };
    const judgement: GateJudgement = {
      gate: 'gate', ...deployment, refreshSeconds: REFRESH / SECOND, retentionSeconds: 7 * 86_400,
    };
    await judgeImage(request, plant?.judging?.(world) ?? world, plant?.judgement?.(judgement) ?? judgement);
  }

  private async request(requests: readonly JudgementRequest[], invocation: Invocation): Promise<void> {
    for (let first = 0; first < requests.length; first += 10) {
      const some = requests.slice(first, first + 10);
      await this.call(invocation, 'queue', 'SendMessageBatch', async () => this.enqueue(some, invocation.now()));
    }
  }

  private enqueue(requests: readonly JudgementRequest[], now: Date): void {
    const messages = this.settings.plant?.messages ?? messagesOf;
    for (const { MessageBody, MessageGroupId, MessageDeduplicationId } of messages(requests, now, WINDOW_SECONDS)) {
      this.requests.sendInOrder(MessageBody, MessageGroupId, MessageDeduplicationId, REQUEST_DELAY_SECONDS * SECOND);
    }
  }

  /** Reads as the reader does: manifests, then which platforms are scanned, then their findings. */
  private async read(
    { repository, digest }: WatchedImage, beforeScans: Parameters<GateWorld['read']>[1], invocation: Invocation, deployment: Deployment, reading: Reading,
  ): Promise<ImageFacts> {
    const begun = this.simulator.now;
    const heard = new Map(this.heard);
    /** What is closed was listed; so findings never get fewer. */
    const isShort = () => platforms.some((platform) => {
      const { count, at, arns } = heard.get(platform.digest) ?? NOTHING;
      const listed = arnsOf(platform);
      return (at >= platform.since && listed.length < count) || arns.some((arn) => arn.startsWith(arnOf(platform, '')) && !listed.includes(arn));
    });
    const facts = { image: { account: '111111111111', region: 'eu-west-1', repository, digest }, readAt: invocation.now().toISOString() };
    const image = await this.call(invocation, 'registry', 'BatchGetImage', async () => this.registry.find(digest));
    if (!image) return { ...facts, manifests: [], scans: [] };
    if (image.isArchived) {
      return { ...facts, manifests: [{ digest, kind: 'IMAGE' }], scans: [{ digest, scanner: 'ENHANCED', status: 'IMAGE_ARCHIVED', findings: [] }] };
    }
    const there = [image, ...image.children].filter(canPull);
    const manifests = there.map(({ digest: of, kind, children }) => ({ digest: of, kind, children: kind === 'INDEX' ? children : undefined }));
    const platforms = platformsOf(image).filter((platform) => platform.kind === 'IMAGE' && canPull(platform));
    if (platforms.length === 0) return { ...facts, manifests, scans: [] };
    const announced = await beforeScans(platforms.map((platform) => platform.digest));
    const coverage = await this.call(invocation, 'inspector', 'ListCoverage', async () => {
      reading.isSettled = isSettled(image, this.simulator.now + SKEW / 2);
      return platforms.map(({ status, scannedAt }) => ({ status, scannedAt: scannedAt && new Date(scannedAt).toISOString() || undefined }));
    });
    const findings = await this.call(invocation, 'inspector', 'ListFindings', async () => {
      reading.isBlocked = isBlocked(image, deployment, begun - SKEW / 2);
      reading.excusedUntil = excusedUntil(image, deployment);
      reading.isShort = isShort();
      return platforms.map(({ findings: all }) => [...all].filter(([, { status }]) => status !== 'CLOSED').map(([id, finding]) => [id, { ...finding }] as const));
    });
    const awaited = platforms.map((platform, index) => awaitedOf(announced.get(platform.digest), findings[index].map(([id]) => arnOf(platform, id))));
    if (awaited.some(({ count, arns }) => count + arns.length > 0)) {
      // Beside what was listed, what is closed.
      await this.call(invocation, 'inspector', 'ListFindings', async () => {
        reading.isShort = isShort();
        platforms.forEach((platform, index) => awaited[index] = awaitedOf(announced.get(platform.digest), arnsOf(platform)));
      });
    }
    const scans = platforms.map((platform, index): ScanFacts => ({
      digest: platform.digest,
      scanner: 'ENHANCED',
      ...coverage[index],
      awaited: awaited[index],
      findings: findings[index].map(([id, { severity, status }]) => ({ id, severity, status, fix: 'YES', packages: [{ name: 'openssl', version: '1' }] })),
    }));
    return { ...facts, manifests, scans };
  }

  /** What is noted between here and there may be missed: only what a call says happens at once. */
  private storeFor(invocation: Invocation, reading?: Reading, deployment?: Deployment): ImageStore {
    const { store } = this;
    const call = <T>(name: string, effect: () => Promise<T>) => this.call(invocation, 'table', name, effect);
    return {
      get: (image) => call('GetItem', () => store.get(image)),
      note: (image, notes, dueAt) => call('UpdateItem', () => store.note(image, notes, dueAt)),
      found: (image, arns) => call('UpdateItem', () => store.found(image, arns)),
      notePart: (image, index, dueAt) => call('UpdateItem', () => store.notePart(image, index, dueAt)),
      forgetParts: (image, indexes) => call('UpdateItem', () => store.forgetParts(image, indexes)),
      commit: (image, version, course, record) => call(record ? 'TransactWriteItems' : 'UpdateItem', async () => {
        const was = await store.get(image);
        await store.commit(image, version, course, record);
        if (course.status === 'APPROVED' && course.confirmedAt !== was?.confirmedAt) this.checkApproval(image.digest, reading!, deployment!);
        if (course.status === 'APPROVED') this.approved.add(`${image.repository}@${image.digest}/${course.decidedAt}`);
        const last = this.decided.get(image.digest);
        if (course.decidedAt === undefined) return;
        if (last !== undefined && (course.decidedAt < last || (record && course.decidedAt === last))) this.violate(image.digest, 'has a history out of order');
        this.decided.set(image.digest, course.decidedAt);
      }),
      told: (image, version) => call('UpdateItem', () => store.told(image, version)),
      postpone: (image, dueAt) => call('UpdateItem', () => store.postpone(image, dueAt)),
      forget: (image, version) => call('DeleteItem', async () => {
        await store.forget(image, version);
        this.forgotten.set(image.digest, this.simulator.now);
      }),
      verdict: (image, decidedAt) => call('GetItem', () => store.verdict(image, decidedAt)),
      known: (repository, digests) => call('BatchGetItem', () => store.known(repository, digests)),
      watched: async function* () {
        const pages = store.watched();
        for (;;) {
          const { value, done } = await call('Query', () => pages.next());
          if (done) return;
          yield value;
        }
      },
    };
  }

  private checkApproval(digest: string, reading: Reading, by: Deployment): void {
    this.confirmed.set(digest, { at: this.simulator.now, by, until: reading.excusedUntil });
    if (reading.isBlocked) this.violate(digest, 'is approved although a finding was listed that blocks it');
    if (!reading.isSettled) this.violate(digest, 'is approved although its scan was not complete, or only just');
    if (reading.isShort) this.violate(digest, 'is approved although more findings were announced than were ever listed');
  }

  private tell({ id, type, digest, status, previousStatus, decidedAt, partOf }: Told): void {
    if (status === 'APPROVED' && !this.approved.has(id)) this.violate(digest, 'is announced to be approved without a decision');
    const isKnown = (index: string) => this.store.at({ repository: REPOSITORY, digest: index }) !== undefined;
    const isGone = (index: string) => !isKnown(index) && this.forgotten.get(index)! < this.simulator.now - MINUTE;
    if (!this.settings.faults.stalls && partOf.some(isGone)) this.violate(digest, 'is told of as part of an index that is gone, so people are not');
    this.told.push({ id, type, digest, status, previousStatus, decidedAt, partOf });
  }

  private call<T>(invocation: Invocation, service: Service, name: string, effect: () => Promise<T>): Promise<T> {
    this.calls[name] = (this.calls[name] ?? 0) + 1;
    return invocation.call(service, effect);
  }
}

function awaitedOf(announced: AwaitedFindings | undefined, listed: readonly string[]): AwaitedFindings {
  const { count = 0, arns = [] } = announced ?? {};
  return { count: Math.max(0, count - listed.length), arns: arns.filter((arn) => !listed.includes(arn)) };
}
