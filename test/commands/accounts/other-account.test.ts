import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../../src/log/sqlite/database/database.js';
import { SANDBOX_ACCOUNTS } from '../../../src/sandbox/amazon/seed.js';
import {
  makeFile,
  makeLine,
  readError,
  type RunSummary,
  steer,
  TestWorkspace,
} from '../../kit/test-workspace.js';

type Summary = RunSummary & {
  accounts: Record<string, string>;
  otherAccount?: Record<string, number>;
};

/** Variables that connect the European account of the sandbox's user. */
const EU = { POSTBACK_AMAZON_REGION: 'eu', POSTBACK_AMAZON_ACCOUNT: SANDBOX_ACCOUNTS.eu };

/** Three postbacks recorded for the North American account, pending since its network failed. */
async function makePending(): Promise<TestWorkspace> {
  const workspace = await TestWorkspace.create();
  writeFileSync(join(workspace.cwd, 'events.jsonl'), makeFile(3));
  await steer(workspace.sandbox, 'POST', '/faults', { status: 503, match: 'eventData' });
  const { code } = await workspace.run(['send', 'events.jsonl', '--max-attempts', '1']);
  expect(code).toBe(5);
  await steer(workspace.sandbox, 'DELETE', '/faults');
  return workspace;
}

test('A8: replay leaves what was recorded for another account, says why and what to do, and that works', async () => {
  const workspace = await makePending();
  const refused = await workspace.run(['replay', '--all', '--yes', '--json'], { env: EU });
  const result = JSON.parse(refused.stdout) as Summary & {
    plan: { advice: { reason: string; next: string }[] };
  };
  expect(refused.code).toBe(5);
  expect(result).toMatchObject({
    delivered: 0,
    accounts: { amazon: SANDBOX_ACCOUNTS.eu },
    otherAccount: { amazon: 3 },
  });
  expect(readError(refused.stderr)).toMatchObject({ code: 'other_account', exit: 5 });
  expect(workspace.sandbox.state.received()).toBe(0);
  const [advice] = result.plan.advice;
  expect(advice).toMatchObject({ reason: 'other_account', count: 3 });
  expect(advice).toHaveProperty('message', expect.stringContaining(SANDBOX_ACCOUNTS.na));
  const words = await workspace.run(['replay', '--dry-run'], { env: EU });
  expect(words.stdout).toContain(
    `recorded for amazon account ${SANDBOX_ACCOUNTS.na}; connected now: ${SANDBOX_ACCOUNTS.eu}`,
  );
  const typed = advice!.next.split(' ').slice(1);
  const moved = await workspace.run([...typed, '--yes', '--json'], { env: EU });
  expect([moved.code, JSON.parse(moved.stdout)]).toMatchObject([0, { delivered: 3 }]);
  expect(workspace.sandbox.state.received()).toBe(3);
});

test('A8: send, backfill and tail do not deliver to another account what is pending for the first', async () => {
  const workspace = await makePending();
  for (const [verb, ...flags] of [['send'], ['send', '--dry-run'], ['backfill', '--yes']]) {
    const { code, stdout } = await workspace.run([verb!, 'events.jsonl', '--json', ...flags], {
      env: EU,
    });
    expect([verb, code, JSON.parse(stdout)]).toMatchObject([
      verb,
      flags.includes('--dry-run') ? expect.any(Number) : 5,
      { delivered: 0, failed: 0, pending: 3, otherAccount: { amazon: 3 } },
    ]);
  }
  const { stderr } = await workspace.run(['tail', '-'], { env: EU, input: `${makeLine(50)}\n` });
  expect(stderr).toMatch(/3 pending postbacks were recorded for another account/);
  expect(workspace.sandbox.state.received()).toBe(1);
  // The first account gets them as soon as it is connected again.
  expect(
    JSON.parse((await workspace.run(['send', 'events.jsonl', '--json'])).stdout),
  ).toMatchObject({ delivered: 3 });
});

test('A8: what was skipped or never recorded for an account goes to the one that is connected', async () => {
  const workspace = await makePending();
  expect(await workspace.send(makeLine(7), 0)).toMatchObject({ delivered: 1 });
  const { stdout } = await workspace.run(['send', '-', '--json'], { env: EU, input: makeLine(8) });
  expect(JSON.parse(stdout)).toMatchObject({
    delivered: 1,
    accounts: { amazon: SANDBOX_ACCOUNTS.eu },
  });
});

test('A8: a delivered postback is not sent again to another account, --force or not', async () => {
  const workspace = await TestWorkspace.create();
  await workspace.send(makeLine(1), 0);
  const args = ['replay', '--state', 'delivered', '--force', '--yes', '--json'];
  const { stdout } = await workspace.run(args, { env: EU });
  expect(JSON.parse(stdout)).toMatchObject({
    delivered: 0,
    plan: { refused: { other_account: 1 } },
  });
  expect(workspace.sandbox.state.received()).toBe(1);
});

test('A8: the first line of a run and its summary name the workspace and the account', async () => {
  const workspace = await TestWorkspace.create();
  const input = makeLine(1);
  const { stdout, stderr } = await workspace.run(['send', '-'], { input });
  expect(stderr.split('\n')[0]).toBe(`Workspace default · amazon ${SANDBOX_ACCOUNTS.na}`);
  expect(stdout).toMatch(new RegExp(`^Workspace +default · amazon ${SANDBOX_ACCOUNTS.na}$`, 'm'));
  for (const args of [
    ['tail', '-'],
    ['replay', '--dry-run'],
    ['send', '-', '--dry-run'],
  ]) {
    const { stderr: words } = await workspace.run(args, { input });
    expect([args, words.split('\n')[0]]).toEqual([
      args,
      `Workspace default · amazon ${SANDBOX_ACCOUNTS.na}`,
    ]);
  }
});

test('A7: replay takes what is pending however old it is, and only what failed in the last 24 hours', async () => {
  const workspace = await makePending();
  const database = openDatabase(join(workspace.home, 'data', 'default', 'delivery.db'), 'normal');
  database.exec(`UPDATE postback SET updated = updated - ${2 * 86_400_000}`);
  database.exec("UPDATE postback SET state = 'failed' WHERE id = (SELECT min(id) FROM postback)");
  database.close();
  const { stdout } = await workspace.run(['replay', '--yes', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ delivered: 2, plan: { matched: 2 } });
});

test('A8: status, next and explain say where postbacks wait, for which account, and what sends them', async () => {
  const workspace = await makePending();
  const read = async <T>(...args: string[]): Promise<T> => {
    const { stdout } = await workspace.run([...args, '--json'], { env: EU });
    return JSON.parse(stdout) as T;
  };
  const replay = 'postback replay --state pending --all';
  const status = await read<{ networks: { network: string; problem?: string; next?: string }[] }>(
    'status',
  );
  const amazon = status.networks.find(({ network }) => network === 'amazon')!;
  expect(amazon).toMatchObject({
    pending: 3,
    account: SANDBOX_ACCOUNTS.eu,
    otherAccounts: { [SANDBOX_ACCOUNTS.na]: 3 },
    next: `${replay} --network amazon --account-changed`,
  });
  expect(amazon.problem).toContain(SANDBOX_ACCOUNTS.na);
  const next = await read<{ steps: { command: string }[] }>('next');
  expect(next.steps.map(({ command }) => command)).toEqual([
    `${replay} --account-changed`,
    'postback connect amazon --replace',
  ]);
  const [row] = await workspace.logs();
  const id = row!.eventId;
  const explained = await read<{ verdict: string; reason: string; postbacks: { next: string }[] }>(
    'explain',
    id,
  );
  expect(explained).toMatchObject({
    verdict: 'pending',
    postbacks: [{ account: SANDBOX_ACCOUNTS.na, now: { result: 'stop', reason: 'other_account' } }],
  });
  const { stdout } = await workspace.run(['explain', id], { env: EU });
  expect(stdout.split('\n')[0]).toMatch(/^Pending: /);
  expect(stdout).toContain(`connected now: ${SANDBOX_ACCOUNTS.eu}`);
  // The printed command sends this one, and the one of status sends the rest.
  for (const [command, delivered] of [
    [explained.postbacks[0]!.next, 1],
    [amazon.next!, 2],
  ] as const) {
    const sent = await workspace.run([...command.split(' ').slice(1), '--yes', '--json'], {
      env: EU,
    });
    expect([sent.code, JSON.parse(sent.stdout)]).toMatchObject([0, { delivered }]);
  }
  const after = await read<{ verdict: string }>('explain', id);
  expect(after).toMatchObject({
    verdict: 'sent',
    postbacks: [{ account: SANDBOX_ACCOUNTS.eu, state: 'delivered' }],
  });
});

test('A8: each row of tail and of logs names the account', async () => {
  const workspace = await TestWorkspace.create();
  const tailed = await workspace.run(['tail', '-', '--json'], { input: `${makeLine(1)}\n` });
  const [row] = tailed.stdout
    .split('\n')
    .map((line) => JSON.parse(line || '{}') as { account?: string });
  expect(row).toMatchObject({ account: SANDBOX_ACCOUNTS.na, network: 'amazon' });
  const words = await workspace.run(['tail', '-'], { input: `${makeLine(2)}\n` });
  expect(words.stdout).toContain(`  amazon ${SANDBOX_ACCOUNTS.na}  `);
  const { stdout } = await workspace.run(['logs']);
  expect(stdout).toContain(SANDBOX_ACCOUNTS.na);
});
