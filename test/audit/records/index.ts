import { REGISTRY_RECORDS } from './registry';
import { REPOSITORY_RECORDS } from './repository';
import type { CloudTrailRecord } from '../../../src/audit/contract';

/** What happened, its record, and the ids of the signals it is; none where it only looks like one. */
export type Row = [name: string, record: CloudTrailRecord, ...signals: string[]];

export const RECORDS: Row[] = [...REPOSITORY_RECORDS, ...REGISTRY_RECORDS];
