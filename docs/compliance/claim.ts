import type { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { ControlId } from './controls';

/** A property, of every resource of a type, that is changed behind the back of the construct. */
export interface Change {
  readonly type: string;
  /** Names, separated by dots; below `Properties`, unless it begins with a dot. */
  readonly path: string;
  readonly value: unknown;
}

/** What is said of a control for a construct with its defaults, and the opposite of it, so that nothing is said in vain. */
export interface Claim {
  readonly control: ControlId;
  readonly met: boolean;
  /** How it is met; or why it is not, and what to do. */
  readonly says: string;
  /** Of what is met, a stack that does not meet it; of what is not, one that follows the advice. */
  readonly otherwise: ((stack: Stack) => void) | Change;
}

export interface Subject {
  readonly name: string;
  /** With its defaults. */
  readonly build: Build;
  readonly claims: readonly Claim[];
}

/** Gives what the construct is in. */
export type Build = (stack: Stack) => IConstruct;

export const change = (type: string, path: string, value: unknown): Change => ({ type, path, value });
export const met = (control: ControlId, says: string, otherwise: Claim['otherwise']): Claim => ({ control, met: true, says, otherwise });
export const gap = (control: ControlId, says: string, otherwise: Claim['otherwise']): Claim => ({ control, met: false, says, otherwise });
