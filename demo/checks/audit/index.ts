import { SetRepositoryPolicyCommand } from '@aws-sdk/client-ecr';
import type { SignalReport } from '../../../src/audit/contract';
import { makeImage, push } from '../../../test/local-aws';
import { type Capability, type Check, type Seen, attempt } from '../check';
import { type CheckContext, EVENT_PATIENCE_MS } from '../context';
import { administrator, base, pusher } from '../repository/subjects';

const BUILT_BY_CI = makeImage({ version: '13.0', greeting: 'base 13.0' });
const AROUND = makeImage({ version: '13.1', greeting: 'base 13.1, from a laptop' });

/** What people were told so far of a signal of shop/base; waits until somebody was told of one, by this image if one is given. */
async function told(context: CheckContext, signal: string, tag?: string): Promise<SignalReport[]> {
  const { repositoryName } = base(context);
  const isIt = (report: SignalReport) => report.signal === signal && report.repository === repositoryName;
  const reports: unknown = await context.events('AlertsUrl', (events) =>
    (events as unknown as SignalReport[]).some((report) => isIt(report) && (tag === undefined || report.imageTag === tag)));
  return (reports as SignalReport[]).filter(isIt);
}

async function sentence(context: CheckContext, signal: string, tag?: string): Promise<Seen> {
  const report = (await told(context, signal, tag)).find(({ imageTag }) => imageTag === tag);
  return report
    ? { answer: `${report.severity}: ${report.sentence}`, detail: JSON.stringify(report) }
    : { answer: `nothing within ${EVENT_PATIENCE_MS / 1000} seconds` };
}

const checks: Check[] = [
  {
    id: 'audit-pipeline-pushes',
    tried: 'CI pushes v13.0 to shop/base',
    expected: 'allowed',
    run: async (context) => attempt(push(await pusher(context), base(context), BUILT_BY_CI, 'v13.0').then(() => undefined)),
  },
  {
    id: 'audit-pushed-around',
    tried: 'an administrator pushes v13.1 to shop/base, around CI',
    expected: 'allowed',
    run: async (context) => attempt(push(await administrator(context), base(context), AROUND, 'v13.1').then(() => undefined)),
  },
  {
    id: 'audit-push-told',
    tried: 'what people are told of it',
    expected: 'CRITICAL: Role demo-administrator (session demo) pushed v13.1 to shop/base.',
    run: (context) => sentence(context, 'pushedAroundPipeline', 'v13.1'),
  },
  {
    id: 'audit-pipeline-untold',
    tried: 'what people are told of the push of CI',
    expected: 'nothing',
    run: async (context) => {
      const reports = await told(context, 'pushedAroundPipeline', 'v13.1');
      const ofCi = reports.filter(({ imageTag }) => imageTag === 'v13.0').map((report) => report.sentence).join(' ');
      return { answer: reports.length > 0 ? ofCi || 'nothing' : 'nothing was heard at all' };
    },
  },
  {
    id: 'audit-policy-opened',
    tried: 'the administrator opens the policy of shop/base to every account',
    expected: 'allowed',
    run: async (context) => {
      const ecr = await administrator(context);
      const Statement = [{ Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage' }];
      return attempt(ecr.send(new SetRepositoryPolicyCommand({ ...base(context), policyText: JSON.stringify({ Version: '2012-10-17', Statement }) })));
    },
  },
  {
    id: 'audit-opening-told',
    tried: 'what people are told of it',
    expected: 'CRITICAL: Role demo-administrator (session demo) changed the policy of shop/base, which now lets in every AWS account.',
    run: (context) => sentence(context, 'openedToWorld'),
  },
];

/** EcrAuditTrail: who did what, told in a sentence. */
export const audit: Capability = {
  title: 'EcrAuditTrail',
  checks,
  notProven: [
    'That CloudTrail delivers: the local AWS tells EventBridge of calls itself, and writes no log.',
    'That metric filters count and alarms follow: the local AWS stores them. Their patterns are tested with an evaluator of the documented syntax.',
  ],
};
