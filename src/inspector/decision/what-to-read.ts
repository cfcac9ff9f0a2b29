import type { FindingStatus, PolicyDocument } from '../contract';

/** What of an image's findings a policy needs, so that nothing else is asked for. */
export interface WhatToRead {
  readonly statuses: readonly FindingStatus[];
  readonly askAboutExploits: boolean;
}

export function whatToRead({ closed, rules }: PolicyDocument): WhatToRead {
  return {
    // Suppressed ones are told of, even where they decide nothing.
    statuses: closed === 'COUNT' ? ['ACTIVE', 'SUPPRESSED', 'CLOSED'] : ['ACTIVE', 'SUPPRESSED'],
    askAboutExploits: rules.some(({ knownExploited }) => knownExploited),
  };
}
