import { describe, expect, test } from 'vitest';
import { SANDBOX_REDDIT_PIXELS } from '../../../../src/sandbox/reddit/seed.js';
import { control, NOW_MS, openSandbox, sha256 } from '../test-sandbox.js';
import { ask, makeEvent, send } from './calls.js';

const HOUR_MS = 3_600_000;
const uuid = '123e4567-e89b-12d3-a456-426614174000';

test('an event with all its fields is kept once, however often it comes', async () => {
  const sandbox = await openSandbox();
  const event = makeEvent({
    event_source_url: 'https://shop.example/thanks',
    metadata: {
      conversion_id: 'c-1',
      value: 9.99,
      currency: 'EUR',
      item_count: 2,
      products: [{ id: 'sku', name: 'Pack', category: 'Games', quantity: 1, item_price: 9.99 }],
    },
    user: {
      email: sha256('alice@example.com'),
      phone_number: '+15714120599',
      external_id: 'x',
      uuid,
      ip_address: '203.0.113.7',
      user_agent: 'Mozilla/5.0',
      idfa: uuid,
      data_processing_options: { modes: ['LDU'], country: 'US', region: 'US-CA' },
    },
  });
  const done = { data: { message: 'Successfully processed 1 conversion events.' } };
  expect(await send(sandbox, [event])).toEqual([200, done]);
  expect(await send(sandbox, [event])).toEqual([200, done]);
  expect(sandbox.state.conversions()).toMatchObject([
    {
      network: 'reddit',
      api: 'v3',
      target: 'PURCHASE',
      dedupeId: 'c-1',
      received: 2,
      excluded: 'limited_data_use',
    },
  ]);
});

test('one id of another type or channel is another conversion', async () => {
  const sandbox = await openSandbox();
  const custom = { tracking_type: 'CUSTOM', custom_event_name: 'level' };
  await send(sandbox, [
    makeEvent(),
    makeEvent({ type: custom }),
    makeEvent({ action_source: 'APP' }),
  ]);
  expect(sandbox.state.conversions().map(({ target }) => target)).toEqual([
    'PURCHASE',
    'level',
    'PURCHASE',
  ]);
});

describe('what is wrong with an event', () => {
  test.each<[string, object, string]>([
    ['no time', { event_at: undefined }, 'event_at'],
    ['a time in text', { event_at: '2026-03-10T12:00:00Z' }, 'event_at'],
    ['a time in seconds', { event_at: NOW_MS / 1000 }, 'event_at'],
    ['168 hours', { event_at: NOW_MS - 168 * HOUR_MS }, 'event_at'],
    ['the future', { event_at: NOW_MS + 301_000 }, 'event_at'],
    ['no source', { action_source: undefined }, 'action_source'],
    ['a source in small letters', { action_source: 'website' }, 'action_source'],
    ['an empty click id', { click_id: '' }, 'click_id'],
    ['no type', { type: undefined }, 'type'],
    ["the pixel's name for a type", { type: { tracking_type: 'Purchase' } }, 'type.tracking_type'],
    ['custom without a name', { type: { tracking_type: 'CUSTOM' } }, 'type.custom_event_name'],
    [
      'a name of 65',
      { type: { tracking_type: 'CUSTOM', custom_event_name: 'x'.repeat(65) } },
      'type.custom_event_name',
    ],
    [
      'an empty name',
      { type: { tracking_type: 'CUSTOM', custom_event_name: '' } },
      'type.custom_event_name',
    ],
    [
      'a name of 65 signs',
      { type: { tracking_type: 'CUSTOM', custom_event_name: '\u{1F3AE}'.repeat(65) } },
      'type.custom_event_name',
    ],
    [
      'a standard name',
      { type: { tracking_type: 'CUSTOM', custom_event_name: 'Purchase' } },
      'type.custom_event_name',
    ],
    [
      'a name without custom',
      { type: { tracking_type: 'LEAD', custom_event_name: 'x' } },
      'type.custom_event_name',
    ],
    ["v2's metadata", { event_metadata: {} }, 'event_metadata'],
    ["v2's value", { metadata: { value_decimal: 1 } }, 'metadata.value_decimal'],
    ['a value in text', { metadata: { value: '9.99' } }, 'metadata.value'],
    ['a currency of the game', { metadata: { currency: 'GEM' } }, 'metadata.currency'],
    ['a value below zero', { metadata: { value: -1 } }, 'metadata.value'],
    ['an empty conversion id', { metadata: { conversion_id: '' } }, 'metadata.conversion_id'],
    ['items in fractions', { metadata: { item_count: 1.5 } }, 'metadata.item_count'],
    ['a page that is none', { event_source_url: 'shop' }, 'event_source_url'],
    [
      'a product without id',
      { metadata: { products: [{ name: 'x' }] } },
      'metadata.products[0].id',
    ],
    ['a cookie for a UUID', { user: { uuid: '1700000000.abcd-uuid' } }, 'user.UUID'],
    ['an address of another kind', { user: { email: 'nobody' } }, 'user.email'],
    ['a national number', { user: { phone_number: '571 412 0599' } }, 'user.phone_number'],
    ['no IP address', { user: { ip_address: '203.0.113' } }, 'user.ip_address'],
    [
      'limited data use without country',
      { user: { data_processing_options: { modes: ['LDU'] } } },
      'user.data_processing_options.country',
    ],
    [
      'another mode',
      { user: { data_processing_options: { modes: [], country: 'US' } } },
      'user.data_processing_options.modes',
    ],
    ['names', { user: { first_name: 'x' } }, 'user.first_name'],
  ])('%s', async (_name, changes, field) => {
    const sandbox = await openSandbox();
    const [status, body] = await send(sandbox, [makeEvent(), makeEvent(changes)]);
    expect(status).toBe(400);
    expect(body.error.message).toBe('There were 1 invalid conversion events. None were processed.');
    expect(body.error.fields).toMatchObject([{ field: `$.data.events[1].${field}` }]);
    expect(sandbox.state.received()).toBe(0);
  });

  test('reddit: a name of 64 signs is taken, and 1,000 events are', async () => {
    const sandbox = await openSandbox();
    const type = { tracking_type: 'CUSTOM', custom_event_name: '\u{1F3AE}'.repeat(64) };
    expect((await send(sandbox, [makeEvent({ type })]))[0]).toBe(200);
    expect((await send(sandbox, Array<object>(1000).fill(makeEvent())))[0]).toBe(200);
  });

  test('167 hours and 5 minutes ahead are fine', async () => {
    const times = [NOW_MS - 168 * HOUR_MS + 1, NOW_MS + 300_000];
    const [status] = await send(
      await openSandbox(),
      times.map((time) => makeEvent({ event_at: time })),
    );
    expect(status).toBe(200);
  });
});

describe('each pixel refuses in its own form', () => {
  test.each([
    [
      SANDBOX_REDDIT_PIXELS.events,
      400,
      { invalid_events: [{ event: { metadata: { conversion_id: 'bad' } } }] },
    ],
    [SANDBOX_REDDIT_PIXELS.sentence, 400, { error: { code: 400, message: /1 invalid/ } }],
    [
      SANDBOX_REDDIT_PIXELS.unauthorized,
      403,
      {
        success: false,
        error: {
          reason: 'UNAUTHORIZED',
          explanation: expect.stringMatching(/^JSON error .* on field events event_at$/),
        },
      },
    ],
    [
      SANDBOX_REDDIT_PIXELS.forbidden,
      403,
      { error: { code: 403, fields: [{ field: '$.data.events[0].event_at' }] } },
    ],
  ])('%s', async (pixel, status, body) => {
    const bad = makeEvent({ event_at: 1, metadata: { conversion_id: 'bad' } });
    const answer = await send(await openSandbox(), [bad, makeEvent()], { pixel });
    expect(answer[0]).toBe(status);
    if (pixel === SANDBOX_REDDIT_PIXELS.sentence) expect(answer[1].error.fields).toBeUndefined();
    else expect(answer[1]).toMatchObject(body);
  });
});

describe('the request as a whole', () => {
  test.each<[string, object, number, RegExp]>([
    ["v2's body", { events: [] }, 400, /data is required/],
    ['no events', { data: { events: [] } }, 400, /1 to 1000/],
    ['1,001 events', { data: { events: Array(1001).fill(makeEvent()) } }, 400, /1 to 1000/],
    [
      'a test id next to the data',
      { test_id: 't', data: { events: [makeEvent()] } },
      400,
      /test_id is not a known/,
    ],
    ["v2's test mode", { data: { test_mode: true, events: [makeEvent()] } }, 400, /test_mode/],
    [
      'an empty test id',
      { data: { test_id: '', events: [makeEvent()] } },
      400,
      /test_id must be a string/,
    ],
    [
      'two test events',
      { data: { test_id: 't', events: [makeEvent(), makeEvent()] } },
      400,
      /one event/,
    ],
  ])('%s', async (_name, body, status, words) => {
    const sandbox = await openSandbox();
    const [answered, answer] = await ask(
      sandbox,
      '/pixels/a2_sandboxgames/conversion_events',
      {},
      body,
    );
    expect(answered).toBe(status);
    expect(JSON.stringify(answer)).toMatch(words);
  });

  test('test events are kept apart, and ten a second', async () => {
    const sandbox = await openSandbox();
    const data = { test_id: 't2_code', partner: 'x' };
    for (let count = 0; count < 10; count++)
      expect((await send(sandbox, [makeEvent()], { data }))[0]).toBe(200);
    expect((await send(sandbox, [makeEvent()], { data }))[0]).toBe(429);
    expect((await send(sandbox, [makeEvent()]))[0]).toBe(200);
    sandbox.clock.nowMs += 1000;
    expect((await send(sandbox, [makeEvent()], { data }))[0]).toBe(200);
    expect(sandbox.state.conversions()).toMatchObject([{ excluded: 'test' }]);
  });

  test('an answer that leaves events out counts fewer', async () => {
    const sandbox = await openSandbox({ faults: [{ omit: 1, omitAccepted: false }] });
    const events = [makeEvent(), makeEvent({ metadata: { conversion_id: 'c-2' } })];
    expect((await send(sandbox, events))[1].data.message).toBe(
      'Successfully processed 1 conversion events.',
    );
    expect(sandbox.state.conversions()).toMatchObject([{ dedupeId: 'c-2' }]);
  });
});

describe('who may', () => {
  test.each([
    ['another token', { token: 'other' }, 401],
    ["somebody else's pixel", { pixel: 'a2_sandboxsolo' }, 403],
    ["nobody's pixel", { pixel: 'a2_nobody' }, 404],
    ['a client without a name of its own', { agent: 'python-requests/2.32' }, 429],
    ['node', { agent: 'node' }, 429],
    ['curl', { agent: 'curl/8.9.1' }, 429],
    ['no name at all', { agent: '' }, 429],
  ])('%s: %j', async (_name, parts, status) => {
    expect((await send(await openSandbox(), [makeEvent()], parts))[0]).toBe(status);
  });

  test('a conversion token lists nothing', async () => {
    const [status, body] = await ask(await openSandbox(), '/me/businesses');
    expect([status, body.error.message]).toEqual([403, 'insufficient authentication scopes']);
  });

  test('revoked, and given back', async () => {
    const sandbox = await openSandbox({ faults: [{ revoke: true, times: 1 }] });
    expect((await send(sandbox, [makeEvent()]))[0]).toBe(401);
    expect((await send(sandbox, [makeEvent()]))[0]).toBe(401);
    await control(sandbox, 'POST', '/grants/restore', { network: 'reddit' });
    expect((await send(sandbox, [makeEvent()]))[0]).toBe(200);
  });

  test('a fault speaks as Reddit does', async () => {
    const sandbox = await openSandbox({ faults: [{ status: 503, times: 1 }] });
    expect(await send(sandbox, [makeEvent()])).toEqual([
      503,
      { error: { code: 503, message: 'Internal Server Error' } },
    ]);
  });
});
