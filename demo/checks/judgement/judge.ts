import { ECRClient } from '@aws-sdk/client-ecr';
import { NOW, scanner } from './world';
import { FindingException, FindingPolicy } from '../../../src';
import { ImageReader } from '../../../src/handler/image-reader';
import { FactsBuilder } from '../../../src/inspector/answers/facts-builder';
import type { Verdict } from '../../../src/inspector/contract';
import { decide } from '../../../src/inspector/decide';
import { whatToRead } from '../../../src/inspector/decision/what-to-read';
import { readExceptions, readPolicy } from '../../../src/inspector/documents/read-documents';
import { type ClientSettings, type OciImage, push } from '../../../test/local-aws';
import type { Seen } from '../check';
import type { CheckContext } from '../context';

/** What a client is made with, to make the reader's own with. */
class Settings {
  constructor(readonly given: ClientSettings) {}
}

export interface Judged {
  readonly verdict: Verdict;
  readonly requests: number;
}

/** One that no gate watches: what is judged here is judged by hand. */
export const repositoryOf = (context: CheckContext) => context.output('DevelopmentName');

export async function pushed(context: CheckContext, image: OciImage, tag?: string): Promise<string> {
  return push(await context.as('Pusher', ECRClient), { repositoryName: repositoryOf(context) }, image, tag);
}

/** Reads an image as the code in AWS will, and judges it by the JSON of a policy and of exceptions. */
export async function judge(
  context: CheckContext, digest: string, exceptions: FindingException[] = [], policy = FindingPolicy.standard(),
): Promise<Judged> {
  await scanner(context);
  const { account, region } = context.aws;
  const image = { account, region, repository: repositoryOf(context), digest };
  const { given } = await context.asAdministrator(Settings);
  const reader = new ImageReader(given);
  try {
    const facts = new FactsBuilder(image);
    const document = readPolicy(policy.toJson());
    await reader.read(image, facts, { scanner: 'ENHANCED', ...whatToRead(document) });
    const verdict = decide(facts.facts(NOW), document, readExceptions(FindingException.listToJson(exceptions)), NOW);
    return { verdict, requests: Object.values(reader.requests).reduce((sum, count) => sum + count, 0) };
  } finally {
    reader.close();
  }
}

export function shown({ verdict: { status, reasons } }: Judged): Seen {
  return {
    answer: [status, ...reasons.map(({ code }) => code)].join(' '),
    detail: reasons.map(({ message, remedy }) => `${message}: ${remedy}`).join('; ') || undefined,
  };
}

