import { LIMITS } from '../private/limits';
import type { Problem, Problems } from '../private/problems';
import { matches } from '../private/tokens';

/** Adds a problem where something is no number of an account. */
export function checkAccount(account: string, problems: Problems, more: Pick<Problem, 'code'>): void {
  problems.unless(matches(LIMITS.account, account), {
    prop: 'account',
    must: 'be 12 digits',
    got: account,
    remedy: 'write the number of the account as a string, with its leading zeros',
    ...more,
  });
}
