import type { Capability } from './check';
import { repository } from './repository';
import { retention } from './retention';
import { teardown } from './teardown';

/** What the demo shows and test/e2e tests, in this order. A new capability is a file beside these and a line here. */
export const CAPABILITIES: Capability[] = [
  repository,
  retention,
  teardown, // last: it destroys the example app
];
