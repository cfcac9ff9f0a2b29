import { Stack, Validations } from 'aws-cdk-lib';
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
  return node.metadata.some(({ type, data }) =>
    type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY && Object.keys(data).some((key) => key.replace(QUALIFIER, '') === id));
}

/** The CDK puts it before ids that have no colons; newer ones write it with a capital, and before all of them. */
const QUALIFIER = /^annotation::/i;

/**
 * Acknowledges resources with wildcards of a policy, as cdk-nag names them. The CDK takes no id with `::` twice, which ARNs of
 * stacks without an environment have (`<AWS::Partition>`); cdk-nag reads what is written in its place.
 */
export function acknowledgeResources(construct: IConstruct, arns: readonly string[], reason: string): void {
  for (const arn of arns.map((each) => flat(Stack.of(construct).resolve(each))).filter((each) => each.includes('*'))) {
    for (const pack of PACKS) {
      construct.node.addMetadata(Validations.ACKNOWLEDGED_RULES_METADATA_KEY, { [`annotation::${pack}-IAM5[Resource::${arn}]`]: reason });
    }
  }
}

/** What is known at deployment only stands in angle brackets; what cdk-nag does not take apart stands as it is in a template. */
function flat(value: any): string {
  if (typeof value === 'string') return value.replaceAll('${', '<').replaceAll('}', '>');
  const [[name, argument]] = Object.entries<any>(value);
  switch (name) {
    case 'Ref': return `<${argument}>`;
    case 'Fn::GetAtt': return `<${argument.join('.')}>`;
    case 'Fn::Join': return argument[1].map(flat).join(argument[0]);
    case 'Fn::ImportValue':
    case 'Fn::Sub': return flat(argument);
    default: return JSON.stringify(value);
  }
}
