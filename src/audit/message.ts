import type { SignalReport, SignalSummary } from './contract';

/** What people and machines are told of a signal. */
export function messageOf(report: SignalReport) {
  const { title, severity, sentence, time, region, account, eventId, runbook, runbookUrl, controls } = report;
  const { repository, imageTag, imageDigest, github } = report;
  const lines: [label: string, value: string | undefined][] = [
    ['Signal', `${title} (${severity})`],
    ['When', `${time} in ${region}, account ${account}`],
    ['Repository', repository],
    ['Image', [imageTag, imageDigest].filter(Boolean).join(', ')],
    ['GitHub run', github?.url],
    ['Event', eventId],
    ['Controls', controls.join(', ')],
  ];
  const table = lines.filter(([, value]) => value).map(([label, value]) => `${label.padEnd(11)} ${value}`);
  return {
    subject: subject(severity, title),
    text: [sentence, '', ...table, '', `What to do: ${runbook}`, runbookUrl].join('\n'),
    json: JSON.stringify(report),
  };
}

/** What stands for all that were not told of one by one. */
export function messageOfMany(many: SignalSummary) {
  const { title, severity, account, region, summary: { from, more }, runbook, runbookUrl } = many;
  const text = [
    `${more} more within five minutes from ${from} in ${region}, account ${account}: ${title}.`,
    '',
    'All of them are counted, recorded by CloudTrail, and told on the event bus.',
    '',
    `What to do: ${runbook}`,
    runbookUrl,
  ].join('\n');
  return {
    subject: subject(severity, `${more} more: ${title}`),
    text,
    json: JSON.stringify(many),
  };
}

function subject(severity: string, title: string): string {
  return `[${severity}] ${title}`;
}
