import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  SANDBOX_CLIENT_ID,
  SANDBOX_CLIENT_SECRET,
  seededRefreshToken,
} from '../../src/sandbox/amazon/seed.js';
import { makeFile, openLiveSandbox, readError, steer } from '../kit/test-workspace.js';
import { makeFolder, type RunOptions, runPostback } from '../kit/run.js';

/** The words of a suggested command after `postback`, its redirection left out. */
function wordsOf(command: string): string[] {
  expect(command).toMatch(/^postback /);
  return command.replace(/ <.*$/, '').split(' ').slice(1);
}

/**
 * A home with a workspace that is not the default one: a suggestion that forgets it works on an
 * empty one.
 */
async function openGame() {
  const sandbox = await openLiveSandbox();
  const home = await makeFolder();
  const env = {
    POSTBACK_GATEWAY: sandbox.url,
    POSTBACK_AMAZON_CLIENT_ID: SANDBOX_CLIENT_ID,
    POSTBACK_AMAZON_CLIENT_SECRET: SANDBOX_CLIENT_SECRET,
    POSTBACK_RATE: '0',
  };
  const run = (args: readonly string[], options: RunOptions = {}) =>
    runPostback(args, { home, cwd: home, ...options, env: { ...env, ...options.env } });
  const connect = (args: readonly string[]) => run(args, { input: seededRefreshToken('na') });
  return { sandbox, home, run, connect };
}

const GAME = ['--workspace', 'game'];

test('A7, A11: the suggestions from a first call to the last pending postback, each run as it is printed', async () => {
  const { sandbox, home, run, connect } = await openGame();
  writeFileSync(join(home, 'events.jsonl'), makeFile(150));
  await run(['workspaces', 'create', 'game']);
  const nextOf = async (): Promise<string> => {
    const { stdout } = await run(['next', '--json', ...GAME]);
    return (JSON.parse(stdout) as { steps: { command: string }[] }).steps[0]!.command;
  };
  expect(await nextOf()).toBe('postback demo');

  // send: not connected -> connect
  const first = await run(['send', 'events.jsonl', '--json', ...GAME]);
  const notConnected = readError(first.stderr) as unknown as { next: string };
  expect(first.code).toBe(4);
  const connected = await connect([...wordsOf(notConnected.next), '--token-stdin', '--json']);
  expect(connected.code, connected.stderr).toBe(0);

  // next: no goals -> goals add; then map
  const add = await nextOf();
  expect((await run([...wordsOf(add), '--name', 'Purchase', '--event', 'purchase'])).code).toBe(0);
  const map = await nextOf();
  expect((await run([...wordsOf(map), 'purchase', 'amazon', '1234567891'])).code).toBe(0);
  const dry = await nextOf();
  const shown = await run([...wordsOf(dry.replace('FILE', 'events.jsonl')), '--json']);
  expect(JSON.parse(shown.stdout)).toMatchObject({
    dryRun: true,
    postbacks: 150,
    workspace: 'game',
  });

  // 150 pending -> the suggestion of send, next and status delivers all of them, not the first
  // hundred
  await steer(sandbox, 'POST', '/faults', { status: 503, match: 'eventData' });
  const away = await run(['send', 'events.jsonl', '--json', '--max-attempts', '1', ...GAME]);
  expect(away.code).toBe(5);
  await steer(sandbox, 'DELETE', '/faults');
  const { next } = readError(away.stderr) as unknown as { next: string };
  const status = JSON.parse((await run(['status', '--json', ...GAME])).stdout) as {
    networks: { next?: string }[];
  };
  const suggested = [
    next,
    await nextOf(),
    status.networks.find((network) => network.next?.includes('replay'))!.next!,
  ];
  for (const command of suggested) {
    const { stdout } = await run([...wordsOf(command), '--dry-run', '--json']);
    expect([command, JSON.parse(stdout)]).toMatchObject([
      command,
      { plan: { toSend: 150, overLimit: 0 } },
    ]);
  }
  const replayed = await run([...wordsOf(next), '--yes', '--json']);
  expect([replayed.code, JSON.parse(replayed.stdout)]).toMatchObject([
    0,
    { delivered: 150, workspace: 'game' },
  ]);

  // a revoked grant -> connect again
  await steer(sandbox, 'POST', '/grants/revoke');
  writeFileSync(join(home, 'more.jsonl'), makeFile(151));
  const refused = await run(['send', 'more.jsonl', '--json', ...GAME]);
  expect(refused.code).toBe(4);
  const again = readError(refused.stderr) as unknown as { next: string };
  expect(again.next).toMatch(/^postback (?:connect amazon|doctor) --workspace game/);
});

test('A11: what --sandbox prints works under --sandbox', async () => {
  const { run } = await openGame();
  const { stderr } = await run(['explain', 'no-such-event', '--sandbox', '--json']);
  const { next } = readError(stderr) as unknown as { next: string };
  expect(next).toBe('postback logs --all --sandbox');
  expect((await run(wordsOf(next))).code).toBe(0);
});
