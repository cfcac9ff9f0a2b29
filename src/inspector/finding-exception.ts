import { Token } from 'aws-cdk-lib';
import type { ExceptionDocument, ExceptionsDocument } from './contract';
import { checkException, completeException } from './documents/check-exceptions';
import { Checks } from './documents/checks';
import { DocumentError, readExceptions } from './documents/read-documents';
import { Problems } from '../private/problems';

/** For what, by whom, why and for how long a vulnerability is let through. */
export interface FindingExceptionOptions {
  /**
   * The package that it is let through in, by name and without a version. A finding that is in other packages too still
   * counts for those.
   *
   * @default - in every package; then `repositoryName` or `imageDigest` is required
   */
  readonly packageName?: string;

  /**
   * The repository, with `*` for any characters: `shop/*`, or `*` for all.
   *
   * @default - in every repository; then `packageName` or `imageDigest` is required
   */
  readonly repositoryName?: string;

  /**
   * The digest of an image (`sha256:...`): of one platform, or of the index for all its platforms.
   *
   * @default - in every image; then `packageName` or `repositoryName` is required
   */
  readonly imageDigest?: string;

  /** Who answers for it: a team or a person, in 1 to 200 characters. */
  readonly owner: string;

  /** Why nothing can come of it, in 1 to 1,000 characters in one line. */
  readonly reason: string;

  /**
   * When it ends. Then the finding counts again, and the verdict says so.
   *
   * @default - never by time; then `untilFixed` is required
   */
  readonly expires?: Date;

  /**
   * Whether it ends as soon as there is a fix. Basic scanning does not tell, and there such an exception never holds.
   *
   * @default false
   */
  readonly untilFixed?: boolean;
}

/**
 * A vulnerability that somebody has looked at and lets through, with an owner, a reason and an end.
 *
 * An exception is no suppression rule of Amazon Inspector: it is reviewed with the code, and every verdict that uses it
 * says so.
 *
 * @example
 * FindingException.of('CVE-2023-45853', {
 *   packageName: 'zlib1g',
 *   repositoryName: 'shop/*',
 *   owner: 'shop team',
 *   reason: 'minizip is not built into this package',
 *   expires: new Date('2027-03-31T00:00:00Z'),
 * });
 */
export class FindingException {
  /**
   * Lets a vulnerability through.
   *
   * @param vulnerability as Amazon Inspector names it: `CVE-2024-3094`, `GHSA-...`, `ALAS2-...`
   */
  public static of(vulnerability: string, options: FindingExceptionOptions): FindingException {
    const { expires } = options;
    const document = completeException({
      vulnerability,
      package: options.packageName,
      repository: options.repositoryName,
      image: options.imageDigest,
      owner: options.owner,
      reason: options.reason,
      // An invalid date has no ISO form.
      expires: expires && (Number.isNaN(expires.getTime()) ? String(expires) : expires.toISOString()),
      untilFixed: options.untilFixed || undefined,
    });
    const checks = new Checks((value) => !Token.isUnresolved(value), 'findingException');
    checkException('', document, checks);
    const problems = new Problems('FindingException.of');
    checks.problems.forEach((problem) => problems.add(problem));
    problems.throwIfAny();
    return new FindingException(document);
  }

  /**
   * Exceptions that you have as JSON, such as `schema/finding-exceptions-v1.json` of this package describes.
   *
   * @param text the JSON itself, such as a file you read
   */
  public static listFromJson(text: string): FindingException[] {
    const problems = new Problems('FindingException.listFromJson');
    problems.unless(!Token.isUnresolved(text), {
      prop: 'text', must: 'be known at synthesis', got: text, remedy: 'pass the text itself, such as a file you read', code: 'findingExceptionForm',
    });
    problems.throwIfAny();
    try {
      return readExceptions(text).map((document) => new FindingException(document));
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      error.problems.forEach((problem) => problems.add(problem));
      problems.throwIfAny();
      throw error;
    }
  }

  /**
   * Exceptions as `schema/finding-exceptions-v1.json` describes them. Fails when a value is known only at deployment.
   *
   * @param exceptions in the order of the list
   */
  public static listToJson(exceptions: FindingException[]): string {
    const text = JSON.stringify(FindingException._render(exceptions));
    const problems = new Problems('FindingException.listToJson');
    problems.unless(!Token.isUnresolved(text), {
      prop: 'exceptions', must: 'hold known values only', got: text, remedy: 'use strings', code: 'findingExceptionUnknown',
    });
    problems.throwIfAny();
    return text;
  }

  /** @internal */
  public static _render(exceptions: FindingException[]): ExceptionsDocument {
    return { version: 1, exceptions: exceptions.map(({ document }) => document) };
  }

  private constructor(private readonly document: ExceptionDocument) {}
}
