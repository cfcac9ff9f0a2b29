import { createHash } from 'node:crypto';
import type { PolicyDocument } from '../contract';

/** Tells policies apart by what they say, however their JSON is written; the order of rules is no part of it. */
export function fingerprint(policy: PolicyDocument): string {
  const rules = policy.rules.map((rule) => canonical(rule)).sort();
  return fingerprintOf(canonical({ ...policy, rules }));
}

/** Another one for any other text. */
export function fingerprintOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** JSON that is the same however the members are ordered. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join()}}`;
}
