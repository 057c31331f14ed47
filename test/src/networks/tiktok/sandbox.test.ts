import { describe, expect, test } from 'vitest';
import type { ConversionEvent } from '../../../../src/events/conversion-event.js';
import type { HttpRequest } from '../../../../src/http/http.js';
import type { Outgoing } from '../../../../src/networks/network.js';
import type { Sandbox } from '../../../../src/sandbox/sandbox.js';
import { SANDBOX_TIKTOK_PIXEL, SANDBOX_TIKTOK_TOKEN } from '../../../../src/sandbox/tiktok/seed.js';
import { makeAnswer } from '../../../kit/amazon.js';
import { makeTikTokEvent, makeTikTokOutgoing, openTikTok, TTCLID } from '../../../kit/tiktok.js';
import { NOW_MS, openSandbox } from '../../sandbox/test-sandbox.js';

const channel = openTikTok({ account: SANDBOX_TIKTOK_PIXEL, testCode: 'TEST12345' });

async function send(sandbox: Sandbox, items: Outgoing[], token = SANDBOX_TIKTOK_TOKEN) {
  const { method, url, headers, body }: HttpRequest = channel.request(items, token);
  const answer = await fetch(url.replace('https:/', sandbox.url), {
    method,
    headers,
    body: String(body),
  });
  return channel.classify(items, makeAnswer(answer.status, await answer.text()));
}

function makeItem(number: number, parts: Partial<ConversionEvent> = {}): Outgoing {
  const item = makeTikTokOutgoing(makeTikTokEvent({ timeMs: NOW_MS - 1000, ...parts }));
  item.postback.dedupeId = `id-${number}`;
  return item;
}

/** An event with all that a line can carry. */
const FULL: Partial<ConversionEvent> = {
  value: '1234.567',
  currency: 'EUR',
  quantity: 2,
  transactionId: 'T-1',
  itemId: 'starter',
  itemName: 'Starter "pack" ü',
  identifiers: {
    plain: {
      email: 'jo@example.com',
      phone: '030 123456',
      first_name: 'Jörg',
      last_name: 'Müller',
      postal_code: '1',
    },
    hashed: {},
    country: 'DE',
    externalId: 'player-17',
    ip: '203.0.113.7',
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64)',
  },
  click: { fields: { ttclid: TTCLID, ttp: '2F7h' } },
  consent: { limitedDataUse: true },
};

describe('the strict sandbox', () => {
  test('takes the full event', async () => {
    const sandbox = await openSandbox();
    const { outcomes, requestId } = await send(sandbox, [makeItem(1, FULL)]);
    expect(outcomes).toEqual([{ kind: 'delivered', reason: 'accepted' }]);
    expect(requestId).toMatch(/^2026/);
    expect(sandbox.state.conversions()).toMatchObject([
      {
        dedupeId: 'id-1',
        excluded: 'limited_data_use',
        event: { properties: { value: 1234.567 } },
      },
    ]);
  });

  test('names the old one among a thousand, and takes none', async () => {
    const sandbox = await openSandbox();
    const items = Array.from({ length: 1000 }, (_, number) => makeItem(number));
    items[777] = makeItem(777, { timeMs: NOW_MS - 29 * 86_400_000 });
    const { rejectedIndexes, outcomes } = await send(sandbox, items);
    expect(rejectedIndexes).toEqual([777]);
    expect(outcomes[777]).toEqual({
      kind: 'payload',
      reason: '40002',
      message: 'Batch.777.event_time: The event is older than 28 days.',
    });
    expect(sandbox.state.received()).toBe(0);
    items.splice(777, 1);
    expect((await send(sandbox, items)).outcomes.every(({ kind }) => kind === 'delivered')).toBe(
      true,
    );
  });

  test('keeps a test event apart', async () => {
    const sandbox = await openSandbox();
    expect((await send(sandbox, [makeItem(1, { test: true })])).outcomes[0]?.kind).toBe(
      'delivered',
    );
    expect(sandbox.state.conversions()).toMatchObject([{ excluded: 'test_event' }]);
  });

  test('refuses a token', async () => {
    const sandbox = await openSandbox();
    const { outcomes } = await send(sandbox, [makeItem(1)], 'f'.repeat(40));
    expect(outcomes[0]).toMatchObject({ kind: 'credential', reason: '40105' });
  });
});
