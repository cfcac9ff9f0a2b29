import type { Capability } from './check';
import { repository } from './repository';
import { teardown } from './teardown';

/** What the demo shows and test/e2e tests, in this order. A new capability is a file beside these and a line here. */
export const CAPABILITIES: Capability[] = [
  repository,
  teardown, // last: it destroys the example app
];
