import type { ErrorCode } from '../../private/codes';
import type { Problem } from '../../private/problems';

/** Collects what is wrong with a document, each with its place. */
export class Checks {
  readonly problems: Problem[] = [];

  /** @param subject begins the codes of what every document can have wrong */
  constructor(private readonly isKnown: (value: unknown) => boolean, private readonly subject: 'findingPolicy' | 'findingException') {}

  add(prop: string, must: string, got: unknown, remedy: string, code: ErrorCode): void {
    this.problems.push({ prop, must, got, remedy, code });
  }

  /** Whether the value is only known later, and must be let through. */
  leaves(value: unknown): boolean {
    return !this.isKnown(value);
  }

  /** The value, if it is an object; members nobody knows are refused, as a misspelt one would do nothing. */
  object(prop: string, value: unknown, keys: readonly string[]): Record<string, unknown> | undefined {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.add(prop, 'be an object', value, `give it ${keys.join(', ')}`, `${this.subject}Form`);
      return undefined;
    }
    const unknown = Object.keys(value).filter((key) => !keys.includes(key));
    if (unknown.length > 0) this.add(prop, `have no other members than ${keys.join(', ')}`, unknown, 'correct or drop them', `${this.subject}Form`);
    return value as Record<string, unknown>;
  }

  oneOf(prop: string, value: unknown, allowed: readonly unknown[], remedy = 'choose one of them'): void {
    if (!this.isKnown(value) || allowed.includes(value)) return;
    this.add(prop, `be ${allowed.filter((each) => each !== undefined).join(' or ')}`, value, remedy, `${this.subject}Value`);
  }

  text(prop: string, value: unknown, most: number): void {
    if (!this.isKnown(value)) return;
    if (typeof value === 'string' && value.trim() !== '' && value.length <= most && !hasControls(value)) return;
    this.add(prop, `be text of 1 to ${most} characters in one line`, value, 'say it in short', `${this.subject}Text`);
  }

  integer(prop: string, value: unknown, most: number): void {
    if (value === undefined || !this.isKnown(value)) return;
    if (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most) return;
    this.add(prop, `be a whole number from 0 to ${most}`, value, 'write it without a fraction', 'findingPolicyNumber');
  }

  number(prop: string, value: unknown, most: number): void {
    if (value === undefined || !this.isKnown(value)) return;
    if (typeof value === 'number' && value >= 0 && value <= most) return;
    this.add(prop, `be a number from 0 to ${most}`, value, most === 1 ? 'write 10 percent as 0.1' : 'see the scores of Amazon Inspector', 'findingPolicyNumber');
  }
}

/** Line breaks and other characters that would let a text look like something else in a report. */
function hasControls(text: string): boolean {
  return /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(text);
}
