import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { LocalAws } from './index';
import { ensurePython } from './python';
import { temporaryFolder } from '../support/temporary-folder';

const LAUNCHER = join(__dirname, 'launcher');
let python: string;

jest.setTimeout(30_000); // most start an AWS of their own, on machines that do other things too

beforeAll(async () => {
  python = await ensurePython();
}, 180_000);

test('it starts, serves the SDK, and stops without leaving a process or a file', async () => {
  const aws = await LocalAws.start();
  const { directory, processes } = traces(aws);

  const identity = await aws.client(STSClient).send(new GetCallerIdentityCommand({}));
  expect(identity.Account).toBe(aws.account);
  expect(processes()).toHaveLength(1);

  await aws.stop();
  await aws.stop();
  expect(processes()).toEqual([]);
  expect(existsSync(directory)).toBe(false);
});

test('it listens on the loopback address only, on one port', async () => {
  const aws = await LocalAws.start();
  try {
    const [pid] = traces(aws).processes();
    expect(listeningAddresses(pid)).toEqual([`127.0.0.1:${new URL(aws.endpoint).port}`]);
  } finally {
    await aws.stop();
  }
});

test('child processes get nothing of the AWS configuration of the user', async () => {
  process.env.AWS_PROFILE = 'mine';
  const aws = await LocalAws.start();
  try {
    expect(aws.env.AWS_PROFILE).toBeUndefined();
    expect(aws.env.HOME).toContain('local-aws-');
    expect(aws.env.AWS_ENDPOINT_URL).toBe(aws.endpoint);
  } finally {
    delete process.env.AWS_PROFILE;
    await aws.stop();
  }
});

test('killing the process that started it ends it', async () => {
  const script = "require('./index').LocalAws.start().then((aws) => console.log(aws.endpoint, aws.env.HOME))";
  const parent = spawn(process.execPath, ['--import', 'tsx', '-e', script], { cwd: __dirname });
  const [line] = await once(parent.stdout.setEncoding('utf8'), 'data') as [string];
  const [endpoint, home] = line.trim().split(' ');
  expect(processesOf(endpoint)).toHaveLength(1);

  parent.kill('SIGKILL');

  await eventually(() => processesOf(endpoint).length === 0 && !existsSync(dirname(home)));
});

test('an abort ends it while it starts', async () => {
  const folder = temporaryFolder(); // of its own: other tests start and stop theirs in the common one
  const left = () => readdirSync(folder).filter((name) => name.startsWith('local-aws-'));
  const script = `
    const controller = new AbortController();
    require('./index').LocalAws.start({ signal: controller.signal }).then(() => 'it started', (error) => error.message).then(console.log);
    process.stdin.once('data', () => controller.abort());`;
  const starter = spawn(process.execPath, ['--import', 'tsx', '-e', script], { cwd: __dirname, env: { ...process.env, TMPDIR: folder } });
  const said = once(starter.stdout.setEncoding('utf8'), 'data');
  try {
    await eventually(() => left().length === 1);
    starter.stdin.end('now');

    expect(await said).toEqual([expect.stringContaining('aborted')]);
    expect(left()).toEqual([]);
  } finally {
    starter.kill();
  }
});

test('an abort ends the CDK CLI', async () => {
  const aws = await LocalAws.start();
  try {
    const controller = new AbortController();
    const listing = aws.cdk(['list'], { app: 'sleep 60', signal: controller.signal });
    setTimeout(() => controller.abort(), 1_000);

    await expect(listing).rejects.toThrow('aborted');
    expect(ps().filter((line) => line.includes('sleep 60'))).toEqual([]);
  } finally {
    await aws.stop();
  }
}, 20_000);

test('a failing CDK command rejects with what it said', async () => {
  const aws = await LocalAws.start();
  try {
    await expect(aws.cdk(['list'], { app: 'echo out of order >&2; exit 3' })).rejects.toThrow(/out of order/);
  } finally {
    await aws.stop();
  }
}, 20_000);

describe('a ministack that is not the pinned one', () => {
  test.each([
    ['another version', "private.VERSION = '9.9.9'", 'ministack 1.5.33 is installed, but the launcher was written against 9.9.9'],
    ['a lost name', "private.ALL.append(private.Private('ministack.services.ecr', '_gone'))", 'ministack.services.ecr._gone'],
    ['a lost module', "private.ALL.append(private.Private('ministack.gone', 'x'))", 'ministack.gone'],
  ])('%s stops the launcher', async (_, change, message) => {
    const directory = mkdtempSync(join(tmpdir(), 'drift-'));
    writeFileSync(join(directory, 'drift.py'),
      `import runpy\nfrom launcher import private\n${change}\nrunpy.run_module('launcher', run_name='__main__')\n`);
    const child = spawn(python, [join(directory, 'drift.py')], {
      env: {
        ...process.env,
        PYTHONPATH: dirname(LAUNCHER),
        PYTHONDONTWRITEBYTECODE: '1',
        LOCAL_AWS_DIRECTORY: directory,
        LOCAL_AWS_TOKEN: 't',
        AWS_ACCESS_KEY_ID: '123456789012',
        AWS_SECRET_ACCESS_KEY: 's',
        AWS_REGION: 'us-east-1',
      },
    });
    let errors = '';
    child.stderr.on('data', (data) => (errors += data));

    const [code] = await once(child, 'close');

    rmSync(directory, { recursive: true });
    expect(code).not.toBe(0);
    expect(errors).toContain(message);
  });

  test('a private name that is not declared cannot be used', () => {
    const script = 'from launcher import private; private.ecr._layer_digest';
    expect(() => execFileSync(python, ['-c', script], { cwd: __dirname, stdio: 'pipe' })).toThrow(/not declared/);
  });
});

test('the pinned version is the one that is installed', () => {
  const pinned = /ministack==(\S+)/.exec(readFileSync(join(LAUNCHER, 'requirements.txt'), 'utf8'))![1];
  const expected = /VERSION = "(.+)"/.exec(readFileSync(join(LAUNCHER, 'private.py'), 'utf8'))![1];

  expect(expected).toBe(pinned);
});

function traces(aws: LocalAws) {
  const directory = dirname(aws.env.HOME);
  return { directory, processes: () => processesOf(aws.endpoint) };
}

/** The processes that listen on the endpoint's port. */
function processesOf(endpoint: string): number[] {
  const { port } = new URL(endpoint);
  return sockets().filter((line) => line.includes(`:${port} `)).flatMap(pids);
}

function listeningAddresses(pid: number): string[] {
  return sockets().filter((line) => pids(line).includes(pid)).map((line) => line.split(/\s+/)[3]);
}

function sockets(): string[] {
  return execFileSync('ss', ['-ltnp']).toString().split('\n').slice(1);
}

function pids(line: string): number[] {
  return [...line.matchAll(/pid=(\d+)/g)].map(([, pid]) => Number(pid));
}

function ps(): string[] {
  return execFileSync('ps', ['-eo', 'args']).toString().split('\n');
}

async function eventually(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) {
      throw new Error('It did not happen within twenty seconds');
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
