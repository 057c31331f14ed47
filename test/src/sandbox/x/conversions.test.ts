import { describe, expect, test } from 'vitest';
import { signXRequest } from '../../../../src/networks/x/signature.js';
import type { Sandbox } from '../../../../src/sandbox/sandbox.js';
import { SANDBOX_X_OAUTH, SANDBOX_X_PIXEL_TOKEN } from '../../../../src/sandbox/x/seed.js';
import { control, NOW_MS, openSandbox, sha256, type Answer } from '../test-sandbox.js';

const DAY_MS = 24 * 3_600_000;
const ADDRESS = 'https://ads-api.x.com/12/measurement/conversions/';

/** The smallest conversion that is taken; `changes` replace fields, undefined drops them. */
function make(changes: object = {}): object {
  return {
    conversion_time: new Date(NOW_MS - 1000).toISOString(),
    event_id: 'tw-o8z6j-o87ne',
    identifiers: [{ twclid: 'click-1' }],
    conversion_id: 'c-1',
    ...changes,
  };
}

async function send(
  sandbox: Sandbox,
  conversions: readonly object[],
  { pixel = 'o8z6j', headers = {} } = {},
): Promise<[number, Answer, Headers]> {
  const answer = await fetch(`${sandbox.url}/ads-api.x.com/12/measurement/conversions/${pixel}`, {
    method: 'POST',
    headers: {
      'x-pixel-token': SANDBOX_X_PIXEL_TOKEN,
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify({ conversions }),
  });
  return [answer.status, await answer.json(), answer.headers];
}

test('a conversion with all its fields is kept once for each tag', async () => {
  const sandbox = await openSandbox();
  const full = make({
    identifiers: [
      { twclid: 'click-1' },
      { hashed_email: sha256('a@b.example') },
      { hashed_phone_number: sha256('+15714120599') },
      { ip_address: '8.25.197.25', user_agent: 'Mozilla/5.0' },
    ],
    value: 9.99,
    price_currency: 'EUR',
    number_items: 2,
    description: 'x',
    contents: [{ content_id: '1', content_name: 'Pack' }],
  });
  const [status, body] = await send(sandbox, [full, full, make({ event_id: 'o87nf' })]);
  expect(status).toBe(200);
  expect(body.data).toMatchObject({
    conversions_processed: 3,
    debug_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  expect(sandbox.state.conversions()).toMatchObject([
    { network: 'x', api: '12', account: 'o8z6j', target: 'o87ne', dedupeId: 'c-1', received: 2 },
    { target: 'o87nf', dedupeId: 'c-1', received: 1 },
  ]);
});

describe('what is wrong with a conversion refuses all, and nothing says which', () => {
  const hash = sha256('a');
  test.each<[string, object, string]>([
    ['no time', { conversion_time: undefined }, 'conversion_time'],
    ['seconds', { conversion_time: NOW_MS / 1000 }, 'conversion_time'],
    ['a time without milliseconds', { conversion_time: '2026-03-10T11:00:00Z' }, 'conversion_time'],
    [
      '91 days',
      { conversion_time: new Date(NOW_MS - 91 * DAY_MS).toISOString() },
      'conversion_time',
    ],
    [
      'the future',
      { conversion_time: new Date(NOW_MS + 301_000).toISOString() },
      'conversion_time',
    ],
    ['no identifiers', { identifiers: [] }, 'identifiers'],
    [
      'two identifiers in one object',
      { identifiers: [{ twclid: 'x', hashed_email: hash }] },
      'identifiers',
    ],
    ['an IP address alone', { identifiers: [{ ip_address: '8.8.8.8' }] }, 'identifiers'],
    ['a user agent alone', { identifiers: [{ user_agent: 'x' }] }, 'identifiers'],
    [
      'a plain number',
      { identifiers: [{ hashed_phone_number: '+15714120599' }] },
      'identifiers.hashed_phone_number',
    ],
    [
      'a hash in upper case',
      { identifiers: [{ hashed_email: hash.toUpperCase() }] },
      'identifiers.hashed_email',
    ],
    ['a click id that is a number', { identifiers: [{ twclid: 7 }] }, 'identifiers.twclid'],
    ['an empty click id', { identifiers: [{ twclid: '' }] }, 'identifiers.twclid'],
    ['an empty identifier', { identifiers: [{}] }, 'identifiers'],
    ['identifiers in one object', { identifiers: { twclid: 'x' } }, 'identifiers'],
    [
      'an IPv4 address in short',
      { identifiers: [{ ip_address: '8.8', user_agent: 'y' }] },
      'identifiers.ip_address',
    ],
    ['a number as conversion id', { conversion_id: 7 }, 'conversion_id'],
    ['half an item', { number_items: 0.5 }, 'number_items'],
    ['a currency in small letters', { price_currency: 'eur' }, 'price_currency'],
    ['an unknown part of contents', { contents: [{ sku: 'x' }] }, 'contents.sku'],
    [
      'a plain address',
      { identifiers: [{ hashed_email: 'a@b.example' }] },
      'identifiers.hashed_email',
    ],
    [
      'x: an IPv6 address',
      { identifiers: [{ ip_address: '2001:db8::1', user_agent: 'y' }] },
      'identifiers.ip_address',
    ],
    [
      'no IP address',
      { identifiers: [{ ip_address: 'x', user_agent: 'y' }] },
      'identifiers.ip_address',
    ],
    ['another identifier', { identifiers: [{ external_id: 'x' }] }, 'identifiers'],
    ['a value below zero', { value: -1 }, 'value'],
    ['a currency of the game', { price_currency: 'GEM' }, 'price_currency'],
    ['no items', { number_items: 0 }, 'number_items'],
    ["a peer's field", { user_agent: 'x' }, 'user_agent'],
    ['the tag of the pixel', { event_id: 'o8uwt' }, 'event_id'],
    ['no tag', { event_id: '' }, 'event_id'],
    ['contents that are none', { contents: 'x' }, 'contents'],
  ])('%s', async (_name, changes, parameter) => {
    const sandbox = await openSandbox();
    const [status, body] = await send(sandbox, [make(), make(changes)]);
    expect([status, body.errors[0].code, body.errors[0].parameter]).toEqual([
      400,
      'INVALID_PARAMETER',
      parameter,
    ]);
    expect(JSON.stringify(body)).not.toMatch(/index|\[1\]/);
    expect(sandbox.state.received()).toBe(0);
  });

  test('IP address and user agent are enough together', async () => {
    const identifiers = [{ ip_address: '8.8.8.8', user_agent: 'x' }];
    expect((await send(await openSandbox(), [make({ identifiers })]))[0]).toBe(200);
  });

  test.each(['zzzzz', 'tw-o9aaa-o87ne', 'purchase'])(
    'a tag that is not there is a 404: %s',
    async (tag) => {
      const [status, body] = await send(await openSandbox(), [make({ event_id: tag })]);
      expect([status, body.errors[0].code]).toEqual([404, 'NOT_FOUND']);
    },
  );
});

describe('the request as a whole', () => {
  test.each([0, 501])('%d conversions', async (count) => {
    const [status, body] = await send(await openSandbox(), Array<object>(count).fill(make()));
    expect([status, body.errors[0].parameter]).toEqual([400, 'conversions']);
  });

  test('60,000 in 15 minutes; the answer says when they may go on', async () => {
    const sandbox = await openSandbox();
    const full = Array<object>(500).fill(make());
    for (let sent = 0; sent < 60_000; sent += 500) expect((await send(sandbox, full))[0]).toBe(200);
    const [status, , headers] = await send(sandbox, [make()]);
    expect([status, headers.get('x-account-rate-limit-reset')]).toEqual([
      429,
      String((NOW_MS + 900_000) / 1000),
    ]);
    sandbox.clock.nowMs += 900_000;
    expect((await send(sandbox, [make()]))[0]).toBe(200);
  });

  test('an answer that leaves conversions out counts fewer', async () => {
    const sandbox = await openSandbox({ faults: [{ omit: 2, omitAccepted: false }] });
    const list = ['a', 'b', 'c'].map((id) => make({ conversion_id: id }));
    expect((await send(sandbox, list))[1].data.conversions_processed).toBe(1);
    expect(sandbox.state.conversions()).toHaveLength(1);
  });
});

describe('who may', () => {
  test.each([
    ['another pixel token', { headers: { 'x-pixel-token': 'other' } }, 401],
    ['a pixel of somebody else', { pixel: 'o9zzz' }, 403],
    ['a pixel that is not there', { pixel: 'o9aaa' }, 404],
    ['another media type', { headers: { 'content-type': 'text/plain' } }, 400],
  ])('%s', async (_name, parts, status) => {
    expect((await send(await openSandbox(), [make()], parts))[0]).toBe(status);
  });

  async function signed(
    sandbox: Sandbox,
    token: object,
    nowMs = NOW_MS,
    nonce = 'n-1',
  ): Promise<[number, Answer]> {
    const body = JSON.stringify({ conversions: [make()] });
    const request = {
      method: 'POST' as const,
      url: `${ADDRESS}o8z6j`,
      headers: { 'content-type': 'application/json' },
      body,
    };
    const { headers } = signXRequest(request, JSON.stringify(token), { nowMs, nonce });
    const answer = await fetch(request.url.replace('https:/', sandbox.url), {
      method: 'POST',
      headers,
      body,
    });
    return [answer.status, await answer.json()];
  }

  test('OAuth 1.0a: the signature of the library is the one of RFC 5849', async () => {
    const sandbox = await openSandbox();
    expect((await signed(sandbox, SANDBOX_X_OAUTH))[0]).toBe(200);
    expect((await signed(sandbox, SANDBOX_X_OAUTH))[1].errors[0].message).toMatch(/Nonce/);
    expect((await signed(sandbox, SANDBOX_X_OAUTH, NOW_MS, 'n-2'))[0]).toBe(200);
  });

  test.each<[string, object, number]>([
    ['another consumer secret', { consumerSecret: 'other' }, 0],
    ['another token secret', { tokenSecret: 'other' }, 0],
    ['another consumer', { consumerKey: 'other' }, 0],
    ['another token', { token: 'other' }, 0],
    ['a clock that is ten minutes off', {}, 600_000],
  ])('OAuth 1.0a: %s', async (_name, changes, offMs) => {
    expect(
      (await signed(await openSandbox(), { ...SANDBOX_X_OAUTH, ...changes }, NOW_MS + offMs))[0],
    ).toBe(401);
  });

  test('no authentication at all', async () => {
    const sandbox = await openSandbox();
    const url = `${ADDRESS}o8z6j`.replace('https:/', sandbox.url);
    expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(401);
  });

  test('revoked, and given back', async () => {
    const sandbox = await openSandbox({ faults: [{ revoke: true, times: 1 }] });
    expect((await send(sandbox, [make()]))[0]).toBe(401);
    expect((await signed(sandbox, SANDBOX_X_OAUTH))[0]).toBe(200);
    await control(sandbox, 'POST', '/grants/restore', { network: 'x' });
    expect((await send(sandbox, [make()]))[0]).toBe(200);
  });

  test('faults speak as X does', async () => {
    const sandbox = await openSandbox({ faults: [{ status: 503, times: 1 }] });
    expect((await send(sandbox, [make()]))[1].errors).toEqual([
      { code: 'SERVICE_UNAVAILABLE', message: 'The service is unavailable' },
    ]);
  });
});
