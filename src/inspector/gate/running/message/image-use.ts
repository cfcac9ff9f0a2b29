import type { ClusterDetails, ClusterInformation } from '@aws-sdk/client-inspector2';

/** Where an image was seen to run: tasks of a service, pods of a workload. */
export interface ImageUse {
  /** ARN of the cluster. */
  readonly cluster: string;
  readonly kind: 'ECS' | 'EKS';
  /** Such as "service web", or "namespace shop, Deployment web". */
  readonly workload?: string;
  /** Tasks or pods; not there where Amazon Inspector does not tell. */
  readonly running?: number;
  /** How many stopped in the last 24 hours. */
  readonly stopped?: number;
  /** When it was last seen there; ISO 8601. */
  readonly lastInUse?: string;
}

/** What is known of where an image runs. */
export interface KnownUse {
  readonly seen: readonly ImageUse[];
  /** Why there may be more. */
  readonly unknown?: string;
}

/** What Amazon Inspector says of clusters, by the digest of the image; the same may be said twice. */
export type ClustersByDigest = ReadonlyArray<readonly [digest: string, cluster: ClusterInformation]>;

/** Where an image runs, each workload once, whichever platforms it runs; what runs most comes first. */
export function usesOf(clusters: ClustersByDigest): ImageUse[] {
  const told = new Map<string, ImageUse>();
  for (const [digest, { clusterArn = '', clusterDetails = [] }] of clusters) {
    for (const details of clusterDetails) told.set(JSON.stringify([digest, clusterArn, details.clusterMetadata]), useOf(clusterArn, details));
  }
  const uses = new Map<string, ImageUse>();
  for (const use of told.values()) {
    const key = JSON.stringify([use.cluster, use.workload]);
    uses.set(key, together(use, uses.get(key)));
  }
  return [...uses.values()].sort((a, b) => (b.running ?? 0) - (a.running ?? 0) || newest(b).localeCompare(newest(a)));
}

/** Whether it runs there, as far as is known. */
export function isRunning({ running }: ImageUse): boolean {
  return running !== 0;
}

function useOf(cluster: string, { clusterMetadata, lastInUse, runningUnitCount: running, stoppedUnitCount: stopped }: ClusterDetails): ImageUse {
  const { awsEcsMetadataDetails: ecs, awsEksMetadataDetails: eks } = clusterMetadata ?? {};
  const workload = ecs ? groupOf(ecs.detailsGroup) : [
    ...eks?.namespace ? [`namespace ${eks.namespace}`] : [],
    ...(eks?.workloadInfoList ?? []).map(({ type, name }) => `${type} ${name}`),
  ].join(', ');
  return {
    cluster,
    kind: cluster.split(':')[2] === 'eks' || eks ? 'EKS' : 'ECS',
    workload: workload || undefined,
    running,
    stopped,
    lastInUse: lastInUse?.toISOString(),
  };
}

/** As ECS names the group of a task: `service:web`, or `family:web` where no service has begun it. */
function groupOf(group = ''): string {
  const [, kind, name] = /^(service|family):(.+)$/.exec(group) ?? [];
  if (!name) return group && `group ${group}`;
  return kind === 'service' ? `service ${name}` : `task family ${name}`;
}

function together(use: ImageUse, other: ImageUse | undefined): ImageUse {
  if (!other) return use;
  return {
    ...use,
    running: sum(use.running, other.running),
    stopped: sum(use.stopped, other.stopped),
    lastInUse: newest(use) > newest(other) ? use.lastInUse : other.lastInUse,
  };
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);
}

function newest({ lastInUse = '' }: ImageUse): string {
  return lastInUse;
}
