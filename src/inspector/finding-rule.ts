import { type Duration, Token } from 'aws-cdk-lib';
import type { PackageType, RatedSeverity, RuleDocument } from './contract';
import { RULE_DEFAULTS, checkRule, withoutUndefined } from './documents/check-policy';
import { Checks } from './documents/checks';
import { Problems } from '../private/problems';

/**
 * How bad a finding is, in the words of Amazon Inspector. A finding that nobody has rated yet (UNTRIAGED) is taken for what
 * the policy says.
 *
 * @see https://docs.aws.amazon.com/inspector/latest/user/findings-understanding-severity.html
 */
export enum FindingSeverity {
  /** CVSS score 0. */
  INFORMATIONAL = 'INFORMATIONAL',
  /** CVSS score 0.1 to 3.9. */
  LOW = 'LOW',
  /** CVSS score 4.0 to 6.9. */
  MEDIUM = 'MEDIUM',
  /** CVSS score 7.0 to 8.9. */
  HIGH = 'HIGH',
  /** CVSS score 9.0 and more. */
  CRITICAL = 'CRITICAL',
}

/** Where a vulnerable package comes from. */
export enum FindingPackageType {
  /** The package manager of the operating system: what the base image brings, mostly. */
  OS = 'OS',
  /** Any other, such as npm, pip, Maven or Go modules: what the application brings. */
  LANGUAGE = 'LANGUAGE',
}

/**
 * For how long a vulnerability may be in an image before it counts, by its severity: in whole days, up to ten years.
 *
 * It begins when the vulnerability was published, or first found in the image if that was earlier: an image that is built
 * anew every day gets no new grace.
 */
export interface FindingGrace {
  /**
   * For critical findings.
   *
   * @default - none
   */
  readonly critical?: Duration;
  /**
   * For high findings.
   *
   * @default - none
   */
  readonly high?: Duration;
  /**
   * For medium findings.
   *
   * @default - none
   */
  readonly medium?: Duration;
  /**
   * For low findings.
   *
   * @default - none
   */
  readonly low?: Duration;
  /**
   * For informational findings.
   *
   * @default - none
   */
  readonly informational?: Duration;
}

/** What a finding must be to count for a rule: all that is said here. */
export interface FindingConditions {
  /**
   * How many such findings an image may have, each platform by itself: up to a million.
   *
   * @default 0
   */
  readonly max?: number;

  /**
   * This severity or a worse one: HIGH means high and critical.
   *
   * @default - any severity
   */
  readonly minSeverity?: FindingSeverity;

  /**
   * There is a fix for one of its packages at least. Basic scanning does not tell, and there every finding is taken for
   * fixable.
   *
   * @default false - with a fix or without
   */
  readonly fixable?: boolean;

  /**
   * An exploit is publicly available.
   *
   * @default false - with an exploit or without
   */
  readonly exploitAvailable?: boolean;

  /**
   * It is in the catalog of known exploited vulnerabilities of CISA (KEV).
   *
   * Costs a call of `inspector2:BatchGetFindingDetails` for every ten vulnerabilities of an image.
   *
   * @default false - known or not
   */
  readonly knownExploited?: boolean;

  /**
   * The probability of its being exploited in the next 30 days (EPSS) is so high or higher, 0 to 1.
   *
   * @default - any
   */
  readonly minEpss?: number;

  /**
   * The score of Amazon Inspector is so high or higher, 0 to 10. For basic scanning, the CVSS score.
   *
   * @default - any
   */
  readonly minInspectorScore?: number;

  /**
   * One of its packages is of the operating system, or of a language.
   *
   * @default - from anywhere
   */
  readonly packageType?: FindingPackageType;

  /**
   * It has been known for longer than this, by its severity.
   *
   * @default - it counts at once
   */
  readonly grace?: FindingGrace;

  /**
   * A finding on which there is no data (no EPSS, no age, no exploit told) is left out. Meant for rules that ask for
   * evidence, such as an exploit: basic scanning tells of none. A fix nobody knows of is taken for there either way.
   *
   * @default false - what is not known counts
   */
  readonly ignoreMissingData?: boolean;
}

/**
 * One thing that an image must not have. A verdict names the rules that are broken, so a name is for its readers.
 *
 * @example
 * FindingPolicy.of('payments', [
 *   FindingRule.knownExploited(),
 *   FindingRule.of('likely', { minEpss: 0.1, ignoreMissingData: true }),
 * ]);
 */
export class FindingRule {
  /**
   * Findings of a severity or worse, with a fix: what an upgrade mends.
   */
  public static fixable(minSeverity: FindingSeverity): FindingRule {
    return FindingRule.of(`fixable-${String(minSeverity).toLowerCase()}`, { minSeverity, fixable: true });
  }

  /** Findings of a severity or worse, with a fix or without. */
  public static severity(minSeverity: FindingSeverity): FindingRule {
    return FindingRule.of(String(minSeverity).toLowerCase(), { minSeverity });
  }

  /** Whatever CISA knows to be exploited, of any severity, with a fix or without. */
  public static knownExploited(): FindingRule {
    return FindingRule.of('known-exploited', { knownExploited: true, ignoreMissingData: true });
  }

  /** Whatever there is an exploit for, of any severity, with a fix or without. */
  public static exploitAvailable(): FindingRule {
    return FindingRule.of('exploit-available', { exploitAvailable: true, ignoreMissingData: true });
  }

  /**
   * A rule of your own.
   *
   * @param name 1 to 100 characters that no other rule of the policy has
   */
  public static of(name: string, conditions: FindingConditions): FindingRule {
    const { ignoreMissingData, packageType, grace, ...rest } = conditions;
    const document = withoutUndefined({
      ...rest,
      name,
      // What need not hold is no condition.
      fixable: rest.fixable || undefined,
      exploitAvailable: rest.exploitAvailable || undefined,
      knownExploited: rest.knownExploited || undefined,
      max: rest.max ?? RULE_DEFAULTS.max,
      packageTypes: packageType && [packageType as PackageType],
      graceDays: grace && graceDays(grace),
      missingData: ignoreMissingData ? 'IGNORED' : 'COUNTS',
    });
    const checks = new Checks((value) => !Token.isUnresolved(value), 'findingPolicy');
    checkRule('', document, checks);
    const problems = new Problems('FindingRule.of');
    checks.problems.forEach((problem) => problems.add(problem));
    problems.throwIfAny();
    return new FindingRule(document as RuleDocument);
  }

  private constructor(private readonly document: RuleDocument) {}

  /** @internal */
  public _render(): RuleDocument {
    return this.document;
  }
}

function graceDays(grace: FindingGrace): RuleDocument['graceDays'] {
  const days = Object.entries(grace).filter(([, duration]) => duration !== undefined)
    .map(([severity, duration]: [string, Duration]) => [severity.toUpperCase() as RatedSeverity, duration.toDays({ integral: false })]);
  return days.length > 0 ? Object.fromEntries(days) : undefined;
}
