import type { World } from './world';

/** A refusal in the service's own words. */
export class ServiceError extends Error {
  constructor(readonly code: string, message: string, readonly status = 400) {
    super(message);
  }
}

export interface Operation {
  readonly request: unknown;
  readonly response: unknown;
  /** The member that is given in pages. */
  readonly paged?: { readonly most: number; readonly list: (answer: any) => unknown[]; readonly with: (answer: any, page: unknown[]) => object };
  answer(world: World, request: any): object;
}
