import type { ScanFacts } from '../contract';

/**
 * UNSCANNABLE is what no scanner can judge, by its own words: a policy may approve it. UNREAD is what nobody knows anything
 * about: no policy does.
 */
export type ScanState = 'SCANNED' | 'PENDING' | 'UNSCANNABLE' | 'UNREAD';

export interface ScanStatus {
  readonly state: ScanState;
  /** Of the image: "has not been scanned yet". */
  readonly words: string;
  readonly remedy: string;
  /** It was looked at once, and will not be again. */
  readonly once?: boolean;
}

const WAIT = 'wait: it is judged again when the scan is complete';

function pending(words: string, remedy = WAIT): ScanStatus {
  return { state: 'PENDING', words, remedy };
}

function unscannable(words: string, remedy: string): ScanStatus {
  return { state: 'UNSCANNABLE', words, remedy };
}

function unread(words: string, remedy: string): ScanStatus {
  return { state: 'UNREAD', words, remedy };
}

const SCANNED: ScanStatus = { state: 'SCANNED', words: 'was scanned', remedy: '' };
const ONCE: ScanStatus = { ...SCANNED, once: true };
const INTERNAL = unscannable('could not be scanned because of an error of the service', 'push it again, or ask AWS Support');
const EXPIRED = unscannable('is no longer scanned, because it was neither pushed nor used for longer than the re-scan duration',
  'push or pull it again, or set a longer re-scan duration in Amazon Inspector');
const ARCHIVED = unscannable('is archived, and archived images are not scanned', 'restore it first');
const UNSUPPORTED = unscannable('has an operating system or media type that the scanner does not know',
  'build it from a base image that Amazon Inspector supports: https://docs.aws.amazon.com/inspector/latest/user/supported.html');
const TOO_LARGE = unscannable('is larger than the scanner takes', 'make it smaller, or split it');

/**
 * scanStatus.reason of ListCoverage, for an active one.
 * https://docs.aws.amazon.com/inspector/v2/APIReference/API_ScanStatus.html
 */
export const INSPECTOR: Record<string, ScanStatus> = {
  SUCCESSFUL: SCANNED,
  SCAN_FREQUENCY_SCAN_ON_PUSH: ONCE,
  PENDING_INITIAL_SCAN: pending('has not been scanned yet'),
  PENDING_REVIVAL_SCAN: pending('is about to be scanned again'),
  SCAN_IN_PROGRESS: pending('is being scanned'),
  NOT_COVERED: pending('is not known to Amazon Inspector yet',
    'wait; if that does not help, look whether the scanning rules of the registry include the repository'),
  SCAN_ELIGIBILITY_EXPIRED: EXPIRED,
  SCAN_FREQUENCY_MANUAL: unscannable('is not scanned by itself: its repository is set to manual scanning',
    'include the repository in the scanning rules of the registry'),
  UNSUPPORTED_OS: UNSUPPORTED,
  UNSUPPORTED_MEDIA_TYPE: UNSUPPORTED,
  UNSUPPORTED_CONFIG_FILE: UNSUPPORTED,
  IMAGE_SIZE_EXCEEDED: TOO_LARGE,
  IMAGE_ARCHIVED: ARCHIVED,
  ACCESS_DENIED: unscannable('cannot be read by Amazon Inspector', 'let Amazon Inspector in by the policy of the repository'),
  ACCESS_DENIED_TO_ENCRYPTION_KEY: unscannable('is encrypted with a key that Amazon Inspector may not use',
    'let Amazon Inspector use the key'),
  INTERNAL_ERROR: INTERNAL,
  PENDING_DISABLE: unscannable('is not scanned: Amazon Inspector is being turned off', 'turn it on'),
  RESOURCE_TERMINATED: unscannable('is deleted', 'push it again'),
};

/**
 * imageScanStatus.status of DescribeImageScanFindings.
 * https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanStatus.html
 */
export const ECR: Record<string, ScanStatus> = {
  COMPLETE: ONCE,
  ACTIVE: SCANNED,
  IN_PROGRESS: pending('is being scanned'),
  PENDING: pending('has not been scanned yet'),
  SCAN_NOT_FOUND: pending('has not been scanned yet', 'wait, or start a scan if the repository does not scan on push'),
  FAILED: unscannable('could not be scanned', 'look at the scan in the console of Amazon ECR, and start another one'),
  UNSUPPORTED_IMAGE: UNSUPPORTED,
  SCAN_ELIGIBILITY_EXPIRED: EXPIRED,
  FINDINGS_UNAVAILABLE: unread('has findings that Amazon ECR cannot give', 'look whether Amazon Inspector is turned on'),
  LIMIT_EXCEEDED: TOO_LARGE,
  IMAGE_ARCHIVED: ARCHIVED,
};

/** What the code that reads could not read, from either service. */
export const READING: Record<string, ScanStatus> = {
  INACTIVE: unscannable('is not scanned by Amazon Inspector', 'look at the coverage of the image in Amazon Inspector'),
  NO_ANSWER: unread('was not among the answers of the service', 'judge it again'),
};

/** What the status of a scan means. One that nobody knows is never clean. */
export function scanStatus({ scanner, status, detail }: Pick<ScanFacts, 'scanner' | 'status' | 'detail'>): ScanStatus {
  const table = scanner === 'ENHANCED' ? INSPECTOR : ECR;
  const known = lookUp(table, status) ?? lookUp(READING, status);
  const found = known ?? unread('has a scan status that is not known here', 'update cdk-secure-ecr, or tell its authors');
  return detail ? { ...found, words: `${found.words} (${detail})` } : found;
}

const WORST_FIRST: readonly ScanState[] = ['UNREAD', 'UNSCANNABLE', 'PENDING', 'SCANNED'];

type Told = Pick<ScanFacts, 'scanner' | 'status' | 'detail' | 'scannedAt'>;

/** Where two answers about one image disagree, the one that is further from clean counts, and then the older one. */
export function isWorse(a: Told, b: Told): boolean {
  const order = WORST_FIRST.indexOf(scanStatus(a).state) - WORST_FIRST.indexOf(scanStatus(b).state);
  return order < 0 || (order === 0 && keyOf(a) < keyOf(b));
}

function keyOf({ scanner, status, detail, scannedAt }: Told): string {
  return JSON.stringify([scannedAt ?? '', scanner, status, detail ?? '']);
}

/** Not `table[name]`: that would find `constructor`. */
function lookUp(table: Record<string, ScanStatus>, name: string): ScanStatus | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
