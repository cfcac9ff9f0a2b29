import type { AwaitedFindings, Finding, ImageFacts, ImageReference, ManifestFacts, ScanFacts } from '../contract';
import { type ReadFinding, basicFinding, inspectorFinding } from './findings';
import { manifestFacts } from './manifest';
import { date, list, number, object, optionalObject, required, text } from './value';
import { oldestSystem } from '../decision/end-of-life';
import { MAX_DEPTH, MAX_MANIFESTS } from '../decision/manifest-graph';
import { isWorse } from '../decision/scan-status';

/** More than any image has; what is beyond is not read, and such an image is never approved. */
export const MAX_FINDINGS = 200_000;

interface Scan {
  /** Whether the service has said anything of its status yet. */
  isKnown: boolean;
  scanner: ScanFacts['scanner'];
  status: string;
  detail?: string;
  scannedAt?: string;
  expectedFindings?: number;
  operatingSystem?: string;
  readonly findings: Finding[];
  announced?: AwaitedFindings;
  /** Of active ones. */
  readonly keys: Set<string>;
  /** Of those in any status. */
  readonly listed: Set<string>;
}

/**
 * Makes facts of answers, one after the other as they come, and keeps no more of them than a judgement needs.
 *
 * Every answer may be one of the SDK or the JSON of the wire. Answers may come in any order, in pages, and twice.
 */
export class FactsBuilder {
  private readonly manifests = new Map<string, ManifestFacts>();
  private readonly depths = new Map<string, number>();
  private readonly scans = new Map<string, Scan>();
  /** By vulnerability: one finding each to ask about. */
  private readonly arns = new Map<string, string>();
  private readonly idsByArn = new Map<string, string>();
  /** By vulnerability, of those that were answered; undefined where the service knows nothing of it. */
  private readonly exploited = new Map<string, boolean | undefined>();
  private findings = 0;
  private incomplete?: string;

  constructor(private readonly image: ImageReference) {
    this.depths.set(image.digest, 0);
  }

  /** A manifest of BatchGetImage. Gives the digests of those that are wanted next. */
  manifest(digest: string, body: string): string[] {
    const facts = manifestFacts(digest, body, `manifest ${digest}`);
    this.manifests.set(digest, facts);
    const depth = (this.depths.get(digest) ?? 0) + 1;
    const wanted: string[] = [];
    for (const child of facts.children ?? []) {
      if (this.depths.has(child.digest) || depth > MAX_DEPTH || this.depths.size > MAX_MANIFESTS) continue;
      this.depths.set(child.digest, depth);
      wanted.push(child.digest);
    }
    return wanted;
  }

  /** The digests of what runs. */
  images(): string[] {
    return [...this.manifests.values()].filter(({ kind }) => kind === 'IMAGE').map(({ digest }) => digest);
  }

  /** A page of ListCoverage. */
  coverage(answer: unknown): void {
    const place = 'ListCoverage';
    for (const [index, each] of list(object(answer, place), 'coveredResources', place).entries()) {
      const at = `${place}.coveredResources[${index}]`;
      const resource = object(each, at);
      const digest = /\/(sha256:[0-9a-f]{64})$/.exec(required(resource, 'resourceId', at))?.[1];
      const status = optionalObject(resource, 'scanStatus', at);
      if (digest === undefined || status === undefined || !this.depths.has(digest)) continue;
      const reason = required(status, 'reason', `${at}.scanStatus`);
      const isActive = text(status, 'statusCode', `${at}.scanStatus`) === 'ACTIVE';
      // Inactive and successful is no answer that can be trusted; any other reason says itself what it is.
      this.setStatus(digest, 'ENHANCED', !isActive && reason === 'SUCCESSFUL' ? 'INACTIVE' : reason, undefined, date(resource, 'lastScannedAt'));
    }
  }

  /** A page of ListFindings, or an object with one finding of an event. */
  inspectorFindings(answer: unknown): void {
    this.eachFinding(answer, (digest, read) => this.add(digest, 'ENHANCED', read));
  }

  /** A page of DescribeImageScanFindings, of basic or of enhanced scanning. */
  scanFindings(digest: string, answer: unknown): void {
    const place = 'DescribeImageScanFindings';
    const from = object(answer, place);
    const status = optionalObject(from, 'imageScanStatus', place);
    const found = optionalObject(from, 'imageScanFindings', place);
    const at = `${place}.imageScanFindings`;
    // Which of the lists there is tells who has scanned; the status does not.
    const basic = found ? list(found, 'findings', at).map((each, index) => basicFinding(each, `${at}.findings[${index}]`)) : [];
    const enhanced = found ? list(found, 'enhancedFindings', at).map((each, index) => inspectorFinding(each, `${at}.enhancedFindings[${index}]`)) : [];
    const code = status && text(status, 'status', `${place}.imageScanStatus`);
    const detail = status && text(status, 'description', `${place}.imageScanStatus`);
    this.setStatus(digest, 'BASIC', code ?? 'NO_ANSWER', code === 'COMPLETE' || code === 'ACTIVE' ? undefined : detail, found && date(found, 'imageScanCompletedAt'));
    for (const read of [...basic, ...enhanced]) this.add(digest, 'BASIC', read);
    const counts = found && optionalObject(found, 'findingSeverityCounts', at);
    if (counts) {
      const count = Object.keys(counts).reduce((sum, name) => sum + (number(counts, name, `${at}.findingSeverityCounts`, Number.MAX_SAFE_INTEGER) ?? 0), 0);
      const scan = this.scanOf(digest, 'BASIC');
      scan.expectedFindings = Math.max(scan.expectedFindings ?? 0, count);
    }
  }

  /** Says that there are no more pages of ListCoverage: what was not among them is not covered. */
  coverageComplete(): void {
    for (const digest of this.images()) this.scanOf(digest, 'ENHANCED');
  }

  /** What could be learned without an answer: access denied, no scan found. */
  problem(digest: string, scanner: ScanFacts['scanner'], status: string, detail?: string): void {
    this.setStatus(digest, scanner, status, detail);
  }

  /** The image is in the archive of the registry, where nothing can be read of it: it counts as one image that nobody can scan. */
  archived(scanner: ScanFacts['scanner']): void {
    const { digest } = this.image;
    this.manifests.set(digest, { digest, kind: 'IMAGE' });
    this.problem(digest, scanner, 'IMAGE_ARCHIVED');
  }

  /** What events have announced of the findings of an image. A count is of any status: which ones it counts, nobody says. */
  announce(digest: string, announced: AwaitedFindings): void {
    this.scanOf(digest, 'ENHANCED').announced = announced;
  }

  /** The digests of those of which something was announced that is not listed so far. */
  awaiting(): string[] {
    return [...this.scans].filter(([, scan]) => isAwaited(awaitedOf(scan))).map(([digest]) => digest);
  }

  /** A page of ListFindings with what is closed and decides nothing: it is listed, so it is not awaited. */
  closedFindings(answer: unknown): void {
    this.eachFinding(answer, (digest, { key }) => this.scanOf(digest, 'ENHANCED').listed.add(key));
  }

  /** Whether no more findings are wanted. */
  isFull(): boolean {
    return this.incomplete !== undefined;
  }

  /**
   * ARNs of findings of which it is worth asking whether CISA knows them to be exploited, and that have no answer yet: one
   * for each CVE. Suppressed ones are among them: a policy may count them.
   */
  arnsToAskAbout(): string[] {
    return [...this.arns].filter(([id]) => !this.exploited.has(id)).map(([, arn]) => arn);
  }

  /** An answer of BatchGetFindingDetails. What it does not tell of, for another reason than that it knows nothing, is to be asked again. */
  details(answer: unknown): void {
    const place = 'BatchGetFindingDetails';
    const from = object(answer, place);
    for (const [index, each] of list(from, 'findingDetails', place).entries()) {
      const at = `${place}.findingDetails[${index}]`;
      const detail = object(each, at);
      this.learn(text(detail, 'findingArn', at), optionalObject(detail, 'cisaData', at) !== undefined);
    }
    for (const [index, each] of list(from, 'errors', place).entries()) {
      const at = `${place}.errors[${index}]`;
      const error = object(each, at);
      if (text(error, 'errorCode', at) === 'FINDING_DETAILS_NOT_FOUND') this.learn(text(error, 'findingArn', at), undefined);
    }
  }

  private learn(arn: string | undefined, isExploited: boolean | undefined): void {
    const id = arn === undefined ? undefined : this.idsByArn.get(arn);
    if (id !== undefined) this.exploited.set(id, isExploited);
  }

  facts(readAt: Date): ImageFacts {
    const withExploited = (finding: Finding) => {
      const knownExploited = this.exploited.get(finding.id);
      return knownExploited === undefined ? finding : { ...finding, knownExploited };
    };
    return {
      image: this.image,
      readAt: readAt.toISOString(),
      manifests: [...this.manifests.values()],
      scans: [...this.scans].map(([digest, { isKnown, keys, listed, announced, findings, ...scan }]) => ({
        digest, ...scan, readFindings: keys.size, awaited: awaitedOf({ announced, listed }), findings: findings.map(withExploited),
      })),
      incomplete: this.incomplete,
    };
  }

  private eachFinding(answer: unknown, take: (digest: string, read: ReadFinding) => void): void {
    const place = 'ListFindings';
    for (const [index, each] of list(object(answer, place), 'findings', place).entries()) {
      const read = inspectorFinding(each, `${place}.findings[${index}]`);
      // One that names no image is held against all of them, rather than against none.
      for (const digest of read.digests.length === 0 ? this.images() : read.digests) {
        if (this.depths.has(digest)) take(digest, read);
      }
    }
  }

  private add(digest: string, scanner: ScanFacts['scanner'], { finding, key, arn, isCve, operatingSystem }: ReadFinding): void {
    if (this.findings >= MAX_FINDINGS) {
      this.incomplete = `has more than ${MAX_FINDINGS} findings, which are not all read`;
      return;
    }
    this.findings++;
    const scan = this.scanOf(digest, scanner);
    scan.operatingSystem = oldestSystem(scan.operatingSystem, operatingSystem);
    scan.findings.push(finding);
    scan.listed.add(key);
    if (finding.status === 'ACTIVE') scan.keys.add(key);
    if (arn === undefined || !isCve || this.arns.has(finding.id)) return;
    this.arns.set(finding.id, arn);
    this.idsByArn.set(arn, finding.id);
  }

  private setStatus(digest: string, scanner: ScanFacts['scanner'], status: string, detail?: string, scannedAt?: string): void {
    const scan = this.scanOf(digest, scanner);
    const told = { scanner, status, detail, scannedAt };
    if (!scan.isKnown || isWorse(told, scan)) Object.assign(scan, { isKnown: true, ...told });
  }

  private scanOf(digest: string, scanner: ScanFacts['scanner']): Scan {
    const scan: Scan = this.scans.get(digest) ?? { isKnown: false, scanner, status: scanner === 'ENHANCED' ? 'NOT_COVERED' : 'NO_ANSWER', findings: [], keys: new Set(), listed: new Set() };
    this.scans.set(digest, scan);
    return scan;
  }
}

function awaitedOf({ announced, listed }: Pick<Scan, 'announced' | 'listed'>): AwaitedFindings | undefined {
  return announced && { count: Math.max(0, announced.count - listed.size), arns: announced.arns.filter((arn) => !listed.has(arn)) };
}

function isAwaited(awaited: AwaitedFindings | undefined): boolean {
  return awaited !== undefined && awaited.count + awaited.arns.length > 0;
}
