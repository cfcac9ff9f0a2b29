import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { cdk, type CdkOptions, nodeBinary, packageFolder } from './cdk-cli';
import { GuardedProcess } from './guarded-process';
import { type HttpAnswer, type HttpRequest, send } from './http';
import { Network, type NetworkOptions } from './network';
import { ensurePython } from './python';
import type {
  Access, BusEvent, ClientSettings, Credentials, LocalAwsOptions, RecordedResource, ServiceEvent, ServiceSource,
} from './types';

export type { CdkOptions } from './cdk-cli';
export type { Network, NetworkOptions } from './network';
export { makeImage, makeIndex, type OciImage } from './oci-image';
export { pull, push, type RepositoryName } from './registry';
export type * from './types';

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

  readonly account: string;
  readonly region: string;
  private readonly directory = mkdtempSync(join(tmpdir(), 'local-aws-'));
  private readonly secret = randomBytes(24).toString('hex');
  private readonly token = randomBytes(24).toString('hex');
  private readonly process: GuardedProcess;
  private readonly ready: Promise<void>;
  private readonly networks: Network[] = [];
  private agent = new Agent();
  private started?: { readonly endpoint: string; readonly certificate: string };

  private constructor(
    private readonly python: string,
    { account = '123456789012', region = 'us-east-1', log, signal }: LocalAwsOptions,
  ) {
    this.account = account;
    this.region = region;
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

  /** The name of an account's registry, which leads here in a `network`, or as the header `Host` of a request. */
  registryHost(account = this.account): string {
    return `${account}.dkr.ecr.${this.region}.amazonaws.com`;
  }

  /**
   * A network where the names of registries lead here, for unmodified OCI clients (`env`), SDK clients and requests.
   * With a VPC endpoint, `aws:SourceVpce` and `aws:SourceVpc` are of it.
   */
  async network(options?: NetworkOptions): Promise<Network> {
    const { endpoint, certificate } = this.started!;
    const network = await Network.open({
      endpoint,
      certificate,
      ca: readFileSync(certificate),
      route: async (port, vpcEndpoint) =>
        this.control('route', { port: `${port}`, ...(vpcEndpoint && { endpoint: vpcEndpoint }) }),
    }, options);
    this.networks.push(network);
    return network;
  }

  /** An SDK client; without credentials it acts as the administrator of our account. */
  client<T>(
    type: new (settings: ClientSettings) => T,
    credentials: Credentials = this.rootOf(this.account),
    through?: { readonly agent: Agent },
  ): T {
    return new type({
      endpoint: this.endpoint,
      region: this.region,
      credentials,
      requestHandler: { httpsAgent: through?.agent ?? this.agent },
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

  /** An AWS service, such as `lambda.amazonaws.com`, that acts for a resource. */
  async asService(service: string, { sourceArn = '', sourceAccount = '' }: ServiceSource = {}): Promise<Credentials> {
    return this.control('as-service', { service, source_arn: sourceArn, source_account: sourceAccount });
  }

  /** The same role, used by an AWS service that it called: `aws:CalledVia`, `aws:ViaAWSService`. */
  async throughService({ accessKeyId }: Credentials, service: string): Promise<Credentials> {
    return this.control('through-service', { access_key: accessKeyId, service });
  }

  /** Puts an account into an organization: a path as of `aws:PrincipalOrgPaths`, such as `o-a1b2c3d4e5/r-ab12/`. */
  async placeInOrganization(account: string, path: string): Promise<void> {
    await this.control('place-in-organization', { account, path });
  }

  /** Lets a session's second factor have been given so many seconds ago, from now on. */
  async ageSecondFactor({ accessKeyId }: Credentials, seconds: number): Promise<void> {
    await this.control('age-second-factor', { access_key: accessKeyId, seconds: `${seconds}` });
  }

  /** Lets the twelve hours pass that the tokens of GetAuthorizationToken live. */
  async expireTokens(): Promise<void> {
    await this.control('expire-tokens');
  }

  /** Runs the CDK CLI against this AWS; `bootstrap` without arguments bootstraps our account and Region. */
  async cdk(args: string[], options: CdkOptions = {}): Promise<void> {
    const target = args.length === 1 && args[0] === 'bootstrap' ? [`aws://${this.account}/${this.region}`] : [];
    const { python, directory, env } = this;
    await cdk([...args, ...target], { ...options, python, directory, env });
  }

  /** The resources of types that are only recorded, or of one such type. */
  async resources(type = ''): Promise<RecordedResource[]> {
    return this.control('resources', { type });
  }

  /** What was put on any event bus, oldest first. */
  async events(): Promise<BusEvent[]> {
    return this.control('events');
  }

  /** What IAM was asked so far, and what it said; each once. */
  async accesses(): Promise<Access[]> {
    return this.control('accesses');
  }

  /** Has a service tell the default bus of something; nobody else may speak for it. */
  async announce(event: ServiceEvent): Promise<void> {
    await this.control('announce', { event: JSON.stringify(event) });
  }

  /** Has what scanners say answered by a stand-in (test/stand-in) from now on; ministack knows nothing of scans. */
  scansFrom(standIn: { readonly url: string }): void {
    writeFileSync(join(this.directory, 'scans'), standIn.url);
  }

  /** Reads a URL of this AWS, such as a layer's download URL. */
  async download(url: string): Promise<Buffer> {
    const { status, body } = await this.request(url);
    if (status !== 200) {
      throw new Error(`${url} answers ${status}: ${body}`);
    }
    return body;
  }

  /** A plain HTTPS request, unsigned, for what the SDK does not do. */
  async request(url: string, options: HttpRequest = {}, through?: { readonly agent: Agent }): Promise<HttpAnswer> {
    return send(through?.agent ?? this.agent, url, options);
  }

  /** Ends it and all its processes, and removes its files. May be called at any time, and again. */
  async stop(): Promise<void> {
    const networks = this.networks.splice(0).map((network) => network.close());
    await Promise.all([this.process.stop(), ...networks]);
    this.agent.destroy();
    rmSync(this.directory, { recursive: true, force: true }); // had the guard not even started
  }

  /** Asks the launcher for what no API of AWS gives. */
  private async control(name: string, query: Record<string, string> = {}): Promise<any> {
    const given = Object.entries(query).filter(([, value]) => value !== '');
    const url = `${this.endpoint}/_local/${name}?${new URLSearchParams(given)}`;
    const { status, body } = await this.request(url, { headers: { 'x-local-aws-token': this.token } });
    if (status !== 200) {
      throw new Error(`The local AWS does not ${name}: ${body}`);
    }
    return JSON.parse(body.toString());
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
