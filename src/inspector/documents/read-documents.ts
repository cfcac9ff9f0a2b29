import type { ErrorCode } from '../../private/codes';
import type { Problem } from '../../private/problems';
import type { ExceptionDocument, ExceptionsDocument, PolicyDocument } from '../contract';
import { checkExceptions, completeException } from './check-exceptions';
import { checkPolicy, completePolicy } from './check-policy';

/** JSON that is no policy, or no list of exceptions, with everything that is wrong with it. */
export class DocumentError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(({ prop, must, got, remedy, code }) =>
      `'${prop}' must ${must}, got ${shown(got)}: ${remedy} (cdk-secure-ecr:${code})`).join('\n'));
    this.name = 'DocumentError';
  }
}

/** A policy from its JSON; the defaults are in it. */
export function readPolicy(json: string): PolicyDocument {
  const input = parse(json, 'policy', 'findingPolicyForm');
  const problems = checkPolicy(input);
  if (problems.length > 0) throw new DocumentError(problems);
  const { $schema, ...policy } = input as PolicyDocument & { $schema?: unknown }; // for editors
  return completePolicy(policy);
}

/** Exceptions from their JSON. */
export function readExceptions(json: string): ExceptionDocument[] {
  const input = parse(json, 'exceptions', 'findingExceptionForm');
  const problems = checkExceptions(input);
  if (problems.length > 0) throw new DocumentError(problems);
  return (input as ExceptionsDocument).exceptions.map(completeException);
}

function parse(json: string, prop: string, code: ErrorCode): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new DocumentError([{ prop, must: 'be JSON', got: json, remedy: (error as Error).message, code }]);
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
