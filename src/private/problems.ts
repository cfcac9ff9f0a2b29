import { Token } from 'aws-cdk-lib';
import type { ErrorCode } from './codes';

/** One thing that is wrong with what a user passed in. */
export interface Problem {
  /** The property, as the user wrote it. */
  readonly prop: string;
  /** What it has to be, with the limit: "be 2 to 256 characters long". */
  readonly must: string;
  /** What it is. */
  readonly got: unknown;
  /** What to do about it. */
  readonly remedy: string;
  readonly code: ErrorCode;
}

/**
 * Collects everything that is wrong with one set of properties, so that a user sees all of it in one error and
 * before anything is made.
 */
export class Problems {
  private readonly found: Problem[] = [];

  /** @param owner construct path, or the factory of a value object */
  constructor(private readonly owner: string) {}

  public add(problem: Problem): void {
    this.found.push(problem);
  }

  /** Adds the problem unless `ok`. */
  public unless(ok: boolean, problem: Problem): void {
    if (!ok) this.add(problem);
  }

  public throwIfAny(): void {
    if (this.found.length > 0) this.throw();
  }

  public throw(): never {
    throw new Error(this.messages().map((message) => `[${this.owner}] ${message}`).join('\n'));
  }

  /** What a validation of a construct returns; CDK puts the path before it. */
  public messages(): string[] {
    return this.found.map(describe);
  }
}

/** The one form every error of this library has. */
function describe({ prop, must, got, remedy, code }: Problem): string {
  return `'${prop}' must ${must}, got ${show(got)}: ${remedy} (cdk-secure-ecr:${code})`;
}

function show(value: unknown): string {
  if (Token.isUnresolved(value)) return 'a value known only at deployment';
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value) ?? String(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
