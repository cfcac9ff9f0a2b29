import { once } from 'node:events';
import { type AddressInfo, type Socket, createServer } from 'node:net';

/** A service that takes requests and never answers. */
export class SilentServer {
  static async start(): Promise<SilentServer> {
    const silent = new SilentServer();
    await once(silent.server.listen(0, '127.0.0.1'), 'listening');
    return silent;
  }

  private readonly sockets: Socket[] = [];
  private readonly server = createServer((socket) => this.sockets.push(socket));

  private constructor() {}

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}
