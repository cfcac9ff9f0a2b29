import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The packs of cdk-nag that have rules for what a function is made of. */
const PACKS = ['AwsSolutions', 'HIPAA.Security', 'NIST.800.53.R4', 'NIST.800.53.R5', 'PCI.DSS.321', 'Serverless'];

/** Acknowledges a rule of cdk-nag, whichever pack asks. */
export function acknowledge(construct: IConstruct, rule: string, reason: string): void {
  for (const pack of PACKS) Validations.of(construct).acknowledge({ id: `${pack}-${rule}`, reason });
}
