import { type Rule, SETTLE } from './oracle';
import type { Random } from './random';
import { VULNERABILITIES } from './registry';
import { MINUTE, SECOND } from './simulator';
import type { ExceptionDocument, PolicyDocument } from '../../../../src/inspector/contract';
import { policy } from '../../facts';

/** A policy and exceptions, as the gate and as the oracle read them. */
export interface Deployment extends Rule {
  readonly fingerprint: string;
  readonly policy: PolicyDocument;
  readonly exceptions: readonly ExceptionDocument[];
}

const POLICIES = (['CRITICAL', 'HIGH'] as const).map((minSeverity) => ({
  policy: policy([{ minSeverity }], { settleSeconds: SETTLE / SECOND }),
  severities: minSeverity === 'CRITICAL' ? ['CRITICAL'] : ['CRITICAL', 'HIGH'],
}));

export function deployment(name: string, random: Random, now: number): Deployment {
  const excepted = VULNERABILITIES.filter(() => random.chance(0.15)).map((id) => ({ id, until: now + random.pick([20, 60, 150, 100_000]) * MINUTE }));
  const exceptions = excepted.map(({ id, until }): ExceptionDocument => ({
    vulnerability: id, repository: '*', owner: 'someone', reason: 'known', expires: new Date(until).toISOString(),
  }));
  return { fingerprint: name, ...random.pick(POLICIES), excepted, exceptions };
}
