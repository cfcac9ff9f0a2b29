import type { TokenCase } from './case';
import { runs } from './runs';
import { strangers } from './strangers';

export { expected, type TokenCase } from './case';

/** Every claim set. A token that is the same in both forms of the subject counts once. */
export const TOKENS: TokenCase[] = [...new Map([...runs, ...strangers].map((each) => [JSON.stringify(each.claims), each])).values()];
