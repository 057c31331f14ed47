import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';

import { describe, expect, onTestFinished, test } from 'vitest';

import { makeFile, makeLine, type RunSummary, TestWorkspace } from '../../kit/test-workspace.js';
import { PROGRAM, type RunResult, spawnPostback } from '../../kit/run.js';

const COUNT = 300;

function makeFifo(workspace: TestWorkspace, name = 'fifo'): string {
  const path = join(workspace.cwd, name);
  execFileSync('mkfifo', [path]);
  return path;
}

/** Runs the program while `bytes` are written to a FIFO. */
async function runWithFifo(
  workspace: TestWorkspace,
  args: string[],
  bytes: string | Uint8Array,
): Promise<RunResult> {
  const path = makeFifo(workspace, `fifo-${readdirSync(workspace.cwd).length}`);
  const running = workspace.run(args.map((arg) => arg.replace('FIFO', path)));
  await pipeline(Readable.from([Buffer.from(bytes)]), createWriteStream(path));
  return running;
}

/**
 * Runs a line of shell, where `postback` is the program: redirections and process substitutions are
 * the shell's.
 */
async function runShell(
  workspace: TestWorkspace,
  line: string,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const script = `postback() { ${JSON.stringify(process.execPath)} ${JSON.stringify(PROGRAM)} "$@"; }; ${line}`;
  const env = { ...process.env, ...workspace.env, POSTBACK_HOME: workspace.home };
  const child = spawn('bash', ['-c', script], {
    cwd: workspace.cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

describe('A1: what is not a regular file is opened once and read as a stream', () => {
  test.each([
    ['send', ['send', '--json']],
    ['send --strict', ['send', '--strict', '--json']],
    ['backfill', ['backfill', '--yes', '--json']],
    ['tail', ['tail', '--json']],
  ])('A1: %s of a FIFO delivers every event', async (_what, args) => {
    const workspace = await TestWorkspace.create();
    const { code, stdout, stderr } = await runWithFifo(
      workspace,
      [...args, 'FIFO'],
      makeFile(COUNT),
    );
    expect(code, stderr).toBe(0);
    expect(workspace.sandbox.state.received()).toBe(COUNT);
    if (args[0] !== 'tail')
      expect(JSON.parse(stdout)).toMatchObject({ lines: COUNT, delivered: COUNT });
    // Sent again: nothing is sent twice.
    await runWithFifo(workspace, [...args, 'FIFO'], makeFile(COUNT));
    expect(workspace.sandbox.state.received()).toBe(COUNT);
  });

  test.each([
    ['send --dry-run', ['send', '--dry-run', '--json'], { lines: COUNT, postbacks: COUNT }],
    [
      'backfill --dry-run',
      ['backfill', '--dry-run', '--json'],
      { plan: { lines: COUNT, eligible: COUNT } },
    ],
    ['validate', ['validate', '--json'], { lines: COUNT, valid: COUNT }],
    ['explain', ['explain', '--json'], { line: 1, postbacks: [{ network: 'amazon' }] }],
  ])('A1: %s of a FIFO reads every event', async (_what, args, expected) => {
    const workspace = await TestWorkspace.create();
    const { code, stdout, stderr } = await runWithFifo(
      workspace,
      [...args, 'FIFO'],
      makeFile(COUNT),
    );
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject(expected);
    expect(workspace.sandbox.state.received()).toBe(0);
  });

  test.each([
    ['a process substitution', 'postback send <(zcat events.gz) --json'],
    ['a substitution that is packed', 'postback send <(cat events.gz) --json'],
    [
      'two substitutions',
      'postback send <(zcat events.gz | head -100) <(zcat events.gz | tail -200) --json',
    ],
    ['/dev/stdin, a pipe', 'zcat events.gz | postback send /dev/stdin --json'],
    ['/dev/stdin, a file', 'postback send /dev/stdin --json < events.jsonl'],
    ['/dev/fd/0', 'zcat events.gz | postback backfill /dev/fd/0 --yes --json'],
    ['-, for a backfill', 'zcat events.gz | postback backfill - --yes --json'],
  ])('A1: %s', async (_what, line) => {
    const workspace = await TestWorkspace.create();
    writeFileSync(join(workspace.cwd, 'events.jsonl'), makeFile(COUNT));
    writeFileSync(join(workspace.cwd, 'events.gz'), gzipSync(makeFile(COUNT)));
    const { code, stdout, stderr } = await runShell(workspace, line);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ lines: COUNT, delivered: COUNT });
    expect(workspace.sandbox.state.received()).toBe(COUNT);
  });

  test('A1: /dev/stdin that is a socket, as Node gives its children', async () => {
    const workspace = await TestWorkspace.create();
    const { code, stdout } = await workspace.run(['send', '/dev/stdin', '--json'], {
      input: makeFile(COUNT),
    });
    expect([code, (JSON.parse(stdout) as RunSummary).delivered]).toEqual([0, COUNT]);
  });

  test('A1: /dev/null holds nothing', async () => {
    const workspace = await TestWorkspace.create();
    expect((await workspace.run(['send', '/dev/null'])).code).toBe(0);
  });

  test('A1: --strict stops a FIFO at its first invalid line', async () => {
    const workspace = await TestWorkspace.create();
    const bytes = `${makeLine(1)}\n{\n${makeLine(2)}\n`;
    const { code, stderr } = await runWithFifo(workspace, ['send', '--strict', 'FIFO'], bytes);
    expect([code, stderr]).toEqual([6, expect.stringMatching(/:2: the line is not JSON/)]);
    expect(workspace.sandbox.state.received()).toBeLessThan(2);
  });

  const commands = [
    ['send', 'FIFO'],
    ['send', '--strict', 'FIFO'],
    ['send', '--dry-run', 'FIFO'],
    ['backfill', '--yes', 'FIFO'],
    ['backfill', '--dry-run', 'FIFO'],
    ['validate', 'FIFO'],
    ['explain', 'FIFO'],
    ['tail', 'FIFO'],
  ];
  test.each(commands.map((args) => [args.join(' '), args] as const))(
    'A1: %s without a writer ends at a signal',
    async (_what, args) => {
      const workspace = await TestWorkspace.create();
      const path = makeFifo(workspace);
      const { cwd, home, env } = workspace;
      for (const [signal, exit] of [['SIGINT', 130] as const, ['SIGTERM', 143] as const]) {
        const running = await spawnPostback(
          args.map((arg) => arg.replace('FIFO', path)),
          { cwd, home, env },
        );
        await untilOpen(running.child.pid as number, path);
        running.child.kill(signal);
        expect((await running.finished).code).toBe(exit);
      }
    },
  );
});

describe('what a backfill keeps of a stream', () => {
  test('is encrypted, and gone when it ends', async () => {
    const workspace = await TestWorkspace.create();
    const path = makeFifo(workspace);
    const { cwd, home, env } = workspace;
    const running = await spawnPostback(['backfill', '--yes', path], { cwd, home, env });
    const writer = createWriteStream(path);
    onTestFinished(() => void writer.destroy());
    const text = makeLine(1, {}, { email: 'someone.special@example.com' });
    await new Promise((resolve) => writer.write(`${text}\n`.repeat(2000), resolve));
    const spool = await findSpool(running.child.pid as number);
    expect(spool.length).toBeGreaterThan(0);
    expect(spool.includes('someone.special')).toBe(false);
    writer.end();
    expect((await running.finished).code).toBe(0);
    expect(
      readdirSync(join(home, 'data'), { recursive: true }).filter((name) =>
        String(name).includes('spool'),
      ),
    ).toEqual([]);
  });
});

/** Waits until a process has a path open: from then on it reads. */
async function untilOpen(pid: number, path: string): Promise<void> {
  const isOpen = (): boolean => {
    try {
      return readdirSync(`/proc/${pid}/fd`).some(
        (fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === path,
      );
    } catch {
      return false;
    }
  };
  while (!isOpen()) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** What is in the file without a name that a process writes to, once it has written. */
async function findSpool(pid: number): Promise<Buffer> {
  for (;;) {
    const descriptor = readdirSync(`/proc/${pid}/fd`).find((fd) =>
      isSpool(`/proc/${pid}/fd/${fd}`),
    );
    const bytes =
      descriptor === undefined ? undefined : readFileSync(`/proc/${pid}/fd/${descriptor}`);
    if (bytes && bytes.length > 0) return bytes;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function isSpool(link: string): boolean {
  try {
    return readlinkSync(link).includes('.spool-');
  } catch {
    // It was closed meanwhile.
    return false;
  }
}
