import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/json.js';
import {
  SANDBOX_META_APP_ID,
  SANDBOX_META_APP_SECRET,
  SANDBOX_META_PIXEL,
  SANDBOX_META_SENDER_TOKEN,
  SANDBOX_META_TEST_CODE,
  SANDBOX_META_TOKEN,
} from '../../../src/sandbox/meta/seed.js';
import {
  makeLine,
  PURCHASE_GOAL,
  readError,
  steer,
  TestWorkspace,
  type TestWorkspaceOptions,
} from '../../kit/test-workspace.js';
import { makeUuid } from '../../kit/events.js';
import { spawnPostback } from '../../kit/run.js';

const GOAL = { ...PURCHASE_GOAL, map: {} };
const CLICK = { fbclid: 'IwAR2F4-dbP0l7Mn1IawQQGCINEz7PYXQvwjNwB_qa2ofrHyiLjcbCRxTDMgk' };
const TOKEN = {
  POSTBACK_META_ACCESS_TOKEN: SANDBOX_META_TOKEN,
  POSTBACK_META_PIXEL_ID: SANDBOX_META_PIXEL,
};
const APP = {
  POSTBACK_META_CLIENT_ID: SANDBOX_META_APP_ID,
  POSTBACK_META_CLIENT_SECRET: SANDBOX_META_APP_SECRET,
};

/** Creates a workspace whose goal is mapped by a default at Meta alone. */
function createMetaWorkspace({ env, ...parts }: TestWorkspaceOptions = {}): Promise<TestWorkspace> {
  return TestWorkspace.create({ goals: [GOAL], ...parts, env: { ...TOKEN, ...env } });
}

/** Creates a workspace without variables of Meta, for connecting. */
function createUnconnectedWorkspace(env: NodeJS.ProcessEnv = {}): Promise<TestWorkspace> {
  return TestWorkspace.create({ goals: [GOAL], env });
}

function makeClick(number: number, properties: JsonObject = {}, changes: JsonObject = {}): string {
  return `${makeLine(number, changes, { ...CLICK, ...properties })}\n`;
}

const makeClicks = (count: number) =>
  Array.from({ length: count }, (_, index) => makeClick(index + 1)).join('');

describe('connect', () => {
  test('by consent: the 60-day token is stored, and the only pixel is taken', async () => {
    const { env, home, cwd, run } = await createUnconnectedWorkspace(APP);
    const args = ['connect', 'meta', '--no-browser', '--json', '--port=18797'];
    const running = await spawnPostback(args, { env, home, cwd });
    const [, shown] = await running.waitFor('stderr', /^(http\S+)\n/m);
    const url = new URL(shown!);
    expect(url.pathname).toBe('/www.facebook.com/v25.0/dialog/oauth');
    expect(url.searchParams.get('scope')).toBe('ads_management,business_management,ads_read');
    expect(url.searchParams.has('code_challenge')).toBe(false);
    const sent = await fetch(url, { redirect: 'manual' });
    const page = await fetch(sent.headers.get('location')!.replace('localhost', '127.0.0.1'));
    expect(await page.text()).toContain('<h1>Connected</h1>');
    const { code, stdout, stderr } = await running.finished;
    expect(code, stderr).toBe(0);
    const connected = JSON.parse(stdout) as Record<string, string>;
    expect(connected).toMatchObject({
      network: 'meta',
      account: SANDBOX_META_PIXEL,
      accountName: 'Sandbox game site',
    });
    expect(Math.round((Date.parse(connected['grantExpiresAt']!) - Date.now()) / 86_400_000)).toBe(
      60,
    );
    expect(stdout + stderr).not.toMatch(/EAA|sandbox-meta-secret/);
    const file = join(home, 'config', 'credentials.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toMatch(/"accessToken": "EAA/);
    const sending = await run(['send', '-', '--json'], { input: makeClick(1) });
    expect(JSON.parse(sending.stdout)).toMatchObject({ delivered: 1 });
  });

  test('by a pasted token, and again by another, with the mappings as they were', async () => {
    const workspace = await createUnconnectedWorkspace();
    const args = [
      'connect',
      'meta',
      '--token-stdin',
      '--json',
      '--pixel',
      SANDBOX_META_PIXEL,
      '--test-code',
      'TEST9',
    ];
    const first = await workspace.run(args, { input: `${SANDBOX_META_SENDER_TOKEN}\n` });
    expect(first.code, first.stderr).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({ account: SANDBOX_META_PIXEL });
    const elsewhere = { cwd: workspace.home };
    await workspace.run(['goals', 'add', '--template', 'first-purchase'], elsewhere);
    const mapped = await workspace.run(['map', 'first-purchase', 'meta', 'Subscribe'], elsewhere);
    expect(mapped.code, mapped.stderr).toBe(0);
    const second = await workspace.run(args.slice(0, -2), { input: SANDBOX_META_TOKEN });
    expect(JSON.parse(second.stdout)).toMatchObject({ accountName: 'Sandbox game site' });
    expect((await workspace.run(['map', '--json'], elsewhere)).stdout).toContain(
      '"value":"Subscribe"',
    );
  });

  test('a token that may read needs no pixel where there is one', async () => {
    const workspace = await createUnconnectedWorkspace();
    const { code, stdout, stderr } = await workspace.run(
      ['connect', 'meta', '--token-stdin', '--json'],
      {
        input: SANDBOX_META_TOKEN,
      },
    );
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ account: SANDBOX_META_PIXEL });
  });

  test.each<[string, string, string[], number, string]>([
    [
      'a token that is none',
      'EAANoSuchTokenAtAll',
      ['--pixel', SANDBOX_META_PIXEL],
      4,
      'token_refused',
    ],
    [
      'a pixel of somebody else',
      SANDBOX_META_TOKEN,
      ['--pixel', '9876543210987654'],
      4,
      'account_refused',
    ],
    ['a pixel that cannot be one', SANDBOX_META_TOKEN, ['--pixel', 'my-pixel'], 2, 'bad_account'],
    ['a token for sending, without its pixel', SANDBOX_META_SENDER_TOKEN, [], 4, 'token_refused'],
    ['no token', '', ['--pixel', SANDBOX_META_PIXEL], 2, 'bad_token'],
    ['two words', 'EAA one', ['--pixel', SANDBOX_META_PIXEL], 2, 'bad_token'],
  ])('%s is refused before it is saved', async (_what, input, args, exit, error) => {
    const workspace = await createUnconnectedWorkspace();
    const { code, stderr } = await workspace.run(
      ['connect', 'meta', '--token-stdin', '--json', ...args],
      { input },
    );
    expect([code, readError(stderr).code]).toEqual([exit, error]);
    expect(stderr).not.toMatch(/EAANoSuchTokenAtAll|EAASandbox/);
    expect(() => statSync(join(workspace.home, 'config', 'credentials.json'))).toThrow(/ENOENT/);
  });

  test('a part of the variables is named', async () => {
    const workspace = await TestWorkspace.create({
      goals: [GOAL],
      env: { POSTBACK_META_PIXEL_ID: SANDBOX_META_PIXEL },
    });
    const { code, stderr } = await workspace.run(['send', '-', '--json'], { input: makeClick(1) });
    expect([code, readError(stderr).message]).toEqual([
      4,
      expect.stringContaining('POSTBACK_META_ACCESS_TOKEN'),
    ]);
  });
});

describe('send', () => {
  test('each conversion once, under the same id, whatever is run again', async () => {
    const workspace = await createMetaWorkspace();
    expect(await workspace.send(makeClicks(3), 0)).toMatchObject({
      delivered: 3,
      networks: { meta: { delivered: 3, requests: 1 } },
    });
    expect(await workspace.send(makeClicks(3), 0)).toMatchObject({
      delivered: 0,
      skips: { duplicate: 3 },
    });
    const kept = workspace.sandbox.state.conversions();
    expect(kept.map(({ network, account, target }) => `${network} ${account} ${target}`)).toEqual(
      Array(3).fill(`meta ${SANDBOX_META_PIXEL} Purchase`),
    );
    const rows = await workspace.logs();
    expect(new Set(kept.map(({ dedupeId }) => dedupeId))).toEqual(
      new Set(rows.map(({ postbackId }) => postbackId)),
    );
    expect(rows[0]).toMatchObject({
      status: 'success',
      http: 200,
      requestId: expect.stringMatching(/^A/) as string,
    });
  });

  test('the id that a browser pixel shares is the event_id', async () => {
    const workspace = await createMetaWorkspace();
    const shared = { _imtbl_conversion_id: 'shared-1', _imtbl_conversion_network: 'meta' };
    await workspace.send(makeClick(1, shared), 0);
    expect(workspace.sandbox.state.conversions()[0]?.dedupeId).toBe('shared-1');
  });

  test.each<[string, JsonObject, JsonObject, string]>([
    [
      'a website without a browser',
      { source: 'website', page_url: 'https://game.example/' },
      {},
      'incomplete_event',
    ],
    ['a purchase without currency', { currency: undefined }, {}, 'incomplete_event'],
    [
      'over 7 days ago',
      {},
      { eventTimestamp: new Date(Date.now() - 7.01 * 86_400_000).toISOString() },
      'too_old',
    ],
    [
      'two minutes ahead',
      {},
      { eventTimestamp: new Date(Date.now() + 180_000).toISOString() },
      'in_future',
    ],
    ['consent to nothing', {}, { consentLevel: 'none' }, 'consent_none'],
    [
      'nothing that tells people apart',
      { fbclid: undefined, utm_source: 'facebook', utm_medium: 'cpc', email: undefined },
      {},
      'no_match_key',
    ],
    [
      'a paid campaign without a click',
      { fbclid: undefined, utm_source: 'facebook', utm_medium: 'cpc' },
      {},
      'no_click_id',
    ],
  ])('%s is not sent', async (_what, properties, changes, reason) => {
    const workspace = await createMetaWorkspace();
    expect(await workspace.send(makeClick(1, properties, changes), 0)).toMatchObject({
      delivered: 0,
      skips: { [reason]: 1 },
    });
    expect(workspace.sandbox.state.received()).toBe(0);
  });

  test('a store may take 61 days, in a request of its own', async () => {
    const workspace = await createMetaWorkspace();
    const eventTimestamp = new Date(Date.now() - 61 * 86_400_000).toISOString();
    const old = makeClick(2, { source: 'offline', click_time: eventTimestamp }, { eventTimestamp });
    expect(await workspace.send(makeClick(1) + old, 0)).toMatchObject({
      delivered: 2,
      networks: { meta: { requests: 2 } },
    });
  });

  test('at consent anonymous: the click, and nobody', async () => {
    const workspace = await createMetaWorkspace();
    await workspace.send(
      makeClick(1, { external_id: 'p1', phone: '+16505551212' }, { consentLevel: 'anonymous' }),
      0,
    );
    expect(
      Object.keys(workspace.sandbox.state.conversions()[0]?.event['user_data'] as object),
    ).toEqual(['country', 'fbc']);
  });

  test('a refused grant: exit 4, pending, the command that helps; then all arrive', async () => {
    const workspace = await createMetaWorkspace();
    await steer(workspace.sandbox, 'POST', '/grants/revoke');
    const refused = await workspace.run(['send', '-'], { input: makeClicks(2) });
    expect(refused.code, refused.stderr).toBe(4);
    expect(refused.stderr).toMatch(/Meta Conversions API refuses the grant: .*has not authorized/);
    expect(refused.stderr).toMatch(/postback connect meta|POSTBACK_META_ACCESS_TOKEN/);
    await steer(workspace.sandbox, 'POST', '/grants/restore');
    expect(await workspace.send(makeClicks(2), 0)).toMatchObject({ delivered: 2 });
  });
});

describe('test events', () => {
  const trial = makeClick(1, {}, { test: true });

  test('go out with the code, and count: Meta says so, and so do we', async () => {
    const workspace = await createMetaWorkspace({
      env: { POSTBACK_META_TEST_EVENT_CODE: 'TEST9' },
    });
    expect(await workspace.send(trial + makeClick(2), 0)).toMatchObject({
      delivered: 2,
      networks: { meta: { requests: 2 } },
    });
    const codes = workspace.sandbox.state
      .conversions()
      .map(({ event }) => event['test_event_code']);
    expect(codes.sort()).toEqual(['TEST9', undefined]);
    const { code, stdout, stderr } = await workspace.run(['test', '--network', 'meta']);
    expect(code, stderr).toBe(0);
    expect(stdout + stderr).toContain('Meta shows test events in Events Manager and counts them');
  });

  test('stay without one', async () => {
    const workspace = await createMetaWorkspace();
    expect(await workspace.send(trial, 0)).toMatchObject({
      delivered: 0,
      skips: { test_event: 1 },
    });
    const { code, stderr } = await workspace.run(['test', '--network', 'meta', '--json']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('test_event_code')]);
  });
});

test('what would be sent is shown, with the token masked and people hashed', async () => {
  const workspace = await createMetaWorkspace();
  const { stdout } = await workspace.run(['send', '-', '--dry-run', '--json'], {
    input: makeClick(1),
  });
  const { requests } = JSON.parse(stdout) as {
    requests: { url: string; headers: JsonObject; body: unknown }[];
  };
  expect(requests[0]).toMatchObject({
    url: `https://graph.facebook.com/v25.0/${SANDBOX_META_PIXEL}/events`,
    headers: { Authorization: 'Bearer ***' },
  });
  expect(stdout).not.toMatch(/test@example\.com|EAASandbox/);
  expect(stdout).toContain('973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b');
  expect(stdout).toMatch(/fb\.1\.\d{13}\.IwAR2F4/);
});

test('with --sandbox a click of Meta is delivered at once', async () => {
  const workspace = await createUnconnectedWorkspace();
  const { code, stdout, stderr } = await workspace.run(['send', '-', '--sandbox', '--json'], {
    input: makeClick(1),
    env: { POSTBACK_GATEWAY: undefined },
  });
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ delivered: 1, networks: { meta: { delivered: 1 } } });
  expect(SANDBOX_META_TEST_CODE).toMatch(/^TEST/);
});

test('an event by its id says why it was sent, and how', async () => {
  const workspace = await createMetaWorkspace();
  await workspace.send(makeClick(7), 0);
  const { code, stdout, stderr } = await workspace.run(['explain', makeUuid(7), '--json']);
  expect(code, stderr).toBe(0);
  expect(stdout).toContain('graph.facebook.com');
});
