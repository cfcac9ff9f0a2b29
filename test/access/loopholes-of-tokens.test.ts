import { App, Aws, CfnParameter, DefaultStackSynthesizer, Stack, aws_iam as iam } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { RegistryPrincipal, SecureEcrRepository } from '../../src';
import { DeployedStack, type Policy } from '../support/deployed-stack';
import { simulate } from '../support/simulate';

/* Ways around that open where an account is known only at deployment, or a condition seems to name somebody; each is closed. */

const OTHER = '222222222222';
const ADMINISTRATOR: Policy = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

let stack: Stack;
let images: SecureEcrRepository;
beforeEach(() => {
  stack = new Stack(new App(), 'Stack'); // of no environment
  images = new SecureEcrRepository(stack, 'Images');
});
async function ask(principal: string, action: string, context: Record<string, string> = {}) {
  const deployed = new DeployedStack(stack);
  return simulate({
    principal,
    action,
    context,
    resource: deployed.arn(images),
    resourcePolicy: deployed.resourcePolicy(images),
    identityPolicies: principal.startsWith('arn:') ? [ADMINISTRATOR] : [],
  });
}

describe('a guard in a stack that does not know its account', () => {
  test.each<[string, () => iam.IGrantable]>([
    ['an imported role', () => iam.Role.fromRoleName(stack, 'Imported', 'ci')],
    ['a role by its name', () => RegistryPrincipal.role(Aws.ACCOUNT_ID, 'ci')],
    ['a role of an account that is a parameter', () => RegistryPrincipal.role(new CfnParameter(stack, 'Account').valueAsString, 'ci')],
    ['a permission set', () => RegistryPrincipal.permissionSet(Aws.ACCOUNT_ID, 'Release')],
  ])('takes %s', (_name, make) => {
    expect(() => images.access.pushOnlyBy([make()])).not.toThrow();
  });
});

test('a guard asks for deployedBy where the synthesizer has a role, but does not show it, as that of app staging', () => {
  class Staging extends DefaultStackSynthesizer {
    public get cloudFormationExecutionRoleArn(): string {
      return undefined as unknown as string;
    }
  }
  const staged = new Stack(new App(), 'Staged', { synthesizer: new Staging() });
  // Otherwise nobody but the root user can change the policy again: a service role leaves no aws:CalledVia.
  expect(() => new SecureEcrRepository(staged, 'Images').access.forbidDeletionAndPolicyChanges()).toThrow('deployedBy');
});

describe('everybody', () => {
  test.each<[string, iam.Conditions, Record<string, string>]>([
    ['by a tag that anybody can give the own role', { StringEquals: { 'aws:PrincipalTag/team': 'shop' } }, { 'aws:PrincipalTag/team': 'shop' }],
    ['by the type of the principal', { StringEquals: { 'aws:PrincipalType': 'AssumedRole' } }, { 'aws:PrincipalType': 'AssumedRole' }],
    ['by any ARN', { StringLike: { 'aws:PrincipalArn': 'arn:*' } }, {}],
    ['by an identity that anybody can give the own session', { StringEquals: { 'aws:SourceIdentity': 'ci' } }, { 'aws:SourceIdentity': 'ci' }],
  ])('is let in by no statement, not even %s', async (_name, conditions, context) => {
    let refused = false;
    try {
      images.addToResourcePolicy(new iam.PolicyStatement({ principals: [new iam.AnyPrincipal()], actions: ['ecr:BatchGetImage'], conditions }));
    } catch {
      refused = true;
    }
    expect(refused || await ask('arn:aws:iam::666666666666:role/any', 'ecr:BatchGetImage', context) !== 'Allowed').toBe(true);
  });
});

test('a service that may act for functions of any account is none that says for whom', async () => {
  const principal = new iam.ServicePrincipal('lambda.amazonaws.com', { conditions: { ArnLike: { 'aws:SourceArn': 'arn:aws:lambda:*:*:function:*' } } });
  let refused = false;
  try {
    images.access.pull(principal);
  } catch {
    refused = true;
  }
  const context = { 'aws:SourceArn': 'arn:aws:lambda:eu-west-1:666666666666:function:f' };
  expect(refused || await ask('lambda.amazonaws.com', 'ecr:BatchGetImage', context) !== 'Allowed').toBe(true);
});

test('a list that is a parameter is merged with none: a list in a list is refused by CloudFormation', () => {
  const tagged = (values: unknown) => new iam.AccountPrincipal(OTHER).withConditions({ StringEquals: { 'aws:PrincipalTag/team': values } });
  images.access.pull(tagged(new CfnParameter(stack, 'Teams', { type: 'CommaDelimitedList' }).valueAsList));
  images.access.pull(tagged('shop'));
  expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toContain('[{"Ref":"Teams"}');
});

test('a composite that something is wrapped around is refused: each of its principals is granted by itself', () => {
  const composite = new iam.CompositePrincipal(new iam.AccountPrincipal(OTHER), new iam.ArnPrincipal(`arn:aws:iam::${OTHER}:role/x`));
  expect(() => images.access.pull(new iam.SessionTagsPrincipal(composite))).toThrow('accessPrincipalSeveral');
});
