import { DEEDS, slug } from './deeds';
import {
  ADMINISTRATOR, BREAK_GLASS, CI, DEVELOPER, END_USER, PRODUCTION_ADMINISTRATOR, PRODUCTION_ROLE, type Person, STRANGER,
} from './people';
import type { Check } from '../check';
import { type Where, development, releases } from '../repository/subjects';

/** Of the actions that make up a deed, the one at which it must be refused. */
type Refused = 'GetAuthorizationToken' | 'DescribeImages' | 'BatchGetImage' | 'GetDownloadUrlForLayer'
| 'BatchCheckLayerAvailability' | 'InitiateLayerUpload' | 'SetRepositoryPolicy' | 'BatchDeleteImage';

/** For each of `DEEDS` in order; none is not tried. */
type Promised = readonly ('allowed' | Refused | undefined)[];

const LEVELS = ['allowed', 'allowed', 'allowed', 'allowed'] as const;
const REFUSED = ['DescribeImages', 'BatchGetImage', 'BatchCheckLayerAvailability', 'SetRepositoryPolicy', 'BatchDeleteImage'] as const;

/** What the example app promises of shop/web. */
export const webChecks: Check[] = table('shop/web', releases, [
  //                         log in     metadata          pull                      push                   policy, deletion
  [DEVELOPER, ['allowed', 'allowed', 'allowed', 'InitiateLayerUpload', 'SetRepositoryPolicy', 'BatchDeleteImage']],
  [END_USER, ['allowed', 'DescribeImages', 'allowed', 'InitiateLayerUpload', 'SetRepositoryPolicy', 'BatchDeleteImage']],
  [CI, ['allowed', 'DescribeImages', 'GetDownloadUrlForLayer', 'allowed', 'SetRepositoryPolicy', 'BatchDeleteImage']],
  [PRODUCTION_ROLE, ['allowed', 'DescribeImages', 'allowed', 'InitiateLayerUpload', 'SetRepositoryPolicy', 'BatchDeleteImage']],
  // May log in to the registry of its own account, and so to this one; the token opens nothing.
  [PRODUCTION_ADMINISTRATOR, ['allowed', ...REFUSED]],
  [STRANGER, ['GetAuthorizationToken', ...REFUSED]],
  // Everything that no guard forbids.
  [ADMINISTRATOR, ['allowed', 'allowed', 'allowed', 'InitiateLayerUpload', 'SetRepositoryPolicy', 'BatchDeleteImage']],
]);

/** Above the guards. It deletes the release. */
export const emergencyChecks: Check[] = table('shop/web', releases, [
  [BREAK_GLASS, [...LEVELS, 'allowed', 'allowed']],
]);

/** Of shop/dev, which nothing guards. The last one deletes the release there. */
export const developmentChecks: Check[] = table('shop/dev', development, [
  [CI, [undefined, 'allowed', 'allowed', 'allowed', 'SetRepositoryPolicy', 'BatchDeleteImage']],
  [DEVELOPER, [undefined, 'allowed', 'allowed', 'allowed', 'SetRepositoryPolicy', 'BatchDeleteImage']],
  [END_USER, [undefined, ...REFUSED]],
  [PRODUCTION_ROLE, [undefined, ...REFUSED]],
  [BREAK_GLASS, [undefined, ...REFUSED]],
  [ADMINISTRATOR, [undefined, 'allowed', 'allowed', 'allowed', 'allowed', 'allowed']],
]);

function table(name: string, where: Where, rows: [Person, Promised][]): Check[] {
  return rows.flatMap(([person, promised]) => DEEDS.flatMap((deed, index) => {
    const one = promised[index];
    return one === undefined ? [] : [{
      id: `${name.replace('/', '-')}-${slug(person.name)}-${deed.id}`,
      tried: `${person.subject} ${deed.does(name)}`,
      expected: one === 'allowed' ? one : `refused: AccessDeniedException (ecr:${one})`,
      access: { where: name, who: person.name, what: deed.name },
      run: async (context) => deed.run(context, await person.who(context), where, person),
    } satisfies Check];
  }));
}
