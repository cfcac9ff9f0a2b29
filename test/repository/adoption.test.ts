import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { page, stackOf } from '../support/page-example';

/* The examples of docs/repository.md that adopt a repository; test/e2e/adoption.deployment-test.ts deploys them. */

const markdown = page('repository.md');
const [, mapping] = /--resource-mapping-inline '(.*)'$/m.exec(markdown)!;
const [[logicalId, { RepositoryName }]] = Object.entries<{ RepositoryName: string }>(JSON.parse(mapping));
const templateOf = (mark: string) => Template.fromStack(new (stackOf(markdown, mark))(new App(), 'Shop')).toJSON();

test.each(['as it is', 'secured', 'done', 'moved'])('the example "%s" is one repository, which can be imported by the mapping of the page', (mark) => {
  const { Resources, Outputs } = templateOf(mark);

  expect(Resources).toEqual({
    // CloudFormation imports nothing without a DeletionPolicy.
    [logicalId]: { Type: 'AWS::ECR::Repository', DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain', Properties: expect.objectContaining({ RepositoryName }) },
  });
  expect(Resources[logicalId].Properties).not.toHaveProperty('EncryptionConfiguration'); // which is AES-256
  expect(Outputs).toBeUndefined(); // an import may add none
});

test('the first example says nothing that was not so before, the last one says everything', () => {
  const said = (mark: string) => Object.keys(templateOf(mark).Resources[logicalId].Properties);

  expect(said('as it is')).toEqual(['RepositoryName']);
  expect(said('done').sort()).toEqual(['ImageScanningConfiguration', 'ImageTagMutability', 'LifecyclePolicy', 'RepositoryName', 'RepositoryPolicyText']);
});

test('an example that is not there is missed', () => {
  expect(() => stackOf(markdown, 'as it was')).toThrow('no example is marked as it was');
});
