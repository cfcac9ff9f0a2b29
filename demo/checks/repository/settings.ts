import { DescribeRepositoriesCommand, GetLifecyclePolicyCommand, type Repository } from '@aws-sdk/client-ecr';
import { DescribeKeyCommand, EncryptCommand, GetKeyRotationStatusCommand, KMSClient } from '@aws-sdk/client-kms';
import { type Check, type Picture, type Seen, attempt } from '../check';
import type { CheckContext, DeployedResource } from '../context';
import { administrator, base, releases, type Where } from './subjects';

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
    tried: 'scanning of both repositories is read back',
    expected: 'scan on push: true, true',
    run: async (context) => {
      const both = await Promise.all([releases, base].map((where) => describe(context, where)));
      return { answer: `scan on push: ${both.map((one) => one.imageScanningConfiguration?.scanOnPush).join(', ')}` };
    },
  },
  {
    id: 'encryption',
    tried: 'encryption of both repositories is read back',
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
  ...([['retention', 'shop/web', releases], ['retention-base', 'shop/base', base]] as const).map(([id, name, where]): Check => ({
    id,
    tried: `the lifecycle rules of ${name} are read back`,
    expected: '1. v*: keep; 2. gitsha_*: expire after 7 days; 3. gitbranch_*: expire after 7 days; '
      + '4. gitpr_*: expire after 7 days; 5. untagged: keep the newest 5',
    run: async (context) => {
      const rules = await lifecycleRules(context, where);
      return { answer: rules.map(([priority, images, fate]) => `${priority}. ${images}: ${fate}`).join('; ') };
    },
  })),
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

export async function describePictures(context: CheckContext): Promise<Picture[]> {
  return Promise.all([releases, base].map(async (where) => ({
    title: `What ${where(context).repositoryName} keeps, as deployed`,
    columns: ['Rule', 'Images', 'What happens to them'],
    rows: await lifecycleRules(context, where),
  })));
}

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
  return (await context.resources()).filter(({ type }) => type === 'AWS::KMS::Key');
}

async function encryption(context: CheckContext): Promise<Seen> {
  const kms = context.aws.client(KMSClient);
  const ofStack = await keys(context);
  const both = await Promise.all([releases, base].map((where) => describe(context, where)));
  const types = new Set(both.map((one) => one.encryptionConfiguration?.encryptionType));
  const used = new Set(both.map((one) => one.encryptionConfiguration?.kmsKey));
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: [...used][0] }));
  const ours = used.size === 1 && ofStack.length === 1 && KeyMetadata?.KeyId === ofStack[0].id;
  const rotation = await kms.send(new GetKeyRotationStatusCommand({ KeyId: KeyMetadata!.KeyId }));
  const rotated = rotation.KeyRotationEnabled ? `rotated every ${rotation.RotationPeriodInDays ?? 365} days` : 'not rotated';
  return {
    answer: `${[...types].join(', ')} with ${ours ? 'the one key of the stack' : 'other keys'}, ${rotated}`,
    detail: [...used].join(', '),
  };
}

interface LifecycleRule {
  readonly rulePriority: number;
  readonly selection: {
    readonly tagStatus: string;
    readonly tagPatternList?: string[];
    readonly tagPrefixList?: string[];
    readonly countType: string;
    readonly countUnit?: string;
    readonly countNumber: number;
  };
  readonly action: { readonly type: string };
}

/** Priority, images and fate, in words. */
async function lifecycleRules(context: CheckContext, where: Where): Promise<string[][]> {
  const ecr = await administrator(context);
  const { lifecyclePolicyText } = await ecr.send(new GetLifecyclePolicyCommand(where(context)));
  const { rules } = JSON.parse(lifecyclePolicyText!) as { rules: LifecycleRule[] };
  return rules.map((rule) => [String(rule.rulePriority), imagesOf(rule), fateOf(rule)]);
}

function imagesOf({ selection: { tagStatus, tagPatternList = [], tagPrefixList = [] } }: LifecycleRule): string {
  // ECR joins the entries of one rule by AND.
  const tags = [...tagPatternList, ...tagPrefixList.map((prefix) => `${prefix}*`)].join(' and ');
  return tagStatus === 'tagged' ? tags : tagStatus;
}

function fateOf({ selection: { countType, countUnit, countNumber }, action: { type } }: LifecycleRule): string {
  if (countType === 'sinceImagePushed') return `${type} after ${countNumber} ${countUnit}`;
  if (countType !== 'imageCountMoreThan') return `${type} by ${countType} ${countNumber}`;
  // A repository holds 100,000 images (a quota that can be raised): a rule that counts further keeps all.
  return countNumber >= 900_000 ? 'keep' : `keep the newest ${countNumber}`;
}
