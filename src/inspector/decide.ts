import type {
  ExceptionDocument, ImageFacts, PlatformVerdict, PolicyDocument, Reason, ScanFacts, Severity, Verdict, VerdictStatus,
} from './contract';
import { Exceptions } from './decision/apply-exceptions';
import { collectFindings, collectReasons } from './decision/collect';
import { oldestSystem } from './decision/end-of-life';
import { least } from './decision/join-findings';
import { type JudgedPlatform, judgePlatform } from './decision/judge-platform';
import { imageTree } from './decision/manifest-graph';
import { noticesFor } from './decision/notices';
import { isWorse } from './decision/scan-status';
import { countsOf, keepWorst } from './decision/severity';
import { upgradesFor } from './decision/upgrades';
import { fingerprint } from './documents/fingerprint';

/**
 * Whether an image may be deployed, and why. The verdict on an image of several platforms is the worst of them. The same
 * facts, policy, exceptions and time always give the same verdict, in whatever order they come.
 */
export function decide(facts: ImageFacts, policy: PolicyDocument, exceptions: readonly ExceptionDocument[], now: Date): Verdict {
  const tree = imageTree(facts);
  const excepted = new Exceptions(exceptions, facts.image, policy, now);
  const scans = scansByDigest(facts.scans);
  const platforms = tree.images.map((node) =>
    judgePlatform(node, scans.get(node.digest) ?? unanswered(node.digest), policy, excepted, now));

  const collected = collectFindings(platforms, policy);
  const findings = collected.map(({ finding }) => finding);
  const reasons = collectReasons({ facts, tree, platforms, policy, findings: collected });
  const uses = excepted.uses();
  return {
    version: 1,
    status: statusOf(reasons),
    image: facts.image,
    policy: { name: policy.name, fingerprint: fingerprint(policy) },
    judgedAt: now.toISOString(),
    dataAt: platforms.map(({ scan }) => scan.scannedAt).reduce(least, undefined),
    judgeAgainAt: soonest(now, [
      // Of every copy: what is worse by now may be so for longer.
      ...platforms.flatMap(({ findings: copies }) => copies.map(({ graceUntil }) => graceUntil).filter((until) => until !== undefined)),
      ...platforms.flatMap(({ wait, rejectedFrom }) => [wait?.until, rejectedFrom]),
      ...uses.map(({ state, exception }) => state === 'USED' ? exception.expires : undefined),
    ]),
    counts: countsOf(severitiesOf(platforms, policy)),
    reasons,
    tolerated: findings.filter(({ disposition }) => disposition !== 'BLOCKING'),
    upgrades: upgradesFor(findings.filter(({ disposition }) => disposition === 'BLOCKING')),
    exceptions: uses,
    notices: noticesFor({ platforms, policy, findings, uses }),
    platforms: platforms.map(asPlatformVerdict),
    artifacts: tree.artifacts,
  };
}

function statusOf(reasons: readonly Reason[]): VerdictStatus {
  if (reasons.length === 0) return 'APPROVED';
  return reasons.every(({ kind }) => kind === 'PENDING') ? 'PENDING' : 'REJECTED';
}

/** Answers about one image are one, however often they came; where they disagree, the one that is not clean counts. */
function scansByDigest(scans: readonly ScanFacts[]): Map<string, ScanFacts> {
  const found = new Map<string, ScanFacts>();
  for (const scan of scans) {
    const other = found.get(scan.digest);
    found.set(scan.digest, other ? joined(other, scan) : scan);
  }
  return found;
}

function joined(a: ScanFacts, b: ScanFacts): ScanFacts {
  return {
    ...isWorse(a, b) ? a : b,
    operatingSystem: oldestSystem(a.operatingSystem, b.operatingSystem),
    expectedFindings: Math.max(a.expectedFindings ?? 0, b.expectedFindings ?? 0),
    readFindings: Math.max(a.readFindings ?? 0, b.readFindings ?? 0),
    awaited: {
      count: Math.max(a.awaited?.count ?? 0, b.awaited?.count ?? 0),
      arns: [...new Set([...a.awaited?.arns ?? [], ...b.awaited?.arns ?? []])],
    },
    findings: [...a.findings, ...b.findings],
  };
}

function unanswered(digest: string): ScanFacts {
  return { digest, scanner: 'ENHANCED', status: 'NO_ANSWER', findings: [] };
}

function severitiesOf(platforms: readonly JudgedPlatform[], policy: PolicyDocument): ReadonlyMap<string, Severity> {
  if (platforms.length === 1) return platforms[0].severities;
  const worst = new Map<string, Severity>();
  for (const { severities } of platforms) for (const [id, severity] of severities) keepWorst(worst, id, severity, policy);
  return worst;
}

function soonest(now: Date, times: ReadonlyArray<string | undefined>): string | undefined {
  const ahead = times.filter((time) => time !== undefined).map((time) => Date.parse(time)).filter((time) => time > now.getTime());
  return ahead.length > 0 ? new Date(ahead.reduce((a, b) => Math.min(a, b))).toISOString() : undefined;
}

function asPlatformVerdict({ node, scan, status, severities }: JudgedPlatform): PlatformVerdict {
  return {
    digest: node.digest,
    platform: node.platform,
    operatingSystem: scan.operatingSystem,
    status,
    scanStatus: scan.status,
    scannedAt: scan.scannedAt,
    counts: countsOf(severities),
  };
}
