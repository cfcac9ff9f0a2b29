import type { Disposition, Finding, PolicyDocument, RuleDocument, ScanFacts, Severity, VerdictStatus } from '../contract';
import type { Exceptions } from './apply-exceptions';
import { type EndOfLife, endOfLife } from './end-of-life';
import { type JudgedCopy, compare, least } from './join-findings';
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

/** What becomes of a finding, rule by rule; every member from the beginning, so that all have one shape. */
interface Counted extends JudgedCopy {
  disposition: Disposition;
  graceUntil: string | undefined;
  rules: readonly string[];
}

function dispose(
  found: readonly Finding[], digest: string, policy: PolicyDocument, exceptions: Exceptions, now: Date,
): JudgedCopy[] {
  const images = [digest];
  const as = (disposition: Disposition, finding: Finding): Counted => ({ finding, disposition, graceUntil: undefined, rules: NONE, images });
  const all = found.map((finding) => {
    if (finding.status === 'SUPPRESSED' && policy.suppressed === 'IGNORE') return as('SUPPRESSED', finding);
    if (finding.status === 'CLOSED' && policy.closed === 'IGNORE') return as('CLOSED', finding);
    const left = exceptions.leftOf(finding, digest);
    return left ? as('NO_RULE', left) : as('EXCEPTED', finding);
  });
  const counting = all.filter(({ disposition }) => disposition === 'NO_RULE');
  for (const rule of policy.rules) applyRule(rule, counting, policy, now);
  return all;
}

function applyRule(rule: RuleDocument, findings: readonly Counted[], policy: PolicyDocument, now: Date): void {
  const counted: Counted[] = [];
  for (const each of findings) {
    const { counts, graceUntil } = matchRule(rule, each.finding, policy, now);
    if (counts) counted.push(each);
    else if (graceUntil !== undefined) giveGrace(each, graceUntil);
  }
  // A rule counts vulnerabilities, however many packages have one.
  const isBroken = counted.length > rule.max && new Set(counted.map(({ finding }) => finding.id)).size > rule.max;
  const alone = [rule.name];
  for (const each of counted) {
    if (isBroken) {
      each.disposition = 'BLOCKING';
      each.graceUntil = undefined;
      each.rules = each.rules === NONE ? alone : [...each.rules, rule.name].sort(compare);
    } else if (each.disposition !== 'BLOCKING') {
      each.disposition = 'WITHIN_LIMIT';
    }
  }
}

/** What breaks another rule has none. */
function giveGrace(to: Counted, until: string): void {
  if (to.disposition === 'BLOCKING') return;
  to.graceUntil = least(to.graceUntil, until);
  if (to.disposition === 'NO_RULE') to.disposition = 'IN_GRACE';
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
