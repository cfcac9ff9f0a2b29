import type { CloudTrailRecord, FieldCondition, GitHubRun, UserIdentity } from './contract';

/** Every value at a path of a record; none where it, or what is above it, is missing. */
export function valuesAt(record: object, field: string): unknown[] {
  const steps = field.split(/\.|(?=\[)/);
  return steps.reduce<unknown[]>((values, step) => values.flatMap((value) => take(value, step)), [record])
    .filter((value) => value !== undefined);
}

function take(value: unknown, step: string): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  const [, index] = /^\[(.+)\]$/.exec(step) ?? [];
  if (index === undefined) return Array.isArray(value) ? [] : [(value as Record<string, unknown>)[step]];
  if (!Array.isArray(value)) return [];
  return index === '*' ? value : [value[Number(index)]];
}

/** Whether a record meets a condition, as a filter pattern says. Nothing can be compared with an object, a list or null. */
export function meets(record: object, { field, is, isNot, orMissing }: FieldCondition): boolean {
  const values = valuesAt(record, field);
  if (values.length === 0) return orMissing ?? false;
  const comparable = values.filter((value) => value !== null && typeof value !== 'object');
  if (is) return comparable.some((value) => is.includes(value as string));
  return isNot !== undefined && comparable.some((value) => !isNot.includes(value as string));
}

/** The repository a record is about: what CloudTrail says itself, before what the caller wrote. */
export function repositoryOf(record: CloudTrailRecord): string | undefined {
  const arn = repositoryArnOf(record);
  if (arn) return arn.split(':repository/')[1];
  return record.requestParameters?.repositoryName ?? record.serviceEventDetails?.repositoryName;
}

export function repositoryArnOf({ resources }: CloudTrailRecord): string | undefined {
  return resources?.find(({ ARN }) => ARN?.includes(':repository/'))?.ARN;
}

/** Who made a call. */
export interface Principal {
  readonly kind: 'role' | 'user' | 'root' | 'account' | 'service' | 'other';
  /** Of the role or user, or the number of the account. */
  readonly name: string;
  readonly account?: string;
  /** What whoever assumed the role called the session. */
  readonly session?: string;
}

export function principalOf({ userIdentity: identity = {}, eventType }: CloudTrailRecord): Principal {
  const { type, accountId: account } = identity;
  const issuer = identity.sessionContext?.sessionIssuer;
  if (eventType === 'AwsServiceEvent') return { kind: 'service', name: 'the service itself', account };
  switch (type) {
    case 'Root':
      return { kind: 'root', name: account ?? 'this account', account };
    case 'IAMUser':
      return { kind: 'user', name: identity.userName ?? lastOf(identity.arn, '/') ?? 'unknown', account };
    case 'AssumedRole':
      return { kind: 'role', name: issuer?.userName ?? roleIn(identity.arn) ?? 'unknown', account, session: sessionOf(identity) };
    case 'AWSAccount':
      return { kind: 'account', name: account ?? 'unknown', account, session: sessionOf(identity) };
    case 'AWSService':
      return { kind: 'service', name: identity.invokedBy ?? 'unknown' };
    default:
      return { kind: 'other', name: identity.arn ?? identity.userName ?? identity.principalId ?? type ?? 'unknown', account };
  }
}

/** The ARN that a list of callers would have: of the role behind a session, of a user as it is. */
export function callerArnOf({ userIdentity: identity }: CloudTrailRecord): string | undefined {
  return identity?.sessionContext?.sessionIssuer?.arn ?? identity?.arn;
}

function sessionOf({ principalId, arn }: UserIdentity): string | undefined {
  return lastOf(principalId, ':') ?? (arn?.includes(':assumed-role/') ? lastOf(arn, '/') : undefined);
}

function roleIn(arn?: string): string | undefined {
  return /:assumed-role\/([^/]+)\//.exec(arn ?? '')?.[1];
}

function lastOf(text: string | undefined, separator: string): string | undefined {
  return text?.includes(separator) ? text.slice(text.lastIndexOf(separator) + 1) : undefined;
}

/** The credentials that a record tells were given to a workflow of GitHub Actions, and which workflow that is. */
export function gitHubSession(record: CloudTrailRecord): { readonly accessKeyId: string; readonly run: GitHubRun } | undefined {
  const { userIdentity: identity, requestParameters: request, responseElements: response } = record;
  const accessKeyId: unknown = response?.credentials?.accessKeyId;
  const subject = identity?.userName ?? lastSubject(identity?.principalId);
  if (record.eventName !== 'AssumeRoleWithWebIdentity' || typeof accessKeyId !== 'string' || !subject) return undefined;
  const run = gitHubRun(subject, request?.roleSessionName, isGitHubCom(identity));
  return run && { accessKeyId, run };
}

function lastSubject(principalId?: string): string | undefined {
  return /:(repo:.+)$/.exec(principalId ?? '')?.[1];
}

function isGitHubCom(identity?: UserIdentity): boolean {
  return /token\.actions\.githubusercontent\.com(:|$)/.test(identity?.identityProvider ?? identity?.principalId ?? '');
}

/**
 * Reads a subject in either of GitHub's forms, `repo:owner/name:...` and `repo:owner@id/name@id:...`, and a session
 * name that ends in the number of the run and of the attempt, as `release-1234567890` and `2002-1234567890-1` do: a word before
 * them is the workflow, a number the id of the repository.
 */
export function gitHubRun(subject: string, sessionName?: unknown, onGitHubCom = true): GitHubRun | undefined {
  const [, owner, name, context] = /^repo:([^/:@]+)(?:@\d+)?\/([^:@]+)(?:@\d+)?:(.+)$/.exec(subject) ?? [];
  if (!owner) return undefined;
  const repository = `${owner}/${name}`;
  const [, prefix, runId, attempt] = /^(?:(.+?)[-_.@=])?(\d{6,20})(?:[-_.@=](\d{1,3}))?$/.exec(String(sessionName ?? '')) ?? [];
  const workflow = prefix && /\D/.test(prefix) ? prefix : undefined;
  const url = runId && onGitHubCom ? `https://github.com/${repository}/actions/runs/${runId}${attempt ? `/attempts/${attempt}` : ''}` : undefined;
  return { repository, context, ...(workflow && { workflow }), ...(runId && { runId }), ...(url && { url }) };
}
