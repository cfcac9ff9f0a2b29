import type { ExceptionUse, Finding, JudgedFinding, Notice, NoticeCode, PolicyDocument, RuleDocument } from '../contract';
import type { JudgedCopy } from './join-findings';
import type { JudgedPlatform } from './judge-platform';
import { few, isUnfixable } from './words';

interface Judged {
  readonly platforms: readonly JudgedPlatform[];
  readonly policy: PolicyDocument;
  readonly findings: readonly JudgedFinding[];
  readonly uses: readonly ExceptionUse[];
}

/** What somebody should know although it decides nothing. */
export function noticesFor({ platforms, policy, findings, uses }: Judged): Notice[] {
  const notices: Notice[] = [];
  const add = (code: NoticeCode, subjects: readonly string[], words: (count: number) => string) => {
    const distinct = [...new Set(subjects)];
    if (distinct.length > 0) notices.push({ code, message: `${words(distinct.length)}: ${few(distinct)}` });
  };
  const unscannable = platforms.filter(({ scanStatus, status }) => scanStatus.state === 'UNSCANNABLE' && status === 'APPROVED');
  if (policy.onUnscannable === 'APPROVE') {
    add('UNSCANNABLE_APPROVED', unscannable.map(({ node, scan }) => `${node.digest} (${scan.status})`),
      (count) => `${count} ${count === 1 ? 'image is' : 'images are'} approved by the policy without a scan`);
  }
  if (policy.endOfLife === 'REPORT') {
    add('END_OF_LIFE', platforms.flatMap(({ endOfLife }) => endOfLife ? [`${endOfLife.name} since ${endOfLife.since}`] : []),
      () => 'no longer supported by its vendor; Amazon Inspector stops looking 12 months later');
  }
  // Of every copy, in the order of the findings: what a scanner says of one package does not unsay what is known of another.
  const copies = platforms.flatMap((platform) => platform.findings);
  const ids = (meets: (copy: JudgedCopy) => boolean) => {
    const met = new Set(copies.filter(meets).map(({ finding }) => finding.id));
    return findings.filter(({ id }) => met.has(id)).map(({ id }) => id);
  };
  const blocking = new Set(findings.filter(({ disposition }) => disposition === 'BLOCKING').map(({ id }) => id));
  const passing = (meets: (finding: Finding) => boolean) => ids(({ disposition, finding }) =>
    disposition === 'NO_RULE' && !blocking.has(finding.id) && meets(finding));
  add('UNFIXABLE', passing(isUnfixable), (count) => `${count} critical, high or untriaged ${count === 1 ? 'finding has' : 'findings have'} no fix, and ${count === 1 ? 'does' : 'do'} not stop the image`);
  add('SUPPRESSED', ids(({ disposition }) => disposition === 'SUPPRESSED'),
    (count) => `${count} ${count === 1 ? 'finding is' : 'findings are'} hidden by suppression rules of Amazon Inspector, and not judged`);
  const forEvidence = policy.rules.filter(({ missingData }) => missingData === 'IGNORED');
  add('NO_EXPLOIT_DATA', passing((finding) => forEvidence.some((rule) => lacksExploitData(rule, finding))),
    (count) => `of ${count} ${count === 1 ? 'finding' : 'findings'} it is not known whether ${count === 1 ? 'it is' : 'they are'} exploited`);
  add('SCANNED_ONCE', platforms.filter(({ scanStatus }) => scanStatus.once).map(({ node }) => node.digest),
    () => 'scanned once, and not again by itself, so that vulnerabilities found since are not seen');
  const excepted = (meets: (use: ExceptionUse) => boolean) => uses.filter(meets)
    .map(({ exception }) => `${exception.vulnerability} (${exception.owner}${exception.expires ? `, ${exception.expires}` : ''})`);
  add('EXCEPTION_EXPIRED', excepted(({ state }) => state === 'EXPIRED'), () => 'exceptions that have expired and count again');
  add('EXCEPTION_FIX_AVAILABLE', excepted(({ state }) => state === 'FIX_AVAILABLE'), () => 'exceptions that have ended, because there is a fix or the scanner does not tell');
  add('EXCEPTION_NEAR_EXPIRY', excepted(({ nearExpiry }) => nearExpiry), () => 'exceptions about to expire');
  return notices;
}

/** CISA's catalog has CVEs only: of others it knows nothing. */
function lacksExploitData(rule: RuleDocument, { id, exploitAvailable, knownExploited }: Finding): boolean {
  return (rule.exploitAvailable === true && exploitAvailable === undefined)
    || (rule.knownExploited === true && knownExploited === undefined && /^CVE-/i.test(id));
}
