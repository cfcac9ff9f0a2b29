import { Duration, type Stack, aws_iam as iam } from 'aws-cdk-lib';
import { type Build, type Factories, images, table } from './build';
import {
  CdkBootstrapRole, GitHubIssuer, GitHubOidcDeployer, GitHubOidcProvider, GitHubOidcPusher, type GitHubOidcPusherProps, GitHubRepository,
  GitHubSubject, GitHubSubjectFormat,
} from '../../../src';

const shop = GitHubRepository.of('acme/shop', { ownerId: '1001', repositoryId: '2002' });
const jobWorkflowRef = 'acme/ci/.github/workflows/image.yml@refs/heads/main';
const subject: Record<Factories<typeof GitHubSubject>, GitHubSubject> = {
  branch: GitHubSubject.branch(shop, 'main'),
  tag: GitHubSubject.tag(shop, 'v*'),
  environment: GitHubSubject.environment(shop, 'prod:eu', { jobWorkflowRef }),
  pullRequest: GitHubSubject.pullRequest(shop),
  dangerouslyAnyBranch: GitHubSubject.dangerouslyAnyBranch(shop, {
    jobWorkflowRef, includeClaimKeys: ['repo', 'context', 'job_workflow_ref'],
  }),
};
const issuer: Record<Factories<typeof GitHubIssuer>, GitHubIssuer> = {
  githubCom: GitHubIssuer.githubCom(),
  enterprise: GitHubIssuer.enterprise('acme-corp'),
  dataResidency: GitHubIssuer.dataResidency('octocorp'),
};
const github: Record<Factories<typeof GitHubRepository>, GitHubRepository> = {
  of: GitHubRepository.of('acme/shop', { ownerId: '1001', repositoryId: '2002', subjectFormat: GitHubSubjectFormat.IMMUTABLE }),
  withoutIds: GitHubRepository.withoutIds('acme/shop'),
};
const pusher = (stack: Stack, props: Partial<GitHubOidcPusherProps> = {}) =>
  new GitHubOidcPusher(stack, 'Pusher', { repositories: [images(stack)], subjects: [subject.branch], ...props });

export const GITHUB: Record<string, Build> = {
  ...table('GitHubSubject', subject, (stack, value) => pusher(stack, { subjects: [value], allowPullRequests: true })),
  ...table('GitHubIssuer', issuer, (stack, value) => pusher(stack, { issuer: value })),
  ...table('GitHubRepository', github, (stack, value) => pusher(stack, { subjects: [GitHubSubject.branch(value, 'main')] })),
  'GitHubPusher-Everything': (stack) => pusher(stack, {
    subjects: Object.values(subject),
    allowPullRequests: true,
    allowPull: true,
    provider: GitHubOidcProvider.fromAccount(stack, 'GitHub'),
    roleName: 'pusher',
    path: '/github/',
    maxSessionDuration: Duration.hours(2),
    permissionsBoundary: iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'developers'),
  }),
  'GitHubDeployer': (stack) => new GitHubOidcDeployer(stack, 'Deployer', {
    subjects: [subject.environment],
    targets: [{ account: '111111111111', region: 'eu-west-1' }, { account: '222222222222', region: 'us-east-1' }],
    bootstrapRoles: Object.values(CdkBootstrapRole),
  }),
};
