export * from './audit-condition';
export * from './audit-signal';
