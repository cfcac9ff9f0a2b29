import { execFile } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export const ROOT = join(__dirname, '..', '..');
const BIN = join(ROOT, 'node_modules', '.bin');

/** What a tool had to say. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** @default - the root of the project */
  readonly cwd?: string;
  /** Beside those of this process. */
  readonly env?: Record<string, string>;
  readonly input?: string;
  /** In milliseconds. @default - four minutes */
  readonly timeout?: number;
}

/** A command that npm installed. */
export function npmBin(name: string): string {
  return join(BIN, name);
}

/** Runs a tool to its end; only one that cannot be started, or does not end, is an error. */
export async function run(command: string, args: string[], { cwd = ROOT, env, input, timeout = 240_000 }: RunOptions = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const options = {
      cwd,
      // The Node that npm installed goes first, also for tools that look for one.
      env: { ...process.env, PATH: `${BIN}${delimiter}${process.env.PATH}`, FORCE_COLOR: '0', NODE_NO_WARNINGS: '1', ...env },
      maxBuffer: 64 * 1024 * 1024,
      timeout,
    };
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(new Error(`${error.message}\n${stdout}\n${stderr}`, { cause: error }));
      else resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
    child.stdin!.on('error', () => undefined); // a tool may end without reading
    child.stdin!.end(input);
  });
}

/** Runs a tool that has to succeed, and gives what it printed; the error shows that too. */
export async function succeed(command: string, args: string[], options?: RunOptions): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stdout}\n${stderr}`);
  return stdout;
}

/** Lets a folder elsewhere use the packages of the project. */
export function linkPackages(folder: string): void {
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
}
