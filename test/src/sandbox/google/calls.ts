import {
  SANDBOX_GOOGLE_CLIENT_ID,
  SANDBOX_GOOGLE_CLIENT_SECRET,
  SANDBOX_GOOGLE_CUSTOMER,
  seededRefreshToken,
} from '../../../../src/sandbox/google/seed.js';
import type { Sandbox } from '../../../../src/sandbox/sandbox.js';
import { postForm, type Answer } from '../test-sandbox.js';

export const ACTION = '987654321';

/** An event as Google wants it at the stage's present, with what a test changes. */
export function makeEvent(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    transactionId: 'T-1',
    eventTimestamp: '2026-03-10T11:00:00Z',
    eventSource: 'WEB',
    adIdentifiers: { gclid: 'Cj0KCQ' },
    ...changes,
  };
}

export function makeBody(
  events: readonly unknown[] = [makeEvent()],
  changes: Record<string, unknown> = {},
): object {
  return { destinations: [makeDestination()], events, encoding: 'HEX', ...changes };
}

export function makeDestination(changes: Record<string, unknown> = {}): object {
  const operatingAccount = { accountType: 'GOOGLE_ADS', accountId: SANDBOX_GOOGLE_CUSTOMER };
  return { operatingAccount, productDestinationId: ACTION, ...changes };
}

/** Asks the token endpoint to refresh a grant that exists from the start. */
export function refreshGoogle(
  sandbox: Sandbox,
  form: Record<string, string> = {},
): Promise<Response> {
  return postForm(`${sandbox.url}/oauth2.googleapis.com/token`, {
    grant_type: 'refresh_token',
    refresh_token: seededRefreshToken('one'),
    client_id: SANDBOX_GOOGLE_CLIENT_ID,
    client_secret: SANDBOX_GOOGLE_CLIENT_SECRET,
    ...form,
  });
}

/** An access token of one of the sandbox's users. */
export async function googleToken(sandbox: Sandbox, user = 'one'): Promise<string> {
  const answer = await refreshGoogle(sandbox, { refresh_token: seededRefreshToken(user) });
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** Posts to `events:ingest`; status and body. */
export async function ingest(
  sandbox: Sandbox,
  body: unknown,
  token?: string,
): Promise<[number, Answer]> {
  const answer = await fetch(`${sandbox.url}/datamanager.googleapis.com/v1/events:ingest`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token ?? (await googleToken(sandbox))}`,
      'content-type': 'application/json',
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return [answer.status, await answer.json()];
}

/** Asks what became of a request; status and body. */
export async function retrieve(
  sandbox: Sandbox,
  requestId: string,
  token?: string,
): Promise<[number, Answer]> {
  const url = `${sandbox.url}/datamanager.googleapis.com/v1/requestStatus:retrieve?requestId=${requestId}`;
  const authorization = `Bearer ${token ?? (await googleToken(sandbox))}`;
  const answer = await fetch(url, { headers: { authorization } });
  return [answer.status, await answer.json()];
}
