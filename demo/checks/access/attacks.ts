import {
  BatchGetImageCommand, DeleteRepositoryCommand, DeleteRepositoryPolicyCommand, type ECRClient, GetRepositoryPolicyCommand,
  PutImageCommand, PutImageTagMutabilityCommand, PutLifecyclePolicyCommand,
} from '@aws-sdk/client-ecr';
import { ADMINISTRATOR, CI, END_USER, FORGER, NOBODY, type Person } from './people';
import { pull, push } from '../../../test/local-aws';
import { simulate } from '../../../test/support/simulate';
import { type Check, type Seen, attempt } from '../check';
import type { CheckContext } from '../context';
import { IMAGES, administrator, base, behindTag, reader, releases } from '../repository/subjects';

type Request = (context: CheckContext, ecr: ECRClient) => Promise<unknown>;

const askForManifest: Request = (context, ecr) =>
  ecr.send(new BatchGetImageCommand({ ...releases(context), imageIds: [{ imageTag: 'v1.0.0' }] }));
const addTag: Request = (context, ecr) => ecr.send(new PutImageCommand({
  ...releases(context), imageManifest: IMAGES.release.manifest, imageManifestMediaType: IMAGES.release.mediaType, imageTag: 'v9.9.9',
}));
const pullRelease: Request = (context, ecr) =>
  pull(ecr, releases(context), { imageTag: 'v1.0.0' }, (url) => context.aws.download(url));
const pullBase: Request = (context, ecr) =>
  pull(ecr, base(context), { imageTag: 'latest' }, (url) => context.aws.download(url));
const pushImpostor: Request = (context, ecr) => push(ecr, releases(context), IMAGES.impostor, 'v2.0.0');
const makeMutable: Request = (context, ecr) =>
  ecr.send(new PutImageTagMutabilityCommand({ ...releases(context), imageTagMutability: 'MUTABLE' }));
const expireAll: Request = (context, ecr) => ecr.send(new PutLifecyclePolicyCommand({
  ...releases(context),
  lifecyclePolicyText: JSON.stringify({
    rules: [{
      rulePriority: 1, selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 1 }, action: { type: 'expire' },
    }],
  }),
}));
const dropPolicy: Request = (context, ecr) => ecr.send(new DeleteRepositoryPolicyCommand(releases(context)));
const deleteRepository: Request = (context, ecr) => ecr.send(new DeleteRepositoryCommand({ ...releases(context), force: true }));

const denied = (action: string) => `refused: AccessDeniedException (ecr:${action})`;

function trial(id: string, { subject, who }: Person, does: string, request: Request, expected: string): Check {
  return {
    id, tried: `${subject} ${does}`, expected, run: async (context) => attempt(request(context, await who(context)), () => ({ answer: 'done' })),
  };
}

/** What goes beyond the table, and that nothing of it happened. */
export const attackChecks: Check[] = [
  // docker and others ask what is there before they push; what is in it is none of CI's business.
  trial('ci-manifest', CI, 'asks for the manifest of v1.0.0', askForManifest, 'allowed: done'),
  trial('end-user-retag-refused', END_USER, 'gives the release the tag v9.9.9', addTag, denied('PutImage')),
  trial('end-user-base-refused', END_USER, 'pulls latest from shop/base', pullBase, denied('BatchGetImage')),
  trial('unsigned-pull-refused', NOBODY, 'pulls v1.0.0 from shop/web', pullRelease, 'refused: MissingAuthenticationTokenException'),
  trial('unsigned-push-refused', NOBODY, 'pushes v2.0.0 to shop/web', pushImpostor, 'refused: MissingAuthenticationTokenException'),
  trial('forged-pull-refused', FORGER, 'pulls v1.0.0 from shop/web', pullRelease, 'refused: InvalidSignatureException'),
  trial('forged-push-refused', FORGER, 'pushes v2.0.0 to shop/web', pushImpostor, 'refused: InvalidSignatureException'),
  trial('administrator-retag-refused', ADMINISTRATOR, 'gives the release the tag v9.9.9', addTag, denied('PutImage')),
  trial('administrator-lifecycle-refused', ADMINISTRATOR, 'lets all images of shop/web but one expire', expireAll,
    denied('PutLifecyclePolicy')),
  trial('administrator-mutability-refused', ADMINISTRATOR, 'makes the tags of shop/web mutable', makeMutable,
    denied('PutImageTagMutability')),
  trial('administrator-guards-refused', ADMINISTRATOR, 'deletes the policy of shop/web, guards and all', dropPolicy,
    denied('DeleteRepositoryPolicy')),
  trial('administrator-remove-refused', ADMINISTRATOR, 'deletes shop/web with its images', deleteRepository,
    denied('DeleteRepository')),
  {
    id: 'without-tls-refused',
    tried: 'the policy of shop/web, as deployed, is judged for a pull by the administrator with TLS and without',
    expected: 'with TLS: Allowed, without: ExplicitlyDenied',
    run: judgeTransport,
  },
  {
    id: 'release-untouched',
    tried: 'after all that, the reader asks what v1.0.0 is',
    expected: 'the release',
    run: (context) => behindTag(context, reader, releases, 'v1.0.0'),
  },
];

async function judgeTransport(context: CheckContext): Promise<Seen> {
  const { account, region } = context.aws;
  const { policyText } = await (await administrator(context)).send(new GetRepositoryPolicyCommand(releases(context)));
  const judge = (secure: boolean) => simulate({
    principal: `arn:aws:iam::${account}:role/Administrator`,
    action: 'ecr:BatchGetImage',
    resource: `arn:aws:ecr:${region}:${account}:repository/${releases(context).repositoryName}`,
    identityPolicy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
    resourcePolicy: JSON.parse(policyText!),
    context: { 'aws:SecureTransport': String(secure) },
  });
  return { answer: `with TLS: ${await judge(true)}, without: ${await judge(false)}`, detail: policyText };
}
