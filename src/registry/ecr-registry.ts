import { Stack, Token, type aws_ecr as ecr } from 'aws-cdk-lib';
import { Construct, type IConstruct } from 'constructs';
import type { InspectorRescan } from './inspector-rescan';
import { RegistryRecord } from './registry-record';
import { RegistryScanning } from './registry-scanning';
import { RegistrySettings } from './registry-settings';
import { RescanSetting } from './rescan-setting';
import { Problems } from '../private/problems';
import { isElsewhere } from '../private/resources-around';
import { warn, warnLate } from '../private/warn';

/** Properties of an `EcrRegistry`. */
export interface EcrRegistryProps {
  /**
   * How images are scanned for vulnerabilities, in every repository of the account and Region.
   *
   * @default RegistryScanning.enhanced() - Amazon Inspector scans all repositories, continuously
   */
  readonly scanning?: RegistryScanning;

  /**
   * For how long Amazon Inspector scans an image again.
   *
   * The delegated administrator of Amazon Inspector sets this for all accounts of an organization; in a member account the
   * deployment fails.
   *
   * @default - as it is: 14 days after the push and after the last use, where nobody has set anything else
   */
  readonly rescan?: InspectorRescan;
}

/**
 * The settings of the ECR registry of an account and Region: AWS has one of each there, so an app makes one of these there.
 * A second one is an error, and one that may turn out to be a second one, because its stack has no `env`, raises the warning
 * `cdk-secure-ecr:registryPerhapsTwice`.
 *
 * What other constructs need of the registry they ask for by `EcrRegistry.of(scope)`, from any stack and in any order.
 *
 * Settings stay when the stack is deleted: they are about repositories of everybody, and deleting the scanning configuration
 * would switch Amazon Inspector off for ECR. No removal policy changes this, `RemovalPolicies.of(app).destroy()` included.
 * To weaken scanning, deploy a weaker choice.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-settings-configure.html
 * @example
 * new EcrRegistry(this, 'Registry', {
 *   scanning: RegistryScanning.enhanced({ continuous: ['prod/*'], onPush: ['*'] }),
 * });
 */
export class EcrRegistry extends Construct {
  /** What constructs may ask of the registry of the account and Region of `scope`, whichever stack of the app sets it up. */
  public static of(scope: IConstruct): RegistrySettings {
    return RegistrySettings._of(scope);
  }

  /**
   * The scanning configuration, unless scanning is left as it is. What needs scanning to be set up before it is
   * made can depend on it.
   */
  public readonly scanningConfiguration?: ecr.IRegistryScanningConfigurationRef;

  /** @internal */
  public readonly _scanning: RegistryScanning;

  /**
   * @param scope what it is part of, such as a stack: `this` in the constructor of one
   * @param id what it is called in there, unlike everything else
   * @param props what differs from the defaults
   */
  constructor(scope: Construct, id: string, props: EcrRegistryProps = {}) {
    const record = RegistryRecord.of(scope);
    const scanning = props.scanning ?? RegistryScanning.enhanced();
    checkProps(`${scope.node.path}/${id}`, scanning, props, record); // before super(), so that nothing is left in the tree
    super(scope, id);
    this._scanning = scanning;
    record.owner = this;
    this.scanningConfiguration = scanning._bind(this, () => record.write());
    if (props.rescan) {
      const setting = new RescanSetting(this, 'Rescan', props.rescan);
      if (this.scanningConfiguration) setting.node.addDependency(this.scanningConfiguration);
    }
    if (scanning._warning) warn(this, scanning._warning);
    this.node.addValidation({ validate: () => validate(this, record) });
  }
}

function checkProps(owner: string, scanning: RegistryScanning, { rescan }: EcrRegistryProps, record: RegistryRecord): void {
  const problems = new Problems(owner);
  problems.unless(record.owner === undefined, {
    prop: 'EcrRegistry',
    must: 'be made once in an account and Region',
    got: record.owner?.node.path,
    remedy: 'use that one, or EcrRegistry.of(scope) to add to it; stacks for several accounts or Regions need an env each',
    code: 'registryTwice',
  });
  problems.unless(!rescan || scanning._kind !== 'basic', {
    prop: 'rescan',
    must: 'go with enhanced scanning',
    got: 'basic scanning, which scans no image again',
    remedy: 'leave it out, or use RegistryScanning.enhanced()',
    code: 'registryRescanBasic',
  });
  problems.throwIfAny();
}

function validate(registry: EcrRegistry, { requests }: RegistryRecord): string[] {
  warnOfAnother(registry);
  const { node, _scanning: scanning } = registry;
  const problems = new Problems(node.path);
  scanning._validate(requests, problems);
  return problems.messages();
}

/** Where a stack without an environment goes is known at deployment only; each of the two would undo what the other has set. */
function warnOfAnother(registry: EcrRegistry): void {
  const { account, region } = Stack.of(registry);
  if (![account, region].some((each) => Token.isUnresolved(each))) return;
  const others = registry.node.root.node.findAll()
    .filter((each) => each instanceof EcrRegistry && each !== registry && !isElsewhere(registry, Stack.of(each)));
  if (others.length === 0) return;
  warnLate(registry, {
    code: 'registryPerhapsTwice',
    message: `its stack has no env, so it may be deployed where ${others.map(({ node }) => node.path).join(', ')}`
      + ' sets up the registry, and the two would undo what each other has set: give the stack an env',
  });
}
