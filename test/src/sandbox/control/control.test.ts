import { describe, expect, it } from 'vitest';
import { apiEvent, importV1, postEvents, v1Event } from '../amazon/calls.js';
import { control, openSandbox, refresh } from '../test-sandbox.js';

describe('/_sandbox', () => {
  it('is healthy', async () => {
    expect(await control(await openSandbox(), 'GET', '/health')).toEqual([200, { status: 'ok' }]);
  });

  it('lists what was accepted, after deduplication, and filters it', async () => {
    const sandbox = await openSandbox();
    await importV1(sandbox, [
      v1Event({ clientDedupeId: 'a' }),
      v1Event({ clientDedupeId: 'a' }),
      v1Event(),
    ]);
    await postEvents(sandbox, { body: { events: [apiEvent({ eventId: 'a' })] } });
    const [, all] = await control(sandbox, 'GET', '/conversions');
    const [, some] = await control(sandbox, 'GET', '/conversions?api=capi-v1&dedupeId=a');
    expect([all.count, all.conversions.length]).toEqual([3, 3]);
    expect(some.conversions).toMatchObject([
      { api: 'capi-v1', dedupeId: 'a', received: 2, target: '1234567890' },
    ]);
  });

  it('counts requests, and names the last without their bodies', async () => {
    const sandbox = await openSandbox({ faults: [{ status: 429, times: 1 }] });
    await importV1(sandbox, [v1Event()]);
    await importV1(sandbox, [v1Event()]);
    const [, { total, counts, last }] = await control(sandbox, 'GET', '/requests?limit=3');
    const host = 'advertising-api.amazon.com';
    expect(total).toBe(4);
    expect(counts).toMatchObject([
      { method: 'POST', host: 'api.amazon.com', path: '/auth/o2/token', status: 200, count: 2 },
      { host, status: 429, count: 1 },
      { host, status: 207, count: 1 },
    ]);
    expect(last).toHaveLength(3);
    expect(last[0]).toEqual({
      time: '2026-03-10T12:00:00.000Z',
      method: 'POST',
      host,
      path: '/accounts/1234567890123/dsp/conversionDefinitions/eventData',
      status: 429,
      bytes: expect.any(Number),
      faults: ['429'],
    });
  });

  it('adds, replaces and removes faults', async () => {
    const sandbox = await openSandbox({ faults: [{ status: 500 }] });
    const rules = async (method: string, path: string, body?: unknown) => {
      const [status, { faults }] = await control(sandbox, method, path, body);
      return [status, faults?.map(({ rule }: { rule: unknown }) => rule)];
    };
    expect(await rules('GET', '/faults')).toEqual([200, [{ status: 500 }]]);
    const both = [{ status: 500 }, { status: 429, rate: 0.1 }];
    expect(await rules('POST', '/faults', '429:10%')).toEqual([200, both]);
    expect(await rules('DELETE', '/faults/1')).toEqual([200, both.slice(1)]);
    expect((await control(sandbox, 'DELETE', '/faults/1'))[0]).toBe(404);
    expect(await rules('PUT', '/faults', ['omit', { drop: 'after' }])).toEqual([
      200,
      [{ omit: 1 }, { drop: 'after' }],
    ]);
    expect(await rules('DELETE', '/faults')).toEqual([200, []]);
    expect(await control(sandbox, 'GET', '/faults')).toEqual([200, { seed: 7, faults: [] }]);
  });

  it.each<[string, string, unknown, number]>([
    ['POST', '/faults', { status: 200 }, 400],
    ['PUT', '/faults', ['429:10%', 'boom'], 400],
    ['PATCH', '/faults', {}, 405],
    ['POST', '/grants/revoke', { network: 'nobody' }, 400],
    ['GET', '/nothing', undefined, 404],
    ['GET', '/reset', undefined, 404],
  ])('refuses %s %s %j', async (method, path, body, status) => {
    const sandbox = await openSandbox({ faults: [{ status: 500 }] });
    const [given, { message }] = await control(sandbox, method, path, body);
    expect([given, typeof message]).toEqual([status, 'string']);
    expect((await control(sandbox, 'GET', '/faults'))[1].faults).toHaveLength(1);
  });

  it('resets to how it began', async () => {
    const sandbox = await openSandbox({ faults: [{ latencyMs: 1 }] });
    await importV1(sandbox, [v1Event()]);
    await control(sandbox, 'PUT', '/faults', '500');
    await control(sandbox, 'POST', '/grants/revoke');
    expect(await control(sandbox, 'POST', '/reset')).toEqual([200, { ok: true }]);
    expect((await control(sandbox, 'GET', '/conversions'))[1]).toEqual({
      count: 0,
      conversions: [],
    });
    expect((await control(sandbox, 'GET', '/requests'))[1]).toEqual({
      total: 0,
      counts: [],
      last: [],
    });
    expect((await control(sandbox, 'GET', '/faults'))[1].faults).toEqual([
      { id: 1, rule: { latencyMs: 1 }, seen: 0, fired: 0 },
    ]);
    expect((await refresh(sandbox)).status).toBe(200);
  });

  it('shows a page without script, whatever was sent', async () => {
    const sandbox = await openSandbox({ faults: [{ latencyMs: 1 }] });
    const { url } = sandbox;
    await importV1(sandbox, [v1Event({ clientDedupeId: '<script>alert(1)</script>' })]);
    const answer = await fetch(`${url}/_sandbox`);
    const page = await answer.text();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    expect(page).toContain('1234567890');
    expect(page).toContain('&#60;script&#62;alert(1)');
    expect(page).not.toMatch(/<script|src=|https?:/);
  });
});
