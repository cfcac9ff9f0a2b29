import { Annotations, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { isAcknowledged } from './acknowledge';
import type { NoteCode, WarningCode } from './codes';

/** What is weaker than it could be, for whoever chose it to acknowledge. */
export interface Warning {
  readonly code: WarningCode;
  readonly message: string;
}

export function warn(construct: IConstruct, { code, message }: Warning): void {
  Validations.of(construct).addWarning(idOf(code), message);
}

/**
 * Warns of what is known when all of the app is there. The CDK itself forgets what was acknowledged on the construct before it
 * is warned of, and remembers only what is above.
 */
export function warnLate(construct: IConstruct, warning: Warning): void {
  if (!isAcknowledged(construct, idOf(warning.code))) warn(construct, warning);
}

/** Says something that nobody need acknowledge. */
export function note(construct: IConstruct, code: NoteCode, message: string): void {
  Annotations.of(construct).addInfoV2(idOf(code), message);
}

/** By which it is acknowledged. */
export function idOf(code: NoteCode | WarningCode): string {
  return `cdk-secure-ecr:${code}`;
}
