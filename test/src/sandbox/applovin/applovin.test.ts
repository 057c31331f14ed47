import { expect, test } from 'vitest';
import type { JsonObject } from '../../../../src/json.js';
import {
  SANDBOX_APPLOVIN_KEY,
  SANDBOX_APPLOVIN_PIXEL,
} from '../../../../src/sandbox/applovin/seed.js';
import { openLiveSandbox } from '../../../kit/test-workspace.js';

const EVENT = {
  name: 'login',
  event_source_url: 'https://game.example/',
  dedupe_id: 'e-1',
  data: {},
  user_data: { alart: 'a', client_ip_address: '203.0.113.7', client_user_agent: 'UA', esi: 'web' },
};
const ITEM = { item_id: 'sku', quantity: 1 };

async function post(changes: JsonObject, key = SANDBOX_APPLOVIN_KEY) {
  const { url, state } = await openLiveSandbox();
  const good = { ...EVENT, event_time: Date.now() };
  const response = await fetch(
    `${url}/b.applovin.com/v1/event?pixel_id=${SANDBOX_APPLOVIN_PIXEL}`,
    {
      method: 'POST',
      headers: { Authorization: key },
      body: JSON.stringify({ events: [good, { ...good, dedupe_id: 'e-2', ...changes }] }),
    },
  );
  const said = response.headers.get('x-al-error-message');
  return { status: response.status, said, received: state.received() };
}

test('takes a whole request, and wants the key without a word before it', async () => {
  expect(await post({})).toEqual({ status: 200, said: null, received: 2 });
  expect((await post({}, `Bearer ${SANDBOX_APPLOVIN_KEY}`)).status).toBe(401);
});

test.each<[string, JsonObject, string]>([
  ['another name', { name: 'level_up' }, 'name'],
  ['seconds', { event_time: Math.floor(Date.now() / 1000) }, 'event_time'],
  ['a purchase without money', { name: 'purchase', data: { items: [ITEM] } }, 'data.value'],
  [
    'a purchase of nothing',
    { name: 'purchase', data: { value: 1, currency: 'USD', transaction_id: 't' } },
    'data.items',
  ],
  ['nobody', { user_data: { ...EVENT.user_data, alart: undefined } }, 'names nobody'],
  ['a plain address', { user_data: { ...EVENT.user_data, email: 'jo@x.yz' } }, 'user_data.email'],
])('drops a request with %s', async (_name, changes, words) => {
  const { status, said, received } = await post(changes);
  expect([status, received]).toEqual([400, 0]);
  expect(said).toContain(words);
});
