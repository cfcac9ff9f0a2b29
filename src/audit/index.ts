export * from './audit-condition';
export * from './audit-signal';
export { AuditSource, type OwnTrailOptions } from './audit-source';
export * from './ecr-audit-trail';
export * from './ecr-audit-trail-props';
