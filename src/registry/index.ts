export * from './ecr-registry';
export * from './registry-scanning';
export { RegistrySettings } from './registry-settings';
export * from './inspector-rescan';
