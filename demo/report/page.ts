import { chartPicture } from './chart';
import { accessPicture, tablePicture, timePicture } from './pictures';
import { type Report, type Section, resultsOf, verdict } from './report';
import { STYLE } from './style';
import { type Markup, html } from '../../src/inspector/report/markup';
import type { CheckResult } from '../checks/check';

/** The result as one page that needs nothing else: no script, no font, no picture from anywhere. */
export function renderPage(report: Report): string {
  const notProven = report.sections.flatMap(({ notProven: texts }) => texts);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>cdk-secure-ecr demo: ${report.ok ? 'as expected' : 'differs'}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>cdk-secure-ecr demo</h1>
<p class="verdict ${report.ok ? 'good' : 'bad'}">${verdict(report)}</p>
<p class="quiet">A platform team's app, deployed to an AWS on one machine, tried out and taken down again in ${report.seconds.toFixed(1)} seconds. ${report.startedAt.replace('T', ' ').slice(0, 16)} UTC.</p>
</header>
<main>
${differences(report)}
<section><h2>Who may do what</h2><div class="pictures">${report.access.map(accessPicture)}</div></section>
${report.sections.map(renderSection)}
<section><h2>How long it took</h2>${timePicture(report)}</section>
<section><h2>Not proven here</h2><ul>${notProven.map((text) => html`<li>${text}</li>`)}</ul></section>
</main>
</body>
</html>
`.text;
}

/** First of all, what nobody expected. */
function differences(report: Report): Markup | undefined {
  const wrong = resultsOf(report).filter(({ ok }) => !ok);
  if (wrong.length === 0) return undefined;
  return html`<section><h2>What differs</h2><ul>${wrong.map(({ id, tried, expected, seen }) =>
    html`<li><a href="#${id}">${tried}</a>: expected “${expected}”, seen “${seen}”</li>`)}</ul></section>`;
}

function renderSection({ title, results, charts, pictures, documents = [] }: Section): Markup {
  const shown = [...charts.map(chartPicture), ...pictures.map(tablePicture)];
  return html`<section>
<h2>${title}</h2>
${shown.length > 0 ? html`<div class="pictures">${shown}</div>` : undefined}
${documents.length > 0 ? html`<ul>${documents.map((one) => html`<li><a href="${one.file}">${one.title}</a></li>`)}</ul>` : undefined}
<div class="wide"><table class="results">
<thead><tr><th scope="col">Tried</th><th scope="col">Expected</th><th scope="col">Seen</th><th scope="col">As expected</th></tr></thead>
<tbody>${results.map(renderResult)}</tbody>
</table></div>
</section>`;
}

function renderResult({ id, tried, expected, seen, detail, ok }: CheckResult): Markup {
  const words = detail ? html`<details><summary>${seen}</summary><p>${detail}</p></details>` : html`${seen}`;
  return html`<tr id="${id}" class="${ok ? 'good' : 'bad'}">
<th scope="row">${tried}</th><td>${expected}</td><td>${words}</td><td class="mark">${ok ? '✓ yes' : '✗ no'}</td>
</tr>`;
}
