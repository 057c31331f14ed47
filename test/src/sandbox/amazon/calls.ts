import { SANDBOX_ACCOUNTS, SANDBOX_CLIENT_ID } from '../../../../src/sandbox/amazon/seed.js';
import type { Sandbox } from '../../../../src/sandbox/sandbox.js';
import { accessToken, headersOf, sha256, type Answer } from '../test-sandbox.js';

export const V1_TYPE = 'application/vnd.dspconversioneventimport.v1+json';

export interface Call {
  body: unknown;
  host?: string;
  account?: string;
  user?: string;
  token?: string;
  /** Added to the right ones; undefined takes one away. */
  headers?: Record<string, string | undefined>;
}

/** A CAPI v1 event as the specification wants it, with what a test changes. */
export function v1Event(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    conversionDefinitionId: '1234567890',
    name: 'Purchase',
    timestamp: '2026-03-10T11:00:00Z',
    countryCode: 'US',
    matchKeys: [{ type: 'EMAIL', values: [sha256('test@example.com')] }],
    ...changes,
  };
}

/** An Events API event as the specification wants it, with what a test changes. */
export function apiEvent(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    eventDescription: {
      name: 'Purchase',
      conversionType: 'OFF_AMAZON_PURCHASES',
      eventSource: 'WEBSITE',
      eventIngestionMethod: 'SERVER_TO_SERVER',
    },
    eventTime: '2026-03-10T11:00:00Z',
    countryCode: 'US',
    matchKeys: [{ type: 'EMAIL', values: [sha256('test@example.com')] }],
    ...changes,
  };
}

/** Posts to CAPI v1 with the right headers; the body is sent as text where it is one. */
export async function postV1(sandbox: Sandbox, call: Call): Promise<Response> {
  const { host = 'advertising-api.amazon.com', account = SANDBOX_ACCOUNTS.na } = call;
  return post(sandbox, `${host}/accounts/${account}/dsp/conversionDefinitions/eventData`, call, {
    'amazon-advertising-api-clientid': SANDBOX_CLIENT_ID,
    'amazon-ads-accountid': account,
    'content-type': V1_TYPE,
    accept: V1_TYPE,
  });
}

/** Posts to the Events API with the right headers. */
export async function postEvents(sandbox: Sandbox, call: Call): Promise<Response> {
  const { host = 'advertising-api.amazon.com', account = SANDBOX_ACCOUNTS.na } = call;
  return post(sandbox, `${host}/adsApi/v1/create/events`, call, {
    'amazon-ads-clientid': SANDBOX_CLIENT_ID,
    'amazon-ads-accountid': account,
    'content-type': 'application/json',
    accept: 'application/json',
  });
}

/** Posts v1 events and reads the answer. */
export async function importV1(
  sandbox: Sandbox,
  eventData: unknown[],
  call: Partial<Call> = {},
): Promise<Answer> {
  return (
    await postV1(sandbox, { ...call, body: { source: 'SERVER_TO_SERVER', eventData } })
  ).json();
}

async function post(
  sandbox: Sandbox,
  path: string,
  call: Call,
  right: Record<string, string>,
): Promise<Response> {
  const token = call.token ?? (await accessToken(sandbox, call.user));
  const headers = headersOf({ authorization: `Bearer ${token}`, ...right, ...call.headers });
  const body = typeof call.body === 'string' ? call.body : JSON.stringify(call.body);
  return fetch(`${sandbox.url}/${path}`, { method: 'POST', headers, body });
}
