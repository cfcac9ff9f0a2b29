import type { Disposition, ExceptionUse, JudgedFinding, Reason, Upgrade, Verdict } from '../contract';

const OUTCOME: Record<Verdict['status'], string> = {
  APPROVED: 'APPROVED',
  PENDING: 'PENDING, not approved yet',
  REJECTED: 'REJECTED',
};

const BECAUSE: Record<Disposition, string> = {
  BLOCKING: 'stops the image',
  WITHIN_LIMIT: 'within a limit',
  IN_GRACE: 'in grace',
  EXCEPTED: 'excepted',
  SUPPRESSED: 'suppressed by Amazon Inspector',
  CLOSED: 'closed by Amazon Inspector',
  NO_RULE: 'no rule is about it',
};

/** Why a finding does not stop the image. */
export function becauseWords({ disposition, graceUntil }: JudgedFinding): string {
  return graceUntil ? `${BECAUSE[disposition]}, until ${graceUntil}` : BECAUSE[disposition];
}

/** The verdict in a line. */
export function headline({ status, image, reasons }: Verdict): string {
  const findings = reasons.filter(({ kind }) => kind === 'FINDING').length;
  const others = reasons.length - findings;
  const why = [
    findings > 0 ? `${findings} finding${findings === 1 ? '' : 's'}` : undefined,
    others > 0 ? `${others} other reason${others === 1 ? '' : 's'}` : undefined,
  ].filter((each) => each !== undefined).join(', ');
  return `${OUTCOME[status]}: ${oneLine(image.repository)}@${image.digest}${why ? ` (${why})` : ''}`;
}

export function upgradeWords({ package: name, manager, from, to, mends }: Upgrade): string {
  const several = mends.length > 1 ? `${mends.length} findings, the worst ` : '';
  return oneLine(`${name}${from.length > 0 ? ` ${from.join(', ')}` : ''} to ${to} (${manager ? `${manager}; ` : ''}mends ${several}${mends[0]})`);
}

/** Who has let what through, why and until when, and what became of it. */
export function exceptionWords({ exception, state, nearExpiry }: ExceptionUse): string {
  const { vulnerability, package: name, owner, reason, expires, untilFixed } = exception;
  const end = [expires, untilFixed ? 'a fix' : undefined].filter((each) => each !== undefined).join(' or ');
  return oneLine(`${state}${nearExpiry ? ', about to expire' : ''}: ${vulnerability}${name ? ` in ${name}` : ''} until ${end}, by ${owner}: ${reason}`);
}

/** On which platforms, where that is not all of them. */
export function whereWords(reason: Reason, { platforms }: Verdict): string {
  if (platforms.length < 2) return '';
  const named = platforms.filter(({ digest }) => reason.images.includes(digest)).map(({ platform, digest }) => platform ?? digest);
  return named.length === 0 || named.length === platforms.length ? '' : ` on ${named.map(oneLine).join(', ')}`;
}

/**
 * Text that whoever publishes a vulnerability or a package may have written, on one line: without line breaks, escape
 * sequences, and characters that change the direction of writing or cannot be seen.
 */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]+/gu, ' ').replace(/ {2,}/g, ' ').trim();
}
