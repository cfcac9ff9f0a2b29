import { LIMITS } from '../private/limits';
import { Problems } from '../private/problems';
import { matches } from '../private/tokens';

/**
 * How long Amazon Inspector goes on scanning an image. Inspector knows these durations and no others.
 *
 * @example
 * InspectorRescan.whileInUse({ afterUse: RescanDuration.DAYS_30 });
 */
export class RescanDuration {
  /** 3 days. */
  public static readonly DAYS_3 = new RescanDuration('DAYS_3');
  /** 7 days. */
  public static readonly DAYS_7 = new RescanDuration('DAYS_7');
  /** 14 days, which is what Inspector does when nothing is set. */
  public static readonly DAYS_14 = new RescanDuration('DAYS_14');
  /** 30 days. */
  public static readonly DAYS_30 = new RescanDuration('DAYS_30');
  /** 60 days. */
  public static readonly DAYS_60 = new RescanDuration('DAYS_60');
  /** 90 days. */
  public static readonly DAYS_90 = new RescanDuration('DAYS_90');
  /** 180 days. */
  public static readonly DAYS_180 = new RescanDuration('DAYS_180');
  /** Until the image is deleted or archived. After a push only. */
  public static readonly LIFETIME = new RescanDuration('LIFETIME');

  /**
   * A duration that Inspector has and this class does not.
   *
   * @param duration as its API names it, for instance `DAYS_30`
   */
  public static of(duration: string): RescanDuration {
    const problems = new Problems('RescanDuration.of');
    problems.unless(matches(LIMITS.rescanDuration, duration), {
      prop: 'duration',
      must: 'be LIFETIME or DAYS_ and a number',
      got: duration,
      remedy: 'write it as the API of Amazon Inspector does',
      code: 'registryRescanDuration',
    });
    problems.throwIfAny();
    return new RescanDuration(duration);
  }

  private constructor(
    /** As the API of Amazon Inspector names it. */
    public readonly value: string,
  ) {}
}

/** For how long images in use are scanned. */
export interface RescanInUseOptions {
  /**
   * How long after an image was last used by a task of Amazon ECS or a pod of Amazon EKS. Not `LIFETIME`.
   *
   * @default RescanDuration.DAYS_14
   */
  readonly afterUse?: RescanDuration;

  /**
   * How long after its push.
   *
   * @default RescanDuration.DAYS_14
   */
  readonly afterPush?: RescanDuration;
}

/** For how long images that are pulled are scanned. */
export interface RescanPulledOptions {
  /**
   * How long after an image was last pulled. Not `LIFETIME`.
   *
   * @default RescanDuration.DAYS_14
   */
  readonly afterPull?: RescanDuration;

  /**
   * How long after its push.
   *
   * @default RescanDuration.DAYS_14
   */
  readonly afterPush?: RescanDuration;
}

/**
 * For how long Amazon Inspector scans an image again when a vulnerability becomes known. Whichever of the two durations is
 * longer counts; after that its findings are closed and nobody is told of new ones.
 *
 * @see https://docs.aws.amazon.com/inspector/latest/user/scanning_resources_configure_duration_setting_ecr.html
 * @example
 * new EcrRegistry(this, 'Registry', {
 *   rescan: InspectorRescan.whilePulled({ afterPull: RescanDuration.DAYS_90 }),
 * });
 */
export class InspectorRescan {
  /**
   * Images that run are scanned, as Inspector does when nothing is set.
   *
   * Inspector sees what runs on Amazon ECS and Amazon EKS, once a day, and not for images of several architectures: those
   * count as unused. Nor does it see Lambda functions.
   */
  public static whileInUse(options: RescanInUseOptions = {}): InspectorRescan {
    return new InspectorRescan('whileInUse', 'LAST_IN_USE_AT', 'afterUse', options.afterUse, options.afterPush);
  }

  /** Images that are pulled are scanned: what AWS advises for images of several architectures. */
  public static whilePulled(options: RescanPulledOptions = {}): InspectorRescan {
    return new InspectorRescan('whilePulled', 'LAST_PULL_DATE', 'afterPull', options.afterPull, options.afterPush);
  }

  private constructor(
    factory: string,
    private readonly mode: string,
    prop: string,
    private readonly afterLast: RescanDuration = RescanDuration.DAYS_14,
    private readonly afterPush: RescanDuration = RescanDuration.DAYS_14,
  ) {
    const problems = new Problems(`InspectorRescan.${factory}`);
    problems.unless(afterLast.value !== RescanDuration.LIFETIME.value, {
      prop,
      must: 'be a number of days',
      got: afterLast.value,
      remedy: 'give afterPush LIFETIME to scan an image for as long as it exists',
      code: 'registryRescanLifetime',
    });
    problems.throwIfAny();
  }

  /**
   * The `ecrConfiguration` of Inspector. All of it, so that nothing of an earlier setting is left.
   *
   * @internal
   */
  public _render(): Record<string, string> {
    return { rescanDuration: this.afterPush.value, pullDateRescanDuration: this.afterLast.value, pullDateRescanMode: this.mode };
  }
}
