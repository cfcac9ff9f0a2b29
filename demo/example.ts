import { join } from 'node:path';
import { LocalAws } from '../test/local-aws';
import { CheckContext, type Deployment } from './checks/context';
import { nodeBinary } from '../test/local-aws/cdk-cli';
import { run } from '../test/local-aws/guarded-process';
import { ensurePython } from '../test/local-aws/python';

const ROOT = join(__dirname, '..');
const APP = join(ROOT, 'examples', 'platform-team', 'app.ts');

export interface ExampleOptions {
  /** What goes on, line by line. */
  readonly log?: (line: string) => void;
  /** Ends everything when it aborts. */
  readonly signal?: AbortSignal;
}

/** The example app on a local AWS; the demo and the end-to-end tests take these steps, in this order. */
export class Example implements Deployment {
  static async start(options: ExampleOptions = {}): Promise<Example> {
    return new Example(await LocalAws.start(options), options);
  }

  /** Where the app is synthesized to: below the folder that is removed with the local AWS, however this process ends. */
  readonly assembly: string;
  readonly stack = 'PlatformTeam';
  readonly signal?: AbortSignal;

  private constructor(readonly aws: LocalAws, private readonly options: ExampleOptions) {
    this.signal = options.signal;
    this.assembly = join(aws.env.TMPDIR, 'cdk.out');
  }

  /** Prepares the account for the CDK. */
  async bootstrap(): Promise<void> {
    await this.cdk(['bootstrap']);
  }

  /** Runs the app once, as the CDK CLI would for each of its commands; cdk-nag and the other rules judge it here. */
  async synthesize(): Promise<void> {
    await run([nodeBinary(), '--import', 'tsx', APP], {
      python: await ensurePython(this.options),
      cwd: ROOT,
      env: { ...this.aws.env, CDK_OUTDIR: this.assembly, TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.dev.json') },
      onLine: this.options.log ?? (() => undefined),
      signal: this.options.signal,
      title: 'The synthesis of the example app',
    });
  }

  async deploy(): Promise<string> {
    return this.cdk(['deploy', this.stack]);
  }

  async checkContext(): Promise<CheckContext> {
    return CheckContext.of(this.aws, this);
  }

  async destroy(): Promise<void> {
    await this.cdk(['destroy', this.stack]);
  }

  async stop(): Promise<void> {
    await this.aws.stop();
  }

  /** Gives what the CLI says. */
  private async cdk(args: string[]): Promise<string> {
    const said: string[] = [];
    const onLine = (line: string) => {
      said.push(line);
      this.options.log?.(line);
    };
    const app = args[0] === 'bootstrap' ? undefined : this.assembly;
    await this.aws.cdk(args, { app, onLine, signal: this.options.signal });
    return said.join('\n');
  }
}
