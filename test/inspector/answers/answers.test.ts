import * as fc from 'fast-check';
import { FactsBuilder, MAX_FINDINGS } from '../../../src/inspector/answers/facts-builder';
import { basicFinding, inspectorFinding } from '../../../src/inspector/answers/findings';
import { manifestFacts } from '../../../src/inspector/answers/manifest';
import { AnswerError, date, number } from '../../../src/inspector/answers/value';
import type { ManifestKind } from '../../../src/inspector/contract';
import { decide } from '../../../src/inspector/decide';
import * as samples from '../../stand-in/samples';
import { World } from '../../stand-in/world';
import { NOW, STANDARD, digest, judge } from '../facts';

const world = new World();
const IMAGE = { account: world.account, region: world.region, repository: 'shop/web', digest: digest(1) };
const MANIFEST = JSON.stringify(samples.IMAGE_MANIFEST);
const sample = (of: string, more: samples.SampleFinding) => samples.inspectorFinding(world, 'shop/web', of, more);
const built = (fill: (builder: FactsBuilder) => void) => {
  const builder = new FactsBuilder(IMAGE);
  fill(builder);
  return builder.facts(NOW);
};
/** JSON of the wire, dates in seconds. */
const wire = (value: object) => JSON.parse(JSON.stringify(value, (_, each) => typeof each === 'string' && /^\d{4}-\d\d-\d\dT.*Z$/.test(each) ? Date.parse(each) / 1000 : each));

describe('a finding of Amazon Inspector', () => {
  const found = sample(digest(1), { id: 'CVE-2026-1', epss: 0.25, exploitAvailable: 'YES', published: new Date('2026-10-01T00:00:00Z') });
  const expected = {
    id: 'CVE-2026-1',
    severity: 'HIGH',
    status: 'ACTIVE',
    title: 'CVE-2026-1 - openssl',
    url: 'https://security-tracker.debian.org/tracker/CVE-2026-1',
    fix: 'YES',
    exploitAvailable: true,
    epss: 0.25,
    score: 7.5,
    knownSince: '2026-10-01T00:00:00.000Z',
    packages: [{ name: 'openssl', version: '3.0.11-1~deb12u1', fixedIn: '0:3.0.13-1~deb12u1', manager: 'OS', path: undefined }],
  };

  test.each([['of the SDK', found], ['of the wire', wire(found)], ['of an event', JSON.parse(JSON.stringify(found))]])('%s', (_, answer) => {
    expect(inspectorFinding(answer, 'it')).toEqual({
      finding: expected, arn: found.findingArn, key: found.findingArn, isCve: true, digests: [digest(1)], operatingSystem: 'DEBIAN_12',
    });
  });

  const details = (more: object) => ({ ...found, packageVulnerabilityDetails: { ...found.packageVulnerabilityDetails, ...more } });
  const fixed = (...versions: Array<string | undefined>) => ({ vulnerablePackages: versions.map((fixedInVersion) => ({ name: 'a', version: '1', fixedInVersion })) });

  test.each<[string, object, object]>([
    ['what is not available is no version', details(fixed('NotAvailable', 'N/A', 'none', '')), { fix: 'YES', packages: Array(4).fill(expect.objectContaining({ fixedIn: undefined })) }],
    ['a fix that only a package tells', { ...details(fixed('2')), fixAvailable: undefined }, { fix: 'YES' }],
    ['a fix for some', { ...details(fixed('2', undefined)), fixAvailable: undefined }, { fix: 'PARTIAL' }],
    ['no fix, though a package has one', { ...details(fixed('2', undefined)), fixAvailable: 'NO' }, { fix: 'PARTIAL' }],
    ['a partial one', { ...details(fixed('2')), fixAvailable: 'PARTIAL' }, { fix: 'PARTIAL' }],
    ['none', { ...details(fixed('NotAvailable')), fixAvailable: 'NO' }, { fix: 'NO' }],
    ['nothing said of it', { ...details(fixed(undefined)), fixAvailable: undefined }, { fix: 'UNKNOWN' }],
    ['a word of the future', { ...details(fixed(undefined)), fixAvailable: 'MAYBE' }, { fix: 'UNKNOWN' }],
    ['nothing said of exploits', { ...found, exploitAvailable: undefined }, { exploitAvailable: undefined }],
    ['no exploit', { ...found, exploitAvailable: 'NO' }, { exploitAvailable: false }],
    ['one that was seen', { ...found, exploitAvailable: 'NO', exploitabilityDetails: { lastKnownExploitAt: new Date('2026-01-01') } }, { exploitAvailable: true }],
    ['details without one', { ...found, exploitAvailable: 'NO', exploitabilityDetails: {} }, { exploitAvailable: false }],
    ['UNTRIAGED', { ...found, severity: 'UNTRIAGED' }, { severity: 'UNTRIAGED' }],
    ['a severity of the future', { ...found, severity: 'APOCALYPTIC' }, { severity: 'UNTRIAGED' }],
    ['no severity', { ...found, severity: undefined }, { severity: 'UNTRIAGED' }],
    ['SUPPRESSED', { ...found, status: 'SUPPRESSED' }, { status: 'SUPPRESSED' }],
    ['CLOSED', { ...found, status: 'CLOSED' }, { status: 'CLOSED' }],
    ['a status of the future', { ...found, status: 'ASLEEP' }, { status: 'ACTIVE' }],
    ['no score, and the one of ECR', { ...found, inspectorScore: undefined, score: 4.2 }, { score: 4.2 }],
    ['no EPSS', { ...found, epss: {} }, { epss: undefined }],
    ['seen before it was published', { ...found, firstObservedAt: new Date('2026-09-01') }, { knownSince: '2026-09-01T00:00:00.000Z' }],
    ['no dates', { ...details({ vendorCreatedAt: undefined }), firstObservedAt: 'some day' }, { knownSince: undefined }],
    ['no packages', details({ vulnerablePackages: undefined }), { packages: [], fix: 'YES' }],
    ['about no package', { ...found, packageVulnerabilityDetails: undefined, title: 'A port is open' }, { id: 'A port is open', packages: [] }],
    ['about nothing', { ...found, packageVulnerabilityDetails: null, title: null, type: 'NETWORK_REACHABILITY' }, { id: 'NETWORK_REACHABILITY', title: undefined }],
    ['a title of a novel', { ...found, title: 'x'.repeat(10_000) }, { title: `${'x'.repeat(499)}…` }],
    ['a title that is just short enough', { ...found, title: 'x'.repeat(500) }, { title: 'x'.repeat(500) }],
    ['where the package is', details({ vulnerablePackages: [{ name: 'a', filePath: 'app/pom.xml' }] }), { packages: [{ name: 'a', path: 'app/pom.xml' }] }],
    ['a release without a version', details({ vulnerablePackages: [{ name: 'a', release: '1' }] }), { packages: [expect.objectContaining({ version: undefined })] }],
    ['the greatest score', { ...found, inspectorScore: 10 }, { score: 10 }],
    ['the least score', { ...found, inspectorScore: 0 }, { score: 0 }],
    ['a version without a release', details({ vulnerablePackages: [{ name: 'a', version: '1' }] }), { packages: [expect.objectContaining({ version: '1' })] }],
  ])('%s', (_, answer, part) => {
    expect(inspectorFinding(answer, 'it').finding).toMatchObject(part);
  });

  test('the image is named by its hash, or by the end of the resource', () => {
    const image = (resources: unknown) => inspectorFinding({ ...found, resources }, 'it').digests;
    expect(image([{ id: world.arnOf('a', digest(5)) }])).toEqual([digest(5)]);
    expect(image([{ type: 'AWS_EC2_INSTANCE', id: 'i-1' }, ...found.resources!])).toEqual([digest(1)]);
    expect(image([{ id: 'i-1' }])).toEqual([]);
    expect(image(undefined)).toEqual([]);
  });

  test('a hash in another form hides no finding: the resource tells, and every image that is named has it', () => {
    const container = (imageHash: string, id: string) => ({ id, details: { awsEcrContainerImage: { imageHash } } });
    const image = (...resources: object[]) => inspectorFinding({ ...found, resources }, 'it').digests;
    expect(image(container(digest(1).slice(7), world.arnOf('a', digest(1))))).toEqual([digest(1)]);
    expect(image(container(digest(1).slice(7), 'i-1'))).toEqual([]);
    expect(image(container(digest(5), world.arnOf('a', digest(5))), container(digest(1), world.arnOf('a', digest(1))))).toEqual([digest(5), digest(1)]);
    const facts = built((builder) => {
      builder.manifest(IMAGE.digest, MANIFEST);
      builder.inspectorFindings({ findings: [{ ...found, resources: [container('unknown', 'i-1')] }] });
    });
    expect(facts.scans).toMatchObject([{ digest: IMAGE.digest, findings: [{ id: 'CVE-2026-1' }] }]);
  });

  test.each<[string, unknown, string]>([
    ['nothing', null, 'it must be an object, got null'],
    ['a list', [], 'it must be an object, got []'],
    ['a date', new Date(0), 'it must be an object, got "1970-01-01T00:00:00.000Z"'],
    ['a number for a title', { ...found, title: 5 }, 'it.title must be text, got 5'],
    ['no vulnerability', details({ vulnerabilityId: undefined }), 'it.packageVulnerabilityDetails.vulnerabilityId must be text, got undefined'],
    ['an empty one', details({ vulnerabilityId: '' }), 'it.packageVulnerabilityDetails.vulnerabilityId must be text, got ""'],
    ['a package that is none', details({ vulnerablePackages: [{ name: 'a' }, 3] }), 'it.packageVulnerabilityDetails.vulnerablePackages[1] must be an object, got 3'],
    ['packages that are no list', details({ vulnerablePackages: {} }), 'it.packageVulnerabilityDetails.vulnerablePackages must be a list, got {}'],
    ['a probability of 25', { ...found, epss: { score: 25 } }, 'it.epss.score must be a number from 0 to 1, got 25'],
    ['a score that is text', { ...found, inspectorScore: '7' }, 'it.inspectorScore must be a number from 0 to 10, got "7"'],
    ['a score that is no number', { ...found, inspectorScore: NaN }, 'it.inspectorScore must be a number from 0 to 10, got null'],
    ['resources that are long nonsense', { ...found, resources: 'x'.repeat(200) }, `it.resources must be a list, got "${'x'.repeat(76)}...`],
    ['resources that are nonsense just short enough to be shown', { ...found, resources: 'x'.repeat(78) }, `it.resources must be a list, got "${'x'.repeat(78)}"`],
    ['an image that is none', { ...found, resources: [{ details: { awsEcrContainerImage: 5 } }] }, 'it.resources[0].details.awsEcrContainerImage must be an object, got 5'],
    ['a hash that is none', { ...found, resources: [{}, { details: { awsEcrContainerImage: { imageHash: 5 } } }] },
      'it.resources[1].details.awsEcrContainerImage.imageHash must be text, got 5'],
    ['a negative score', { ...found, inspectorScore: -1 }, 'it.inspectorScore must be a number from 0 to 10, got -1'],
    ['a score above the greatest', { ...found, inspectorScore: 10.1 }, 'it.inspectorScore must be a number from 0 to 10, got 10.1'],
    ['what has no JSON', { ...found, title: 5n }, 'it.title must be text, got bigint'],
  ])('%s is refused with its place', (_, answer, message) => {
    expect(() => inspectorFinding(answer, 'it')).toThrow(AnswerError);
    expect(() => inspectorFinding(answer, 'it')).toThrow(expect.objectContaining({ name: 'AnswerError', message }));
  });
});

describe('a finding of basic scanning', () => {
  test('tells neither of fixes nor of exploits', () => {
    expect(basicFinding(samples.basicFinding('CVE-2026-1', 'UNDEFINED'), 'it')).toEqual({
      isCve: true,
      digests: [],
      key: '["CVE-2026-1","openssl","3.0.11-1~deb12u1","https://security-tracker.debian.org/tracker/CVE-2026-1","UNDEFINED"]',
      finding: {
        id: 'CVE-2026-1',
        severity: 'UNTRIAGED',
        status: 'ACTIVE',
        url: 'https://security-tracker.debian.org/tracker/CVE-2026-1',
        fix: 'UNKNOWN',
        score: 7.5,
        packages: [{ name: 'openssl', version: '3.0.11-1~deb12u1', manager: 'OS' }],
      },
    });
    expect(basicFinding({ name: 'ALAS-1', severity: 'CRITICAL', attributes: [{ key: 'CVSS2_SCORE', value: 'high' }] }, 'it')).toMatchObject({
      isCve: false, finding: { severity: 'CRITICAL', packages: [], score: undefined },
    });
  });

  test.each([[{ value: '11' }, undefined], [{ value: '-1' }, undefined], [{ value: '10' }, 10], [{ value: '0' }, 0], [{}, undefined]])('score %j is %p', (attribute, score) => {
    expect(basicFinding({ name: 'CVE-1', attributes: [{ key: 'CVSS4_SCORE', ...attribute }] }, 'it').finding.score).toBe(score);
  });
});

describe('dates', () => {
  test.each<[unknown, string | undefined]>([
    [new Date('2026-01-01'), '2026-01-01T00:00:00.000Z'], [1_767_225_600, '2026-01-01T00:00:00.000Z'], [1_767_225_600.5, '2026-01-01T00:00:00.500Z'],
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000Z'], ['2026-01-01T01:00:00+01:00', '2026-01-01T00:00:00.000Z'],
    ['Wed Sep 04 16:57:40.000 UTC 2024', '2024-09-04T16:57:40.000Z'], ['Wed Sep 4 16:57:40 UTC 2024', '2024-09-04T16:57:40.000Z'],
    ['some day', undefined], ['', undefined], [new Date(NaN), undefined], [Infinity, undefined], [-1, undefined], [0, undefined],
    [1_767_225_600_000, undefined], [true, undefined], [null, undefined], ['1999-12-31T23:59:59Z', undefined], ['2100-01-01T00:00:00.001Z', undefined],
    ['Thu Dec 31 23:59:59.123 UTC 2026', '2026-12-31T23:59:59.123Z'],
    ['2000-01-01T00:00:00Z', '2000-01-01T00:00:00.000Z'], ['2100-01-01T00:00:00Z', '2100-01-01T00:00:00.000Z'],
  ])('%p is %p', (value, expected) => {
    expect(date({ value }, 'value')).toBe(expected);
  });
});

test('what objects inherit is no member', () => {
  expect(number(Object.create({ a: 1 }), 'a', 'it', 2)).toBeUndefined();
  expect(inspectorFinding(JSON.parse('{"title":"a","__proto__":{"severity":"LOW"},"constructor":1}'), 'it').finding.severity).toBe('UNTRIAGED');
});

describe('what a manifest is', () => {
  const image = samples.IMAGE_MANIFEST;
  const kindOf = (manifest: object) => manifestFacts(digest(1), JSON.stringify(manifest), 'it').kind;

  test.each<[string, object, ManifestKind]>([
    ['an image', image, 'IMAGE'],
    ['an image of Docker', {
      ...image,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      config: { mediaType: 'application/vnd.docker.container.image.v1+json' },
      layers: [{ mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip' }],
    }, 'IMAGE'],
    ['an image without layers', { ...image, layers: [] }, 'IMAGE'],
    ['an image with a layer of the future', { ...image, layers: [{ mediaType: 'application/vnd.future' }] }, 'IMAGE'],
    ['a manifest without anything', {}, 'IMAGE'],
    ['a manifest of schema 1', { schemaVersion: 1, fsLayers: [] }, 'IMAGE'],
    ['an attestation of buildx', samples.ATTESTATION_MANIFEST, 'ATTESTATION'],
    ['a signature of notation', samples.NOTATION_MANIFEST, 'SIGNATURE'],
    ['a signature of cosign, which calls itself an image', samples.COSIGN_MANIFEST, 'SIGNATURE'],
    ['a bundle of sigstore', { ...samples.NOTATION_MANIFEST, artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json', layers: [{ mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json' }] }, 'SIGNATURE'],
    ['a signature by its configuration', { config: { mediaType: 'application/vnd.cncf.notary.signature' }, layers: [] }, 'SIGNATURE'],
    ['an SBOM', { ...samples.NOTATION_MANIFEST, artifactType: 'application/spdx+json', layers: [{ mediaType: 'application/spdx+json' }] }, 'ATTESTATION'],
    ['an SBOM by its type', { ...samples.NOTATION_MANIFEST, artifactType: 'application/vnd.cyclonedx+json', layers: [{ mediaType: 'application/json' }] }, 'ATTESTATION'],
    ['a chart', { config: { mediaType: 'application/vnd.cncf.helm.config.v1+json' }, layers: [{ mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip' }] }, 'ARTIFACT'],
    ...[
      ['application/vnd.oci.images_are_fun', 'application/json'], ['application/jsonl', 'application/json'], ['x/application/json', 'application/json'],
      ['application/vnd.example', 'application/octet-stream'], ['application/vnd.example', 'x/application/vnd.oci.image.layer.v1.tar'],
      ['application/vnd.example', 'application/vnd.oci.image.layers'], ['text/html5', 'text/html5'],
    ].map(([config, layer]): [string, object, ManifestKind] => [
      `what neither Docker nor containerd takes (${config}, ${layer})`, { config: { mediaType: config }, layers: [{ mediaType: layer }] }, 'ARTIFACT',
    ]),
    ...[
      ['application/octet-stream.old', 'text/html'], ['', 'application/json.x'], ['application/vnd.docker.x', 'application/vnd.oci.image'],
      ['application/vnd.example', 'application/vnd.docker.image.rootfs.diff.tar'],
    ].map(([config, layer]): [string, object, ManifestKind] => [
      `what one of them takes (${config}, ${layer})`, { config: { mediaType: config }, layers: [{ mediaType: layer }] }, 'IMAGE',
    ]),
    ['an index', samples.indexManifest(), 'INDEX'],
    ['a manifest list', { ...samples.indexManifest(), mediaType: 'application/vnd.docker.distribution.manifest.list.v2+json' }, 'INDEX'],
    ['an index without a media type', { manifests: [{ digest: digest(2) }] }, 'INDEX'],
  ])('%s', (_, manifest, kind) => {
    expect(kindOf(manifest)).toBe(kind);
  });

  test.each<[string, object]>([
    ['an attestation with a layer that can be run', { ...samples.ATTESTATION_MANIFEST, layers: [...samples.ATTESTATION_MANIFEST.layers, ...image.layers] }],
    ['an artifact whose layers can be run', { ...samples.NOTATION_MANIFEST, layers: image.layers }],
    ['an image that has an artifact type', { ...image, artifactType: 'application/vnd.in-toto+json' }],
    ['what Docker unpacks, because old registries named it so', {
      ...image, config: { mediaType: 'application/json' }, layers: [{ mediaType: 'application/octet-stream' }],
    }],
    ['a chart in name with layers that containerd unpacks', { config: { mediaType: 'application/vnd.cncf.helm.config.v1+json' }, layers: image.layers }],
    ['an attestation with a layer that Docker unpacks', {
      ...image, layers: [{ mediaType: 'application/vnd.in-toto+json' }, { mediaType: 'application/octet-stream' }],
    }],
    ['what Docker takes for a layer by its beginning, and that calls itself an attestation by its end', {
      ...image, layers: [{ mediaType: 'application/octet-stream.slsa' }],
    }],
    ['an attestation with a layer of a kind that is not known', {
      ...image, layers: [{ mediaType: 'application/vnd.in-toto+json' }, { mediaType: 'application/vnd.future' }],
    }],
    ['an image whose layers are in capitals', {
      ...image, config: { mediaType: 'application/vnd.example' }, layers: [{ mediaType: 'APPLICATION/VND.OCI.IMAGE.LAYER.V1.TAR' }],
    }],
    ['a configuration of a page of HTML', { config: { mediaType: 'TEXT/HTML' }, layers: [{ mediaType: 'application/vnd.in-toto+json' }, {}] }],
    ['a layer whose type is given twice, of which the second is nothing', {
      config: { mediaType: 'application/vnd.example' }, layers: [{ mediaType: null, digest: digest(5) }],
    }],
    ['an image of which nothing has a type', { config: {}, layers: [{}] }],
    ['a layer of erofs', { config: { mediaType: 'application/vnd.example' }, layers: [{ mediaType: 'application/vnd.erofs.layer.v1' }] }],
    ['an image with an attestation before its layers', { ...image, layers: [{ mediaType: 'application/vnd.in-toto+json' }, { mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip' }] }],
  ])('attack: %s is judged as an image', (_, manifest) => {
    expect(kindOf(manifest)).toBe('IMAGE');
  });

  test.each<[string, object]>([
    ['an image that lists manifests too', { ...image, manifests: [{ digest: digest(2) }] }],
    ['the same without a media type', { config: image.config, layers: image.layers, manifests: [{ digest: digest(2) }] }],
    ['an index with layers', { ...samples.indexManifest({ digest: digest(2) }), layers: image.layers }],
    ['an index with a configuration', { ...samples.indexManifest(), config: image.config }],
    ['an index that has nothing of one but its media type', { ...image, mediaType: 'application/vnd.oci.image.index.v1+json' }],
    ['an index whose layers are no list', { ...samples.indexManifest(), layers: {} }],
    ['an index with layers of schema 1', { ...samples.indexManifest(), fsLayers: [] }],
  ])('attack (CVE-2021-41190): %s is neither', (_, manifest) => {
    expect(kindOf(manifest)).toBe('AMBIGUOUS');
    expect(judge(built((builder) => void builder.manifest(IMAGE.digest, JSON.stringify(manifest))), { ...STANDARD, onUnscannable: 'APPROVE' })).toMatchObject({
      status: 'REJECTED', reasons: [{ kind: 'UNSCANNABLE', code: 'AMBIGUOUS_MANIFEST', images: [IMAGE.digest] }], artifacts: [],
    });
  });

  test('more findings than anybody reads, by the count of the service, are no verdict that is missing: the image is rejected', () => {
    const facts = built((builder) => {
      builder.manifest(IMAGE.digest, MANIFEST);
      builder.scanFindings(IMAGE.digest, {
        imageScanStatus: { status: 'COMPLETE' },
        imageScanFindings: { imageScanCompletedAt: 1_700_000_000, findingSeverityCounts: { LOW: 200_001 } },
      });
    });
    expect(judge(facts)).toMatchObject({ status: 'REJECTED', reasons: [{ code: 'FINDINGS_INCOMPLETE' }] });
  });

  test.each<[string, object]>([
    ['Manifests', { manifests: [{ digest: digest(2) }], Manifests: [{ digest: digest(3) }] }],
    ['LAYERS', { ...image, LAYERS: [] }], ['fslayers', { ...image, fslayers: [] }], ['MediaType', { ...image, MediaType: 'application/vnd.oci.image.index.v1+json' }],
    ['layer\u017f, with the long s', { ...image, layerſ: [] }],
    ['mediatype of a layer', { ...image, layers: [{ mediaType: 'application/vnd.in-toto+json', mediatype: 'application/vnd.oci.image.layer.v1.tar' }] }],
    ['MediaType of a configuration', { ...image, config: { ...image.config, MediaType: 'application/vnd.example' } }],
    ['Digest of a platform', { manifests: [{ digest: digest(2), Digest: digest(3) }] }],
    ['OS of a platform', { manifests: [{ digest: digest(2), platform: { os: 'unknown', OS: 'linux' } }] }],
  ])('attack: a member that engines written in Go take for another, %s', (_, manifest) => {
    expect(kindOf(manifest)).toBe('AMBIGUOUS');
  });

  test('names of annotations, and members that decide nothing, are nobody\'s twins', () => {
    expect(kindOf({ ...image, annotations: { Digest: 'x', OS: 'linux' }, Future: 1, layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', annotations: { MediaType: '' } }] })).toBe('IMAGE');
    expect(kindOf({ manifests: [{ digest: digest(2), platform: { 'os': 'linux', 'os.version': '1' } }] })).toBe('INDEX');
  });

  test('attack: an image that its index calls an attestation for an unknown platform is judged', () => {
    const facts = built((builder) => {
      builder.manifest(IMAGE.digest, JSON.stringify(samples.indexManifest(
        { digest: digest(2), os: 'unknown', architecture: 'unknown', annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } },
      )));
      builder.manifest(digest(2), MANIFEST);
    });
    expect(judge(facts)).toMatchObject({ status: 'REJECTED', reasons: [{ code: 'NO_ANSWER' }], platforms: [{ platform: 'unknown/unknown' }] });
  });

  test('platforms are told as docker does', () => {
    const manifest = {
      manifests: [
        { digest: digest(2), platform: { os: 'linux', architecture: 'arm', variant: 'v7' } }, { digest: digest(3), platform: {} }, { digest: digest(4) },
      ],
    };
    expect(manifestFacts(digest(1), JSON.stringify(manifest), 'it').children).toEqual([
      { digest: digest(2), platform: 'linux/arm/v7' }, { digest: digest(3), platform: undefined }, { digest: digest(4), platform: undefined },
    ]);
  });

  test.each([['{', 'it must be a manifest in JSON, got "{"'], ['[]', 'it must be an object, got []'], ['{"layers":{}}', 'it.layers must be a list, got {}'],
    ['{"manifests":[{}]}', 'it.manifests[0].digest must be text, got undefined']])('%s is refused with its place', (body, message) => {
    expect(() => manifestFacts(digest(1), body, 'it')).toThrow(message);
  });
});

describe('building facts', () => {
  test.each<[(builder: FactsBuilder) => void, string]>([
    [(builder) => builder.coverage({ coveredResources: [{ resourceId: world.arnOf('a', digest(1)), scanStatus: {} }] }),
      'ListCoverage.coveredResources[0].scanStatus.reason must be text, got undefined'],
    [(builder) => builder.coverage({ coveredResources: [{ resourceId: world.arnOf('a', digest(1)), scanStatus: { reason: 'SUCCESSFUL', statusCode: 1 } }] }),
      'ListCoverage.coveredResources[0].scanStatus.statusCode must be text, got 1'],
    [(builder) => builder.scanFindings(digest(1), { imageScanStatus: { status: 1 } }), 'DescribeImageScanFindings.imageScanStatus.status must be text, got 1'],
    [(builder) => builder.scanFindings(digest(1), { imageScanStatus: { description: 1 } }), 'DescribeImageScanFindings.imageScanStatus.description must be text, got 1'],
    [(builder) => builder.scanFindings(digest(1), { imageScanFindings: { findings: {} } }), 'DescribeImageScanFindings.imageScanFindings.findings must be a list, got {}'],
    [(builder) => builder.scanFindings(digest(1), { imageScanFindings: { findingSeverityCounts: { HIGH: -1 } } }),
      'DescribeImageScanFindings.imageScanFindings.findingSeverityCounts.HIGH must be a number from 0 to 9007199254740991, got -1'],
    [(builder) => builder.scanFindings(digest(1), { imageScanFindings: { findings: [{ name: 'CVE-1', attributes: [{ value: '1' }] }] } }),
      'DescribeImageScanFindings.imageScanFindings.findings[0].attributes[0].key must be text, got undefined'],
    [(builder) => builder.scanFindings(digest(1), { imageScanFindings: { findings: [{ name: 'CVE-1', attributes: [{ key: 'a', value: 1 }] }] } }),
      'DescribeImageScanFindings.imageScanFindings.findings[0].attributes[0].value must be text, got 1'],
  ])('what is wrong in an answer is named with its place (%#)', (read, message) => {
    expect(() => built((builder) => {
      builder.manifest(IMAGE.digest, MANIFEST);
      read(builder);
    })).toThrow(expect.objectContaining({ name: 'AnswerError', message }));
  });

  test('what could not be asked is told with the reason, and findings without a status are no clean scan', () => {
    const scans = (fill: (builder: FactsBuilder) => void) => built((builder) => {
      builder.manifest(IMAGE.digest, MANIFEST);
      fill(builder);
    }).scans;
    expect(scans((builder) => builder.problem(IMAGE.digest, 'BASIC', 'FINDINGS_UNAVAILABLE', 'access denied'))).toMatchObject([
      { scanner: 'BASIC', status: 'FINDINGS_UNAVAILABLE', detail: 'access denied' },
    ]);
    expect(scans((builder) => builder.inspectorFindings({ findings: [sample(IMAGE.digest, { id: 'CVE-1' })] }))).toMatchObject([
      { scanner: 'ENHANCED', status: 'NOT_COVERED', findings: [{ id: 'CVE-1' }] },
    ]);
    expect(scans((builder) => builder.scanFindings(IMAGE.digest, { imageScanStatus: { status: 'ACTIVE', description: 'Continuous scan is selected for image.' } })))
      .toMatchObject([{ scanner: 'BASIC', status: 'ACTIVE', detail: undefined }]);
    const longer = { ...samples.covered(world, 'shop/web', IMAGE.digest), resourceId: `${world.arnOf('shop/web', IMAGE.digest)}0` };
    expect(scans((builder) => builder.coverage({ coveredResources: [longer] }))).toEqual([]);
  });

  test('coverage: each reason as it is, inactive and successful as none', () => {
    const facts = built((builder) => {
      builder.manifest(IMAGE.digest, MANIFEST);
      builder.coverage({ coveredResources: [samples.covered(world, 'shop/web', IMAGE.digest), samples.covered(world, 'shop/web', digest(9), 'UNSUPPORTED_OS')] });
    });
    expect(facts.scans).toMatchObject([{ digest: IMAGE.digest, scanner: 'ENHANCED', status: 'SUCCESSFUL', scannedAt: '2026-11-01T08:30:00.000Z' }]);
    const inactive = { ...samples.covered(world, 'shop/web', IMAGE.digest), scanStatus: { statusCode: 'INACTIVE', reason: 'SUCCESSFUL' } };
    expect(built((builder) => builder.coverage({ coveredResources: [inactive] })).scans).toMatchObject([{ status: 'INACTIVE' }]);
    expect(built((builder) => builder.coverage({ coveredResources: [{ resourceId: 'i-1' }, { resourceId: world.arnOf('a', IMAGE.digest) }] })).scans).toEqual([]);
  });

  test('what is not covered is pending; two answers are the worse one, in whatever order', () => {
    const status = (...reasons: Array<'SUCCESSFUL' | 'UNSUPPORTED_OS' | 'PENDING_INITIAL_SCAN'>) => built((builder) => {
      builder.manifest(IMAGE.digest, MANIFEST);
      for (const reason of reasons) builder.coverage({ coveredResources: [samples.covered(world, 'shop/web', IMAGE.digest, reason)] });
      builder.coverageComplete();
    }).scans.map((scan) => scan.status);
    expect(status()).toEqual(['NOT_COVERED']);
    expect(status('SUCCESSFUL', 'UNSUPPORTED_OS')).toEqual(['UNSUPPORTED_OS']);
    expect(status('UNSUPPORTED_OS', 'SUCCESSFUL')).toEqual(['UNSUPPORTED_OS']);
    expect(status('PENDING_INITIAL_SCAN', 'SUCCESSFUL')).toEqual(['PENDING_INITIAL_SCAN']);
  });

  test('findings go to their image; one that names none, to all', () => {
    const children = [{ digest: digest(2) }, { digest: digest(3) }];
    const facts = built((builder) => {
      expect(builder.manifest(IMAGE.digest, JSON.stringify(samples.indexManifest(...children)))).toEqual([digest(2), digest(3)]);
      builder.manifest(digest(2), MANIFEST);
      builder.manifest(digest(3), MANIFEST);
      expect(builder.images()).toEqual([digest(2), digest(3)]);
      builder.inspectorFindings({ findings: [sample(digest(2), { id: 'CVE-1' }), sample(digest(7), { id: 'CVE-2' }), { ...sample(digest(2), { id: 'CVE-3' }), resources: [] }] });
    });
    expect(facts.scans.map((scan) => [scan.digest, scan.findings.map(({ id }) => id), scan.operatingSystem])).toEqual([
      [digest(2), ['CVE-1', 'CVE-3'], 'DEBIAN_12'], [digest(3), ['CVE-3'], undefined],
    ]);
  });

  test('an answer of ECR is read by what is in it: enhanced findings under a status of basic scanning count', () => {
    const answer = (more: object) => built((builder) => {
      builder.manifest(IMAGE.digest, MANIFEST);
      builder.scanFindings(IMAGE.digest, {
        imageScanStatus: { status: 'COMPLETE', description: 'The scan was completed successfully.' },
        imageScanFindings: { imageScanCompletedAt: 1_767_225_600, ...more },
      });
    });
    const enhanced = answer({ enhancedFindings: [wire(sample(IMAGE.digest, { id: 'CVE-1' }))], findingSeverityCounts: { HIGH: 1 } });
    expect(enhanced.scans).toMatchObject([{ scanner: 'BASIC', status: 'COMPLETE', detail: undefined, scannedAt: '2026-01-01T00:00:00.000Z', expectedFindings: 1, readFindings: 1 }]);
    expect(judge(enhanced).status).toBe('REJECTED');
    const basic = answer({ findings: [samples.basicFinding('CVE-1'), samples.basicFinding('CVE-1', 'HIGH', 'libssl3')], findingSeverityCounts: { HIGH: 2, LOW: 0 } });
    expect(basic.scans).toMatchObject([{ expectedFindings: 2, readFindings: 2 }]);
    expect(judge(basic)).toMatchObject({ status: 'REJECTED', reasons: [{ finding: { packages: [{ name: 'libssl3' }, { name: 'openssl' }] } }] });
    expect(judge(answer({})).status).toBe('APPROVED');
    expect(judge(answer({ findingSeverityCounts: { CRITICAL: 3 } })).reasons).toMatchObject([{ code: 'FINDINGS_INCOMPLETE' }]);
  });

  test('an answer of ECR without a scan is no clean one', () => {
    const status = (answer: object) => judge(built((builder) => {
      builder.manifest(IMAGE.digest, MANIFEST);
      builder.scanFindings(IMAGE.digest, answer);
    })).reasons;
    expect(status({})).toMatchObject([{ code: 'NO_ANSWER' }]);
    expect(status({ imageScanStatus: {} })).toMatchObject([{ code: 'NO_ANSWER' }]);
    expect(status({ imageScanStatus: { status: 'FAILED', description: 'UnsupportedImageError' } })).toMatchObject([{ code: 'FAILED', message: expect.stringContaining('(UnsupportedImageError)') }]);
    expect(status({ imageScanStatus: { status: 'IN_PROGRESS' } })).toMatchObject([{ kind: 'PENDING', code: 'IN_PROGRESS' }]);
  });

  test('what was announced is awaited until it is listed, in whatever status, each once', () => {
    const builder = new FactsBuilder(IMAGE);
    const awaited = () => builder.facts(NOW).scans[0].awaited;
    const [active, suppressed, closed] = (['ACTIVE', 'SUPPRESSED', 'CLOSED'] as const)
      .map((status, index) => sample(IMAGE.digest, { id: `CVE-${index}`, status }));
    builder.announce(IMAGE.digest, { count: 3, arns: [closed.findingArn!] });
    expect(builder.facts(NOW).scans).toMatchObject([{ status: 'NOT_COVERED', readFindings: 0 }]);

    builder.inspectorFindings({ findings: [active, suppressed, active] });
    expect(awaited()).toEqual({ count: 1, arns: [closed.findingArn] });
    expect(builder.awaiting()).toEqual([IMAGE.digest]);

    builder.closedFindings({ findings: [sample(digest(7), { id: 'CVE-1', status: 'CLOSED' }), closed] });
    expect(awaited()).toEqual({ count: 0, arns: [] });
    expect(builder.awaiting()).toEqual([]);
    expect(builder.facts(NOW).scans[0].findings.map(({ id }) => id)).toEqual(['CVE-0', 'CVE-1', 'CVE-0']);
  });

  test('one that was announced by itself is awaited although there are as many as were counted', () => {
    const builder = new FactsBuilder(IMAGE);
    builder.announce(IMAGE.digest, { count: 1, arns: ['arn:of-another'] });
    builder.inspectorFindings({ findings: [sample(IMAGE.digest, { id: 'CVE-1' })] });

    expect(builder.facts(NOW).scans[0].awaited).toEqual({ count: 0, arns: ['arn:of-another'] });
    expect(builder.awaiting()).toEqual([IMAGE.digest]);
  });

  test('CISA is asked once for each CVE, suppressed ones too, until there is an answer', () => {
    const builder = new FactsBuilder(IMAGE);
    builder.manifest(IMAGE.digest, MANIFEST);
    const ghsa = sample(IMAGE.digest, { id: 'GHSA-1' });
    const related = { ...sample(IMAGE.digest, { id: 'GHSA-2' }), packageVulnerabilityDetails: { vulnerabilityId: 'GHSA-2', source: 'GITHUB', relatedVulnerabilities: ['CVE-9'] } };
    const active = sample(IMAGE.digest, { id: 'CVE-1' });
    const suppressed = sample(IMAGE.digest, { id: 'CVE-2', status: 'SUPPRESSED' });
    builder.inspectorFindings({ findings: [active, { ...active, findingArn: 'arn:another' }, ghsa, related, suppressed] });
    expect(builder.arnsToAskAbout()).toEqual([active.findingArn, related.findingArn, suppressed.findingArn]);
    builder.details({
      findingDetails: [{ findingArn: active.findingArn, cisaData: { dateAdded: 1 } }, { findingArn: 'arn:other', cisaData: {} }, {}],
      errors: [{ findingArn: related.findingArn, errorCode: 'INTERNAL_ERROR' }, { findingArn: suppressed.findingArn, errorCode: 'FINDING_DETAILS_NOT_FOUND' }, {}],
    });
    expect(builder.arnsToAskAbout()).toEqual([related.findingArn]);
    builder.details({ findingDetails: [{ findingArn: related.findingArn }] });
    expect(builder.arnsToAskAbout()).toEqual([]);
    expect(builder.facts(NOW).scans[0].findings.map(({ id, knownExploited }) => [id, knownExploited])).toEqual([
      ['CVE-1', true], ['CVE-1', true], ['GHSA-1', undefined], ['GHSA-2', false], ['CVE-2', undefined],
    ]);
    expect(() => builder.details({ errors: [{ errorCode: 5 }] })).toThrow('BatchGetFindingDetails.errors[0].errorCode must be text, got 5');
  });

  test('loops, depth and size of indexes end the reading', () => {
    const builder = new FactsBuilder(IMAGE);
    const index = (...to: number[]) => JSON.stringify(samples.indexManifest(...to.map((each) => ({ digest: digest(each) }))));
    expect(builder.manifest(digest(1), index(1, 2, 2))).toEqual([digest(2)]);
    expect(builder.manifest(digest(2), index(1, 3))).toEqual([digest(3)]);
    expect(builder.manifest(digest(3), index(4))).toEqual([digest(4)]);
    expect(builder.manifest(digest(4), index(5))).toEqual([digest(5)]);
    expect(builder.manifest(digest(5), index(6))).toEqual([]);
    const wide = new FactsBuilder(IMAGE);
    expect(wide.manifest(digest(1), index(...Array.from({ length: 5_000 }, (_, at) => at + 2)))).toHaveLength(1_000);
  });

  test('more findings than are read are told, and stop the reading', () => {
    const builder = new FactsBuilder(IMAGE);
    builder.manifest(IMAGE.digest, MANIFEST);
    const page = { findings: Array.from({ length: 10_000 }, () => ({ title: 'a', resources: [{ id: IMAGE.digest }], severity: 'LOW' })) };
    for (let read = 0; read < MAX_FINDINGS; read += 10_000) builder.inspectorFindings(page);
    expect(builder.isFull()).toBe(false);
    builder.inspectorFindings(page);
    expect(builder.isFull()).toBe(true);
    expect(builder.facts(NOW).scans[0].findings).toHaveLength(MAX_FINDINGS);
    expect(judge(builder.facts(NOW)).reasons).toMatchObject([
      { code: 'INCOMPLETE', message: 'has more than 200000 findings, which are not all read' }, expect.anything(),
    ]);
  }, 30_000);
});

describe('whatever comes', () => {
  const answer = fc.oneof(fc.jsonValue(), fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withMap: true }));
  const methods = ['coverage', 'inspectorFindings', 'details'] as const;

  /** What is right but for one place. */
  const spoilt = (right: () => object, by: fc.Arbitrary<unknown>) => fc.tuple(by, fc.nat()).map(([value, at]) => {
    const made: any = right();
    const places: Array<[any, string]> = [];
    const walk = (node: any) => Object.keys(node).forEach((key) => {
      places.push([node, key]);
      if (typeof node[key] === 'object' && node[key] !== null && !(node[key] instanceof Date)) walk(node[key]);
    });
    walk(made);
    const [node, key] = places[at % places.length];
    node[key] = value;
    node.addedLater = value;
    return made;
  });
  const spoiltAnswer = spoilt(() => ({
    coveredResources: [samples.covered(world, 'shop/web', IMAGE.digest)],
    findings: [sample(IMAGE.digest, { id: 'CVE-1', epss: 0.1 })],
    findingDetails: [{ findingArn: 'a', cisaData: {} }],
    errors: [{ findingArn: 'a', errorCode: 'INTERNAL_ERROR' }],
    imageScanStatus: { status: 'COMPLETE' },
    imageScanFindings: {
      findings: [samples.basicFinding('CVE-1')], enhancedFindings: [sample(IMAGE.digest, { id: 'CVE-2' })], findingSeverityCounts: { HIGH: 1 },
    },
  }), answer);
  const spoiltManifest = fc.constantFrom<object>(
    samples.IMAGE_MANIFEST, samples.ATTESTATION_MANIFEST, samples.NOTATION_MANIFEST,
    samples.indexManifest({ digest: digest(3) }, { digest: digest(4) }),
  ).chain((manifest) => spoilt(() => structuredClone(manifest), fc.jsonValue()));
  const body = fc.oneof(fc.string(), fc.json(), spoiltManifest.map((manifest) => JSON.stringify(manifest)));

  test('is read or refused with its place: no crash, no hang', () => {
    fc.assert(fc.property(fc.oneof(answer, spoiltAnswer), body, (value, manifest) => {
      const builder = new FactsBuilder(IMAGE);
      builder.manifest(IMAGE.digest, MANIFEST);
      const attempts = [
        ...methods.map((method) => () => builder[method](value)),
        () => builder.scanFindings(IMAGE.digest, value),
        () => builder.manifest(digest(2), manifest),
      ];
      for (const attempt of attempts) {
        try {
          attempt();
        } catch (error) {
          expect(error).toBeInstanceOf(AnswerError);
          expect((error as AnswerError).place).not.toBe('');
        }
      }
      expect(['APPROVED', 'PENDING', 'REJECTED']).toContain(decide(builder.facts(NOW), STANDARD, [], NOW).status);
    }), { numRuns: 3_000 });
  });

  test('members nobody knows change nothing', () => {
    const right = sample(IMAGE.digest, { id: 'CVE-1' });
    fc.assert(fc.property(fc.stringMatching(/^x[a-z]+$/), answer, (name, value) => {
      expect(inspectorFinding({ ...right, [name]: value }, 'it')).toEqual(inspectorFinding(right, 'it'));
    }));
  });
});
