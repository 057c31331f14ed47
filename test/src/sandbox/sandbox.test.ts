import { Agent, request as httpRequest } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { FaultRule } from '../../../src/sandbox/faults/fault-rule.js';
import { startSandbox } from '../../../src/sandbox/sandbox.js';
import { testRandom } from '../../kit/seeded-random.js';
import { importV1, postEvents, postV1, v1Event, apiEvent } from './amazon/calls.js';
import { accessToken, control, openSandbox, refresh, RunClock } from './test-sandbox.js';

const DATA = 'eventData';
const batch = (size: number) => ({
  source: 'SERVER_TO_SERVER',
  eventData: Array.from({ length: size }, (_, index) => v1Event({ clientDedupeId: `id-${index}` })),
});

describe('startSandbox', () => {
  it('says that a port is in use', async () => {
    const { port } = await openSandbox();
    const second = startSandbox({ clock: new RunClock(), random: testRandom, port });
    await expect(second).rejects.toMatchObject({ kind: 'usage', code: 'port_in_use' });
  });

  it.each<[string, string, number, RegExp]>([
    ['/nowhere.amazon.com/v1', 'GET', 404, /does not play the host \\"nowhere.amazon.com\\"/],
    ['/advertising-api.amazon.com/v3/profiles', 'GET', 404, /NOT_FOUND/],
    ['/advertising-api.amazon.com/v2/profiles', 'DELETE', 405, /METHOD_NOT_ALLOWED/],
    ['/api.amazon.com/auth/o2/token', 'GET', 405, /Not Found/],
    ['/api.amazon.com', 'GET', 404, /Not Found/],
    ['//advertising-api.amazon.com/v2/profiles', 'GET', 404, /does not play the host/],
    [
      '/advertising-api.amazon.com/accounts//dsp/conversionDefinitions/eventData',
      'POST',
      404,
      /NOT_FOUND/,
    ],
  ])('answers %s %s with %i', async (path, method, status, words) => {
    const { url } = await openSandbox();
    const answer = await fetch(url + path, { method });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toMatch(words);
  });

  it('sends people from / to its page', async () => {
    const { url } = await openSandbox();
    const answer = await fetch(url);
    expect([answer.url, answer.status]).toEqual([`${url}/_sandbox/`, 200]);
  });

  it('dates its answers by its own clock and names each request', async () => {
    const answer = await refresh(await openSandbox());
    expect(answer.headers.get('date')).toBe('Tue, 10 Mar 2026 12:00:00 GMT');
    expect(answer.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f]{32}$/);
  });

  it('keeps connections open', async () => {
    const { url } = await openSandbox();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = () =>
      new Promise<number | undefined>((resolve, reject) => {
        const sent = httpRequest(`${url}/_sandbox/health`, { agent }, (answer) => {
          answer.resume();
          answer.on('end', () => resolve(sent.socket?.localPort));
        });
        sent.on('error', reject).end();
      });
    const [first, second] = [await ask(), await ask()];
    agent.destroy();
    expect(second).toBe(first);
  });

  it('plays only the networks that are asked for', async () => {
    const sandbox = await openSandbox({ networks: ['meta'] });
    expect((await refresh(sandbox)).status).toBe(404);
  });

  it('takes 20,000 events', async () => {
    const sandbox = await openSandbox();
    const token = await accessToken(sandbox);
    for (let run = 0; run < 40; run += 1) {
      const events = Array.from({ length: 500 }, (_, index) =>
        apiEvent({ eventId: `${run}-${index}` }),
      );
      expect((await postEvents(sandbox, { token, body: { events } })).status).toBe(207);
    }
    expect(sandbox.state.conversions()).toHaveLength(20_000);
  });
});

describe('faults', () => {
  it.each<[FaultRule, number, string | null]>([
    [{ status: 429 }, 429, null],
    [{ status: 429, retryAfter: 2 }, 429, '2'],
    [{ status: 503, retryAfterDate: 90 }, 503, 'Tue, 10 Mar 2026 12:01:30 GMT'],
    [{ status: 500, retryAfter: 'soon' }, 500, 'soon'],
    [{ status: 418 }, 418, null],
  ])(
    '%j answers %i, in the words of each API, and takes nothing',
    async (fault, status, retryAfter) => {
      const sandbox = await openSandbox({ faults: [fault] });
      const older = await postV1(sandbox, { body: batch(1) });
      const newer = await postEvents(sandbox, { body: { events: [apiEvent()] } });
      expect([older.status, newer.status, older.headers.get('retry-after')]).toEqual([
        status,
        status,
        retryAfter,
      ]);
      expect(Object.keys((await older.json()) as object)).toEqual([
        'requestId',
        'message',
        'errors',
      ]);
      expect(Object.keys((await newer.json()) as object)).toEqual(['code', 'message']);
      expect(sandbox.state.received()).toBe(0);
    },
  );

  it('spares the login unless it is matched', async () => {
    const sandbox = await openSandbox({ faults: [{ status: 503 }] });
    expect((await refresh(sandbox)).status).toBe(200);
    await control(sandbox, 'PUT', '/faults', { status: 503, match: 'auth/o2/token' });
    const refused = await refresh(sandbox);
    expect([refused.status, await refused.json()]).toMatchObject([503, { error: 'server_error' }]);
  });

  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('drops the connection %s the request is handled', async (drop, received) => {
    const sandbox = await openSandbox({ faults: [{ drop, times: 1 }] });
    await expect(postV1(sandbox, { body: batch(1) })).rejects.toThrow('fetch failed');
    expect(sandbox.state.received()).toBe(received);
    expect((await postV1(sandbox, { body: batch(1) })).status).toBe(207);
    expect(sandbox.state.conversions()).toMatchObject([
      { dedupeId: 'id-0', received: received + 1 },
    ]);
    expect(sandbox.state.lastRequests(2)[0]).toMatchObject({ status: 200 });
    const dropped = sandbox.state.requestCounts().filter(({ status }) => status === 0);
    expect(dropped).toMatchObject([{ count: 1 }]);
  });

  it('cuts a body in the middle', async () => {
    const sandbox = await openSandbox({ faults: [{ truncate: true }] });
    const answer = await postV1(sandbox, { body: batch(10) });
    expect(answer.status).toBe(207);
    await expect(answer.text()).rejects.toThrow('terminated');
    expect(sandbox.state.received()).toBe(10);
  });

  it.each([
    [undefined, 5],
    [false, 3],
  ])('leaves out two indices (omitAccepted %s): %i were taken', async (omitAccepted, received) => {
    const fault: FaultRule = { omit: 2, ...(omitAccepted === undefined ? {} : { omitAccepted }) };
    const sandbox = await openSandbox({ faults: [fault] });
    const { success, error } = await importV1(sandbox, [...batch(5)[DATA], v1Event({ name: '' })]);
    expect([success.length, error.length]).toEqual([3, 1]);
    expect(sandbox.state.received()).toBe(received);
  });

  it('waits, by its clock', async () => {
    const sandbox = await openSandbox({ latencyMs: 30, faults: [{ latencyMs: 100 }] });
    const token = await accessToken(sandbox);
    const before = sandbox.clock.now();
    await postV1(sandbox, { token, body: batch(1) });
    expect(sandbox.clock.now() - before).toBe(130);
  });

  it('ends an access token, and a refresh helps', async () => {
    const sandbox = await openSandbox({ faults: [{ expire: true, times: 1 }] });
    const token = await accessToken(sandbox);
    expect((await postV1(sandbox, { token, body: batch(1) })).status).toBe(401);
    expect((await postV1(sandbox, { token, body: batch(1) })).status).toBe(401);
    expect((await postV1(sandbox, { body: batch(1) })).status).toBe(207);
  });

  it('revokes the grant, and a refresh does not help', async () => {
    const sandbox = await openSandbox({ faults: [{ revoke: true, times: 1 }] });
    expect((await postV1(sandbox, { body: batch(1) })).status).toBe(401);
    expect(await (await refresh(sandbox)).json()).toMatchObject({ error: 'invalid_grant' });
    expect((await accessToken(sandbox, 'na')).startsWith('Atza|')).toBe(true);
  });

  it('repeats a run with the same seed', async () => {
    const run = async (seed: number): Promise<number[]> => {
      const sandbox = await openSandbox({ seed, faults: [{ status: 429, rate: 0.3 }] });
      const token = await accessToken(sandbox);
      const statuses: number[] = [];
      for (let sent = 0; sent < 30; sent += 1)
        statuses.push((await postV1(sandbox, { token, body: batch(1) })).status);
      return statuses;
    };
    const first = await run(99);
    expect(await run(99)).toEqual(first);
    expect(new Set(first)).toEqual(new Set([207, 429]));
  });
});
