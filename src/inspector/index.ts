export * from './finding-policy';
export * from './finding-rule';
export * from './finding-exception';
export * from './gate';
