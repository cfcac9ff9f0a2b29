/**
 * Writes docs/runbook.md, the table of docs/audit.md and the drawing of the dashboard from what the audit itself says and
 * makes. Run by `npx projen docgen`; a test fails when a page is older than the code.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack, type aws_cloudwatch as cloudwatch, aws_iam as iam, aws_logs as logs } from 'aws-cdk-lib';
import { drawDashboard } from './draw-dashboard';
import { AuditSignal, AuditSource, EcrAuditTrail, SecureEcrRepository } from '../src';
import type { FieldCondition } from '../src/audit/contract';
import type { SignalMatch, Surroundings } from '../src/audit/signals/definition';

export const RUNBOOK = join(__dirname, 'runbook.md');
export const AUDIT = join(__dirname, 'audit.md');
export const DASHBOARD = join(__dirname, 'images', 'audit-dashboard.svg');

const DEPLOYER = 'the role that deploys';
const AROUND: Surroundings = {
  repositories: ['a repository'],
  pushers: { named: { roles: ['a pusher'], users: [] }, table: { '*': ['a pusher'] }, roleNames: ['a pusher'] },
  accounts: ['an account'],
  deployers: { named: { roles: [DEPLOYER], users: [] }, table: { '*': [DEPLOYER] } },
  keys: ['a key'],
};

const matchOf = (signal: AuditSignal) => signal._definition.match(AROUND)!;
const valuesOf = ({ conditions }: SignalMatch, name: string) => (conditions.find(({ field }) => field === name)?.is ?? []).map(String);

/** The calls that raise a signal, and what is left out. */
function raisedBy(signal: AuditSignal): string {
  const match = matchOf(signal);
  const [calls, services] = [valuesOf(match, 'eventName'), valuesOf(match, 'eventSource').map((source) => source.split('.')[0])];
  const what = `${calls.length > 0 ? calls.map((name) => `\`${name}\``).join(', ') : 'any call'} of ${services.join(', ') || 'any service'}`;
  const isDeployer = ({ isNot }: FieldCondition) => isNot?.includes(DEPLOYER);
  const often = signal.threshold > 1 ? `, ${signal.threshold} times within five minutes` : '';
  return `${what}${often}${match.lists?.some(isDeployer) ? ', unless by a role that deploys' : ''}`;
}

/** A filter counts what it can say; the handler what takes judging, as with pushers who were granted to one by one. */
function countedBy(signal: AuditSignal): string {
  const [named, granted] = [AROUND, { ...AROUND, pushers: { table: AROUND.pushers!.table } }]
    .map((around) => signal._definition.match(around)!.judgement ? 'handler' : 'filter');
  return named === granted ? named : `${named} (named pushers), ${granted} (granted ones)`;
}

export function runbook(): string {
  const headings = AuditSignal.all().map((signal) => [
    `## ${signal.id}`,
    '',
    `**${signal.title}.** Severity ${signal.severity}.`,
    '',
    `Raised by ${raisedBy(signal)}.${signal._definition.global ? ' In any Region that the trail records.' : ''}`,
    '',
    signal.runbook,
    '',
    `Asked for by ${signal.controls.join(', ')}.`,
    '',
  ].join('\n'));
  return readFileSync(RUNBOOK, 'utf8').replace(/(<!-- signals -->\n)[^]*?(<!-- end -->)/, (_all, begin, end) => `${begin}\n${headings.join('\n')}\n${end}`);
}

export function auditPage(): string {
  const rows = AuditSignal.all().map((signal) =>
    `| [\`${signal.id}\`](runbook.md#${signal.id.toLowerCase()}) | ${signal.title} | ${signal.severity} | ${countedBy(signal)} |`);
  const table = ['| signal | says | severity | counted by |', '|---|---|---|---|', ...rows].join('\n');
  return readFileSync(AUDIT, 'utf8').replace(/(<!-- signals -->\n)[^]*?(<!-- end -->)/, (_all, begin, end) => `${begin}\n${table}\n\n${end}`);
}

/** The body of a dashboard, as it is deployed. */
export function dashboardBody(): string {
  const stack = new Stack(new App(), 'Shop', { env: { account: '111111111111', region: 'eu-west-1' } });
  const repositories = ['shop/web', 'shop/base'].map((repositoryName) => new SecureEcrRepository(stack, repositoryName, { repositoryName }));
  const audit = new EcrAuditTrail(stack, 'Audit', {
    source: AuditSource.logGroup(logs.LogGroup.fromLogGroupName(stack, 'Log', 'trail')),
    repositories,
    pushers: [iam.Role.fromRoleName(stack, 'Ci', 'Ci')],
  });
  const body: unknown = stack.resolve((audit.dashboard!.node.defaultChild as cloudwatch.CfnDashboard).dashboardBody);
  const parts = (body as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1];
  return parts.map((part) => typeof part === 'string' ? part : nameOf(part as Record<string, string | string[]>)).join('');
}

/** An alarm is shown by its name, which CloudFormation makes of its id. */
function nameOf(reference: Record<string, string | string[]>): string {
  return [Object.values(reference)[0]].flat()[0];
}

if (require.main === module) {
  writeFileSync(RUNBOOK, runbook());
  writeFileSync(AUDIT, auditPage());
  writeFileSync(DASHBOARD, drawDashboard(dashboardBody()));
}
