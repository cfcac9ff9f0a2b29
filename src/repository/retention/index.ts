export * from './image-retention';
export { RetentionRule } from './retention-rule';
export { ImageSelection } from './image-selection';
export { type ImageFate, RetentionOutcome, type StoredImage } from './simulate';
