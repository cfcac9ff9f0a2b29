import type { ListrTask } from 'listr2' with { 'resolution-mode': 'import' };
import { CAPABILITIES } from './checks';
import type { Capability } from './checks/check';
import type { Run } from './run';

type Phase = ListrTask<object, any, any>;

export interface ProgressOptions {
  /** Says who is told what goes on; called when a phase begins. */
  readonly listen: (onLine: (line: string) => void) => void;
  /** Live progress on the terminal; else a line on standard error for each phase that begins or ends. */
  readonly live: boolean;
}

/** Takes a run through its phases and shows where it is. */
export async function show(run: Run, { listen, live }: ProgressOptions): Promise<void> {
  // listr2 is an ES module, which TypeScript lets this CommonJS project import only so.
  const { Listr, ListrLogger, PRESET_TIMER, ProcessOutput } = await import('listr2');

  /** What a phase says is shown while it goes on: every line where lines replace each other, else on request. */
  const phase = (title: string, work: () => Promise<unknown>, verbose = live): Phase => ({
    title,
    task: async (_, task) => {
      listen((line) => {
        if (verbose && line.trim()) task.output = line.trim();
      });
      await work();
    },
  });
  const phases: Phase[] = [
    phase('Install the local AWS (takes time on the first run only)', () => run.install(), true),
    phase('Start the local AWS', () => run.start()),
    {
      title: 'Prepare',
      task: (_, task) => task.newListr([
        phase('Bootstrap the accounts', () => run.bootstrap()),
        phase('Synthesize the example apps, judged by cdk-nag', () => run.synthesize()),
      ], { concurrent: true }),
    },
    phase('Deploy the example app', () => run.deploy()),
    ...CAPABILITIES.map((capability) => checks(run, capability, live)),
  ];
  const common = { registerSignalListeners: false } as const;
  // Standard output is for the result.
  const logger = new ListrLogger<any>({ processOutput: new ProcessOutput(process.stderr, process.stderr) });
  const tasks = live
    ? new Listr(phases, { ...common, renderer: 'default', rendererOptions: { timer: PRESET_TIMER, collapseSubtasks: false } })
    : new Listr(phases, { ...common, renderer: 'simple', rendererOptions: { timer: PRESET_TIMER, logger } });
  await tasks.run();
}

function checks(run: Run, capability: Capability, live: boolean): Phase {
  return {
    title: capability.title,
    task: async (_, task) => {
      const { results } = await run.check(capability, ({ tried }) => {
        if (live) task.output = tried;
      });
      const good = results.filter(({ ok }) => ok).length;
      task.title = `${capability.title}: ${good} of ${results.length} as expected`;
    },
  };
}
