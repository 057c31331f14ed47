import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { derivePostbackId } from '../../../src/identity/postback-id.js';
import { openDatabase } from '../../../src/log/sqlite/database/database.js';
import { makeFile, makeLine, steer, TestWorkspace } from '../../kit/test-workspace.js';
import { makeUuid } from '../../kit/events.js';

/** Changes the delivery log as a disk or a careless hand would. */
function damage(workspace: TestWorkspace, sql: string): void {
  const database = openDatabase(join(workspace.home, 'data', 'default', 'delivery.db'), 'normal');
  database.transact(() => database.exec(sql));
  database.close();
}

/** The event that is missing at the sandbox. */
function failedId({ sandbox }: TestWorkspace): string {
  const held = new Set(sandbox.state.conversions().map(({ dedupeId }) => dedupeId));
  const ids = [1, 2, 3].map(makeUuid);
  return ids.find((id) => !held.has(derivePostbackId('default', 'amazon', 'purchase', id)))!;
}

/** What an operator looks with. */
async function expectReadable(workspace: TestWorkspace): Promise<void> {
  const id = (JSON.parse(makeLine(1)) as { messageId: string }).messageId;
  for (const args of [
    ['status'],
    ['logs', '--all'],
    ['stats'],
    ['explain', id],
    ['replay', '--dry-run', '--all'],
  ]) {
    const { code, stderr } = await workspace.run([...args, '--json']);
    // An event is unknown where nothing readable names it.
    const isUnknown = args[0] === 'explain' && code === 2 && /unknown_event/.test(stderr);
    expect([args[0], isUnknown ? 0 : code], stderr).toEqual([args[0], 0]);
  }
  const { code, stdout } = await workspace.run(['doctor', '--json']);
  const { checks } = JSON.parse(stdout) as {
    checks: { id: string; result: string; message: string }[];
  };
  expect([code, checks.find(({ id: check }) => check === 'log')]).toMatchObject([
    3,
    { result: 'fail', message: expect.stringContaining('cannot be read') },
  ]);
}

describe('C8: a damaged row of the log', { timeout: 300_000 }, () => {
  test.each([
    ['is no JSON', "UPDATE postback SET data = '{bad' WHERE id = (SELECT min(id) FROM postback)"],
    [
      'is JSON of another kind',
      "UPDATE postback SET data = '[1]' WHERE id = (SELECT min(id) FROM postback)",
    ],
    ['is empty', "UPDATE postback SET data = x'' WHERE id = (SELECT min(id) FROM postback)"],
  ])(
    'that waits and %s fails by name, the rest is delivered, its event delivers it',
    async (_what, sql) => {
      const workspace = await TestWorkspace.create();
      await steer(workspace.sandbox, 'POST', '/faults', { status: 503, match: 'eventData' });
      await workspace.send(makeFile(3), 5, '--max-attempts', '1');
      await steer(workspace.sandbox, 'DELETE', '/faults');
      damage(workspace, sql);
      await expectReadable(workspace);

      const replay = await workspace.run([
        'replay',
        '--state',
        'pending',
        '--all',
        '--yes',
        '--json',
      ]);
      expect(replay.code, replay.stderr).toBe(3);
      expect(JSON.parse(replay.stdout)).toMatchObject({
        delivered: 2,
        failed: 1,
        pending: 0,
        failures: { payload: 1 },
      });
      expect(replay.stderr).not.toMatch(/bug in postback/);
      const { next } = (JSON.parse(replay.stderr) as { error: { next: string } }).error;
      expect(next).toBe('postback replay --state failed --all --dry-run');
      const listed = await workspace.run([...next.split(' ').slice(1), '--json']);
      expect(listed.code, listed.stderr).toBe(0);
      expect(JSON.parse(listed.stdout)).toMatchObject({
        dryRun: true,
        plan: { matched: 1, refused: { log_damaged: 1 } },
      });
      const explained = await workspace.run(['explain', failedId(workspace)]);
      expect(explained.stdout).toMatch(/log_damaged|row in the delivery log is damaged/);
      expect(workspace.sandbox.state.conversions()).toHaveLength(2);

      expect(await workspace.send(makeFile(3), 0)).toMatchObject({
        delivered: 1,
        skips: { duplicate: 2 },
      });
      expect(workspace.sandbox.state.conversions()).toHaveLength(3);
      expect(await workspace.send(makeFile(3), 0)).toMatchObject({
        delivered: 0,
        skips: { duplicate: 3 },
      });
    },
  );

  test('that waits is delivered by its event, whichever command reads it', async () => {
    for (const command of [['send'], ['backfill', '--yes']]) {
      const workspace = await TestWorkspace.create();
      await steer(workspace.sandbox, 'POST', '/faults', { status: 503, match: 'eventData' });
      await workspace.send(makeFile(2), 5, '--max-attempts', '1');
      await steer(workspace.sandbox, 'DELETE', '/faults');
      damage(workspace, "UPDATE postback SET data = 'null'");
      const { code, stderr } = await workspace.run([...command, '-'], { input: makeFile(2) });
      expect(code, stderr).toBe(0);
      expect(workspace.sandbox.state.conversions()).toHaveLength(2);
    }
  });

  test.each([
    ['a request', "UPDATE request SET details = '{bad'"],
    ['ids of a request', "UPDATE request SET ids = '{bad'"],
    ['skips', "UPDATE skip SET entries = '{bad'"],
    ['a kept batch', 'UPDATE batch_payload SET entries = zeroblob(3)'],
  ])('of %s is left out and said, and new events are delivered', async (_what, sql) => {
    const workspace = await TestWorkspace.create();
    await workspace.send(
      `${makeFile(2)}${makeLine(3, {}, { utm_source: 'newsletter', utm_medium: 'mail' })}\n`,
      0,
    );
    damage(workspace, sql);
    await expectReadable(workspace);
    expect(await workspace.send(makeLine(9), 0)).toMatchObject({ delivered: 1 });
    expect(workspace.sandbox.state.conversions()).toHaveLength(3);
    const erased = await workspace.run(['erase', '--user-id', 'player-1', '--yes', '--json']);
    expect(erased.code, erased.stderr).toBe(0);
  });

  test('of what a killed run had on its way is named by its request and delivered by its event', async () => {
    const workspace = await TestWorkspace.create();
    const file = makeFile(3);
    await workspace.send(makeLine(7), 0);
    damage(
      workspace,
      `INSERT INTO run (name, command, pid, host, started, alive, machine)
         SELECT 'dead', 'send', 1, 'gone', 0, 0, 'gone' FROM run LIMIT 1;
       UPDATE request SET ended = NULL, delivered = NULL, run = (SELECT id FROM run WHERE name = 'dead');
       UPDATE batch SET completed = NULL, run = (SELECT id FROM run WHERE name = 'dead');
       UPDATE batch_payload SET entries = zeroblob(9)`,
    );
    // A run recovers what a dead one left: without its payload it fails by name.
    expect(await workspace.send(file, 3)).toMatchObject({ delivered: 3, failed: 1, pending: 0 });
    expect(await workspace.send(makeLine(7), 0)).toMatchObject({ delivered: 1 });
  });
});
