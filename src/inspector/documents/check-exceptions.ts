import type { Problem } from '../../private/problems';
import type { ExceptionDocument } from '../contract';
import { Checks } from './checks';

const KEYS = ['vulnerability', 'package', 'repository', 'image', 'owner', 'reason', 'expires', 'untilFixed'];
const MAX_EXCEPTIONS = 10_000;
const ISO_DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?Z)?$/;

/** Everything that is wrong with the JSON of exceptions; `isKnown` as for a policy. */
export function checkExceptions(input: unknown, isKnown: (value: unknown) => boolean = () => true): Problem[] {
  const checks = new Checks(isKnown, 'findingException');
  const document = checks.object('exceptions', input, ['$schema', 'version', 'exceptions']);
  if (document) {
    checks.oneOf('version', document.version, [1], 'use a version of cdk-secure-ecr that knows it');
    if (Array.isArray(document.exceptions) && document.exceptions.length <= MAX_EXCEPTIONS) {
      document.exceptions.forEach((exception, index) => checkException(`exceptions[${index}]`, exception, checks));
    } else {
      checks.add('exceptions', `be a list of at most ${MAX_EXCEPTIONS}`, document.exceptions, 'drop those that have expired', 'findingExceptionForm');
    }
  }
  return checks.problems;
}

/** @param at begins the names of members in what is wrong; empty for an exception alone */
export function checkException(at: string, input: unknown, checks: Checks): void {
  const exception = checks.object(at || 'exception', input, KEYS);
  if (!exception) return;
  const named = (name: string) => at ? `${at}.${name}` : name;
  checks.text(named('vulnerability'), exception.vulnerability, 100);
  checks.text(named('owner'), exception.owner, 200);
  checks.text(named('reason'), exception.reason, 1_000);
  for (const name of ['package', 'repository'] as const) if (exception[name] !== undefined) checks.text(named(name), exception[name], 256);
  checks.oneOf(named('untilFixed'), exception.untilFixed, [undefined, true], 'leave it out if it does not matter');
  const { image, expires } = exception;
  if (image !== undefined && !checks.leaves(image) && !(typeof image === 'string' && /^sha256:[0-9a-f]{64}$/.test(image))) {
    checks.add(named('image'), 'be a digest, sha256: and 64 hexadecimal digits', image, 'name the digest: a tag can move to another image', 'findingExceptionImage');
  }
  if (expires !== undefined && !checks.leaves(expires) && !isDate(expires)) {
    checks.add(named('expires'), 'be a date in UTC as in 2027-01-31 or 2027-01-31T12:00:00Z', expires, 'write it so', 'findingExceptionExpires');
  }
  const scopes = ['package', 'repository', 'image'] as const;
  if (scopes.every((scope) => exception[scope] === undefined)) {
    checks.add(named('vulnerability'), 'be excepted in a package, a repository or an image', exception.vulnerability,
      'name one of them; repository "*" means all', 'findingExceptionScope');
  }
  if (expires === undefined && exception.untilFixed === undefined) {
    checks.add(named('expires'), 'be there unless the exception ends with a fix', expires, 'name a date, or untilFixed: true', 'findingExceptionEndless');
  }
}

function isDate(value: unknown): boolean {
  if (typeof value !== 'string' || !ISO_DATE.test(value)) return false;
  const time = Date.parse(value);
  // Date.parse takes February 30 for March 1 in some forms.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value.slice(0, 10));
}

/** The exception without members that say nothing. */
export function completeException(exception: ExceptionDocument): ExceptionDocument {
  return Object.fromEntries(Object.entries(exception).filter(([, member]) => member !== undefined)) as unknown as ExceptionDocument;
}
