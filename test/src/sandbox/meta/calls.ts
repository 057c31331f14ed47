import { GRAPH_URL } from '../../../../src/networks/meta/graph.js';
import { SANDBOX_META_PIXEL, SANDBOX_META_TOKEN } from '../../../../src/sandbox/meta/seed.js';
import type { Sandbox } from '../../../../src/sandbox/sandbox.js';
import { headersOf, NOW_MS, sha256, type Answer } from '../test-sandbox.js';

/** The sandbox's address of a path of the Graph API. */
export function graph(sandbox: Sandbox, path: string): string {
  return `${GRAPH_URL.replace('https:/', sandbox.url)}/${path}`;
}

/** An event as Meta wants it, an hour old, with what a test changes. */
export function metaEvent(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    event_name: 'Purchase',
    event_time: NOW_MS / 1000 - 3600,
    event_id: 'id-1',
    action_source: 'other',
    user_data: { em: sha256('test@example.com') },
    custom_data: { value: 9.99, currency: 'USD' },
    ...changes,
  };
}

export interface EventsCall {
  pixel?: string;
  token?: string;
  headers?: Record<string, string | undefined>;
}

/** Posts a body to the events of a pixel. */
export function postEvents(
  sandbox: Sandbox,
  body: unknown,
  call: EventsCall = {},
): Promise<Response> {
  const { pixel = SANDBOX_META_PIXEL, token = SANDBOX_META_TOKEN } = call;
  const headers = headersOf({
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    ...call.headers,
  });
  return fetch(graph(sandbox, `${pixel}/events`), {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** Posts events and reads status and answer. */
export async function sendEvents(
  sandbox: Sandbox,
  data: unknown[],
  call: EventsCall = {},
): Promise<[number, Answer]> {
  const answer = await postEvents(sandbox, { data }, call);
  return [answer.status, await answer.json()];
}

/** Reads a path of the Graph API: status and answer. */
export async function readGraph(
  sandbox: Sandbox,
  path: string,
  token = SANDBOX_META_TOKEN,
): Promise<[number, Answer]> {
  const answer = await fetch(graph(sandbox, path), {
    headers: { authorization: `Bearer ${token}` },
  });
  return [answer.status, await answer.json()];
}
