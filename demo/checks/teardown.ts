import type { Capability, Picture } from './check';
import type { CheckContext } from './context';
import { type Resource, inventory } from '../../test/local-aws/inventory';

/** These are stored in another resource and go with it. */
const PARTS = new Set([
  'AWS::IAM::Policy', 'AWS::Lambda::EventInvokeConfig', 'AWS::Lambda::Permission', 'AWS::S3::BucketPolicy', 'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
]);

/** The accounts to which the example apps were deployed. */
function accountsOf({ deployment }: CheckContext): string[] {
  return [...new Set(deployment.deployed.map(({ account }) => account))];
}

const TOOLKIT = 'CDKToolkit';

/** What is left, and why AWS would have kept it too; without a reason it should not be there. */
async function leftovers(context: CheckContext): Promise<(Resource & { reason?: string })[]> {
  return (await Promise.all(accountsOf(context).map((account) => leftoversOf(context, account)))).flat();
}

async function leftoversOf(context: CheckContext, account: string): Promise<(Resource & { reason?: string })[]> {
  const toolkit = await context.resources({ name: TOOLKIT, account });
  const reasonFor = ({ type, id, state }: Resource) => {
    if (type === 'AWS::CloudFormation::Stack' && id === TOOLKIT) return 'cdk bootstrap prepares an account once, for all apps';
    if (toolkit.some((resource) => resource.type === type && resource.id === id)) return `belongs to ${TOOLKIT}`;
    if (state === 'PendingDeletion') return 'KMS waits 7 to 30 days before it deletes a key, so that it can be kept after all';
    if (type === 'AWS::ECR::RegistryScanningConfiguration') return 'deleting it would switch Amazon Inspector off for everybody in the account';
    return undefined;
  };
  const known = await inventory(context.aws, account);
  const alsoOfToolkit = toolkit.filter(({ type, id }) =>
    !PARTS.has(type) && !known.some((resource) => resource.type === type && resource.id === id));
  return [...known, ...alsoOfToolkit.map((resource) => ({ account, ...resource }))]
    .map((resource) => ({ ...resource, reason: reasonFor(resource) }));
}

/** Runs last; what it leaves is listed. */
export const teardown: Capability = {
  title: 'What is left after cdk destroy',
  notProven: [],
  checks: [
    {
      id: 'inventory-complete',
      tried: 'before they are destroyed, every resource of the apps is looked for in the inventory of its account',
      expected: 'all found',
      run: async (context) => {
        const known = (await Promise.all(accountsOf(context).map((account) => inventory(context.aws, account)))).flat();
        const ofApps = await Promise.all(context.deployment.deployed.map(async (stack) =>
          (await context.resources(stack)).map((resource) => ({ account: stack.account, ...resource }))));
        const wanted = ofApps.flat().filter(({ type }) => !PARTS.has(type));
        const missing = wanted.filter(({ account, type, id }) =>
          !known.some((one) => one.account === account && one.type === type && one.id === id));
        const answer = wanted.length > 0 ? 'all found' : 'the apps have no resources';
        return {
          answer: missing.map(({ type, id }) => `no ${type} ${id}`).join(', ') || answer,
          detail: `${wanted.length} resources of the apps, ${known.length} in the accounts`,
        };
      },
    },
    {
      id: 'destroyed',
      tried: 'cdk destroy of each app, images included',
      expected: 'done',
      run: async (context) => {
        await context.roles.remove();
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
    columns: ['Account', 'Type', 'Name', 'State', 'Why'],
    rows: (await leftovers(context)).map(({ account, type, id, state = '', reason = 'UNEXPECTED' }) =>
      [account, type, id, state, reason]),
  }],
};
