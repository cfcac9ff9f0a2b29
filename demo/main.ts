import { mkdirSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { type Arguments, HELP, parse } from './arguments';
import { show } from './progress';
import { renderPage } from './report/page';
import type { Report } from './report/report';
import { renderTable } from './report/table';
import { Run } from './run';

const COULD_NOT_RUN = 2;

async function main(): Promise<number> {
  let args: Arguments;
  try {
    args = parse(process.argv.slice(2));
  } catch (error) {
    return fail(`${(error as Error).message}\nSee npm run demo -- --help`);
  }
  if (args.help) {
    process.stdout.write(HELP);
    return 0;
  }
  try {
    // Now rather than after the run, whose result would be lost.
    mkdirSync(dirname(args.report), { recursive: true });
  } catch (error) {
    return unwritable(error);
  }
  const interruption = onSignals();
  let report: Report;
  try {
    report = await runDemo(args, interruption.signal);
  } catch (error) {
    if (interruption.signal.aborted) return (interruption.signal.reason as Interrupted).exitCode;
    return fail(`The demo could not run.\n${(error as Error).message}\n\n${ADVICE}`);
  }
  // From here on there is nothing to take down, and a signal may end the process as it always does.
  interruption.release();
  return present(report, args);
}

const ADVICE = `Nothing is left of it. What is above names the cause; when it is
  - Python or pip: name another Python in the environment variable PYTHON, or make the package index reachable
  - an example app (examples/): change what cdk-nag or the CDK names
  - the CDK CLI or a missing module: npm ci installs the versions this project is made for
  - the local AWS: test/local-aws/README.md says what it needs`;

async function runDemo({ json }: Arguments, signal: AbortSignal): Promise<Report> {
  let onLine: (line: string) => void = () => undefined;
  // Also ends what goes on beside a phase that failed.
  const over = new AbortController();
  const run = new Run({ signal: AbortSignal.any([signal, over.signal]), log: (line) => onLine(line) });
  try {
    await show(run, { live: !json && process.stdout.isTTY, listen: (listener) => (onLine = listener) });
    return run.report();
  } finally {
    over.abort();
    await run.stop();
  }
}

function present(report: Report, args: Arguments): number {
  try {
    writeFileSync(args.report, renderPage(report));
    const documents = report.sections.flatMap((section) => section.documents ?? []);
    for (const { file, content } of documents) writeFileSync(join(dirname(args.report), file), content);
  } catch (error) {
    return unwritable(error);
  }
  process.stdout.write(args.json
    ? `${JSON.stringify(report, (name, value) => name === 'content' ? undefined : value, 2)}\n`
    : `\n${renderTable(report)}\nThe same with pictures: ${relative('.', args.report)}\n`);
  return report.ok ? 0 : 1;
}

class Interrupted extends Error {
  constructor(readonly exitCode: number) {
    super('interrupted');
  }
}

/**
 * The first signal ends the run in good order, the second at once; also then nothing is left, as every process we start
 * ends with us.
 */
function onSignals(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const listeners = (['SIGHUP', 'SIGINT', 'SIGTERM'] as const).map((name) => {
    const code = 128 + constants.signals[name];
    const listener = () => {
      if (controller.signal.aborted) process.exit(code);
      process.stderr.write(`\n${name}: taking everything down\n`);
      controller.abort(new Interrupted(code));
    };
    process.on(name, listener);
    return () => process.off(name, listener);
  });
  return { signal: controller.signal, release: () => listeners.forEach((off) => off()) };
}

function unwritable(error: unknown): number {
  return fail(`The report cannot be written: ${(error as Error).message}\nName another place with --report <file>`);
}

function fail(message: string): number {
  process.stderr.write(`${message}\n`);
  return COULD_NOT_RUN;
}

void main().then((code) => {
  process.exitCode = code;
});
