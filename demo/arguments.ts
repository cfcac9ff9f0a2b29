import { parseArgs } from 'node:util';

export interface Arguments {
  readonly help: boolean;
  readonly json: boolean;
  /** Where the HTML report goes. */
  readonly report: string;
}

export const HELP = `Deploys the example apps to an AWS on this machine, tries what must and must not be possible, and takes it all down.

  npm run demo -- [--json] [--report <file>]

  --json           print the result as JSON, and nothing else, on standard output (npm run --silent demo -- --json)
  --report <file>  where the HTML report goes (demo-report/index.html)
  --help           this text

Needs Python 3.10 or newer with venv, and on the first run a package index for pip. Needs no AWS account, no docker.

Exit codes
  0    everything is as expected
  1    a line differs from what was expected
  2    it could not run; the message says what to do
  129, 130, 143
       ended by SIGHUP, SIGINT (Ctrl-C) or SIGTERM; nothing is left
`;

/** Throws for what it does not know. */
export function parse(args: string[]): Arguments {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      report: { type: 'string', default: 'demo-report/index.html' },
    },
  });
  return values;
}
