import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { createHttpClient } from '../../../../src/http/client.js';
import type { HttpClient } from '../../../../src/http/http.js';
import { google } from '../../../../src/networks/google/google.js';
import { preflight } from '../../../../src/networks/google/preflight.js';
import type { Connection } from '../../../../src/networks/network.js';
import type { PreflightGoal } from '../../../../src/networks/preflight.js';
import { SANDBOX_GOOGLE_CUSTOMER } from '../../../../src/sandbox/google/seed.js';
import type { Sandbox } from '../../../../src/sandbox/sandbox.js';
import { googleToken } from '../../sandbox/google/calls.js';
import { NOW_MS, openSandbox } from '../../sandbox/test-sandbox.js';

const clients: HttpClient[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((http) => http.close()));
});

const CONNECTION: Connection = {
  network: 'google',
  account: SANDBOX_GOOGLE_CUSTOMER,
  source: 'store',
};

/** `id result message` of each finding. */
async function checkLive(
  sandbox: Sandbox,
  goals: PreflightGoal[],
  account = SANDBOX_GOOGLE_CUSTOMER,
): Promise<string[]> {
  const http = createHttpClient({
    gateway: sandbox.url,
    timeoutMs: 5_000,
    userAgent: 'postback/test',
  });
  clients.push(http);
  const preflight = await google.loadPreflight!();
  const accessToken = await googleToken(sandbox);
  const connection = { ...CONNECTION, account };
  const findings = await preflight.checkLive!({
    http,
    connection,
    accessToken,
    goals,
    nowMs: NOW_MS,
  });
  return findings.map(({ id, result, message }) => `${id} ${result} ${message}`);
}

describe('asked of Google', () => {
  test('account and every action, each once; nothing is kept', async () => {
    const sandbox = await openSandbox();
    const goals = [
      { id: 'buy', mapping: '987654321', test: '987654322' },
      { id: 'again', mapping: '987654321' },
      { id: 'bare' },
      { id: 'tag', mapping: 'AW-1' },
    ];
    expect(await checkLive(sandbox, goals)).toEqual([
      `account pass The user has access to customer ${SANDBOX_GOOGLE_CUSTOMER}.`,
      'definitions pass Conversion action 987654321 (buy, again) accepts conversions.',
      'definitions pass Conversion action 987654322 (buy) accepts conversions.',
    ]);
    expect(sandbox.state.received()).toBe(0);
  });

  test.each([
    ['404404404', 'fail Conversion action 404404404 (buy) was refused'],
    ['415415415', 'fail Conversion action 415415415 (buy) was refused'],
    ['425425425', 'warn Conversion action 425425425 (buy) does not accept conversions yet'],
    ['403403403', 'warn Conversion action 403403403 (buy) accepts only click ids'],
  ])('action %s', async (mapping, expected) => {
    const [, finding] = await checkLive(await openSandbox(), [{ id: 'buy', mapping }]);
    expect(finding).toContain(`definitions ${expected}`);
  });

  test("another's customer: nothing more is asked", async () => {
    const findings = await checkLive(
      await openSandbox(),
      [{ id: 'buy', mapping: '987654321' }],
      '9999999999',
    );
    expect(findings).toEqual([
      expect.stringContaining('account fail Google refused access to customer 9999999999'),
    ]);
  });

  test('no answer is told as such', async () => {
    const sandbox = await openSandbox();
    const rule = { match: 'events:ingest', status: 503 };
    await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'PUT', body: JSON.stringify([rule]) });
    expect(await checkLive(sandbox, [])).toEqual([
      expect.stringContaining('account fail Google could not check'),
    ]);
  });
});

describe('foreseen', () => {
  test.each<[string, Partial<Connection>, string[]]>([
    ['nothing is known', {}, []],
    [
      'the scope is there',
      { scopes: ['https://www.googleapis.com/auth/datamanager'] },
      ['scopes pass'],
    ],
    ['another scope', { scopes: ['https://www.googleapis.com/auth/adwords'] }, ['scopes fail']],
    [
      'the first week',
      { connectedAt: new Date(NOW_MS - 6 * 86_400_000).toISOString() },
      ['consent-screen warn'],
    ],
    ['a week later', { connectedAt: new Date(NOW_MS - 8 * 86_400_000).toISOString() }, []],
  ])('%s', async (_name, changes, expected) => {
    const preflight = await google.loadPreflight!();
    const findings = preflight.checkConfig?.({ ...CONNECTION, ...changes }, NOW_MS) ?? [];
    expect(findings.map(({ id, result }) => `${id} ${result}`)).toEqual(expected);
  });

  test('the day on which a grant of a consent screen in testing ends', async () => {
    const preflight = await google.loadPreflight!();
    const [finding] =
      preflight.checkConfig?.({ ...CONNECTION, connectedAt: '2026-03-08T00:00:00Z' }, NOW_MS) ?? [];
    expect(finding?.message).toContain('ends on 2026-03-15');
  });
});

describe('google: a fault of our own request', () => {
  const said = 'events.events[0].event_source: Required field is missing. REQUIRED_FIELD_MISSING';

  /**
   * A server that refuses every event for what postback writes, as Google did for events without a
   * source.
   */
  async function openRefuser(violations: object[]): Promise<string> {
    const details = [
      { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: violations },
    ];
    const error = {
      code: 400,
      status: 'INVALID_ARGUMENT',
      message: 'There was a problem with the request.',
      details,
    };
    const server = createServer((request, response) => {
      request.resume().on('end', () => response.writeHead(400).end(JSON.stringify({ error })));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => {
      server.close().closeAllConnections();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  function findAll(gateway: string) {
    const http = createHttpClient({ gateway, timeoutMs: 5_000, userAgent: 'postback/test' });
    clients.push(http);
    const goals = [{ id: 'buy', mapping: '987654321' }];
    return preflight.checkLive!({
      http,
      connection: CONNECTION,
      accessToken: 't',
      goals,
      nowMs: NOW_MS,
    });
  }

  test.each<[string, object[], string]>([
    [
      'a field that we leave out',
      [
        {
          field: 'destinations.destinations[0].product_destination_id',
          reason: 'INVALID_CONVERSION_ACTION_ID',
        },
        {
          field: 'events.events[0].event_source',
          description: 'Required field is missing.',
          reason: 'REQUIRED_FIELD_MISSING',
        },
      ],
      said,
    ],
    [
      'a field that Google does not know',
      [{ field: 'events[0]', description: 'Cannot find field.' }],
      'events[0]: Cannot find field.',
    ],
    ['no field named', [], 'There was a problem with the request.'],
  ])('is told as ours: %s', async (_name, violations, expected) => {
    const [finding, ...more] = await findAll(await openRefuser(violations));
    expect(more).toEqual([]);
    expect(finding).toMatchObject({
      id: 'account',
      result: 'fail',
      message: expect.stringContaining(expected) as string,
      why: expect.stringMatching(
        /bug in postback, not a problem of your mapping.*report it/,
      ) as string,
    });
    expect(finding).not.toHaveProperty('next');
  });

  test('reports a fault of our own request as ours at a conversion action too, not as a wrong mapping', async () => {
    const sandbox = await openSandbox({
      faults: [{ match: 'events:ingest', status: 400, after: 1 }],
    });
    const [, finding] = await checkLive(sandbox, [{ id: 'buy', mapping: '987654321' }]);
    expect(finding).toContain('definitions fail Google refused the test event for 987654321 (buy)');
  });
});
