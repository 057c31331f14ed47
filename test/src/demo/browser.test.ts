import { expect, onTestFinished, test } from 'vitest';
import { allowLikeABrowser } from '../../../src/demo/browser.js';
import { AuthError } from '../../../src/errors.js';
import { createHttpClient } from '../../../src/http/client.js';
import { SANDBOX_CLIENT_ID } from '../../../src/sandbox/amazon/seed.js';
import { openLiveSandbox } from '../../kit/test-workspace.js';

const NEVER = new AbortController().signal;

function openBrowser() {
  const http = createHttpClient({ timeoutMs: 5000, userAgent: 'test' });
  onTestFinished(() => http.close());
  return http;
}

test.each([
  ['an unknown client', { client_id: 'someone-else' }, 'The consent page answered with 400'],
  [
    'a scope that does not exist',
    { scope: 'advertising::everything' },
    'The consent page answered with 302',
  ],
])('allowLikeABrowser gives up on a page that refuses %s', async (_, changes, message) => {
  const sandbox = await openLiveSandbox();
  const query = new URLSearchParams({
    client_id: SANDBOX_CLIENT_ID,
    scope: 'advertising::campaign_management',
    response_type: 'code',
    redirect_uri: 'http://localhost:8787/callback',
    ...changes,
  });
  const opening = allowLikeABrowser(
    `${sandbox.url}/www.amazon.com/ap/oa?${query.toString()}`,
    openBrowser(),
    NEVER,
  );
  await expect(opening).rejects.toThrow(AuthError);
  await expect(opening).rejects.toThrow(message);
});

test('allowLikeABrowser gives up on a page without a form', async () => {
  const sandbox = await openLiveSandbox();
  const opening = allowLikeABrowser(`${sandbox.url}/_sandbox/`, openBrowser(), NEVER);
  await expect(opening).rejects.toThrow('The consent page has no form');
});
