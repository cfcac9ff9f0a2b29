import type { Callers } from './callers';
import type { FieldCondition, Judgement, Severity } from '../contract';

/** What an audit knows of the registry it watches; ARNs and accounts may be tokens. */
export interface Surroundings {
  /** The ARNs of the watched repositories; all of the registry where there are none. */
  readonly repositories: readonly string[];
  /** Who may push, as far as it is known at all. */
  readonly pushers?: KnownPushers;
  /** The accounts that may pull and be named in policies. */
  readonly accounts: readonly string[];
  /** The roles whose changes are meant. */
  readonly deployers: Callers;
  /** ARNs of the keys to watch; all of the account where there are none. */
  readonly keys: readonly string[];
}

/** Who may push: named, or granted to, which goes on after the audit is made. */
export interface KnownPushers extends Callers {
  /** Names of the roles among them, where they are of the account and known by now. */
  readonly roleNames?: readonly string[];
}

/** What makes a signal out of a record. */
export interface SignalMatch {
  /** Few and short enough for every pattern, of fields that filters and rules read alike. */
  readonly conditions: readonly FieldCondition[];
  /** As long as what the app has, or of any field: the handler judges them too. */
  readonly lists?: readonly FieldCondition[];
  /** What no pattern can say. */
  readonly judgement?: Judgement;
}

/** A kind of event that a person should know of. */
export interface SignalDefinition {
  readonly id: string;
  /** Says what happened, in the past tense. */
  readonly title: string;
  readonly severity: Severity;
  /** How often within five minutes before somebody is told. */
  readonly threshold?: number;
  /** What to do first, for whoever is told. */
  readonly runbook: string;
  /** What asks for it: CIS AWS Foundations Benchmark, NIST SP 800-53 r5, PCI DSS v4.0.1, Security Hub. */
  readonly controls: readonly string[];
  /** It is about the account, whose records may be of another Region: those of IAM are of one. */
  readonly global?: boolean;
  /** What it is in an audit with these surroundings; nothing where it would be about nothing. */
  readonly match: (around: Surroundings) => SignalMatch | undefined;
}

/** Calls of one service that succeeded. */
export function succeeded(service: string, ...eventNames: string[]): FieldCondition[] {
  return [...called(service, ...eventNames), { field: 'errorCode', orMissing: true }];
}

export function called(service: string, ...eventNames: string[]): FieldCondition[] {
  return [
    { field: 'eventSource', is: [`${service}.amazonaws.com`] },
    ...eventNames.length > 0 ? [{ field: 'eventName', is: eventNames }] : [],
  ];
}

/** About one of the watched repositories. */
export function watched({ repositories }: Surroundings): FieldCondition[] {
  return repositories.length > 0 ? [{ field: 'resources[0].ARN', is: repositories }] : [];
}
