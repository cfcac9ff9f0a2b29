// How handlers run.
export * from './functions';
// Who may do what with a repository.
export * from './access';
// The repository: its encryption, the mutability of its tags, what it keeps.
export * from './repository';
// GitHub Actions: who of them pushes and deploys.
export * from './github';
