import type { Finding, FindingStatus, FixAvailable, Severity, VulnerablePackage } from '../contract';
import { date, list, number, object, optionalObject, required, text } from './value';
import { least } from '../decision/join-findings';

/** A finding, with what its answer says beside it. */
export interface ReadFinding {
  readonly finding: Finding;
  /** Tells it from others of the same answer. */
  readonly key: string;
  /** Of Inspector. */
  readonly arn?: string;
  /** Whether CISA may know it: its catalog has CVEs only. */
  readonly isCve: boolean;
  /** The digests of the images that it is in, as far as the answer says them. */
  readonly digests: readonly string[];
  readonly operatingSystem?: string;
}

const SEVERITIES: readonly Severity[] = ['INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'];

/**
 * A finding of Inspector, as ListFindings, the event "Inspector2 Finding" and, in enhancedFindings, ECR's
 * DescribeImageScanFindings write it.
 */
export function inspectorFinding(value: unknown, place: string): ReadFinding {
  const from = object(value, place);
  const arn = text(from, 'findingArn', place);
  const details = optionalObject(from, 'packageVulnerabilityDetails', place);
  const at = `${place}.packageVulnerabilityDetails`;
  // Findings that are about no package have no vulnerability: they are named by what they say.
  const id = details ? required(details, 'vulnerabilityId', at) : text(from, 'title', place) ?? required(from, 'type', place);
  const packages = details ? list(details, 'vulnerablePackages', at).map((each, index) => vulnerablePackage(each, `${at}.vulnerablePackages[${index}]`)) : [];
  const image = imageOf(from, place);
  const epss = optionalObject(from, 'epss', place);
  return {
    arn,
    isCve: [id, ...details ? list(details, 'relatedVulnerabilities', at) : []].some((each) => String(each).startsWith('CVE-')),
    key: arn ?? id,
    ...image,
    finding: {
      id,
      severity: severity(text(from, 'severity', place)),
      status: status(text(from, 'status', place)),
      title: text(from, 'title', place),
      url: details && text(details, 'sourceUrl', at),
      fix: fix(text(from, 'fixAvailable', place), packages),
      exploitAvailable: exploit(from, place),
      epss: epss && number(epss, 'score', `${place}.epss`, 1),
      score: number(from, 'inspectorScore', place, 10) ?? number(from, 'score', place, 10),
      knownSince: least(date(from, 'firstObservedAt'), details && date(details, 'vendorCreatedAt')),
      packages,
    },
  };
}

/** A finding of basic scanning, which tells neither whether there is a fix nor whether there is an exploit. */
export function basicFinding(value: unknown, place: string): ReadFinding {
  const from = object(value, place);
  const attributes = new Map(list(from, 'attributes', place).map((each, index) => {
    const attribute = object(each, `${place}.attributes[${index}]`);
    return [required(attribute, 'key', `${place}.attributes[${index}]`), text(attribute, 'value', `${place}.attributes[${index}]`)];
  }));
  const id = required(from, 'name', place);
  const name = attributes.get('package_name');
  const version = attributes.get('package_version');
  const score = Number(attributes.get('CVSS4_SCORE') ?? attributes.get('CVSS3_SCORE') ?? attributes.get('CVSS2_SCORE'));
  return {
    isCve: id.startsWith('CVE-'),
    digests: [],
    key: JSON.stringify([id, name, version, text(from, 'uri', place), text(from, 'severity', place)]),
    finding: {
      id,
      severity: severity(text(from, 'severity', place)),
      status: 'ACTIVE',
      url: text(from, 'uri', place),
      fix: 'UNKNOWN',
      score: score >= 0 && score <= 10 ? score : undefined,
      packages: name === undefined ? [] : [{ name, version, manager: 'OS' }],
    },
  };
}

/** Names that have no version: Inspector says "NotAvailable" in words. */
const NO_VERSION = /^(?:not[ _-]?available|n\/?a|none|unknown)$/i;

function vulnerablePackage(value: unknown, place: string): VulnerablePackage {
  const from = object(value, place);
  const fixedIn = text(from, 'fixedInVersion', place);
  const version = text(from, 'version', place);
  const release = text(from, 'release', place);
  return {
    name: required(from, 'name', place),
    version: version !== undefined && release !== undefined ? `${version}-${release}` : version,
    fixedIn: fixedIn === undefined || NO_VERSION.test(fixedIn) ? undefined : fixedIn,
    manager: text(from, 'packageManager', place),
    path: text(from, 'filePath', place),
  };
}

const DIGEST = /sha256:[0-9a-f]{64}$/;

function imageOf(from: Readonly<Record<string, unknown>>, place: string): Pick<ReadFinding, 'digests' | 'operatingSystem'> {
  const digests: string[] = [];
  const systems: string[] = [];
  for (const [index, each] of list(from, 'resources', place).entries()) {
    const at = `${place}.resources[${index}]`;
    const resource = object(each, at);
    const details = optionalObject(resource, 'details', at);
    const image = details && optionalObject(details, 'awsEcrContainerImage', `${at}.details`);
    const inside = `${at}.details.awsEcrContainerImage`;
    for (const name of [image && text(image, 'imageHash', inside), text(resource, 'id', at)]) {
      const digest = DIGEST.exec(name ?? '')?.[0];
      if (digest !== undefined && !digests.includes(digest)) digests.push(digest);
    }
    const system = image && text(image, 'platform', inside);
    if (system !== undefined) systems.push(system);
  }
  return { digests, operatingSystem: systems[0] };
}

/** UNTRIAGED, ECR's UNDEFINED, and whatever else may come: nobody knows how bad it is. */
function severity(value: string | undefined): Severity {
  return SEVERITIES.find((each) => each === value) ?? 'UNTRIAGED';
}

/** What is not known to be hidden or closed is there. */
function status(value: string | undefined): FindingStatus {
  return value === 'SUPPRESSED' || value === 'CLOSED' ? value : 'ACTIVE';
}

function fix(value: string | undefined, packages: readonly VulnerablePackage[]): FixAvailable {
  if (value === 'YES' || value === 'PARTIAL') return value;
  const fixed = packages.filter(({ fixedIn }) => fixedIn !== undefined).length;
  if (fixed > 0) return fixed === packages.length ? 'YES' : 'PARTIAL';
  return value === 'NO' ? 'NO' : 'UNKNOWN';
}

function exploit(from: Readonly<Record<string, unknown>>, place: string): boolean | undefined {
  const value = text(from, 'exploitAvailable', place);
  const seen = optionalObject(from, 'exploitabilityDetails', place);
  if (value === 'YES' || (seen && date(seen, 'lastKnownExploitAt') !== undefined)) return true;
  return value === 'NO' ? false : undefined;
}
