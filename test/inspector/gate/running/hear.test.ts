import * as samples from './samples';
import { type GateEvent, UnknownEventError, hear } from '../../../../src/inspector/gate/running/hear';

const DIGEST = samples.DIGEST;
const event = (type: string, detail: unknown, more: Partial<GateEvent> = {}) => ({ ...samples.ENVELOPE, 'detail-type': type, detail, ...more }) as GateEvent;
const put = (more: object = {}) => event('AWS API Call via CloudTrail', { ...samples.PUT_IMAGE, ...more });

describe('events as AWS documents them', () => {
  test('a push is remembered, and judged', () => {
    expect(hear(samples.PUSH)).toEqual([{ repository: 'my-repository-name', digest: DIGEST, notes: { pushedAt: '2019-11-16T01:54:34.000Z' }, cause: 'PUSH' }]);
  });

  test.each([['deletion', samples.DELETION], ['archival', samples.ARCHIVAL], ['restoration', samples.RESTORATION]])('after its %s an image is looked at', (_name, sample) => {
    expect(hear(sample)).toEqual([{ repository: sample.detail['repository-name'], digest: DIGEST, cause: 'CHANGE' }]);
  });

  test('a basic scan has an image judged, whatever came of it', () => {
    expect(hear(samples.BASIC_SCAN)).toEqual([{ repository: 'my-repository-name', digest: DIGEST, cause: 'SCAN' }]);
    expect(hear(event('ECR Image Scan', { ...samples.BASIC_SCAN.detail, 'scan-status': 'FAILED' }))).toHaveLength(1);
  });

  test('the first scan of Amazon Inspector names the repository by its ARN, and how many findings there are', () => {
    expect(hear(samples.INSPECTOR_SCAN)).toEqual([{
      repository: 'amazon/amazon-ecs-sample',
      digest: DIGEST,
      notes: { expected: { count: 158, at: '2021-12-03T18:03:16.000Z' } },
      cause: 'SCAN',
    }]);
  });

  test('a finding is about an image, named once although it is named twice, and awaited', () => {
    expect(hear(samples.INSPECTOR_FINDING)).toEqual([{
      repository: 'inspector2', digest: DIGEST, notes: { awaited: [samples.INSPECTOR_FINDING.detail.findingArn] }, cause: 'FINDING',
    }]);
  });

  test.each([
    ['that has closed', { status: 'CLOSED' }], ['that is suppressed', { status: 'SUPPRESSED' }], ['without a name', { findingArn: undefined }],
  ])('a finding %s has an image judged, and is not awaited', (_name, more) => {
    expect(hear({ ...samples.INSPECTOR_FINDING, detail: { ...samples.INSPECTOR_FINDING.detail, ...more } })).toEqual([{ repository: 'inspector2', digest: DIGEST, cause: 'FINDING' }]);
  });

  test('a change of coverage is about the image that it names', () => {
    expect(hear(event('Inspector2 Coverage', { scanStatus: { reason: 'SUCCESSFUL' } }, { resources: [samples.IMAGE_ARN] })))
      .toEqual([{ repository: 'inspector2', digest: DIGEST, cause: 'CHANGE' }]);
  });

  test('CloudTrail says who has pushed, and has nothing judged', () => {
    expect(hear(put())).toEqual([{
      repository: 'shop/web', digest: DIGEST, notes: { pushedBy: { arn: 'arn:aws:sts::111111111111:assumed-role/ci/run', at: '2026-11-22T10:02:03.000Z' } },
    }]);
  });
});

describe('what says nothing of an image', () => {
  test.each<[string, GateEvent]>([
    ['a push that failed', event('ECR Image Action', { ...samples.PUSH.detail, result: 'FAILURE' })],
    ['findings of something else', event('Inspector2 Finding', { resources: [{ id: 'i-12345678901234567' }, null] }, { resources: ['i-12345678901234567'] })],
    ['findings without resources', event('Inspector2 Finding', {}, { resources: undefined })],
    ['an image of another cloud', event('Inspector2 Finding', { resources: [{ id: `/subscriptions/a/repositories/inspector2/images/${DIGEST}` }] })],
    ['a call that was refused', put({ errorCode: 'AccessDenied' })],
    ['another call', put({ eventName: 'BatchGetImage' })],
    ['a call by nobody', put({ userIdentity: {} })],
  ])('is %s', (_name, sample) => {
    expect(hear(sample)).toEqual([]);
  });
});

describe('details', () => {
  test('findings of several images have each of them judged', () => {
    const other = samples.IMAGE_ARN.replace('/inspector2/', '/shop/web/');

    expect(hear(event('Inspector2 Finding', { resources: [{ id: samples.IMAGE_ARN }, { id: other }] })).map(({ repository }) => repository)).toEqual(['inspector2', 'shop/web']);
  });

  test.each([
    ['without a total', { 'finding-severity-counts': { CRITICAL: 1 } }], ['without counts', { 'finding-severity-counts': undefined }],
    ['with a total that is none', { 'finding-severity-counts': { TOTAL: -1 } }], ['with a total in words', { 'finding-severity-counts': { TOTAL: 'many' } }],
    ['of another kind', { 'scan-status': 'RESCAN' }],
  ])('a scan %s insists on nothing', (_name, more) => {
    expect(hear(event('Inspector2 Scan', { ...samples.INSPECTOR_SCAN.detail, ...more }))).toEqual([{ repository: 'amazon/amazon-ecs-sample', digest: DIGEST, cause: 'SCAN' }]);
  });

  test('a repository without its ARN is taken by its name', () => {
    expect(hear(event('Inspector2 Scan', { ...samples.INSPECTOR_SCAN.detail, 'repository-name': 'shop/web' }))).toMatchObject([{ repository: 'shop/web' }]);
  });

  test.each([
    ['aws-cn', 'cn-north-1'], ['aws-us-gov', 'us-gov-west-1'], ['aws-eusc', 'eusc-de-east-1'],
  ])('images in %s are heard of', (partition, region) => {
    const resources = [samples.IMAGE_ARN.replace('arn:aws:', `arn:${partition}:`).replace('eu-central-1', region)];

    expect(hear(event('Inspector2 Coverage', {}, { resources }))).toHaveLength(1);
  });

  test.each([
    ['by the name of a role', { userIdentity: { invokedBy: 'replication.ecr.amazonaws.com' } }, 'replication.ecr.amazonaws.com'],
    ['by an id', { userIdentity: { principalId: 'AIDA' } }, 'AIDA'],
  ])('who pushes is known %s where there is no ARN', (_name, more, arn) => {
    expect(hear(put(more))).toMatchObject([{ notes: { pushedBy: { arn } } }]);
  });

  test('the digest of a push is the one that was answered, or else the one that was sent', () => {
    const requestParameters = { ...samples.PUT_IMAGE.requestParameters, imageDigest: DIGEST };

    expect(hear(put({ responseElements: null, requestParameters }))).toMatchObject([{ digest: DIGEST }]);
  });

  test('the time of a push is that of the event where the call has none', () => {
    expect(hear(put({ eventTime: undefined }))).toMatchObject([{ notes: { pushedBy: { at: '2026-11-22T10:02:04.000Z' } } }]);
  });
});

describe('what is refused', () => {
  test.each<[string, unknown, string]>([
    ['nothing', null, 'This is no event'],
    ['a number', 5, 'This is no event'],
    ['an event without details', event('ECR Image Action', null), 'This is no event'],
    ['an event that nobody asked for', event('ECR Replication Action', {}), 'No rule of the gate asks for this event'],
    ['an image without a repository', event('ECR Image Action', { ...samples.PUSH.detail, 'repository-name': '' }), 'The event names no repository'],
    ['an image without a digest', event('ECR Image Action', { ...samples.PUSH.detail, 'image-digest': undefined }), 'The event names no digest of an image'],
    ['half a digest', event('ECR Image Scan', { ...samples.BASIC_SCAN.detail, 'image-digest': DIGEST.slice(0, -1) }), 'The event names no digest of an image'],
    ['a push at no time', event('ECR Image Action', samples.PUSH.detail, { time: 'soon' }), 'The event has no time'],
    ['a scan at no time', event('Inspector2 Scan', samples.INSPECTOR_SCAN.detail, { time: undefined }), 'The event has no time'],
  ])('%s', (_name, sample, why) => {
    expect(() => hear(sample as GateEvent)).toThrow(UnknownEventError);
    expect(() => hear(sample as GateEvent)).toThrow(why);
  });

  test('says what came, in short', () => {
    expect(() => hear(event('unknown', { text: 'x'.repeat(10_000) }))).toThrow(/^.{100,600}$/);
  });
});
