// How handlers run.
export * from './functions';
// Who may do what with a repository.
export * from './access';
// The repository: its encryption, the mutability of its tags, what it keeps.
export * from './repository';
// The settings of an account and Region: how images are scanned.
export * from './registry';
// What happens to a registry: recorded, counted and told.
export * from './audit';
// The judgement of images: what findings they may have, and which are excepted.
export * from './inspector';
// GitHub Actions: who of them pushes and deploys.
export * from './github';
