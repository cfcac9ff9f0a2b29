import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ACCOUNT_OPERATIONS } from './account-operations';
import { type Fault, Faults, type InjectedFault } from './faults';
import { type Operation, ServiceError } from './operation';
import { SCAN_OPERATIONS } from './scan-operations';
import { checkWire, toWire } from './shapes';
import { World } from './world';

/** One request, as it came. */
export interface SeenRequest {
  readonly operation: string;
  readonly body: Record<string, any>;
}

const OPERATIONS: Record<string, Operation> = { ...SCAN_OPERATIONS, ...ACCOUNT_OPERATIONS };
const PATHS: Record<string, string> = {
  '/findings/list': 'ListFindings',
  '/coverage/list': 'ListCoverage',
  '/findings/details/batch/get': 'BatchGetFindingDetails',
  '/cluster/get': 'GetClustersForImage',
  '/enable': 'Enable',
  '/status/batch/get': 'BatchGetAccountStatus',
  '/configuration/get': 'GetConfiguration',
  '/configuration/update': 'UpdateConfiguration',
};

/**
 * Amazon ECR's and Amazon Inspector's answers about scans and their settings, over HTTP, in their own wire formats (AWS JSON 1.1 and REST-JSON).
 * Every answer is judged by the service model that the SDK carries before it leaves, and every request when it comes.
 */
export class StandIn {
  static async start(world = new World()): Promise<StandIn> {
    const standIn = new StandIn(world);
    await new Promise<void>((resolve) => standIn.server.listen(0, '127.0.0.1', resolve));
    return standIn;
  }

  readonly requests: SeenRequest[] = [];
  /** Pages are no longer than this, however long ones are asked for. */
  pageSize = 100;
  private readonly faults = new Faults();
  private readonly server: Server;

  private constructor(readonly world: World) {
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  inject(...faults: InjectedFault[]): void {
    for (const fault of faults) this.faults.inject(fault);
  }

  /** Forgets requests and faults, and keeps the world. */
  reset(): void {
    this.requests.length = 0;
    this.faults.clear();
  }

  /** Does not keep the process alive. */
  unref(): void {
    this.server.unref();
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = String(request.headers['x-amz-target'] ?? '').split('.').at(-1)!;
    const name = PATHS[request.url ?? ''] ?? target;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const operation = OPERATIONS[name];
    try {
      if (!operation) throw new ServiceError('UnknownOperationException', `the stand-in does not know ${name || request.url}`);
      const body = JSON.parse(Buffer.concat(chunks).toString() || '{}');
      this.requests.push({ operation: name, body });
      checkWire(operation.request, body, name);
      const fault = this.faults.meet(name, body.nextToken !== undefined);
      this.send(response, this.answer(name, operation, body, fault), fault);
    } catch (error) {
      this.refuse(response, error, target !== '');
    }
  }

  private answer(name: string, operation: Operation, body: Record<string, any>, fault?: Fault): object {
    fail(fault);
    let answer = operation.answer(this.world, body);
    if (operation.paged) answer = this.page(operation.paged, answer, body, fault);
    const wire = toWire(operation.response, answer, name) as object;
    // Services add members over time; the model of the SDK does not know them yet.
    return fault === 'unknownMembers' ? { ...wire, addedLater: { some: ['thing'] } } : wire;
  }

  private page({ most, list, with: withPage }: NonNullable<Operation['paged']>, answer: object, body: Record<string, any>, fault?: Fault): object {
    const all = list(answer);
    const start = body.nextToken === undefined ? 0 : offsetOf(body.nextToken);
    if (Number(body.maxResults ?? 1) > most) throw new ServiceError('ValidationException', `maxResults must be at most ${most}`);
    if (fault === 'emptyPage') return { ...withPage(answer, []), nextToken: tokenOf(start, this.requests.length) };
    const end = Math.min(start + Math.min(body.maxResults ?? most, this.pageSize), all.length);
    const nextToken = fault === 'sameToken' ? body.nextToken ?? tokenOf(start) : end < all.length ? tokenOf(end) : undefined;
    return { ...withPage(answer, all.slice(start, end)), nextToken };
  }

  private send(response: ServerResponse, answer: object, fault?: Fault): void {
    const text = JSON.stringify(answer);
    if (fault === 'disconnected') {
      response.socket?.destroy();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(fault === 'truncated' ? text.slice(0, text.length / 2) : text);
  }

  private refuse(response: ServerResponse, error: unknown, isEcr: boolean): void {
    const { code, message, status } = error instanceof ServiceError ? error : new ServiceError('StandInMismatch', String(error), 400);
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', ...isEcr ? {} : { 'x-amzn-errortype': code } });
    response.end(JSON.stringify(isEcr ? { __type: code, message } : { message }));
  }
}

function fail(fault?: Fault): void {
  switch (fault) {
    case 'throttled':
      throw new ServiceError('ThrottlingException', 'Rate exceeded', 429);
    case 'denied':
      throw new ServiceError('AccessDeniedException', 'User is not authorized to perform this action', 403);
    case 'expiredCredentials':
      throw new ServiceError('ExpiredTokenException', 'The security token included in the request is expired');
    case 'expiredToken':
      throw new ServiceError('ValidationException', 'The provided nextToken is expired');
    case 'invalid':
      throw new ServiceError('ValidationException', 'The request is not valid');
    case 'serverError':
      throw new ServiceError('InternalServerException', 'An internal error occurred', 500);
    default:
  }
}

/** Opaque, as those of the services are. */
function tokenOf(offset: number, nonce = 0): string {
  return Buffer.from(JSON.stringify([offset, nonce])).toString('base64url');
}

function offsetOf(token: string): number {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString())[0];
  } catch {
    throw new ServiceError('ValidationException', 'The provided nextToken is invalid');
  }
}
