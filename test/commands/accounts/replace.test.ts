import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  SANDBOX_ACCOUNTS,
  SANDBOX_CLIENT_ID,
  SANDBOX_CLIENT_SECRET,
  seededRefreshToken,
} from '../../../src/sandbox/amazon/seed.js';
import { ciVariables, openLiveSandbox, readError } from '../../kit/test-workspace.js';
import { makeFolder, runPostback, spawnPostback } from '../../kit/run.js';
import { openShell } from '../../kit/terminal-shell.js';

const CLIENT = {
  POSTBACK_AMAZON_CLIENT_ID: SANDBOX_CLIENT_ID,
  POSTBACK_AMAZON_CLIENT_SECRET: SANDBOX_CLIENT_SECRET,
};

async function openHome() {
  const sandbox = await openLiveSandbox();
  const home = await makeFolder();
  const env = { ...CLIENT, POSTBACK_GATEWAY: sandbox.url };
  const connect = (user: string, ...args: string[]) =>
    runPostback(['connect', 'amazon', '--token-stdin', '--json', ...args], {
      home,
      env,
      input: seededRefreshToken(user),
    });
  const account = (): string => {
    const file = JSON.parse(readFileSync(join(home, 'config', 'credentials.json'), 'utf8')) as {
      workspaces: { default: { connections: { amazon: { connection: { account: string } } } } };
    };
    return file.workspaces.default.connections.amazon.connection.account;
  };
  return { sandbox, home, env, connect, account };
}

describe('A8: connecting another account', () => {
  test('off a terminal needs --replace and names both; the same account needs nothing', async () => {
    const { connect, account } = await openHome();
    expect((await connect('na')).code).toBe(0);
    const refused = await connect('eu');
    expect([refused.code, readError(refused.stderr)]).toMatchObject([
      2,
      { code: 'account_differs' },
    ]);
    for (const id of [SANDBOX_ACCOUNTS.na, SANDBOX_ACCOUNTS.eu])
      expect(readError(refused.stderr).message).toContain(id);
    expect(readError(refused.stderr).hint).toMatch(/--replace. Existing mappings belong to/);
    expect(readError(refused.stderr).next).toBe(
      `postback connect amazon --token-stdin --account ${SANDBOX_ACCOUNTS.eu} --replace < token.txt`,
    );
    expect(account()).toBe(SANDBOX_ACCOUNTS.na);
    expect(await connect('na')).toMatchObject({ code: 0, stderr: '' });
    expect((await connect('eu', '--replace')).code).toBe(0);
    expect(account()).toBe(SANDBOX_ACCOUNTS.eu);
  });

  test('an account that variables connect counts too', async () => {
    const { sandbox, home } = await openHome();
    const env = ciVariables(sandbox);
    const { code, stderr } = await runPostback(['login', 'amazon', '--token-stdin', '--json'], {
      ...{ home, env, input: seededRefreshToken('eu') },
    });
    expect([code, readError(stderr).code]).toEqual([2, 'account_differs']);
  });

  test('on a terminal asks, and No keeps the old one', async () => {
    const { home, env, connect, account } = await openHome();
    await connect('na');
    const shell = await openShell(100, env, home);
    shell.enter('postback connect amazon --token-stdin');
    await shell.answer(/Refresh token:/, seededRefreshToken('eu'));
    await shell.answer(/Replace it with/, 'n');
    expect(await shell.ended()).toBe(0);
    expect(account()).toBe(SANDBOX_ACCOUNTS.na);
    shell.enter('postback connect amazon --token-stdin');
    await shell.answer(/Refresh token:/, seededRefreshToken('eu'));
    await shell.answer(/Replace it with/, 'y');
    expect(await shell.ended()).toBe(0);
    expect(account()).toBe(SANDBOX_ACCOUNTS.eu);
  });
});

describe('C13: connect without a terminal', () => {
  test.each([
    ['amazon', 'REFRESH_TOKEN'],
    ['google', 'REFRESH_TOKEN'],
    ['reddit', 'ACCESS_TOKEN'],
    ['x', 'PIXEL_TOKEN'],
  ])('%s fails at once, and names --token-stdin and the variables', async (network, secret) => {
    const prefix = `POSTBACK_${network.toUpperCase()}`;
    const env = { CI: 'true', [`${prefix}_CLIENT_ID`]: 'x', [`${prefix}_CLIENT_SECRET`]: 'y' };
    const { code, stderr } = await runPostback(['connect', network, '--json'], { env });
    const { code: name, hint } = readError(stderr);
    expect([code, name]).toEqual([2, 'needs_terminal']);
    expect(hint).toContain('--token-stdin');
    expect(hint).toContain(`${prefix}_${secret}`);
  });
});

describe('B6: the page in the browser reports the final result', () => {
  async function visit(args: string[], query: Record<string, string>, earlier?: string) {
    const { env, home, connect } = await openHome();
    if (earlier !== undefined) await connect(earlier);
    const running = await spawnPostback(
      ['connect', 'amazon', '--no-browser', '--port=0', ...args].slice(0, 3),
      {
        ...{ env, home },
      },
    );
    const [, url] = await running.waitFor('stderr', /^(http\S+)\n/m);
    const consent = new URL(url!);
    for (const [name, value] of Object.entries(query)) consent.searchParams.set(name, value);
    const { headers } = await fetch(consent, { redirect: 'manual' });
    const page = await fetch(headers.get('location')!.replace('localhost', '127.0.0.1'));
    return { text: await page.text(), status: page.status, ...(await running.finished) };
  }

  test('Connected only when the account is stored', async () => {
    expect(await visit([], { sandbox_user: 'na' })).toMatchObject({ code: 0, status: 200 });
  });

  test.each<[string, Record<string, string>, string | undefined]>([
    ['a user without an advertiser', { sandbox_user: 'none' }, undefined],
    ['another account than the one that is connected', { sandbox_user: 'eu' }, 'na'],
    ['several accounts and nobody to choose', { sandbox_user: 'two' }, undefined],
  ])('%s: Connecting failed', async (_what, query, earlier) => {
    const { text, code } = await visit([], query, earlier);
    expect(text).toContain('<h1>Connection failed</h1>');
    expect(code).not.toBe(0);
  });
});
