import { join } from 'node:path';

/** What the functions of a gate find in their environment; imported before they are. */
Object.assign(process.env, {
  ACCOUNT: '111111111111',
  AWS_REGION: 'eu-west-1',
  FINGERPRINT: 'f1',
  GATE: 'gate',
  JUDGEMENT: join(__dirname, 'judgement'),
  LOOK_BACK_DAYS: '30',
  QUEUE: 'https://sqs.eu-west-1.amazonaws.com/111111111111/watch',
  REFRESH_SECONDS: '86400',
  REQUESTS: 'https://sqs.eu-west-1.amazonaws.com/111111111111/requests.fifo',
  RETENTION_SECONDS: '34560000',
  SCANNER: 'ENHANCED',
  TABLE: 'table',
  WATCH: 'https://sqs.eu-west-1.amazonaws.com/111111111111/watch',
  WINDOW_SECONDS: '15',
});
