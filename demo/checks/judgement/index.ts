import { judge, pushed, repositoryOf, shown } from './judge';
import { CLEAN, VULNERABLE, scan } from './world';
import { FindingException, FindingPolicy } from '../../../src';
import { renderHtml } from '../../../src/inspector/report/html';
import { type OciImage, makeImage, makeIndex } from '../../../test/local-aws';
import { type Blob, sha256 } from '../../../test/local-aws/oci-image';
import { ATTESTATION_MANIFEST, indexManifest } from '../../../test/stand-in/samples';
import type { Capability, Check } from '../check';

const IMAGES = {
  vulnerable: makeImage({ version: '3.0.0', greeting: 'shop with log4j' }),
  clean: makeImage({ version: '3.0.1', greeting: 'shop without' }),
  unsupported: makeImage({ version: '3.0.2', greeting: 'shop on an unknown system' }),
  unscanned: makeImage({ version: '3.0.3', greeting: 'shop a second ago' }),
};

const accepted = (vulnerability: string, expires: string) => FindingException.of(vulnerability, {
  repositoryName: '*', owner: 'shop team', reason: 'the demo shows an exception', expires: new Date(expires),
});
const exceptions = (expires: string) => ['CVE-2021-44228', 'CVE-2021-45046', 'CVE-2024-3094', 'CVE-2024-5535'].map((id) => accepted(id, expires));

/** Provenance as buildx attaches it: configured as an image, with a statement in the place of layers. */
function attestation(): OciImage {
  const content = Buffer.from(JSON.stringify({ _type: 'https://in-toto.io/Statement/v1', predicateType: 'https://slsa.dev/provenance/v1' }));
  const statement: Blob = { mediaType: 'application/vnd.in-toto+json', digest: sha256(content), content };
  const { config } = IMAGES.clean;
  const descriptor = ({ mediaType, digest, content: { length } }: Blob) => ({ mediaType, digest, size: length });
  const manifest = JSON.stringify({ ...ATTESTATION_MANIFEST, config: descriptor(config), layers: [descriptor(statement)] });
  return { ...IMAGES.clean, manifest, digest: sha256(manifest), layers: [statement] };
}

/** An index as buildx pushes it: a platform that is clean, one that is not, and an attestation. */
function index(): OciImage {
  return makeIndex(indexManifest(
    { digest: IMAGES.clean.digest },
    { digest: IMAGES.vulnerable.digest, architecture: 'arm64' },
    { digest: attestation().digest, os: 'unknown', architecture: 'unknown' },
  ), IMAGES.clean);
}

const checks: Check[] = [
  {
    id: 'judge-vulnerable',
    tried: 'an image with log4j 2.14.1, a fixed openssl and a zlib that nobody mends is judged by the standard policy',
    expected: 'REJECTED CVE-2021-44228 CVE-2021-45046 CVE-2024-3094 CVE-2024-5535',
    run: async (context) => {
      const digest = await pushed(context, IMAGES.vulnerable, 'v3.0.0');
      await scan(context, repositoryOf(context), digest, VULNERABLE);
      return shown(await judge(context, digest));
    },
  },
  {
    id: 'judge-upgrade',
    tried: 'the verdict says what to upgrade first',
    expected: 'org.apache.logging.log4j:log4j-core 2.14.1 to 2.16.0',
    run: async (context) => {
      const { verdict: { upgrades: [{ package: name, from, to, mends }] } } = await judge(context, IMAGES.vulnerable.digest);
      return { answer: `${name} ${from.join(', ')} to ${to}`, detail: `mends ${mends.join(', ')}` };
    },
  },
  {
    id: 'judge-unfixable',
    tried: 'the critical finding in zlib, for which there is no fix',
    expected: 'listed, and not in the way',
    run: async (context) => {
      const { verdict } = await judge(context, IMAGES.vulnerable.digest);
      const found = verdict.tolerated.find(({ id }) => id === 'CVE-2023-45853');
      return { answer: found ? 'listed, and not in the way' : 'not listed', detail: verdict.notices.map(({ message }) => message).join('; ') };
    },
  },
  {
    id: 'judge-clean',
    tried: 'an image with a low finding is judged',
    expected: 'APPROVED after 4 requests',
    run: async (context) => {
      const digest = await pushed(context, IMAGES.clean, 'v3.0.1');
      await scan(context, repositoryOf(context), digest, CLEAN);
      const judged = await judge(context, digest);
      return { answer: `${shown(judged).answer} after ${judged.requests} requests`, detail: 'manifest, coverage, findings, and what CISA knows of them' };
    },
  },
  {
    id: 'judge-index',
    tried: 'both as the platforms of one index are judged: each by itself, the worst decides',
    expected: 'REJECTED: linux/amd64 APPROVED, linux/arm64 REJECTED, 1 attestation not judged',
    run: async (context) => {
      await pushed(context, attestation());
      const { verdict: { status, platforms, artifacts } } = await judge(context, await pushed(context, index(), 'v3.0.2'));
      const each = platforms.map(({ platform, status: one }) => `${platform} ${one}`).join(', ');
      return { answer: `${status}: ${each}, ${artifacts.length} attestation not judged` };
    },
  },
  {
    id: 'judge-unsupported',
    tried: 'an image without findings, because Amazon Inspector does not know its operating system',
    expected: 'REJECTED UNSUPPORTED_OS',
    run: async (context) => {
      const digest = await pushed(context, IMAGES.unsupported, 'v3.0.3');
      await scan(context, repositoryOf(context), digest, [], 'UNSUPPORTED_OS');
      return shown(await judge(context, digest));
    },
  },
  {
    id: 'judge-unscanned',
    tried: 'an image without findings, because nobody has scanned it yet',
    expected: 'PENDING NOT_COVERED',
    run: async (context) => shown(await judge(context, await pushed(context, IMAGES.unscanned, 'v3.0.4'))),
  },
  {
    id: 'judge-excepted',
    tried: 'the four vulnerabilities are excepted until the end of the year',
    expected: 'APPROVED',
    run: async (context) => shown(await judge(context, IMAGES.vulnerable.digest, exceptions('2026-12-31T00:00:00Z'))),
  },
  {
    id: 'judge-expired',
    tried: 'the same exceptions, a day after they have expired',
    expected: 'REJECTED CVE-2021-44228 CVE-2021-45046 CVE-2024-3094 CVE-2024-5535',
    run: async (context) => shown(await judge(context, IMAGES.vulnerable.digest, exceptions('2026-11-21T12:00:00Z'))),
  },
  {
    id: 'judge-limits',
    tried: 'the clean image by a policy of no low finding',
    expected: 'REJECTED CVE-2005-2541',
    run: async (context) => shown(await judge(context, IMAGES.clean.digest, [], FindingPolicy.atMost({ low: 0 }))),
  },
];

/** FindingPolicy and FindingException: which images may be deployed, and why not. */
export const judgement: Capability = {
  title: 'The judgement of images',
  checks,
  notProven: ['That Amazon Inspector finds what is in an image: a stand-in answers in its wire format what the demo told it.'],
  documents: async (context) => {
    const [openssl] = exceptions('2026-11-30T00:00:00Z').slice(-1);
    const vulnerable = await judge(context, index().digest, [openssl]);
    const clean = await judge(context, IMAGES.clean.digest);
    return [
      { title: 'The verdict on the index with the vulnerable platform', file: 'verdict-vulnerable.html', content: renderHtml(vulnerable.verdict) },
      { title: 'The verdict on the clean image', file: 'verdict-clean.html', content: renderHtml(clean.verdict) },
    ];
  },
};
