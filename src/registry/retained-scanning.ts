import { Lazy, RemovalPolicy, type RemovalPolicyOptions, aws_ecr as ecr } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { note } from '../private/warn';

/** Filters by how often what they match is scanned. */
type FiltersByFrequency = Partial<Record<'CONTINUOUS_SCAN' | 'SCAN_ON_PUSH', readonly string[]>>;

/**
 * The scanning configuration. It is kept, whatever becomes of the stack: when CloudFormation deletes it, it disables Amazon
 * Inspector for ECR, for everybody in the account and Region
 * (https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2516).
 */
export class RetainedScanning extends ecr.CfnRegistryScanningConfiguration {
  /** @param filters for when the template is written */
  constructor(scope: Construct, scanType: string, filters: () => FiltersByFrequency) {
    super(scope, 'Scanning', { scanType, rules: Lazy.uncachedAny({ produce: () => rules(filters()) }) });
    this.applyRemovalPolicy(RemovalPolicy.RETAIN);
  }

  /** RETAIN and not RETAIN_ON_UPDATE_OR_DELETE, so that it is kept also when its first deployment is rolled back. */
  public applyRemovalPolicy(policy?: RemovalPolicy, options?: RemovalPolicyOptions): void {
    super.applyRemovalPolicy(RemovalPolicy.RETAIN, options);
    if (policy === RemovalPolicy.RETAIN) return;
    note(this, 'registryScanningKept',
      'is retained, though another removal policy was applied: deleting it would switch off Amazon Inspector for everybody in the account');
  }
}

function rules(filters: FiltersByFrequency): ecr.CfnRegistryScanningConfiguration.ScanningRuleProperty[] {
  return Object.entries(filters).filter(([, { length }]) => length > 0).map(([scanFrequency, ofRule]) => ({
    scanFrequency,
    repositoryFilters: ofRule.map((filter) => ({ filter, filterType: 'WILDCARD' })),
  }));
}
