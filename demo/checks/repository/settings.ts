import { DescribeRepositoriesCommand, type Repository } from '@aws-sdk/client-ecr';
import { DescribeKeyCommand, EncryptCommand, GetKeyRotationStatusCommand, KMSClient } from '@aws-sdk/client-kms';
import { type Check, type Seen, attempt } from '../check';
import type { CheckContext, DeployedResource } from '../context';
import { type Where, administrator, base, development, releases } from './subjects';

const ALL = [releases, base, development];

/** What the service says about the repositories, not what the template does. */
export const settingChecks: Check[] = [
  {
    id: 'tags-immutable',
    tried: 'tag mutability of shop/web is read back',
    expected: 'IMMUTABLE',
    run: (context) => mutability(context, releases),
  },
  {
    id: 'tags-immutable-except',
    tried: 'tag mutability of shop/base is read back',
    expected: 'IMMUTABLE_WITH_EXCLUSION: latest',
    run: (context) => mutability(context, base),
  },
  {
    id: 'scan-on-push',
    tried: 'scanning of the three repositories is read back',
    expected: 'scan on push: true, true, true',
    run: async (context) => {
      const all = await Promise.all(ALL.map((where) => describe(context, where)));
      return { answer: `scan on push: ${all.map((one) => one.imageScanningConfiguration?.scanOnPush).join(', ')}` };
    },
  },
  {
    id: 'encryption',
    tried: 'encryption of the three repositories is read back',
    expected: 'KMS with the one key of the stack, rotated every 365 days',
    run: encryption,
  },
  {
    id: 'key-ecr-only',
    tried: 'the administrator encrypts with the key by hand',
    expected: 'refused: AccessDeniedException (kms:Encrypt)',
    run: async (context) => {
      const [{ id: KeyId }] = await keys(context);
      const kms = await context.asAdministrator(KMSClient);
      return attempt(kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('mine') })));
    },
  },
  {
    id: 'deploy-again',
    tried: 'cdk deploy, once more',
    expected: 'no changes',
    run: async (context) => {
      const said = await context.deployment.deploy();
      return { answer: /\(no changes\)/.test(said) ? 'no changes' : 'changes', detail: said };
    },
  },
];

async function describe(context: CheckContext, where: Where): Promise<Repository> {
  const ecr = await administrator(context);
  const { repositories } = await ecr.send(
    new DescribeRepositoriesCommand({ repositoryNames: [where(context).repositoryName] }));
  return repositories![0];
}

async function mutability(context: CheckContext, where: Where): Promise<Seen> {
  const { imageTagMutability, imageTagMutabilityExclusionFilters = [] } = await describe(context, where);
  const filters = imageTagMutabilityExclusionFilters.map(({ filter }) => filter).join(', ');
  return { answer: filters ? `${imageTagMutability}: ${filters}` : imageTagMutability! };
}

async function keys(context: CheckContext): Promise<DeployedResource[]> {
  return (await context.resources()).filter(({ logicalId }) => logicalId.startsWith('SecureEcrRepositoryKey'));
}

async function encryption(context: CheckContext): Promise<Seen> {
  const kms = context.aws.client(KMSClient);
  const ofStack = await keys(context);
  const all = await Promise.all(ALL.map((where) => describe(context, where)));
  const types = new Set(all.map((one) => one.encryptionConfiguration?.encryptionType));
  const used = new Set(all.map((one) => one.encryptionConfiguration?.kmsKey));
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: [...used][0] }));
  const ours = used.size === 1 && ofStack.length === 1 && KeyMetadata?.KeyId === ofStack[0].id;
  const rotation = await kms.send(new GetKeyRotationStatusCommand({ KeyId: KeyMetadata!.KeyId }));
  const rotated = rotation.KeyRotationEnabled ? `rotated every ${rotation.RotationPeriodInDays ?? 365} days` : 'not rotated';
  return {
    answer: `${[...types].join(', ')} with ${ours ? 'the one key of the stack' : 'other keys'}, ${rotated}`,
    detail: [...used].join(', '),
  };
}
