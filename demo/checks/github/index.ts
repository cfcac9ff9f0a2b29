import {
  BatchDeleteImageCommand, BatchGetImageCommand, ECRClient, GetDownloadUrlForLayerCommand, PutImageTagMutabilityCommand,
  SetRepositoryPolicyCommand,
} from '@aws-sdk/client-ecr';
import { type Credentials, makeImage, push } from '../../../test/local-aws';
import { assumeRoleWithWebIdentity } from '../../../test/local-aws/web-identity';
import { type Run, SHOP, token } from '../../../test/support/github-token';
import { type Capability, type Check, type Seen, attempt } from '../check';
import type { CheckContext } from '../context';

const IMAGE = makeImage({ version: 'github-1', greeting: 'built on GitHub' });
const OTHER = makeImage({ version: 'github-2', greeting: 'built by somebody else' });

const base = (context: CheckContext) => ({ repositoryName: context.output('BaseName') });
const releases = (context: CheckContext) => ({ repositoryName: context.output('ReleasesName') });

/** What a run of GitHub Actions gets for its token. */
function take(context: CheckContext, run: Run): Promise<Credentials> {
  return assumeRoleWithWebIdentity(context.aws, context.output('GitHubArn'), token(run), 'run-9551234567-1');
}

function takes(id: string, who: string, run: Run): Check {
  return { id, tried: `${who} takes the role`, expected: 'allowed', run: (context) => attempt(take(context, run)) };
}

/** STS tells nobody which claim was wrong. */
function refused(id: string, who: string, run: Run, expected = 'refused: AccessDenied'): Check {
  return { ...takes(id, who, run), expected };
}

type Deed = (context: CheckContext, ecr: ECRClient) => Promise<unknown>;

/** What the right run does with the role. */
function does(id: string, what: string, expected: string, deed: Deed, show?: (answer: unknown) => Seen): Check {
  return {
    id,
    tried: `GitHub ${what}`,
    expected,
    run: async (context) => attempt(deed(context, context.aws.client(ECRClient, await take(context, {}))), show),
  };
}

const denied = (action: string) => `refused: AccessDeniedException (ecr:${action})`;
const stranger = { owner: 'acme', ownerId: '9001', name: 'shop', id: '9002' };

/** GitHubOidcPusher: who gets the role for a token, and what it is good for. */
export const github: Capability = {
  title: 'GitHubOidcPusher',
  checks: [
    takes('github-main', 'a run on main of acme/shop', {}),
    takes('github-main-immutable', 'the same, with the immutable subject', { immutable: true }),
    takes('github-environment', 'a job in the environment base-images, through the shared workflow', {
      environment: 'base-images', workflow: 'acme/ci/.github/workflows/image.yml@refs/heads/main',
    }),
    refused('github-other-branch', 'a run on another branch', { ref: 'refs/heads/wip' }),
    refused('github-tag', 'a run on a tag named main', { ref: 'refs/tags/main' }),
    refused('github-pull-request', 'a run of pull_request_target, whose ref is main', { event: 'pull_request_target' }),
    refused('github-fork', 'a run on main of a fork', { from: { ...stranger, owner: 'mallory' } }),
    refused('github-neighbour', 'a run on main of acme/shop-evil', { from: { ...SHOP, name: 'shop-evil', id: '4004' } }),
    refused('github-reborn', 'a run on main of whoever registered acme/shop anew', { from: stranger }),
    refused('github-reborn-immutable', 'the same, with the immutable subject', { from: stranger, immutable: true }),
    refused('github-other-environment', 'a job in another environment', { environment: 'staging' }),
    refused('github-other-workflow', 'a job in the environment base-images, through another workflow', { environment: 'base-images' }),
    refused('github-other-issuer', 'a token of another issuer that says the same', { claims: { iss: 'https://evil.example.com' } },
      'refused: InvalidIdentityTokenException'),
    refused('github-other-audience', 'a token that was made for somebody else', { claims: { aud: 'https://github.com/acme' } },
      'refused: InvalidIdentityTokenException'),
    does('github-pushes', 'pushes an image to shop/base', `allowed: ${IMAGE.digest}`,
      (context, ecr) => push(ecr, base(context), IMAGE, 'github-1'), (digest) => ({ answer: String(digest) })),
    does('github-manifest', 'asks for its manifest', 'allowed', (context, ecr) =>
      ecr.send(new BatchGetImageCommand({ ...base(context), imageIds: [{ imageTag: 'github-1' }] }))),
    does('github-retag-refused', 'moves its tag to another image', 'refused: ImageTagAlreadyExistsException',
      (context, ecr) => push(ecr, base(context), OTHER, 'github-1')),
    does('github-layer-refused', 'downloads a layer', denied('GetDownloadUrlForLayer'), (context, ecr) =>
      ecr.send(new GetDownloadUrlForLayerCommand({ ...base(context), layerDigest: IMAGE.layers[0].digest }))),
    does('github-delete-refused', 'deletes the image', denied('BatchDeleteImage'), (context, ecr) =>
      ecr.send(new BatchDeleteImageCommand({ ...base(context), imageIds: [{ imageTag: 'github-1' }] }))),
    does('github-policy-refused', 'opens shop/base to everybody', denied('SetRepositoryPolicy'), (context, ecr) =>
      ecr.send(new SetRepositoryPolicyCommand({
        ...base(context),
        policyText: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: 'ecr:*' }] }),
      }))),
    does('github-mutability-refused', 'makes the tags of shop/base mutable', denied('PutImageTagMutability'), (context, ecr) =>
      ecr.send(new PutImageTagMutabilityCommand({ ...base(context), imageTagMutability: 'MUTABLE' }))),
    does('github-other-repository-refused', 'pushes to shop/web', denied('BatchCheckLayerAvailability'),
      (context, ecr) => push(ecr, releases(context), OTHER, 'v3.0.0')),
  ],
  notProven: [
    'That tokens are signed by GitHub: the local AWS compares their claims and checks no signature.',
  ],
};
