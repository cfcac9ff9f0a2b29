export { VerdictEventType } from './contract';
export * from './gate-action';
export * from './inspector-gate';
export * from './inspector-gate-props';
export * from './notify-action';
