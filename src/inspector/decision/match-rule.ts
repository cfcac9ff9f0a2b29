import type { Finding, PackageType, PolicyDocument, RuleDocument, VulnerablePackage } from '../contract';
import { isAtLeast, rated } from './severity';

const DAY_MS = 86_400_000;

/** Whether a finding counts for a rule, and if it does not yet, from when on. */
export type Match = { readonly counts: boolean; readonly graceUntil?: string };

/** Shared, because there may be many findings. */
const NO: Match = { counts: false };
const YES: Match = { counts: true };

/** More than a day ahead is no clock that runs fast, but nonsense. */
const MAX_SKEW_MS = DAY_MS;

export function matchRule(rule: RuleDocument, finding: Finding, policy: PolicyDocument, now: Date): Match {
  const severity = rated(finding.severity, policy);
  const missing = rule.missingData === 'COUNTS';
  if (rule.minSeverity && !isAtLeast(severity, rule.minSeverity)) return NO;
  if (rule.fixable && finding.fix === 'NO') return NO;
  if (rule.exploitAvailable && !(finding.exploitAvailable ?? missing)) return NO;
  if (rule.knownExploited && !(finding.knownExploited ?? missing)) return NO;
  if (rule.minEpss !== undefined && !reaches(finding.epss, rule.minEpss, missing)) return NO;
  if (rule.minInspectorScore !== undefined && !reaches(finding.score, rule.minInspectorScore, missing)) return NO;
  if (rule.packageTypes && !isOfType(finding.packages, rule.packageTypes, missing)) return NO;
  const graceDays = rule.graceDays?.[severity] ?? 0;
  if (graceDays === 0) return YES;
  return afterGrace(finding.knownSince, graceDays, missing, now);
}

function reaches(value: number | undefined, least: number, missing: boolean): boolean {
  return value === undefined ? missing : value >= least;
}

function isOfType(packages: readonly VulnerablePackage[], types: readonly PackageType[], missing: boolean): boolean {
  if (packages.length === 0) return missing;
  return packages.some(({ manager }) => manager === undefined ? missing : types.includes(manager === 'OS' ? 'OS' : 'LANGUAGE'));
}

function afterGrace(knownSince: string | undefined, days: number, missing: boolean, now: Date): Match {
  const since = knownSince === undefined ? NaN : Date.parse(knownSince);
  if (Number.isNaN(since) || since > now.getTime() + MAX_SKEW_MS) return missing ? YES : NO;
  const until = since + days * DAY_MS;
  return now.getTime() >= until ? YES : { counts: false, graceUntil: new Date(until).toISOString() };
}
