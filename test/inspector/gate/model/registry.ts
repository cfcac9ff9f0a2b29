import { createHash } from 'node:crypto';
import type { Random } from './random';
import { HOUR, MINUTE, SECOND, type Simulator } from './simulator';
import type { GateEvent } from '../../../../src/inspector/gate/running/hear';

export const REPOSITORY = 'shop/web';
const ARN = `arn:aws:ecr:eu-west-1:111111111111:repository/${REPOSITORY}`;
export const VULNERABILITIES = ['CVE-2026-1', 'CVE-2026-2', 'CVE-2026-3', 'CVE-2026-4'] as const;

export const LONGEST_LAG = 90 * MINUTE;

export interface Listed {
  readonly severity: 'CRITICAL' | 'HIGH' | 'LOW';
  status: 'ACTIVE' | 'SUPPRESSED' | 'CLOSED';
}

/** A manifest, and what Amazon Inspector lists of it at the moment. */
export interface StoredImage {
  readonly digest: string;
  readonly kind: 'IMAGE' | 'INDEX' | 'ATTESTATION' | 'SIGNATURE';
  readonly children: readonly StoredImage[];
  isThere: boolean;
  /** There, and nobody can pull it. */
  isArchived: boolean;
  /** Whether it ever was. */
  wasArchived: boolean;
  pushedAt: number;
  /** Another one for each push of what was not there, and when that was. */
  life: number;
  since: number;
  status: string;
  scannedAt?: number;
  /** What is listed; what is closed stays, for whoever asks for it. */
  readonly findings: Map<string, Listed>;
}

/** How events travel. */
export interface Delivery {
  readonly lost: number;
  readonly twice: number;
  readonly late: number;
}

/** How long a scan may take, and a listing may lag behind what was announced. */
export interface Slowest {
  readonly scan: number;
  readonly listing: number;
}

/** A repository, Amazon Inspector, and EventBridge, which tells of both as well as it can. */
export class Registry {
  readonly images: StoredImage[] = [];

  constructor(
    private readonly simulator: Simulator, private readonly random: Random, private readonly delivery: Delivery,
    private readonly deliver: (event: object) => void, private readonly slowest: Slowest = { scan: 2 * HOUR, listing: LONGEST_LAG },
  ) {}

  find(digest: string): StoredImage | undefined {
    return this.images.find((image) => image.digest === digest && image.isThere);
  }

  /** Images that Amazon Inspector looks at. */
  scanned(): StoredImage[] {
    return this.images.filter(({ kind, isThere, scannedAt }) => kind === 'IMAGE' && isThere && scannedAt !== undefined);
  }

  make(kind: StoredImage['kind'], children: readonly StoredImage[] = []): StoredImage {
    const digest = `sha256:${createHash('sha256').update(`${this.images.length} ${kind}`).digest('hex')}`;
    const image: StoredImage = {
      digest, kind, children, isThere: false, isArchived: false, wasArchived: false, pushedAt: 0, life: 0, since: 0, status: 'NOT_COVERED', findings: new Map(),
    };
    this.images.push(image);
    return image;
  }

  push(image: StoredImage): void {
    for (const child of image.children) if (!canPull(child)) this.push(child);
    image.pushedAt = this.simulator.now;
    this.tell('ECR Image Action', { 'result': 'SUCCESS', 'action-type': 'PUSH', 'repository-name': REPOSITORY, 'image-digest': image.digest });
    if (canPull(image)) return;
    Object.assign(image, { isThere: true, isArchived: false });
    image.life++;
    image.since = this.simulator.now;
    if (image.kind === 'IMAGE') this.scanFirst(image);
  }

  /** Puts an image into the archive, or gets it back. */
  archive(image: StoredImage): void {
    const isArchived = !image.isArchived;
    image.life++;
    image.since = this.simulator.now; // it is scanned as a new one is
    Object.assign(image, { isArchived, wasArchived: true, status: isArchived ? 'IMAGE_ARCHIVED' : 'NOT_COVERED', scannedAt: undefined });
    image.findings.clear();
    this.tell('ECR Image Action', { 'result': 'SUCCESS', 'action-type': 'UPDATE_STORAGE_CLASS', 'repository-name': REPOSITORY, 'image-digest': image.digest });
    if (!isArchived && image.kind === 'IMAGE') this.scanFirst(image);
  }

  /** ECR keeps what an index refers to. */
  remove(image: StoredImage): void {
    if (this.images.some(({ isThere, children }) => isThere && children.includes(image))) return;
    Object.assign(image, { isThere: false, isArchived: false, status: 'NOT_COVERED', scannedAt: undefined });
    image.findings.clear();
    this.tell('ECR Image Action', { 'result': 'SUCCESS', 'action-type': 'DELETE', 'repository-name': REPOSITORY, 'image-digest': image.digest });
  }

  /** A vulnerability is published, or found late. It may be announced before it is listed. */
  discover(image: StoredImage, id = this.random.pick(VULNERABILITIES), lag = this.lag()): void {
    const status = this.random.chance(0.9) ? 'ACTIVE' : 'SUPPRESSED';
    const before = image.findings.get(id);
    if (before) lag = Math.min(lag, 4 * MINUTE); // of what is listed in another status, the gate takes that for an answer after five
    const severity = this.random.pick(['CRITICAL', 'HIGH', 'LOW', 'LOW'] as const);
    const announced = this.random.chance(0.5) ? 0 : lag;
    this.later(image, announced, () => this.tellFinding(image, id, status));
    this.later(image, lag, () => {
      const listed = image.findings.get(id);
      if (before && listed?.status === 'CLOSED') listed.status = status;
      else if (image.scannedAt !== undefined && !listed) image.findings.set(id, { severity, status });
    });
  }

  close(image: StoredImage): void {
    const [[id, finding] = []] = openOf(image);
    if (!finding) return;
    finding.status = 'CLOSED';
    this.tellFinding(image, id!, 'CLOSED');
  }

  suppress(image: StoredImage): void {
    const [[id, finding] = []] = openOf(image);
    if (!finding) return;
    finding.status = finding.status === 'ACTIVE' ? 'SUPPRESSED' : 'ACTIVE';
    this.tellFinding(image, id!, finding.status);
  }

  rescan(image: StoredImage): void {
    image.status = this.random.pick(['SCAN_IN_PROGRESS', 'PENDING_REVIVAL_SCAN']);
    if (this.random.chance(0.5)) this.tellCoverage(image);
    this.later(image, this.random.integer(MINUTE, HOUR), () => this.complete(image));
  }

  expire(image: StoredImage): void {
    image.status = 'SCAN_ELIGIBILITY_EXPIRED';
    this.tellCoverage(image);
    if (this.random.chance(0.5)) this.later(image, this.random.integer(MINUTE, HOUR), () => this.complete(image));
  }

  private scanFirst(image: StoredImage): void {
    const begins = this.random.integer(0, 60) * SECOND;
    const takes = this.random.chance(0.6) ? this.random.integer(10, 300) * SECOND : this.random.integer(0, this.slowest.scan);
    this.later(image, begins, () => image.status = 'PENDING_INITIAL_SCAN');
    this.later(image, begins + takes / 2, () => image.status = 'SCAN_IN_PROGRESS');
    this.later(image, begins + takes, () => {
      if (this.random.chance(0.1)) {
        image.status = 'UNSUPPORTED_OS';
        this.tellCoverage(image);
        return;
      }
      this.complete(image);
      const found = VULNERABILITIES.filter(() => this.random.chance(0.25));
      for (const id of found) this.discover(image, id);
      this.tell('Inspector2 Scan', {
        'scan-status': 'INITIAL_SCAN_COMPLETE', 'repository-name': ARN, 'image-digest': image.digest, 'finding-severity-counts': { TOTAL: found.length },
      });
    });
  }

  private complete(image: StoredImage): void {
    Object.assign(image, { status: 'SUCCESSFUL', scannedAt: this.simulator.now });
    this.tellCoverage(image);
  }

  /** How long something is known before it is listed. */
  private lag(): number {
    if (this.random.chance(0.1)) return this.random.integer(0, this.slowest.listing);
    return this.random.chance(0.7) ? this.random.integer(0, 10) * SECOND : this.random.integer(0, 240) * SECOND;
  }

  /** Unless the image is deleted until then. */
  private later(image: StoredImage, ms: number, happen: () => void): void {
    const { life } = image;
    this.simulator.after(ms, () => {
      if (image.isThere && image.life === life) happen();
    });
  }

  private tellFinding(image: StoredImage, id: string, status: string): void {
    this.tell('Inspector2 Finding', { findingArn: arnOf(image, id), status, resources: [{ id: `${ARN}/${image.digest}` }] }, [`${ARN}/${image.digest}`]);
  }

  private tellCoverage(image: StoredImage): void {
    this.tell('Inspector2 Coverage', { scanStatus: { reason: image.status } }, [`${ARN}/${image.digest}`]);
  }

  private tell(type: string, detail: object, resources: string[] = []): void {
    const event: GateEvent = { 'detail-type': type, 'source': 'aws', 'time': new Date(this.simulator.now).toISOString(), resources, detail };
    if (this.random.chance(this.delivery.lost)) return;
    for (let copies = this.random.chance(this.delivery.twice) ? 2 : 1; copies > 0; copies--) {
      const ms = this.random.chance(this.delivery.late) ? this.random.integer(0, 30 * MINUTE) : this.random.integer(0, 3 * SECOND);
      this.simulator.after(ms, () => this.deliver(event));
    }
  }
}

export function canPull({ isThere, isArchived }: StoredImage): boolean {
  return isThere && !isArchived;
}

function openOf({ findings }: StoredImage): Array<[string, Listed]> {
  return [...findings].filter(([, { status }]) => status !== 'CLOSED');
}

export function arnOf({ digest, life }: StoredImage, id: string): string {
  return `${digest}/${life}/${id}`;
}

/** What is or was listed. */
export function arnsOf(image: StoredImage): string[] {
  return [...image.findings.keys()].map((id) => arnOf(image, id));
}
