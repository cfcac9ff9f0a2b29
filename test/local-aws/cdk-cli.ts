import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { run } from './guarded-process';

export interface CdkOptions {
  /** A cloud assembly (a folder) or the command that makes one. Not needed to bootstrap. */
  readonly app?: string;
  /** Where the command is run. @default - an empty folder, so that no cdk.json is read */
  readonly cwd?: string;
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Runs the CDK CLI that is installed here. */
export async function cdk(
  args: string[],
  options: CdkOptions & { readonly python: string; readonly directory: string; readonly env: NodeJS.ProcessEnv },
): Promise<void> {
  const app = options.app ? ['--app', options.app] : [];
  // The CLI writes what an app's command makes to ./cdk.out, and stumbles over the validation report of an earlier run.
  const isCommand = options.app !== undefined && !existsSync(resolve(options.cwd ?? '.', options.app, 'manifest.json'));
  const made = isCommand ? ['--output', join(options.directory, `cdk.out.${Date.now()}`)] : [];
  const answers = { deploy: ['--require-approval', 'never'], destroy: ['--force'] }[args[0]] ?? [];
  const script = join(packageFolder('aws-cdk'), 'bin', 'cdk');
  await run([nodeBinary(), script, ...args, ...app, ...made, ...answers], {
    python: options.python,
    cwd: options.cwd ?? options.directory,
    env: options.env,
    onLine: options.onLine ?? (() => undefined),
    signal: options.signal,
    title: `cdk ${args.join(' ')}`,
  });
}

/** The Node of npm's package `node` where it is installed: handlers are bundled for that version. */
export function nodeBinary(): string {
  try {
    const installed = join(packageFolder('node'), 'bin', 'node');
    return existsSync(installed) ? installed : process.execPath;
  } catch {
    return process.execPath;
  }
}

export function packageFolder(name: string): string {
  return dirname(require.resolve(`${name}/package.json`));
}
