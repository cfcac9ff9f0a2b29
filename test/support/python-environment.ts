import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { output, run } from '../local-aws/guarded-process';

const ENVIRONMENTS = join(__dirname, '..', '..', '.venv');

let installs = 0;

export interface PythonEnvironmentOptions {
  /** What it is for; its folder below `.venv/`. */
  readonly name: string;
  /** A file of packages, each pinned by version and hash. */
  readonly requirements: string;
  /** @default - to the standard error of this process */
  readonly log?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * A Python that has everything in a requirements file, installed on the first call.
 *
 * An environment is named after its requirements and moved to that name when it is complete: the name existing is all
 * there is to check, an interrupted install leaves nothing that looks finished, and two installs at once do no harm.
 * Run tools as `python -m`: the scripts in `bin` know the unfinished folder only.
 */
export async function pythonEnvironment(options: PythonEnvironmentOptions): Promise<string> {
  const base = await findPython(options.signal);
  const hash = createHash('sha256').update(await readFile(options.requirements)).update(base.version).digest('hex');
  const environment = join(ENVIRONMENTS, options.name, hash.slice(0, 16));
  if (!existsSync(environment)) await create(base.command, environment, options);
  return join(environment, 'bin', 'python');
}

async function create(base: string, environment: string, options: PythonEnvironmentOptions): Promise<void> {
  const { name, requirements, signal, log = (line: string) => process.stderr.write(`${line}\n`) } = options;
  const all = join(ENVIRONMENTS, name);
  const unfinished = `${environment}.${process.pid}.${(installs += 1)}.unfinished`;
  const install = (title: string, command: string[]) => run(command, {
    python: base, cwd: all, env: process.env, title, signal, onLine: log,
  });
  try {
    await mkdir(all, { recursive: true });
    log(`Creating the Python environment ${name} (once)`);
    await install('Creating a Python environment', [base, '-m', 'venv', unfinished]);
    log('Installing its packages (once)');
    // Every package is pinned with its hash, so there is nothing to resolve.
    await install('Installing Python packages', [
      join(unfinished, 'bin', 'python'), '-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check',
      '--no-compile', '--no-deps', '--require-hashes', '--only-binary', ':all:', '-r', requirements,
    ]);
    await rename(unfinished, environment).catch((error) => {
      if (!existsSync(environment)) throw error; // else another install was faster
    });
    await removeOthers(all, environment);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Environments of earlier requirements, and what killed installs left. */
async function removeOthers(all: string, environment: string): Promise<void> {
  for (const name of await readdir(all)) {
    const path = join(all, name);
    if (path !== environment && !isBeingInstalled(name)) await rm(path, { recursive: true, force: true });
  }
}

function isBeingInstalled(name: string): boolean {
  const pid = /\.(\d+)\.\d+\.unfinished$/.exec(name)?.[1];
  try {
    return pid !== undefined && process.kill(Number(pid), 0);
  } catch {
    return false;
  }
}

async function findPython(signal?: AbortSignal): Promise<{ command: string; version: string }> {
  const script = 'import sys, venv, ensurepip; print(sys.version.split()[0]); sys.exit(sys.version_info < (3, 10))';
  const tried: string[] = [];
  for (const command of [process.env.PYTHON, 'python3', 'python'].filter((name) => name !== undefined)) {
    try {
      return { command, version: (await output(command, ['-c', script], signal)).trim() };
    } catch (error) {
      signal?.throwIfAborted();
      tried.push(`${command}: ${(error as Error).message}`);
    }
  }
  throw new Error(`Python 3.10 or newer with venv is needed (Debian: apt-get install python3-venv), on PATH or named by
the environment variable PYTHON. Tried:\n${tried.join('\n')}`);
}
