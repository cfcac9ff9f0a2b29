import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { cdk, type CdkOptions, nodeBinary, packageFolder } from './cdk-cli';
import { GuardedProcess } from './guarded-process';
import { type HttpAnswer, type HttpRequest, send } from './http';
import { ensurePython } from './python';

export type { CdkOptions } from './cdk-cli';
export { makeImage, type OciImage } from './oci-image';
export { pull, push, type RepositoryName } from './registry';

export interface LocalAwsOptions {
  /** What the emulator and its installation say. */
  readonly log?: (line: string) => void;
  /** Ends the start, or the run, when it aborts. */
  readonly signal?: AbortSignal;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface ClientSettings {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
  readonly requestHandler: { readonly httpsAgent: Agent };
}

/** A resource of a type that is only recorded. */
export interface RecordedResource {
  readonly type: string;
  readonly id: string;
  readonly logicalId: string;
  readonly stack: string;
  readonly account: string;
  readonly region: string;
  readonly properties: Record<string, any>;
  readonly attributes: Record<string, string>;
}

/** An event as a rule's target receives it, with the name of the bus it was put on. */
export interface BusEvent {
  readonly 'id': string;
  readonly 'source': string;
  readonly 'detail-type': string;
  readonly 'account': string;
  readonly 'region': string;
  readonly 'time': string;
  readonly 'resources': string[];
  readonly 'detail': Record<string, any>;
  readonly 'bus': string;
}

/** An AWS of one's own on this machine, until `stop`, or until this process ends in whatever way. */
export class LocalAws {
  static async start(options: LocalAwsOptions = {}): Promise<LocalAws> {
    const python = await ensurePython(options);
    options.signal?.throwIfAborted();
    const aws = new LocalAws(python, options);
    try {
      await aws.ready;
    } catch (error) {
      await aws.stop();
      throw error;
    }
    return aws;
  }

  readonly account = '123456789012';
  readonly region = 'us-east-1';
  private readonly directory = mkdtempSync(join(tmpdir(), 'local-aws-'));
  private readonly secret = randomBytes(24).toString('hex');
  private readonly token = randomBytes(24).toString('hex');
  private readonly process: GuardedProcess;
  private readonly ready: Promise<void>;
  private agent = new Agent();
  private started?: { readonly endpoint: string; readonly certificate: string };

  private constructor(private readonly python: string, { log, signal }: LocalAwsOptions) {
    mkdirSync(join(this.directory, 'home'));
    mkdirSync(join(this.directory, 'tmp'));
    // As in AWS, a handler finds the SDK although it brings none; of our other packages it must find nothing.
    mkdirSync(join(this.directory, 'runtime'));
    symlinkSync(dirname(packageFolder('@aws-sdk/client-sts')), join(this.directory, 'runtime', '@aws-sdk'));
    let announce: (line: string) => void;
    const announced = new Promise<void>((resolve) => {
      announce = (line) => {
        if (!this.started && line.startsWith('{')) {
          this.started = JSON.parse(line);
          this.agent = new Agent({ ca: readFileSync(this.started!.certificate), keepAlive: true });
          resolve();
        } else {
          log?.(line);
        }
      };
    });
    this.process = new GuardedProcess([python, '-m', 'launcher'], {
      python,
      cwd: __dirname,
      env: {
        ...this.childEnvironment(),
        LOCAL_AWS_DIRECTORY: this.directory,
        LOCAL_AWS_TOKEN: this.token,
        NODE_PATH: join(this.directory, 'runtime'),
        PYTHONDONTWRITEBYTECODE: '1',
      },
      removeAfterwards: this.directory,
      onLine: (line) => announce(line),
    });
    const failed = this.process.ended.then(({ tail }) => {
      signal?.throwIfAborted();
      throw new Error(`The local AWS ended:\n${tail}`);
    });
    const abort = () => void this.stop();
    signal?.addEventListener('abort', abort);
    failed.catch(() => signal?.removeEventListener('abort', abort));
    this.ready = Promise.race([announced, failed]);
  }

  get endpoint(): string {
    return this.started!.endpoint;
  }

  /** For child processes: they reach this AWS, as its administrator, and nothing of the user's own. */
  get env(): Record<string, string> {
    return {
      ...this.childEnvironment(),
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_CA_BUNDLE: this.started!.certificate,
      NODE_EXTRA_CA_CERTS: this.started!.certificate,
    };
  }

  /** The root user of an account. Every account number exists; the first one is ours. */
  rootOf(account: string): Credentials {
    return { accessKeyId: account, secretAccessKey: this.secret };
  }

  /** An SDK client; without credentials it acts as the administrator of our account. */
  client<T>(type: new (settings: ClientSettings) => T, credentials: Credentials = this.rootOf(this.account)): T {
    return new type({
      endpoint: this.endpoint,
      region: this.region,
      credentials,
      requestHandler: { httpsAgent: this.agent },
    });
  }

  async assumeRole(roleArn: string, sessionName = 'test', credentials?: Credentials): Promise<Credentials> {
    const sts = this.client(STSClient, credentials);
    const { Credentials: assumed } = await sts.send(
      new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: sessionName }));
    return {
      accessKeyId: assumed!.AccessKeyId!,
      secretAccessKey: assumed!.SecretAccessKey!,
      sessionToken: assumed!.SessionToken,
    };
  }

  /** Runs the CDK CLI against this AWS; `bootstrap` without arguments bootstraps our account and Region. */
  async cdk(args: string[], options: CdkOptions = {}): Promise<void> {
    const target = args.length === 1 && args[0] === 'bootstrap' ? [`aws://${this.account}/${this.region}`] : [];
    const { python, directory, env } = this;
    await cdk([...args, ...target], { ...options, python, directory, env });
  }

  /** The resources of types that are only recorded, or of one such type. */
  async resources(type = ''): Promise<RecordedResource[]> {
    const body = await this.download(`${this.endpoint}/_local/resources?type=${encodeURIComponent(type)}`);
    return JSON.parse(body.toString());
  }

  /** What was put on any event bus, oldest first. */
  async events(): Promise<BusEvent[]> {
    return JSON.parse((await this.download(`${this.endpoint}/_local/events`)).toString());
  }

  /** Reads a URL of this AWS, such as a layer's download URL. */
  async download(url: string): Promise<Buffer> {
    const own = url.startsWith(`${this.endpoint}/_local/`) ? { 'x-local-aws-token': this.token } : undefined;
    const { status, body } = await this.request(url, { headers: own });
    if (status !== 200) {
      throw new Error(`${url} answers ${status}: ${body}`);
    }
    return body;
  }

  /** A plain HTTPS request, unsigned, for what the SDK does not do. */
  async request(url: string, options: HttpRequest = {}): Promise<HttpAnswer> {
    return send(this.agent, url, options);
  }

  /** Ends it and all its processes, and removes its files. May be called at any time, and again. */
  async stop(): Promise<void> {
    await this.process.stop();
    this.agent.destroy();
    rmSync(this.directory, { recursive: true, force: true }); // had the guard not even started
  }

  private childEnvironment(): Record<string, string> {
    // Nothing of the user's own AWS; and no proxy, which could not reach our loopback address.
    const inherited = Object.entries(process.env).filter(([name]) => !/^(AWS|CDK)_|_proxy$/i.test(name));
    return {
      ...Object.fromEntries(inherited) as Record<string, string>,
      // Handlers and the CLI run on the Node they are made for, whatever the machine has.
      PATH: [dirname(nodeBinary()), process.env.PATH].join(delimiter),
      // The CLI keeps which account a key belongs to in ~/.cdk.
      HOME: join(this.directory, 'home'),
      TMPDIR: join(this.directory, 'tmp'),
      AWS_ACCESS_KEY_ID: this.account,
      AWS_SECRET_ACCESS_KEY: this.secret,
      AWS_REGION: this.region,
      AWS_DEFAULT_REGION: this.region,
      AWS_EC2_METADATA_DISABLED: 'true',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      CDK_NOTICES: 'false',
    };
  }
}
