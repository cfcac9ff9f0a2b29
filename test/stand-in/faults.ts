/** What can go wrong with a request, as the services and the network let it. */
export type Fault =
  | 'throttled' | 'denied' | 'expiredCredentials' | 'expiredToken' | 'invalid' | 'serverError'
  | 'disconnected' | 'truncated' | 'emptyPage' | 'sameToken' | 'unknownMembers';

export interface InjectedFault {
  readonly operation: string;
  readonly fault: Fault;
  /** @default 1 */
  readonly times?: number;
  /** How many requests are answered well before. @default 0 */
  readonly after?: number;
}

/** Faults in the order of their injection, each until it is used up. */
export class Faults {
  private waiting: Array<{ operation: string; fault: Fault; times: number; after: number }> = [];

  inject({ operation, fault, times = 1, after = 0 }: InjectedFault): void {
    this.waiting.push({ operation, fault, times, after });
  }

  /** The fault that meets a request, if one does. */
  meet(operation: string, hasToken: boolean): Fault | undefined {
    const next = this.waiting.find((each) => each.operation === operation && (each.fault !== 'expiredToken' || hasToken));
    if (!next) return undefined;
    if (next.after > 0) {
      next.after--;
      return undefined;
    }
    next.times--;
    if (next.times === 0) this.waiting = this.waiting.filter((each) => each !== next);
    return next.fault;
  }

  clear(): void {
    this.waiting = [];
  }
}
