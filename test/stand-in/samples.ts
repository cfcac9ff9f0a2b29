import { createHash } from 'node:crypto';
import type { ImageScanFinding } from '@aws-sdk/client-ecr';
import type { ClusterDetails, ClusterInformation, CoveredResource, Finding, ScanStatusReason, VulnerablePackage } from '@aws-sdk/client-inspector2';
import type { World } from './world';

/** Manifests as docker buildx, cosign and notation push them. */
export const IMAGE_MANIFEST = {
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: `sha256:${'c'.repeat(64)}`, size: 1_470 },
  layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: `sha256:${'1'.repeat(64)}`, size: 29_126_278 }],
};

/** An image that is another one for each name. */
export function imageManifest(name: string): object {
  return { ...IMAGE_MANIFEST, annotations: { 'org.opencontainers.image.title': name } };
}

/** What buildx pushes beside each platform by default: configured as an image, with nothing in it to run. */
export const ATTESTATION_MANIFEST = {
  ...IMAGE_MANIFEST,
  layers: [{
    mediaType: 'application/vnd.in-toto+json',
    digest: `sha256:${'2'.repeat(64)}`,
    size: 1_000,
    annotations: { 'in-toto.io/predicate-type': 'https://slsa.dev/provenance/v0.2' },
  }],
};

export const NOTATION_MANIFEST = {
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  artifactType: 'application/vnd.cncf.notary.signature',
  config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: `sha256:${'3'.repeat(64)}`, size: 2 },
  layers: [{ mediaType: 'application/cose', digest: `sha256:${'4'.repeat(64)}`, size: 2_000 }],
};

/** Signatures of cosign call themselves images. */
export const COSIGN_MANIFEST = {
  ...IMAGE_MANIFEST,
  layers: [{ mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json', digest: `sha256:${'5'.repeat(64)}`, size: 240 }],
};

export function indexManifest(...children: Array<{ digest: string; os?: string; architecture?: string; annotations?: object }>): object {
  return {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: children.map(({ digest, os = 'linux', architecture = 'amd64', annotations }) => ({
      mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 1_000, platform: { os, architecture }, annotations,
    })),
  };
}

export interface SampleFinding {
  readonly id: string;
  readonly severity?: Finding['severity'];
  readonly status?: Finding['status'];
  readonly title?: string;
  readonly packages?: VulnerablePackage[];
  readonly fixAvailable?: Finding['fixAvailable'];
  readonly exploitAvailable?: Finding['exploitAvailable'];
  readonly epss?: number;
  readonly score?: number;
  readonly observed?: Date;
  readonly published?: Date;
  readonly platform?: string;
}

const OBSERVED = new Date('2026-11-01T08:30:00.000Z');

/** A finding in an image, as Amazon Inspector gives it. */
export function inspectorFinding(world: World, repository: string, digest: string, sample: SampleFinding): Finding {
  const packages = sample.packages ?? [{ name: 'openssl', version: '3.0.11', release: '1~deb12u1', arch: 'AMD64', epoch: 0, packageManager: 'OS', fixedInVersion: '0:3.0.13-1~deb12u1' }];
  const isFixed = packages.some(({ fixedInVersion }) => fixedInVersion && fixedInVersion !== 'NotAvailable');
  return {
    findingArn: `arn:aws:inspector2:${world.region}:${world.account}:finding/${createHash('md5').update(`${digest} ${sample.id}`).digest('hex')}`,
    awsAccountId: world.account,
    type: 'PACKAGE_VULNERABILITY',
    title: sample.title ?? `${sample.id} - ${packages[0]?.name}`,
    description: `What ${sample.id} is about, at length.`,
    remediation: { recommendation: { text: 'None Provided' } },
    severity: sample.severity ?? 'HIGH',
    firstObservedAt: sample.observed ?? OBSERVED,
    lastObservedAt: sample.observed ?? OBSERVED,
    updatedAt: sample.observed ?? OBSERVED,
    status: sample.status ?? 'ACTIVE',
    resources: [{
      type: 'AWS_ECR_CONTAINER_IMAGE',
      id: world.arnOf(repository, digest),
      partition: 'aws',
      region: world.region,
      tags: {},
      details: {
        awsEcrContainerImage: {
          repositoryName: repository,
          imageTags: ['v1'],
          pushedAt: OBSERVED,
          architecture: 'amd64',
          imageHash: digest,
          registry: world.account,
          platform: sample.platform ?? 'DEBIAN_12',
          inUseCount: 0,
        },
      },
    }],
    inspectorScore: sample.score ?? 7.5,
    packageVulnerabilityDetails: {
      vulnerabilityId: sample.id,
      source: 'DEBIAN_CVE',
      sourceUrl: `https://security-tracker.debian.org/tracker/${sample.id}`,
      vulnerablePackages: packages,
      relatedVulnerabilities: [],
      referenceUrls: [],
      cvss: [],
      vendorSeverity: 'high',
      vendorCreatedAt: sample.published ?? OBSERVED,
    },
    fixAvailable: sample.fixAvailable ?? (isFixed ? 'YES' : 'NO'),
    exploitAvailable: sample.exploitAvailable ?? 'NO',
    epss: sample.epss === undefined ? undefined : { score: sample.epss },
  };
}

export function covered(world: World, repository: string, digest: string, reason: ScanStatusReason = 'SUCCESSFUL', lastScannedAt?: Date): CoveredResource {
  return {
    resourceType: 'AWS_ECR_CONTAINER_IMAGE',
    resourceId: world.arnOf(repository, digest),
    accountId: world.account,
    scanType: 'PACKAGE',
    scanStatus: { statusCode: /^(SUCCESSFUL|PENDING_|SCAN_IN_PROGRESS)/.test(reason) ? 'ACTIVE' : 'INACTIVE', reason },
    lastScannedAt: lastScannedAt ?? (reason === 'SUCCESSFUL' ? OBSERVED : undefined),
    resourceMetadata: { ecrRepository: { name: repository, scanFrequency: 'CONTINUOUS_SCAN' }, ecrImage: { tags: ['v1'] } },
  };
}

/** A finding of basic scanning. */
export function basicFinding(name: string, severity: ImageScanFinding['severity'] = 'HIGH', packageName = 'openssl'): ImageScanFinding {
  return {
    name,
    severity,
    uri: `https://security-tracker.debian.org/tracker/${name}`,
    description: `What ${name} is about.`,
    attributes: [{ key: 'package_name', value: packageName }, { key: 'package_version', value: '3.0.11-1~deb12u1' }, { key: 'CVSS3_SCORE', value: '7.5' }],
  };
}

/** Tasks of a service that run an image, as Amazon Inspector has seen them. */
export function ecsCluster(world: World, name: string, service: string, more: Partial<ClusterDetails> = {}): ClusterInformation {
  const arn = `arn:aws:ecs:${world.region}:${world.account}`;
  return {
    clusterArn: `${arn}:cluster/${name}`,
    clusterDetails: [{
      lastInUse: OBSERVED,
      runningUnitCount: 3,
      stoppedUnitCount: 0,
      clusterMetadata: { awsEcsMetadataDetails: { detailsGroup: `service:${service}`, taskDefinitionArn: `${arn}:task-definition/${service}:7` } },
      ...more,
    }],
  };
}

/** Pods of workloads that run an image. */
export function eksCluster(world: World, name: string, namespace: string, workload: string, more: Partial<ClusterDetails> = {}): ClusterInformation {
  return {
    clusterArn: `arn:aws:eks:${world.region}:${world.account}:cluster/${name}`,
    clusterDetails: [{
      lastInUse: OBSERVED,
      runningUnitCount: 2,
      stoppedUnitCount: 0,
      clusterMetadata: { awsEksMetadataDetails: { namespace, workloadInfoList: [{ name: workload, type: 'Deployment' }] } },
      ...more,
    }],
  };
}
