import { attackChecks } from './attacks';
import { developmentChecks, emergencyChecks, webChecks } from './promises';
import type { Check, Capability } from '../check';
import { IMAGES, development, pusher, tryPush } from '../repository/subjects';

const pushedToDevelopment: Check = {
  id: 'dev-pushed',
  tried: 'CI pushes v1.0.0 to shop/dev, too',
  expected: 'allowed: the release',
  run: (context) => tryPush(context, pusher, development, IMAGES.release, 'v1.0.0'),
};

/** RepositoryAccess: who is let in and for what, and what nobody may do. */
export const access: Capability = {
  title: 'RepositoryAccess',
  checks: [...webChecks, ...attackChecks, ...emergencyChecks, pushedToDevelopment, ...developmentChecks],
  notProven: [
    'That a request without TLS is refused: the local AWS speaks TLS only, so a policy evaluator judges the deployed policy.',
    'That ECR names aws:PrincipalArn and aws:CalledVia in its requests as the documentation of IAM says: the local AWS follows the documentation.',
  ],
};
