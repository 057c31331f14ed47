import { expect, test } from 'vitest';
import type { JsonObject } from '../../../../src/json.js';
import {
  SANDBOX_SNAPCHAT_APP,
  SANDBOX_SNAPCHAT_PIXEL,
  SANDBOX_SNAPCHAT_TOKEN,
} from '../../../../src/sandbox/snapchat/seed.js';
import { openLiveSandbox } from '../../../kit/test-workspace.js';

const HASH = 'a'.repeat(64);
const EVENT = {
  event_name: 'LOGIN',
  event_id: 'e-1',
  action_source: 'WEB',
  event_source_url: 'https://game.example/',
  user_data: { em: [HASH], sc_click_id: 'click' },
};

async function post(changes: JsonObject, asset = SANDBOX_SNAPCHAT_PIXEL, path = 'events') {
  const { url, state } = await openLiveSandbox();
  const event_time = Math.floor(Date.now() / 1000);
  const response = await fetch(
    `${url}/tr.snapchat.com/v3/${asset}/${path}?access_token=${SANDBOX_SNAPCHAT_TOKEN}`,
    { method: 'POST', body: JSON.stringify({ data: [{ ...EVENT, event_time, ...changes }] }) },
  );
  return { status: response.status, body: (await response.json()) as JsonObject, state };
}

test('takes an event once for each id and name, and keeps none that is only validated', async () => {
  const taken = await post({});
  expect([taken.status, taken.body['status'], taken.state.received()]).toEqual([200, 'VALID', 1]);
  const tried = await post({}, SANDBOX_SNAPCHAT_PIXEL, 'events/validate');
  expect([tried.status, tried.state.received()]).toEqual([200, 0]);
});

test.each<[string, JsonObject, string]>([
  ['an unknown name', { event_name: 'Purchase' }, 'event_name'],
  ['milliseconds', { event_time: Date.now() }, 'event_time'],
  ['38 days ago', { event_time: Math.floor(Date.now() / 1000) - 38 * 86_400 }, 'event_time'],
  ['a plain address', { user_data: { em: ['jo@game.example'] } }, 'user_data.em'],
  ['too little', { user_data: { client_ip_address: '203.0.113.7' } }, 'user_data is insufficient'],
  ['a purchase without money', { event_name: 'PURCHASE' }, 'price and currency'],
  ['an app event at a pixel', { action_source: 'MOBILE_APP' }, 'action_source'],
  ['a field that does not exist', { value: 1 }, 'value is not a known field'],
])('refuses %s', async (_name, changes, reason) => {
  const { status, body, state } = await post(changes);
  expect([status, state.received()]).toEqual([400, 0]);
  expect(body['reason']).toContain(reason);
});

test('takes app events at the app, with all of their values', async () => {
  const app_data = { extinfo: ['a2', ...new Array<string>(15).fill('')] };
  const event = { action_source: 'MOBILE_APP', app_data };
  expect((await post(event, SANDBOX_SNAPCHAT_APP)).status).toBe(200);
  expect(
    (await post({ ...event, app_data: { extinfo: ['a2'] } }, SANDBOX_SNAPCHAT_APP)).status,
  ).toBe(400);
});
