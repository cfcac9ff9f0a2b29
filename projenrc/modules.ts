/**
 * The modules of the library, in dependency order: the one source for the lint rule that guards imports, for the
 * table in ARCHITECTURE.md and for the architecture test.
 *
 * A module may import aws-cdk-lib, constructs, `private/` and what `may` names; nothing else of `src/`. One that runs in
 * AWS imports none of the first three, and its `.lambda.ts` files may import `handler/`.
 */
export interface Module {
  /** Folder under `src/`. */
  readonly name: string;
  /** What a reader finds there. */
  readonly holds: string;
  /** The modules it may import beside `private/`; `module/file` allows that one file only. */
  readonly may: readonly string[];
  /** Runs inside AWS: never imports aws-cdk-lib. */
  readonly inAws?: boolean;
}

/** Folders inside of modules that run in AWS and in the command only: bundled there, and of no use to an app. */
export const BUNDLED: readonly string[] = ['inspector/decision', 'inspector/answers', 'inspector/report', 'inspector/gate/running'];
/** Folders inside of modules that run there too. */
export const PURE: readonly string[] = ['inspector/documents', ...BUNDLED];

export const MODULES: readonly Module[] = [
  { name: 'private', holds: 'errors and warnings with their codes, limits, acknowledgements, and helpers for policy sizes, tokens and lists; never exported', may: [] },
  {
    name: 'handler',
    holds: 'what code that runs in AWS shares: SDK clients with retry and paging, OCI references, manifests, batches',
    may: [],
    inAws: true,
  },
  { name: 'functions', holds: 'how handlers run: HandlerOptions, functions with logs and roles, queues before them', may: [] },
  { name: 'access', holds: 'permission levels and principals', may: [] },
  { name: 'repository', holds: 'SecureEcrRepository, its encryption, tag mutability and retention', may: ['access'] },
  { name: 'registry', holds: 'settings of an account and Region', may: ['functions', 'access', 'repository'] },
  { name: 'network', holds: 'VPC endpoints', may: ['access'] },
  { name: 'signing', holds: 'signing profiles, managed signing', may: ['access', 'registry'] },
  { name: 'audit', holds: 'trail, signals, dashboard', may: ['functions', 'access'] },
  { name: 'inspector', holds: 'the judgement of images: policy, exceptions, verdict; gate, actions', may: ['functions', 'access', 'registry'] },
  {
    name: 'verification',
    holds: 'trust policy, ECS hook, task watch, EKS manifests',
    may: ['functions', 'access', 'signing', 'inspector/contract'],
  },
  { name: 'guardduty', holds: 'runtime monitoring', may: [] },
  { name: 'github', holds: 'subjects, roles, workflow files', may: ['access'] },
  {
    name: 'compositions',
    holds: 'staged repositories, pipeline, the whole pattern',
    may: [
      'functions', 'access', 'repository', 'registry', 'network', 'signing', 'audit', 'inspector', 'verification',
      'guardduty', 'github',
    ],
  },
];

/** The files of a module that run in AWS, beside the module `handler`. */
export const HANDLER_FILES = /\.lambda\.ts$/;

/** Whether the module `from` may import the file `file` (`contract`, without extension) of the module `to`. */
export function mayImport(from: Module, to: Module, file?: string, inHandler = from.inAws ?? false): boolean {
  if (from.name === to.name) return true;
  if (inHandler && to.inAws) return true;
  if (to.name === 'private') return !inHandler;
  return from.may.includes(to.name) || (file !== undefined && from.may.includes(`${to.name}/${file}`));
}

function allowed(module: Module): string {
  const [shared] = MODULES; // private/
  const names = module !== shared && mayImport(module, shared) ? [shared.name, ...module.may] : module.may;
  return names.join(', ') || 'no other module';
}

interface Zone {
  readonly target: string;
  readonly from: string;
  readonly except: string[];
  readonly message: string;
}

/**
 * The zones of eslint's `import/no-restricted-paths`: one for each pair of modules that must stay apart.
 *
 * @param inHandler whether it is about the files that run in AWS
 */
export function restrictedZones(inHandler?: boolean): Zone[] {
  return MODULES.flatMap((from) =>
    MODULES.filter((to) => !mayImport(from, to, undefined, inHandler)).map((to) => ({
      target: `./src/${from.name}`,
      from: `./src/${to.name}`,
      except: from.may.filter((name) => name.startsWith(`${to.name}/`)).map((name) => `.${name.slice(to.name.length)}.ts`),
      message: `${from.name}/ may import ${allowed(from)} (projenrc/modules.ts)`,
    })),
  );
}

/** The table of ARCHITECTURE.md, in Markdown. */
export function modulesTable(): string[] {
  return [
    '| module | holds | may import |',
    '|---|---|---|',
    ...MODULES.map((module) => `| \`${module.name}/\` | ${module.holds} | ${allowed(module)} |`),
  ];
}
