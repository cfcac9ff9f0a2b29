export * from './secure-ecr-repository';
export { EcrEncryption } from './ecr-encryption';
export * from './image-retention';
export * from './image-tag-mutability';
