import type { Finding, ImageFacts, ManifestFacts, PolicyDocument, RuleDocument, ScanFacts } from '../../src/inspector/contract';
import { decide } from '../../src/inspector/decide';
import { POLICY_DEFAULTS, completePolicy } from '../../src/inspector/documents/check-policy';

export const NOW = new Date('2026-11-22T12:00:00.000Z');
export const digest = (number: number) => `sha256:${number.toString(16).padStart(64, '0')}`;
export const IMAGE = { account: '111111111111', region: 'eu-west-1', repository: 'shop/web', digest: digest(1) };

/** Scanned an hour ago. */
export function scan(of: string, findings: readonly Finding[] = [], more: Partial<ScanFacts> = {}): ScanFacts {
  return { digest: of, scanner: 'ENHANCED', status: 'SUCCESSFUL', scannedAt: '2026-11-22T11:00:00.000Z', findings, ...more };
}

/** An image of one platform. */
export function single(findings: readonly Finding[] = [], more: Partial<ScanFacts> = {}): ImageFacts {
  return facts([{ digest: IMAGE.digest, kind: 'IMAGE' }], [scan(IMAGE.digest, findings, more)]);
}

/** An index of images with such findings, one platform each. */
export function index(...platforms: Array<readonly Finding[]>): ImageFacts {
  const children = platforms.map((_, position) => ({ digest: digest(position + 2), platform: `linux/p${position}` }));
  return facts(
    [{ digest: IMAGE.digest, kind: 'INDEX', children }, ...children.map((child): ManifestFacts => ({ digest: child.digest, kind: 'IMAGE' }))],
    platforms.map((findings, position) => scan(digest(position + 2), findings)),
  );
}

export function facts(manifests: ManifestFacts[], scans: ScanFacts[]): ImageFacts {
  return { image: IMAGE, readAt: NOW.toISOString(), manifests, scans };
}

/** An unremarkable finding: active, high, without a fix. */
export function finding(more: Partial<Finding> = {}): Finding {
  return {
    id: 'CVE-2026-0001',
    severity: 'HIGH',
    status: 'ACTIVE',
    fix: 'NO',
    exploitAvailable: false,
    knownExploited: false,
    knownSince: '2026-01-01T00:00:00.000Z',
    packages: [{ name: 'openssl', version: '3.0.1', manager: 'OS' }],
    ...more,
  };
}

export function fixable(more: Partial<Finding> = {}): Finding {
  return finding({ fix: 'YES', packages: [{ name: 'openssl', version: '3.0.1', fixedIn: '3.0.7', manager: 'OS' }], ...more });
}

export function policy(rules: Array<Partial<RuleDocument>>, more: Partial<PolicyDocument> = {}): PolicyDocument {
  return completePolicy({
    ...POLICY_DEFAULTS, version: 1, name: 'test', rules: rules.map((rule, position) => ({ name: `rule-${position}`, ...rule }) as RuleDocument), ...more,
  });
}

/** What FindingPolicy.standard() says. */
export const STANDARD = policy([
  { name: 'fixable-high', minSeverity: 'HIGH', fixable: true },
  { name: 'known-exploited', knownExploited: true, missingData: 'IGNORED' },
  { name: 'exploit-available', exploitAvailable: true, missingData: 'IGNORED' },
], { name: 'standard' });

export const judge = (of: ImageFacts, by = STANDARD, exceptions: Parameters<typeof decide>[2] = [], at = NOW) => decide(of, by, exceptions, at);
