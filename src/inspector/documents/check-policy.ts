import type { Problem } from '../../private/problems';
import { PACKAGE_TYPES, type PolicyDocument, SEVERITIES } from '../contract';
import { Checks } from './checks';

/** What a policy is where its JSON says nothing. */
export const POLICY_DEFAULTS: Omit<PolicyDocument, 'version' | 'name' | 'rules'> = {
  untriagedAs: 'CRITICAL',
  suppressed: 'IGNORE',
  closed: 'IGNORE',
  endOfLife: 'REPORT',
  onUnscannable: 'REJECT',
  settleSeconds: 120,
  expiryNoticeDays: 14,
};

/** What is in a rule where its JSON says nothing. */
export const RULE_DEFAULTS = { max: 0, missingData: 'COUNTS' } as const;

const POLICY_KEYS = ['$schema', 'version', 'name', 'rules', ...Object.keys(POLICY_DEFAULTS)];
const RULE_KEYS = [
  'name', 'max', 'minSeverity', 'fixable', 'exploitAvailable', 'knownExploited', 'minEpss', 'minInspectorScore', 'packageTypes', 'graceDays', 'missingData',
];
const MAX_RULES = 50;
const MAX_COUNT = 1_000_000;
const MAX_DAYS = 3_650;
const MAX_SECONDS = 86_400;

/**
 * Everything that is wrong with the JSON of a policy, whoever wrote it.
 *
 * @param isKnown whether a value can be judged now: at synthesis some are known only at deployment
 */
export function checkPolicy(input: unknown, isKnown: (value: unknown) => boolean = () => true): Problem[] {
  const checks = new Checks(isKnown, 'findingPolicy');
  const policy = checks.object('policy', input, POLICY_KEYS);
  if (policy) {
    checks.oneOf('version', policy.version, [1], 'use a version of cdk-secure-ecr that knows it');
    checks.text('name', policy.name, 100);
    checks.oneOf('untriagedAs', policy.untriagedAs, [undefined, ...SEVERITIES]);
    checks.oneOf('suppressed', policy.suppressed, [undefined, 'IGNORE', 'COUNT']);
    checks.oneOf('closed', policy.closed, [undefined, 'IGNORE', 'COUNT']);
    checks.oneOf('endOfLife', policy.endOfLife, [undefined, 'REPORT', 'REJECT']);
    checks.oneOf('onUnscannable', policy.onUnscannable, [undefined, 'REJECT', 'APPROVE']);
    checks.integer('settleSeconds', policy.settleSeconds, MAX_SECONDS);
    checks.integer('expiryNoticeDays', policy.expiryNoticeDays, MAX_DAYS);
    checkRules(policy.rules, checks);
  }
  return checks.problems;
}

function checkRules(rules: unknown, checks: Checks): void {
  if (!Array.isArray(rules) || rules.length === 0 || rules.length > MAX_RULES) {
    checks.add('rules', `be a list of 1 to ${MAX_RULES} rules`, rules, 'a policy without a rule would approve whatever is scanned', 'findingPolicyRules');
    return;
  }
  rules.forEach((rule, index) => checkRule(`rules[${index}]`, rule, checks));
  const names = rules.map((rule) => rule?.name);
  const again = names.find((name, index) => typeof name === 'string' && names.indexOf(name) !== index);
  if (again !== undefined) checks.add('rules', 'have a name of their own each', again, 'verdicts name the rule that is broken: rename one', 'findingPolicyNames');
}

/** @param at begins the names of members in what is wrong; empty for a rule alone */
export function checkRule(at: string, input: unknown, checks: Checks): void {
  const rule = checks.object(at || 'rule', input, RULE_KEYS);
  if (!rule) return;
  const named = (name: string) => at ? `${at}.${name}` : name;
  checks.text(named('name'), rule.name, 100);
  checks.integer(named('max'), rule.max, MAX_COUNT);
  checks.oneOf(named('minSeverity'), rule.minSeverity, [undefined, ...SEVERITIES]);
  for (const flag of ['fixable', 'exploitAvailable', 'knownExploited']) {
    checks.oneOf(named(flag), rule[flag], [undefined, true], 'leave it out if it does not matter');
  }
  checks.number(named('minEpss'), rule.minEpss, 1);
  checks.number(named('minInspectorScore'), rule.minInspectorScore, 10);
  checks.oneOf(named('missingData'), rule.missingData, [undefined, 'COUNTS', 'IGNORED']);
  if (rule.packageTypes !== undefined) {
    const fine = Array.isArray(rule.packageTypes) && rule.packageTypes.length > 0 && rule.packageTypes.every((type) => PACKAGE_TYPES.includes(type));
    if (!fine) checks.add(named('packageTypes'), `list ${PACKAGE_TYPES.join(' or ')}`, rule.packageTypes, 'leave it out for both', 'findingPolicyValue');
  }
  if (rule.graceDays === undefined) return;
  const grace = checks.object(named('graceDays'), rule.graceDays, SEVERITIES);
  for (const [severity, days] of Object.entries(grace ?? {})) checks.integer(named(`graceDays.${severity}`), days, MAX_DAYS);
}

/** The policy with its defaults; undefined members are left out, so that it is the same as its JSON. */
export function completePolicy(policy: Pick<PolicyDocument, 'version' | 'name' | 'rules'> & Partial<PolicyDocument>): PolicyDocument {
  const rules = policy.rules.map((rule) => ({ ...RULE_DEFAULTS, ...withoutUndefined(rule) }));
  return { ...POLICY_DEFAULTS, ...withoutUndefined(policy), rules };
}

export function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
