const MODULUS = 2_147_483_647;

/** Numbers that are the same for the same seed: the generator of Park and Miller, which a number has room for. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = (seed * 40_014) % (MODULUS - 1) + 1;
    for (let warmUp = 0; warmUp < 4; warmUp++) this.next(); // seeds beside each other begin alike
  }

  /** 0 to 1, without 1. */
  next(): number {
    this.state = (this.state * 48_271) % MODULUS;
    return this.state / MODULUS;
  }

  /** With both ends. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.next() * from.length)];
  }
}
