import { readFileSync, statSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { testRandom } from '../kit/seeded-random.js';
import {
  SANDBOX_ACCOUNTS,
  SANDBOX_CLIENT_ID,
  SANDBOX_CLIENT_SECRET,
  SANDBOX_PROFILES,
  SANDBOX_UNAPPROVED_CLIENT_ID,
  seededRefreshToken,
} from '../../src/sandbox/amazon/seed.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.js';
import { makeFile } from '../kit/test-workspace.js';
import { makeFolder, runPostback, spawnPostback, type RunOptions } from '../kit/run.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ clock: systemClock, random: testRandom });
});
afterAll(() => sandbox.close());

const CLIENT = {
  POSTBACK_AMAZON_CLIENT_ID: SANDBOX_CLIENT_ID,
  POSTBACK_AMAZON_CLIENT_SECRET: SANDBOX_CLIENT_SECRET,
};

function options(change: RunOptions = {}): RunOptions {
  return { ...change, env: { ...CLIENT, POSTBACK_GATEWAY: sandbox.url, ...change.env } };
}

/** Connects with the refresh token that a user of the sandbox has from the start. */
function connectAs(user: string, args: string[] = [], change: RunOptions = {}) {
  const input = `${seededRefreshToken(user)}\n`;
  return runPostback(
    ['connect', 'amazon', '--token-stdin', '--json', ...args],
    options({ input, ...change }),
  );
}

const errorOf = (stderr: string) =>
  (
    JSON.parse(stderr.trim().split('\n').at(-1)!) as {
      error: { code: string; message: string; hint: string };
    }
  ).error;

/** Starts a login and gives the authorize URL, as a person would read it. */
async function startLogin(args: string[], change: RunOptions = {}) {
  const running = await spawnPostback(
    ['connect', 'amazon', '--no-browser', ...args],
    options(change),
  );
  const [, url] = await running.waitFor('stderr', /^(http\S+)\n/m);
  return { ...running, url: new URL(url!) };
}

/** Where the consent page sends the browser. */
async function consent(url: URL, query: Record<string, string> = {}): Promise<string> {
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const response = await fetch(url, { redirect: 'manual' });
  return response.headers.get('location')!.replace('localhost', '127.0.0.1');
}

const freePort = '--port=18787';

describe('in the browser', () => {
  test('consent, region, account, file: the whole way, with stdin left open', async () => {
    const { url, finished, home } = await startLogin(['--json', freePort]);
    expect(url.href).toContain(`${sandbox.url}/www.amazon.com/ap/oa?`);
    expect(url.searchParams.get('redirect_uri')).toBe('http://localhost:18787/callback');
    const page = await fetch(await consent(url, { sandbox_user: 'eu' }));
    expect(await page.text()).toContain('<h1>Connected</h1>');
    const { code, stdout, stderr } = await finished;
    expect(code, stderr).toBe(0);
    const result = JSON.parse(stdout) as Record<string, string>;
    expect(result).toEqual({
      network: 'amazon',
      account: SANDBOX_ACCOUNTS.eu,
      accountName: expect.any(String) as string,
      region: 'eu',
      api: 'capi-v1',
      profileId: SANDBOX_PROFILES.eu,
      connectedAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      grantExpiresAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    });
    expect(stderr).toBe(`${url.href.replace('&sandbox_user=eu', '')}\n`);
    expect(stdout + stderr).not.toMatch(/Atz|sandbox-secret/);
    const file = join(home, 'config', 'credentials.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toMatch(/"refreshToken": "Atzr\|/);
  });

  test('--region decides where one logs in; --audiences asks for that scope', async () => {
    const { url, child, finished } = await startLogin([freePort, '--region', 'fe', '--audiences']);
    expect(url.pathname).toBe('/apac.account.amazon.com/ap/oa');
    expect(url.searchParams.get('scope')).toBe(
      'advertising::campaign_management advertising::audiences',
    );
    child.kill('SIGINT');
    expect((await finished).code).toBe(130);
  });

  test('a pasted address is as good as a callback', async () => {
    const { url, child, finished } = await startLogin([freePort]);
    child.stdin.write(`${await consent(url)}\n`);
    const { code, stdout, stderr } = await finished;
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(`Account\t${SANDBOX_ACCOUNTS.na}\n`);
  });

  test('a denial says so, in the browser and here, and stores nothing', async () => {
    const { url, finished, home } = await startLogin(['--json', freePort]);
    const page = await fetch(await consent(url, { sandbox_decision: 'deny' }));
    expect(await page.text()).toContain('<h1>Consent was denied</h1>');
    const { code, stdout, stderr } = await finished;
    expect({ code, stdout, error: errorOf(stderr).code }).toEqual({
      code: 4,
      stdout: '',
      error: 'consent_denied',
    });
    expect(() => statSync(join(home, 'config', 'credentials.json'))).toThrow(/ENOENT/);
  });

  test('nobody comes: the URL to register is named', async () => {
    const args = ['connect', 'amazon', '--no-browser', '--json', '--timeout', '200ms', freePort];
    const { code, stderr } = await runPostback(args, options());
    expect(code).toBe(4);
    expect(errorOf(stderr)).toMatchObject({
      code: 'login_timed_out',
      hint: expect.stringContaining(
        'Register exactly http://localhost:18787/callback at Login with Amazon console',
      ),
    });
  });
});

describe('with a refresh token', () => {
  test.each([
    ['two', ['--region', 'eu'], SANDBOX_ACCOUNTS.eu],
    ['all', ['--account', SANDBOX_ACCOUNTS.fe], SANDBOX_ACCOUNTS.fe],
    ['many', ['--account', '5678901234512'], '5678901234512'],
  ])('user %s with %j gets %s', async (user, args, account) => {
    const { code, stdout, stderr } = await connectAs(user, args);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ account, grantExpiresAt: null });
  });

  test.each([
    ['two', [], 2, 'account_needed', SANDBOX_ACCOUNTS.eu],
    ['two', ['--account', '7'], 2, 'account_not_found', SANDBOX_ACCOUNTS.eu],
    ['none', [], 4, 'no_account_found', 'no Amazon DSP advertiser'],
    ['nobody', [], 4, 'grant_refused', 'invalid_grant'],
  ])('user %s with %j is refused: exit %i, %s', async (user, args, exit, code, words) => {
    const result = await connectAs(user, args);
    expect(result).toMatchObject({ code: exit, stdout: '' });
    expect(errorOf(result.stderr)).toMatchObject({ code, message: expect.stringContaining(words) });
    expect(() => statSync(join(result.home, 'config', 'credentials.json'))).toThrow(/ENOENT/);
  });

  test('a wrong secret is exit 4, and does not show', async () => {
    const { code, stderr } = await connectAs('na', [], {
      env: { POSTBACK_AMAZON_CLIENT_SECRET: 'not-it' },
    });
    expect([code, errorOf(stderr).code]).toEqual([4, 'client_refused']);
    expect(stderr).not.toContain('not-it');
  });

  test('connecting again names what is pending and the command that delivers it', async () => {
    const home = await makeFolder();
    await connectAs('na', [], { home });
    await runPostback(['goals', 'add', '--template', 'first-purchase'], options({ home }));
    await runPostback(['map', 'first-purchase', 'amazon', '1234567890'], options({ home }));
    const faults = `${sandbox.url}/_sandbox/faults`;
    const fault = JSON.stringify({ status: 503, rate: 1, match: 'eventData' });
    await fetch(faults, { method: 'POST', body: fault });
    const send = ['send', '-', '--max-attempts', '1'];
    await runPostback(send, options({ home, input: makeFile(2) }));
    await fetch(faults, { method: 'DELETE' });
    const input = `${seededRefreshToken('na')}\n`;
    const again = ['connect', 'amazon', '--token-stdin'];
    const { stderr } = await runPostback(again, options({ home, input }));
    const next = 'postback replay --state pending --all --network amazon';
    expect(stderr).toContain(`2 postbacks are pending. Next: ${next}`);
  });

  test('connecting again keeps mappings, the API and the switch, and missing values come from the old connection', async () => {
    const home = await makeFolder();
    const run = async (...args: string[]) => {
      const result = await runPostback([...args, '--json'], options({ home }));
      expect(result.code, result.stderr).toBe(0);
      return JSON.parse(result.stdout) as unknown;
    };
    await connectAs('all', ['--region', 'eu', '--api', 'events-api'], { home });
    await run('goals', 'add', '--template', 'first-purchase');
    await run(
      'map',
      'first-purchase',
      'amazon',
      '--name=First',
      '--type=OFF_AMAZON_PURCHASES',
      '--source=WEBSITE',
    );
    const mappings = await run('map');
    expect(await run('disable', 'amazon')).toEqual({ network: 'amazon', enabled: false });
    const env = { POSTBACK_AMAZON_CLIENT_ID: '', POSTBACK_AMAZON_CLIENT_SECRET: '' };
    const again = await connectAs('all', [], { home, env });
    expect(JSON.parse(again.stdout), again.stderr).toMatchObject({
      account: SANDBOX_ACCOUNTS.eu,
      api: 'events-api',
    });
    expect(await run('map')).toEqual(mappings);
    expect(readFileSync(join(home, 'config', 'credentials.json'), 'utf8')).toContain('"disabled"');
    expect(await run('enable', 'amazon')).toEqual({ network: 'amazon', enabled: true });
    expect(await run('disconnect', 'amazon', '--dry-run')).toMatchObject({
      disconnected: false,
      dryRun: true,
    });
    expect(await run('disconnect', 'amazon', '--yes')).toMatchObject({
      account: SANDBOX_ACCOUNTS.eu,
      disconnected: true,
    });
    expect(await run('map')).toEqual(mappings);
  });
});

describe('called wrongly', () => {
  test.each([
    [['connect'], {}, 2, 'needs_answer'],
    [['connect', 'facebook'], {}, 2, 'unknown_network'],
    [['connect', 'Atzr|IwEBIJaTokenInTheWrongPlace'], {}, 2, 'unknown_network'],
    [['connect', 'meta'], {}, 2, 'needs_terminal'],
    [['connect', 'reddit'], {}, 2, 'needs_terminal'],
    [['connect', 'meta', '--region', 'na'], {}, 2, 'flag_not_for_network'],
    [['connect', 'amazon', '--pixel', '12'], {}, 2, 'flag_not_for_network'],
    [['connect', 'meta', '--pixel', '1', '--account', '2'], {}, 2, 'conflicting_flags'],
    [['connect', 'amazon'], { POSTBACK_AMAZON_CLIENT_ID: '' }, 2, 'needs_terminal'],
    [['connect', 'amazon'], { POSTBACK_AMAZON_CLIENT_SECRET: '' }, 2, 'needs_terminal'],
    [['connect', 'amazon', '--token-stdin'], {}, 2, 'bad_token'],
    [
      ['connect', 'amazon', '--no-browser'],
      { POSTBACK_GATEWAY: 'http://amazon.example' },
      2,
      'insecure_url',
    ],
    [
      ['enable', 'amazon'],
      { ...CLIENT, POSTBACK_AMAZON_CLIENT_ID: '', POSTBACK_AMAZON_CLIENT_SECRET: '' },
      4,
      'not_connected',
    ],
    [
      ['disconnect', 'amazon', '--yes'],
      { POSTBACK_AMAZON_CLIENT_ID: '', POSTBACK_AMAZON_CLIENT_SECRET: '' },
      4,
      'not_connected',
    ],
  ])('%j with %j: exit %i, %s', async (args, env, exit, code) => {
    const result = await runPostback([...args, '--json'], options({ env }));
    expect(result).toMatchObject({ code: exit, stdout: '' });
    expect(errorOf(result.stderr).code).toBe(code);
    expect(result.stderr).not.toContain('IwEBIJ');
  });

  test('an application that is not approved for the Ads API is told what to do', async () => {
    const { url, finished } = await startLogin([
      '--json',
      freePort,
      '--client-id',
      SANDBOX_UNAPPROVED_CLIENT_ID,
    ]);
    await fetch(await consent(url));
    const { code, stderr } = await finished;
    expect([code, errorOf(stderr).code]).toEqual([4, 'client_not_approved']);
  });

  test('a broken credentials file is found before anybody is asked to sign in, and stays', async () => {
    const home = await makeFolder();
    mkdirSync(join(home, 'config'));
    const file = join(home, 'config', 'credentials.json');
    writeFileSync(file, '{"refreshToken":"Atzr|secret"');
    const result = await runPostback(
      ['connect', 'amazon', '--no-browser', '--json'],
      options({ home }),
    );
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(errorOf(result.stderr)).toMatchObject({
      code: 'config_broken',
      message: expect.stringContaining(file),
    });
    expect(result.stderr).not.toMatch(/Atzr|http/);
    expect(readFileSync(file, 'utf8')).toBe('{"refreshToken":"Atzr|secret"');
  });
});
