import { describe, expect, test } from 'vitest';
import { readPastedToken } from '../../../../src/networks/x/pasted.js';

const FOUR = { clientId: 'ck', clientSecret: 'cs', accessToken: '1-at', tokenSecret: 'ts' };

function read(text: string): object | string {
  const pasted = readPastedToken(text);
  if (typeof pasted === 'string') return pasted;
  return Object.fromEntries(
    Object.entries(pasted).map(([field, secret]) => [field, secret?.reveal()]),
  );
}

describe('what is pasted', () => {
  test.each([
    ['a-pixel-token', { accessToken: 'a-pixel-token' }],
    ['consumer_key=ck\nconsumer_secret=cs\naccess_token=1-at\naccess_token_secret=ts', FOUR],
    ['API Key: ck\r\nAPI Secret: cs\r\nAccess Token: 1-at\r\nAccess Token Secret: ts', FOUR],
    [
      'POSTBACK_X_CONSUMER_KEY=ck\nPOSTBACK_X_CONSUMER_SECRET="cs"\nPOSTBACK_X_ACCESS_TOKEN=1-at\nPOSTBACK_X_ACCESS_TOKEN_SECRET=ts',
      FOUR,
    ],
    ['{"consumerKey":"ck","consumerSecret":"cs","token":"1-at","tokenSecret":"ts"}', FOUR],
    [
      '{"consumer_key":"ck","consumer_secret":"cs","oauth_token":"1-at","oauth_token_secret":"ts"}',
      FOUR,
    ],
  ])('%j', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test.each(['two words', 'consumer_key=ck', '{"token":"x"}', '{broken', 'a=b\nc=d'])(
    '%j is none of it',
    (text) => {
      expect(read(text)).toMatch(/pixel token, or the four values/);
    },
  );
});
