export * from './audit-condition';
export * from './audit-signal';
export * from './audit-source';
export * from './ecr-audit-trail';
