import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import type { Credentials, LocalAws, Network, OciImage } from '../local-aws';
import { sha256 } from '../local-aws/oci-image';
import { type Outcome, run } from '../support/tools';

const BIN = join(__dirname, '.bin');
const TOOLS = { crane: 'github.com/google/go-containerregistry/cmd/crane', oras: 'oras.land/oras/cmd/oras' };
const NEEDED = 'The OCI clients cannot be built. It takes Go 1.26.7 or later (https://go.dev/dl) as `go` on PATH, and a Go module proxy once';

/** Builds the clients that go.mod names, at the versions and hashes that go.mod and go.sum pin; a second time is quick. */
export async function buildClients(): Promise<void> {
  for (const [name, path] of Object.entries(TOOLS)) {
    const env = {
      GOBIN: BIN,
      GOFLAGS: '-mod=readonly -trimpath -buildvcs=false',
      GOTOOLCHAIN: 'local', // none is downloaded: what is too old says so
      GOWORK: 'off',
      CGO_ENABLED: '0',
    };
    const outcome = await run('go', ['install', path], { cwd: __dirname, env }).catch((error) => {
      throw new Error(NEEDED, { cause: error });
    });
    if (outcome.code !== 0 || !existsSync(join(BIN, name))) throw new Error(`${NEEDED}:\n${outcome.stderr}`);
  }
}

/** Somebody at a terminal of their own. */
export class Person {
  private readonly home = mkdtempSync(join(tmpdir(), 'cdk-secure-ecr-client-'));

  constructor(private readonly aws: LocalAws, private readonly network: Network, readonly credentials: Credentials) {}

  /** A password for `login`, as `aws ecr get-login-password` gives it. */
  async password(): Promise<string> {
    const { authorizationData } = await this.aws.client(ECRClient, this.credentials).send(new GetAuthorizationTokenCommand({}));
    return Buffer.from(authorizationData![0].authorizationToken!, 'base64').toString().slice('AWS:'.length);
  }

  /** Both clients use what one of them has noted. */
  async login(...accounts: string[]): Promise<this> {
    const password = await this.password();
    for (const account of accounts.length ? accounts : [this.aws.account]) {
      const { code, stderr } = await this.crane('auth', 'login', this.aws.registryHost(account), '-u', 'AWS', '-p', password);
      if (code !== 0) throw new Error(stderr);
    }
    return this;
  }

  crane(...args: string[]): Promise<Outcome> {
    return this.run('crane', args);
  }

  oras(...args: string[]): Promise<Outcome> {
    return this.run('oras', args);
  }

  /** The image as a folder (OCI image layout), which clients push. */
  layout(image: OciImage): string {
    const folder = join(this.home, image.digest.replace(':', '-'));
    mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true });
    const manifest = Buffer.from(image.manifest);
    for (const content of [manifest, image.config.content, ...image.layers.map((layer) => layer.content)]) {
      writeFileSync(join(folder, 'blobs', ...sha256(content).split(':')), content);
    }
    writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    const entry = { mediaType: image.mediaType, digest: image.digest, size: manifest.length };
    writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
    return folder;
  }

  /** A path in the person's folder. */
  path(name: string): string {
    return join(this.home, name);
  }

  leave(): void {
    rmSync(this.home, { recursive: true, force: true });
  }

  private run(command: string, args: string[]): Promise<Outcome> {
    return run(join(BIN, command), args, {
      cwd: this.home,
      env: { ...this.network.env, HOME: this.home, DOCKER_CONFIG: this.home },
    });
  }
}
