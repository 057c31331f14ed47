import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { JsonObject } from '../../../src/json.js';
import {
  ciVariables,
  makeLine as makeAnyLine,
  PURCHASE_GOAL,
  steer,
  TestWorkspace,
} from '../../kit/test-workspace.js';
import { openLog, readFolder } from '../../kit/log.js';
import { spawnPostback } from '../../kit/run.js';

/** A line with an address of its own: players who share one are the same person. */
function makeLine(number: number, changes: JsonObject = {}, properties: JsonObject = {}): string {
  return makeAnyLine(number, changes, { email: `p${number}@example.com`, ...properties });
}

async function erase(
  workspace: TestWorkspace,
  ...args: string[]
): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await workspace.run(['erase', ...args, '--yes', '--json']);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
}

function dataOf({ home }: TestWorkspace): string {
  return readFolder(join(home, 'data', 'default'));
}

/** Whether the log's files hold the hash of an address, as text or as bytes. */
function isHashIn(workspace: TestWorkspace, address: string): boolean {
  const hex = createHash('sha256').update(address).digest('hex');
  const data = dataOf(workspace);
  return data.includes(hex) || data.includes(Buffer.from(hex, 'hex').toString('latin1'));
}

describe('erase', () => {
  it('purges what is pending, keeps counts of what was delivered, and suppresses the person', async () => {
    const workspace = await TestWorkspace.create({
      goals: [{ ...PURCHASE_GOAL, trigger: 'once' }],
    });
    await workspace.send(makeLine(1, { userId: 'gone' }), 0);
    await steer(workspace.sandbox, 'POST', '/faults', { status: 503 });
    const goals = [{ ...PURCHASE_GOAL }];
    writeFileSync(join(workspace.cwd, 'postback.config.json'), JSON.stringify({ goals }));
    await workspace.send(
      `${makeLine(2, { userId: 'gone' })}\n${makeLine(3, { userId: 'stays' })}\n`,
      5,
      '--max-attempts',
      '1',
    );
    await steer(workspace.sandbox, 'DELETE', '/faults');
    const dry = JSON.parse(
      (await workspace.run(['erase', '--user-id', 'gone', '--dry-run', '--json'])).stdout,
    );
    expect(dry).toMatchObject({ pendingPurged: 1, deliveredKept: { amazon: 1 } });
    const receipt = await erase(workspace, '--user-id', 'gone');
    expect(receipt).toMatchObject({
      pendingPurged: 1,
      claimsRemoved: 1,
      deliveredKept: { amazon: 1 },
    });
    expect(receipt['receipt']).toMatch(/^erasure-/);
    const { stdout } = await workspace.run([
      'replay',
      '--state',
      'pending',
      '--all',
      '--yes',
      '--json',
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ delivered: 1 });
    const later = `${makeLine(4, { userId: 'gone' })}\n${makeLine(5, { userId: 'stays' })}\n`;
    expect(await workspace.send(later, 0)).toMatchObject({
      delivered: 1,
      skips: { suppressed: 1 },
    });
    expect(await erase(workspace, '--user-id', 'gone')).toMatchObject({
      pendingPurged: 0,
      deliveredKept: {},
    });
  });

  it('leaves no hash of the person in the bytes of the log', async () => {
    const workspace = await TestWorkspace.create();
    const addresses = ['p1@example.com', 'p2@example.com', 'p3@example.com', 'p4@example.com'];
    await workspace.send(`${makeLine(1, { userId: 'gone' })}\n${makeLine(3)}\n`, 0);
    await steer(workspace.sandbox, 'POST', '/faults', { status: 503 });
    await workspace.send(
      `${makeLine(2, { userId: 'gone' })}\n${makeLine(4)}\n`,
      5,
      '--max-attempts',
      '1',
    );
    await steer(workspace.sandbox, 'DELETE', '/faults');
    // What is delivered or removed before the erasure may be in free room of the file.
    await workspace.run(['replay', '--state', 'pending', '--all', '--yes', '--json']);
    expect(addresses.map((address) => isHashIn(workspace, address))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(await erase(workspace, '--user-id', 'gone')).toMatchObject({ rewritten: true });
    expect(addresses.map((address) => isHashIn(workspace, address))).toEqual([
      false,
      false,
      true,
      true,
    ]);
    const { stderr } = await workspace.run(['erase', '--user-id', 'gone', '--yes']);
    expect(stderr).not.toContain('free room');
  });

  it('says so where the file cannot be rewritten because a run is sending', async () => {
    const workspace = await TestWorkspace.create();
    const log = openLog(join(workspace.home, 'data', 'default', 'delivery.db'));
    expect(await erase(workspace, '--user-id', 'gone')).toMatchObject({ rewritten: false });
    const { stderr } = await workspace.run(['erase', '--user-id', 'gone', '--yes']);
    expect(stderr).toContain('could not be rewritten now');
    await log.close({});
    expect(await erase(workspace, '--user-id', 'gone')).toMatchObject({ rewritten: true });
  });

  it('closes over aliases, and takes the click ledger along', async () => {
    const workspace = await TestWorkspace.create();
    const page = { type: 'page', eventName: undefined, userId: undefined, anonymousId: 'visitor' };
    const alias = { type: 'alias', eventName: undefined, fromId: 'visitor', toId: 'user' };
    await workspace.send(`${makeLine(1, page)}\n${makeLine(2, alias)}\n`, 0);
    expect(await erase(workspace, '--anonymous-id', 'visitor')).toMatchObject({ clicksRemoved: 1 });
    const text = `${makeLine(3, { userId: 'user', anonymousId: 'new' })}\n${makeLine(4, { userId: undefined, anonymousId: 'visitor' })}\n`;
    expect(await workspace.send(text, 0)).toMatchObject({ delivered: 0, skips: { suppressed: 2 } });
  });

  it('knows a person by e-mail, however it is written', async () => {
    const workspace = await TestWorkspace.create();
    await erase(workspace, '--email', ' Player.One@Example.com ');
    const line = makeLine(
      1,
      { userId: 'a', anonymousId: 'b' },
      { email: 'player.one@example.com' },
    );
    expect(await workspace.send(line, 0)).toMatchObject({ skips: { suppressed: 1 } });
    expect(dataOf(workspace)).not.toMatch(/player\.one/i);
  });

  it(
    'sends nothing for the person after the receipt, while another process is sending',
    { timeout: 300_000 },
    async () => {
      const workspace = await TestWorkspace.create({
        // Slow until the person is erased: then there is always something left to send.
        sandbox: { faults: [{ match: 'eventData', latencyMs: 1_000 }] },
      });
      const lines = Array.from({ length: 6_000 }, (_, index) =>
        makeLine(index, index % 3 === 0 ? { userId: 'gone', anonymousId: `g-${index}` } : {}),
      );
      const file = join(workspace.cwd, 'events.jsonl');
      writeFileSync(file, `${lines.join('\n')}\n`);
      const env = {
        ...ciVariables(workspace.sandbox),
        POSTBACK_RATE: '0',
        POSTBACK_CONCURRENCY: '2',
      };
      const running = await spawnPostback(['send', file, '--json'], {
        cwd: workspace.cwd,
        home: workspace.home,
        env,
      });
      running.child.stdin.end();
      while (workspace.sandbox.state.received() < 200)
        await new Promise((resolve) => setTimeout(resolve, 5));
      const receipt = await erase(workspace, '--user-id', 'gone');
      await steer(workspace.sandbox, 'DELETE', '/faults');
      const held = (receipt['deliveredKept'] as { amazon: number }).amazon;
      const { code, stdout } = await running.finished;
      expect(code).toBe(0);
      const summary = JSON.parse(stdout) as { delivered: number; skips: { suppressed: number } };
      expect(summary.skips.suppressed).toBe(2_000 - held);
      expect(held).toBeLessThan(2_000);
      expect(workspace.sandbox.state.conversions()).toHaveLength(4_000 + held);
      expect(summary.delivered).toBe(4_000 + held);
    },
  );

  it('wants exactly one name, and --yes off a terminal', async () => {
    const workspace = await TestWorkspace.create();
    expect((await workspace.run(['erase', '--yes'])).code).toBe(2);
    expect((await workspace.run(['erase', '--user-id', 'a', '--email', 'b', '--yes'])).code).toBe(
      2,
    );
    const asked = await workspace.run(['erase', '--user-id', 'a']);
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain('--yes');
    expect(existsSync(join(workspace.home, 'data', 'default', 'delivery.db'))).toBe(false);
  });

  it.each([
    ['--email', 'u1', 'an e-mail address'],
    ['--email', '@example.com', 'an e-mail address'],
    ['--email', 'a b@example.com', 'an e-mail address'],
    [
      '--email',
      '973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b',
      'an e-mail address',
    ],
    ['--user-id', 'undefined', 'an id'],
    ['--user-id', '   ', 'an id'],
    ['--anonymous-id', '{{anonymous_id}}', 'an id'],
    ['--user-id', 'player\n17', 'an id'],
  ])('A15: refuses %s %j, which cannot be one', async (flag, value, words) => {
    const workspace = await TestWorkspace.create();
    const { code, stdout, stderr } = await workspace.run(['erase', flag, value, '--yes']);
    expect(code).toBe(2);
    expect(stderr).toContain(`${flag} does not look like ${words}`);
    expect(stdout).toBe('');
    expect(existsSync(join(workspace.home, 'data', 'default', 'delivery.db'))).toBe(false);
  });
});
