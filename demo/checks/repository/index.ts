import { imageChecks } from './images';
import { settingChecks } from './settings';
import type { Capability } from '../check';

/** SecureEcrRepository: what is pushed is what is pulled, what cannot be overwritten, how it is set up. */
export const repository: Capability = {
  title: 'SecureEcrRepository',
  checks: [...imageChecks, ...settingChecks],
  notProven: [
    'That images are scanned: the local AWS records scanOnPush and finds nothing.',
    'That layers are encrypted: the local AWS records the key of a repository and does not use it.',
  ],
};
