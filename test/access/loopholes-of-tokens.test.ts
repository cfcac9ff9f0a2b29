import { App, Aws, CfnParameter, DefaultStackSynthesizer, Stack, aws_iam as iam } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { RegistryPrincipal, SecureEcrRepository } from '../../src';

/* Ways around that open where an account is known only at deployment, or a condition seems to name somebody; each is closed. */

const OTHER = '222222222222';

let stack: Stack;
let images: SecureEcrRepository;
beforeEach(() => {
  stack = new Stack(new App(), 'Stack'); // of no environment
  images = new SecureEcrRepository(stack, 'Images');
});

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
  test.each<[string, iam.Conditions]>([
    ['by a tag that anybody can give the own role', { StringEquals: { 'aws:PrincipalTag/team': 'shop' } }],
    ['by the type of the principal', { StringEquals: { 'aws:PrincipalType': 'AssumedRole' } }],
    ['by any ARN', { StringLike: { 'aws:PrincipalArn': 'arn:*' } }],
    ['by an identity that anybody can give the own session', { StringEquals: { 'aws:SourceIdentity': 'ci' } }],
  ])('is let in by no statement, not even %s', (_name, conditions) => {
    const statement = new iam.PolicyStatement({ principals: [new iam.AnyPrincipal()], actions: ['ecr:BatchGetImage'], conditions });
    expect(() => images.addToResourcePolicy(statement)).toThrow('repositoryPolicyPublic');
  });
});

test('a service that may act for functions of any account is none that says for whom', () => {
  const principal = new iam.ServicePrincipal('lambda.amazonaws.com', { conditions: { ArnLike: { 'aws:SourceArn': 'arn:aws:lambda:*:*:function:*' } } });
  expect(() => images.access.pull(principal)).toThrow('accessConditionTwice'); // with the condition that it is this account
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
