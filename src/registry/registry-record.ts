import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { RegistryScanning } from './registry-scanning';
import { coversAny } from './scan-filters';
import type { WarningCode } from '../private/codes';
import { Problems } from '../private/problems';
import { warnLate } from '../private/warn';
import { shown } from '../repository/retention/tag-patterns';

const RECORDS = Symbol.for('cdk-secure-ecr.RegistryRecords');

/** The construct that sets up a registry. */
export interface RegistryOwner extends IConstruct {
  readonly _scanning: RegistryScanning;
}

/** What a construct of the app asks of a registry. */
export interface ScanRequest {
  readonly scope: IConstruct;
  readonly filters: readonly string[];
}

/**
 * What the constructs of an app say about the registry of one account and Region, wherever in the app they are. It lives at
 * the root of the tree. Stacks without an environment all go where the CLI points, so they share one.
 */
export class RegistryRecord {
  public static of(scope: IConstruct): RegistryRecord {
    const root: IConstruct & { [RECORDS]?: Map<string, RegistryRecord> } = scope.node.root;
    if (!root[RECORDS]) Object.defineProperty(root, RECORDS, { value: new Map() });
    const records = root[RECORDS]!;
    const { environment } = Stack.of(scope);
    const record = records.get(environment) ?? new RegistryRecord();
    records.set(environment, record);
    return record;
  }

  public owner?: RegistryOwner;
  public readonly requests: ScanRequest[] = [];
  /** Those that the template of the owner knew when it was written. */
  private written?: ReadonlySet<ScanRequest>;

  private constructor() {}

  public add(request: ScanRequest): void {
    this.requests.push(request);
    request.scope.node.addValidation({ validate: () => this.validate(request) });
  }

  /** What everybody asks for, for the template of the owner. */
  public write(): string[] {
    this.written = new Set(this.requests);
    return this.requests.flatMap(({ filters }) => filters);
  }

  /** An owner may come after a request, in whichever stack, so whether there is one is known at synthesis only. */
  private validate(request: ScanRequest): string[] {
    const { owner, written } = this;
    if (!owner) {
      warnOfGap(request, request.filters, 'registryWithoutOwner', 'no EcrRegistry of the app sets it up in this account and Region: add'
        + ' one, with RegistryScanning.unmanaged({ continuous }) where scanning is set up elsewhere');
    } else if (owner._scanning._kind === 'unmanaged') {
      const unknown = request.filters.filter((filter) => !coversAny(owner._scanning._elsewhere, filter));
      warnOfGap(request, unknown, 'registryScanningElsewhere',
        `${owner.node.path} leaves scanning as it is: see to it where it is set up, then name it in RegistryScanning.unmanaged({ continuous })`);
    } else if (written && !written.has(request)) {
      return tooLate(request, owner);
    }
    return [];
  }
}

function warnOfGap({ scope }: ScanRequest, filters: readonly string[], code: WarningCode, but: string): void {
  if (filters.length === 0) return;
  warnLate(scope, { code, message: `repositories ${filters.map(shown).join(', ')} have to be scanned continuously, but ${but}` });
}

/** A stage is written when its pipeline is told of it, which can be before all of the app is there. */
function tooLate({ scope, filters }: ScanRequest, owner: RegistryOwner): string[] {
  const problems = new Problems(scope.node.path);
  problems.add({
    prop: 'scanContinuously',
    must: `be called before the template of ${owner.node.path} is written`,
    got: filters,
    remedy: 'make what needs scanning before the stage of the registry is added to a pipeline',
    code: 'registryScanTooLate',
  });
  return problems.messages();
}
