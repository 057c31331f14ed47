import { expect, test } from 'vitest';
import type { JsonObject } from '../../../../src/json.js';
import {
  SANDBOX_PINTEREST_ACCOUNT,
  SANDBOX_PINTEREST_FOREIGN_ACCOUNT,
  SANDBOX_PINTEREST_TOKEN,
} from '../../../../src/sandbox/pinterest/seed.js';
import { openLiveSandbox } from '../../../kit/test-workspace.js';

const now = (): number => Math.floor(Date.now() / 1000);
const EVENT = {
  event_name: 'checkout',
  action_source: 'web',
  event_id: 'e-1',
  user_data: { em: ['a'.repeat(64)], click_id: 'click' },
};

async function post(events: JsonObject[], account = SANDBOX_PINTEREST_ACCOUNT, query = '') {
  const { url, state } = await openLiveSandbox();
  const address = `${url}/api.pinterest.com/v5/ad_accounts/${account}/events${query}`;
  const response = await fetch(address, {
    method: 'POST',
    headers: { Authorization: `Bearer ${SANDBOX_PINTEREST_TOKEN}` },
    body: JSON.stringify({ data: events }),
  });
  return { status: response.status, body: (await response.json()) as JsonObject, state };
}

test('takes good events although others of the request fail, and says which', async () => {
  const good = { ...EVENT, event_time: now() };
  const { status, body, state } = await post([good, { ...good, event_name: 'Checkout' }]);
  expect(status).toBe(422);
  expect(body['details']).toMatchObject({
    num_events_received: 2,
    num_events_processed: 1,
    events: [{ status: 'processed' }, { status: 'failed' }],
  });
  expect(state.received()).toBe(1);
});

test('records nothing with ?test=true, and nothing of a foreign account', async () => {
  const event = { ...EVENT, event_time: now() };
  const tried = await post([event], SANDBOX_PINTEREST_ACCOUNT, '?test=true');
  expect([tried.status, tried.state.received()]).toEqual([200, 0]);
  const foreign = await post([event], SANDBOX_PINTEREST_FOREIGN_ACCOUNT);
  expect(foreign.status).toBe(403);
});

test.each<[string, JsonObject]>([
  ['milliseconds', { event_time: Date.now() }],
  ['8 days ago', { event_time: now() - 8 * 86_400 }],
  ['a hash outside a list', { user_data: { em: 'a'.repeat(64) } }],
  ['money as a number', { custom_data: { value: 1, currency: 'USD' } }],
  ['nobody', { user_data: { client_user_agent: 'UA' } }],
])('refuses %s', async (_name, changes) => {
  const { status, state } = await post([{ ...EVENT, event_time: now(), ...changes }]);
  expect([status, state.received()]).toEqual([422, 0]);
});
