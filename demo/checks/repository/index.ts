import { accessChecks } from './access';
import { eventChecks } from './events';
import { imageChecks } from './images';
import { settingChecks } from './settings';
import type { Capability } from '../check';

/** SecureEcrRepository: who pushes and pulls, what cannot be overwritten, what is told. */
export const repository: Capability = {
  title: 'SecureEcrRepository',
  // The last ones delete the release that the others need.
  checks: [...imageChecks, ...accessChecks, ...settingChecks, ...eventChecks],
  notProven: [
    'That images are scanned: the local AWS records scanOnPush and finds nothing.',
    'That layers are encrypted: the local AWS records the key of a repository and does not use it.',
    'That a request without TLS is refused: the local AWS speaks TLS only, so a policy evaluator judges the deployed policy.',
  ],
};
