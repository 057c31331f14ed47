import { SANDBOX_TIKTOK_PIXEL, SANDBOX_TIKTOK_TOKEN } from '../../../../src/sandbox/tiktok/seed.js';
import type { Sandbox } from '../../../../src/sandbox/sandbox.js';
import { headersOf, NOW_MS, type Answer } from '../test-sandbox.js';

const API = 'business-api.tiktok.com/open_api/v1.3';

/** A web event as TikTok wants it, with what a test changes. */
export function webEvent(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    event: 'Purchase',
    event_time: Math.floor(NOW_MS / 1000) - 60,
    event_id: 'id-1',
    user: { ttclid: 'E.C.P.abc' },
    page: { url: 'https://game.example/shop' },
    ...changes,
  };
}

export interface Call {
  token?: string;
  /** Added to the right ones; undefined takes one away. */
  headers?: Record<string, string | undefined>;
}

/** Asks the sandbox's API for Business: HTTP status and body. */
export async function ask(
  sandbox: Sandbox,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
  { token = SANDBOX_TIKTOK_TOKEN, headers = {} }: Call = {},
): Promise<[number, Answer]> {
  const right = {
    'access-token': token,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const init = {
    method,
    headers: headersOf({ ...right, ...headers }),
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  };
  const answer = await fetch(`${sandbox.url}/${API}${path}`, init);
  const text = await answer.text();
  return [answer.status, text.startsWith('{') ? JSON.parse(text) : text];
}

/** Tracks events for the seeded pixel; `frame` changes the request around them. */
export function track(
  sandbox: Sandbox,
  data: unknown,
  frame: Record<string, unknown> = {},
  call: Call = {},
): Promise<[number, Answer]> {
  const body = { event_source: 'web', event_source_id: SANDBOX_TIKTOK_PIXEL, data, ...frame };
  return ask(sandbox, 'POST', '/event/track/', body, call);
}
