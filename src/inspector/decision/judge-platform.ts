import type { Disposition, Finding, PolicyDocument, ScanFacts, Severity, VerdictStatus } from '../contract';
import type { Exceptions } from './apply-exceptions';
import { type EndOfLife, endOfLife } from './end-of-life';
import { type JudgedCopy, compare } from './join-findings';
import type { ImageNode } from './manifest-graph';
import { matchRule } from './match-rule';
import { type ScanStatus, scanStatus } from './scan-status';
import { keepWorst } from './severity';

/** The judgement of one image of one platform. */
export interface JudgedPlatform {
  readonly node: ImageNode;
  readonly scan: ScanFacts;
  readonly scanStatus: ScanStatus;
  readonly status: VerdictStatus;
  /** As the scanner tells of them, which may be once for each package. */
  readonly findings: readonly JudgedCopy[];
  /** Of active findings, by vulnerability. */
  readonly severities: ReadonlyMap<string, Severity>;
  readonly endOfLife?: EndOfLife;
  /** When it is rejected for its operating system, if nothing else changes; ISO 8601. */
  readonly rejectedFrom?: string;
  readonly wait?: Wait;
}

/** Findings may not be complete yet. */
export interface Wait {
  readonly code: 'FINDINGS_SETTLING' | 'FINDINGS_INCOMPLETE' | 'FINDINGS_AWAITED';
  readonly words: string;
  readonly until?: string;
  /** Waiting does not help any longer. */
  readonly over?: boolean;
}

export function judgePlatform(node: ImageNode, scan: ScanFacts, policy: PolicyDocument, exceptions: Exceptions, now: Date): JudgedPlatform {
  const state = scanStatus(scan);
  const severities = new Map<string, Severity>();
  for (const { id, status, severity } of scan.findings) if (status === 'ACTIVE') keepWorst(severities, id, severity, policy);
  const findings = dispose(scan.findings, node.digest, policy, exceptions, now);
  const end = scan.operatingSystem === undefined ? undefined : endOfLife(scan.operatingSystem);
  const hasEnded = end !== undefined && now.getTime() >= Date.parse(end.since);
  const wait = waitOf(state, scan, policy, now);

  const rejected = findings.some(({ disposition }) => disposition === 'BLOCKING')
    || (hasEnded && policy.endOfLife === 'REJECT')
    || isUnjudged(state, policy) || wait?.over === true;
  const pending = state.state === 'PENDING' || (wait !== undefined && !wait.over);
  return {
    node,
    scan,
    scanStatus: state,
    findings,
    severities,
    endOfLife: hasEnded ? end : undefined,
    rejectedFrom: policy.endOfLife === 'REJECT' ? end?.since : undefined,
    wait,
    status: rejected ? 'REJECTED' : pending ? 'PENDING' : 'APPROVED',
  };
}

/** Whether nothing is known of it, and the policy does not let that pass. */
export function isUnjudged({ state }: ScanStatus, { onUnscannable }: PolicyDocument): boolean {
  return state === 'UNREAD' || (state === 'UNSCANNABLE' && onUnscannable === 'REJECT');
}

/** Shared, because there may be many findings. */
const NONE: readonly string[] = [];

function dispose(
  found: readonly Finding[], digest: string, policy: PolicyDocument, exceptions: Exceptions, now: Date,
): JudgedCopy[] {
  const images = [digest];
  const counting: Finding[] = [];
  const result: JudgedCopy[] = [];
  for (const finding of found) {
    const set = (disposition: Disposition) => result.push({ finding, disposition, rules: NONE, images });
    if (finding.status === 'SUPPRESSED' && policy.suppressed === 'IGNORE') {
      set('SUPPRESSED');
    } else if (finding.status === 'CLOSED' && policy.closed === 'IGNORE') {
      set('CLOSED');
    } else {
      const left = exceptions.leftOf(finding, digest);
      if (left) counting.push(left);
      else set('EXCEPTED');
    }
  }
  return [...result, ...applyRules(counting, images, policy, now)];
}

/** What a finding has met of the rules so far; every member from the beginning, so that all have one shape. */
interface Met {
  broken: string[] | undefined;
  within: boolean;
  graceUntil: string | undefined;
}

function applyRules(findings: readonly Finding[], images: readonly string[], policy: PolicyDocument, now: Date): JudgedCopy[] {
  const met: Met[] = findings.map(() => ({ broken: undefined, within: false, graceUntil: undefined }));
  for (const rule of policy.rules) {
    const counted: number[] = [];
    findings.forEach((finding, index) => {
      const { counts, graceUntil } = matchRule(rule, finding, policy, now);
      if (counts) counted.push(index);
      else if (graceUntil !== undefined && !(met[index].graceUntil! <= graceUntil)) met[index].graceUntil = graceUntil;
    });
    // A rule counts vulnerabilities, however many packages have one.
    const isBroken = counted.length > rule.max && new Set(counted.map((index) => findings[index].id)).size > rule.max;
    for (const index of counted) {
      if (isBroken) (met[index].broken ??= []).push(rule.name);
      else met[index].within = true;
    }
  }
  return findings.map((finding, index) => {
    const { broken, within, graceUntil } = met[index];
    if (broken) return { finding, disposition: 'BLOCKING', rules: broken.sort(compare), images };
    return { finding, disposition: within ? 'WITHIN_LIMIT' : graceUntil ? 'IN_GRACE' : 'NO_RULE', graceUntil, rules: NONE, images };
  });
}

/** What is known to be missing of what is approved without a scan, too: no listing will ever be complete, an event may be ahead of it. */
function waitOf({ state }: ScanStatus, scan: ScanFacts, policy: PolicyDocument, now: Date): Wait | undefined {
  if (state === 'SCANNED') return waitFor(scan, policy, now);
  if (state !== 'UNSCANNABLE' || policy.onUnscannable === 'REJECT') return undefined;
  const missing = missingOf(scan);
  return missing && { ...missing, over: missing.code === 'FINDINGS_INCOMPLETE' };
}

/**
 * A service says "complete" before all findings can be read. Until they have settled nothing is approved, whatever has come
 * already; what is bad enough is rejected at once.
 */
function waitFor(scan: ScanFacts, policy: PolicyDocument, now: Date): Wait | undefined {
  const scannedAt = scan.scannedAt === undefined ? undefined : Date.parse(scan.scannedAt);
  if (scannedAt === undefined) {
    return { code: 'FINDINGS_SETTLING', words: 'is said to be scanned, but not since when' };
  }
  const settled = scannedAt + policy.settleSeconds * 1000;
  const isSettled = now.getTime() >= settled;
  const until = isSettled ? undefined : new Date(settled).toISOString();
  const missing = missingOf(scan);
  // However long it takes: what was announced is there.
  if (missing) return { ...missing, until, over: isSettled && missing.code === 'FINDINGS_INCOMPLETE' };
  if (isSettled) return undefined;
  return { code: 'FINDINGS_SETTLING', words: `was scanned less than ${policy.settleSeconds} seconds ago, and findings may still appear`, until };
}

/** Findings that a service counts or has announced, and that it does not list. */
function missingOf({ expectedFindings = 0, readFindings = 0, awaited }: ScanFacts): Wait | undefined {
  if (readFindings < expectedFindings) {
    return { code: 'FINDINGS_INCOMPLETE', words: `has ${expectedFindings} findings by the count of the service, of which ${readFindings} can be read` };
  }
  const announced = Math.max(awaited?.count ?? 0, awaited?.arns.length ?? 0);
  if (announced === 0) return undefined;
  return { code: 'FINDINGS_AWAITED', words: `has findings that were announced and are not listed yet, ${announced} at least` };
}
