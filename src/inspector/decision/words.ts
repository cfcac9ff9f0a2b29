import type { Finding, Severity, VulnerablePackage } from '../contract';
import type { Defect } from './manifest-graph';
import { rankOf } from './severity';

/** How many packages and digests a sentence names before it counts the rest. */
const NAMED = 3;

/** What a reader should know of a finding, in one sentence. */
export function findingMessage(finding: Finding): string {
  const traits = [
    finding.knownExploited ? 'known to be exploited' : undefined,
    finding.exploitAvailable ? 'an exploit is available' : undefined,
    finding.epss === undefined ? undefined : `EPSS ${finding.epss}`,
    finding.score === undefined ? undefined : `score ${finding.score}`,
  ].filter((trait) => trait !== undefined);
  const where = finding.packages.length > 0 ? ` in ${few(finding.packages.map(nameOf))}` : '';
  return `${severityWord(finding.severity)} ${finding.id}${where}${traits.length > 0 ? `: ${traits.join(', ')}` : ''}`;
}

export function findingRemedy(finding: Finding): string {
  const fixed = finding.packages.filter(({ fixedIn }) => fixedIn !== undefined);
  const steps = [...new Set(fixed.map(({ name, fixedIn }) => `${name} to ${fixedIn} or later`))];
  const rest = finding.packages.length - fixed.length;
  if (steps.length > 0) return `upgrade ${few(steps)}${rest > 0 && finding.fix !== 'YES' ? '; the other packages have no fix yet' : ''}`;
  if (finding.fix === 'YES' || finding.fix === 'PARTIAL') return 'upgrade the package: there is a fix, but the scanner does not name its version';
  if (finding.fix === 'UNKNOWN') return 'look whether there is a fix: the scanner does not tell';
  return 'there is no fix yet: remove the package or choose another base image, or except it until it is fixed';
}

export function severityWord(severity: Severity): string {
  return severity === 'UNTRIAGED' ? 'untriaged (not rated yet)' : severity.toLowerCase();
}

export const DEFECTS: Record<Defect['code'], { readonly words: string; readonly remedy: string }> = {
  NOT_AN_IMAGE: {
    words: 'is a signature, an attestation or another artifact, and no image',
    remedy: 'judge the image that it belongs to',
  },
  ARTIFACT_FOR_PLATFORM: {
    words: 'is no image, and yet its index offers it for a platform, so that an engine may choose it',
    remedy: 'push the index without it, or with the platform unknown/unknown',
  },
  AMBIGUOUS_MANIFEST: {
    words: 'can be read as two different things: as which of them, every reader decides for itself',
    remedy: 'push it again as an image or as an index, with its members written as in the OCI specification',
  },
  NO_IMAGES: { words: 'is an index without an image', remedy: 'push an image of at least one platform with it' },
  MANIFEST_MISSING: { words: 'cannot be read from the repository', remedy: 'push it again, with every platform of its index' },
  TOO_DEEP: { words: 'is an index too deep inside of others', remedy: 'put platforms into the outermost index' },
  TOO_MANY_MANIFESTS: { words: 'has more manifests than are read', remedy: 'split the index' },
};

export function few(words: readonly string[]): string {
  const distinct = [...new Set(words)];
  const more = distinct.length - NAMED;
  return more > 0 ? `${distinct.slice(0, NAMED).join(', ')} and ${more} more` : distinct.join(', ');
}

function nameOf({ name, version }: VulnerablePackage): string {
  return version === undefined ? name : `${name} ${version}`;
}

/** Whether a finding that no rule is about would mostly stop an image if there were a fix. */
export function isUnfixable({ fix, severity }: Finding): boolean {
  return fix === 'NO' && rankOf(severity) >= rankOf('HIGH');
}
