import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprintOf } from '../../../src/inspector/documents/fingerprint';
import { temporaryFolder } from '../../support/temporary-folder';
import { policy } from '../facts';

/** What a layer brings. */
const judgement = JSON.stringify({ policy: policy([{ minSeverity: 'HIGH' }]), exceptions: [] });
const path = join(temporaryFolder(), 'judgement.json');
writeFileSync(path, judgement);

/** What no log may have. */
export const SECRETS = ['an-example-of-a-secret-key', 'an-example-of-a-session-token'];

/** What the functions of a gate find in their environment; imported before they are. */
Object.assign(process.env, {
  ACCOUNT: '111111111111',
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
  AWS_REGION: 'eu-west-1',
  AWS_SECRET_ACCESS_KEY: SECRETS[0],
  AWS_SESSION_TOKEN: SECRETS[1],
  FINGERPRINT: fingerprintOf(judgement),
  GATE: 'gate',
  JUDGEMENT: path,
  LOOK_BACK_DAYS: '30',
  QUEUE: 'https://sqs.eu-west-1.amazonaws.com/111111111111/watch',
  REFRESH_SECONDS: '86400',
  REPOSITORIES: JSON.stringify(['shop/web', 'team/*']),
  REQUESTS: 'https://sqs.eu-west-1.amazonaws.com/111111111111/requests.fifo',
  RETENTION_SECONDS: '34560000',
  SCANNER: 'ENHANCED',
  TABLE: 'table',
  WATCH: 'https://sqs.eu-west-1.amazonaws.com/111111111111/watch',
  WINDOW_SECONDS: '15',
});
