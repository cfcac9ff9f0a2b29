import './handler-environment';
import { DescribeImagesCommand, DescribeRepositoriesCommand, ECRClient, RepositoryNotFoundException } from '@aws-sdk/client-ecr';
import { SQSClient, type SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import * as fc from 'fast-check';
import { EMPTY, type Image, measured } from '../../src/audit/measure';
import { handler as lambda } from '../../src/audit/measure-repositories.lambda';
import type { Batch } from '../../src/handler/batch';
import { CONTEXT } from '../support/lambda-context';

const handler = (batch: Batch) => lambda(batch, CONTEXT);
const OCI = 'application/vnd.oci.image.config.v1+json';
const [OLD, NEW] = [new Date('2020-01-01'), new Date('2100-01-01')];
const STALE = new Date('2026-08-24');

let emitted: any[];
let sent: any[];
let answers: Record<string, (input: any) => Promise<object>>;

beforeEach(() => {
  [emitted, sent] = [[], []];
  answers = {};
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => emitted.push(JSON.parse(String(line))) > 0);
  jest.spyOn(ECRClient.prototype, 'send').mockImplementation(async (command: any) => {
    if (command instanceof DescribeImagesCommand) return answers.images(command.input);
    if (command instanceof DescribeRepositoriesCommand) return answers.repositories(command.input);
    throw new Error('unexpected');
  });
  jest.spyOn(SQSClient.prototype, 'send').mockImplementation(async ({ input }: any) => {
    sent.push(...(input as SendMessageBatchCommand['input']).Entries!.map(({ MessageBody }) => JSON.parse(MessageBody!)));
    return {};
  });
});
afterEach(() => jest.restoreAllMocks());

const message = (body: object) => ({ Records: [{ messageId: 'm', body: JSON.stringify(body) }] });
const DONE = { batchItemFailures: [] };
const FAILED = { batchItemFailures: [{ itemIdentifier: 'm' }] };

describe('an image counts', () => {
  test.each<[string, Image, Partial<typeof EMPTY>]>([
    ['by its size', { imageSizeInBytes: 5, imageTags: ['v1'], imageStatus: 'ACTIVE' }, { RepositoryBytes: 5, Images: 1, TaggedImages: 1 }],
    ['without a tag', {}, { Images: 1, UntaggedImages: 1 }],
    ['without a tag, said so', { imageTags: [] }, { Images: 1, UntaggedImages: 1 }],
    ['not scanned', { artifactMediaType: OCI, imageTags: ['v1'] }, { Images: 1, TaggedImages: 1, UnscannedImages: 1 }],
    ['a failed scan', { artifactMediaType: OCI, imageTags: ['v1'], imageScanStatus: { status: 'UNSUPPORTED_IMAGE' } }, { Images: 1, TaggedImages: 1, UnscannedImages: 1 }],
    ['scanned', { artifactMediaType: OCI, imageTags: ['v1'], imageScanStatus: { status: 'COMPLETE' } }, { Images: 1, TaggedImages: 1 }],
    ['scanned continuously', { artifactMediaType: OCI, imageTags: ['v1'], imageScanStatus: { status: 'ACTIVE' } }, { Images: 1, TaggedImages: 1 }],
    ['with findings', { artifactMediaType: OCI, imageTags: ['v1'], imageScanFindingsSummary: {} }, { Images: 1, TaggedImages: 1 }],
    ['a signature', { artifactMediaType: 'application/vnd.cncf.notary.signature' }, { Images: 1, UntaggedImages: 1 }],
    ['archived', { artifactMediaType: OCI, imageTags: ['v1'], imageStatus: 'ARCHIVED', imagePushedAt: OLD }, { Images: 1, TaggedImages: 1, ArchivedImages: 1 }],
    ['stale', { imageTags: ['v1'], imagePushedAt: OLD }, { Images: 1, TaggedImages: 1, StaleImages: 1 }],
    ['old and pulled', { imageTags: ['v1'], imagePushedAt: OLD, lastRecordedPullTime: NEW }, { Images: 1, TaggedImages: 1 }],
    ['pulled long ago', { imageTags: ['v1'], imagePushedAt: OLD, lastRecordedPullTime: OLD }, { Images: 1, TaggedImages: 1, StaleImages: 1 }],
  ])('%s', (_name, image, expected) => {
    expect(measured(EMPTY, image, STALE)).toEqual({ ...EMPTY, ...expected });
  });

  test('once, whatever it is', () => {
    const image = fc.record<Image>({ imageTags: fc.array(fc.string()), imageStatus: fc.constantFrom('ACTIVE', 'ARCHIVED'), imagePushedAt: fc.constantFrom(OLD, NEW) }, { requiredKeys: [] });
    fc.assert(fc.property(fc.array(image), (images) => {
      const sum = images.reduce((so, each) => measured(so, each, STALE), EMPTY);
      expect(sum.Images).toBe(images.length);
      expect(sum.TaggedImages + sum.UntaggedImages).toBe(images.length);
      expect(sum.ArchivedImages + sum.StaleImages).toBeLessThanOrEqual(images.length);
    }));
  });
});

test('asks for every repository of the registry, each in a message of its own', async () => {
  const pages = [Array.from({ length: 1000 }, (_, index) => `a${index}`), ['b1', 'b2']];
  answers.repositories = async ({ nextToken }) => ({
    repositories: pages[nextToken ? 1 : 0].map((repositoryName) => ({ repositoryName })), nextToken: nextToken ? undefined : 'more',
  });

  expect(await handler(message({ repositories: [] }))).toEqual(DONE);

  expect(sent).toEqual(pages.flat().map((repository) => ({ repository })));
});

test('asks for those that are named only', async () => {
  expect(await handler(message({ repositories: ['shop/web', 'shop/api'] }))).toEqual(DONE);

  expect(sent).toEqual([{ repository: 'shop/web' }, { repository: 'shop/api' }]);
});

test('measures a repository page by page, archived images too', async () => {
  const asked: object[] = [];
  answers.images = async (input) => {
    asked.push({ ...input });
    const imageDetails = Array.from({ length: input.nextToken ? 500 : 1000 }, () => ({ imageSizeInBytes: 2, imageTags: ['v'], imagePushedAt: NEW }));
    return { imageDetails, nextToken: input.nextToken ? undefined : 'more' };
  };

  expect(await handler(message({ repository: 'shop/web' }))).toEqual(DONE);

  expect(asked).toEqual([
    { repositoryName: 'shop/web', filter: { imageStatus: 'ANY' }, maxResults: 1000 },
    { repositoryName: 'shop/web', filter: { imageStatus: 'ANY' }, maxResults: 1000, nextToken: 'more' },
  ]);
  expect(emitted).toEqual([expect.objectContaining({ RepositoryName: 'shop/web', RepositoryBytes: 3000, Images: 1500, UntaggedImages: 0 })]);
  expect(emitted[0]._aws.CloudWatchMetrics[0]).toMatchObject({ Namespace: 'SecureEcr/Audit', Dimensions: [['RepositoryName'], []] });
});

test('an empty repository has no images', async () => {
  answers.images = async () => ({});

  await handler(message({ repository: 'shop/web' }));

  expect(emitted).toEqual([expect.objectContaining({ Images: 0 })]);
});

test('one that was deleted meanwhile is none', async () => {
  answers.images = async () => { throw new RepositoryNotFoundException({ message: 'gone', $metadata: {} }); };

  expect(await handler(message({ repository: 'shop/web' }))).toEqual(DONE);
  expect(emitted).toEqual([]);
});

test('throttled to the end, it is tried again, and nothing is measured by half', async () => {
  answers.images = async ({ nextToken }) => {
    if (nextToken) throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
    return { imageDetails: [{}], nextToken: 'more' };
  };

  expect(await handler(message({ repository: 'shop/web' }))).toEqual(FAILED);
  expect(emitted).toEqual([]);
});

test('a repository that could not be asked for is asked for again', async () => {
  jest.spyOn(SQSClient.prototype, 'send').mockImplementation(async () => ({ Failed: [{ Message: 'no' }] }));

  expect(await handler(message({ repositories: ['shop/web'] }))).toEqual(FAILED);
});

test('a poison message is given back', async () => {
  expect(await handler({ Records: [{ messageId: 'm', body: 'x' }] })).toEqual(FAILED);
});
