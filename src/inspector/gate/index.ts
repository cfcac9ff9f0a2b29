export * from './inspector-gate';
export * from './inspector-gate-props';
export * from './gate-action';
