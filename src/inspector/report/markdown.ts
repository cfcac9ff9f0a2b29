import type { JudgedFinding, Reason, Verdict } from '../contract';
import { SHOWN, barLengths } from './chart';
import { becauseWords, exceptionWords, headline, oneLine, upgradeWords, whereWords } from './wording';

/** A comment of a pull request holds 65,536 characters. */
const SHOWN_ENTRIES = 50;
const BAR = 20;

/** The verdict for a pull request or the summary of a job, as GitHub shows Markdown. */
export function renderMarkdown(verdict: Verdict): string {
  const { reasons, upgrades, tolerated, notices, exceptions, platforms, counts, policy, judgedAt, dataAt, judgeAgainAt } = verdict;
  const bars = barLengths(counts, BAR);
  return [
    `## ${escape(headline(verdict))}`,
    '',
    `Policy ${escape(policy.name)} (${policy.fingerprint}), judged ${judgedAt}${dataAt ? `, scanned ${dataAt}` : ''}.${judgeAgainAt ? ` Judge again at ${judgeAgainAt}.` : ''}`,
    '',
    ...table(['Severity', 'Findings', ''], SHOWN.map((severity) => [severity, String(counts[severity]), '█'.repeat(bars[severity])])),
    ...titled('Why', reasons.length > 0 && table(['Reason', 'What to do', 'Rule'], limited(reasons).map((reason) => reasonCells(reason, verdict)))),
    ...more(reasons),
    ...titled('Upgrade first', upgrades.length > 0 && limited(upgrades).map((upgrade, index) => `${index + 1}. ${escape(upgradeWords(upgrade))}`)),
    ...more(upgrades),
    ...titled('Platforms', platforms.length > 0 && table(['Platform', 'Verdict', 'Scan', 'Digest'], limited(platforms).map(
      ({ platform, status, scanStatus, digest }) => [escape(platform ?? 'image'), status, escape(scanStatus), digest],
    ))),
    ...more(platforms),
    ...titled('Notices', notices.length > 0 && notices.map(({ message }) => `- ${escape(message)}`)),
    ...titled('Exceptions', exceptions.length > 0 && limited(exceptions).map((use) => `- ${escape(exceptionWords(use))}`)),
    ...more(exceptions),
    ...titled('Found, and not in the way', tolerated.length > 0 && table(['Finding', 'Severity', 'Packages', 'Fix', 'Because'], limited(tolerated).map(findingCells))),
    ...more(tolerated),
    '',
  ].join('\n');
}

function reasonCells(reason: Reason, verdict: Verdict): string[] {
  const code = reason.kind === 'FINDING' ? '' : ` (${reason.code})`;
  return [escape(`${reason.message}${code}${whereWords(reason, verdict)}`), escape(reason.remedy), escape(reason.rules.join(', '))];
}

function findingCells(finding: JudgedFinding): string[] {
  const { id, severity, packages, fix } = finding;
  return [escape(id), severity, escape(packages.map(({ name }) => name).join(', ')), fix, escape(becauseWords(finding))];
}

function titled(title: string, lines: false | string[]): string[] {
  return lines ? ['', `### ${title}`, '', ...lines] : [];
}

function table(columns: string[], rows: string[][]): string[] {
  return [row(columns), row(columns.map(() => '---')), ...rows.map(row)];
}

function row(cells: string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function limited<T>(entries: readonly T[]): readonly T[] {
  return entries.slice(0, SHOWN_ENTRIES);
}

function more(entries: readonly unknown[]): string[] {
  const rest = entries.length - SHOWN_ENTRIES;
  return rest > 0 ? ['', `and ${rest} more`] : [];
}

/**
 * Text that means nothing but itself: no links, pictures, HTML, cells, mentions or references to issues, which GitHub
 * would make of @name, #1 and addresses.
 */
export function escape(text: string): string {
  return oneLine(text)
    .replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
    .replace(/[\\`*_{}[\]()!|~#$^]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/@(?=[A-Za-z0-9])/g, '&#64;')
    .replace(/:\/\//g, '&#58;//')
    .replace(/\bwww\./gi, (found) => `${found.slice(0, 3)}&#46;`)
    .replace(/\bGH-(?=\d)/gi, (found) => `${found.slice(0, 2)}&#45;`);
}
