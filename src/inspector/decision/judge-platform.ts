import type {
  Disposition, Finding, PolicyDocument, ScanFacts, VerdictStatus,
} from '../contract';
import type { Exceptions } from './apply-exceptions';
import { type EndOfLife, endOfLife } from './end-of-life';
import type { ImageNode } from './manifest-graph';
import { matchRule } from './match-rule';
import { mergeFindings } from './merge-findings';
import { type ScanStatus, scanStatus } from './scan-status';
import { noCounts } from './severity';

/** The judgement of one image of one platform. */
export interface JudgedPlatform {
  readonly node: ImageNode;
  readonly scan: ScanFacts;
  readonly scanStatus: ScanStatus;
  readonly status: VerdictStatus;
  readonly findings: readonly PlatformFinding[];
  readonly counts: ReturnType<typeof noCounts>;
  readonly endOfLife?: EndOfLife;
  readonly wait?: Wait;
}

export interface PlatformFinding {
  /** Without what exceptions cover. */
  readonly finding: Finding;
  readonly disposition: Disposition;
  readonly graceUntil?: string;
  /** The rules that it breaks. */
  readonly rules: readonly string[];
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
  const merged = [...mergeFindings(scan.findings).values()];
  const counts = noCounts();
  for (const { status, severity } of merged) if (status === 'ACTIVE') counts[severity]++;
  const findings = dispose(merged, node.digest, policy, exceptions, now);
  const end = scan.operatingSystem === undefined ? undefined : endOfLife(scan.operatingSystem, now);
  const wait = state.state === 'SCANNED' ? waitFor(scan, policy, now) : undefined;

  const rejected = findings.some(({ disposition }) => disposition === 'BLOCKING')
    || (end !== undefined && policy.endOfLife === 'REJECT')
    || isUnjudged(state, policy) || wait?.over === true;
  const pending = state.state === 'PENDING' || (wait !== undefined && !wait.over);
  return {
    node,
    scan,
    scanStatus: state,
    findings,
    counts,
    endOfLife: end,
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
  merged: readonly Finding[], digest: string, policy: PolicyDocument, exceptions: Exceptions, now: Date,
): PlatformFinding[] {
  const counting: Finding[] = [];
  const result: PlatformFinding[] = [];
  for (const finding of merged) {
    const set = (disposition: Disposition) => result.push({ finding, disposition, rules: NONE });
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
  return [...result, ...applyRules(counting, policy, now)];
}

/** What a finding has met of the rules so far; every member from the beginning, so that all have one shape. */
interface Met {
  broken: string[] | undefined;
  within: boolean;
  graceUntil: string | undefined;
}

function applyRules(findings: readonly Finding[], policy: PolicyDocument, now: Date): PlatformFinding[] {
  const met: Met[] = findings.map(() => ({ broken: undefined, within: false, graceUntil: undefined }));
  for (const rule of policy.rules) {
    const counted: number[] = [];
    findings.forEach((finding, index) => {
      const { counts, graceUntil } = matchRule(rule, finding, policy, now);
      if (counts) counted.push(index);
      else if (graceUntil !== undefined && !(met[index].graceUntil! <= graceUntil)) met[index].graceUntil = graceUntil;
    });
    for (const index of counted) {
      if (counted.length > rule.max) (met[index].broken ??= []).push(rule.name);
      else met[index].within = true;
    }
  }
  return findings.map((finding, index) => {
    const { broken, within, graceUntil } = met[index];
    if (broken) return { finding, disposition: 'BLOCKING', rules: broken };
    return { finding, disposition: within ? 'WITHIN_LIMIT' : graceUntil ? 'IN_GRACE' : 'NO_RULE', graceUntil, rules: NONE };
  });
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
  const { expectedFindings: expected = 0, readFindings: read = 0 } = scan;
  if (read < expected) {
    return {
      code: 'FINDINGS_INCOMPLETE',
      words: `has ${expected} findings by the count of the service, of which ${read} can be read`,
      until,
      over: isSettled,
    };
  }
  // However long it takes: what was announced is there.
  const awaited = Math.max(scan.awaited?.count ?? 0, scan.awaited?.arns.length ?? 0);
  if (awaited > 0) {
    return { code: 'FINDINGS_AWAITED', words: `has findings that were announced and are not listed yet, ${awaited} at least`, until };
  }
  if (isSettled) return undefined;
  return { code: 'FINDINGS_SETTLING', words: `was scanned less than ${policy.settleSeconds} seconds ago, and findings may still appear`, until };
}
