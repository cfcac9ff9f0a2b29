/**
 * The other side of a pull across accounts: the account that runs the images allows its role to pull them.
 *
 *     npx cdk deploy --app "npx tsx examples/cross-account/production.ts"
 */
import { App, Stack, Validations, aws_ecr as ecr, aws_iam as iam } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { PRODUCTION, REGISTRY, REPOSITORY, ROLE } from './agreed';
import { RepositoryAccess } from '../../src'; // yours: from 'cdk-secure-ecr'

const app = new App();
const stack = new Stack(app, 'PaymentsProduction', { env: PRODUCTION });

// Yours would be the execution role of an ECS task or the role of EKS nodes, and trust ecs-tasks or ec2.
const role = new iam.Role(stack, 'Role', {
  roleName: ROLE,
  assumedBy: new iam.AccountRootPrincipal(),
  description: 'Pulls the images that run here',
});

const arn = `arn:aws:ecr:${REGISTRY.region}:${REGISTRY.account}:repository/${REPOSITORY}`;
const images = ecr.Repository.fromRepositoryArn(stack, 'Images', arn); // a task definition takes it as any repository
RepositoryAccess.fromRepository(images).pull(role);

Validations.of(role).acknowledge({
  id: 'AwsSolutions-IAM5[Resource::*]',
  reason: 'ecr:GetAuthorizationToken is about the registry, not a repository; AWS allows no other resource.',
});
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();
