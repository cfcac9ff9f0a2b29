import type { Agent } from 'node:https';

export interface LocalAwsOptions {
  /** Our account. @default '123456789012' */
  readonly account?: string;
  /** @default 'us-east-1' */
  readonly region?: string;
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

/** For which resource an AWS service acts. */
export interface ServiceSource {
  readonly sourceArn?: string;
  readonly sourceAccount?: string;
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

/** What IAM was asked, and whether it allowed it. */
export interface Access {
  /** As in `arn:aws:sts::123456789012:assumed-role/role/session`. */
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly allowed: boolean;
}

/** What a service puts on the default bus. */
export type ServiceEvent = Pick<BusEvent, 'source' | 'detail-type' | 'detail' | 'resources'>;

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
