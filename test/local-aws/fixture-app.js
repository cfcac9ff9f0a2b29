// The smallest CDK app with a resource ministack alone would refuse. JavaScript, so that it needs no compiler.
const { App, CfnOutput, Stack } = require('aws-cdk-lib');
const ecr = require('aws-cdk-lib/aws-ecr');

const app = new App();
const stack = new Stack(app, 'Fixture');
const repository = new ecr.Repository(stack, 'Repository', { emptyOnDelete: true, removalPolicy: 'destroy' });
new ecr.CfnRegistryPolicy(stack, 'Policy', {
  policyText: {
    Version: '2012-10-17',
    Statement: [{
      Sid: 'Replicate',
      Effect: 'Allow',
      Principal: { AWS: stack.formatArn({ service: 'iam', region: '', resource: 'root' }) },
      Action: 'ecr:ReplicateImage',
      Resource: '*',
    }],
  },
});
new CfnOutput(stack, 'RepositoryName', { value: repository.repositoryName });
