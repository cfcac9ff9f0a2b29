import { aws_iam as iam } from 'aws-cdk-lib';

/** Grants to a principal; to the parts of a composite one by one, composites among them too. */
export function grantToEach(grantee: iam.IGrantable, grant: (one: iam.IGrantable) => iam.Grant): iam.Grant {
  const { grantPrincipal } = grantee;
  if (!(grantPrincipal instanceof iam.CompositePrincipal)) return grant(grantee);
  return grantPrincipal.principals.map((each) => grantToEach(each, grant)).reduce((all, each) => all.combine(each));
}
