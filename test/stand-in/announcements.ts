import type { CoveredResource, Finding } from '@aws-sdk/client-inspector2';
import type { World } from './world';
import type { ServiceEvent } from '../local-aws';

/**
 * What Amazon Inspector tells EventBridge, as documented.
 *
 * https://docs.aws.amazon.com/inspector/latest/user/eventbridge-integration.html
 */
const source = 'aws.inspector2';

/** The first scan of an image is complete: it counts what there is of the image in the world. */
export function scanCompleted(world: World, repository: string, digest: string): ServiceEvent {
  const image = world.arnOf(repository, digest);
  const [repositoryArn] = image.split('/sha256:');
  const found = world.findings.filter(({ resources, status }) => resources?.[0].id === image && status === 'ACTIVE');
  const count = (severity: Finding['severity']) => found.filter((finding) => finding.severity === severity).length;
  return {
    source,
    'detail-type': 'Inspector2 Scan',
    'resources': [repositoryArn],
    'detail': {
      'scan-status': 'INITIAL_SCAN_COMPLETE',
      'repository-name': repositoryArn,
      'finding-severity-counts': { CRITICAL: count('CRITICAL'), HIGH: count('HIGH'), MEDIUM: count('MEDIUM'), TOTAL: found.length },
      'image-digest': digest,
      'image-tags': [],
      'version': '1.0',
    },
  };
}

/** A finding came, or is another one than before. */
export function findingChanged(finding: Finding): ServiceEvent {
  const detail = JSON.parse(JSON.stringify(finding));
  for (const name of ['firstObservedAt', 'lastObservedAt', 'updatedAt'] as const) detail[name] = inWords(finding[name]!);
  return { source, 'detail-type': 'Inspector2 Finding', 'resources': finding.resources!.map(({ id }) => id!), detail };
}

/** An image is scanned, or is no longer. */
export function coverageChanged({ resourceId, scanStatus, scanType, accountId }: CoveredResource): ServiceEvent {
  return {
    source,
    'detail-type': 'Inspector2 Coverage',
    'resources': [resourceId!],
    'detail': {
      scanStatus: { reason: scanStatus!.reason, statusCodeValue: scanStatus!.statusCode },
      scanType,
      provider: 'AWS',
      providerAccountId: accountId,
      eventTimestamp: '2026-11-22T12:00:00.000000Z',
      version: '1.0',
    },
  };
}

/** As in `Wed Sep 04 16:55:38.411 UTC 2024`. */
function inWords(date: Date): string {
  const [, day, number, month, year, time] = /^(\w+), (\d+) (\w+) (\d+) (\S+) GMT$/.exec(date.toUTCString())!;
  return `${day} ${month} ${number} ${time}.${String(date.getMilliseconds()).padStart(3, '0')} UTC ${year}`;
}
