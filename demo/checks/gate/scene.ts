import { setTimeout as wait } from 'node:timers/promises';
import { ECRClient } from '@aws-sdk/client-ecr';
import type { ScanStatusReason } from '@aws-sdk/client-inspector2';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { VerdictAnswer, VerdictEvent } from '../../../src/inspector/gate/contract';
import type { KnownUse } from '../../../src/inspector/gate/running/message/image-use';
import { type OciImage, makeImage, makeIndex, push } from '../../../test/local-aws';
import { type SampleFinding, ecsCluster, indexManifest } from '../../../test/stand-in/samples';
import type { Seen } from '../check';
import type { CheckContext } from '../context';
import { CLEAN, EXCEPTED, LOG4J, scan, scanner } from '../judgement/world';

/** A verdict takes seconds, and more of them on a machine that does other things too. */
const PATIENCE_MS = 45_000;

const amd64 = makeImage({ version: '4.0.2', greeting: 'shop for amd64' });
const arm64 = makeImage({ version: '4.0.2', greeting: 'shop for arm64, with log4j' });
const IMAGES = {
  vulnerable: makeImage({ version: '4.0.0', greeting: 'shop with log4j, to be released' }),
  clean: makeImage({ version: '4.0.1', greeting: 'shop to be released' }),
  index: makeIndex(indexManifest({ digest: amd64.digest }, { digest: arm64.digest, architecture: 'arm64' }), amd64),
  unscannable: makeImage({ version: '4.0.3', greeting: 'shop on a system of its own' }),
  excepted: makeImage({ version: '4.0.4', greeting: 'shop with zlib' }),
};
export type Name = keyof typeof IMAGES;

/** What people are told, as a queue gets it. */
export interface Message {
  readonly sentence: string;
  readonly event: VerdictEvent;
  readonly use: KnownUse;
}

const scenes = new WeakMap<CheckContext, Promise<void>>();

/**
 * CI pushes everything at once; scans are complete once the gate has looked, as Amazon Inspector takes its time. Then the
 * gate judges all of it, while the demo looks at one after the other. Of the index the clean platform is scanned before:
 * while the gate reads one platform after the other nothing of it may become another, or it is rejected half pending.
 */
export function scene(context: CheckContext): Promise<void> {
  const begun = scenes.get(context) ?? begin(context);
  scenes.set(context, begun);
  return begun;
}

async function begin(context: CheckContext): Promise<void> {
  const repositoryName = repositoryOf(context);
  const ecr = await context.as('Pusher', ECRClient);
  const publish = (image: OciImage, tag?: string) => push(ecr, { repositoryName }, image, tag);
  const scanned = (image: OciImage, ...found: [findings: readonly SampleFinding[], status?: ScanStatusReason]) =>
    scan(context, repositoryName, image.digest, ...found);
  await Promise.all([
    publish(IMAGES.vulnerable, 'v4.0.0'),
    publish(IMAGES.clean, 'v4.0.1'),
    publish(amd64).then(() => scanned(amd64, CLEAN)).then(() => publish(arm64)).then(() => publish(IMAGES.index, 'v4.0.2')),
    publish(IMAGES.unscannable, 'v4.0.3'),
    publish(IMAGES.excepted, 'v4.0.4'),
  ]);
  await answer(context, 'Reader', 'index', ['PENDING']);

  const { world } = await scanner(context);
  world.clusters.set(world.arnOf(repositoryName, digestOf('clean')), [ecsCluster(world, 'production', 'web')]);
  await Promise.all([
    scanned(IMAGES.vulnerable, [LOG4J]),
    scanned(IMAGES.clean, CLEAN),
    scanned(arm64, [LOG4J]),
    scanned(IMAGES.unscannable, [], 'UNSUPPORTED_OS'),
    scanned(IMAGES.excepted, [EXCEPTED]),
  ]);
}

export const repositoryOf = (context: CheckContext) => context.output('ReleasesName');
export const digestOf = (name: Name) => IMAGES[name].digest;

/** What people were told so far; waits until they were told that an image has this status. */
export async function told(context: CheckContext, name: Name, status: VerdictEvent['status']): Promise<Message[]> {
  await scene(context);
  const is = ({ event }: Message) => event?.digest === digestOf(name) && event.status === status;
  const messages: unknown = await context.events('VerdictsUrl', (all) => (all as unknown as Message[]).some(is), PATIENCE_MS);
  return messages as Message[];
}

/** Where people were told that an image runs. */
export async function whereItRuns(context: CheckContext, name: Name, status: VerdictEvent['status']): Promise<Seen> {
  const message = await messageOf(context, name, status);
  const places = message?.use.seen.map(({ kind, cluster, workload, running }) => `${kind} cluster ${cluster.split('/')[1]}, ${workload}, ${running} running`);
  return { answer: places?.join('; ') || 'not known', detail: JSON.stringify(message?.use) };
}

async function messageOf(context: CheckContext, name: Name, status: VerdictEvent['status']): Promise<Message | undefined> {
  return (await told(context, name, status)).find(({ event }) => event?.digest === digestOf(name) && event.status === status);
}

/** The sentence that people were told, with a name for each image and without what is another one in every run. */
export async function sentence(context: CheckContext, name: Name, status: VerdictEvent['status']): Promise<Seen> {
  const message = await messageOf(context, name, status);
  if (!message) return { answer: `nothing within ${PATIENCE_MS / 1000} seconds` };
  const shown = Object.keys(IMAGES).reduce((text, each) => text.replaceAll(digestOf(each as Name).slice(0, 19), `(${each})`), message.sentence)
    .replaceAll(/, at \d{4}-\d\d-\d\d \d\d:\d\d UTC/g, '').replaceAll(/(PlatformTeam-Pusher)[\w-]*/g, '$1');
  return { answer: shown, detail: message.sentence };
}

/** Of which images people were told what so far, in this order; waits as `told` does. */
export async function toldInAll(context: CheckContext, name: Name, status: VerdictEvent['status']): Promise<Seen> {
  const messages = await told(context, name, status);
  const turns = Object.keys(IMAGES).map((each) => {
    const statuses = messages.filter(({ event }) => event?.digest === digestOf(each as Name)).map(({ event }) => event.status);
    return `${each}: ${statuses.join(', ') || 'nothing'}`;
  });
  const others = messages.filter(({ event }) => !Object.values(IMAGES).some(({ digest }) => digest === event?.digest));
  return { answer: [...turns, ...others.map((other) => other.sentence)].join('; ') };
}

/** What a role is answered that asks for a verdict, once there is one. */
export async function ask(context: CheckContext, role: string, name: Name): Promise<VerdictAnswer> {
  await scene(context);
  return answer(context, role, name, ['APPROVED', 'REJECTED']);
}

async function answer(context: CheckContext, role: string, name: Name, wanted: VerdictAnswer['status'][]): Promise<VerdictAnswer> {
  const lambda = await context.as(role, LambdaClient);
  const Payload = JSON.stringify({ repository: repositoryOf(context), digest: digestOf(name) });
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const response = await lambda.send(new InvokeCommand({ FunctionName: context.output('AnswersName'), Payload }));
    const found: VerdictAnswer = JSON.parse(Buffer.from(response.Payload!).toString());
    if (wanted.includes(found.status) || Date.now() > deadline) return found;
    await wait(100);
  }
}
