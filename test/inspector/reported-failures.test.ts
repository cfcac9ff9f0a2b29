import { IMAGE, NOW, STANDARD, digest, finding, fixable, index, judge, policy, single } from './facts';
import { FactsBuilder } from '../../src/inspector/answers/facts-builder';
import type { ExceptionDocument, PolicyDocument, Verdict } from '../../src/inspector/contract';
import { readExceptions } from '../../src/inspector/documents/read-documents';
import * as samples from '../stand-in/samples';
import { World } from '../stand-in/world';

/** What scanners and gates in use get wrong, each by the report that tells of it, or by whose rule it is. */

const world = new World(IMAGE.account, IMAGE.region);
const days = (count: number) => new Date(NOW.getTime() + count * 86_400_000).toISOString();
const outcome = ({ status, reasons }: Verdict) => [status, ...reasons.map(({ code }) => code)];

/** The verdict on answers as they come from AWS. */
function verdictOn(fill: (builder: FactsBuilder) => void, by: PolicyDocument = STANDARD): Verdict {
  const builder = new FactsBuilder(IMAGE);
  fill(builder);
  return judge(JSON.parse(JSON.stringify(builder.facts(NOW))), by);
}

function pushed(builder: FactsBuilder, of: string, manifest: object = samples.IMAGE_MANIFEST): void {
  builder.manifest(of, JSON.stringify(manifest));
}

/** What DescribeImageScanFindings says: status and shape do not depend on each other. */
function scanned(status: string, found: object, by?: PolicyDocument): Verdict {
  return verdictOn((builder) => {
    pushed(builder, IMAGE.digest);
    builder.scanFindings(IMAGE.digest, {
      imageScanStatus: { status, description: 'Continuous scan is selected for image.' },
      imageScanFindings: { imageScanCompletedAt: Date.parse('2026-11-22T11:00:00Z') / 1000, ...found },
    });
  }, by);
}

const enhanced = (sample: samples.SampleFinding) => {
  const { findingArn, title, severity, status, fixAvailable, exploitAvailable, packageVulnerabilityDetails } = samples.inspectorFinding(world, 'shop/web', IMAGE.digest, sample);
  return { findingArn, title, severity, status, fixAvailable, exploitAvailable, packageVulnerabilityDetails, type: 'PACKAGE_VULNERABILITY' };
};
const UNFIXED = { fixAvailable: 'NO' as const, packages: [{ name: 'zlib1g', version: '1:1.2.13' }] };

describe('images of several platforms', () => {
  const [amd64, arm64, attestation] = [digest(2), digest(3), digest(4)];
  const INDEX = samples.indexManifest({ digest: amd64 }, { digest: arm64, architecture: 'arm64' }, { digest: attestation, os: 'unknown', architecture: 'unknown' });

  function verdictOnIndex(...vulnerable: string[]): Verdict {
    return verdictOn((builder) => {
      pushed(builder, IMAGE.digest, INDEX);
      pushed(builder, amd64);
      pushed(builder, arm64);
      pushed(builder, attestation, samples.ATTESTATION_MANIFEST);
      builder.coverage({ coveredResources: [amd64, arm64].map((of) => samples.covered(world, 'shop/web', of)) });
      builder.inspectorFindings({ findings: vulnerable.map((of) => samples.inspectorFinding(world, 'shop/web', of, { id: 'CVE-2026-0001' })) });
    });
  }

  test.each(['hashintel/hash#8596', 'containers-roadmap#1683', 'Inspector action#101', 'ecr-scan-verifier'])(
    '%s: the tag is of the index, the findings are of what it holds', () => {
      expect(outcome(verdictOnIndex())).toEqual(['APPROVED']);
      expect(verdictOnIndex(arm64)).toMatchObject({
        status: 'REJECTED',
        image: { digest: IMAGE.digest },
        reasons: [{ code: 'CVE-2026-0001', images: [arm64] }],
        platforms: [{ platform: 'linux/amd64', status: 'APPROVED' }, { platform: 'linux/arm64', status: 'REJECTED' }],
      });
    });

  test.each(['soci-snapshotter#1845', 'setup-buildx-action#186'])('%s: provenance makes an index of an image of one platform, and is not waited for', () => {
    const verdict = verdictOn((builder) => {
      pushed(builder, IMAGE.digest, samples.indexManifest({ digest: amd64 }, { digest: attestation, os: 'unknown', architecture: 'unknown' }));
      pushed(builder, amd64);
      pushed(builder, attestation, samples.ATTESTATION_MANIFEST);
      builder.coverage({ coveredResources: [samples.covered(world, 'shop/web', amd64)] });
    });
    expect(verdict).toMatchObject({ status: 'APPROVED', platforms: [{ digest: amd64 }], artifacts: [{ digest: attestation, kind: 'ATTESTATION' }] });
  });

  test.each(['aws-lambda-roadmap#82', 'docker/buildx#1533', 'terraform-aws-lambda#741'])(
    '%s: Lambda takes no index, so the verdict names what it does take', () => {
      const { platforms } = verdictOnIndex(arm64);
      expect(platforms.find(({ platform, status }) => platform === 'linux/amd64' && status === 'APPROVED')?.digest).toBe(amd64);
    });

  test.each([
    ['signature of notation', samples.NOTATION_MANIFEST], ['signature of cosign', samples.COSIGN_MANIFEST], ['attestation', samples.ATTESTATION_MANIFEST],
  ])('prowler#4507: a %s that is pushed by itself is no unscanned image', (_, manifest) => {
    expect(verdictOn((builder) => pushed(builder, IMAGE.digest, manifest))).toMatchObject({
      status: 'REJECTED', reasons: [{ kind: 'NOT_AN_IMAGE', remedy: 'judge the image that it belongs to' }], platforms: [],
    });
  });
});

describe('both shapes of an answer', () => {
  test('kubescape#2962: findings of enhanced scanning under ACTIVE are dropped, and the image looks clean', () => {
    expect(outcome(scanned('ACTIVE', { enhancedFindings: [enhanced({ id: 'CVE-2022-49043' })] }))).toEqual(['REJECTED', 'CVE-2022-49043']);
    expect(outcome(scanned('ACTIVE', { enhancedFindings: [] }))).toEqual(['APPROVED']);
  });

  test.each(['ecr-scan-image#45', 'aws-sdk#288'])('%s: continuous scanning is ACTIVE, and never COMPLETE', () => {
    expect(outcome(scanned('ACTIVE', { enhancedFindings: [] }))).toEqual(['APPROVED']);
  });

  test('theam/facility#127: COMPLETE with enhanced findings is taken for basic, which tells of no fixes', () => {
    const unfixed = scanned('COMPLETE', { enhancedFindings: [enhanced({ id: 'CVE-2026-0001', severity: 'CRITICAL', ...UNFIXED })], findingSeverityCounts: { CRITICAL: 1 } });
    expect(unfixed).toMatchObject({ status: 'APPROVED', tolerated: [{ id: 'CVE-2026-0001', fix: 'NO' }], notices: expect.arrayContaining([expect.objectContaining({ code: 'UNFIXABLE' })]) });
    expect(outcome(scanned('COMPLETE', { enhancedFindings: [enhanced({ id: 'CVE-2026-0001' })] }))).toEqual(['REJECTED', 'CVE-2026-0001']);
    expect(outcome(scanned('COMPLETE', { findings: [samples.basicFinding('CVE-2026-0001', 'CRITICAL')] }))).toEqual(['REJECTED', 'CVE-2026-0001']);
  });

  test('steampipe-plugin-aws#2404: an empty list of basic findings hides the enhanced ones', () => {
    expect(outcome(scanned('ACTIVE', { findings: [], enhancedFindings: [enhanced({ id: 'CVE-2026-0001' })] }))).toEqual(['REJECTED', 'CVE-2026-0001']);
    expect(outcome(scanned('ACTIVE', { findings: [], findingSeverityCounts: { CRITICAL: 1 } }))).toEqual(['REJECTED', 'FINDINGS_INCOMPLETE']);
  });

  test.each(['ecr-scan-verifier', 'aws-sdk#289'])('%s: complete is said before the findings are there', () => {
    const justNow = { scannedAt: new Date(NOW.getTime() - 119_000).toISOString() };
    expect(judge(single([], justNow))).toMatchObject({
      status: 'PENDING', reasons: [{ code: 'FINDINGS_SETTLING' }], judgeAgainAt: new Date(NOW.getTime() + 1_000).toISOString(),
    });
    expect(outcome(judge(single([], { scannedAt: new Date(NOW.getTime() - 120_000).toISOString() })))).toEqual(['APPROVED']);
    expect(outcome(judge(single([fixable()], justNow)))).toEqual(['REJECTED', 'CVE-2026-0001', 'FINDINGS_SETTLING']);
    expect(outcome(judge(single([], { scannedAt: undefined })))).toEqual(['PENDING', 'FINDINGS_SETTLING']);
  });
});

describe('thresholds', () => {
  const high = policy([{ minSeverity: 'HIGH' }]);

  test.each(['ecr-scan-verifier', 'image-scanner-with-trivy'])('%s: a list of HIGH lets CRITICAL pass', () => {
    expect(outcome(judge(single([finding({ severity: 'CRITICAL' })]), high))).toEqual(['REJECTED', 'CVE-2026-0001']);
    expect(outcome(judge(single([finding({ severity: 'MEDIUM' })]), high))).toEqual(['APPROVED']);
  });

  test.each(['Inspector action', 'ecr-scan-results-buildkite-plugin'])('%s: a threshold counts its own severity only, and none is worse than one', () => {
    const three = policy([{ minSeverity: 'HIGH', max: 3 }]);
    const found = (...severities: Array<'HIGH' | 'CRITICAL'>) => single(severities.map((severity, at) => finding({ id: `CVE-${at}`, severity })));
    expect(judge(found('HIGH', 'HIGH', 'HIGH'), three).status).toBe('APPROVED');
    expect(judge(found('HIGH', 'HIGH', 'CRITICAL', 'CRITICAL'), three).status).toBe('REJECTED');
    expect(judge(found('CRITICAL'), policy([{ minSeverity: 'HIGH', max: 0 }])).status).toBe('REJECTED');
  });

  test.each(['ecr-scan-verifier', 'Inspector action'])('%s: a finding that nobody has rated is in no threshold', () => {
    expect(outcome(judge(single([fixable({ severity: 'UNTRIAGED' })])))).toEqual(['REJECTED', 'CVE-2026-0001']);
  });

  test('ecr-scan-verifier: findings that are suppressed or closed count', () => {
    const found = [fixable({ status: 'SUPPRESSED' }), fixable({ id: 'CVE-2026-0002', status: 'CLOSED' })];
    expect(outcome(judge(single(found)))).toEqual(['APPROVED']);
    expect(judge(single(found)).notices).toEqual([{
      code: 'SUPPRESSED', message: '1 finding is hidden by suppression rules of Amazon Inspector, and not judged: CVE-2026-0001',
    }]);
    expect(outcome(judge(single(found), { ...STANDARD, suppressed: 'COUNT' }))).toEqual(['REJECTED', 'CVE-2026-0001']);
    expect(outcome(judge(single(found), { ...STANDARD, closed: 'COUNT' }))).toEqual(['REJECTED', 'CVE-2026-0002']);
  });
});

describe('what counts', () => {
  test.each(['Inspector action#91', 'theam/facility#116', 'ecr-scan-verifier'])('%s: what nobody can mend stops every build', () => {
    const found = [finding({ severity: 'CRITICAL' }), finding({ id: 'CVE-2026-0002', severity: 'LOW' })];
    expect(judge(single(found))).toMatchObject({
      status: 'APPROVED',
      counts: { CRITICAL: 1, LOW: 1 },
      tolerated: [{ id: 'CVE-2026-0001', disposition: 'NO_RULE' }, { id: 'CVE-2026-0002' }],
      notices: [{ code: 'UNFIXABLE', message: '1 critical, high or untriaged finding has no fix, and does not stop the image: CVE-2026-0001' }],
    });
    expect(outcome(judge(single([fixable()])))).toEqual(['REJECTED', 'CVE-2026-0001']);
    expect(outcome(judge(single([fixable({ fix: 'PARTIAL' })])))).toEqual(['REJECTED', 'CVE-2026-0001']);
  });

  test.each(['image-scanner-with-trivy', 'Inspector action'])('%s: leaving out what has no fix leaves out what is exploited', () => {
    expect(outcome(judge(single([finding({ knownExploited: true })])))).toEqual(['REJECTED', 'CVE-2026-0001']);
  });

  test('Inspector action#216: findings of the base image are told, and do not stop what is built on it', () => {
    const own = policy([{ minSeverity: 'HIGH', packageTypes: ['LANGUAGE'] }]);
    const inBase = finding({ severity: 'CRITICAL' });
    const inApplication = finding({ id: 'CVE-2026-0002', packages: [{ name: 'log4j-core', version: '2.14.1', manager: 'JAR' }] });
    expect(judge(single([inBase]), own)).toMatchObject({ status: 'APPROVED', counts: { CRITICAL: 1 }, tolerated: [{ id: 'CVE-2026-0001' }] });
    expect(outcome(judge(single([inBase, inApplication]), own))).toEqual(['REJECTED', 'CVE-2026-0002']);
  });

  test('what is found after an image was approved rejects the same image', () => {
    expect(judge(single()).status).toBe('APPROVED');
    expect(judge(single([fixable({ knownSince: NOW.toISOString() })])).status).toBe('REJECTED');
  });
});

describe('exceptions', () => {
  const made = single([fixable()]);
  const exception = (more: Partial<ExceptionDocument>): ExceptionDocument => (
    { vulnerability: 'cve-2026-0001', package: 'openssl', owner: 'team-a', reason: 'not reachable', ...more });

  test('Inspector action#90: one finding is let through, and no other', () => {
    const two = single([fixable(), fixable({ id: 'CVE-2026-0002' })]);
    expect(outcome(judge(two, STANDARD, [exception({ expires: days(30) })]))).toEqual(['REJECTED', 'CVE-2026-0002']);
  });

  test.each(['ecr-scan-verifier', 'Inspector action'])('%s: an id is let through in every image and every package, by nobody', () => {
    const [everywhere, elsewhere] = [exception({ expires: days(30) }), exception({ repository: 'shop/api', expires: days(30) })];
    expect(judge(made, STANDARD, [elsewhere])).toMatchObject({ status: 'REJECTED', exceptions: [] });
    expect(judge(made, STANDARD, [everywhere])).toMatchObject({ status: 'APPROVED', exceptions: [{ exception: { owner: 'team-a', reason: 'not reachable' } }] });
    const inAnother = single([fixable({ packages: [{ name: 'libssl3', fixedIn: '3.0.7' }] })]);
    expect(outcome(judge(inAnother, STANDARD, [everywhere]))).toEqual(['REJECTED', 'CVE-2026-0001']);
  });

  test('ecr-scan-results-buildkite-plugin: an id is let through until a day, by nobody and everywhere', () => {
    const read = (...without: Array<keyof ExceptionDocument>) => {
      const one = Object.entries(exception({ expires: days(30) })).filter(([member]) => !without.includes(member as keyof ExceptionDocument));
      return () => readExceptions(JSON.stringify({ version: 1, exceptions: [Object.fromEntries(one)] }));
    };
    expect(read()).not.toThrow();
    expect(read('owner')).toThrow('exceptions[0].owner');
    expect(read('package')).toThrow('findingExceptionScope');
  });

  test('Inspector action#207: an exception has an end', () => {
    expect(judge(made, STANDARD, [exception({ expires: days(30) })])).toMatchObject({
      status: 'APPROVED', exceptions: [{ state: 'USED', nearExpiry: false }], tolerated: [{ disposition: 'EXCEPTED' }], notices: [], judgeAgainAt: days(30),
    });
    expect(judge(made, STANDARD, [exception({ expires: days(14) })])).toMatchObject({
      status: 'APPROVED',
      exceptions: [{ state: 'USED', nearExpiry: true }],
      notices: [{ code: 'EXCEPTION_NEAR_EXPIRY', message: `exceptions about to expire: cve-2026-0001 (team-a, ${days(14)})` }],
    });
    expect(judge(made, STANDARD, [exception({ expires: days(0) })])).toMatchObject({
      status: 'REJECTED', exceptions: [{ state: 'EXPIRED', nearExpiry: false }], notices: [{ code: 'EXCEPTION_EXPIRED' }], judgeAgainAt: undefined,
    });
    expect(judge(made, STANDARD, [exception({ untilFixed: true })])).toMatchObject({
      status: 'REJECTED', exceptions: [{ state: 'FIX_AVAILABLE' }], notices: [{ code: 'EXCEPTION_FIX_AVAILABLE', message: expect.stringContaining('(team-a)') }],
    });
    const exploited = single([finding({ exploitAvailable: true })]);
    expect(outcome(judge(exploited, STANDARD, [exception({ untilFixed: true })]))).toEqual(['APPROVED']);
    expect(outcome(judge(exploited, STANDARD, [exception({ untilFixed: true, expires: days(-1) })]))).toEqual(['REJECTED', 'CVE-2026-0001']);
  });
});

describe('no findings, because there was no scan', () => {
  test('containers-roadmap#843: what is not scanned yet is not approved', () => {
    const justPushed = verdictOn((builder) => {
      pushed(builder, IMAGE.digest);
      builder.coverageComplete();
    });
    expect(outcome(justPushed)).toEqual(['PENDING', 'NOT_COVERED']);
    expect(outcome(judge(single([], { status: 'PENDING_INITIAL_SCAN' })))).toEqual(['PENDING', 'PENDING_INITIAL_SCAN']);
  });

  test('ecr-scan-verifier: a scan may take longer than a function runs', () => {
    const pending = single([], { status: 'SCAN_IN_PROGRESS', scannedAt: undefined });
    expect(judge(pending, STANDARD, [], new Date(days(1))).status).toBe('PENDING');
  });

  test.each(['containers-roadmap#2761', 'containers-roadmap#2770', 'containers-roadmap#2443', 'containers-roadmap#2490'])(
    '%s: what no scanner knows fails closed, unless the policy says otherwise', () => {
      const made = single([], { status: 'UNSUPPORTED_OS', detail: 'Echo OS' });
      expect(judge(made).reasons).toMatchObject([{ kind: 'UNSCANNABLE', message: expect.stringContaining('(Echo OS)'), images: [IMAGE.digest] }]);
      expect(judge(made, { ...STANDARD, onUnscannable: 'APPROVE' })).toMatchObject({
        status: 'APPROVED', notices: [{ code: 'UNSCANNABLE_APPROVED', message: expect.stringMatching(/^1 image is approved .*\(UNSUPPORTED_OS\)$/) }],
      });
      const both = { ...made, scans: made.scans.map((each) => ({ ...each, findings: [fixable()] })) };
      expect(outcome(judge(both, { ...STANDARD, onUnscannable: 'APPROVE' }))).toEqual(['REJECTED', 'CVE-2026-0001']);
    });

  test.each([
    ['FAILED', 'UNSCANNABLE'], ['UNSUPPORTED_IMAGE', 'UNSCANNABLE'], ['LIMIT_EXCEEDED', 'UNSCANNABLE'], ['SCAN_ELIGIBILITY_EXPIRED', 'UNSCANNABLE'],
    ['IMAGE_ARCHIVED', 'UNSCANNABLE'], ['IN_PROGRESS', 'PENDING'], ['PENDING', 'PENDING'], ['of the future', 'UNSCANNABLE'],
  ])('%s without findings is %s', (status, kind) => {
    expect(scanned(status, { findings: [], enhancedFindings: [] }).reasons).toMatchObject([{ kind, code: status }]);
  });

  test('distroless and scratch: no findings are clean where Amazon Inspector says that it has looked', () => {
    const nothingFound = verdictOn((builder) => {
      pushed(builder, IMAGE.digest);
      builder.coverage({ coveredResources: [samples.covered(world, 'shop/web', IMAGE.digest)] });
      builder.coverageComplete();
      builder.inspectorFindings({ findings: [] });
    });
    expect(outcome(nothingFound)).toEqual(['APPROVED']);
    expect(outcome(judge(index([], [])))).toEqual(['APPROVED']);
  });
});
