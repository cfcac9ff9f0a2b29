import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { output, run } from './guarded-process';

const REQUIREMENTS = join(__dirname, 'launcher', 'requirements.txt');
const ENVIRONMENTS = join(__dirname, '..', '..', '.venv', 'local-aws');

let installs = 0;

export interface PythonOptions {
  readonly log?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * The Python that has everything in requirements.txt, installed on the first call.
 *
 * An environment is named after its requirements and moved to that name when it is complete: the name existing is all
 * there is to check, an interrupted install leaves nothing that looks finished, and two installs at once do no harm.
 */
export async function ensurePython(options: PythonOptions = {}): Promise<string> {
  const base = await findPython(options.signal);
  const hash = createHash('sha256').update(await readFile(REQUIREMENTS)).update(base.version).digest('hex');
  const environment = join(ENVIRONMENTS, hash.slice(0, 16));
  const python = join(environment, 'bin', 'python');
  if (!existsSync(environment)) {
    await create(base.command, environment, options);
  }
  return python;
}

async function create(base: string, environment: string, { log, signal }: PythonOptions): Promise<void> {
  const unfinished = `${environment}.${process.pid}.${(installs += 1)}.unfinished`;
  const install = (title: string, command: string[]) => run(command, {
    python: base, cwd: ENVIRONMENTS, env: process.env, title, signal, onLine: (line) => log?.(line),
  });
  try {
    await mkdir(ENVIRONMENTS, { recursive: true });
    log?.('Creating the Python environment of the local AWS (once)');
    await install('Creating a Python environment', [base, '-m', 'venv', unfinished]);
    log?.('Installing its packages (once)');
    // Every package is pinned with its hash, so there is nothing to resolve; --no-deps also leaves out what only
    // cfn-lint's rules need, of which we use the schemas alone.
    await install('Installing Python packages', [
      join(unfinished, 'bin', 'python'), '-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check',
      '--no-deps', '--require-hashes', '--only-binary', ':all:', '-r', REQUIREMENTS,
    ]);
    await rename(unfinished, environment).catch((error) => {
      if (!existsSync(environment)) {
        throw error;
      }
    });
    await removeOthers(environment);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Environments of earlier requirements, and what killed installs left. */
async function removeOthers(environment: string): Promise<void> {
  for (const name of await readdir(ENVIRONMENTS)) {
    const path = join(ENVIRONMENTS, name);
    if (path !== environment && !isBeingInstalled(name)) {
      await rm(path, { recursive: true, force: true });
    }
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
  throw new Error(`The local AWS needs Python 3.10 or newer with venv (Debian: apt-get install python3-venv), on PATH
or named by the environment variable PYTHON. Tried:\n${tried.join('\n')}`);
}
