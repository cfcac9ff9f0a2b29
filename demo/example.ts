import { join } from 'node:path';
import { PRODUCTION } from '../examples/cross-account/agreed';
import { LocalAws } from '../test/local-aws';
import { CheckContext, type Deployment, type StackOfAccount } from './checks/context';
import { cdk, nodeBinary } from '../test/local-aws/cdk-cli';
import { run } from '../test/local-aws/guarded-process';
import { ensurePython } from '../test/local-aws/python';
import { hastenGates } from '../test/support/hasten-gate';

const ROOT = join(__dirname, '..');

interface App {
  /** Below `examples/`. */
  readonly file: string;
  /** @default - the account of the local AWS */
  readonly account?: string;
}

/** The main example app, and those that checks deploy; by the name of the stack. */
const MAIN = 'PlatformTeam';
const APPS: Record<string, App> = {
  [MAIN]: { file: 'platform-team/app.ts' },
  PaymentsRegistry: { file: 'cross-account/registry.ts' },
  PaymentsProduction: { file: 'cross-account/production.ts', account: PRODUCTION.account },
};

export interface ExampleOptions {
  /** What goes on, line by line. */
  readonly log?: (line: string) => void;
  /** Ends everything when it aborts. */
  readonly signal?: AbortSignal;
}

/** The example apps on a local AWS; the demo and the end-to-end tests take these steps, in this order. */
export class Example implements Deployment {
  static async start(options: ExampleOptions = {}): Promise<Example> {
    return new Example(await LocalAws.start(options), options);
  }

  readonly stack: StackOfAccount;
  readonly deployed: StackOfAccount[] = [];
  readonly signal?: AbortSignal;

  private constructor(readonly aws: LocalAws, private readonly options: ExampleOptions) {
    this.signal = options.signal;
    this.stack = this.stackOf(MAIN);
  }

  /** Prepares the accounts for the CDK. */
  async bootstrap(): Promise<void> {
    const accounts = new Set(Object.keys(APPS).map((name) => this.stackOf(name).account));
    await Promise.all([...accounts].map((account) => this.cdk(account, ['bootstrap', `aws://${account}/${this.aws.region}`])));
  }

  /** Runs each app once, as the CDK CLI would for each of its commands; cdk-nag and the other rules judge it here. */
  async synthesize(): Promise<void> {
    const python = await ensurePython(this.options);
    await Promise.all(Object.entries(APPS).map(([name, { file }]) =>
      run([nodeBinary(), '--import', 'tsx', join(ROOT, 'examples', file)], {
        python,
        cwd: ROOT,
        env: { ...this.aws.env, CDK_OUTDIR: this.assembly(name), TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.dev.json') },
        onLine: this.options.log ?? (() => undefined),
        signal: this.options.signal,
        title: `The synthesis of ${name}`,
      })));
  }

  /** Where an app is synthesized to: below the folder that is removed with the local AWS, however this process ends. */
  assembly(name = MAIN): string {
    return join(this.aws.env.TMPDIR, name);
  }

  async deploy(name = MAIN): Promise<string> {
    const stack = this.stackOf(name);
    if (!this.deployed.some((one) => one.name === name)) this.deployed.push(stack);
    const said = await this.cdk(stack.account, ['deploy', name], this.assembly(name));
    if (name === MAIN) await hastenGates(this.aws); // or each verdict would take half a minute
    return said;
  }

  async checkContext(): Promise<CheckContext> {
    return CheckContext.of(this.aws, this);
  }

  async destroy(): Promise<void> {
    await Promise.all(this.deployed.map(({ name, account }) => this.cdk(account, ['destroy', name], this.assembly(name))));
  }

  async stop(): Promise<void> {
    await this.aws.stop();
  }

  private stackOf(name: string): StackOfAccount {
    return { name, account: APPS[name].account ?? this.aws.account };
  }

  /** Gives what the CLI says. */
  private async cdk(account: string, args: string[], app?: string): Promise<string> {
    const said: string[] = [];
    const { accessKeyId, secretAccessKey } = this.aws.rootOf(account);
    await cdk(args, {
      app,
      python: await ensurePython(this.options),
      directory: this.aws.env.TMPDIR,
      env: { ...this.aws.env, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
      signal: this.options.signal,
      onLine: (line) => {
        said.push(line);
        this.options.log?.(line);
      },
    });
    return said.join('\n');
  }
}
