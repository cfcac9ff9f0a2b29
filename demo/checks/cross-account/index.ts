import { REPOSITORY } from '../../../examples/cross-account/agreed';
import { makeImage } from '../../../test/local-aws';
import { type Capability, type Check, attempt } from '../check';
import type { CheckContext } from '../context';
import {
  makeRoleAnew, nameRoleItself, payments, production, productionAdministrator, withoutProductionSide, withoutRegistrySide,
} from './sides';
import { IMAGES, type Who, administrator, tryPull, tryPush } from '../repository/subjects';

const pullRelease = (context: CheckContext, who: Who) => tryPull(context, who, payments, 'v1.0.0', IMAGES.release);

const deployed = (id: string, tried: string, stack: string): Check => ({
  id,
  tried,
  expected: 'deployed',
  run: async (context) => {
    const detail = await context.deployment.deploy(stack);
    return { answer: 'deployed', detail };
  },
});

const ofProduction = (who: string, what: string) => ({ where: REPOSITORY, who, what });
const NOT_ALLOWED = 'refused: AccessDeniedException (ecr:BatchGetImage)';

/** Two accounts, an app for each: what both sides have to say, and that either alone opens nothing. */
export const crossAccount: Capability = {
  title: 'A pull across accounts',
  checks: [
    deployed('registry-deployed', `the account of the images deploys ${REPOSITORY}, which names a role that is not there yet`,
      'PaymentsRegistry'),
    {
      id: 'registry-role-refused',
      tried: 'its administrator writes a policy that names that role itself, instead of its account with a condition',
      expected: 'refused: InvalidParameterException',
      run: (context) => attempt(nameRoleItself(context)),
    },
    {
      id: 'payments-pushed',
      tried: `its administrator pushes v1.0.0 to ${REPOSITORY}`,
      expected: 'allowed: the release',
      run: (context) => tryPush(context, administrator, payments, IMAGES.release, 'v1.0.0'),
    },
    deployed('production-deployed', 'the production account deploys that role, and allows it to pull', 'PaymentsProduction'),
    {
      id: 'production-pulls',
      tried: `the role of production pulls v1.0.0 from ${REPOSITORY}`,
      expected: 'allowed: the release, byte for byte',
      access: ofProduction('Role of production', 'pull'),
      run: (context) => pullRelease(context, production),
    },
    {
      id: 'production-push-refused',
      tried: `the role of production pushes to ${REPOSITORY}`,
      expected: 'refused: AccessDeniedException (ecr:InitiateLayerUpload)',
      access: ofProduction('Role of production', 'push'),
      run: (context) => tryPush(context, production, payments, makeImage({ version: '1.0.1', greeting: 'by production' }), 'v1.0.1'),
    },
    {
      id: 'production-others-refused',
      tried: `an administrator of production, whom the repository does not name, pulls v1.0.0 from ${REPOSITORY}`,
      expected: NOT_ALLOWED,
      access: ofProduction("Production's administrator", 'pull'),
      run: (context) => pullRelease(context, productionAdministrator),
    },
    {
      id: 'without-registry-refused',
      tried: 'the role of production pulls while its own policy alone allows it',
      expected: NOT_ALLOWED,
      run: (context) => withoutRegistrySide(context, () => pullRelease(context, production)),
    },
    {
      id: 'without-production-refused',
      tried: 'the role of production pulls while the repository alone allows it',
      expected: NOT_ALLOWED,
      run: (context) => withoutProductionSide(context, () => pullRelease(context, production)),
    },
    {
      id: 'production-pulls-again',
      tried: 'the role of production pulls with both sides as deployed',
      expected: 'allowed: the release, byte for byte',
      run: (context) => pullRelease(context, production),
    },
    {
      id: 'production-anew-pulls',
      tried: 'the role of production is deleted and made anew, and pulls',
      expected: 'allowed: the release, byte for byte',
      run: async (context) => {
        await makeRoleAnew(context);
        return pullRelease(context, production);
      },
    },
  ],
  notProven: [
    'That ECR refuses a policy which names a role that is not there: the local AWS does so because it is reported of AWS.',
    'That a pull across accounts needs no permission on the key: the local AWS does not use keys, and AWS does not say it of other accounts.',
    'That docker pulls across accounts: the local AWS serves the registry protocol in the account of the token, so these pulls use the API.',
  ],
};
