import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { BatchGetImageCommand, DescribeImageScanFindingsCommand, DescribeImagesCommand } from '@aws-sdk/client-ecr';
import {
  BatchGetFindingDetailsCommand, type ClusterInformation, type FindingStatus, GetClustersForImageCommand, ListCoverageCommand, ListFindingsCommand,
} from '@aws-sdk/client-inspector2';
import { AwsClients, type AwsSettings } from './clients';
import { readPages } from './paging';
import { ReadError, explained, nameOf } from './read-error';

/** Which image; a digest, because a tag may move between two calls. */
export interface ImageAddress {
  readonly account: string;
  readonly region: string;
  readonly repository: string;
  readonly digest: string;
}

/** Takes the answers as they come; `FactsBuilder` of inspector/ is one. */
export interface AnswerSink {
  /** Gives the digests that are wanted next. */
  manifest(digest: string, body: string): string[];
  /** The digests of what runs, by the manifests so far. */
  images(): string[];
  coverage(answer: unknown): void;
  coverageComplete(): void;
  inspectorFindings(answer: unknown): void;
  /** The digests of those of which findings were announced that are not listed so far. */
  awaiting(): string[];
  /** Of `awaiting`, what is closed: beside what is read. */
  closedFindings(answer: unknown): void;
  scanFindings(digest: string, answer: unknown): void;
  problem(digest: string, scanner: 'BASIC' | 'ENHANCED', status: string, detail?: string): void;
  /** The image is in the registry, and nobody can pull it. */
  archived(scanner: 'BASIC' | 'ENHANCED'): void;
  /** Those that have no answer yet. */
  arnsToAskAbout(): string[];
  details(answer: unknown): void;
  /** Whether no more findings are wanted. */
  isFull(): boolean;
}

export interface ReadOptions {
  /** Who has scanned: Amazon ECR, or Amazon Inspector (ENHANCED). */
  readonly scanner: 'BASIC' | 'ENHANCED';
  /** Findings of which status to read; of basic scanning all are active. */
  readonly statuses: readonly FindingStatus[];
  /** Whether to ask which vulnerabilities CISA knows to be exploited: a request for ten of them. */
  readonly askAboutExploits: boolean;
  readonly signal?: AbortSignal;
  /** Is given the digests of what runs before anything is read of their scans. */
  beforeScans?(images: readonly string[]): Promise<void>;
}

/** What the API takes at once. */
const DIGESTS_A_GET = 100;
const VALUES_A_FILTER = 10;
const ARNS_A_REQUEST = 10;
const FINDINGS_A_PAGE = { inspector: 100, ecr: 1_000 };
const COVERAGE_A_PAGE = 100;
/** For what an answer leaves out; what is refused as a whole, the SDK tries again. */
const MAX_ATTEMPTS = 3;
const PAUSE_MS = 300;
const CLUSTERS_A_PAGE = 100;

const MANIFESTS = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
/** How ECR says that an image is not there; one that is archived is not, for whoever pulls. */
const NOT_THERE: readonly string[] = ['ImageNotFound', 'ImageInaccessible'];
/** What cannot be pulled, though it is there; the second is being restored. */
const IN_THE_ARCHIVE: readonly (string | undefined)[] = ['ARCHIVED', 'ACTIVATING'];
/** How services say that the credentials, not the permissions, are the problem. */
const EXPIRED = ['ExpiredTokenException', 'ExpiredToken'];

/**
 * Reads all that a judgement needs of an image: its manifests, then which of its platforms are scanned, then the findings.
 * In that order: a scan that ends in between has its findings read.
 */
export class ImageReader {
  private readonly clients: AwsClients;

  constructor(settings: AwsSettings) {
    this.clients = new AwsClients(settings);
  }

  /** How many requests each operation has taken so far. */
  get requests(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.clients.requests);
  }

  close(): void {
    this.clients.close();
  }

  /** The digest behind a tag. */
  async resolve({ account, repository, tag }: { readonly account: string; readonly repository: string; readonly tag: string }): Promise<string> {
    const { images = [] } = await this.call('BatchGetImage', () => this.clients.ecr.send(new BatchGetImageCommand({
      registryId: account, repositoryName: repository, imageIds: [{ imageTag: tag }], acceptedMediaTypes: MANIFESTS,
    })));
    const digest = images[0]?.imageId?.imageDigest;
    if (digest === undefined) throw new ReadError('BatchGetImage', `there is no image ${repository}:${tag} in account ${account}`);
    return digest;
  }

  async read(image: ImageAddress, sink: AnswerSink, options: ReadOptions): Promise<void> {
    if (!await this.readManifests(image, sink, options)) return this.readArchive(image, sink, options);
    const images = sink.images();
    if (images.length === 0) return;
    await options.beforeScans?.(images);
    if (options.scanner === 'BASIC') {
      for (const digest of images) await this.readScanFindings(image, digest, sink, options);
      // There is something to ask about where Amazon ECR passes on what Amazon Inspector has found.
      if (options.askAboutExploits) await this.readDetails(sink, options);
      return;
    }
    for (const digests of chunks(images, VALUES_A_FILTER)) await this.readCoverage(image, digests, sink, options);
    sink.coverageComplete();
    for (const digests of chunks(images, VALUES_A_FILTER)) await this.readFindings(image, digests, sink, options);
    // What was announced may have closed since. Where closed findings are read anyway, there are no others.
    if (!options.statuses.includes('CLOSED')) {
      for (const digests of chunks(sink.awaiting(), VALUES_A_FILTER)) await this.readClosedFindings(image, digests, sink, options);
    }
    if (options.askAboutExploits) await this.readDetails(sink, options);
  }

  /**
   * Reads where an image runs. Amazon Inspector knows it of images that it scans continuously, up to 36 hours late; of an
   * index it knows nothing: ask for its platforms.
   *
   * @param take may be given the same cluster twice
   */
  async readUse(image: ImageAddress, take: (clusters: readonly ClusterInformation[]) => void, signal?: AbortSignal): Promise<void> {
    const filter = { resourceId: arnOf(image) };
    await this.pages('GetClustersForImage', (nextToken) => this.clients.inspector.send(
      new GetClustersForImageCommand({ filter, maxResults: CLUSTERS_A_PAGE, nextToken }), { abortSignal: signal },
    ), ({ cluster = [] }) => {
      take(cluster);
      return true;
    });
  }

  /** Says whether there is a manifest of the image itself. */
  private async readManifests({ account, repository, digest }: ImageAddress, sink: AnswerSink, { signal }: ReadOptions): Promise<boolean> {
    let isThere = false;
    let wanted = [digest];
    while (wanted.length > 0) {
      const next: string[] = [];
      for (const digests of chunks(wanted, DIGESTS_A_GET)) {
        const { images = [], failures = [] } = await this.call('BatchGetImage', () => this.clients.ecr.send(new BatchGetImageCommand({
          registryId: account, repositoryName: repository, imageIds: digests.map((imageDigest) => ({ imageDigest })), acceptedMediaTypes: MANIFESTS,
        }), { abortSignal: signal }));
        for (const { imageId, imageManifest } of images) {
          if (imageId?.imageDigest === undefined || imageManifest === undefined || !digests.includes(imageId.imageDigest)) continue;
          checkDigest(imageId.imageDigest, imageManifest);
          isThere ||= imageId.imageDigest === digest;
          next.push(...sink.manifest(imageId.imageDigest, imageManifest));
        }
        // What is not there stays without a manifest, and what has none is never approved. What is there and cannot be read is no answer.
        const unreadable = failures.find(({ failureCode }) => failureCode !== undefined && !NOT_THERE.includes(failureCode));
        if (unreadable) {
          throw new ReadError('BatchGetImage', `${unreadable.imageId?.imageDigest} cannot be read: ${unreadable.failureCode}, ${unreadable.failureReason}`);
        }
      }
      wanted = next;
    }
    return isThere;
  }

  /**
   * What is archived cannot be pulled: it has no manifest, as if it were gone.
   * https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive-image.html
   */
  private async readArchive({ account, repository, digest }: ImageAddress, sink: AnswerSink, { signal, scanner }: ReadOptions): Promise<void> {
    try {
      const { imageDetails = [] } = await this.call('DescribeImages', () => this.clients.ecr.send(new DescribeImagesCommand({
        registryId: account, repositoryName: repository, imageIds: [{ imageDigest: digest }], filter: { imageStatus: 'ANY' },
      }), { abortSignal: signal }));
      const image = imageDetails.find(({ imageDigest }) => imageDigest === digest);
      if (IN_THE_ARCHIVE.includes(image?.imageStatus)) sink.archived(scanner);
    } catch (error) {
      if (!(error instanceof ReadError) || nameOf(error.cause) !== 'ImageNotFoundException') throw error;
    }
  }

  private async readCoverage(image: ImageAddress, digests: string[], sink: AnswerSink, { signal }: ReadOptions): Promise<void> {
    const filterCriteria = {
      accountId: equals([image.account]),
      resourceType: equals(['AWS_ECR_CONTAINER_IMAGE']),
      resourceId: equals(digests.map((digest) => arnOf({ ...image, digest }))),
    };
    await this.pages('ListCoverage', (nextToken) => this.clients.inspector.send(
      new ListCoverageCommand({ filterCriteria, maxResults: COVERAGE_A_PAGE, nextToken }), { abortSignal: signal },
    ), (answer) => {
      sink.coverage(answer);
      return true;
    });
  }

  private async readFindings(image: ImageAddress, digests: string[], sink: AnswerSink, { statuses, signal }: ReadOptions): Promise<void> {
    await this.listFindings(image, digests, statuses, signal, (answer) => {
      sink.inspectorFindings(answer);
      return !sink.isFull();
    });
  }

  private async readClosedFindings(image: ImageAddress, digests: string[], sink: AnswerSink, { signal }: ReadOptions): Promise<void> {
    await this.listFindings(image, digests, ['CLOSED'], signal, (answer) => {
      sink.closedFindings(answer);
      return sink.awaiting().some((digest) => digests.includes(digest));
    });
  }

  private async listFindings(
    { account, repository }: ImageAddress, digests: string[], statuses: readonly FindingStatus[], signal: AbortSignal | undefined,
    take: (answer: unknown) => boolean,
  ): Promise<void> {
    const filterCriteria = {
      awsAccountId: equals([account]),
      ecrImageRepositoryName: equals([repository]),
      ecrImageHash: equals(digests),
      findingStatus: equals(statuses),
    };
    await this.pages('ListFindings', (nextToken) => this.clients.inspector.send(
      new ListFindingsCommand({ filterCriteria, maxResults: FINDINGS_A_PAGE.inspector, nextToken }), { abortSignal: signal },
    ), take);
  }

  private async readScanFindings(image: ImageAddress, digest: string, sink: AnswerSink, { signal }: ReadOptions): Promise<void> {
    const imageId = { imageDigest: digest };
    const request = { registryId: image.account, repositoryName: image.repository, imageId, maxResults: FINDINGS_A_PAGE.ecr };
    try {
      await this.pages('DescribeImageScanFindings', (nextToken) => this.clients.ecr.send(
        new DescribeImageScanFindingsCommand({ ...request, nextToken }), { abortSignal: signal },
      ), (answer) => {
        sink.scanFindings(digest, answer);
        return !sink.isFull();
      });
    } catch (error) {
      if (!(error instanceof ReadError) || nameOf(error.cause) !== 'ScanNotFoundException') throw error;
      sink.problem(digest, 'BASIC', 'SCAN_NOT_FOUND');
    }
  }

  /** A request may succeed for some findings and fail for others; without all answers there is no verdict. */
  private async readDetails(sink: AnswerSink, { signal }: ReadOptions): Promise<void> {
    let wanted = sink.arnsToAskAbout();
    for (let attempt = 1; wanted.length > 0; attempt++) {
      for (const findingArns of chunks(wanted, ARNS_A_REQUEST)) {
        sink.details(await this.call('BatchGetFindingDetails', () => this.clients.inspector.send(
          new BatchGetFindingDetailsCommand({ findingArns }), { abortSignal: signal },
        )));
      }
      wanted = sink.arnsToAskAbout();
      if (wanted.length > 0 && attempt === MAX_ATTEMPTS) {
        throw new ReadError('BatchGetFindingDetails', `no answer about ${wanted.length} of the findings, such as ${wanted[0]}`);
      }
      if (wanted.length > 0) await setTimeout(attempt * PAUSE_MS, undefined, { signal });
    }
  }

  private async pages<T extends { nextToken?: string }>(
    operation: string, page: (nextToken: string | undefined) => Promise<T>, take: (answer: T) => boolean,
  ): Promise<void> {
    try {
      await readPages(operation, (nextToken) => this.withFreshCredentials(() => page(nextToken)), take);
    } catch (error) {
      throw explained(operation, error);
    }
  }

  private async call<T>(operation: string, request: () => Promise<T>): Promise<T> {
    try {
      return await this.withFreshCredentials(request);
    } catch (error) {
      throw explained(operation, error);
    }
  }

  /** Credentials may expire between two pages, however long they were good for at the first. */
  private async withFreshCredentials<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      if (!EXPIRED.includes(nameOf(error))) throw error;
      this.clients.renew();
      return request();
    }
  }
}

/** What the registry gives must be what was asked for, or anything could be judged in its place. */
function checkDigest(digest: string, body: string): void {
  const actual = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  if (actual !== digest) throw new ReadError('BatchGetImage', `the manifest of ${digest} has the digest ${actual}`);
}

/** As Amazon Inspector names an image. */
function arnOf({ account, region, repository, digest }: ImageAddress): string {
  return `arn:${partitionOf(region)}:ecr:${region}:${account}:repository/${repository}/${digest}`;
}

function equals<T extends string>(values: readonly T[]): Array<{ comparison: 'EQUALS'; value: T }> {
  return values.map((value) => ({ comparison: 'EQUALS', value }));
}

function partitionOf(region: string): string {
  const [, found] = PARTITIONS.find(([beginning]) => region.startsWith(beginning)) ?? [];
  return found ?? 'aws';
}

/** How the names of the Regions begin that are not in `aws`. */
const PARTITIONS = [
  ['cn-', 'aws-cn'], ['us-gov-', 'aws-us-gov'], ['us-iso-', 'aws-iso'], ['us-isob-', 'aws-iso-b'], ['us-isof-', 'aws-iso-f'],
  ['eu-isoe-', 'aws-iso-e'], ['eusc-', 'aws-eusc'],
] as const;

function chunks<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, index) => values.slice(index * size, (index + 1) * size));
}
