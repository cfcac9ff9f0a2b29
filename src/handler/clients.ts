import { ECRClient, type ECRClientConfig } from '@aws-sdk/client-ecr';
import { Inspector2Client } from '@aws-sdk/client-inspector2';

/** Where and as whom to ask. Another Region is another client; another account is a role there, or the delegated administrator. */
export interface AwsSettings {
  readonly region: string;
  /** @default - those of the process, such as the role of a function */
  readonly credentials?: ECRClientConfig['credentials'];
  /** @default - the service's own */
  readonly endpoint?: string;
  /** @default 8 */
  readonly maxAttempts?: number;
  /** @default - 5 seconds to connect, 30 for an answer */
  readonly requestHandler?: ECRClientConfig['requestHandler'];
}

/** The clients of one Region, and how many requests each of their operations took, those that were tried again included. */
export class AwsClients {
  readonly requests = new Map<string, number>();
  private clients?: { readonly ecr: ECRClient; readonly inspector: Inspector2Client };

  constructor(private readonly settings: AwsSettings) {}

  get ecr(): ECRClient {
    return this.open().ecr;
  }

  get inspector(): Inspector2Client {
    return this.open().inspector;
  }

  /** Forgets the credentials, which may have expired: whatever provides them is asked again. */
  renew(): void {
    this.close();
  }

  close(): void {
    this.clients?.ecr.destroy();
    this.clients?.inspector.destroy();
    this.clients = undefined;
  }

  private open(): { readonly ecr: ECRClient; readonly inspector: Inspector2Client } {
    if (this.clients) return this.clients;
    const settings = {
      // A scan of many images is throttled: adaptive slows down before the service has to refuse.
      retryMode: 'adaptive', maxAttempts: 8, requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000 }, ...this.settings,
    };
    const ecr = new ECRClient(settings);
    const inspector = new Inspector2Client(settings);
    const count = { step: 'finalizeRequest', priority: 'low', name: 'countRequests' } as const; // after the retry
    ecr.middlewareStack.add((next, context) => (args) => this.counted(context.commandName, () => next(args)), count);
    inspector.middlewareStack.add((next, context) => (args) => this.counted(context.commandName, () => next(args)), count);
    this.clients = { ecr, inspector };
    return this.clients;
  }

  private counted<T>(command: string | undefined, request: () => T): T {
    const operation = String(command).replace(/Command$/, '');
    this.requests.set(operation, (this.requests.get(operation) ?? 0) + 1);
    return request();
  }
}
