import { readFileSync } from 'node:fs';
import type { ExceptionDocument, PolicyDocument } from '../../contract';
import { fingerprintOf } from '../../documents/fingerprint';

/** What images are judged by. */
export interface JudgementDocuments {
  readonly policy: PolicyDocument;
  readonly exceptions: readonly ExceptionDocument[];
}

/**
 * Reads what a layer brings: policy and exceptions may be longer than an environment. They were checked when the app was
 * synthesised, so nothing else will do than what they were then: a layer that is missing, cut off or another one judges nothing.
 */
export function readJudgement(module: string, fingerprint: string): JudgementDocuments {
  const text = readFileSync(require.resolve(module), 'utf8');
  const found = fingerprintOf(text);
  if (found !== fingerprint) throw new Error(`The policy that was deployed has the fingerprint ${fingerprint}; the layer brings one with ${found}`);
  return JSON.parse(text);
}
