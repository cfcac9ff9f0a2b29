/**
 * Writes the reasons and notices of verdicts in docs/troubleshooting.md from the code that judges. Run by `npx projen
 * docgen`; a test fails when the page is older than the code.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NoticeCode } from '../src/inspector/contract';
import type { Wait } from '../src/inspector/decision/judge-platform';
import { ECR, INSPECTOR, READING, type ScanState } from '../src/inspector/decision/scan-status';
import { DEFECTS } from '../src/inspector/decision/words';

export const TROUBLESHOOTING = join(__dirname, 'troubleshooting.md');

const OUTCOMES: Record<Exclude<ScanState, 'SCANNED'>, string> = {
  PENDING: 'Pending',
  UNSCANNABLE: 'Rejected, unless the policy says `dangerouslyApproveUnscannable`',
  UNREAD: 'Rejected',
};

/** What is no status of a scan, and so has words of its own in each verdict. */
const WAITS: Record<Wait['code'] | 'INCOMPLETE', readonly [outcome: string, words: string, remedy: string]> = {
  FINDINGS_SETTLING: ['Pending', 'was scanned a moment ago, and findings come later than the status (`settleTime`)', 'wait: it is judged again when findings have settled'],
  FINDINGS_AWAITED: [
    'Pending', 'has findings that Amazon Inspector has announced and does not list yet, in whatever status',
    'wait: it is judged again, however long that takes; the alarm of pending images tells when it takes too long',
  ],
  FINDINGS_INCOMPLETE: [
    'Pending for `settleTime`, then rejected', 'has more findings by the count of the service than can be read', 'judge it again; if that does not help, push it again',
  ],
  INCOMPLETE: ['Rejected', 'has more findings than are read', 'mend what is found so far, and judge it again'],
};

const NOTICES: Record<NoticeCode, string> = {
  END_OF_LIFE: 'The operating system has lost the support of its vendor; Amazon Inspector stops looking 12 months later. Change the base image.',
  EXCEPTION_EXPIRED: 'An exception has expired, and its findings count again. Mend them, or give the exception a new end.',
  EXCEPTION_FIX_AVAILABLE: 'An exception that holds until there is a fix has ended: there is one, or the scanner does not tell. Upgrade.',
  EXCEPTION_NEAR_EXPIRY: 'An exception is about to expire (`expiryNotice`). Ask its owner.',
  NO_EXPLOIT_DATA: 'The policy asks whether findings are exploited, and of some nobody knows. Basic scanning never tells.',
  SCANNED_ONCE: 'The image was scanned once and will not be again, so that vulnerabilities found since are not seen. Scan it continuously.',
  SUPPRESSED: 'Suppression rules of Amazon Inspector hide findings, and the policy does not count them (`countSuppressed`).',
  UNFIXABLE: 'Critical, high or untriaged findings have no fix, and the policy lets them pass. Think of another base image.',
  UNSCANNABLE_APPROVED: 'The policy approves images without a scan (`dangerouslyApproveUnscannable`), and this is one.',
};

function reasons(): Map<string, string> {
  const statuses = [INSPECTOR, ECR, READING].flatMap((table) => Object.entries(table)).flatMap(
    ([code, { state, words, remedy }]) => state === 'SCANNED' ? [] : [[code, OUTCOMES[state], words, remedy] as const],
  );
  const defects = Object.entries(DEFECTS).map(([code, { words, remedy }]) => [code, 'Rejected', words, remedy] as const);
  const waits = Object.entries(WAITS).map(([code, rest]) => [code, ...rest] as const);
  return new Map([...statuses, ...defects, ...waits].map(([code, outcome, words, remedy]) => [code, `The image ${words}. ${outcome}.\n\n**Do:** ${remedy}.`]));
}

/** The codes of all reasons that are no vulnerability and no operating system. */
export const REASON_CODES = [...reasons().keys()].sort();
export const NOTICE_CODES = Object.keys(NOTICES).sort();

/** The page with its generated parts made anew. */
export function page(): string {
  const entries: Record<string, ReadonlyMap<string, string>> = { reasons: reasons(), notices: new Map(Object.entries(NOTICES)) };
  return readFileSync(TROUBLESHOOTING, 'utf8').replace(/(<!-- (reasons|notices) -->\n)[^]*?(<!-- end -->)/g, (_all, begin: string, name: string, end: string) =>
    `${begin}\n${[...entries[name]].sort(([a], [b]) => a < b ? -1 : 1).map(([code, text]) => `### ${code}\n\n${text}\n\n`).join('')}${end}`);
}

if (require.main === module) writeFileSync(TROUBLESHOOTING, page());
