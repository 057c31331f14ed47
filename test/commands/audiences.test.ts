import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { killWhen } from '../kit/durability-harness.js';
import { readError, type RunSummary, steer, TestWorkspace } from '../kit/test-workspace.js';
import { readFolder } from '../kit/log.js';
import { spawnPostback } from '../kit/run.js';

/** Beyond 2^53: the first list that the sandbox makes. */
const LIST = '371552318001631924';

interface Result extends RunSummary {
  plan: Record<string, number>;
  jobs: string[];
}

function person(number: number, changes: object = {}): string {
  return JSON.stringify({
    externalUserId: `p-${number}`,
    email: `p${number}@example.com`,
    country: 'US',
    ...changes,
  });
}

function writePeople(workspace: TestWorkspace, name: string, lines: readonly string[]): string {
  const path = join(workspace.cwd, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

function range(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => person(from + index));
}

async function createList(workspace: TestWorkspace): Promise<void> {
  const args = [
    'audiences',
    'create',
    '--name',
    'High value players',
    '--external-id',
    'high-value',
    '--json',
  ];
  const { code, stdout, stderr } = await workspace.run(args);
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    id: LIST,
    name: 'High value players',
    externalId: 'high-value',
  });
}

async function sync(
  workspace: TestWorkspace,
  file: string,
  exit: number,
  ...args: string[]
): Promise<Result> {
  const options = { timeoutMs: 240_000 };
  const { code, stdout, stderr } = await workspace.run(
    ['audiences', 'sync', 'high-value', file, '--json', ...args],
    options,
  );
  expect(code, stderr).toBe(exit);
  return JSON.parse(stdout) as Result;
}

function membersOf({ sandbox }: TestWorkspace): string[] {
  const [list] = sandbox.state.audiences();
  return (list?.members ?? []).map(({ externalUserId }) => externalUserId).toSorted();
}

function idsOf(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => `p-${from + index}`).toSorted();
}

/** `AUDIENCE_PEOPLE=100000` runs the full size. */
const PEOPLE = Number(process.env['AUDIENCE_PEOPLE'] ?? 20_000);

describe('an audience list', () => {
  it(
    `equals ${PEOPLE} people after two kills, and then takes 2,000 records for 1,000 leavers and 1,000 joiners`,
    {
      timeout: 600_000,
    },
    async () => {
      const workspace = await TestWorkspace.create({
        sandbox: { processingMs: 0, faults: [{ match: 'records', latencyMs: 60 }] },
      });
      await createList(workspace);
      const first = writePeople(workspace, 'first.jsonl', range(0, PEOPLE));
      const args = ['audiences', 'sync', 'high-value', first, '--full', '--yes', '--json'];
      for (const share of [0.15 * PEOPLE, 0.6 * PEOPLE]) {
        const options = {
          home: workspace.home,
          cwd: workspace.cwd,
          env: workspace.env,
          timeoutMs: 240_000,
        };
        const running = await spawnPostback(args, options);
        running.child.stdin.end();
        const received = (): number => workspace.sandbox.state.audiences()[0]?.received ?? 0;
        expect(await killWhen(running, () => received() >= share)).toBe(true);
      }
      const done = await sync(workspace, first, 0, '--full', '--yes', '--wait');
      expect(done).toMatchObject({ failed: 0, pending: 0 });
      expect(membersOf(workspace)).toEqual(idsOf(0, PEOPLE));

      const before = workspace.sandbox.state.audiences()[0]!.received;
      const second = writePeople(workspace, 'second.jsonl', range(1_000, PEOPLE + 1_000));
      const result = await sync(workspace, second, 0, '--full', '--yes', '--wait');
      expect(result.plan).toMatchObject({
        toAdd: 1_000,
        toRemove: 1_000,
        unchanged: PEOPLE - 1_000,
        toUpdate: 0,
        invalid: 0,
      });
      expect(result).toMatchObject({ delivered: 2_000, failed: 0, pending: 0 });
      expect(workspace.sandbox.state.audiences()[0]!.received - before).toBe(2_000);
      expect(membersOf(workspace)).toEqual(idsOf(1_000, PEOPLE + 1_000));
    },
  );

  it(
    'loses an erased person, who stays out, and keeps nothing plain',
    { timeout: 300_000 },
    async () => {
      const workspace = await TestWorkspace.create({ sandbox: { processingMs: 0 } });
      await createList(workspace);
      const file = writePeople(workspace, 'people.jsonl', range(0, 4));
      await sync(workspace, file, 0, '--wait');
      expect(membersOf(workspace)).toEqual(['p-0', 'p-1', 'p-2', 'p-3']);
      const erased = await workspace.run(['erase', '--email', 'P1@example.com', '--yes', '--json']);
      expect(erased.code, erased.stderr).toBe(0);
      expect(JSON.parse(erased.stdout)).toMatchObject({ listsLeft: 1 });
      expect(membersOf(workspace)).toEqual(['p-0', 'p-2', 'p-3']);
      const again = await sync(workspace, file, 0, '--full', '--yes', '--wait');
      // The removal, which the erasure did not wait for, is decided now.
      expect(again).toMatchObject({ delivered: 1, skips: { suppressed: 1, duplicate: 3 } });
      // By another address, the external id is known all the same.
      const other = writePeople(workspace, 'other.jsonl', [
        person(1, { email: 'new@example.com' }),
      ]);
      expect(await sync(workspace, other, 0)).toMatchObject({
        delivered: 0,
        skips: { suppressed: 1 },
      });
      expect(membersOf(workspace)).toEqual(['p-0', 'p-2', 'p-3']);
      expect(readFolder(join(workspace.home, 'data', 'default'))).not.toMatch(
        /p-[0-3]|example\.com/,
      );
    },
  );

  it('amazon: A15: an erased person gets a receipt at once, while the job that removes the person stays PENDING', async () => {
    const workspace = await TestWorkspace.create({ sandbox: { processingMs: 3_600_000 } });
    await createList(workspace);
    await sync(workspace, writePeople(workspace, 'people.jsonl', range(0, 2)), 0);
    const startedMs = Date.now();
    const erased = await workspace.run(['erase', '--email', 'p1@example.com', '--yes'], {
      timeoutMs: 30_000,
    });
    expect(erased.code, erased.stderr).toBe(0);
    expect(erased.stdout).toMatch(/Receipt\s+erasure-/);
    expect(erased.stderr).toContain('Uploaded the removal from 1 audience list.');
    expect(erased.stderr).toContain('Run: postback replay --state pending --all');
    expect(Date.now() - startedMs).toBeLessThan(25_000);
  });

  it(
    'amazon: A15: an erasure ends although Amazon answers nothing',
    { timeout: 300_000 },
    async () => {
      const workspace = await TestWorkspace.create({ sandbox: { processingMs: 0 } });
      await createList(workspace);
      await sync(workspace, writePeople(workspace, 'people.jsonl', range(0, 2)), 0, '--wait');
      await steer(workspace.sandbox, 'POST', '/faults', { match: 'records', drop: 'before' });
      const erased = await workspace.run(['erase', '--email', 'p1@example.com', '--yes'], {
        timeoutMs: 45_000,
      });
      expect(erased.code, erased.stderr).toBe(5);
      expect(erased.stdout).toMatch(/Receipt\s+erasure-/);
      expect(erased.stderr).toContain('are queued. Run: postback replay --state pending --all');
      await steer(workspace.sandbox, 'DELETE', '/faults');
      const replayed = await workspace.run([
        'replay',
        '--state',
        'pending',
        '--all',
        '--yes',
        '--wait',
      ]);
      expect(replayed.code, replayed.stderr).toBe(0);
      expect(membersOf(workspace)).toEqual(['p-0']);
    },
  );

  it(
    'A15: a job state that cannot be read is said, and asking for it ends',
    { timeout: 300_000 },
    async () => {
      const workspace = await TestWorkspace.create({ sandbox: { processingMs: 0 } });
      await createList(workspace);
      const body = { jobRequestId: 'x', jobState: 'IN_LIMBO' };
      await steer(workspace.sandbox, 'POST', '/faults', {
        match: 'audiences/records/',
        status: 200,
        body,
      });
      const file = writePeople(workspace, 'people.jsonl', range(0, 2));
      const synced = await workspace.run(['audiences', 'sync', 'high-value', file, '--wait'], {
        timeoutMs: 50_000,
      });
      expect(synced.stderr).toMatch(
        /unknown jobState IN_LIMBO, 3 times in a row; job [0-9a-f-]+ stays pending/,
      );
      const [job] = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(synced.stderr) as RegExpExecArray;
      const asked = await workspace.run(['audiences', 'status', job, '--wait', '--json'], {
        timeoutMs: 50_000,
      });
      expect(asked.code).toBe(5);
      expect(readError(asked.stderr)).toMatchObject({ code: 'job_state_unreadable' });
      expect(asked.stderr).toContain('unknown jobState IN_LIMBO, 3 times in a row');
    },
  );

  it('is in the log, and what failed to arrive is replayed', { timeout: 300_000 }, async () => {
    const workspace = await TestWorkspace.create({
      sandbox: { processingMs: 0, faults: [{ match: 'records', status: 503, times: 1 }] },
    });
    await createList(workspace);
    const file = writePeople(workspace, 'people.jsonl', [
      ...range(0, 2),
      '{"externalUserId":"a b"}',
      person(9, { country: 'DE' }),
    ]);
    const first = await sync(workspace, file, 5, '--max-attempts', '1');
    expect(first).toMatchObject({
      invalid: 1,
      pending: 2,
      waiting: { transient: 2 },
      skips: { eu_consent_missing: 1 },
    });
    const replayed = await workspace.run(['replay', '--yes', '--wait', '--json']);
    expect(replayed.code, replayed.stderr).toBe(0);
    expect(membersOf(workspace)).toEqual(['p-0', 'p-1']);
    const rows = await workspace.logs('--event', 'audience_create');
    expect(rows.map(({ status, http, goal }) => [status, http, goal])).toEqual([
      ['retried', 503, `audience:${LIST}`],
      ['retried', 503, `audience:${LIST}`],
      ['success', 202, `audience:${LIST}`],
      ['success', 202, `audience:${LIST}`],
    ]);
    const stats = JSON.parse((await workspace.run(['stats', '--json'])).stdout) as {
      total: { conversions: number };
    };
    expect(stats.total.conversions).toBe(0);
    const job = rows.at(-1)!.requestId!;
    const status = await workspace.run(['audiences', 'status', job, '--wait', '--json']);
    expect([status.code, JSON.parse(status.stdout)]).toMatchObject([
      0,
      { job, state: 'SUCCEEDED', invalid: 0 },
    ]);
  });

  it('is refused with a word of what to do', { timeout: 300_000 }, async () => {
    const workspace = await TestWorkspace.create();
    const file = writePeople(workspace, 'people.jsonl', range(0, 1));
    const unknown = await workspace.run(['audiences', 'sync', 'nobody', file, '--json']);
    expect([unknown.code, readError(unknown.stderr).code]).toEqual([2, 'unknown_list']);
    const short = await workspace.run([
      'audiences',
      'create',
      '--name',
      'short',
      '--external-id',
      'a',
      '--json',
    ]);
    expect([short.code, readError(short.stderr).code]).toEqual([2, 'bad_list']);
    const asked = await workspace.run(['audiences', 'sync', LIST, file, '--full']);
    expect([asked.code, asked.stderr]).toEqual([2, expect.stringContaining('--yes')]);
    const job = await workspace.run(['audiences', 'status', 'no-such-job', '--json']);
    expect([job.code, readError(job.stderr).code]).toEqual([2, 'unknown_job']);
  });
});
