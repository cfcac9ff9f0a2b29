import { type Run, token } from '../../support/github-token';
import type { Claims } from '../../support/trust';
import type { Form, Issuer, Kind, SubjectKind } from '../kinds';

/** A token, and who is to let it in. */
export interface TokenCase {
  readonly name: string;
  /** Why the verdict is right, in a sentence. */
  readonly why: string;
  readonly claims: Claims;
  /** By which subjects it is let in, where the repository is known in which form and the issuer is which; by none others. */
  readonly admitted: { readonly subjects: SubjectKind[]; readonly forms: Form[]; readonly issuers: Issuer[]; readonly api: boolean };
}

/** How a repository has to be known for its classic, and for its immutable subject to be trusted. */
const CLASSIC: Form[] = ['none', 'classic', 'both'];
const IMMUTABLE: Form[] = ['both', 'immutable'];

/** A run that is nobody's enemy, in both forms of the subject. */
export function legitimate(name: string, why: string, run: Run, subjects: SubjectKind[], more: { issuer?: Issuer; api?: boolean } = {}): TokenCase[] {
  const admitted = { subjects, issuers: [more.issuer ?? 'github' as const], api: more.api ?? false };
  return [
    { name: `${name}, classic`, why, claims: token(run), admitted: { ...admitted, forms: CLASSIC } },
    { name: `${name}, immutable`, why, claims: token({ ...run, immutable: true }), admitted: { ...admitted, forms: IMMUTABLE } },
  ];
}

/** A token that nobody may let in, in both forms of the subject. */
export function hostile(name: string, why: string, run: Run): TokenCase[] {
  return legitimate(name, why, run, []);
}

/** A token that nobody may let in, whose subject is forced upon it. */
export function forged(name: string, why: string, claims: Run['claims'], run: Run = {}): TokenCase {
  return { name, why, claims: token({ ...run, claims }), admitted: { subjects: [], forms: [], issuers: [], api: false } };
}

/** A token that only a role lets in which knows the repository by name alone: what the numbers are for. */
export function byNameAlone(name: string, why: string, run: Run, subjects: SubjectKind[]): TokenCase {
  return { name, why, claims: token(run), admitted: { subjects, forms: ['none'], issuers: ['github'], api: false } };
}

/** Whether a role of this kind is to let the token in. */
export function expected({ admitted }: TokenCase, { form, issuer, subjects, also }: Kind): boolean {
  const bySubject = subjects.some((each) => admitted.subjects.includes(each)) || (admitted.api && also === 'api');
  return bySubject && admitted.forms.includes(form) && admitted.issuers.includes(issuer);
}
