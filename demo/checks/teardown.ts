import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { DescribeKeyCommand, KMSClient, ListKeysCommand } from '@aws-sdk/client-kms';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Capability, Picture } from './check';
import type { CheckContext } from './context';
import type { LocalAws } from '../../test/local-aws';

interface Resource {
  readonly type: string;
  /** The physical name, as CloudFormation has it. */
  readonly id: string;
  readonly state?: string;
}

/**
 * How the account lists what it has, by type. A type of the example app that is missing here fails the check
 * `inventory-complete`; types that the local AWS only records need no line.
 */
const LISTINGS: Record<string, (aws: LocalAws) => Promise<Omit<Resource, 'type'>[]>> = {
  'AWS::CloudFormation::Stack': async (aws) => {
    const { Stacks = [] } = await aws.client(CloudFormationClient).send(new DescribeStacksCommand({}));
    return Stacks.map(({ StackName, StackStatus }) => ({ id: StackName!, state: StackStatus }));
  },
  'AWS::ECR::Repository': async (aws) => {
    const { repositories = [] } = await aws.client(ECRClient).send(new DescribeRepositoriesCommand({ maxResults: 1000 }));
    return repositories.map(({ repositoryName }) => ({ id: repositoryName! }));
  },
  'AWS::Events::Rule': async (aws) => {
    const { Rules = [] } = await aws.client(EventBridgeClient).send(new ListRulesCommand({ Limit: 100 }));
    return Rules.map(({ Name }) => ({ id: Name! }));
  },
  'AWS::IAM::Role': async (aws) => {
    const { Roles = [] } = await aws.client(IAMClient).send(new ListRolesCommand({ MaxItems: 1000 }));
    return Roles.map(({ RoleName }) => ({ id: RoleName! }));
  },
  'AWS::KMS::Key': async (aws) => {
    const kms = aws.client(KMSClient);
    const { Keys = [] } = await kms.send(new ListKeysCommand({ Limit: 1000 }));
    return Promise.all(Keys.map(async ({ KeyId }) => {
      const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
      return { id: KeyId!, state: KeyMetadata?.KeyState };
    }));
  },
  'AWS::SQS::Queue': async (aws) => {
    const { QueueUrls = [] } = await aws.client(SQSClient).send(new ListQueuesCommand({ MaxResults: 1000 }));
    return QueueUrls.map((id) => ({ id }));
  },
};

/** These are stored in another resource and go with it. */
const PARTS = new Set(['AWS::IAM::Policy', 'AWS::S3::BucketPolicy', 'AWS::SQS::QueuePolicy']);

async function inventory(aws: LocalAws): Promise<Resource[]> {
  const listed = Object.entries(LISTINGS).map(async ([type, list]) =>
    (await list(aws)).map((resource) => ({ type, ...resource })));
  return [...(await Promise.all(listed)).flat(), ...await aws.resources()];
}

const TOOLKIT = 'CDKToolkit';

/** What is left, and why AWS would have kept it too; without a reason it should not be there. */
async function leftovers(context: CheckContext): Promise<(Resource & { reason?: string })[]> {
  const toolkit = await context.resources(TOOLKIT);
  const reasonFor = ({ type, id, state }: Resource) => {
    if (type === 'AWS::CloudFormation::Stack' && id === TOOLKIT) return 'cdk bootstrap prepares an account once, for all apps';
    if (toolkit.some((resource) => resource.type === type && resource.id === id)) return `belongs to ${TOOLKIT}`;
    if (state === 'PendingDeletion') return 'KMS waits 7 to 30 days before it deletes a key, so that it can be kept after all';
    return undefined;
  };
  const known = await inventory(context.aws);
  const alsoOfToolkit = toolkit.filter(({ type, id }) =>
    !PARTS.has(type) && !known.some((resource) => resource.type === type && resource.id === id));
  return [...known, ...alsoOfToolkit].map((resource) => ({ ...resource, reason: reasonFor(resource) }));
}

/** Runs last; what it leaves is listed. */
export const teardown: Capability = {
  title: 'What is left after cdk destroy',
  notProven: [],
  checks: [
    {
      id: 'inventory-complete',
      tried: 'before it is destroyed, every resource of the app is looked for in the inventory of the account',
      expected: 'all found',
      run: async (context) => {
        const [known, ofApp] = [await inventory(context.aws), await context.resources()];
        const wanted = ofApp.filter(({ type }) => !PARTS.has(type));
        const missing = wanted.filter(({ type, id }) => !known.some((one) => one.type === type && one.id === id));
        const answer = wanted.length > 0 ? 'all found' : 'the app has no resources';
        return {
          answer: missing.map(({ type, id }) => `no ${type} ${id}`).join(', ') || answer,
          detail: `${wanted.length} resources of the app, ${known.length} in the account`,
        };
      },
    },
    {
      id: 'destroyed',
      tried: 'cdk destroy, images included',
      expected: 'done',
      run: async (context) => {
        await context.administrators.remove();
        await context.deployment.destroy();
        return { answer: 'done' };
      },
    },
    {
      id: 'nothing-left',
      tried: 'everything that is left is listed',
      expected: 'only what AWS keeps too',
      run: async (context) => {
        const unexpected = (await leftovers(context)).filter(({ reason }) => !reason);
        return { answer: unexpected.map(({ type, id }) => `${type} ${id}`).join(', ') || 'only what AWS keeps too' };
      },
    },
  ],
  pictures: async (context): Promise<Picture[]> => [{
    title: 'What is left, and why AWS keeps it too',
    columns: ['Type', 'Name', 'State', 'Why'],
    rows: (await leftovers(context)).map(({ type, id, state = '', reason = 'UNEXPECTED' }) => [type, id, state, reason]),
  }],
};
