import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeBinary } from '../local-aws/cdk-cli';

export const ROOT = join(__dirname, '..', '..');

export interface DemoProcessOptions {
  /** Another project than this one. */
  readonly root?: string;
  readonly env?: Record<string, string>;
  /** Where the report goes. @default - to the folder that is removed afterwards */
  readonly report?: string;
}

/** The demo as a process of its own, with a folder for temporary files of its own. */
export class DemoProcess {
  readonly directory = mkdtempSync(join(tmpdir(), 'demo-test-'));
  readonly report: string;
  stdout = '';
  stderr = '';
  private readonly temporary = join(this.directory, 'tmp');
  private readonly child: ChildProcess;
  private readonly closed: Promise<unknown[]>;

  constructor(args: string[], { root = ROOT, env = {}, report }: DemoProcessOptions = {}) {
    this.report = report ?? join(this.directory, 'report', 'index.html');
    mkdirSync(this.temporary);
    this.child = spawn(nodeBinary(), ['--import', 'tsx', join(root, 'demo', 'main.ts'), ...args, '--report', this.report], {
      cwd: root,
      env: { ...process.env, TMPDIR: this.temporary, TSX_TSCONFIG_PATH: join(root, 'tsconfig.dev.json'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout!.on('data', (data) => (this.stdout += data));
    this.child.stderr!.on('data', (data) => (this.stderr += data));
    this.closed = once(this.child, 'close');
  }

  /** Waits until the progress shows a text. */
  async shows(text: string): Promise<void> {
    const ended = this.closed.then(() => {
      throw new Error(`The demo ended without showing ${text}:\n${this.stdout}\n${this.stderr}`);
    });
    ended.catch(() => undefined);
    while (!this.stderr.includes(text)) await Promise.race([once(this.child.stderr!, 'data'), ended]);
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Gives the exit code; a signal that ended it without its doing has none. */
  async ended(): Promise<number | null> {
    const [code] = await this.closed;
    return code as number | null;
  }

  /** Processes and files that are left of it: each of its processes has the folder's name in its environment. */
  leftovers(): string[] {
    const processes = execFileSync('ps', ['axeww', '-o', 'command']).toString().split('\n');
    return [
      ...processes.filter((line) => line.includes(`TMPDIR=${this.temporary}`)),
      // The cache that tsx keeps for its next run is no file of ours.
      ...readdirSync(this.temporary).filter((name) => !/^(tsx-|node-compile-cache)/.test(name)),
    ];
  }

  remove(): void {
    this.child.kill('SIGKILL');
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** A copy of the project whose example app is changed: `from` must be in it. */
export function mutated(changes: [from: string, to: string][]): string {
  const root = mkdtempSync(join(tmpdir(), 'demo-mutated-'));
  for (const name of ['demo', 'examples', 'src', 'test/local-aws', 'test/stand-in', 'test/support', 'tsconfig.json', 'tsconfig.dev.json', 'package.json']) {
    cpSync(join(ROOT, name), join(root, name), { recursive: true });
  }
  for (const name of ['node_modules', '.venv', 'assets']) symlinkSync(join(ROOT, name), join(root, name));
  const app = join(root, 'examples', 'platform-team', 'app.ts');
  writeFileSync(app, changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`The example app has no ${from}`);
    return text.replaceAll(from, to);
  }, readFileSync(app, 'utf8')));
  return root;
}
