import { Duration, type Stack } from 'aws-cdk-lib';
import { type Build, type Factories, boundary, images, table } from './build';
import {
  CdkBootstrapRole, GitHubIssuer, GitHubOidcDeployer, type GitHubOidcDeployerProps, GitHubOidcProvider, GitHubOidcPusher,
  type GitHubOidcPusherProps, GitHubRepository, GitHubSubject, GitHubSubjectFormat,
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
const ofRole = (stack: Stack) => ({
  provider: GitHubOidcProvider.fromAccount(stack, 'GitHub'),
  roleName: 'github',
  description: 'What our workflows may do',
  path: '/github/',
  maxSessionDuration: Duration.hours(2),
  permissionsBoundary: boundary(stack),
});

export const GITHUB: Record<string, Build> = {
  ...table('GitHubSubject', subject, (stack, value) => pusher(stack, { subjects: [value], allowPullRequests: true })),
  ...table('GitHubIssuer', issuer, (stack, value) => pusher(stack, { issuer: value })),
  ...table('GitHubRepository', github, (stack, value) => pusher(stack, { subjects: [GitHubSubject.branch(value, 'main')] })),
  'GitHubPusher-Everything': (stack) => {
    const props: Required<Omit<GitHubOidcPusherProps, 'issuer'>> = {
      repositories: [images(stack)],
      subjects: Object.values(subject),
      allowPullRequests: true,
      allowPull: true,
      ...ofRole(stack),
    };
    new GitHubOidcPusher(stack, 'Pusher', props);
  },
  'GitHubDeployer': (stack) => new GitHubOidcDeployer(stack, 'Deployer', {
    subjects: [subject.environment],
    targets: [{ account: '111111111111', region: 'eu-west-1' }, { account: '222222222222', region: 'us-east-1' }],
    bootstrapRoles: Object.values(CdkBootstrapRole),
  }),
  'GitHubDeployer-Everything': (stack) => {
    const props: Required<Omit<GitHubOidcDeployerProps, 'issuer'>> = {
      subjects: [subject.environment],
      allowPullRequests: true,
      targets: [{ account: '111111111111', region: 'eu-west-1' }],
      bootstrapRoles: [CdkBootstrapRole.DEPLOY],
      qualifier: 'platform',
      ...ofRole(stack),
    };
    new GitHubOidcDeployer(stack, 'Deployer', props);
  },
};
