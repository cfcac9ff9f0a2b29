import { BAD, NOW, PUSHER, approved, digest, eventOn, facts, index, pending, rejected, scan, single, unscanned } from './events';
import type { VerdictEvent } from '../../../src/inspector/gate/contract';
import { type ImageUse, isRunning, usesOf } from '../../../src/inspector/gate/running/message/image-use';
import { forPeople, turnName } from '../../../src/inspector/gate/running/message/people';
import { principalWords } from '../../../src/inspector/gate/running/message/pusher-words';
import { ageWords, useSentence, useWords } from '../../../src/inspector/gate/running/message/use-words';
import { wordsOf } from '../../../src/inspector/gate/running/message/words';
import { ecsCluster, eksCluster } from '../../stand-in/samples';
import { World } from '../../stand-in/world';
import { finding, fixable } from '../facts';

const ACCOUNT = '111111111111';
const IMAGE = 'shop/web@sha256:000000000000';
const PUSHED = '(pushed by role GitHubPush, session run-42, at 2026-11-22 10:00 UTC)';
const PROD: ImageUse = {
  cluster: `arn:aws:ecs:eu-west-1:${ACCOUNT}:cluster/prod`, kind: 'ECS', workload: 'service web', running: 3, stopped: 0, lastInUse: '2026-11-22T10:00:00.000Z',
};
const RUNS = { seen: [PROD] };
const sentences = (event: VerdictEvent) => wordsOf(event, RUNS, NOW).sentences;
const headline = (event: VerdictEvent) => wordsOf(event, RUNS, NOW).headline;

describe('a person is told', () => {
  test('which image, why, what to upgrade to, where it runs, how old that knowledge is, and who pushed it', () => {
    expect(sentences(rejected({ announced: 'APPROVED' }))).toEqual([
      `${IMAGE} ${PUSHED} was approved and is rejected now: critical CVE-2026-1234 in openssl 3.0.11 (known to be exploited, EPSS 0.97, score 9.8).`,
      'Upgrade openssl to 3.0.15.',
      'It runs in ECS cluster prod (service web, 3 tasks, last seen 2 hours ago).',
    ]);
  });

  test.each<[string, VerdictEvent, title: string, words: string]>([
    ['rejected at once', rejected(), 'Rejected', 'is rejected: critical'],
    ['no longer approved', rejected({ announced: 'APPROVED' }), 'No longer approved', 'was approved and is rejected now: critical'],
    ['rejected after it was pending', rejected({ announced: 'PENDING' }), 'Rejected', 'was pending and is rejected now: critical'],
    ['approved at once', approved(), 'Approved', 'is approved.'],
    ['well again', approved({ announced: 'REJECTED' }), 'Approved now', 'was rejected and is approved now: nothing is against it any more.'],
    ['approved after it was pending', approved({ announced: 'PENDING' }), 'Approved now', 'was pending and is approved now: nothing is against it any more.'],
    ['pending again', pending({ announced: 'APPROVED' }), 'Pending again', 'was approved and is pending now: it is being scanned.'],
    ['not scannable', unscanned('UNSUPPORTED_OS'), 'Rejected', 'is rejected: it has an operating system or media type that the scanner does not know.'],
  ])('%s', (_name, event, title, words) => {
    const said = wordsOf(event, RUNS, NOW);

    expect(said.title).toBe(`${title}: ${IMAGE}`);
    expect(said.headline).toContain(`${PUSHED} ${words}`);
  });

  test('what to do where no upgrade helps', () => {
    expect(sentences(pending({ announced: 'APPROVED' }))[1]).toBe('Wait: it is judged again when the scan is complete.');
    expect(sentences(eventOn(single([finding({ knownExploited: true })])))[1])
      .toBe('There is no fix yet: remove the package or choose another base image, or except it until it is fixed.');
  });

  test('an address without a full stop', () => {
    expect(sentences(unscanned('UNSUPPORTED_OS'))[1]).toMatch(/^Build it from a base image that Amazon Inspector supports: https:\S+\.html$/);
  });

  test('how many more reasons and upgrades there are', () => {
    const findings = ['a', 'b', 'c', 'd', 'e'].map((name, at) => fixable({ id: `CVE-2026-${at}`, packages: [{ name, version: '1', fixedIn: '2', manager: 'OS' }] }));

    expect(headline(eventOn(single(findings)))).toMatch(/in a 1, and 4 more reasons\.$/);
    expect(headline(eventOn(single(findings.slice(0, 2))))).toMatch(/in a 1, and 1 more reason\.$/);
    expect(sentences(eventOn(single(findings)))[1]).toBe('Upgrade a to 2, b to 2, c to 2 and 2 more packages.');
    expect(sentences(eventOn(single(findings.slice(0, 3))))[1]).toBe('Upgrade a to 2, b to 2 and c to 2.');
    expect(headline({ ...rejected(), moreReasons: 1_000 })).toMatch(/, and 1000 more reasons\.$/);
  });

  test('of a change what turned it: findings, before what was so all along', () => {
    const both = facts([{ digest: digest(1), kind: 'INDEX', children: [{ digest: digest(2) }, { digest: digest(3) }] }, { digest: digest(2), kind: 'IMAGE' }, { digest: digest(3), kind: 'IMAGE' }],
      [scan(digest(2), [BAD]), scan(digest(3), [], { status: 'UNSUPPORTED_OS' })]);

    expect(headline(eventOn(both))).toContain('is rejected: it has an operating system');
    expect(headline(eventOn(both, { announced: 'APPROVED' }))).toContain('is rejected now: critical CVE-2026-1234');
  });

  test('that nobody knows who pushed it, and why', () => {
    const event = rejected({ pushedBy: undefined });

    expect(headline(event)).toContain(`${IMAGE} (pushed at 2026-11-22 10:00 UTC) is rejected`);
    expect(sentences(event).at(-1)).toBe('Who pushed it is not known: only CloudTrail tells, where a trail recorded management events when it was pushed.');
    expect(headline(rejected({ pushedBy: undefined, pushedAt: undefined }))).toContain(`${IMAGE} is rejected`);
    expect(headline(rejected({ pushedAt: undefined }))).toContain(PUSHED);
  });

  test('in one line each, whatever others wrote', () => {
    const evil = fixable({ packages: [{ name: 'x\n\nAPPROVED\u202e: ', version: '\u001b[2K1', fixedIn: '2\r\n3', manager: 'OS' }] });

    for (const sentence of sentences(eventOn(single([evil]), { pushedBy: { ...PUSHER, arn: `${PUSHER.arn}\n\nAll is well` } }))) {
      expect(sentence).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
  });
});

describe('whoever is told of', () => {
  test.each<[string, VerdictEvent, string]>([
    ['an image', rejected(), 'YES'],
    ['an index', eventOn(index([BAD])), 'YES'],
    ['a platform of an index, which is told of', rejected({ partOf: [digest(9)] }), 'NO'],
    ['archived', unscanned('IMAGE_ARCHIVED', { announced: 'APPROVED' }), 'IF_IT_RUNS'],
    ['no longer scanned', unscanned('SCAN_ELIGIBILITY_EXPIRED'), 'IF_IT_RUNS'],
    ['archived, and more that was left out', { ...unscanned('IMAGE_ARCHIVED'), moreReasons: 1 }, 'YES'],
    ['archived, and vulnerable', { ...unscanned('IMAGE_ARCHIVED'), reasons: [...unscanned('IMAGE_ARCHIVED').reasons, ...rejected().reasons] }, 'YES'],
    ['approved, for no reasons', approved({ announced: 'REJECTED' }), 'YES'],
  ])('%s: %s', (_name, event, expected) => {
    expect(forPeople(event)).toBe(expected);
  });

  test('the kinds of what happened are counted by themselves', () => {
    expect([rejected(), rejected({ announced: 'APPROVED' }), approved({ announced: 'REJECTED' })].map(turnName)).toEqual(['NEW-REJECTED', 'APPROVED-REJECTED', 'REJECTED-APPROVED']);
  });
});

test.each([
  ['arn:aws:sts::111111111111:assumed-role/GitHubPush/run-42', 'role GitHubPush, session run-42'],
  ['arn:aws:sts::222222222222:assumed-role/GitHubPush/run-42', 'role GitHubPush of account 222222222222, session run-42'],
  ['arn:aws-us-gov:sts::111111111111:assumed-role/AWSReservedSSO_Admin_0123/alice@example.com', 'role AWSReservedSSO_Admin_0123, session alice@example.com'],
  ['arn:aws:iam::111111111111:role/ci/Push', 'role Push'],
  ['arn:aws:iam::111111111111:user/ops/alice', 'user alice'],
  ['arn:aws:sts::111111111111:federated-user/alice', 'federated user alice'],
  ['arn:aws:iam::111111111111:root', 'the root user of account 111111111111'],
  ['codebuild.amazonaws.com', 'codebuild.amazonaws.com'],
  ['AIDAEXAMPLE', 'AIDAEXAMPLE'],
])('%s is %s', (arn, words) => {
  expect(principalWords(arn, ACCOUNT)).toBe(words);
});

describe('where it runs', () => {
  const world = new World(ACCOUNT);
  const sentence = (seen: readonly ImageUse[], unknown?: string) => useSentence({ seen, unknown }, ACCOUNT, NOW);
  const at = (name: string, more: Partial<ImageUse> = {}): ImageUse => ({ ...PROD, cluster: PROD.cluster.replace('prod', name), ...more });

  test.each<[string, readonly ImageUse[], string | undefined, string]>([
    ['one task', [at('prod', { running: 1 })], undefined, 'It runs in ECS cluster prod (service web, 1 task, last seen 2 hours ago).'],
    ['pods', [at('blue', { kind: 'EKS', workload: 'namespace shop, Deployment web', running: 2 })], undefined,
      'It runs in EKS cluster blue (namespace shop, Deployment web, 2 pods, last seen 2 hours ago).'],
    ['nobody knows how many', [at('prod', { running: undefined, workload: undefined, lastInUse: undefined })], undefined,
      'It runs in ECS cluster prod (last seen nobody knows when).'],
    ['no longer', [at('prod', { running: 0, stopped: 4 })], undefined, 'It ran in ECS cluster prod (service web, no task now, last seen 2 hours ago).'],
    ['here, and no longer there', [at('prod'), at('old', { running: 0 })], undefined, 'It runs in ECS cluster prod (service web, 3 tasks, last seen 2 hours ago).'],
    ['in two places', [at('a'), at('b')], undefined, 'It runs in ECS cluster a (service web, 3 tasks, last seen 2 hours ago) and ECS cluster b (service web, 3 tasks, last seen 2 hours ago).'],
    ['nowhere', [], undefined, 'Amazon Inspector has not seen it run in Amazon ECS or Amazon EKS; it looks once a day, so it may be 36 hours behind.'],
    ['nobody may know', [], 'GetClustersForImage: denied', 'Where it runs is not known: GetClustersForImage: denied.'],
    ['perhaps elsewhere too', [at('prod')], 'it did not answer in time', 'It runs in ECS cluster prod (service web, 3 tasks, last seen 2 hours ago). There may be more: it did not answer in time.'],
  ])('%s', (_name, seen, unknown, words) => {
    expect(sentence(seen, unknown)).toBe(words);
  });

  test('names three places and counts the rest', () => {
    expect(sentence(['a', 'b', 'c', 'd', 'e'].map((name) => at(name)))).toMatch(/cluster c \([^)]+\) and 2 more places\.$/);
    expect(sentence(['a', 'b', 'c', 'd'].map((name) => at(name)))).toMatch(/cluster c \([^)]+\) and 1 more place\.$/);
  });

  test('names an account that is another one', () => {
    expect(useWords(at('prod', { cluster: 'arn:aws:ecs:eu-west-1:222222222222:cluster/prod' }), ACCOUNT, NOW)).toContain('ECS cluster prod of account 222222222222 (');
  });

  test.each([
    ['2026-11-22T12:00:01.000Z', 'less than a minute ago'], // clocks differ
    ['2026-11-22T11:59:01.000Z', 'less than a minute ago'],
    ['2026-11-22T11:59:00.000Z', '1 minute ago'],
    ['2026-11-22T11:01:00.000Z', '59 minutes ago'],
    ['2026-11-22T11:00:00.000Z', '1 hour ago'],
    ['2026-11-21T00:00:00.000Z', '36 hours ago'],
    ['2026-11-20T12:00:00.000Z', '2 days ago'],
    ['2026-08-01T12:00:00.000Z', '113 days ago'],
  ])('%s is %s', (then, words) => {
    expect(ageWords(then, NOW)).toBe(words);
  });

  test('is what Amazon Inspector says, each workload once over all platforms', () => {
    const then = new Date('2026-11-22T11:00:00.000Z');
    const uses = usesOf([
      ['amd64', ecsCluster(world, 'prod', 'web')],
      ['amd64', ecsCluster(world, 'prod', 'web')], // a page that is read again
      ['arm64', ecsCluster(world, 'prod', 'web', { lastInUse: then, stoppedUnitCount: 2 })],
      ['amd64', eksCluster(world, 'blue', 'shop', 'web')],
    ]);

    expect(uses).toEqual([
      { cluster: PROD.cluster, kind: 'ECS', workload: 'service web', running: 6, stopped: 2, lastInUse: then.toISOString() },
      { cluster: `arn:aws:eks:eu-west-1:${ACCOUNT}:cluster/blue`, kind: 'EKS', workload: 'namespace shop, Deployment web', running: 2, stopped: 0, lastInUse: '2026-11-01T08:30:00.000Z' },
    ]);
  });

  test.each<[string, Parameters<typeof ecsCluster>[3], Partial<ImageUse>]>([
    ['a task of no service', { clusterMetadata: { awsEcsMetadataDetails: { detailsGroup: 'family:batch', taskDefinitionArn: 'x' } } }, { workload: 'task family batch' }],
    ['a group of its own', { clusterMetadata: { awsEcsMetadataDetails: { detailsGroup: 'nightly', taskDefinitionArn: 'x' } } }, { workload: 'group nightly' }],
    ['pods without a workload', { clusterMetadata: { awsEksMetadataDetails: {} } }, { kind: 'EKS', workload: undefined }],
    ['something new', { clusterMetadata: { $unknown: ['later', {}] } }, { kind: 'ECS', workload: undefined }],
    ['no counts', { runningUnitCount: undefined, stoppedUnitCount: undefined }, { running: undefined, stopped: undefined }],
  ])('%s', (_name, details, expected) => {
    expect(usesOf([['amd64', ecsCluster(world, 'prod', 'web', details)], ['arm64', ecsCluster(world, 'prod', 'web', details)]])).toEqual([expect.objectContaining(expected)]);
  });

  test('what runs most comes first, and then what was seen last', () => {
    const uses = usesOf([
      ['d', ecsCluster(world, 'old', 'web', { lastInUse: new Date('2026-10-01T00:00:00Z') })],
      ['d', ecsCluster(world, 'new', 'web')],
      ['d', ecsCluster(world, 'big', 'web', { runningUnitCount: 9 })],
      ['d', { clusterArn: undefined }],
    ]);

    expect(uses.map(({ cluster }) => cluster.split('/')[1])).toEqual(['big', 'new', 'old']);
  });

  test('it may run where nobody counts', () => {
    expect([3, undefined, 0].map((running) => isRunning({ ...PROD, running }))).toEqual([true, true, false]);
  });
});
