export * from './github-oidc-pusher';
export * from './github-oidc-deployer';
export * from './github-oidc-role-props';
export * from './github-repository';
export * from './github-subject';
export * from './github-issuer';
export * from './github-oidc-provider';
