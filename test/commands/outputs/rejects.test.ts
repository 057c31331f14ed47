import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  ago,
  makeLine,
  parseRows,
  PURCHASE_GOAL,
  readError,
  TestWorkspace,
} from '../../kit/test-workspace.js';
import { makeUuid } from '../../kit/events.js';
import { PROGRAM } from '../../kit/run.js';

const FILE = `${makeLine(1)}\n{\n`;

async function createWorkspaceWithFile(): Promise<TestWorkspace> {
  const workspace = await TestWorkspace.create();
  writeFileSync(join(workspace.cwd, 'events.jsonl'), FILE);
  return workspace;
}

interface Row {
  run: string;
  why: string;
  file: string | null;
  line: number | null;
  reason: string;
  record?: unknown;
}

function rowsOf(workspace: TestWorkspace, name = 'rejects.jsonl'): Row[] {
  return parseRows<Row>(readFileSync(join(workspace.cwd, name), 'utf8'));
}

describe('C1: --rejects never touches a file that is not a rejects file', () => {
  const ways: [string, (cwd: string) => string][] = [
    ['the input itself', () => 'events.jsonl'],
    ['the input by another path', (cwd) => join(cwd, '.', 'events.jsonl')],
    [
      'a symbolic link to the input',
      (cwd) => {
        symlinkSync('events.jsonl', join(cwd, 'link.jsonl'));
        return 'link.jsonl';
      },
    ],
    [
      'a hard link to the input',
      (cwd) => {
        linkSync(join(cwd, 'events.jsonl'), join(cwd, 'hard.jsonl'));
        return 'hard.jsonl';
      },
    ],
    [
      'the input through a linked folder',
      (cwd) => {
        symlinkSync(cwd, join(cwd, 'folder'));
        return 'folder/events.jsonl';
      },
    ],
  ];
  test.each(ways)('%s: exit 2, and nothing is changed or sent', async (_what, place) => {
    const workspace = await createWorkspaceWithFile();
    const path = place(workspace.cwd);
    for (const args of [
      ['send'],
      ['send', '--dry-run'],
      ['backfill', '--dry-run'],
      ['tail', '--from', 'end', '--dry-run'],
    ]) {
      const { code, stderr } = await workspace.run([
        ...args,
        'events.jsonl',
        '--rejects',
        path,
        '--json',
      ]);
      expect([args, code, readError(stderr).code]).toEqual([args, 2, 'output_is_input']);
      expect(readFileSync(join(workspace.cwd, 'events.jsonl'), 'utf8')).toBe(FILE);
    }
    expect(workspace.sandbox.state.received()).toBe(0);
  });

  test('the file that stdin is redirected from', async () => {
    const workspace = await createWorkspaceWithFile();
    const input = join(workspace.cwd, 'events.jsonl');
    const { status, stderr } = spawnSync(
      process.execPath,
      [PROGRAM, 'send', '-', '--rejects', input, '--json'],
      {
        cwd: workspace.cwd,
        env: { ...process.env, ...workspace.env, POSTBACK_HOME: workspace.home },
        stdio: [openSync(input, 'r'), 'pipe', 'pipe'],
        encoding: 'utf8',
      },
    );
    expect([status, readError(stderr).code]).toEqual([2, 'output_is_input']);
    expect(readFileSync(input, 'utf8')).toBe(FILE);
  });

  test('an input that is empty, and one that is not there yet', async () => {
    const workspace = await createWorkspaceWithFile();
    writeFileSync(join(workspace.cwd, 'empty.jsonl'), '');
    for (const name of ['empty.jsonl', 'later.jsonl']) {
      const { code } = await workspace.run(['tail', name, '--rejects', name, '--json']);
      expect([name, code]).toEqual([name, 2]);
    }
    expect(existsSync(join(workspace.cwd, 'later.jsonl'))).toBe(false);
  });

  test('our own files, a file of somebody else, a dangling link, a folder: left as they are', async () => {
    const workspace = await createWorkspaceWithFile();
    await workspace.run(['send', 'events.jsonl']);
    await workspace.run(['config', 'set', 'delivery.maxAttempts', '3']);
    writeFileSync(join(workspace.cwd, 'notes.txt'), 'mine\n');
    writeFileSync(join(workspace.cwd, 'other.jsonl'), `${makeLine(9)}\n`);
    symlinkSync('nowhere', join(workspace.cwd, 'dangling'));
    mkdirSync(join(workspace.cwd, 'folder'));
    const [config, log] = [
      join(workspace.home, 'config', 'config.json'),
      join(workspace.home, 'data', 'default', 'delivery.db'),
    ];
    const paths = [
      config,
      log,
      `${log}-wal`,
      'postback.config.json',
      'notes.txt',
      'other.jsonl',
      'dangling',
      'folder',
    ];
    const read = (): string[] =>
      [config, log, 'postback.config.json', 'notes.txt', 'other.jsonl'].map((path) =>
        readFileSync(path.startsWith('/') ? path : join(workspace.cwd, path), 'latin1'),
      );
    const before = read();
    for (const path of paths) {
      for (const extra of [[], ['--dry-run']]) {
        const { code, stderr } = await workspace.run([
          'send',
          'events.jsonl',
          '--rejects',
          path,
          '--json',
          ...extra,
        ]);
        expect([path, code, readError(stderr).code]).toEqual([path, 2, 'output_not_ours']);
      }
    }
    expect(read()).toEqual(before);
    expect(existsSync(join(workspace.cwd, 'nowhere'))).toBe(false);
  });
});

describe('C1: what is in a rejects file', () => {
  test('each row has its run, file, line and reason, and the record hashed where it names a person', async () => {
    const wrong = {
      ...PURCHASE_GOAL,
      id: 'wrong',
      name: 'Wrong',
      event: 'sign_up',
      map: { amazon: '777' },
    };
    const workspace = await TestWorkspace.create({ goals: [PURCHASE_GOAL, wrong] });
    const bad = makeLine(
      5,
      { eventTimestamp: 'soon', note: 'Zoltanina' },
      { email: 'zoltanina@example.com' },
    );
    const old = makeLine(2, { eventTimestamp: ago(8 * 86_400_000) }, { phone: '+4915112345678' });
    const lines = [
      makeLine(1),
      bad,
      old,
      makeLine(3, { eventName: 'sign_up' }, { first_name: 'Zoltanina' }),
    ];
    writeFileSync(join(workspace.cwd, 'events.jsonl'), `${lines.join('\n')}\n`);
    const { stdout } = await workspace.run([
      'send',
      'events.jsonl',
      '--rejects',
      'rejects.jsonl',
      '--json',
    ]);
    const { run } = JSON.parse(stdout) as { run: string };
    const file = 'events.jsonl';
    expect(rowsOf(workspace)).toMatchObject([
      {
        run,
        why: 'invalid',
        file,
        line: 2,
        reason: expect.any(String) as string,
        record: { messageId: makeUuid(5) },
      },
      {
        run,
        why: 'too_old',
        file,
        line: 3,
        reason: 'too_old',
        record: { messageId: makeUuid(2), eventName: 'purchase' },
      },
      {
        run,
        why: 'failed',
        file,
        line: 4,
        eventId: makeUuid(3),
        record: { messageId: makeUuid(3) },
      },
    ]);
    const text = readFileSync(join(workspace.cwd, 'rejects.jsonl'), 'utf8');
    expect(text).not.toMatch(/zoltan|@|4915112345678|player-/i);
    expect(text).toMatch(/"first_name":"sha256:[0-9a-f]{64}"/);
    expect(statSync(join(workspace.cwd, 'rejects.jsonl')).mode & 0o777).toBe(0o600);
  });

  test('a second run appends, also after the half line of a killed run', async () => {
    const workspace = await createWorkspaceWithFile();
    const send = () =>
      workspace.run(['send', 'events.jsonl', '--rejects', 'rejects.jsonl', '--json']);
    await send();
    appendFileSync(join(workspace.cwd, 'rejects.jsonl'), '{"run":"half');
    expect((await send()).code).toBe(3);
    const lines = readFileSync(join(workspace.cwd, 'rejects.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    const [first, , last] = [lines[0], lines[1], lines[2]].map((line) =>
      line!.endsWith('half') ? undefined : line,
    );
    const runs = [first, last].map((line) => (JSON.parse(line!) as Row).run);
    expect(new Set(runs).size).toBe(2);
  });

  test('backfill names the line of what failed after it had waited in the log', async () => {
    const wrong = { ...PURCHASE_GOAL, map: { amazon: '777' } };
    const workspace = await TestWorkspace.create({ goals: [wrong] });
    writeFileSync(join(workspace.cwd, 'week.jsonl'), `${makeLine(1)}\n${makeLine(2)}\n`);
    await workspace.run(['backfill', 'week.jsonl', '--yes', '--rejects', 'rejects.jsonl']);
    expect(rowsOf(workspace)).toMatchObject([
      { why: 'failed', file: 'week.jsonl', line: 1 },
      { why: 'failed', file: 'week.jsonl', line: 2 },
    ]);
  });

  test('a pipe is written to', async () => {
    const workspace = await createWorkspaceWithFile();
    const { code, stderr } = await workspace.run([
      'send',
      'events.jsonl',
      '--rejects',
      '/dev/stderr',
    ]);
    expect([code, stderr]).toEqual([3, expect.stringContaining('"why":"invalid"')]);
  });
});
