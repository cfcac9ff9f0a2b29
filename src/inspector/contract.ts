/**
 * What the constructs, the code that runs in AWS and the command share about the judgement of an image: facts in, policy and
 * exceptions beside them, a verdict out. Everything is plain JSON.
 */

/** Mildest first. */
export const SEVERITIES = ['INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;
export type RatedSeverity = typeof SEVERITIES[number];
/** Inspector's UNTRIAGED and ECR's UNDEFINED: nobody has rated it yet. */
export type Severity = RatedSeverity | 'UNTRIAGED';

export const PACKAGE_TYPES = ['OS', 'LANGUAGE'] as const;
export type PackageType = typeof PACKAGE_TYPES[number];

// ---------------------------------------------------------------------------------------------- the policy, version 1

/** What may not be in an image; schema/finding-policy-v1.json. */
export interface PolicyDocument {
  readonly version: 1;
  readonly name: string;
  /** An image is rejected when one of them is broken. */
  readonly rules: readonly RuleDocument[];
  /** The severity that a finding without one is given. */
  readonly untriagedAs: RatedSeverity;
  /** Findings that a suppression rule of Inspector hides. */
  readonly suppressed: 'IGNORE' | 'COUNT';
  /** Findings that Inspector has closed. */
  readonly closed: 'IGNORE' | 'COUNT';
  /** Operating systems that their vendor no longer supports. */
  readonly endOfLife: 'REPORT' | 'REJECT';
  /** What is neither scanned nor about to be. */
  readonly onUnscannable: 'REJECT' | 'APPROVE';
  /** How long after a scan findings may still appear. */
  readonly settleSeconds: number;
  /** How long before it expires an exception is reported. */
  readonly expiryNoticeDays: number;
}

/** Broken when more findings than `max` meet every condition that is there. */
export interface RuleDocument {
  readonly name: string;
  readonly max: number;
  /** This severity or a worse one. */
  readonly minSeverity?: RatedSeverity;
  /** A fix is available for at least one of the packages, or nobody knows. */
  readonly fixable?: true;
  readonly exploitAvailable?: true;
  /** In CISA's catalog of known exploited vulnerabilities. */
  readonly knownExploited?: true;
  /** 0 to 1. */
  readonly minEpss?: number;
  /** 0 to 10. */
  readonly minInspectorScore?: number;
  readonly packageTypes?: readonly PackageType[];
  /** Known for longer than so many days, by severity; a severity that is not named has no grace. */
  readonly graceDays?: Readonly<Partial<Record<RatedSeverity, number>>>;
  /** Whether a finding meets a condition on which there is no data. A fix nobody knows of counts as available either way. */
  readonly missingData: 'COUNTS' | 'IGNORED';
}

// ----------------------------------------------------------------------------------------- the exceptions, version 1

/** schema/finding-exceptions-v1.json */
export interface ExceptionsDocument {
  readonly version: 1;
  readonly exceptions: readonly ExceptionDocument[];
}

export interface ExceptionDocument {
  /** Such as CVE-2024-3094. */
  readonly vulnerability: string;
  /** The name of the package, not its version. */
  readonly package?: string;
  /** The name of the repository, with * for any characters. */
  readonly repository?: string;
  /** The digest of the image, or of the index that holds it. */
  readonly image?: string;
  readonly owner: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly expires?: string;
  /** Ends as soon as there is a fix. */
  readonly untilFixed?: true;
}

// -------------------------------------------------------------------------------------------------------- the facts

export interface ImageReference {
  readonly account: string;
  readonly region: string;
  readonly repository: string;
  readonly digest: string;
}

/** All that AWS says of an image and of what it is made of. */
export interface ImageFacts {
  readonly image: ImageReference;
  /** ISO 8601. */
  readonly readAt: string;
  readonly manifests: readonly ManifestFacts[];
  readonly scans: readonly ScanFacts[];
  /** Set when there was more than could be read: then nothing is approved. */
  readonly incomplete?: string;
}

/** What no container engine runs. */
export type ArtifactKind = 'ATTESTATION' | 'SIGNATURE' | 'ARTIFACT';
/** AMBIGUOUS is one thing for one reader and another thing for another reader. */
export type ManifestKind = 'IMAGE' | 'INDEX' | 'AMBIGUOUS' | ArtifactKind;

export interface ManifestFacts {
  readonly digest: string;
  readonly kind: ManifestKind;
  /** Of an index. */
  readonly children?: readonly ManifestChild[];
}

export interface ManifestChild {
  readonly digest: string;
  /** Such as linux/arm64/v8. */
  readonly platform?: string;
}

/** What a scanner says of one image, of a platform. */
export interface ScanFacts {
  readonly digest: string;
  /** ENHANCED is Amazon Inspector. */
  readonly scanner: 'BASIC' | 'ENHANCED';
  /** In the words of the service: scanStatus.reason of Inspector, imageScanStatus.status of ECR. */
  readonly status: string;
  /** The service's own words about it. */
  readonly detail?: string;
  /** ISO 8601. */
  readonly scannedAt?: string;
  /** How many active findings the service counts. */
  readonly expectedFindings?: number;
  /** How many of them could be read; fewer than expected are incomplete. */
  readonly readFindings?: number;
  /** What was announced of its findings, and is not listed. */
  readonly awaited?: AwaitedFindings;
  /** Such as DEBIAN_12; known from findings only. */
  readonly operatingSystem?: string;
  readonly findings: readonly Finding[];
}

/** Findings that were announced: how many there are, and which by themselves. Both may be of the same ones. */
export interface AwaitedFindings {
  readonly count: number;
  readonly arns: readonly string[];
}

export interface Finding {
  /** Of the vulnerability. */
  readonly id: string;
  readonly severity: Severity;
  readonly status: FindingStatus;
  readonly title?: string;
  readonly url?: string;
  readonly fix: FixAvailable;
  /** Not there where the scanner does not tell. */
  readonly exploitAvailable?: boolean;
  readonly knownExploited?: boolean;
  readonly epss?: number;
  readonly score?: number;
  /** When it was published or first seen, whichever came first; ISO 8601. */
  readonly knownSince?: string;
  readonly packages: readonly VulnerablePackage[];
}

export type FindingStatus = 'ACTIVE' | 'SUPPRESSED' | 'CLOSED';
export type FixAvailable = 'YES' | 'PARTIAL' | 'NO' | 'UNKNOWN';

export interface VulnerablePackage {
  readonly name: string;
  readonly version?: string;
  readonly fixedIn?: string;
  /** As Inspector names it: OS, NPM, JAR and so on. */
  readonly manager?: string;
  readonly path?: string;
}

// ------------------------------------------------------------------------------------------------ the verdict, version 1

export type VerdictStatus = 'APPROVED' | 'PENDING' | 'REJECTED';

/** schema/verdict-v1.json */
export interface Verdict {
  readonly version: 1;
  readonly status: VerdictStatus;
  readonly image: ImageReference;
  /** The fingerprint is another one for any other policy. */
  readonly policy: { readonly name: string; readonly fingerprint: string };
  /** ISO 8601. */
  readonly judgedAt: string;
  /** When the scanner last looked at the platform that it saw least recently. */
  readonly dataAt?: string;
  /** When the same data would be judged otherwise: a grace, an exception or the support of an operating system ends, findings have settled. */
  readonly judgeAgainAt?: string;
  /** Active findings, each vulnerability once. */
  readonly counts: Record<Severity, number>;
  /** Why it is not approved; worst first. Empty when it is. */
  readonly reasons: readonly Reason[];
  /** Findings that do not stop it; worst first. */
  readonly tolerated: readonly JudgedFinding[];
  /** What to upgrade; what mends most first. */
  readonly upgrades: readonly Upgrade[];
  readonly exceptions: readonly ExceptionUse[];
  /** What somebody should know although it decides nothing. */
  readonly notices: readonly Notice[];
  readonly platforms: readonly PlatformVerdict[];
  /** Signatures, attestations and other artifacts in the index: not judged, because nothing runs them. */
  readonly artifacts: readonly { readonly digest: string; readonly kind: ArtifactKind }[];
}

export type ReasonKind = 'FINDING' | 'END_OF_LIFE' | 'UNSCANNABLE' | 'NOT_AN_IMAGE' | 'PENDING';

export interface Reason {
  readonly kind: ReasonKind;
  /** The vulnerability, or the status in the words of the service. */
  readonly code: string;
  /** The rules of the policy that it breaks. */
  readonly rules: readonly string[];
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
  /** Digests that it is about. */
  readonly images: readonly string[];
  readonly finding?: JudgedFinding;
}

export type Disposition = 'BLOCKING' | 'WITHIN_LIMIT' | 'IN_GRACE' | 'EXCEPTED' | 'SUPPRESSED' | 'CLOSED' | 'NO_RULE';

export interface JudgedFinding extends Finding {
  readonly disposition: Disposition;
  /** ISO 8601. */
  readonly graceUntil?: string;
  readonly images: readonly string[];
}

export interface Upgrade {
  readonly package: string;
  readonly manager?: string;
  readonly from: readonly string[];
  readonly to: string;
  /** The vulnerabilities that it mends, worst first. */
  readonly mends: readonly string[];
}

export type ExceptionState = 'USED' | 'UNUSED' | 'EXPIRED' | 'FIX_AVAILABLE';

export interface ExceptionUse {
  readonly exception: ExceptionDocument;
  readonly state: ExceptionState;
  /** In use, and about to expire. */
  readonly nearExpiry: boolean;
}

export type NoticeCode =
  | 'EXCEPTION_EXPIRED' | 'EXCEPTION_FIX_AVAILABLE' | 'EXCEPTION_NEAR_EXPIRY' | 'END_OF_LIFE' | 'NO_EXPLOIT_DATA'
  | 'SCANNED_ONCE' | 'SUPPRESSED' | 'UNFIXABLE' | 'UNSCANNABLE_APPROVED';

export interface Notice {
  readonly code: NoticeCode;
  readonly message: string;
}

export interface PlatformVerdict {
  readonly digest: string;
  readonly platform?: string;
  readonly operatingSystem?: string;
  readonly status: VerdictStatus;
  readonly scanStatus: string;
  readonly scannedAt?: string;
  readonly counts: Record<Severity, number>;
}
