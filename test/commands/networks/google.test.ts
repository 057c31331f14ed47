import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/json.js';
import type { FaultRule } from '../../../src/sandbox/faults/fault-rule.js';
import {
  SANDBOX_GOOGLE_CUSTOMER,
  SANDBOX_GOOGLE_DISABLED_CLIENT_ID,
  SANDBOX_GOOGLE_MANAGED_CUSTOMER,
  SANDBOX_GOOGLE_MANAGER,
  SANDBOX_GOOGLE_REFRESH_TOKEN,
  seededRefreshToken,
} from '../../../src/sandbox/google/seed.js';
import {
  makeLine,
  openLiveSandbox,
  readError,
  type RunSummary,
  steer,
  type TestWorkspaceOptions,
} from '../../kit/test-workspace.js';
import {
  ACTION,
  CLICK,
  CLIENT,
  createGoogleWorkspace,
  GOAL,
  makeClicks,
  QUICK,
} from '../../kit/google-workspace.js';
import { type RunOptions, runPostback, spawnPostback } from '../../kit/run.js';

/** Google is asked 5 s after a request at the earliest. */
const LATER = { clock: { aheadMs: 6_000 } };

// docs/reference/google.md#answers
describe('each answer of the table, as the sandbox plays it', () => {
  const fault = (rule: FaultRule): FaultRule[] => [{ match: 'events:ingest', ...rule }];
  const goal = (google: string): object => ({ ...GOAL, map: { google } });
  test.each<[string, TestWorkspaceOptions, number, object, object]>([
    [
      'accepted, not delivered',
      {},
      0,
      { pending: 2, waiting: { processing: 2 } },
      { http: 200, reason: 'accepted' },
    ],
    [
      'throttled, then accepted',
      { sandbox: { faults: fault({ status: 429, times: 1 }) } },
      0,
      { pending: 2, waiting: { processing: 2 } },
      { http: 429, status: 'retried' },
    ],
    [
      'throttled out',
      { sandbox: { faults: fault({ status: 429 }) } },
      5,
      { pending: 2, waiting: { throttled: 2 } },
      { http: 429, reason: 'http_429' },
    ],
    [
      'away',
      { sandbox: { faults: fault({ status: 503 }) } },
      5,
      { pending: 2, waiting: { transient: 2 } },
      { http: 503, message: 'The service is currently unavailable.' },
    ],
    [
      'the token has ended: renewed once, without a word',
      { sandbox: { faults: fault({ expire: true, times: 1 }) } },
      0,
      { pending: 2, waiting: { processing: 2 } },
      { http: 401, status: 'retried', reason: 'unauthorized' },
    ],
    [
      'the grant is revoked',
      { sandbox: { faults: fault({ revoke: true, times: 1 }) } },
      4,
      { pending: 2, waiting: { credential: 2 } },
      { http: 401 },
    ],
    [
      'forbidden',
      { env: { POSTBACK_GOOGLE_CUSTOMER_ID: '9999999999' } },
      4,
      { pending: 2, waiting: { credential: 2 } },
      { http: 403, reason: 'PERMISSION_DENIED', status: 'failed' },
    ],
    [
      'a conversion action that does not exist',
      { goals: [goal('404404404')] },
      3,
      { failed: 2, failures: { configuration: 2 } },
      { http: 400, reason: 'INVALID_CONVERSION_ACTION_ID' },
    ],
    [
      'one that was made too recently',
      { goals: [goal('425425425')] },
      5,
      { pending: 2, waiting: { transient: 2 } },
      { http: 400, reason: 'CONVERSION_ACTION_TOO_RECENTLY_CREATED' },
    ],
    [
      'an account without enhanced conversions',
      { goals: [goal('403403403')] },
      3,
      { failed: 2, failures: { configuration: 2 } },
      { reason: 'DESTINATION_ACCOUNT_NOT_ENABLED_ENHANCED_CONVERSIONS_FOR_LEADS' },
    ],
  ])('%s', async (_name, parts, exit, expected, row) => {
    const workspace = await createGoogleWorkspace(parts);
    expect(await workspace.send(makeClicks(2), exit, '--max-attempts', '2')).toMatchObject(
      expected,
    );
    expect(await workspace.logs('--all')).toContainEqual(expect.objectContaining(row));
  });
});

describe('what Google decides later', () => {
  const reasons: [string, JsonObject, number, object, object][] = [
    ['success', {}, 0, { delivered: 1 }, { status: 'success', http: 200 }],
    [
      'a click id that cannot be decoded',
      { gclid: 'invalid-1' },
      3,
      { failures: { payload: 1 } },
      {
        status: 'failed',
        reason: 'INVALID_GCLID',
        message: 'Google rejected this record: INVALID_GCLID',
      },
    ],
    [
      'consent denied',
      { ad_user_data: 'DENIED' },
      3,
      { failures: { payload: 1 } },
      { reason: 'DENIED_CONSENT' },
    ],
    [
      "another account's click",
      { gclid: 'foreign-1' },
      3,
      { failures: { configuration: 1 } },
      { reason: 'OPERATING_ACCOUNT_MISMATCH_FOR_AD_IDENTIFIER' },
    ],
    [
      'a click of the last hours',
      { gclid: 'recent-1' },
      5,
      { pending: 1, waiting: { transient: 1, processing: 0 } },
      { status: 'retried', reason: 'TOO_RECENT_CLICK' },
    ],
  ];
  test.each(reasons)('%s', async (_name, properties, exit, expected, row) => {
    const workspace = await createGoogleWorkspace(QUICK);
    expect(await workspace.send(makeClicks(1, { 1: properties }), exit, '--wait')).toMatchObject(
      expected,
    );
    expect(await workspace.logs('--all')).toContainEqual(expect.objectContaining(row));
  });

  test('undecided postbacks are duplicates for send, and replay asks for them', async () => {
    const workspace = await createGoogleWorkspace();
    const text = makeClicks(3);
    expect(await workspace.send(text, 0)).toMatchObject({ pending: 3, waiting: { processing: 3 } });
    expect(await workspace.send(text, 0)).toMatchObject({ pending: 0, skips: { duplicate: 3 } });
    const { code, stdout } = await workspace.run(['replay', '--yes', '--json'], LATER);
    expect(code).toBe(0);
    expect(JSON.parse(stdout) as RunSummary).toMatchObject({ delivered: 3, pending: 0 });
    expect(workspace.sandbox.state.received()).toBe(3);
    expect((await workspace.logs()).map(({ status }) => status)).toEqual([
      'success',
      'success',
      'success',
    ]);
  });

  test('status asks for them too, and shows what it was told', async () => {
    const workspace = await createGoogleWorkspace();
    await workspace.send(makeClicks(2), 0);
    const before = await workspace.run(['status', '--json']);
    expect(findGoogle(before.stdout)).toMatchObject({ processing: 2, delivered24h: 0 });
    const { code, stdout } = await workspace.run(['status', '--json'], LATER);
    expect(code).toBe(0);
    expect(findGoogle(stdout)).toMatchObject({ processing: 0, delivered24h: 2, health: 'ok' });
    expect((await workspace.logs()).map(({ status }) => status)).toEqual(['success', 'success']);
  });

  test('one bad event in a full batch: 1 999 neighbours are delivered once', async () => {
    const workspace = await createGoogleWorkspace(QUICK);
    const file = join(workspace.cwd, 'events.jsonl');
    writeFileSync(file, makeClicks(2000, { 1234: { gclid: 'malformed-1' } }));
    const { code, stdout } = await workspace.run(['send', file, '--wait', '--json']);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      delivered: 1999,
      failed: 1,
      pending: 0,
      networks: { google: { requests: 2 } },
    });
    expect(workspace.sandbox.state.received()).toBe(1999);
    expect(await workspace.logs('--status', 'failed')).toMatchObject([
      {
        reason: 'INVALID_FORMAT',
        message: expect.stringContaining('events.events[1233].ad_identifiers.gclid') as string,
      },
    ]);
  });

  test('bad ones among good ones: neighbours delivered once, the bad with the words of the network', async () => {
    const workspace = await createGoogleWorkspace(QUICK);
    const odd = { 2: { gclid: 'malformed-2' }, 5: { gclid: 'invalid-5' } };
    const summary = await workspace.send(makeClicks(6, odd), 3, '--wait');
    expect(summary).toMatchObject({
      postbacks: 6,
      delivered: 4,
      failed: 2,
      pending: 0,
      failures: { payload: 2 },
    });
    const failed = await workspace.logs('--status', 'failed');
    expect(failed.map(({ reason, message }) => [reason, message])).toEqual([
      [
        'INVALID_FORMAT',
        'events.events[1].ad_identifiers.gclid: Format is invalid. INVALID_FORMAT',
      ],
      ['INVALID_GCLID', 'Google rejected this record: INVALID_GCLID'],
    ]);
    const conversions = workspace.sandbox.state.conversions();
    expect(conversions).toHaveLength(4);
    expect(new Set(conversions.map(({ dedupeId }) => dedupeId)).size).toBe(4);
  });

  test('a grant that is revoked meanwhile: exit 4, and after connecting again the answer is still there', async () => {
    const workspace = await createGoogleWorkspace();
    expect(await workspace.send(makeClicks(2), 0)).toMatchObject({ waiting: { processing: 2 } });
    await steer(workspace.sandbox, 'POST', '/grants/revoke', { network: 'google' });
    const refused = await workspace.run(['replay', '--yes'], LATER);
    expect(refused.code).toBe(4);
    expect(refused.stderr).toMatch(/cannot be asked.*Google ends grants of a consent screen/s);
    expect(refused.stderr).toContain('postback connect google');
    await steer(workspace.sandbox, 'POST', '/grants/restore', { network: 'google' });
    const { stdout } = await workspace.run(['replay', '--yes', '--json'], LATER);
    expect(JSON.parse(stdout)).toMatchObject({ delivered: 2, pending: 0 });
    expect(workspace.sandbox.state.received()).toBe(2);
  });
});

describe('before anything is sent', () => {
  test('two goals of one event go in requests of their own', async () => {
    const other = { ...GOAL, id: 'other', name: 'Other', map: { google: '987654322' } };
    const workspace = await createGoogleWorkspace({ goals: [GOAL, other] });
    expect(await workspace.send(makeClicks(3), 0)).toMatchObject({
      postbacks: 6,
      networks: { google: { requests: 2 } },
    });
    const targets = workspace.sandbox.state.conversions().map(({ target }) => target);
    expect(targets.filter((target) => target === ACTION)).toHaveLength(3);
    expect(targets).toHaveLength(6);
  });

  test('the shared id of a browser is the transaction id', async () => {
    const workspace = await createGoogleWorkspace();
    const shared = { _imtbl_conversion_id: 'browser-1', _imtbl_conversion_network: 'google' };
    await workspace.send(makeClicks(1, { 1: shared }), 0);
    expect(workspace.sandbox.state.conversions().map(({ dedupeId }) => dedupeId)).toEqual([
      'browser-1',
    ]);
  });

  test('test conversions are checked, and leave nothing at Google', async () => {
    const workspace = await createGoogleWorkspace();
    const { code, stdout } = await workspace.run(['test', '--json']);
    expect([code, JSON.parse(stdout)]).toMatchObject([
      0,
      { tests: [{ network: 'google', status: 'delivered' }] },
    ]);
    expect(workspace.sandbox.state.received()).toBe(0);
  });

  test('windows: 90 days with a click, 63 without', async () => {
    const workspace = await createGoogleWorkspace({
      settings: { 'google.withoutClickId': 'send' },
    });
    const at = (days: number): JsonObject => ({
      eventTimestamp: new Date(Date.now() - days * 86_400_000).toISOString(),
    });
    const utm = { utm_source: 'adwords', utm_medium: 'cpc', gclid: undefined };
    const lines = [
      makeLine(1, at(89), CLICK),
      makeLine(2, at(91), CLICK),
      makeLine(3, at(62), { ...CLICK, ...utm }),
      makeLine(4, at(64), { ...CLICK, ...utm }),
    ];
    const summary = await workspace.send(`${lines.join('\n')}\n`, 0, '--wait');
    expect(summary).toMatchObject({ delivered: 2, skips: { too_old: 2 } });
  });
});

describe('connect', () => {
  function connect(gateway: string, args: string[], options: RunOptions = {}) {
    const env = { ...CLIENT, POSTBACK_GATEWAY: gateway, ...options.env };
    return runPostback(['connect', 'google', '--json', ...args], { ...options, env });
  }

  test('in the browser: consent, customer, check, file', async () => {
    const { url } = await openLiveSandbox();
    const env = { ...CLIENT, POSTBACK_GATEWAY: url };
    const args = [
      'connect',
      'google',
      '--customer',
      '123-456-7890',
      '--no-browser',
      '--json',
      '--port=18797',
    ];
    const running = await spawnPostback(args, { env });
    const [, authorizeUrl] = await running.waitFor('stderr', /^(http\S+)\n/m);
    const asked = new URL(authorizeUrl!).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      scope: 'https://www.googleapis.com/auth/datamanager',
      access_type: 'offline',
      prompt: 'consent',
      code_challenge_method: 'S256',
    });
    const consent = await fetch(authorizeUrl!, { redirect: 'manual' });
    await fetch(consent.headers.get('location')!.replace('localhost', '127.0.0.1'));
    const { code, stdout, stderr, home } = await running.finished;
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      network: 'google',
      account: SANDBOX_GOOGLE_CUSTOMER,
    });
    expect(stdout + stderr).not.toMatch(/1\/\/0|ya29|GOCSPX/);
    expect(readFileSync(join(home, 'config', 'credentials.json'), 'utf8')).toContain('1//0');
  });

  test('with a refresh token, through a manager; mappings survive a reconnect, and --replace', async () => {
    const { url } = await openLiveSandbox();
    const through = [
      '--token-stdin',
      '--customer',
      SANDBOX_GOOGLE_MANAGED_CUSTOMER,
      '--login-customer',
      '111-222-3333',
    ];
    const first = await connect(url, through, { input: seededRefreshToken('manager') });
    expect(first.code, first.stderr).toBe(0);
    const { home } = first;
    await runPostback(
      ['goals', 'add', '--name', 'Buy', '--event', 'purchase', '--trigger', 'once'],
      { home },
    );
    await runPostback(['map', 'buy', 'google', ACTION], { home });
    const expectMapped = async (): Promise<void> => {
      const { stdout } = await runPostback(['map', '--json'], { home });
      expect(JSON.parse(stdout)).toEqual([
        expect.objectContaining({ network: 'google', value: ACTION }),
      ]);
    };
    const same = await connect(url, through, { home, input: seededRefreshToken('manager') });
    expect(same.code, same.stderr).toBe(0);
    await expectMapped();
    const other = ['--token-stdin', '--customer', SANDBOX_GOOGLE_CUSTOMER];
    const refused = await connect(url, other, { home, input: SANDBOX_GOOGLE_REFRESH_TOKEN });
    expect([refused.code, readError(refused.stderr).code]).toEqual([2, 'account_differs']);
    const read = (): string => readFileSync(join(home, 'config', 'credentials.json'), 'utf8');
    expect(read()).toContain(SANDBOX_GOOGLE_MANAGER);
    const again = await connect(url, [...other, '--replace'], {
      home,
      input: SANDBOX_GOOGLE_REFRESH_TOKEN,
    });
    expect(again.code, again.stderr).toBe(0);
    await expectMapped();
    const stored = read();
    expect(stored).toContain(SANDBOX_GOOGLE_CUSTOMER);
    expect(stored).not.toContain(SANDBOX_GOOGLE_MANAGER);
  });

  test.each<[string, string[], string, NodeJS.ProcessEnv, number, string]>([
    [
      'a token that is none',
      ['--customer', SANDBOX_GOOGLE_CUSTOMER],
      '1//0wrong',
      {},
      4,
      'grant_refused',
    ],
    [
      "another's customer",
      ['--customer', '9999999999'],
      SANDBOX_GOOGLE_REFRESH_TOKEN,
      {},
      4,
      'account_refused',
    ],
    [
      'no customer id',
      ['--customer', 'AW-123'],
      SANDBOX_GOOGLE_REFRESH_TOKEN,
      {},
      2,
      'bad_account',
    ],
    ['no customer at all', [], SANDBOX_GOOGLE_REFRESH_TOKEN, {}, 2, 'needs_answer'],
    [
      'a wrong secret',
      ['--customer', SANDBOX_GOOGLE_CUSTOMER],
      SANDBOX_GOOGLE_REFRESH_TOKEN,
      { POSTBACK_GOOGLE_CLIENT_SECRET: 'wrong' },
      4,
      'client_refused',
    ],
    [
      "another application's token",
      ['--customer', SANDBOX_GOOGLE_CUSTOMER],
      SANDBOX_GOOGLE_REFRESH_TOKEN,
      { POSTBACK_GOOGLE_CLIENT_ID: SANDBOX_GOOGLE_DISABLED_CLIENT_ID },
      4,
      'grant_refused',
    ],
  ])('refused before anything is stored: %s', async (_name, args, input, env, exit, errorCode) => {
    const { url } = await openLiveSandbox();
    const { code, stderr, home } = await connect(url, ['--token-stdin', ...args], { input, env });
    expect([code, readError(stderr).code]).toEqual([exit, errorCode]);
    expect(stderr).not.toMatch(/1\/\/0|GOCSPX/);
    expect((await runPostback(['map', '--json'], { home })).code).toBe(0);
    expect(() => readFileSync(join(home, 'config', 'credentials.json'))).toThrow('ENOENT');
  });

  test('an incomplete set of variables is named', async () => {
    const workspace = await createGoogleWorkspace({ env: { POSTBACK_GOOGLE_CUSTOMER_ID: '' } });
    const { code, stderr } = await workspace.run(['send', '-', '--json'], { input: makeClicks(1) });
    expect([code, readError(stderr)]).toMatchObject([4, { code: 'environment_incomplete' }]);
    expect(readError(stderr).message).toContain('POSTBACK_GOOGLE_CUSTOMER_ID');
  });
});

function findGoogle(status: string): unknown {
  const { networks } = JSON.parse(status) as { networks: { network: string }[] };
  return networks.find(({ network }) => network === 'google');
}
