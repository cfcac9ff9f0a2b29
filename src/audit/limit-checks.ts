import { Stack, Token, aws_events as events, aws_logs as logs } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { LIMITS } from '../private/limits';
import { leastText } from '../private/policy-size';
import { Problems } from '../private/problems';
import { resourcesAround, rulesOnDefaultBus } from '../private/resources-around';
import { warn } from '../private/warn';

/** What would go beyond a limit of AWS together with everything else in the app; complete only at synthesis. */
export function limitProblems(audit: Construct, logGroup: logs.ILogGroup | undefined, rules: events.Rule[]): string[] {
  const problems = new Problems(audit.node.path);
  const { perLogGroup } = LIMITS.metricFilter;
  const onLogGroup = (type: string) => logGroup === undefined ? [] : resourcesAround(audit, type)
    .filter((filter) => same(filter, (filter as logs.CfnMetricFilter | logs.CfnSubscriptionFilter).logGroupName, logGroup.logGroupName));
  const filters = onLogGroup(logs.CfnMetricFilter.CFN_RESOURCE_TYPE_NAME);
  problems.unless(filters.length <= perLogGroup, {
    prop: 'signals',
    must: `leave at most ${perLogGroup} metric filters on the log group`,
    got: filters.length,
    remedy: 'leave signals out, or take filters off the log group: CloudWatch Logs raises this limit for nobody',
    code: 'auditMetricFilters',
  });
  const subscriptions = onLogGroup(logs.CfnSubscriptionFilter.CFN_RESOURCE_TYPE_NAME);
  problems.unless(subscriptions.length <= LIMITS.subscriptionFiltersPerLogGroup, {
    prop: 'signals',
    must: `leave at most ${LIMITS.subscriptionFiltersPerLogGroup} subscription filters on the log group`,
    got: subscriptions.length,
    remedy: 'leave out the signals of IAM and of the root user, which need one, or take another filter off the log group',
    code: 'auditSubscriptionFilters',
  });
  const { rulesPerBus, targetsPerRule, templateCharacters } = LIMITS.events;
  const onBus = rulesOnDefaultBus(audit);
  if (onBus.length > rulesPerBus) {
    // No error, because the quota can be raised.
    warn(audit, {
      code: 'auditRules',
      message: `${onBus.length} rules are on the default event bus, which has room for ${rulesPerBus} until the quota "Number of rules" is raised: leave signals out, or move other rules to another bus`,
    });
  }
  for (const rule of rules) {
    const targets: events.CfnRule.TargetProperty[] = Stack.of(audit).resolve((rule.node.defaultChild as events.CfnRule).targets) ?? [];
    problems.unless(targets.length <= targetsPerRule, {
      prop: rule.node.id,
      must: `have at most ${targetsPerRule} targets`,
      got: targets.length,
      remedy: 'use onSignal, which makes a rule of its own',
      code: 'auditRuleTargets',
    });
    const longest = Math.max(0, ...targets.map(({ inputTransformer }) => templateLength(inputTransformer)));
    problems.unless(longest <= templateCharacters, {
      prop: rule.node.id,
      must: `be judged by what fits into ${templateCharacters} characters`,
      got: longest,
      remedy: 'leave repositories out to watch all of them, or name pushers by patterns',
      code: 'auditRuleTemplate',
    });
  }
  return problems.messages();
}

function templateLength(transformer: unknown): number {
  const { inputTemplate } = transformer as { inputTemplate?: unknown } ?? {};
  return inputTemplate === undefined ? 0 : leastText(inputTemplate).length;
}

function same(scope: Construct, one: string, other: string): boolean {
  const stack = Stack.of(scope);
  return !Token.isUnresolved(one) && !Token.isUnresolved(other) ? one === other
    : JSON.stringify(stack.resolve(one)) === JSON.stringify(stack.resolve(other));
}
