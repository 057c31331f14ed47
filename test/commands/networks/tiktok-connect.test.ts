import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import { testRandom } from '../../kit/seeded-random.js';
import { startSandbox, type Sandbox } from '../../../src/sandbox/sandbox.js';
import {
  SANDBOX_TIKTOK_APP_ID,
  SANDBOX_TIKTOK_APP_SECRET,
  SANDBOX_TIKTOK_PIXEL,
  seededTikTokToken,
} from '../../../src/sandbox/tiktok/seed.js';
import { makeFolder, runPostback, spawnPostback, type RunOptions } from '../../kit/run.js';

const SECOND = 'C0SANDBOXPIXEL000003';
const APP = ['--client-id', SANDBOX_TIKTOK_APP_ID];

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ clock: systemClock, random: testRandom });
});
afterAll(() => sandbox.close());

function options(change: RunOptions = {}): RunOptions {
  const env = {
    POSTBACK_GATEWAY: sandbox.url,
    POSTBACK_TIKTOK_CLIENT_SECRET: SANDBOX_TIKTOK_APP_SECRET,
  };
  return { ...change, env: { ...env, ...change.env } };
}

/** Consents in the browser as a user of the sandbox, through the real loopback server. */
async function consentAs(user: string, args: string[] = [], change: RunOptions = {}) {
  const command = [
    'connect',
    'tiktok',
    '--no-browser',
    '--json',
    '--port',
    '18791',
    ...APP,
    ...args,
  ];
  const running = await spawnPostback(command, options(change));
  const [, printed] = await running.waitFor('stderr', /^(http\S+)\n/m);
  const url = new URL(printed!);
  url.searchParams.set('sandbox_user', user);
  const redirect = await fetch(url, { redirect: 'manual' });
  await fetch(redirect.headers.get('location')!.replace('localhost', '127.0.0.1'));
  return { ...(await running.finished), url };
}

function paste(token: string, args: string[], change: RunOptions = {}) {
  return runPostback(
    ['connect', 'tiktok', '--token-stdin', '--json', ...args],
    options({ input: token, ...change }),
  );
}

function stored(home: string): string {
  try {
    return readFileSync(join(home, 'config', 'credentials.json'), 'utf8');
  } catch {
    return '';
  }
}

const errorOf = (stderr: string) =>
  (JSON.parse(stderr.trim().split('\n').at(-1)!) as { error: { code: string; message: string } })
    .error;

describe('in the browser', () => {
  test('app_id and auth_code, the one pixel, and a token in the file alone', async () => {
    const { code, stdout, stderr, home, url } = await consentAs('one');
    expect(code, stderr).toBe(0);
    expect(url.href).toContain(
      `${sandbox.url}/business-api.tiktok.com/portal/auth?app_id=${SANDBOX_TIKTOK_APP_ID}&`,
    );
    expect([...url.searchParams.keys()]).not.toContain('code_challenge');
    expect(JSON.parse(stdout)).toMatchObject({
      network: 'tiktok',
      account: SANDBOX_TIKTOK_PIXEL,
      accountName: 'Sandbox game site',
    });
    const [token] = /[0-9a-f]{40}/.exec(stored(home))!;
    expect(stdout + stderr).not.toContain(token);
    expect(stdout + stderr).not.toContain(SANDBOX_TIKTOK_APP_SECRET);
  });

  test('of several pixels one is chosen from the list, of whichever advertiser', async () => {
    const undecided = await consentAs('two');
    expect([undecided.code, errorOf(undecided.stderr).code]).toEqual([2, 'account_needed']);
    expect(errorOf(undecided.stderr).message).toContain(
      `${SECOND} Studio blog (advertiser 7200000000000000002`,
    );
    expect(stored(undecided.home)).toBe('');
    const { code, stdout, stderr } = await consentAs('two', ['--pixel', SECOND]);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ account: SECOND, accountName: 'Studio blog' });
  });

  test.each([
    ['analyst', 'account_refused'],
    ['bare', 'no_account_found'],
    ['none', 'no_account_found'],
  ])('%s: %s, and nothing is stored', async (user, expected) => {
    const { code, stderr, home } = await consentAs(user);
    expect([code, errorOf(stderr).code, stored(home)]).toEqual([4, expected, '']);
  });
});

describe('a pasted token', () => {
  test.each<[string, string, string[], number, string]>([
    ['wrong', 'f'.repeat(40), ['--pixel', SANDBOX_TIKTOK_PIXEL], 4, 'token_refused'],
    [
      'of an analyst',
      seededTikTokToken('analyst'),
      ['--pixel', SANDBOX_TIKTOK_PIXEL],
      4,
      'account_refused',
    ],
    ['for another pixel', seededTikTokToken('one'), ['--pixel', SECOND], 4, 'account_refused'],
    ['with no pixel code', seededTikTokToken('one'), ['--pixel', 'my pixel'], 2, 'bad_account'],
    [
      'in two words',
      `Bearer ${seededTikTokToken('one')}`,
      ['--pixel', SANDBOX_TIKTOK_PIXEL],
      2,
      'bad_token',
    ],
    ['that is none', '', ['--pixel', SANDBOX_TIKTOK_PIXEL], 2, 'bad_token'],
    ['with a region', seededTikTokToken('one'), ['--region', 'eu'], 2, 'flag_not_for_network'],
  ])('%s is refused before it is saved', async (_what, token, args, exit, expected) => {
    const { code, stdout, stderr, home } = await paste(token, args);
    expect([code, errorOf(stderr).code, stored(home)]).toEqual([exit, expected, '']);
    if (token !== '') expect(stdout + stderr).not.toContain(token.split(' ').at(-1));
  });

  test('connecting again keeps mapping, switch and test code, and takes the new token', async () => {
    const home = await makeFolder();
    const run = (args: string[]) => runPostback(args, options({ home }));
    const pixel = ['--pixel', SANDBOX_TIKTOK_PIXEL];
    expect(
      (await paste(seededTikTokToken('one'), [...pixel, '--test-code', 'TEST777'], { home })).code,
    ).toBe(0);
    await run(['goals', 'add', '--template', 'first-purchase']);
    expect((await run(['map', 'first-purchase', 'tiktok', 'MyPurchase'])).code).toBe(0);
    await run(['disable', 'tiktok']);
    expect((await paste(seededTikTokToken('two'), pixel, { home })).code).toBe(0);
    const mapped = JSON.parse((await run(['map', '--json'])).stdout) as unknown[];
    expect(mapped).toContainEqual(
      expect.objectContaining({ network: 'tiktok', value: 'MyPurchase', valid: true }),
    );
    expect(stored(home)).toContain(seededTikTokToken('two'));
    expect(stored(home)).not.toContain(seededTikTokToken('one'));
    expect(stored(home)).toContain('TEST777');
    expect((await run(['enable', 'tiktok'])).code).toBe(0);
    const { code, stderr } = await run(['test', '--network', 'tiktok']);
    expect(code, stderr).toBe(0);
  });
});
