import type { Stack } from 'aws-cdk-lib';
import { ACCOUNT, API, DEPLOYER, KEY, PIPELINE, WEB } from './records/build';
import { AuditSignal } from '../../src';
import type { KnownPushers, Surroundings } from '../../src/audit/signals/definition';
import { type ResolvedSignal, resolve } from '../../src/audit/signals/resolved-signal';

const LEGACY = `arn:aws:iam::${ACCOUNT}:user/legacy-ci`;

const PUSHERS: Record<'named' | 'granted', KnownPushers> = {
  named: { named: { roles: [PIPELINE], users: [LEGACY] }, table: { '*': [PIPELINE, LEGACY] }, roleNames: ['Pipeline'] },
  granted: { table: { [WEB]: [PIPELINE, LEGACY], [API]: [PIPELINE] } },
};

/** Every signal, or these, as an audit of two repositories makes it. */
export function watching(stack: Stack, pushers: keyof typeof PUSHERS, signals = AuditSignal.all()): ResolvedSignal[] {
  const surroundings: Surroundings = {
    repositories: [WEB, API],
    pushers: PUSHERS[pushers],
    accounts: [ACCOUNT, '222222222222'],
    deployers: { named: { roles: [DEPLOYER], users: [] }, table: { '*': [DEPLOYER] } },
    keys: [KEY],
  };
  return signals.flatMap((signal) => resolve(stack, signal, surroundings, 'https://example.com/runbook', true) ?? []);
}
