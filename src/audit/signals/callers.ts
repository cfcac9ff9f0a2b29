import type { SignalMatch, Surroundings } from './definition';
import type { FieldCondition, Pushers } from '../contract';

/** Roles and users who do what is meant. */
export interface Callers {
  /** Their ARNs, where a pattern can tell them from everybody else: each in full, and of the account of the audit. */
  readonly named?: { readonly roles: readonly string[]; readonly users: readonly string[] };
  /** All of them; complete at synthesis. */
  readonly table: Pushers;
}

/** What is done by anybody but these. Whom no pattern can name, the handler knows. */
export function byOthersThan({ named, table }: Callers, match: SignalMatch): SignalMatch {
  return named
    ? { ...match, lists: [...match.lists ?? [], ...notBy(named)] }
    : { ...match, judgement: { ...match.judgement, byOthersThan: table } };
}

/** What is done by anybody but the roles whose changes are meant. */
export function outsideDeployment({ deployers }: Surroundings, match: SignalMatch): SignalMatch {
  return byOthersThan(deployers, match);
}

/** A record of a role's session names the role. */
function notBy({ roles, users }: NonNullable<Callers['named']>): FieldCondition[] {
  return [
    ...roles.length > 0 ? [{ field: 'userIdentity.sessionContext.sessionIssuer.arn', isNot: roles, orMissing: true }] : [],
    ...users.length > 0 ? [{ field: 'userIdentity.arn', isNot: users, orMissing: true }] : [],
  ];
}
