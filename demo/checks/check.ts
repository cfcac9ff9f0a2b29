import { setTimeout as wait } from 'node:timers/promises';
import type { CheckContext } from './context';

/** One thing that is tried, and what must come of it. The demo shows it as a line, jest runs it as a test. */
export interface Check {
  /** Names it in `--json` and in test results; never changes. */
  readonly id: string;
  /** What is tried. */
  readonly tried: string;
  /** What `Seen.answer` must be, to the letter. */
  readonly expected: string;
  /** The cell it fills in the table of who may do what with a repository. */
  readonly access?: { readonly where: string; readonly who: string; readonly what: string };
  run(context: CheckContext): Promise<Seen>;
}

export interface Seen {
  /** What is compared with `Check.expected`. */
  readonly answer: string;
  /** The service's own words, digests, numbers. */
  readonly detail?: string;
}

/** A table that shows what is deployed, where reading it beats comparing it. */
export interface Picture {
  readonly title: string;
  readonly columns: string[];
  readonly rows: string[][];
}

/** How numbers change from day to day, one band upon the other. */
export interface Chart {
  /** Names it within the page. */
  readonly id: string;
  readonly title: string;
  /** In words, for who does not see it. */
  readonly description: string;
  /** The first day, as in 2025-01-31. */
  readonly start: string;
  /** What is counted. */
  readonly unit: string;
  /** From the lowest up; one value for each day. */
  readonly bands: { readonly name: string; readonly values: number[] }[];
}

/** A page of its own, kept beside the report. */
export interface Document {
  readonly title: string;
  /** Its name beside the report. */
  readonly file: string;
  /** HTML that needs nothing else. */
  readonly content: string;
}

/** What a part of the library promises, as checks; they run in this order and may build upon each other. */
export interface Capability {
  readonly title: string;
  readonly checks: Check[];
  /** What these checks cannot show, and why. */
  readonly notProven: string[];
  charts?(context: CheckContext): Promise<Chart[]>;
  pictures?(context: CheckContext): Promise<Picture[]>;
  documents?(context: CheckContext): Promise<Document[]>;
}

export interface CheckResult {
  readonly id: string;
  readonly tried: string;
  readonly expected: string;
  readonly seen: string;
  readonly detail?: string;
  readonly access?: Check['access'];
  readonly ok: boolean;
}

/** No answer for so long is a failure: nothing here takes more than a few seconds on an idle machine. */
export const PATIENCE_MS = 60_000;

export async function runCheck(check: Check, context: CheckContext): Promise<CheckResult> {
  const { signal } = context.deployment;
  signal?.throwIfAborted();
  const { id, tried, expected, access } = check;
  const over = new AbortController();
  const stop = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
  try {
    const tooLate = wait(PATIENCE_MS, undefined, { signal: stop, ref: false }).then(() => {
      throw new Error(`no answer within ${PATIENCE_MS / 1000} seconds`);
    });
    const { answer, detail } = await Promise.race([check.run(context), tooLate]);
    return { id, tried, expected, seen: answer, detail, access, ok: answer === expected };
  } catch (error) {
    signal?.throwIfAborted();
    return { id, tried, expected, seen: `failed: ${(error as Error).message}`, access, ok: false };
  } finally {
    over.abort();
  }
}

/**
 * What came of a request: `allowed`, with what `show` makes of the answer, or `refused` with the name of the service's
 * error and the IAM action it names. Anything else, such as a broken connection, is no refusal and stays an error.
 */
export async function attempt<T>(request: Promise<T>, show?: (answer: T) => Seen): Promise<Seen> {
  try {
    const answer = await request;
    if (!show) return { answer: 'allowed' };
    const shown = show(answer);
    return { ...shown, answer: `allowed: ${shown.answer}` };
  } catch (error) {
    const { name, message, $metadata } = error as ServiceError;
    const status = $metadata?.httpStatusCode ?? 0;
    if (status < 400 || status > 499) throw error;
    const action = /not authorized to perform: ([a-z0-9-]+:\w+)/.exec(message)?.[1];
    return { answer: `refused: ${name}${action ? ` (${action})` : ''}`, detail: message };
  }
}

interface ServiceError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
}
