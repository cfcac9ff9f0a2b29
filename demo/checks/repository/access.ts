import {
  BatchDeleteImageCommand, BatchGetImageCommand, DeleteRepositoryCommand, ECRClient, GetAuthorizationTokenCommand, GetDownloadUrlForLayerCommand,
  GetRepositoryPolicyCommand, PutImageCommand, PutImageTagMutabilityCommand, PutLifecyclePolicyCommand, SetRepositoryPolicyCommand,
} from '@aws-sdk/client-ecr';
import type { ClientSettings } from '../../../test/local-aws';
import { simulate } from '../../../test/support/simulate';
import { type Check, type Seen, attempt } from '../check';
import type { CheckContext } from '../context';
import {
  IMAGES, administrator, behindTag, pusher, reader, releases, role, tryPull, tryPush, type Where, type Who,
} from './subjects';

const stranger = role('Stranger');
const OTHER_ACCOUNT = '999999999999';

/** An administrator of another account, who names our registry. */
const otherAccount: Who = (context) => context.asAdministrator(ECRClient, OTHER_ACCOUNT);
const ours: Where = (context) => ({ ...releases(context), registryId: context.aws.account });

class UnsignedClient extends ECRClient {
  constructor(settings: ClientSettings) {
    super({ ...settings, signer: { sign: async (request) => request } });
  }
}
const nobody: Who = async ({ aws }) => aws.client(UnsignedClient);

/** Knows the access key and the session of CI, which are sent in the clear, but not the secret. */
const forger: Who = async (context) =>
  context.aws.client(ECRClient, { ...await context.credentials('Pusher'), secretAccessKey: 'guessed' });

type Deed = (context: CheckContext, ecr: ECRClient) => Promise<unknown>;

const deleteRelease: Deed = (context, ecr) =>
  ecr.send(new BatchDeleteImageCommand({ ...releases(context), imageIds: [{ imageTag: 'v1.0.0' }] }));
const logIn: Deed = (_, ecr) => ecr.send(new GetAuthorizationTokenCommand({}));
const openToAll: Deed = (context, ecr) => ecr.send(new SetRepositoryPolicyCommand({
  ...releases(context),
  policyText: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: 'ecr:*' }] }),
}));
const makeMutable: Deed = (context, ecr) =>
  ecr.send(new PutImageTagMutabilityCommand({ ...releases(context), imageTagMutability: 'MUTABLE' }));
const expireAll: Deed = (context, ecr) => ecr.send(new PutLifecyclePolicyCommand({
  ...releases(context),
  lifecyclePolicyText: JSON.stringify({
    rules: [{
      rulePriority: 1, selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 1 }, action: { type: 'expire' },
    }],
  }),
}));
const deleteRepository: Deed = (context, ecr) => ecr.send(new DeleteRepositoryCommand({ ...releases(context), force: true }));
const addTag: Deed = (context, ecr) => ecr.send(new PutImageCommand({
  ...releases(context), imageManifest: IMAGES.release.manifest, imageManifestMediaType: IMAGES.release.mediaType, imageTag: 'v9.9.9',
}));
const fetchLayer: Deed = (context, ecr) =>
  ecr.send(new GetDownloadUrlForLayerCommand({ ...releases(context), layerDigest: IMAGES.release.layers[0].digest }));

const askForManifest: Deed = (context, ecr) =>
  ecr.send(new BatchGetImageCommand({ ...releases(context), imageIds: [{ imageTag: 'v1.0.0' }] }));

const denied = (action: string) => `refused: AccessDeniedException (ecr:${action})`;

/** A check of somebody's doing, which has its place in the picture of who may do what. */
function doing(id: string, who: string, does: string, what: string, expected: string, run: Check['run']): Check {
  const name = who.replace(/^the /, '');
  return { id, tried: `${who} ${does}`, expected, access: { who: name[0].toUpperCase() + name.slice(1), what }, run };
}

function deed(id: string, name: string, who: Who, does: string, what: string, request: Deed, expected: string): Check {
  return doing(id, name, does, what, expected, async (context) => attempt(request(context, await who(context))));
}

function pushAs(id: string, name: string, who: Who, where: Where, expected: string): Check {
  return doing(id, name, 'pushes v2.0.0 to shop/web', 'push a new tag', expected,
    (context) => tryPush(context, who, where, IMAGES.uninvited, 'v2.0.0'));
}

function pullAs(id: string, name: string, who: Who, where: Where, expected: string): Check {
  return doing(id, name, 'pulls v1.0.0 from shop/web', 'pull', expected,
    (context) => tryPull(context, who, where, 'v1.0.0', IMAGES.release));
}

/** What must not be possible, and that nothing of it happened. */
export const accessChecks: Check[] = [
  deed('pusher-login', 'CI', pusher, 'logs in', 'log in', logIn, 'allowed'),
  // docker and others ask what is there before they push; what is in it is none of CI's business.
  deed('pusher-manifest', 'CI', pusher, 'asks for the manifest of v1.0.0', 'read a manifest', askForManifest, 'allowed'),
  pullAs('pusher-pull-refused', 'CI', pusher, releases, denied('GetDownloadUrlForLayer')),
  deed('pusher-layer-refused', 'CI', pusher, 'downloads a layer', 'pull', fetchLayer, denied('GetDownloadUrlForLayer')),
  deed('pusher-delete-refused', 'CI', pusher, 'deletes v1.0.0', 'delete an image', deleteRelease, denied('BatchDeleteImage')),
  deed('pusher-policy-refused', 'CI', pusher, 'opens shop/web to everybody', 'change settings', openToAll,
    denied('SetRepositoryPolicy')),
  deed('pusher-mutability-refused', 'CI', pusher, 'makes the tags of shop/web mutable', 'change settings', makeMutable,
    denied('PutImageTagMutability')),
  deed('pusher-lifecycle-refused', 'CI', pusher, 'lets all images of shop/web but one expire', 'change settings', expireAll,
    denied('PutLifecyclePolicy')),
  deed('pusher-remove-refused', 'CI', pusher, 'deletes shop/web with its images', 'change settings', deleteRepository,
    denied('DeleteRepository')),
  deed('reader-login', 'the reader', reader, 'logs in', 'log in', logIn, 'allowed'),
  deed('reader-manifest', 'the reader', reader, 'asks for the manifest of v1.0.0', 'read a manifest', askForManifest, 'allowed'),
  pushAs('reader-push-refused', 'the reader', reader, releases, denied('InitiateLayerUpload')),
  deed('reader-retag-refused', 'the reader', reader, 'gives the release the tag v9.9.9', 'push a new tag', addTag,
    denied('PutImage')),
  deed('reader-delete-refused', 'the reader', reader, 'deletes v1.0.0', 'delete an image', deleteRelease,
    denied('BatchDeleteImage')),
  deed('reader-policy-refused', 'the reader', reader, 'opens shop/web to everybody', 'change settings', openToAll,
    denied('SetRepositoryPolicy')),
  deed('stranger-login-refused', 'the stranger', stranger, 'logs in', 'log in', logIn, denied('GetAuthorizationToken')),
  deed('stranger-manifest-refused', 'the stranger', stranger, 'asks for the manifest of v1.0.0', 'read a manifest', askForManifest,
    denied('BatchGetImage')),
  pullAs('stranger-pull-refused', 'the stranger', stranger, releases, denied('BatchGetImage')),
  pushAs('stranger-push-refused', 'the stranger', stranger, releases, denied('BatchCheckLayerAvailability')),
  deed('stranger-delete-refused', 'the stranger', stranger, 'deletes v1.0.0', 'delete an image', deleteRelease,
    denied('BatchDeleteImage')),
  deed('stranger-policy-refused', 'the stranger', stranger, 'opens shop/web to everybody', 'change settings', openToAll,
    denied('SetRepositoryPolicy')),
  pullAs('other-account-pull-refused', 'another account', otherAccount, ours, denied('BatchGetImage')),
  pushAs('other-account-push-refused', 'another account', otherAccount, ours, denied('BatchCheckLayerAvailability')),
  deed('other-account-delete-refused', 'another account', otherAccount, 'deletes v1.0.0', 'delete an image',
    (context, ecr) => ecr.send(new BatchDeleteImageCommand({ ...ours(context), imageIds: [{ imageTag: 'v1.0.0' }] })),
    denied('BatchDeleteImage')),
  pullAs('unsigned-pull-refused', 'nobody (unsigned)', nobody, releases, 'refused: MissingAuthenticationTokenException'),
  pushAs('unsigned-push-refused', 'nobody (unsigned)', nobody, releases, 'refused: MissingAuthenticationTokenException'),
  pullAs('forged-pull-refused', 'a forger of CI', forger, releases, 'refused: InvalidSignatureException'),
  pushAs('forged-push-refused', 'a forger of CI', forger, releases, 'refused: InvalidSignatureException'),
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
