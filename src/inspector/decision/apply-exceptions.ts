import type {
  ExceptionDocument, ExceptionState, ExceptionUse, Finding, FixAvailable, ImageReference, PolicyDocument, VulnerablePackage,
} from '../contract';
import { compare } from './join-findings';
import { canonical } from '../documents/fingerprint';

const DAY_MS = 86_400_000;

/** The exceptions of one image: which of them hold, what they leave of a finding, and what became of them. */
export class Exceptions {
  private readonly byVulnerability = new Map<string, ExceptionDocument[]>();
  private readonly states = new Map<string, { exception: ExceptionDocument; state: ExceptionState }>();

  constructor(
    exceptions: readonly ExceptionDocument[],
    private readonly image: ImageReference,
    private readonly policy: PolicyDocument,
    private readonly now: Date,
  ) {
    for (const exception of exceptions) {
      if (exception.repository !== undefined && !matches(exception.repository, image.repository)) continue;
      const id = exception.vulnerability.toUpperCase();
      this.byVulnerability.set(id, [...this.byVulnerability.get(id) ?? [], exception]);
      // One for another image, or for a platform, is no concern of this one until it meets a finding.
      if (exception.image === undefined || exception.image === image.digest) {
        this.record(exception, this.isExpired(exception) ? 'EXPIRED' : 'UNUSED');
      }
    }
  }

  /** What is left of a finding in the image of that digest; nothing, when exceptions cover all its packages. */
  leftOf(finding: Finding, digest: string): Finding | undefined {
    const found = this.byVulnerability.get(finding.id.toUpperCase());
    const concerned = found?.filter(({ image }) => image === undefined || image === digest || image === this.image.digest);
    if (!concerned?.length) return finding;
    if (finding.packages.length === 0) {
      const whole = concerned.filter((exception) => exception.package === undefined);
      return this.holdingOf(whole, finding.fix).length > 0 ? undefined : finding;
    }
    const isAnyFixed = finding.packages.some(isFixed);
    const left = finding.packages.filter((each) => {
      const named = concerned.filter((exception) => exception.package === undefined || exception.package === each.name);
      return this.holdingOf(named, fixOf(each, finding.fix, isAnyFixed)).length === 0;
    });
    if (left.length === 0) return undefined;
    return left.length === finding.packages.length ? finding : { ...finding, packages: left, fix: fixOfAll(left, finding.fix, isAnyFixed) };
  }

  /** All that concern the image, in a fixed order. */
  uses(): ExceptionUse[] {
    return [...this.states].sort(([a], [b]) => compare(a, b)).map(([, { exception, state }]) => ({
      exception, state, nearExpiry: state === 'USED' && this.isNearExpiry(exception),
    }));
  }

  private holdingOf(exceptions: ExceptionDocument[], fix: FixAvailable): ExceptionDocument[] {
    return exceptions.filter((exception) => {
      const state = this.isExpired(exception) ? 'EXPIRED' : exception.untilFixed && fix !== 'NO' ? 'FIX_AVAILABLE' : 'USED';
      this.record(exception, state);
      return state === 'USED';
    });
  }

  /** One that holds for one package of several is in use. */
  private record(exception: ExceptionDocument, state: ExceptionState): void {
    const key = keyOf(exception);
    if (this.states.get(key)?.state === 'USED') return;
    this.states.set(key, { exception, state });
  }

  private isExpired({ expires }: ExceptionDocument): boolean {
    return expires !== undefined && this.now.getTime() >= Date.parse(expires);
  }

  private isNearExpiry({ expires }: ExceptionDocument): boolean {
    return expires !== undefined && Date.parse(expires) - this.now.getTime() <= this.policy.expiryNoticeDays * DAY_MS;
  }
}

/** Whether there is a fix for one of the packages, as far as that is known. */
function fixOf({ fixedIn }: VulnerablePackage, ofFinding: FixAvailable, isAnyFixed: boolean): FixAvailable {
  if (fixedIn !== undefined) return 'YES';
  if (ofFinding !== 'PARTIAL') return ofFinding;
  return isAnyFixed ? 'NO' : 'UNKNOWN'; // a scanner that names no version at all does not say which has one
}

function fixOfAll(left: readonly VulnerablePackage[], ofFinding: FixAvailable, isAnyFixed: boolean): FixAvailable {
  if (ofFinding !== 'PARTIAL' || left.some(isFixed)) return ofFinding;
  return isAnyFixed ? 'NO' : 'UNKNOWN';
}

const isFixed = ({ fixedIn }: VulnerablePackage) => fixedIn !== undefined;

/** With * for any characters; in time that grows with the length only. */
export function matches(pattern: string, text: string): boolean {
  const [first, ...others] = pattern.split('*');
  if (others.length === 0) return pattern === text;
  if (!text.startsWith(first)) return false;
  const last = others.pop()!;
  let at = first.length;
  for (const part of others) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

/** Begins with the vulnerability, so that reports are in the order of these. */
function keyOf(exception: ExceptionDocument): string {
  return `${exception.vulnerability} ${canonical(exception)}`;
}
