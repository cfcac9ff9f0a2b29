import { access } from './access';
import { audit } from './audit';
import type { Capability } from './check';
import { crossAccount } from './cross-account';
import { gate } from './gate';
import { github } from './github';
import { judgement } from './judgement';
import { registry } from './registry';
import { repository } from './repository';
import { events } from './repository/events';
import { retention } from './retention';
import { teardown } from './teardown';

/** What the demo shows and test/e2e tests, in this order. A new capability is a file beside these and a line here. */
export const CAPABILITIES: Capability[] = [
  repository,
  access,
  events, // after it: that tells of what was allowed, and of nothing else
  crossAccount,
  github,
  retention,
  registry,
  judgement,
  gate,
  audit,
  teardown, // last: it destroys the example apps
];
