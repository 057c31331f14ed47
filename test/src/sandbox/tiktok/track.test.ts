import { describe, expect, it } from 'vitest';
import {
  SANDBOX_TIKTOK_PIXEL,
  SANDBOX_TIKTOK_TOKEN,
  seededTikTokToken,
} from '../../../../src/sandbox/tiktok/seed.js';
import { control, NOW_MS, openSandbox, sha256 } from '../test-sandbox.js';
import { ask, track, webEvent } from './calls.js';

const NOW_S = Math.floor(NOW_MS / 1000);
const EMAIL = sha256('jo@example.com');

describe('the envelope', () => {
  it('accepts with HTTP 200 and code 0', async () => {
    const sandbox = await openSandbox();
    const [status, body] = await track(sandbox, [webEvent()]);
    expect(status).toBe(200);
    expect(body).toEqual({
      code: 0,
      message: 'OK',
      request_id: expect.stringMatching(/^20260310120000[0-9A-F]{20}$/),
      data: {},
    });
    expect(sandbox.state.conversions()).toMatchObject([
      {
        network: 'tiktok',
        api: 'events-2.0',
        account: SANDBOX_TIKTOK_PIXEL,
        target: 'Purchase',
        dedupeId: 'id-1',
        received: 1,
      },
    ]);
  });

  it.each<[string, Parameters<typeof track>[3], number, RegExp]>([
    ['no token', { headers: { 'access-token': undefined } }, 40104, /empty/],
    [
      'a bearer token',
      { headers: { 'access-token': undefined, authorization: `Bearer ${SANDBOX_TIKTOK_TOKEN}` } },
      40104,
      /empty/,
    ],
    ['a wrong token', { token: 'f'.repeat(40) }, 40105, /incorrect or has been revoked/],
    [
      'an analyst',
      { token: seededTikTokToken('analyst') },
      40001,
      /No permission to operate pixel code: C0SANDBOX/,
    ],
    [
      "somebody else's pixel",
      { token: seededTikTokToken('many') },
      40001,
      /must be an admin or operator/,
    ],
    ['another media type', { headers: { 'content-type': 'text/plain' } }, 40002, /Content-Type/],
  ])('%s: HTTP 200 all the same', async (_what, call, code, words) => {
    const sandbox = await openSandbox();
    const [status, body] = await track(sandbox, [webEvent()], {}, call);
    expect([status, body.code]).toEqual([200, code]);
    expect(body.message).toMatch(words);
    expect(sandbox.state.received()).toBe(0);
  });

  it('has no address without the slash', async () => {
    const sandbox = await openSandbox();
    expect((await ask(sandbox, 'POST', '/event/track', {}))[0]).toBe(404);
    expect((await ask(sandbox, 'GET', '/event/track/'))[0]).toBe(405);
  });
});

describe('the frame, where no event can be blamed', () => {
  it.each<[string, unknown, Record<string, unknown>, RegExp]>([
    ['no event', [], {}, /^data: Length must be between 1 and 1000/],
    ['no list', webEvent(), {}, /^data: /],
    ['the old shape', [webEvent()], { pixel_code: 'C' }, /^pixel_code: Unknown field/],
    ['no source', [webEvent()], { event_source: undefined }, /^event_source: /],
    ['another source', [webEvent()], { event_source: 'app' }, /^event_source: /],
    ['no pixel', [webEvent()], { event_source_id: undefined }, /^event_source_id: /],
    ['an empty test code', [webEvent()], { test_event_code: '' }, /^test_event_code: /],
    [
      'two test events',
      [webEvent(), webEvent()],
      { test_event_code: 'TEST1' },
      /^test_event_code: Only one/,
    ],
  ])('%s', async (_what, data, frame, words) => {
    const sandbox = await openSandbox();
    const [status, body] = await track(sandbox, data, frame);
    expect([status, body.code]).toEqual([200, 40002]);
    expect(body.message).toMatch(words);
  });

  it('takes 1000 events', async () => {
    const sandbox = await openSandbox();
    const events = Array.from({ length: 1000 }, (_, index) =>
      webEvent({ event_id: `id-${index}` }),
    );
    expect((await track(sandbox, events))[1].code).toBe(0);
    expect(sandbox.state.conversions()).toHaveLength(1000);
  });
});

describe('one event', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['no name', { event: undefined }, 'event: Missing data for required field.'],
    ['an empty name', { event: '' }, 'event: Not a valid string.'],
    ['no time', { event_time: undefined }, 'event_time: Missing data for required field.'],
    ['text as time', { event_time: '1773140000' }, 'event_time: Not a valid integer.'],
    ['milliseconds', { event_time: NOW_MS }, 'event_time: The event is in the future.'],
    ['6 minutes ahead', { event_time: NOW_S + 360 }, 'event_time: The event is in the future.'],
    [
      '29 days old',
      { event_time: NOW_S - 29 * 86_400 },
      'event_time: The event is older than 28 days.',
    ],
    ['no page', { page: undefined }, 'page: Missing data for required field.'],
    ['a page without URL', { page: {} }, 'page.url: Missing data for required field.'],
    ['a page that is none', { page: { url: 'shop' } }, 'page.url: Not a valid URL.'],
    [
      'an upper-case hash',
      { user: { email: EMAIL.toUpperCase() } },
      'user.email: Not a valid SHA-256 hash.',
    ],
    ['an empty list of hashes', { user: { phone: [] } }, 'user.phone: Not a valid SHA-256 hash.'],
    ['no IP address', { user: { ip: 'here' } }, 'user.ip: Not a valid IP address.'],
    ['an unknown field of the user', { user: { maid: 'x' } }, 'user.maid: Unknown field.'],
    ['the old shape', { context: {} }, 'context: Unknown field.'],
    [
      'text as value',
      { properties: { value: '9.99', currency: 'USD' } },
      'properties.value: Not a valid number.',
    ],
    [
      'value alone',
      { properties: { value: 9.99 } },
      'properties.currency: Missing data for required field.',
    ],
    [
      'currency alone',
      { properties: { currency: 'USD' } },
      'properties.value: Missing data for required field.',
    ],
    [
      'a currency of the game',
      { properties: { value: 1, currency: 'GEM' } },
      'properties.currency: Not a valid currency.',
    ],
    [
      'a referrer that is none',
      { page: { url: 'https://a.example/', referrer: 'b' } },
      'page.referrer: Not a valid URL.',
    ],
    ['a number as click id', { user: { ttclid: 7 } }, 'user.ttclid: Not a valid string.'],
    ['an empty browser id', { user: { ttp: '' } }, 'user.ttp: Not a valid string.'],
    [
      'a currency in small letters',
      { properties: { value: 1, currency: 'usd' } },
      'properties.currency: Not a valid currency.',
    ],
    [
      'a number as item id',
      { properties: { contents: [{ content_id: 7 }] } },
      'properties.contents.0.content_id: Not a valid string.',
    ],
    [
      'limited data use without address',
      { limited_data_use: true },
      'user.ip: Missing data for required field.',
    ],
    ['text as flag', { limited_data_use: 'true' }, 'limited_data_use: Not a valid boolean.'],
  ])('%s', async (_what, changes, words) => {
    const sandbox = await openSandbox();
    const [status, body] = await track(sandbox, [webEvent(), webEvent(changes)]);
    expect([status, body.code, body.message]).toEqual([200, 40002, `Batch.1.${words}`]);
    expect(sandbox.state.received()).toBe(0);
  });

  it('an invalid event is named among others, and a value that is not an object is invalid too', async () => {
    const sandbox = await openSandbox();
    const [, body] = await track(sandbox, [7, webEvent(), webEvent({ event: '' })]);
    expect(body.message).toBe('Batch.0: Not a valid object.; Batch.2.event: Not a valid string.');
  });

  it('may carry everything', async () => {
    const sandbox = await openSandbox();
    const user = {
      email: [EMAIL],
      phone: EMAIL,
      external_id: EMAIL,
      first_name: EMAIL,
      last_name: EMAIL,
    };
    const clear = {
      ttclid: 'E.C.P.a',
      ttp: 'p',
      ip: '203.0.113.7',
      user_agent: 'x',
      locale: 'de',
      country: 'DE',
    };
    const properties = {
      value: 9.99,
      currency: 'EUR',
      order_id: 'T-1',
      content_type: 'product',
      contents: [{ content_id: 'a', content_name: 'A', price: 9.99, quantity: 1 }],
    };
    const event = webEvent({
      user: { ...user, zip_code: EMAIL, ...clear },
      properties,
      limited_data_use: true,
    });
    expect((await track(sandbox, [event]))[1].code).toBe(0);
    expect(sandbox.state.conversions()).toMatchObject([{ excluded: 'limited_data_use', event }]);
  });
});

it('deduplicates by event and event id, the first wins', async () => {
  const sandbox = await openSandbox();
  await track(sandbox, [webEvent({ properties: { value: 1, currency: 'USD' } })]);
  await track(sandbox, [
    webEvent({ properties: { value: 2, currency: 'USD' } }),
    webEvent({ event: 'AddToWishlist' }),
  ]);
  expect(sandbox.state.conversions()).toMatchObject([
    { target: 'Purchase', received: 2, event: { properties: { value: 1 } } },
    { target: 'AddToWishlist', received: 1 },
  ]);
});

it('shows test events apart, and counts none', async () => {
  const sandbox = await openSandbox();
  await track(sandbox, [webEvent()], { test_event_code: 'TEST12345' });
  await track(sandbox, [webEvent()]);
  expect(sandbox.state.conversions()).toMatchObject([
    { target: 'Purchase', excluded: 'test_event', received: 1 },
    { target: 'Purchase', received: 1 },
  ]);
});

describe('refusals of a whole request that have a code of their own', () => {
  it('tiktok: 1001 events are 40061', async () => {
    const sandbox = await openSandbox();
    const events = Array.from({ length: 1001 }, () => webEvent());
    const [status, body] = await track(sandbox, events);
    expect([status, body.code, body.message]).toEqual([
      200,
      40061,
      'data: Length must be between 1 and 1000.',
    ]);
    expect(sandbox.state.received()).toBe(0);
  });

  it.each([
    ['email', 'jo@example.com'],
    ['phone', '+16505551212'],
    ['external_id', 'player-1'],
    ['first_name', 'Jo'],
    ['last_name', 'Doe'],
    ['zip_code', '94105'],
    ['email', [EMAIL, 'jo@example.com']],
  ])(
    'tiktok: an identifier in the clear is 40062, which names no event: %s %j',
    async (name, value) => {
      const sandbox = await openSandbox();
      const [status, body] = await track(sandbox, [
        webEvent(),
        webEvent({ user: { [name]: value } }),
      ]);
      expect([status, body.code]).toEqual([200, 40062]);
      expect(JSON.stringify(body)).not.toMatch(/Batch|jo@example/);
      expect(sandbox.state.received()).toBe(0);
    },
  );
});

it('tiktok: a click id that begins with sandbox-refused is 40000, which names no event', async () => {
  const sandbox = await openSandbox();
  const [status, body] = await track(sandbox, [
    webEvent(),
    webEvent({ user: { ttclid: 'sandbox-refused-1' } }),
  ]);
  expect([status, body.code, body.message]).toEqual([200, 40000, 'Invalid parameters.']);
  expect(sandbox.state.received()).toBe(0);
});

describe('faults', () => {
  it.each([40000, 40003, 40061, 40132, 40309, 60001, 61000, 51013])(
    'tiktok: the fault code:%i is that code in HTTP 200',
    async (code) => {
      const sandbox = await openSandbox({ faults: [{ code, times: 1 }] });
      const [status, body] = await track(sandbox, [webEvent()]);
      expect([status, body.code, body.message]).toEqual([200, code, expect.stringMatching(/\.$/)]);
      expect((await track(sandbox, [webEvent()]))[1].code).toBe(0);
    },
  );

  it.each([
    [401, 200, 40105],
    [403, 200, 40001],
    [400, 200, 40002],
    [413, 200, 40002],
    [429, 200, 40100],
    [500, 200, 50000],
  ])('HTTP %i of a fault is HTTP %i with code %i', async (fault, status, code) => {
    const sandbox = await openSandbox({ faults: [{ status: fault }] });
    const [got, body] = await track(sandbox, [webEvent()]);
    expect([got, body.code]).toEqual([status, code]);
  });

  it('a gateway in between has no code', async () => {
    const sandbox = await openSandbox({ faults: [{ status: 503 }] });
    expect(await track(sandbox, [webEvent()])).toEqual([
      503,
      expect.stringContaining('<h1>503</h1>'),
    ]);
  });

  it('revoking a token refuses it until it is restored', async () => {
    const sandbox = await openSandbox({ faults: [{ revoke: true, times: 1 }] });
    expect((await track(sandbox, [webEvent()]))[1].code).toBe(40105);
    expect(
      (await track(sandbox, [webEvent()], {}, { token: seededTikTokToken('two') }))[1].code,
    ).toBe(0);
    await control(sandbox, 'POST', '/grants/restore', { network: 'tiktok' });
    expect((await track(sandbox, [webEvent()]))[1].code).toBe(0);
  });

  it('a token that ended is refused: there is no other way to a new one than consent', async () => {
    const sandbox = await openSandbox({ faults: [{ expire: true, times: 1 }] });
    expect((await track(sandbox, [webEvent()]))[1].code).toBe(40105);
    expect((await track(sandbox, [webEvent()]))[1].code).toBe(40105);
  });
});
