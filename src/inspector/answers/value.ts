/** An answer of AWS that cannot be one. Names the place, so that somebody can look there. */
export class AnswerError extends Error {
  constructor(readonly place: string, must: string, got: unknown) {
    super(`${place} must ${must}, got ${show(got)}`);
    this.name = 'AnswerError';
  }
}

type Place = Readonly<Record<string, unknown>>;

/** Titles can be as long as somebody wants them. */
const MAX_TEXT = 500;

/**
 * Reads values of an answer: what is there must have the right form, what is absent or null is undefined, what nobody asks
 * for may be anything. Services add members, and an older reader must go on.
 */
export function object(value: unknown, place: string): Place {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Date) {
    throw new AnswerError(place, 'be an object', value);
  }
  return value as Place;
}

export function optionalObject(from: Place, name: string, place: string): Place | undefined {
  const value = own(from, name);
  return value === undefined ? undefined : object(value, `${place}.${name}`);
}

export function list(from: Place, name: string, place: string): unknown[] {
  const value = own(from, name);
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new AnswerError(`${place}.${name}`, 'be a list', value);
  return value;
}

export function text(from: Place, name: string, place: string): string | undefined {
  const value = own(from, name);
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw new AnswerError(`${place}.${name}`, 'be text', value);
  return value === '' ? undefined : value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT - 1)}…` : value;
}

export function required(from: Place, name: string, place: string): string {
  const value = text(from, name, place);
  if (value === undefined) throw new AnswerError(`${place}.${name}`, 'be text', own(from, name));
  return value;
}

export function number(from: Place, name: string, place: string, most: number): number | undefined {
  const value = own(from, name);
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !(value >= 0 && value <= most)) {
    throw new AnswerError(`${place}.${name}`, `be a number from 0 to ${most}`, value);
  }
  return value;
}

/** Before 2000 and after 2100 nothing is found. */
const [EARLIEST, LATEST] = [Date.UTC(2000), Date.UTC(2100)];

/**
 * A date as the SDK, the wire (seconds), events (ISO 8601, or "Wed Sep 04 16:57:40.000 UTC 2024") and older samples write
 * it: V8 parses all of them. One that cannot be understood is unknown, and what depends on it then counts.
 */
export function date(from: Place, name: string): string | undefined {
  const value = own(from, name);
  let time = NaN;
  if (value instanceof Date) time = value.getTime();
  else if (typeof value === 'number') time = value * 1000;
  else if (typeof value === 'string') time = Date.parse(value);
  return time >= EARLIEST && time <= LATEST ? new Date(time).toISOString() : undefined;
}

/** Absent members and null are the same; inherited ones are no members. */
function own(from: Place, name: string): unknown {
  return Object.hasOwn(from, name) ? from[name] ?? undefined : undefined;
}

function show(value: unknown): string {
  let shown: string;
  try {
    shown = JSON.stringify(value) ?? String(value);
  } catch {
    shown = typeof value;
  }
  return shown.length > 80 ? `${shown.slice(0, 77)}...` : shown;
}
