import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, it } from 'vitest';

import { SANDBOX_ACCOUNTS } from '../../../src/sandbox/amazon/seed.js';
import { DurabilityHarness } from '../../kit/durability-harness.js';
import { parseRows } from '../../kit/test-workspace.js';
import { makeLines } from '../../kit/events.js';
import type { RunResult } from '../../kit/run.js';

const COUNT = 60;
const POLL = { timeout: 120_000 };

/** The summary at the end of what a run printed. */
interface Ending {
  delivered: number;
  pending: number;
  postbacks: number;
  skipped: number;
  recovered?: number;
  takenOver?: boolean;
  waiting: Record<string, number>;
}

function readEnding({ stdout }: Pick<RunResult, 'stdout'>): Ending {
  return parseRows(stdout).at(-1) as unknown as Ending;
}

/** Runs `work` on the log, as another machine would find it. */
function changeLog(harness: DurabilityHarness, sql: string): void {
  const database = new DatabaseSync(harness.logPath);
  database.exec('PRAGMA busy_timeout = 5000');
  database.exec(sql);
  database.close();
}

/** Writes `count` events into a file of their own, after the `from` events of other files. */
function writeEvents(
  harness: DurabilityHarness,
  name: string,
  from: number,
  count: number,
): string {
  const file = join(harness.folder, name);
  const lines = makeLines(from + count, Date.now()).match(/.*\n/g) as string[];
  writeFileSync(file, lines.slice(from).join(''));
  return file;
}

/** Kills a `send` of COUNT events while its request is open. */
async function killInFlight(harness: DurabilityHarness, ...flags: string[]): Promise<string> {
  const file = writeEvents(harness, 'first.jsonl', 0, COUNT);
  const first = await harness.start('send', file, '--json', ...flags);
  await expect.poll(() => harness.countOpenRequests(), { timeout: 120_000 }).toBeGreaterThan(0);
  first.child.kill('SIGKILL');
  await first.finished;
  return file;
}

/** Resolves when so many deliveries are in the log. */
async function untilDelivered(harness: DurabilityHarness, count: number): Promise<void> {
  await expect.poll(() => harness.ask('SELECT sum(delivered) AS n FROM request'), POLL).toBe(count);
}

/** Resolves when so many runs are registered and not ended. */
async function untilRegistered(harness: DurabilityHarness, count = 1): Promise<void> {
  await expect
    .poll(() => harness.ask('SELECT count(*) AS n FROM run WHERE ended IS NULL'), POLL)
    .toBe(count);
}

/** Every answer takes so long that a kill finds a request open. */
const SLOW = [{ match: 'eventData', latencyMs: 2_500 }];

describe('A2: what a dead run left is delivered by a live run, by itself', () => {
  it.each([
    [
      'tail of a file',
      (harness: DurabilityHarness) => ['tail', writeEvents(harness, 'quiet.jsonl', 0, 0)],
    ],
    ['tail of a stream', () => ['tail', '-']],
    ['send of a stream', () => ['send', '-']],
  ])('%s', { timeout: 300_000 }, async (_name, argsOf) => {
    const harness = await DurabilityHarness.create(SLOW);
    const live = await harness.start(...argsOf(harness), '--json');
    await untilRegistered(harness);
    await killInFlight(harness);
    await untilDelivered(harness, COUNT);
    live.child.kill('SIGINT');
    const ended = await live.finished;
    expect(ended.code, ended.stderr).toBe(130);
    expect(readEnding(ended)).toMatchObject({
      delivered: COUNT,
      postbacks: COUNT,
      recovered: COUNT,
      pending: 0,
    });
    harness.expectDeliveredOnce(COUNT);
  });

  it.each([
    ['send', []],
    ['backfill', ['--yes']],
  ])('%s of another file', { timeout: 300_000 }, async (command, flags) => {
    const harness = await DurabilityHarness.create(SLOW);
    await killInFlight(harness);
    const ended = await harness.run(
      command,
      writeEvents(harness, 'second.jsonl', COUNT, 5),
      ...flags,
      '--json',
    );
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(readEnding(ended)).toMatchObject({
      delivered: COUNT + 5,
      postbacks: COUNT + 5,
      recovered: COUNT,
    });
    harness.expectDeliveredOnce(COUNT + 5);
  });

  it('counts once what the input holds too', { timeout: 300_000 }, async () => {
    const harness = await DurabilityHarness.create(SLOW);
    const live = await harness.start('send', '-', '--json');
    await untilRegistered(harness);
    await killInFlight(harness);
    await untilDelivered(harness, COUNT);
    live.child.stdin.end(makeLines(COUNT, Date.now()));
    const ended = await live.finished;
    expect(ended.code, ended.stderr).toBe(0);
    const { recovered, ...ending } = readEnding(ended);
    expect(recovered).toBeUndefined();
    expect(ending).toMatchObject({ delivered: COUNT, postbacks: COUNT, skipped: 0 });
    harness.expectDeliveredOnce(COUNT);
  });

  it('exactly one of two live runs takes each postback', { timeout: 300_000 }, async () => {
    const harness = await DurabilityHarness.create(SLOW);
    const live = [
      await harness.start('tail', '-', '--json'),
      await harness.start('send', '-', '--json'),
    ];
    await untilRegistered(harness, 2);
    await killInFlight(harness);
    await untilDelivered(harness, COUNT);
    const endings: Ending[] = [];
    for (const run of live) {
      run.child.stdin.end();
      const ended = await run.finished;
      expect(ended.code, ended.stderr).toBe(0);
      endings.push(readEnding(ended));
    }
    expect(endings.reduce((sum, { recovered = 0 }) => sum + recovered, 0)).toBe(COUNT);
    expect(endings.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(COUNT);
    harness.expectDeliveredOnce(COUNT);
  });

  it('what a run does not serve stays pending for others', { timeout: 300_000 }, async () => {
    const goals = ['every-purchase', 'level-up'].map((id) => {
      const event = id === 'level-up' ? 'level_up' : 'purchase';
      return { id, name: id, event, trigger: 'repeatable', map: { amazon: '1234567891' } };
    });
    const harness = await DurabilityHarness.create(SLOW, { goals });
    const other = await harness.start('send', '-', '--goal', 'level-up', '--json');
    await untilRegistered(harness);
    await killInFlight(harness);
    // The other run recovers what it does not serve.
    await expect
      .poll(() => harness.ask("SELECT count(*) AS n FROM postback WHERE state = 'pending'"), POLL)
      .toBe(COUNT);
    other.child.stdin.end();
    const ended = await other.finished;
    expect(readEnding(ended), ended.stderr).toMatchObject({ postbacks: 0, pending: 0 });
    const any = await harness.run('send', writeEvents(harness, 'none.jsonl', COUNT, 1), '--json');
    expect(readEnding(any), any.stderr).toMatchObject({ delivered: COUNT + 1, recovered: COUNT });
    harness.expectDeliveredOnce(COUNT + 1);
  });

  it('replay delivers what it does not select, too', { timeout: 300_000 }, async () => {
    const harness = await DurabilityHarness.create(SLOW);
    await killInFlight(harness);
    const ended = await harness.run(
      'replay',
      '--state',
      'pending',
      '--limit',
      '1',
      '--yes',
      '--json',
    );
    expect(ended.code, ended.stderr).toBe(0);
    expect(readEnding(ended)).toMatchObject({
      delivered: COUNT,
      postbacks: COUNT,
      recovered: COUNT - 1,
      pending: 0,
    });
    harness.expectDeliveredOnce(COUNT);
  });

  it('a run with --network leaves what other networks have', { timeout: 300_000 }, async () => {
    const harness = await DurabilityHarness.create(SLOW, { networks: 'all' });
    await killInFlight(harness);
    const file = writeEvents(harness, 'second.jsonl', COUNT, 1);
    const other = await harness.run('send', file, '--network', 'google', '--json');
    expect(readEnding(other), other.stderr).toMatchObject({
      delivered: 0,
      postbacks: 0,
      pending: 0,
    });
    expect(harness.ask("SELECT count(*) AS n FROM postback WHERE state = 'pending'")).toBe(COUNT);
    const own = await harness.run('send', file, '--network', 'amazon', '--json');
    expect(readEnding(own), own.stderr).toMatchObject({ delivered: COUNT + 1, recovered: COUNT });
    harness.expectDeliveredOnce(COUNT + 1);
  });

  it.each([
    ['send', () => ['send', '-']],
    ['tail', (harness: DurabilityHarness) => ['tail', writeEvents(harness, 'quiet.jsonl', 0, 0)]],
    [
      'backfill',
      (harness: DurabilityHarness) => [
        'backfill',
        writeEvents(harness, 'none.jsonl', 0, 0),
        '--yes',
      ],
    ],
  ])(
    '5.9: %s leaves what was recorded for another account, and says so',
    { timeout: 300_000 },
    async (_name, argsOf) => {
      const harness = await DurabilityHarness.create(SLOW);
      await killInFlight(harness);
      Object.assign(harness.env, {
        POSTBACK_AMAZON_REGION: 'eu',
        POSTBACK_AMAZON_ACCOUNT: SANDBOX_ACCOUNTS.eu,
      });
      const other = await harness.start(...argsOf(harness));
      other.child.stdin.end();
      const said = await other.waitFor(
        'stderr',
        /(\d+) pending postbacks were recorded for another account than (\d+)/,
      );
      expect(said.slice(1)).toEqual([String(COUNT), SANDBOX_ACCOUNTS.eu]);
      other.child.kill('SIGINT');
      const { stderr } = await other.finished;
      expect(stderr.match(/for another account than/g)).toHaveLength(1);
      expect(stderr).toMatch(
        /postback replay --state pending --all --account-changed --network amazon/,
      );
      expect(harness.sandbox.state.received()).toBe(0);
      Object.assign(harness.env, {
        POSTBACK_AMAZON_REGION: 'na',
        POSTBACK_AMAZON_ACCOUNT: SANDBOX_ACCOUNTS.na,
      });
      const back = await harness.run(
        'send',
        writeEvents(harness, 'second.jsonl', COUNT, 1),
        '--json',
      );
      expect(readEnding(back), back.stderr).toMatchObject({
        delivered: COUNT + 1,
        recovered: COUNT,
      });
      harness.expectDeliveredOnce(COUNT + 1);
    },
  );

  it(
    'so is what it had left pending because the network failed',
    { timeout: 300_000 },
    async () => {
      const harness = await DurabilityHarness.create([
        { match: 'eventData', status: 503, times: 1 },
        { match: 'eventData', latencyMs: 2_500, after: 1 },
      ]);
      harness.env['POSTBACK_MAX_ATTEMPTS'] = '1';
      const file = writeEvents(harness, 'first.jsonl', 0, 200);
      const first = await harness.start('send', file, '--json');
      await expect
        .poll(() => harness.ask("SELECT count(*) AS n FROM postback WHERE state = 'pending'"), POLL)
        .not.toBe(0);
      await expect.poll(() => harness.countOpenRequests(), POLL).toBe(1);
      first.child.kill('SIGKILL');
      await first.finished;
      const second = await harness.run(
        'send',
        writeEvents(harness, 'second.jsonl', 200, 1),
        '--json',
      );
      expect(readEnding(second), second.stderr).toMatchObject({ delivered: 201, recovered: 200 });
      harness.expectDeliveredOnce(201);
    },
  );
});

describe('A2: a run that was taken over', () => {
  it.each([
    ['while it had a request open', COUNT],
    ['while it was quiet', 0],
  ])('writes nothing more and ends with 5: %s', { timeout: 300_000 }, async (_name, open) => {
    const harness = await DurabilityHarness.create(SLOW);
    const paused = await harness.start('tail', '-', '--json');
    const lines = makeLines(COUNT + 1, Date.now()).match(/.*\n/g) as string[];
    paused.child.stdin.write(lines[0]);
    await paused.waitFor('stdout', /success/);
    if (open > 0) {
      paused.child.stdin.write(lines.slice(1).join(''));
      await expect.poll(() => harness.countOpenRequests(), POLL).toBe(1);
    }
    paused.child.kill('SIGSTOP');
    // Another machine sees the lease alone.
    changeLog(
      harness,
      "UPDATE run SET machine = 'another', host = 'another', alive = alive - 61000",
    );
    const next = await harness.run(
      'send',
      writeEvents(harness, 'second.jsonl', COUNT + 1, 1),
      '--json',
    );
    expect(readEnding(next), next.stderr).toMatchObject({ delivered: open + 1 });
    const all = 'SELECT count(*) + sum(started) + sum(ended) AS n FROM request';
    const before = harness.ask(all);
    paused.child.kill('SIGCONT');
    const { code, stdout, stderr } = await paused.finished;
    expect(code, stderr).toBe(5);
    const ending = readEnding({ stdout });
    expect(ending).toMatchObject({
      takenOver: true,
      delivered: 1,
      postbacks: open + 1,
      pending: open,
    });
    expect(ending.waiting['other_run'] ?? 0).toBe(open);
    const { error } = JSON.parse(stderr.trim().split('\n').at(-1) as string) as { error: object };
    expect(error).toMatchObject({ code: 'run_taken_over', exit: 5 });
    expect(harness.ask(all)).toBe(before);
  });
});

describe('C10: a lease that is dated in the future', () => {
  it('is ignored, and the run says so', { timeout: 300_000 }, async () => {
    const harness = await DurabilityHarness.create(SLOW);
    await killInFlight(harness);
    changeLog(
      harness,
      "UPDATE run SET machine = 'another', host = 'pod-1', alive = alive + 86400000",
    );
    const file = writeEvents(harness, 'second.jsonl', COUNT, 1);
    const next = await harness.run('send', file);
    expect(next.code, next.stderr).toBe(0);
    expect(next.stderr).toMatch(
      /lease of run \S+ \(send on pod-1\) is dated 86\d{3} s in the future and was ignored/,
    );
    harness.expectDeliveredOnce(COUNT + 1);
  });
});
