import type { IConstruct } from 'constructs';
import { RegistryRecord } from './registry-record';
import type { RegistryScanning } from './registry-scanning';
import { checkFilters } from './scan-filters';
import { Problems } from '../private/problems';

/**
 * What any construct of an app may ask of the registry of its account and Region, whichever stack sets that up, before or
 * after. `EcrRegistry.of(scope)` gives it.
 *
 * @example
 * EcrRegistry.of(this).scanContinuously('payments/*');
 */
export class RegistrySettings {
  /** @internal */
  public static _of(scope: IConstruct): RegistrySettings {
    return new RegistrySettings(scope, RegistryRecord.of(scope));
  }

  /**
   * How the app has the registry scanned, as far as it has said so; all of it is there at synthesis only.
   *
   * @internal
   */
  public get _scanning(): RegistryScanning | undefined {
    return this.record.owner?._scanning;
  }

  private constructor(
    private readonly scope: IConstruct,
    private readonly record: RegistryRecord,
  ) {}

  /**
   * Asks that the repositories which match one of these filters are scanned continuously.
   *
   * The `EcrRegistry` of the account and Region adds them to its own. An error at synthesis where it has chosen basic
   * scanning; the warning `cdk-secure-ecr:registryWithoutOwner` where the app has none, and
   * `cdk-secure-ecr:registryScanningElsewhere` where it leaves scanning as it is and does not know of these.
   *
   * @param filters names of repositories or parts of them, with `*` for the whole name (see `EnhancedScanningOptions`).
   *   The name of a repository also matches every repository whose name contains it: ECR knows nothing narrower.
   */
  public scanContinuously(...filters: string[]): void {
    const problems = new Problems(this.scope.node.path);
    checkFilters('filters', filters, problems);
    problems.throwIfAny();
    if (filters.length > 0) this.record.add({ scope: this.scope, filters });
  }
}
