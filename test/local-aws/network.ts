import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { Agent, type AgentOptions } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';

export interface NetworkOptions {
  /** The id of a VPC endpoint through which everything goes that this network sends. */
  readonly vpcEndpoint?: string;
}

export interface Destination {
  readonly endpoint: string;
  /** PEM file of the certificate. */
  readonly certificate: string;
  readonly ca: Buffer;
  /** Says that the connection from this port comes through the VPC endpoint, or no more. */
  readonly route: (port: number, vpcEndpoint?: string) => Promise<void>;
}

const REGISTRY = /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com:443$/;

/**
 * A network in which the names of registries lead to a local AWS, and which leads nowhere else. It is a proxy
 * (CONNECT) on 127.0.0.1, so that unmodified clients use the real names: TLS goes on end to end.
 */
export class Network {
  static async open(destination: Destination, options: NetworkOptions = {}): Promise<Network> {
    const network = new Network(destination, options);
    network.server.listen(0, '127.0.0.1');
    await once(network.server, 'listening');
    return network;
  }

  private readonly server: Server;
  private readonly sockets = new Set<Duplex>();
  private proxied?: Agent;

  private constructor(private readonly destination: Destination, private readonly options: NetworkOptions) {
    // Nothing is forwarded in the clear.
    this.server = createServer((_, response) => response.writeHead(405).end());
    this.server.on('connect', (asked: IncomingMessage, client: Duplex, head: Buffer) => {
      this.keep(client);
      this.tunnel(asked.url!, client, head).catch(() => client.destroy());
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** For child processes, as most clients understand it; Go programs heed SSL_CERT_FILE on Linux only. */
  get env(): Record<string, string> {
    return { HTTPS_PROXY: this.url, NO_PROXY: '', SSL_CERT_FILE: this.destination.certificate };
  }

  /** For requests of this process. */
  get agent(): Agent {
    this.proxied ??= new ProxyAgent(this.url, { ca: this.destination.ca });
    return this.proxied;
  }

  async close(): Promise<void> {
    if (!this.server.listening) return;
    this.proxied?.destroy();
    this.server.close();
    this.server.closeAllConnections();
    this.sockets.forEach((socket) => socket.destroy());
    await once(this.server, 'close');
  }

  private async tunnel(target: string, client: Duplex, head: Buffer): Promise<void> {
    const { host, hostname, port } = new URL(this.destination.endpoint);
    if (!REGISTRY.test(target) && target !== host) {
      client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const upstream = connect(Number(port), hostname);
    this.keep(upstream);
    await once(upstream, 'connect');
    await this.announce(upstream);
    upstream.on('close', () => client.destroy());
    client.on('close', () => upstream.destroy());
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    upstream.write(head);
    upstream.pipe(client).pipe(upstream);
  }

  private async announce(upstream: Socket): Promise<void> {
    const { vpcEndpoint } = this.options;
    const port = upstream.localPort!;
    if (vpcEndpoint) await this.destination.route(port, vpcEndpoint);
    // The port will be another connection's.
    if (vpcEndpoint) upstream.on('close', () => void this.destination.route(port).catch(() => undefined));
  }

  private keep(socket: Duplex): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.sockets.delete(socket));
  }
}

/** Node's own agents go straight to the host. */
class ProxyAgent extends Agent {
  constructor(private readonly proxy: string, options: AgentOptions) {
    super({ ...options, keepAlive: true });
  }

  override createConnection(options: any, callback: (error: Error | null, socket?: any) => void): any {
    const tunnel = request(this.proxy, { method: 'CONNECT', path: `${options.host}:${options.port}`, agent: false });
    tunnel.once('connect', ({ statusCode }, socket) => {
      if (statusCode === 200) callback(null, connectTls({ ...options, socket }));
      else callback(new Error(`the proxy refuses ${options.host}:${options.port} (${statusCode})`));
    });
    tunnel.once('error', callback);
    tunnel.end();
    return undefined;
  }
}
