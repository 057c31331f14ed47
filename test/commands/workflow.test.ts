import { createHash } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  SANDBOX_ACCOUNTS,
  SANDBOX_CLIENT_ID,
  SANDBOX_CLIENT_SECRET,
} from '../../src/sandbox/amazon/seed.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import {
  ciVariables,
  makeLine,
  openLiveSandbox,
  parseRows,
  type Row,
  type RunSummary,
} from '../kit/test-workspace.js';
import { makeUuid } from '../kit/events.js';
import { makeFolder, type RunOptions, runPostback, spawnPostback } from '../kit/run.js';

const CLIENT = {
  POSTBACK_AMAZON_CLIENT_ID: SANDBOX_CLIENT_ID,
  POSTBACK_AMAZON_CLIENT_SECRET: SANDBOX_CLIENT_SECRET,
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const EMAIL = { type: 'EMAIL', values: [sha256('test@example.com')] };

/**
 * Line 1 and 7 are purchases with other facts, 2 a wish, 3 to 6 stay here for a reason, 8 is no
 * JSON.
 */
const FILE = [
  makeLine(
    1,
    { eventTimestamp: '@1' },
    { value: 19.999, quantity: 2, phone: '+1 (206) 555-0100', aref: 'A1b2C3d4E5.1794945600000' },
  ),
  makeLine(
    2,
    { eventName: 'wishlist_add' },
    { value: undefined, currency: undefined, game_id: 'g' },
  ),
  makeLine(3, {}, { utm_source: undefined }),
  makeLine(4, { consentLevel: 'none' }),
  makeLine(5, { eventName: 'email_acquired' }),
  makeLine(6, { type: 'page', eventName: undefined }),
  makeLine(7, {}, { value: undefined, country: 'DE' }),
  '{"type":"track",',
  makeLine(1, {}, { value: '7' }),
];

/** The file's text, its first event a known moment of the last hours. */
function writeEvents(folder: string, time: string): string {
  const path = join(folder, 'events.jsonl');
  writeFileSync(path, `${FILE.join('\n').replace('@1', time)}\n`);
  return path;
}

function expectSummary(summary: RunSummary): void {
  expect(summary).toMatchObject({
    command: 'send',
    workspace: 'default',
    lines: 9,
    invalid: 1,
    events: 8,
    postbacks: 4,
    delivered: 3,
    failed: 0,
    pending: 0,
    skipped: 4,
    skips: { organic: 1, consent_none: 1, no_goal: 1, duplicate: 1 },
    networks: { amazon: { delivered: 3, failed: 0, pending: 0, skipped: 1, requests: 1 } },
  });
}

/** What the sandbox must hold: derived from the file by hand, with the ids that the log shows. */
function expectConversions(sandbox: Sandbox, rows: readonly Row[], time: string): void {
  const idOf = (number: number): string =>
    rows.find(({ eventId, status }) => eventId === makeUuid(number) && status === 'success')!
      .postbackId!;
  const events = sandbox.state.conversions().map(({ event }) => event);
  expect(events).toEqual([
    {
      conversionDefinitionId: '1234567890',
      name: 'First Purchase',
      timestamp: `${time.slice(0, 19)}Z`,
      countryCode: 'US',
      matchKeys: [EMAIL, { type: 'PHONE', values: [sha256('12065550100')] }],
      clientDedupeId: idOf(1),
      value: 20,
      currencyCode: 'USD',
      unitsSold: 2,
    },
    expect.objectContaining({
      conversionDefinitionId: '9007199254740993',
      name: 'Wish',
      clientDedupeId: idOf(2),
    }),
    {
      conversionDefinitionId: '1234567890',
      name: 'First Purchase',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
      countryCode: 'DE',
      matchKeys: [EMAIL],
      clientDedupeId: idOf(7),
    },
  ]);
  expect(events[1]).not.toHaveProperty('value');
  expect(sandbox.state.received()).toBe(3);
  expect(new Set([1, 2, 7].map(idOf)).size).toBe(3);
}

function expectRows(rows: readonly Row[]): void {
  const told = rows.map(({ eventId, event, goal, network, status, http, attempt, reason }) =>
    [Number(eventId.slice(-2)), event, goal, network, status, http, attempt, reason].join(' '),
  );
  expect(told.sort()).toEqual([
    '1 purchase first-purchase amazon skipped   duplicate',
    '1 purchase first-purchase amazon success 207 1 ',
    '2 wishlist_add wish amazon success 207 1 ',
    '3 purchase   skipped   organic',
    '4 purchase   skipped   consent_none',
    '5 email_acquired  amazon skipped   no_goal',
    '7 purchase first-purchase amazon success 207 1 ',
  ]);
  for (const row of rows.filter(({ status }) => status === 'success')) {
    expect(row).toMatchObject({
      account: SANDBOX_ACCOUNTS.na,
      kind: 'delivered',
      requestId: expect.any(String),
    });
  }
}

describe('the whole workflow', () => {
  const time = new Date(Date.now() - 7_200_000).toISOString();

  test('by hand, then in CI from nothing but the exported file and variables: the same conversions', async () => {
    const sandbox = await openLiveSandbox();
    const [home, cwd] = [await makeFolder(), await makeFolder()];
    const options = (change: RunOptions = {}): RunOptions => ({
      home,
      cwd,
      ...change,
      env: { ...CLIENT, POSTBACK_GATEWAY: sandbox.url, ...change.env },
    });
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await runPostback(args, options());
      expect(code, `${args.join(' ')}\n${stderr}`).toBe(0);
      return stdout;
    };

    const connecting = await spawnPostback(
      ['connect', 'amazon', '--gateway', sandbox.url, '--no-browser', '--port', '18801'],
      options({ env: { POSTBACK_GATEWAY: undefined } }),
    );
    const [, url] = await connecting.waitFor('stderr', /^(http\S+)\n/m);
    const page = await followLike(url!);
    expect(page).toContain('<h1>Connected</h1>');
    const connected = await connecting.finished;
    expect(connected.code, connected.stderr).toBe(0);

    expect(await run('goals', 'add', '--template', 'first-purchase')).toBe('first-purchase\n');
    expect(
      await run(
        'goals',
        'add',
        '--name',
        'Wish',
        '--event',
        'wishlist_add',
        '--trigger',
        'repeatable',
      ),
    ).toBe('wish\n');
    await run('map', 'first-purchase', 'amazon', '1234567890');
    await run('map', 'wish', 'amazon', '9007199254740993');
    expect(JSON.parse(await run('goals', 'list', '--json'))).toMatchObject([
      {
        id: 'first-purchase',
        event: 'purchase',
        trigger: 'once',
        enabled: true,
        map: { amazon: '1234567890' },
      },
      { id: 'wish', event: 'wishlist_add', trigger: 'repeatable', enabled: true },
    ]);
    expect(JSON.parse(await run('map', '--json'))).toEqual([
      { goal: 'first-purchase', network: 'amazon', value: '1234567890', test: null, valid: true },
      { goal: 'wish', network: 'amazon', value: '9007199254740993', test: null, valid: true },
    ]);

    const sent = await runPostback(['send', writeEvents(cwd, time), '--json'], options());
    expect(sent.code, sent.stderr).toBe(3);
    expectSummary(JSON.parse(sent.stdout) as RunSummary);
    const rows = parseRows(await run('logs', '--all', '--json'));
    expectRows(rows);
    expectConversions(sandbox, rows, time);

    const repository = await makeFolder();
    await run('config', 'export', '--out', join(repository, 'postback.config.json'));
    await runInCi(await openLiveSandbox(), repository, time);
  });
});

/** "To be shown" 3: an empty home, the file, the variables. */
async function runInCi(sandbox: Sandbox, cwd: string, time: string): Promise<void> {
  const home = await makeFolder();
  const options: RunOptions = { home, cwd, env: { ...ciVariables(sandbox), CI: 'true' } };
  const sent = await runPostback(
    ['send', writeEvents(await makeFolder(), time), '--json'],
    options,
  );
  expect(sent.code, sent.stderr).toBe(3);
  expectSummary(JSON.parse(sent.stdout) as RunSummary);
  const rows = parseRows((await runPostback(['logs', '--all', '--json'], options)).stdout);
  expectRows(rows);
  expectConversions(sandbox, rows, time);
  const config = join(home, 'config');
  expect(existsSync(config) ? readdirSync(config) : []).toEqual([]);
}

/** What `curl -L` does: no cookies, no script, `Accept: *`/`*`. */
async function followLike(url: string): Promise<string> {
  const consent = await fetch(url, { redirect: 'manual', headers: { accept: '*/*' } });
  const back = new URL(consent.headers.get('location')!);
  // Bound to 127.0.0.1; a machine without ::1 resolves localhost all the same.
  back.hostname = '127.0.0.1';
  return (await fetch(back)).text();
}
