import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface GuardedProcessOptions {
  readonly python: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Removed when the process has ended, however it ended. */
  readonly removeAfterwards?: string;
  /** Every line of output and of errors. */
  readonly onLine: (line: string) => void;
}

/** How long the guard may take: its own two seconds of grace, and some. */
const STOP_TIMEOUT_MS = 5_000;

/**
 * A command that cannot outlive this process: `launcher/guard.py` ends its whole process group as soon as the pipe
 * between us closes, and the operating system closes it even when we are killed.
 */
export class GuardedProcess {
  /** Settles when the command has ended and nothing of it is left. */
  readonly ended: Promise<{ readonly code: number; readonly tail: string }>;
  private readonly guard: ChildProcess;
  private readonly lines: string[] = [];

  constructor(command: string[], options: GuardedProcessOptions) {
    const removal = options.removeAfterwards ? ['--remove', options.removeAfterwards] : [];
    const script = join(__dirname, 'launcher', 'guard.py');
    this.guard = spawn(options.python, [script, ...removal, '--', ...command], {
      cwd: options.cwd,
      env: options.env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    for (const stream of [this.guard.stdout!, this.guard.stderr!]) {
      createInterface({ input: stream }).on('line', (line) => this.keep(line, options.onLine));
    }
    // The guard may be gone when we close the pipe; that is what we wanted.
    this.guard.stdin!.on('error', () => undefined);
    this.ended = new Promise((resolve, reject) => {
      this.guard.once('error', reject);
      this.guard.once('close', (code) => resolve({ code: code ?? 1, tail: this.lines.join('\n') }));
    });
    this.ended.catch(() => undefined); // whoever needs it awaits it; nobody need
  }

  async stop(): Promise<void> {
    this.guard.stdin!.end();
    const giveUp = setTimeout(() => this.guard.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await this.ended.catch(() => undefined);
    clearTimeout(giveUp);
  }

  private keep(line: string, onLine: (line: string) => void): void {
    this.lines.push(line);
    if (this.lines.length > 60) {
      this.lines.shift();
    }
    onLine(line);
  }
}

/** Runs a command to its end; rejects with the end of its output when it fails, and ends it when the signal aborts. */
export async function run(
  command: string[],
  options: GuardedProcessOptions & { readonly signal?: AbortSignal; readonly title: string },
): Promise<void> {
  options.signal?.throwIfAborted();
  const child = new GuardedProcess(command, options);
  const abort = () => void child.stop();
  options.signal?.addEventListener('abort', abort);
  try {
    const { code, tail } = await child.ended;
    options.signal?.throwIfAborted();
    if (code !== 0) {
      throw new Error(`${options.title} failed (exit code ${code}):\n${tail}`);
    }
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
}

/** Runs a short command and gives its output. */
export async function output(command: string, args: string[], signal?: AbortSignal): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], signal });
  let text = '';
  child.stdout.on('data', (data) => (text += data));
  child.stderr.on('data', (data) => (text += data));
  const [code] = await once(child, 'close');
  if (code !== 0) {
    throw new Error(`${command} ${args.join(' ')} failed (exit code ${code}):\n${text}`);
  }
  return text;
}
