import type { PolicyDocument, RuleDocument } from '../contract';

/** What a policy rejects, a sentence for each rule and for each choice beside them. */
export function explainPolicy(policy: PolicyDocument): string[] {
  const { name, rules, untriagedAs, suppressed, closed, endOfLife, onUnscannable, settleSeconds } = policy;
  return [
    `Policy ${name} rejects an image`,
    ...rules.map((rule) => `- with ${explainRule(rule)} (${rule.name})`),
    ...endOfLife === 'REJECT' ? ['- whose operating system its vendor no longer supports'] : [],
    ...onUnscannable === 'REJECT' ? ['- that cannot be scanned'] : [],
    `A finding that nobody has rated is taken for ${untriagedAs.toLowerCase()}.`,
    `Suppressed findings ${suppressed === 'COUNT' ? 'count' : 'do not count'}, closed ones ${closed === 'COUNT' ? 'count' : 'do not'}.`,
    ...onUnscannable === 'APPROVE' ? ['An image that cannot be scanned is approved.'] : [],
    `Nothing is approved within ${settleSeconds} seconds of a scan.`,
  ];
}

export function explainRule(rule: RuleDocument): string {
  const { max, minSeverity, fixable, exploitAvailable, knownExploited, minEpss, minInspectorScore, packageTypes, graceDays, missingData } = rule;
  const that = [
    fixable && 'has a fix',
    exploitAvailable && 'has an exploit',
    knownExploited && 'is known to be exploited',
    minEpss !== undefined && `has an EPSS of ${minEpss} or more`,
    minInspectorScore !== undefined && `has a score of ${minInspectorScore} or more`,
    packageTypes && `is in ${packageTypes.map((type) => type === 'OS' ? 'an operating system package' : 'a language package').join(' or ')}`,
    graceDays && `has been known for ${Object.entries(graceDays).map(([severity, days]) => `${days} days (${severity.toLowerCase()})`).join(', ')}`,
  ].filter((condition) => typeof condition === 'string');
  const severity = minSeverity === undefined ? '' : minSeverity === 'CRITICAL' ? ' critical' : ` ${minSeverity.toLowerCase()} or worse`;
  const many = max === 0 ? 'any' : `more than ${max}`;
  const unknown = missingData === 'IGNORED' && that.length > 0 ? ', as far as that is known' : '';
  return `${many}${severity} finding${max === 0 ? '' : 's'}${that.length > 0 ? ` that ${that.join(' and ')}` : ''}${unknown}`;
}
