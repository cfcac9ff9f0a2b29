import type { JudgedFinding, Reason, Verdict } from '../contract';
import { SHOWN, barLengths } from './chart';
import { Markup, html } from './markup';
import { STYLE } from './style';
import { becauseWords, headline, oneLine, upgradeWords, whereWords } from './wording';

/** A page of more is not read, and slow. */
const SHOWN_ENTRIES = 500;
const BAR = 400;

const MARK: Record<Verdict['status'], string> = { APPROVED: '✓', PENDING: '…', REJECTED: '✗' };

/** The verdict as one page that needs nothing else: no script, no font, no picture from anywhere. */
export function renderHtml(verdict: Verdict): string {
  const { status, reasons, upgrades, tolerated, notices, exceptions, platforms, artifacts, policy, judgedAt, dataAt, judgeAgainAt } = verdict;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${status}: ${oneLine(verdict.image.repository)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${oneLine(verdict.image.repository)}</h1>
<p class="verdict ${status}"><span aria-hidden="true">${MARK[status]} </span>${headline(verdict)}</p>
<p class="quiet">Policy ${oneLine(policy.name)} (${policy.fingerprint}), judged ${judgedAt}${dataAt ? `, scanned ${dataAt}` : ''}.${judgeAgainAt ? ` Judge again at ${judgeAgainAt}.` : ''}</p>
</header>
<main>
<section><h2>Findings by severity</h2>${chart(verdict)}</section>
${table('Why', ['Reason', 'What to do', 'Rule', 'Images'], reasons, (reason) => reasonCells(reason, verdict))}
${upgrades.length > 0 ? html`<section><h2>Upgrade first</h2><ol>${upgrades.slice(0, SHOWN_ENTRIES).map((upgrade) => html`<li>${upgradeWords(upgrade)}</li>`)}</ol></section>` : undefined}
${table('Platforms', ['Platform', 'Verdict', 'Scan', 'Scanned', 'Digest'], platforms,
  ({ platform, status: one, scanStatus, scannedAt, digest }) => [platform ?? 'image', `${MARK[one]} ${one}`, scanStatus, scannedAt ?? '', digest])}
${notices.length > 0 ? html`<section><h2>Notices</h2><ul>${notices.map(({ message }) => html`<li>${oneLine(message)}</li>`)}</ul></section>` : undefined}
${table('Exceptions', ['Vulnerability', 'State', 'Owner', 'Reason', 'Expires'], exceptions, ({ exception, state, nearExpiry }) => [
  exception.vulnerability, nearExpiry ? `${state}, about to expire` : state, exception.owner, exception.reason,
  exception.expires ?? 'with a fix',
])}
${table('Found, and not in the way', ['Finding', 'Severity', 'Packages', 'Fix', 'Because'], tolerated, findingCells)}
${table('Not judged: nothing runs them', ['Digest', 'Kind'], artifacts, ({ digest, kind }) => [digest, kind])}
</main>
</body>
</html>
`.text;
}

/** A bar for each severity; the numbers stand beside them, so that neither colour nor length is needed to read it. */
function chart({ counts }: Verdict): Markup {
  const bars = barLengths(counts, BAR);
  const words = SHOWN.map((severity) => `${severity.toLowerCase()} ${counts[severity]}`).join(', ');
  return html`<svg viewBox="0 0 640 ${SHOWN.length * 28}" role="img" aria-label="Active findings: ${words}">${SHOWN.map((severity, index) => html`
<text x="0" y="${index * 28 + 18}">${severity}</text>
<rect class="${severity}" x="150" y="${index * 28 + 4}" width="${bars[severity]}" height="18" rx="2"></rect>
<text class="number" x="${158 + bars[severity]}" y="${index * 28 + 18}">${counts[severity]}</text>`)}
</svg>`;
}

function reasonCells(reason: Reason, verdict: Verdict): Array<string | Markup> {
  const title = reason.finding?.title;
  const message = `${reason.message}${reason.kind === 'FINDING' ? '' : ` (${reason.code})`}${whereWords(reason, verdict)}`;
  return [
    title === undefined ? message : html`<details><summary>${oneLine(message)}</summary><p>${oneLine(title)}</p>${link(reason.finding?.url)}</details>`,
    reason.remedy, reason.rules.join(', '), String(reason.images.length),
  ];
}

/** Only https leaves the page: an address may as well be a script. */
function link(url: string | undefined): Markup | undefined {
  if (url === undefined || !URL.canParse(url) || new URL(url).protocol !== 'https:') return undefined;
  return html`<p><a href="${new URL(url).href}" rel="noopener noreferrer nofollow">${oneLine(url)}</a></p>`;
}

function findingCells(finding: JudgedFinding): string[] {
  const { id, severity, packages, fix } = finding;
  return [id, severity, packages.map(({ name }) => name).join(', '), fix, becauseWords(finding)];
}

function table<T>(title: string, columns: string[], entries: readonly T[], cells: (entry: T) => Array<string | Markup>): Markup | undefined {
  if (entries.length === 0) return undefined;
  const rest = entries.length - SHOWN_ENTRIES;
  return html`<section><h2>${title}</h2><div class="wide" tabindex="0" role="region" aria-label="${title}"><table>
<thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${entries.slice(0, SHOWN_ENTRIES).map((entry) => {
  const [first, ...others] = cells(entry).map((cell) => typeof cell === 'string' ? oneLine(cell) : cell);
  return html`<tr><th scope="row">${first}</th>${others.map((cell) => html`<td>${cell}</td>`)}</tr>
`;
})}</tbody>
</table></div>${rest > 0 ? html`<p class="quiet">and ${rest} more</p>` : undefined}</section>`;
}
