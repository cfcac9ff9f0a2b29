export * from './repository-access';
export { AccessCondition } from './access-condition';
export { RegistryPrincipal } from './registry-principal';
