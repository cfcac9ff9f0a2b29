import { type Duration, Token } from 'aws-cdk-lib';
import { type PolicyDocument, type RuleDocument, SEVERITIES } from './contract';
import { POLICY_DEFAULTS, checkPolicy, completePolicy } from './documents/check-policy';
import { explainPolicy } from './documents/explain-policy';
import { canonical, fingerprint } from './documents/fingerprint';
import { DocumentError, readPolicy } from './documents/read-documents';
import { FindingRule, FindingSeverity } from './finding-rule';
import { Problems } from '../private/problems';
import { isKnown } from '../private/tokens';
import type { Warning } from '../private/warn';

/** What goes for all rules of a policy. */
export interface FindingPolicyOptions {
  /**
   * What a finding is taken for that nobody has rated yet (UNTRIAGED, or UNDEFINED in basic scanning).
   *
   * @default FindingSeverity.CRITICAL
   */
  readonly untriagedAs?: FindingSeverity;

  /**
   * Findings that a suppression rule of Amazon Inspector hides are judged too: then whoever may write such rules cannot
   * open the gate by one. Without it they are left out and named in the verdict.
   *
   * @default false
   */
  readonly countSuppressed?: boolean;

  /**
   * Findings that Amazon Inspector has closed are judged too. It closes what is mended, but also what it no longer scans.
   *
   * @default false
   */
  readonly countClosed?: boolean;

  /**
   * Rejects images whose operating system its vendor no longer supports. Without it they are named in the verdict.
   *
   * The operating system is known from findings only, and Amazon Inspector stops finding anything twelve months after the
   * end of support: an image that old can be clean of findings.
   *
   * @see https://docs.aws.amazon.com/inspector/latest/user/supported.html#formerly-supported-os
   * @default false
   */
  readonly rejectEndOfLife?: boolean;

  /**
   * Approves what no scanner can judge: unsupported operating systems, images that are too large, archived, no longer
   * scanned, or that Amazon Inspector may not read. Raises the warning `cdk-secure-ecr:imagesApprovedUnscanned`.
   *
   * What could not be read is never approved: an index of which a part is missing, findings that the service counts and does
   * not give, a status that is not known here. Nor is what is no image.
   *
   * @default false
   */
  readonly dangerouslyApproveUnscannable?: boolean;

  /**
   * How long after a scan findings may still appear: so long nothing is approved. In whole seconds, up to a day.
   *
   * A service reports a scan as complete before all of its findings can be read.
   *
   * @default Duration.minutes(2)
   */
  readonly settleTime?: Duration;

  /**
   * How long before it expires an exception is reported, in whole days.
   *
   * @default Duration.days(14)
   */
  readonly expiryNotice?: Duration;
}

/** How many findings an image may have, each platform by itself. Each number is about its severity and all worse ones. */
export interface FindingLimits {
  /**
   * Critical findings.
   *
   * @default - none, as soon as a milder severity has a number
   */
  readonly critical?: number;
  /**
   * High findings and worse ones.
   *
   * @default - as many as of the next milder severity that has a number
   */
  readonly high?: number;
  /**
   * Medium findings and worse ones.
   *
   * @default - as many as of the next milder severity that has a number
   */
  readonly medium?: number;
  /**
   * Low findings and worse ones.
   *
   * @default - as many as of the next milder severity that has a number
   */
  readonly low?: number;
  /**
   * Findings of any severity.
   *
   * @default - any number
   */
  readonly informational?: number;
  /**
   * Counts findings with a fix only.
   *
   * @default false
   */
  readonly fixable?: boolean;
}

/**
 * What findings an image may have and still be deployed.
 *
 * It is the same for the constructs, for the code that they run and for the command: `toJson()` is what
 * `schema/finding-policy-v1.json` of this package describes.
 *
 * A severity always means itself and everything worse. What is not known counts: findings without a rating, fixes that a
 * scanner does not tell of.
 *
 * @example
 * const policy = FindingPolicy.combine('ours', FindingPolicy.exploited(), FindingPolicy.atMost({ critical: 0, high: 3 }));
 */
export class FindingPolicy {
  /**
   * The default: no critical and no high finding with a fix, and nothing that is known to be exploited or that there is an
   * exploit for, with a fix or without. Other findings without a fix are listed and counted, and do not stop an image.
   */
  public static standard(options: FindingPolicyOptions = {}): FindingPolicy {
    const rules = [FindingRule.fixable(FindingSeverity.HIGH), FindingRule.knownExploited(), FindingRule.exploitAvailable()];
    return FindingPolicy.of('standard', rules, options);
  }

  /**
   * For what faces the world: no critical and no high finding, with a fix or without. No medium one with a fix; nothing
   * exploited; suppressed findings count; the operating system is supported.
   */
  public static strict(options: FindingPolicyOptions = {}): FindingPolicy {
    const rules = [
      FindingRule.severity(FindingSeverity.HIGH), FindingRule.fixable(FindingSeverity.MEDIUM),
      FindingRule.knownExploited(), FindingRule.exploitAvailable(),
    ];
    const { countSuppressed = true, rejectEndOfLife = true } = options; // what is given as undefined is not given
    return FindingPolicy.of('strict', rules, { ...options, countSuppressed, rejectEndOfLife });
  }

  /** To begin with, where images have many findings: nothing that is exploited or has an exploit. All else is reported. */
  public static exploited(options: FindingPolicyOptions = {}): FindingPolicy {
    return FindingPolicy.of('exploited', [FindingRule.knownExploited(), FindingRule.exploitAvailable()], options);
  }

  /**
   * At most so many findings of each severity or worse. `{ high: 3 }` allows three high ones and no critical one;
   * `{ high: 0 }` means no critical one either.
   */
  public static atMost(limits: FindingLimits, options: FindingPolicyOptions = {}): FindingPolicy {
    const problems = new Problems('FindingPolicy.atMost');
    const rules: FindingRule[] = [];
    let milder: number | undefined;
    for (const severity of SEVERITIES) {
      const name = severity.toLowerCase() as 'critical' | 'high' | 'medium' | 'low' | 'informational';
      const max = limits[name] ?? (severity === 'CRITICAL' && milder !== undefined && milder !== 0 ? 0 : undefined);
      if (max === undefined) continue;
      problems.unless(milder === undefined || Token.isUnresolved(max) || Token.isUnresolved(milder) || max <= milder, {
        prop: name,
        must: `be at most ${milder}, the limit of the next milder severity, which counts worse ones too`,
        got: max,
        remedy: 'lower it, or raise the other',
        code: 'findingPolicyLimits',
      });
      rules.push(FindingRule.of(`at-most-${limits.fixable ? 'fixable-' : ''}${name}`, { minSeverity: severity as FindingSeverity, max, fixable: limits.fixable }));
      milder = max;
    }
    problems.unless(rules.length > 0, {
      prop: 'limits', must: 'limit a severity', got: limits, remedy: 'say how many, as in { high: 0 }', code: 'findingPolicyLimits',
    });
    problems.throwIfAny();
    return FindingPolicy.of('at-most', rules, options);
  }

  /**
   * Rules of your own: an image that breaks one of them is rejected.
   *
   * @param name 1 to 100 characters, which stand in every verdict
   * @param rules 1 to 50, each with a name of its own
   */
  public static of(name: string, rules: FindingRule[], options: FindingPolicyOptions = {}): FindingPolicy {
    return FindingPolicy.make('FindingPolicy.of', name, rules.map((rule) => rule._render()), {
      untriagedAs: options.untriagedAs ?? POLICY_DEFAULTS.untriagedAs,
      suppressed: options.countSuppressed ? 'COUNT' : 'IGNORE',
      closed: options.countClosed ? 'COUNT' : 'IGNORE',
      endOfLife: options.rejectEndOfLife ? 'REJECT' : 'REPORT',
      onUnscannable: options.dangerouslyApproveUnscannable ? 'APPROVE' : 'REJECT',
      settleSeconds: options.settleTime?.toSeconds({ integral: false }) ?? POLICY_DEFAULTS.settleSeconds,
      expiryNoticeDays: options.expiryNotice?.toDays({ integral: false }) ?? POLICY_DEFAULTS.expiryNoticeDays,
    });
  }

  /**
   * What all of these policies let through: the rules of all, and of each option the stricter choice.
   *
   * @param name 1 to 100 characters, which stand in every verdict
   */
  public static combine(name: string, ...policies: FindingPolicy[]): FindingPolicy {
    const documents = policies.map(({ document }) => document);
    const rules = new Map(documents.flatMap((each) => each.rules).map((rule) => [canonical(rule), rule]));
    const any = <T>(is: (document: PolicyDocument) => boolean, strict: T, lax: T) => documents.some(is) ? strict : lax;
    return FindingPolicy.make('FindingPolicy.combine', name, [...rules.values()], {
      untriagedAs: [...SEVERITIES].reverse().find((severity) => documents.some(({ untriagedAs }) => untriagedAs === severity)) ?? 'CRITICAL',
      suppressed: any(({ suppressed }) => suppressed === 'COUNT', 'COUNT', 'IGNORE'),
      closed: any(({ closed }) => closed === 'COUNT', 'COUNT', 'IGNORE'),
      endOfLife: any(({ endOfLife }) => endOfLife === 'REJECT', 'REJECT', 'REPORT'),
      onUnscannable: any(({ onUnscannable }) => onUnscannable === 'REJECT', 'REJECT', 'APPROVE'),
      settleSeconds: Math.max(...documents.map(({ settleSeconds }) => settleSeconds), 0),
      expiryNoticeDays: Math.max(...documents.map(({ expiryNoticeDays }) => expiryNoticeDays), 0),
    });
  }

  /**
   * A policy that you have as JSON. What it does not say has the defaults of `FindingPolicyOptions`.
   *
   * @param text the JSON itself, such as a file you read
   */
  public static fromJson(text: string): FindingPolicy {
    const problems = new Problems('FindingPolicy.fromJson');
    problems.unless(!Token.isUnresolved(text), {
      prop: 'text', must: 'be known at synthesis', got: text, remedy: 'pass the text itself, such as a file you read', code: 'findingPolicyForm',
    });
    problems.throwIfAny();
    try {
      return new FindingPolicy(readPolicy(text));
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      error.problems.forEach((problem) => problems.add(problem));
      problems.throwIfAny();
      throw error;
    }
  }

  private static make(
    owner: string, name: string, rules: RuleDocument[], options: Omit<PolicyDocument, 'version' | 'name' | 'rules'>,
  ): FindingPolicy {
    const document = completePolicy({ version: 1, name, rules, ...options });
    const problems = new Problems(owner);
    checkPolicy(document, (value) => !Token.isUnresolved(value)).forEach((problem) => problems.add(problem));
    problems.throwIfAny();
    return new FindingPolicy(document);
  }

  private constructor(private readonly document: PolicyDocument) {}

  /** The policy as `schema/finding-policy-v1.json` describes it. Fails when a value is known only at deployment. */
  public toJson(): string {
    this.mustBeKnown('toJson');
    return JSON.stringify(this.document);
  }

  /** In words what is rejected, a sentence for each rule. Fails when a value is known only at deployment. */
  public explain(): string {
    this.mustBeKnown('explain');
    return explainPolicy(this.document).join('\n');
  }

  /** What tells this policy from any other. It stands in every verdict. Fails when a value is known only at deployment. */
  public fingerprint(): string {
    this.mustBeKnown('fingerprint');
    return fingerprint(this.document);
  }

  /** @internal */
  public _render(): PolicyDocument {
    return this.document;
  }

  /**
   * The warnings that go with this policy, where it is weaker than the default.
   *
   * @internal
   */
  public _warnings(): Warning[] {
    return this.document.onUnscannable === 'REJECT' ? [] : [{
      code: 'imagesApprovedUnscanned',
      message: 'images that no scanner can judge are approved: an attacker who makes an image unscannable passes',
    }];
  }

  private mustBeKnown(method: string): void {
    const problems = new Problems(`FindingPolicy.${method}`);
    problems.unless(isKnown(this.document), {
      prop: 'policy', must: 'hold known values only', got: 'a value known only at deployment', remedy: 'use numbers and strings', code: 'findingPolicyUnknown',
    });
    problems.throwIfAny();
  }
}
