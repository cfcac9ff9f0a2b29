export * from './repository-access';
export * from './access-options';
export { AccessCondition } from './access-condition';
export { RegistryPrincipal } from './registry-principal';
