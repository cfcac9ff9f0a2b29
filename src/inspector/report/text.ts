import type { JudgedFinding, Reason, Verdict } from '../contract';
import { SHOWN, barLengths } from './chart';
import { becauseWords, exceptionWords, headline, oneLine, upgradeWords, whereWords } from './wording';

/** How many of a list are written out. */
const SHOWN_ENTRIES = 50;
const BAR = 30;

/** The verdict for a terminal or a log: plain text, without colours, that no title of a finding can break out of. */
export function renderText(verdict: Verdict): string {
  const { reasons, upgrades, tolerated, notices, exceptions, platforms, counts } = verdict;
  const bars = barLengths(counts, BAR);
  return [
    headline(verdict),
    `Policy ${oneLine(verdict.policy.name)} (${verdict.policy.fingerprint}), judged ${verdict.judgedAt}${verdict.dataAt ? `, scanned ${verdict.dataAt}` : ''}`,
    ...verdict.judgeAgainAt ? [`Judge again at ${verdict.judgeAgainAt}`] : [],
    '',
    ...SHOWN.map((severity) => `${severity.padEnd(13)} ${String(counts[severity]).padStart(6)} ${'#'.repeat(bars[severity])}`.trimEnd()),
    ...section('Why', reasons, (reason) => reasonLines(reason, verdict)),
    ...section('Upgrade first', upgrades, (upgrade) => [upgradeWords(upgrade)]),
    ...section('Platforms', platforms, ({ platform, digest, status, scanStatus }) => [`${status} ${oneLine(platform ?? 'image')} ${digest} (${oneLine(scanStatus)})`]),
    ...section('Notices', notices, ({ message }) => [oneLine(message)]),
    ...section('Exceptions', exceptions, (use) => [exceptionWords(use)]),
    ...section('Found, and not in the way', tolerated, (finding) => [`${findingWords(finding)}: ${becauseWords(finding)}`]),
    '',
  ].join('\n');
}

function section<T>(title: string, entries: readonly T[], lines: (entry: T) => string[]): string[] {
  if (entries.length === 0) return [];
  const rest = entries.length - SHOWN_ENTRIES;
  return [
    '', `${title}:`,
    ...entries.slice(0, SHOWN_ENTRIES).flatMap(lines).map((line) => `  ${line}`),
    ...rest > 0 ? [`  and ${rest} more`] : [],
  ];
}

function reasonLines(reason: Reason, verdict: Verdict): string[] {
  const rules = reason.rules.length > 0 ? ` [${reason.rules.map(oneLine).join(', ')}]` : '';
  return [
    `${oneLine(reason.message)}${reason.kind === 'FINDING' ? '' : ` (${oneLine(reason.code)})`}${rules}${whereWords(reason, verdict)}`,
    `  -> ${oneLine(reason.remedy)}`,
  ];
}

function findingWords({ severity, id, packages }: JudgedFinding): string {
  return oneLine(`${severity} ${id} ${packages.map(({ name }) => name).join(', ')}`);
}
