import { type Capability, type Check, type Document, runCheck } from './checks/check';
import type { CheckContext } from './checks/context';
import { Example, type ExampleOptions } from './example';
import { accessTables } from './report/access';
import { type Report, type Section, resultsOf } from './report/report';
import { ensurePython } from '../test/local-aws/python';

/** One run of the demo, phase by phase, without a word about it to anybody: `progress.ts` does that. */
export class Run {
  private readonly started = new Date();
  private readonly phases: { title: string; seconds: number }[] = [];
  private readonly sections: Section[] = [];
  private example?: Example;
  private context?: CheckContext;

  constructor(private readonly options: ExampleOptions) {}

  /** Takes time on the first run only. */
  async install(): Promise<void> {
    await this.timed('Install', () => ensurePython(this.options));
  }

  async start(): Promise<void> {
    this.example = await this.timed('Start', () => Example.start(this.options));
  }

  async bootstrap(): Promise<void> {
    await this.timed('Bootstrap', () => this.example!.bootstrap());
  }

  async synthesize(): Promise<void> {
    await this.timed('Synthesize', () => this.example!.synthesize());
  }

  async deploy(): Promise<void> {
    await this.timed('Deploy', () => this.example!.deploy());
    this.context = await this.example!.checkContext();
  }

  /** Tells of every check before it is run. */
  async check({ title, checks, notProven, charts, pictures, documents }: Capability, onCheck: (check: Check) => void): Promise<Section> {
    const section: Section & { documents: Document[] } = { title, notProven, results: [], charts: [], pictures: [], documents: [] };
    this.sections.push(section);
    await this.timed(title, async () => {
      for (const check of checks) {
        onCheck(check);
        section.results.push(await runCheck(check, this.context!));
      }
      section.charts.push(...await charts?.(this.context!) ?? []);
      section.pictures.push(...await pictures?.(this.context!) ?? []);
      section.documents.push(...await documents?.(this.context!) ?? []);
    });
    return section;
  }

  async stop(): Promise<void> {
    await this.example?.stop();
  }

  report(): Report {
    const { phases, sections } = this;
    const results = resultsOf({ sections });
    return {
      ok: results.every(({ ok }) => ok),
      startedAt: this.started.toISOString(),
      seconds: secondsSince(this.started),
      phases,
      sections,
      access: accessTables(results),
    };
  }

  private async timed<T>(title: string, work: () => Promise<T>): Promise<T> {
    const start = new Date();
    const result = await work();
    this.phases.push({ title, seconds: secondsSince(start) });
    return result;
  }
}

function secondsSince(date: Date): number {
  return Math.round((Date.now() - date.getTime()) / 10) / 100;
}
