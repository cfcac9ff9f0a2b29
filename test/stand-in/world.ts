import { createHash } from 'node:crypto';
import type { DescribeImageScanFindingsResponse, ImageFailureCode, ImageStatus } from '@aws-sdk/client-ecr';
import type { ClusterInformation, CoveredResource, EcrConfiguration, Finding, FindingDetail, FindingDetailsErrorCode, ResourceScanType } from '@aws-sdk/client-inspector2';

export interface StoredImage {
  readonly repository: string;
  readonly digest: string;
  readonly body: string;
  readonly mediaType: string;
  readonly tags: string[];
}

/** For how long images are scanned again. */
export type Rescan = Required<EcrConfiguration>;

/** What the stand-in knows; tests write it, requests read it. */
export class World {
  readonly images: StoredImage[] = [];
  /** Why ECR does not give a manifest that it has, by digest. */
  readonly unreadable = new Map<string, ImageFailureCode>();
  /** What is in the archive, or on its way back, by digest. */
  readonly archive = new Map<string, ImageStatus>();
  coverage: CoveredResource[] = [];
  findings: Finding[] = [];
  readonly details = new Map<string, FindingDetail>();
  /** By the ARN of a finding: what is said instead of its details, one after the other. */
  readonly detailErrors = new Map<string, FindingDetailsErrorCode[]>();
  /** By digest. */
  readonly scans = new Map<string, Pick<DescribeImageScanFindingsResponse, 'imageScanStatus' | 'imageScanFindings'>>();

  /** Where images run, by their ARN. */
  readonly clusters = new Map<string, ClusterInformation[]>();

  /** What Amazon Inspector is switched on for. */
  readonly enabled = new Set<ResourceScanType>();
  /** None where nobody has set it. */
  rescan?: Rescan;

  constructor(readonly account = '123456789012', readonly region = 'eu-west-1') {}

  /** Stores a manifest as it is; gives its digest. */
  push(repository: string, manifest: object | string, ...tags: string[]): string {
    const body = typeof manifest === 'string' ? manifest : JSON.stringify(manifest);
    const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
    const mediaType = (/"mediaType":"([^"]+)"/.exec(body) ?? [])[1] ?? 'application/vnd.oci.image.manifest.v1+json';
    this.images.push({ repository, digest, body, mediaType, tags });
    return digest;
  }

  arnOf(repository: string, digest: string): string {
    return `arn:aws:ecr:${this.region}:${this.account}:repository/${repository}/${digest}`;
  }
}
