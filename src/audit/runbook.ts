import { AuditSignal } from './audit-signal';

const LIBRARY = 'https://github.com/cdk-secure-ecr/cdk-secure-ecr/blob/main/docs/runbook.md';

/** The page that says what to do; each alarm and message links to its heading. */
export class Runbook {
  private readonly headings = new Set(AuditSignal.all().map(({ id }) => id));

  /** @param page one of the app's own, with a heading for every signal */
  constructor(private readonly page?: string) {}

  /** What to do about a signal. */
  public of(signal: AuditSignal): string {
    const hasHeading = this.page !== undefined || this.headings.has(signal.id);
    return signal._runbookUrl ?? this.at(hasHeading ? signal.id.toLowerCase() : 'signals-of-your-own');
  }

  /** What to do about the alarm above those of the signals. */
  public get anySignal(): string {
    return this.at('any-signal');
  }

  /** What to do about messages that were lost. */
  public get lostMessages(): string {
    return this.at('lost-messages');
  }

  private at(heading: string): string {
    return `${this.page ?? LIBRARY}#${heading}`;
  }
}
