import { ask, digestOf, repositoryOf, sentence, toldInAll, whereItRuns } from './scene';
import { type Capability, type Check, attempt } from '../check';
import { OPENSSL, find, settle } from '../judgement/world';

const BY_CI = '(pushed by role PlatformTeam-Pusher, session demo-Pusher)';
const HAS_LOG4J = 'is rejected: critical CVE-2021-44228 in org.apache.logging.log4j:log4j-core 2.14.1 (known to be exploited, an exploit is available, EPSS 0.94, score 10).';

const checks: Check[] = [
  {
    id: 'gate-vulnerable',
    tried: 'CI pushes an image with log4j 2.14.1 to shop/web: what people are told',
    expected: `shop/web@(vulnerable) ${BY_CI} ${HAS_LOG4J}`,
    run: (context) => sentence(context, 'vulnerable', 'REJECTED'),
  },
  {
    id: 'gate-index',
    tried: 'CI pushes an index, of which one platform has log4j 2.14.1: what people are told',
    expected: `shop/web@(index) ${BY_CI} ${HAS_LOG4J}`,
    run: (context) => sentence(context, 'index', 'REJECTED'),
  },
  {
    id: 'gate-unscannable',
    tried: 'CI pushes an image that Amazon Inspector does not know the operating system of: what people are told',
    expected: `shop/web@(unscannable) ${BY_CI} is rejected: it has an operating system or media type that the scanner does not know.`,
    run: (context) => sentence(context, 'unscannable', 'REJECTED'),
  },
  {
    id: 'gate-clean',
    tried: 'CI pushes a clean image: what the role is answered that runs images',
    expected: 'APPROVED',
    run: async (context) => {
      const { status, validUntil } = await ask(context, 'Reader', 'clean');
      return { answer: status, detail: `unless it is confirmed, until ${validUntil}` };
    },
  },
  {
    id: 'gate-excepted',
    tried: 'CI pushes an image with a vulnerability that the app lets through until there is a fix',
    expected: 'APPROVED, CVE-2023-45853 by an exception of shop team',
    run: async (context) => {
      const { status, verdict } = await ask(context, 'Reader', 'excepted');
      const used = verdict?.exceptions.filter(({ state }) => state === 'USED').map(({ exception }) => exception) ?? [];
      const words = used.map(({ vulnerability, owner }) => `, ${vulnerability} by an exception of ${owner}`);
      return { answer: `${status}${words.join()}`, detail: used.map(({ reason }) => reason).join() };
    },
  },
  {
    id: 'gate-ask-refused',
    tried: 'a developer, who is not granted to ask, asks for the verdict on it',
    expected: 'refused: AccessDeniedException (lambda:InvokeFunction)',
    run: (context) => attempt(ask(context, 'Developer', 'clean')),
  },
  {
    id: 'gate-late',
    tried: 'a vulnerability becomes known in the clean image: what people are told',
    expected: `shop/web@(clean) ${BY_CI} was approved and is rejected now: high CVE-2024-5535 in libssl3 3.0.13-1~deb12u1, openssl 3.0.13-1~deb12u1 (EPSS 0.04, score 7.4).`,
    run: async (context) => {
      await find(context, repositoryOf(context), digestOf('clean'), OPENSSL);
      return sentence(context, 'clean', 'REJECTED');
    },
  },
  {
    id: 'gate-late-use',
    tried: 'where people are told that it runs',
    expected: 'ECS cluster production, service web, 3 running',
    run: (context) => whereItRuns(context, 'clean', 'REJECTED'),
  },
  {
    id: 'gate-late-answer',
    tried: 'what the role is answered now that runs images',
    expected: 'REJECTED',
    run: async (context) => ({ answer: (await ask(context, 'Reader', 'clean')).status }),
  },
  {
    id: 'gate-settled',
    tried: 'Amazon Inspector withdraws the finding: what people are told',
    expected: `shop/web@(clean) ${BY_CI} was rejected and is approved now: nothing is against it any more.`,
    run: async (context) => {
      await settle(context, repositoryOf(context), digestOf('clean'), OPENSSL, 'CLOSED');
      return sentence(context, 'clean', 'APPROVED');
    },
  },
  {
    id: 'gate-once',
    tried: 'what people were told in all: of approved images and of platforms of an index by themselves nothing',
    expected: 'vulnerable: REJECTED; clean: REJECTED, APPROVED; index: REJECTED; unscannable: REJECTED; excepted: nothing',
    run: (context) => toldInAll(context, 'clean', 'APPROVED'),
  },
];

/** InspectorGate and NotifyAction: every image is judged, and people are told. */
export const gate: Capability = {
  title: 'InspectorGate',
  checks,
  notProven: [
    'How soon Amazon Inspector announces what it finds: the demo announces it at once. In AWS, requests for one image are joined for half a minute; here, for a second.',
  ],
};
