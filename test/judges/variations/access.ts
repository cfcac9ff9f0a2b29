import { Duration, RemovalPolicy, type Stack, aws_codebuild as codebuild, aws_ec2 as ec2, aws_ecr as ecr, aws_iam as iam } from 'aws-cdk-lib';
import { type Build, type Factories, type Methods, images, role, table } from './build';
import { AccessCondition, RegistryPrincipal, RepositoryAccess } from '../../../src';

const account = '222222222222';
const ci = RegistryPrincipal.role('111111111111', 'ci');
const fire = RegistryPrincipal.role('111111111111', 'break-glass');
const principals: Record<Factories<typeof RegistryPrincipal>, iam.IPrincipal> = {
  role: RegistryPrincipal.role(account, 'service/deployer'),
  permissionSet: RegistryPrincipal.permissionSet(account, 'Developers'),
  organizationalUnit: RegistryPrincipal.organizationalUnit('o-a1b2c3d4e5/r-ab12/ou-ab12-11111111'),
};
const endpoint = (stack: Stack, vpcEndpointId: string) =>
  ec2.InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(stack, vpcEndpointId, { vpcEndpointId, port: 443 });
const conditions: Record<Factories<typeof AccessCondition>, (stack: Stack) => AccessCondition> = {
  throughVpcEndpoint: (stack) => AccessCondition.throughVpcEndpoint(endpoint(stack, 'vpce-1'), endpoint(stack, 'vpce-2')),
  fromVpc: (stack) => AccessCondition.fromVpc(ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['eu-west-1a'] })),
  principalTag: () => AccessCondition.principalTag('team', 'shop', 'cart'),
  multiFactor: () => AccessCondition.multiFactor(Duration.hours(1)),
  of: () => AccessCondition.of('IpAddress', 'aws:SourceIp', '203.0.113.0/24'),
};
const access: Record<Methods<RepositoryAccess>, (access: RepositoryAccess, stack: Stack) => void> = {
  when: (to, stack) => {
    const both = to.when(conditions.principalTag(stack), conditions.throughVpcEndpoint(stack));
    [role(stack), new iam.AccountPrincipal(account)].forEach((each) => both.pull(each));
  },
  authorize: (to, stack) => to.authorize(role(stack)),
  readMetadata: (to, stack) => [role(stack), new iam.AccountPrincipal(account)].forEach((each) => to.readMetadata(each)),
  pull: (to, stack) => [role(stack), new iam.AccountPrincipal(account)].forEach((each) => to.pull(each)),
  push: (to, stack) => [role(stack), new iam.AccountPrincipal(account)].forEach((each) => to.push(each)),
  pullByLambda: (to) => [{}, { functionName: 'resize' }, { account, functionName: 'resize' }].forEach((each) => to.pullByLambda(each)),
  pullByCodeBuild: (to, stack) => to.pullByCodeBuild(codebuild.Project.fromProjectName(stack, 'Build', 'build')),
  pushOnlyBy: (to, stack) => to.pushOnlyBy([role(stack), principals.role, principals.permissionSet], { breakGlass: fire }),
  forbidImageDeletion: (to) => to.forbidImageDeletion({ exemptPrincipals: [ci], breakGlass: fire }),
  forbidTagMutabilityChanges: (to) => to.forbidTagMutabilityChanges(),
  forbidDeletionAndPolicyChanges: (to) => to.forbidDeletionAndPolicyChanges({ breakGlass: fire, deployedBy: ci }),
};
const guardAll = (to: RepositoryAccess) => {
  to.pushOnlyBy([ci]);
  to.forbidImageDeletion();
  to.forbidTagMutabilityChanges();
};

export const ACCESS: Record<string, Build> = {
  ...table('Principal', principals, (stack, principal) => {
    const repository = images(stack);
    repository.access.pull(principal);
    repository.access.readMetadata(new iam.OrganizationPrincipal('o-1234567890'));
    return repository;
  }),
  'Principal-Service': (stack) => images(stack).access.pull(new iam.ServicePrincipal('ecs.amazonaws.com')),
  'Principals': (stack) => {
    const repository = images(stack);
    ['a', 'b', 'c'].forEach((name) => [account, '333333333333'].forEach((of) => repository.access.pull(RegistryPrincipal.role(of, name))));
  },
  ...table('Condition', conditions, (stack, make) => {
    const repository = images(stack);
    const conditional = repository.access.when(make(stack));
    [role(stack), new iam.AccountPrincipal(account)].forEach((each) => conditional.pull(each));
    return repository;
  }),
  ...table('Access', access, (stack, call) => {
    const repository = images(stack);
    call(repository.access, stack);
    return repository;
  }),
  'Guarded': (stack) => guardAll(images(stack).access),
  'Guarded-ByCaller': (stack) => guardAll(images(stack).access),
  'Guarded-L1': (stack) => {
    const l1 = new ecr.CfnRepository(stack, 'L1');
    l1.applyRemovalPolicy(RemovalPolicy.RETAIN);
    guardAll(RepositoryAccess.fromRepository(l1));
  },
  'Guarded-L2': (stack) => guardAll(RepositoryAccess.fromRepository(new ecr.Repository(stack, 'L2'))),
};
