import type { Random } from './random';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

interface Happening {
  readonly at: number;
  readonly order: number;
  readonly happen: () => void;
}

/** Time that passes only where nothing is left to be done in it. */
export class Simulator {
  now = Date.parse('2026-11-22T00:00:00.000Z');
  private readonly heap: Happening[] = [];
  private order = 0;
  /** Invocations that are at work, rather than waiting for an answer. */
  private busy = 0;

  after(ms: number, happen: () => void): void {
    const heap = this.heap;
    let at = heap.push({ at: this.now + ms, order: this.order++, happen }) - 1;
    while (at > 0) {
      const parent = Math.floor((at - 1) / 2);
      if (!isBefore(heap[at], heap[parent])) return;
      [heap[at], heap[parent]] = [heap[parent], heap[at]];
      at = parent;
    }
  }

  every(ms: number, first: number, happen: () => void): void {
    this.after(first, () => {
      happen();
      this.every(ms, ms, happen);
    });
  }

  /** Lets everything happen until then. */
  async run(until: number): Promise<void> {
    while (this.heap.length > 0 && this.heap[0].at <= until) {
      const { at, happen } = this.pop();
      this.now = at;
      happen();
      while (this.busy > 0) await undefined;
    }
    this.now = until;
  }

  /** Begins something that waits in `answer` only. */
  begin(work: () => Promise<void>): void {
    this.busy++;
    void work().finally(() => this.busy--);
  }

  /** Waits for so long, then does it. Who waits for `NEVER` is never heard of again. */
  answer<T>(ms: number, effect: () => Promise<T> | typeof NEVER): Promise<T> {
    this.busy--;
    return new Promise((resolve, reject) => this.after(ms, () => {
      const result = effect();
      if (result === NEVER) return;
      this.busy++;
      result.then(resolve, reject);
    }));
  }

  private pop(): Happening {
    const heap = this.heap;
    const first = heap[0];
    const last = heap.pop()!;
    if (heap.length > 0) {
      heap[0] = last;
      for (let at = 0; ;) {
        let least = at;
        for (const child of [2 * at + 1, 2 * at + 2]) if (child < heap.length && isBefore(heap[child], heap[least])) least = child;
        if (least === at) break;
        [heap[at], heap[least]] = [heap[least], heap[at]];
        at = least;
      }
    }
    return first;
  }
}

export const NEVER = Symbol('never');

function isBefore(a: Happening, b: Happening): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** What goes wrong, of a thousand calls. */
export interface Faults {
  readonly crashes: number;
  readonly errors: number;
  /** Calls that take longer than a message is hidden for. */
  readonly stalls: number;
  /** Until when nearly all calls of one service are refused. */
  storm?: { readonly service: Service; readonly until: number };
}

export type Service = 'table' | 'queue' | 'bus' | 'registry' | 'inspector';

export class InjectedError extends Error {}

/** How long calls take, in milliseconds. */
export type CallTimes = (service: Service, random: Random) => number;

/** One invocation of a function, which may end between any two calls: before one takes effect, or after. */
export class Invocation {
  /** Whether something went wrong in it that the code cannot help. */
  faulty = false;
  calls = 0;

  constructor(
    private readonly simulator: Simulator, private readonly random: Random, private readonly faults: Faults,
    private readonly times: CallTimes, readonly skew: number, private readonly crashed: () => void,
  ) {}

  readonly now = () => new Date(this.simulator.now + this.skew);

  call<T>(service: Service, effect: () => Promise<T>): Promise<T> {
    this.calls++;
    const { simulator, random, faults } = this;
    const drawn = random.next() * 1_000;
    const after = random.chance(0.5);
    const crashes = drawn < faults.crashes;
    const fails = !crashes && (drawn < faults.crashes + faults.errors || this.isRefused(service));
    const stalls = !crashes && !fails && drawn > 1_000 - faults.stalls;
    const ms = stalls ? 31 * MINUTE : this.times(service, random);
    if (crashes || fails || stalls) this.faulty = true;
    return simulator.answer(ms, () => {
      const takesEffect = !(crashes || fails) || after;
      const result = takesEffect ? effect() : Promise.resolve(undefined as T);
      if (!crashes && !fails) return result;
      result.catch(() => undefined);
      if (fails) return Promise.reject(new InjectedError(`${service} refused`));
      this.crashed();
      return NEVER;
    });
  }

  private isRefused(service: Service): boolean {
    const { storm } = this.faults;
    return storm !== undefined && storm.service === service && this.simulator.now < storm.until && this.random.chance(0.8);
  }
}
