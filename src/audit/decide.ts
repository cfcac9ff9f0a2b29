import {
  type CloudTrailEvent, type CloudTrailRecord, type GitHubRun, type Judgement, type Pushers, type SignalFacts,
  type SignalReport, type SignalSummary,
} from './contract';
import { accountsIn, isPublic } from './policy';
import { callerArnOf, meets, principalOf, repositoryArnOf, repositoryOf } from './record';
import { sentence } from './sentence';

/** Whether a record is what a signal is about. The rule has judged already, unless it says that it could not. */
export function isSignal({ conditions = [], judgement }: SignalFacts, record: CloudTrailRecord): boolean {
  return conditions.every((condition) => meets(record, condition)) && (judgement === undefined || judge(judgement, record));
}

function judge(judgement: Judgement, record: CloudTrailRecord): boolean {
  const { policyIsPublic, policyNamesOthersThan: known, repositories, byOthersThan, aboutRoleOf } = judgement;
  const { policyText } = record.requestParameters ?? {};
  const repository = repositoryArnOf(record);
  if (repositories && repository && !repositories.includes(repository)) return false;
  if (policyIsPublic && !isPublic(policyText)) return false;
  if (known && accountsIn(policyText).every((account) => known.includes(account))) return false;
  if (aboutRoleOf && !isPushingRole(aboutRoleOf, record)) return false;
  return byOthersThan === undefined || !isPusher(byOthersThan, record);
}

function isPusher(pushers: Pushers, record: CloudTrailRecord): boolean {
  const allowed = [...pushers['*'] ?? [], ...pushers[repositoryArnOf(record) ?? ''] ?? []];
  const [caller, account] = [callerArnOf(record), record.userIdentity?.accountId];
  // Of a caller from another account CloudTrail names the account alone.
  return allowed.some((one) => one === account || (caller ? like(one, caller) : account !== undefined && one.split(':')[4] === account));
}

/** A call names a role of its own account, without its path. */
function isPushingRole(pushers: Pushers, { recipientAccountId, requestParameters }: CloudTrailRecord): boolean {
  const roles = Object.values(pushers).flat().filter((arn) => arn.includes(':role/') && arn.split(':')[4] === recipientAccountId);
  return roles.some((arn) => like(arn.slice(arn.lastIndexOf('/') + 1), String(requestParameters?.roleName)));
}

/** As StringLike of IAM: `*` is anything, `?` any one character. */
function like(pattern: string, text: string): boolean {
  const form = pattern.replace(/[\\^$.|+()[\]{}]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${form}$`).test(text);
}

/** What stands for them; `told` is the last that was. */
export function summaryOf(told: SignalReport, window: number, more: number): SignalSummary {
  const { audit, signal, title, severity, account, region, runbook, runbookUrl } = told;
  const summary = { from: new Date(window * 1000).toISOString(), more };
  return { schemaVersion: 1, audit, signal, title, severity, account, region, summary, runbook, runbookUrl };
}

/** What is reported of a signal. */
export function report(audit: string, signal: SignalFacts, event: CloudTrailEvent, github?: GitHubRun): SignalReport {
  const { detail: record } = event;
  const image = record.responseElements?.image?.imageId ?? record.requestParameters?.imageIds?.[0] ?? record.requestParameters?.imageId;
  const repository = repositoryOf(record);
  return {
    schemaVersion: 1,
    audit,
    signal: signal.id,
    title: signal.title,
    severity: signal.severity,
    sentence: sentence(record, github),
    account: record.recipientAccountId ?? event.account,
    region: record.awsRegion ?? event.region,
    time: record.eventTime ?? event.time,
    eventId: record.eventID ?? event.id,
    eventName: record.eventName ?? 'unknown',
    ...(record.errorCode && { errorCode: record.errorCode }),
    principal: principalOf(record),
    ...(github && { github }),
    ...(repository && { repository }),
    ...(image?.imageTag && { imageTag: image.imageTag }),
    ...(image?.imageDigest && { imageDigest: image.imageDigest }),
    runbook: signal.runbook,
    runbookUrl: signal.runbookUrl,
    controls: signal.controls,
  };
}
