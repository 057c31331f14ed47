import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { makeLines } from '../kit/events.js';
import { makeFolder, runPostback, spawnPostback, type RunningPostback } from '../kit/run.js';

/** A folder whose project file has `count` goals: `goals list` prints some 200 bytes for each. */
async function folderWithGoals(count: number): Promise<string> {
  const cwd = await makeFolder();
  const goals = Array.from({ length: count }, (_, index) => ({
    id: `goal-${String(index)}`,
    name: `Goal ${String(index)} ${'x'.repeat(80)}`,
    event: 'purchase',
    trigger: 'repeatable',
    filters: [],
    enabled: true,
    map: { amazon: String(1000 + index) },
  }));
  await writeFile(join(cwd, 'postback.config.json'), JSON.stringify({ goals }));
  return cwd;
}

const DRY_RUN = ['send', '--sandbox', '--dry-run', '--json'];

/** Ten seconds of the program, after which oclif would give up, pass in half a second. */
const FAST = { speed: 20, hasFastTimers: true };
const TWELVE_SECONDS_MS = 12_000 / FAST.speed;

/** Stops reading. Streams that were just made start to flow in the next turn, whatever we asked. */
async function stopReading(stream: Readable): Promise<void> {
  await turn();
  stream.pause();
}

/**
 * Waits until the program has begun to write, then for 12 seconds of its time. Where the system's
 * buffer holds all that it writes, it may end first, and Node then resumes the stream.
 */
async function outlast(child: ChildProcess, stream: Readable): Promise<void> {
  const hasBegun = (): boolean => {
    // A stream that was paused before its first read fetches nothing by itself.
    stream.read(0);
    return stream.readableLength > 0 || child.exitCode !== null;
  };
  await expect.poll(hasBegun, { timeout: 120_000 }).toBe(true);
  await delay(TWELVE_SECONDS_MS);
}

describe('a reader that sleeps', () => {
  it('12 s gets all of stdout and the exit code, though oclif would give up after 10 s', async () => {
    const { child, finished } = await spawnPostback(DRY_RUN, { clock: FAST });
    await stopReading(child.stdout);
    child.stdin.end(`${makeLines(3000, Date.now())}{"bad\n`);
    await outlast(child, child.stdout);
    child.stdout.resume();
    const { code, stdout } = await finished;
    const summary = JSON.parse(stdout) as { invalid: number; requests: { postbacks: string[] }[] };
    expect([code, summary.invalid]).toEqual([3, 1]);
    expect(summary.requests.flatMap(({ postbacks }) => postbacks)).toHaveLength(3000);
  });

  it('gets all of an error that does not fit in the pipe, with its exit code', async () => {
    const unknownGoal = 'x'.repeat(120_000);
    const args = ['goals', 'show', unknownGoal, '--json'];
    const { child, finished } = await spawnPostback(args, { clock: FAST });
    await stopReading(child.stderr);
    await outlast(child, child.stderr);
    child.stderr.resume();
    const { code, stderr } = await finished;
    expect(code).toBe(2);
    expect((JSON.parse(stderr) as { error: { message: string } }).error.message).toContain(
      unknownGoal,
    );
  });
});

describe.each([
  ['at once', 0],
  ['300 ms late', 300],
])('a pipe that starts %s', (_case, waitMs) => {
  it('is read from its first line', async () => {
    const { child, finished } = await spawnPostback(DRY_RUN);
    await delay(waitMs);
    child.stdin.end(makeLines(3, Date.now()));
    const { code, stdout } = await finished;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ lines: 3, events: 3, invalid: 0, postbacks: 3 });
  });

  it('never becomes an argument', async () => {
    const { child, finished } = await spawnPostback(['goals', 'show', '--json']);
    await delay(waitMs);
    child.stdin.end('first-purchase\n');
    const { code, stderr } = await finished;
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: 'missing_argument', message: 'Missing argument: GOAL.' },
    });
  });
});

it('a reader that goes away stops the run without a word', async () => {
  const cwd = await folderWithGoals(10_000);
  const { child, stdout, finished } = await spawnPostback(['goals', 'list'], { cwd });
  child.stdout.once('data', () => child.stdout.destroy());
  const { code, signal, stderr } = await finished;
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
  expect(stdout().split('\n').length).toBeLessThan(10_000);
});

describe('a wrong command line', () => {
  const secret = 'Atzr|do-not-print-me';

  it.each([
    [['logs', '--event-idd', 'x'], 'Did you mean --event-id?'],
    [['logs', '--stat=x'], 'Did you mean --status?'],
    [['send', '--dry-rnu', '--srict'], 'Did you mean --dry-run, and --strict?'],
    [['logs', '--colour'], 'Run the command with --help to see its arguments and flags.'],
    [['logs', '-x'], 'Run the command with --help to see its arguments and flags.'],
  ])('%j is told which flag was meant', async (args, hint) => {
    const { code, stderr } = await runPostback(args);
    expect(code).toBe(2);
    expect(stderr.split('\n')[1]).toBe(hint);
  });

  it.each<[string, string[], string]>([
    ['a flag that does not exist', ['goals', 'list', `--client-secret=${secret}`], 'unknown_flag'],
    ['an argument too many', ['goals', 'show', 'a', secret], 'unexpected_argument'],
    ['a missing argument', ['goals', 'show'], 'missing_argument'],
    ['a flag without its value', ['goals', 'list', '--workspace'], 'usage'],
    ['an unknown command', ['sned', 'file.jsonl'], 'unknown_command'],
    ['an unknown command of a topic', ['goals', 'lst'], 'unknown_command'],
    [
      'a flag in front of the command that is not global',
      ['--network', 'amazon', 'send'],
      'unknown_flag',
    ],
  ])(
    '%s ends with 2 in words and under --json, with nothing of ours or theirs in it',
    async (_case, args, expected) => {
      const env = { POSTBACK_AMAZON_CLIENT_SECRET: secret };
      const words = await runPostback(args, { env });
      const json = await runPostback([...args, '--json'], { env });

      expect([words.code, json.code, words.stdout, json.stdout]).toEqual([2, 2, '', '']);
      expect(words.stderr).toMatch(/^Error: /);
      const { error, ...rest } = JSON.parse(json.stderr) as { error: Record<string, unknown> };
      expect(rest).toEqual({});
      expect(error).toMatchObject({ code: expected, exit: 2 });
      expect(
        Object.keys(error).filter(
          (key) => !['code', 'message', 'hint', 'next', 'exit'].includes(key),
        ),
      ).toEqual([]);
      expect(json.stderr.length).toBeLessThan(500);
      expect(words.stderr + json.stderr).not.toContain(secret);
    },
  );

  it('suggests the nearest command', async () => {
    expect((await runPostback(['gaols'])).stderr).toContain('Did you mean "goals"?');
    expect((await runPostback(['help', 'gaols'])).stderr).toContain('Did you mean "goals"?');
    expect((await runPostback(['goals', 'lsit'])).stderr).toContain('Did you mean "goals list"?');
  });

  it('a switch in the environment that is neither on nor off is refused', async () => {
    const { code, stderr } = await runPostback(['goals', 'list'], {
      env: { POSTBACK_SANDBOX: 'on' },
    });
    expect([code, stderr]).toEqual([
      2,
      'Error: POSTBACK_SANDBOX is "on"; expected true or false.\nSet it to true or false.\n',
    ]);
  });
});

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s while a reader is slow', (name, exit) => {
  async function startListing(): Promise<RunningPostback> {
    const running = await spawnPostback(['goals', 'list'], { cwd: await folderWithGoals(10_000) });
    const { stdout } = running.child;
    await once(stdout, 'data');
    stdout.pause();
    return running;
  }

  it('once lets the output drain', async () => {
    const { child, finished } = await startListing();
    child.kill(name);
    child.stdout.resume();
    const { code, stdout } = await finished;
    expect([code, stdout.trimEnd().split('\n').length]).toEqual([exit, 10_001]);
  });

  it('twice leaves at once', async () => {
    const { child, finished } = await startListing();
    child.kill(name);
    await delay(300);
    expect(child.exitCode).toBeNull();
    child.kill(name);
    const [code] = (await once(child, 'exit')) as [number];
    child.stdout.resume();
    expect([code, (await finished).stdout.split('\n').length < 10_001]).toEqual([exit, true]);
  });
});

describe('without a command', () => {
  it('--version tells the version of the package', async () => {
    const { version } = JSON.parse(
      await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
    ) as {
      version: string;
    };
    const { code, stdout } = await runPostback(['--version']);
    expect([code, stdout.split(' ')[0]]).toEqual([0, `postback/${version}`]);
  });

  it.each([[['--help']], [['help']], [['-h']]])('%j shows what there is', async (args) => {
    const { code, stdout, stderr } = await runPostback(args);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^ {2}goals +/m);
  });

  it.each([[['help', 'goals', 'list']], [['goals', 'list', '-h']], [['goals', 'list', '--help']]])(
    '10: %j shows examples first, then usage; --verbose adds variables and exit codes',
    async (args) => {
      const headers = ['EXAMPLES', 'USAGE', 'DESCRIPTION'];
      const brief = await runPostback(args);
      expect([brief.code, brief.stdout.match(/^[A-Z][A-Z ]+$/gm)]).toEqual([
        0,
        [...headers, 'MORE'],
      ]);
      const { stdout } = await runPostback([...args, '--verbose']);
      expect(stdout.match(/^[A-Z][A-Z ]+$/gm)).toEqual([...headers, 'GLOBAL FLAGS', 'EXIT CODES']);
      expect(stdout).toContain('POSTBACK_JSON');
    },
  );
});

it('a full disk at stdout is an error, not a success', async () => {
  const { home } = await runPostback(['--version']);
  const code = await new Promise((resolve) => {
    const shell = spawn(
      'sh',
      ['-c', 'exec "$0" bin/postback.js goals list --json > /dev/full', process.execPath],
      {
        env: { PATH: process.env['PATH'], POSTBACK_HOME: home },
        stdio: 'ignore',
      },
    );
    shell.on('close', resolve);
  });
  expect(code).toBe(1);
});

it('stderr has no warnings of Node or of dependencies, unless they are asked for', async () => {
  const cwd = await makeFolder();
  const preload = join(cwd, 'warn.cjs');
  await writeFile(preload, "process.emitWarning('Upgrade this dependency.');");
  const listWith = (options: string): ReturnType<typeof runPostback> =>
    runPostback(['goals', 'list', '--json'], {
      cwd,
      env: { NODE_OPTIONS: `--require ${JSON.stringify(preload)} ${options}` },
    });
  expect(await listWith('')).toMatchObject({ code: 0, stderr: '' });
  const { stderr } = await listWith('--trace-warnings');
  expect(stderr).toContain('Upgrade this dependency.');
});
