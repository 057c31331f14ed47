import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, request as forward } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  SANDBOX_ACCOUNTS,
  SANDBOX_TERMS_ACCOUNT,
  seededRefreshToken,
} from '../../src/sandbox/amazon/seed.js';
import {
  makeLine,
  PURCHASE_GOAL,
  TestWorkspace,
  type TestWorkspaceOptions,
} from '../kit/test-workspace.js';
import { runPostback } from '../kit/run.js';

interface Check {
  id: string;
  network?: string;
  result: 'pass' | 'warn' | 'fail';
  message: string;
  why?: string;
  next?: string;
}

async function checkLive(
  workspace: TestWorkspace,
  exit: number,
  env: NodeJS.ProcessEnv = {},
): Promise<Check[]> {
  const { code, stdout, stderr } = await workspace.run(['doctor', '--json'], { env });
  expect(code, stderr + stdout).toBe(exit);
  const { checks } = JSON.parse(stdout) as { checks: Check[] };
  for (const check of checks.filter(({ result }) => result !== 'pass'))
    expect(check.why, check.message).toBeTruthy();
  // The command that runs is not the fix of what it found.
  expect(checks.map(({ next }) => next)).not.toContain('postback doctor');
  return checks;
}

/** What one check found, in the first of its rows. */
const of = (checks: Check[], id: string): Check => checks.find((check) => check.id === id)!;

const mapTo = (id: string): TestWorkspaceOptions => ({
  goals: [{ ...PURCHASE_GOAL, map: { amazon: id } }],
});

/** A gateway before the sandbox whose clock is wrong. */
async function startSkewed(url: string, skewMs: number): Promise<string> {
  const server = createServer((request, response) => {
    const { method, headers, url: path } = request;
    const passed = forward(`${url}${path ?? ''}`, { method, headers }, (answer) => {
      const date = new Date(Date.now() - skewMs).toUTCString();
      response.writeHead(answer.statusCode ?? 502, { ...answer.headers, date });
      answer.pipe(response);
    });
    request.pipe(passed);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('doctor', () => {
  test('all is well: everything is asked, against the gateway', async () => {
    const workspace = await TestWorkspace.create();
    await workspace.send(makeLine(1), 0);
    const checks = await checkLive(workspace, 0);
    expect(checks.filter(({ result }) => result === 'fail')).toEqual([]);
    expect(checks.map(({ id }) => id)).toEqual([
      'files',
      'disk',
      'log',
      'gateway',
      'goals',
      'connection',
      'mappings',
      'api-version',
      'reachability',
      'clock',
      'token',
      'account',
      'definitions',
    ]);
    expect(of(checks, 'gateway')).toMatchObject({ result: 'warn' });
    expect(of(checks, 'account').message).toContain('Sandbox Games (North America)');
  });

  test('nothing connected: exit 4', async () => {
    const { code, stdout } = await runPostback(['doctor', '--json']);
    expect(code).toBe(4);
    const { checks } = JSON.parse(stdout) as { checks: Check[] };
    expect(of(checks, 'connection')).toMatchObject({ result: 'fail', next: 'postback connect' });
  });

  test.each<[string, TestWorkspaceOptions, number, string, RegExp]>([
    [
      'a definition that is not there',
      mapTo('4041111111'),
      3,
      'definitions',
      /4041111111 of purchase does not exist/,
    ],
    [
      'one of the ad tag',
      mapTo('4150000001'),
      3,
      'definitions',
      /AMAZON_AD_TAG; server events require SERVER_TO_SERVER/,
    ],
    [
      'a test definition that is not there',
      { goals: [{ ...PURCHASE_GOAL, testMap: { amazon: '4042222222' } }] },
      3,
      'definitions',
      /The test definition 4042222222 of purchase/,
    ],
    [
      'a mapping of the wrong form',
      mapTo('twelve'),
      3,
      'mappings',
      /mapping of purchase cannot be used/,
    ],
    [
      'a refused refresh token',
      { env: { POSTBACK_AMAZON_REFRESH_TOKEN: 'Atzr|revoked' } },
      4,
      'token',
      /refused the refresh token/,
    ],
    [
      'a wrong secret',
      { env: { POSTBACK_AMAZON_CLIENT_SECRET: 'wrong' } },
      4,
      'token',
      /client id or its secret/,
    ],
    [
      'the wrong region',
      { env: { POSTBACK_AMAZON_ACCOUNT: SANDBOX_ACCOUNTS.eu, POSTBACK_AMAZON_REGION: 'na' } },
      4,
      'account',
      /is in region eu, but this connection uses na/,
    ],
    [
      'an account of somebody else',
      {
        env: {
          POSTBACK_AMAZON_ACCOUNT: SANDBOX_TERMS_ACCOUNT,
          POSTBACK_AMAZON_REFRESH_TOKEN: seededRefreshToken('eu'),
        },
      },
      4,
      'account',
      /This user has no advertiser 4034034034034/,
    ],
    [
      'variables in part',
      { env: { POSTBACK_AMAZON_REGION: '' } },
      4,
      'connection',
      /POSTBACK_AMAZON_REGION not set/,
    ],
  ])('%s', async (_name, parts, exit, id, message) => {
    const workspace = await TestWorkspace.create(parts);
    const check = of(await checkLive(workspace, exit), id);
    expect(check).toMatchObject({
      result: 'fail',
      network: 'amazon',
      message: expect.stringMatching(message) as string,
    });
    expect(check.next).toMatch(/^postback /);
  });

  test('an unreachable network: exit 5, and nothing more is asked of it', async () => {
    const workspace = await TestWorkspace.create();
    await workspace.sandbox.close();
    const checks = await checkLive(workspace, 5);
    expect(of(checks, 'reachability')).toMatchObject({ result: 'fail' });
    expect(checks.map(({ id }) => id)).not.toContain('token');
  });

  test.each([
    [10 * 60_000, 3, 'fail', /10 min ahead/],
    [-30_000, 0, 'warn', /(?:29|30|31) s behind/],
  ])('a clock that is %d ms off', async (skewMs, exit, result, words) => {
    const workspace = await TestWorkspace.create();
    const gateway = await startSkewed(workspace.sandbox.url, skewMs);
    const clock = of(await checkLive(workspace, exit, { POSTBACK_GATEWAY: gateway }), 'clock');
    expect(clock).toMatchObject({ result, message: expect.stringMatching(words) as string });
  });

  test('a log that is damaged, files that others can read, a config that is broken', async () => {
    const workspace = await TestWorkspace.create();
    const [data, config] = [
      join(workspace.home, 'data', 'default'),
      join(workspace.home, 'config'),
    ];
    mkdirSync(data, { recursive: true });
    mkdirSync(config, { recursive: true });
    writeFileSync(join(data, 'delivery.db'), 'this is not a database, whatever its name says', {
      mode: 0o600,
    });
    writeFileSync(join(config, 'credentials.json'), '{}');
    chmodSync(join(config, 'credentials.json'), 0o644);
    const checks = await checkLive(workspace, 3);
    expect(of(checks, 'log')).toMatchObject({
      result: 'fail',
      message: expect.stringContaining('damaged') as string,
    });
    expect(of(checks, 'files')).toMatchObject({
      result: 'fail',
      next: expect.stringContaining('chmod 600') as string,
    });
    writeFileSync(join(config, 'config.json'), '{ not json');
    expect(await checkLive(workspace, 2)).toMatchObject([{ id: 'config', result: 'fail' }]);
  });

  test('off a terminal one line of tabs a check', async () => {
    const workspace = await TestWorkspace.create(mapTo('4041111111'));
    const { stdout, stderr } = await workspace.run(['doctor']);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(rows.every((row) => row.length === 6)).toBe(true);
    expect(rows.find(([result]) => result === 'fail')?.at(-1)).toBe(
      'postback map purchase amazon DEFINITION_ID',
    );
    expect(stderr).toMatch(/checks passed, 1 warning, 1 failed\.\n$/);
  });
});

describe('google: a fault of our own request is told as ours', () => {
  test.each(['google', 'tiktok'] as const)('%s', async (network) => {
    const match = { google: 'events:ingest', tiktok: 'event/track' }[network];
    const goals = [{ ...PURCHASE_GOAL, map: { google: '987654321' } }];
    const sandbox = { faults: [{ match, status: 400 }] };
    const workspace = await TestWorkspace.create({ goals, networks: 'all', sandbox });
    const checks = await checkLive(workspace, 3);
    const [fault, ...more] = checks.filter(
      (check) => check.network === network && check.result === 'fail',
    );
    expect(more).toEqual([]);
    expect(fault).toMatchObject({
      id: 'account',
      message: expect.stringContaining(
        'refused the test event that checks the connection',
      ) as string,
      why: expect.stringContaining(
        'a bug in postback, not a problem of your mapping or account',
      ) as string,
    });
    expect(fault).not.toHaveProperty('next');
  });
});
