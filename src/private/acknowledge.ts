import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The packs of cdk-nag. A rule is of some of them, under the same name. */
const PACKS = ['AwsSolutions', 'HIPAA.Security', 'NIST.800.53.R4', 'NIST.800.53.R5', 'PCI.DSS.321', 'Serverless'];

/** Acknowledges a rule of cdk-nag, whichever pack asks. */
export function acknowledge(construct: IConstruct, rule: string, reason: string): void {
  const ids = PACKS.map((pack) => `${pack}-${rule}`).filter((id) => !isAcknowledged(construct, id));
  Validations.of(construct).acknowledge(...ids.map((id) => ({ id, reason })));
}

/** Whether a rule or a warning was acknowledged on the construct itself. */
export function isAcknowledged({ node }: IConstruct, id: string): boolean {
  const qualified = id.includes('::') ? id : `annotation::${id}`; // as the CDK writes it
  return node.metadata.some(({ type, data }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY && qualified in data);
}
