import type { Sandbox } from '../../../../src/sandbox/sandbox.js';
import { SANDBOX_REDDIT_PIXEL, SANDBOX_REDDIT_TOKEN } from '../../../../src/sandbox/reddit/seed.js';
import { NOW_MS, type Answer } from '../test-sandbox.js';

/** The smallest event that is taken; `changes` replace fields, undefined drops them. */
export function makeEvent(changes: object = {}): object {
  return {
    event_at: NOW_MS - 1000,
    action_source: 'WEBSITE',
    click_id: 'click-1',
    type: { tracking_type: 'PURCHASE' },
    metadata: { conversion_id: 'conversion-1' },
    ...changes,
  };
}

export interface CallParts {
  token?: string;
  pixel?: string;
  agent?: string;
}

export async function ask(
  sandbox: Sandbox,
  path: string,
  { token = SANDBOX_REDDIT_TOKEN, agent = 'postback/test' }: CallParts = {},
  body?: unknown,
): Promise<[number, Answer]> {
  const answer = await fetch(`${sandbox.url}/ads-api.reddit.com/api/v3${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'user-agent': agent,
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return [answer.status, await answer.json()];
}

/** Sends events, as the body's `data` where that is not what is meant. */
export function send(
  sandbox: Sandbox,
  events: readonly unknown[],
  parts: CallParts & { data?: object } = {},
): Promise<[number, Answer]> {
  const { pixel = SANDBOX_REDDIT_PIXEL, data } = parts;
  return ask(sandbox, `/pixels/${pixel}/conversion_events`, parts, { data: { events, ...data } });
}
