export * from './secure-ecr-repository';
export { EcrEncryption } from './ecr-encryption';
export * from './retention';
export * from './image-tag-mutability';
