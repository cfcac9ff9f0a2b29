import { createHash } from 'node:crypto';

/** Numbers that look random and are the same in every run, on every machine: a year that fails a check fails it again. */
export class Random {
  private drawn = 0;

  constructor(private readonly seed: number) {}

  /** A whole number within bounds, both included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** At most 64 digits. */
  hex(length: number): string {
    return this.draw().toString('hex').slice(0, length);
  }

  /** A number from 0 up to, but not including, 1. */
  private next(): number {
    return this.draw().readUInt32BE() / 2 ** 32;
  }

  private draw(): Buffer {
    return createHash('sha256').update(`${this.seed} ${this.drawn++}`).digest();
  }
}
