import type { aws_ecr as ecr } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { ScanRequest } from './registry-record';
import { RetainedScanning } from './retained-scanning';
import { EVERYTHING, checkCount, checkFilters, coversAny, merge } from './scan-filters';
import { Problems } from '../private/problems';
import type { Warning } from '../private/warn';

/** Which repositories enhanced scanning watches, and how. */
export interface EnhancedScanningOptions {
  /**
   * The repositories whose images are scanned when they are pushed, and again whenever a vulnerability becomes known
   * that concerns them.
   *
   * A filter with `*` is about the whole name: `team/*` is everything below `team/`. One without is about a part of it:
   * `prod` matches `nonprod-web` too. 1 to 255 lower-case letters, digits and `._-/*`; at most 100 filters.
   *
   * What constructs of the app ask for by `EcrRegistry.of(scope).scanContinuously()` is added; with an empty list it is
   * all there is.
   *
   * @default - all repositories
   */
  readonly continuous?: string[];

  /**
   * The repositories whose images are scanned when they are pushed and never again, unless `continuous` matches them
   * too. Written as those.
   *
   * @default - none
   */
  readonly onPush?: string[];
}

/** Which repositories basic scanning scans. */
export interface BasicScanningOptions {
  /**
   * The repositories whose images are scanned when they are pushed. All others are scanned when somebody asks for it.
   * Written as those of `EnhancedScanningOptions`.
   *
   * @default - all repositories
   */
  readonly onPush?: string[];
}

/** What is known about scanning that is set up elsewhere. */
export interface UnmanagedScanningOptions {
  /**
   * The repositories that are scanned continuously, as it was set up elsewhere. Nothing is changed by it, and nothing
   * checked against AWS: it keeps constructs that need it from warning. Written as those of `EnhancedScanningOptions`.
   *
   * @default - not known
   */
  readonly continuous?: string[];
}

/**
 * How the images of an account and Region are scanned for vulnerabilities. There is one such setting for all repositories,
 * whoever made them. Not for extension: the factories are all that ECR has.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html
 * @example
 * new EcrRegistry(this, 'Registry', { scanning: RegistryScanning.unmanaged({ continuous: ['*'] }) });
 */
export abstract class RegistryScanning {
  /**
   * Amazon Inspector scans: packages of the operating system and of programming languages, at each push and whenever a
   * new vulnerability becomes known. The default, for all repositories.
   *
   * This switches Amazon Inspector on for ECR in the account and Region, with its service-linked role. What it sees of
   * the past is what was pushed in the last 14 days. Fulfils the Security Hub controls ECR.1 and Inspector.2.
   *
   * Inspector charges for the first scan of an image and less for each further one
   * (https://aws.amazon.com/inspector/pricing/); ECR charges nothing.
   *
   * Raises the warning `cdk-secure-ecr:registryScanningPartial` where no filter is `*`: what matches none is not scanned
   * at all, not even by the `scanOnPush` of the repository.
   */
  public static enhanced(options: EnhancedScanningOptions = {}): RegistryScanning {
    return new EnhancedScanning(options);
  }

  /**
   * ECR scans: packages of the operating system only, once, free of charge.
   *
   * Raises the warning `cdk-secure-ecr:registryScanningBasic`. Where enhanced scanning was on, this switches Amazon
   * Inspector off for ECR: its findings are closed, and no gate learns of new ones.
   */
  public static basic(options: BasicScanningOptions = {}): RegistryScanning {
    return new BasicScanning(options);
  }

  /**
   * Scanning stays as it is: somebody else set it up, for instance the delegated administrator of Amazon Inspector, or
   * a stack of another app.
   */
  public static unmanaged(options: UnmanagedScanningOptions = {}): RegistryScanning {
    return new UnmanagedScanning(options);
  }

  /** @internal */
  public abstract readonly _kind: 'enhanced' | 'basic' | 'unmanaged';

  /**
   * What is scanned continuously because somebody else set it up.
   *
   * @internal
   */
  public readonly _elsewhere: readonly string[] = [];

  /**
   * The warning that goes with this choice, if it is weaker than the default.
   *
   * @internal
   */
  public abstract readonly _warning?: Warning;

  protected constructor() {}

  /**
   * What is wrong once everything is asked.
   *
   * @internal
   */
  public _validate(_requests: readonly ScanRequest[], _problems: Problems): void {}

  /**
   * Sets it up, unless somebody else does.
   *
   * @param asked what constructs ask to scan continuously; for when the template is written
   * @internal
   */
  public abstract _bind(scope: Construct, asked: () => string[]): ecr.IRegistryScanningConfigurationRef | undefined;
}

class EnhancedScanning extends RegistryScanning {
  public readonly _kind = 'enhanced';
  public readonly _warning?: Warning;
  private readonly continuous: readonly string[];
  private readonly onPush: readonly string[];

  constructor({ continuous = [EVERYTHING], onPush = [] }: EnhancedScanningOptions) {
    super();
    const problems = new Problems('RegistryScanning.enhanced');
    checkFilters('continuous', continuous, problems);
    checkFilters('onPush', onPush, problems);
    for (const filter of onPush) {
      problems.unless(!coversAny(continuous, filter), {
        prop: 'onPush',
        must: 'name what is not scanned continuously',
        got: filter,
        remedy: 'leave it out, or narrow down continuous, which is everything by default: it wins wherever both match',
        code: 'registryScanFilterMoot',
      });
    }
    problems.throwIfAny();
    this.continuous = continuous;
    this.onPush = merge(onPush);
    if (!coversAny([...continuous, ...onPush], EVERYTHING)) {
      this._warning = {
        code: 'registryScanningPartial',
        message: 'repositories that match no filter are not scanned at all; let a filter of onPush be * to scan every push',
      };
    }
  }

  public _validate(requests: readonly ScanRequest[], problems: Problems): void {
    const continuous = this.continuousWith(requests.flatMap(({ filters }) => filters));
    checkCount('continuous', continuous, problems);
    checkCount('onPush', this.onPush, problems);
    problems.unless(continuous.length + this.onPush.length > 0, {
      prop: 'scanning',
      must: 'scan something',
      got: 'no filter, and no construct that asks for a scan',
      remedy: 'name repositories in continuous or onPush',
      code: 'registryScanNothing',
    });
  }

  public _bind(scope: Construct, asked: () => string[]): ecr.IRegistryScanningConfigurationRef {
    return new RetainedScanning(scope, 'ENHANCED', () => {
      const continuous = this.continuousWith(asked());
      return { CONTINUOUS_SCAN: continuous, SCAN_ON_PUSH: this.onPush.filter((filter) => !coversAny(continuous, filter)) };
    });
  }

  private continuousWith(asked: readonly string[]): string[] {
    return merge([...this.continuous, ...asked]);
  }
}

class BasicScanning extends RegistryScanning {
  public readonly _kind = 'basic';
  public readonly _warning: Warning = {
    code: 'registryScanningBasic',
    message: 'images are scanned for packages of the operating system only, and not again when a vulnerability becomes known;'
      + ' Amazon Inspector is switched off for ECR; Security Hub Inspector.2 fails',
  };
  private readonly onPush: readonly string[];

  constructor({ onPush = [EVERYTHING] }: BasicScanningOptions) {
    super();
    const problems = new Problems('RegistryScanning.basic');
    checkFilters('onPush', onPush, problems);
    problems.throwIfAny();
    this.onPush = merge(onPush);
  }

  public _validate(requests: readonly ScanRequest[], problems: Problems): void {
    checkCount('onPush', this.onPush, problems);
    const [first, ...others] = new Set(requests.map(({ scope }) => scope.node.path));
    problems.unless(first === undefined, {
      prop: 'scanning',
      must: 'be enhanced where a construct of the app needs continuous scanning',
      got: `basic, and ${first}${others.length > 0 ? ` and ${others.length} more` : ''} needs it`,
      remedy: 'use RegistryScanning.enhanced(), or take away what needs it',
      code: 'registryScanningContradiction',
    });
  }

  public _bind(scope: Construct): ecr.IRegistryScanningConfigurationRef {
    return new RetainedScanning(scope, 'BASIC', () => ({ SCAN_ON_PUSH: this.onPush }));
  }
}

class UnmanagedScanning extends RegistryScanning {
  public readonly _kind = 'unmanaged';
  public readonly _warning = undefined;
  public readonly _elsewhere: readonly string[];

  constructor({ continuous = [] }: UnmanagedScanningOptions) {
    super();
    const problems = new Problems('RegistryScanning.unmanaged');
    checkFilters('continuous', continuous, problems);
    problems.throwIfAny();
    this._elsewhere = continuous;
  }

  public _bind(): undefined {
    return undefined;
  }
}
