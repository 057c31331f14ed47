import { afterEach, describe, expect, test } from 'vitest';
import type { PostbackError } from '../../../../src/errors.js';
import { createHttpClient } from '../../../../src/http/client.js';
import type { HttpClient } from '../../../../src/http/http.js';
import { googleConnector } from '../../../../src/networks/google/connector.js';
import { google } from '../../../../src/networks/google/google.js';
import { GOOGLE_VARIABLES } from '../../../../src/networks/google/variables.js';
import {
  SANDBOX_GOOGLE_CUSTOMER,
  SANDBOX_GOOGLE_MANAGED_CUSTOMER,
  SANDBOX_GOOGLE_MANAGER,
} from '../../../../src/sandbox/google/seed.js';
import type { Sandbox } from '../../../../src/sandbox/sandbox.js';
import { googleToken } from '../../sandbox/google/calls.js';
import { NOW_MS, openSandbox } from '../../sandbox/test-sandbox.js';

const clients: HttpClient[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((http) => http.close()));
});

function check(sandbox: Sandbox, accessToken: string, account: string, loginAccount?: string) {
  const http = createHttpClient({
    gateway: sandbox.url,
    timeoutMs: 5_000,
    userAgent: 'postback/test',
  });
  clients.push(http);
  const candidate = { account, name: account, ...(loginAccount && { loginAccount }) };
  return googleConnector.checkGrant!({ http, accessToken, wanted: {}, nowMs: NOW_MS }, candidate);
}

async function codeOf(checking: Promise<unknown>): Promise<string> {
  return checking.then(
    () => 'good',
    (error: unknown) => (error as PostbackError).code,
  );
}

describe('the grant is checked before it is saved', () => {
  test('a customer of the user, and nothing is kept of the check', async () => {
    const sandbox = await openSandbox();
    expect(await check(sandbox, await googleToken(sandbox), SANDBOX_GOOGLE_CUSTOMER)).toEqual({});
    expect(sandbox.state.conversions()).toEqual([]);
  });

  test('a customer that is reached through a manager', async () => {
    const sandbox = await openSandbox();
    const token = await googleToken(sandbox, 'manager');
    expect(
      await codeOf(check(sandbox, token, SANDBOX_GOOGLE_MANAGED_CUSTOMER, SANDBOX_GOOGLE_MANAGER)),
    ).toBe('good');
    expect(await codeOf(check(sandbox, token, SANDBOX_GOOGLE_MANAGED_CUSTOMER))).toBe(
      'account_refused',
    );
  });

  test.each<[string, object[], string]>([
    ['the token is refused', [{ expire: true }], 'token_refused'],
    ['a server error', [{ status: 503 }], 'network_failed'],
    ['throttled', [{ status: 429 }], 'network_failed'],
    ['no answer', [{ drop: 'before' }], 'network_unreachable'],
    ['forbidden', [{ status: 403 }], 'account_refused'],
  ])('%s', async (_name, faults, code) => {
    const sandbox = await openSandbox();
    const token = await googleToken(sandbox);
    await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'PUT', body: JSON.stringify(faults) });
    expect(await codeOf(check(sandbox, token, SANDBOX_GOOGLE_CUSTOMER))).toBe(code);
  });

  test('the words: what happened, why, what next', async () => {
    const sandbox = await openSandbox();
    const error = await check(sandbox, await googleToken(sandbox), '9999999999').catch(
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({
      message:
        'Google refused access to customer 9999999999 (HTTP 403): The caller does not have permission',
      hint: expect.stringMatching(
        /access to 9999999999.*--login-customer.*Nothing was stored/,
      ) as string,
      next: 'postback connect google',
    });
  });
});

test.each([
  ['123-456-7890', '1234567890', true],
  [' 123 456 7890 ', '1234567890', true],
  ['123456789', '123456789', false],
  ['AW-1234567890', 'AW1234567890', false],
])('customer id %j', (text, normalised, isGood) => {
  expect(googleConnector.normaliseAccount?.(text)).toBe(normalised);
  expect(googleConnector.checkAccount?.(normalised) === undefined).toBe(isGood);
});

test('the login asks for a refresh token, each time', () => {
  expect(googleConnector.makeLogin?.({ audiences: false })).toMatchObject({
    authorizeUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
    tokenUrl: 'https://oauth2.googleapis.com/token',
    scopes: ['https://www.googleapis.com/auth/datamanager'],
    authorizeParameters: { access_type: 'offline', prompt: 'consent' },
  });
});

test('who connects is told of the seven days and of what is decided later', () => {
  expect(googleConnector.notes?.join(' ')).toMatch(/Testing.*7 days.*Publish.*processing.*--wait/s);
});

test('variables are those of the contract; dashes are taken off', () => {
  expect(
    GOOGLE_VARIABLES.rules.map(({ suffix, optional }) => suffix + (optional ? '?' : '')),
  ).toEqual(['CLIENT_ID', 'CLIENT_SECRET', 'REFRESH_TOKEN', 'CUSTOMER_ID', 'LOGIN_CUSTOMER_ID?']);
  expect(
    GOOGLE_VARIABLES.rules
      .find(({ suffix }) => suffix === 'CUSTOMER_ID')
      ?.normalise?.('123-456-7890'),
  ).toBe('1234567890');
});

test('every goal needs a mapping, and a browser reports here too', async () => {
  expect('defaultMapping' in google).toBe(false);
  expect(google.sharesEventIds).toBe(true);
  expect(await google.loadConnector()).toBe(googleConnector);
});
