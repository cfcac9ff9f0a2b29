import { ReadError, nameOf } from './read-error';

/** More than 200,000 findings in pages of 100. */
const MAX_PAGES = 2_100;
const MAX_RESTARTS = 2;
/** How the services refuse a token; with a request that was right without one, nothing else can be wrong. */
const REFUSES_TOKEN = ['ValidationException', 'InvalidParameterException', 'BadRequestException'];

/**
 * Reads all pages of a listing, empty ones included. A token that has expired means to begin again: whoever takes the pages
 * must not mind to see one twice.
 *
 * @param take gives false when no more pages are wanted
 */
export async function readPages<T extends { nextToken?: string }>(
  operation: string, page: (nextToken: string | undefined) => Promise<T>, take: (answer: T) => boolean,
): Promise<void> {
  for (let restart = 0; ; restart++) {
    try {
      await readOnce(operation, page, take);
      return;
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      if (restart === MAX_RESTARTS) throw error.cause;
    }
  }
}

class TokenRefused extends Error {}

async function readOnce<T extends { nextToken?: string }>(
  operation: string, page: (nextToken: string | undefined) => Promise<T>, take: (answer: T) => boolean,
): Promise<void> {
  const seen = new Set<string>();
  let token: string | undefined;
  do {
    let answer: T;
    try {
      answer = await page(token);
    } catch (error) {
      if (token !== undefined && REFUSES_TOKEN.includes(nameOf(error))) throw new TokenRefused(operation, { cause: error });
      throw error;
    }
    if (!take(answer)) return;
    token = answer.nextToken || undefined;
    if (token !== undefined && (seen.has(token) || seen.size >= MAX_PAGES)) {
      throw new ReadError(operation, `pages do not end: after ${seen.size} of them the same begin again, or more than ${MAX_PAGES} come`);
    }
    if (token !== undefined) seen.add(token);
  } while (token !== undefined);
}
