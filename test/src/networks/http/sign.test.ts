import { describe, expect, test } from 'vitest';
import { computeSignature } from '../../../../src/networks/http/sign.js';
import type { HashName } from '../../../../src/networks/http/template.js';
import { openTemplate, render } from './endpoint-kit.js';

const repeat = (byte: string, count: number): Buffer =>
  Buffer.alloc(count, Number.parseInt(byte, 16));

/** RFC 2202 sections 2 and 3, RFC 4231 section 4. */
const VECTORS: readonly (readonly [string, HashName, string, string | Buffer, string])[] = [
  [
    'RFC 2202 MD5 2',
    'md5',
    'Jefe',
    'what do ya want for nothing?',
    '750c783e6ab0b503eaa86e310a5db738',
  ],
  [
    'RFC 2202 SHA-1 2',
    'sha1',
    'Jefe',
    'what do ya want for nothing?',
    'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79',
  ],
  [
    'RFC 4231 1',
    'sha256',
    '\x0b'.repeat(20),
    'Hi There',
    'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  ],
  [
    'RFC 4231 2',
    'sha256',
    'Jefe',
    'what do ya want for nothing?',
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
  [
    'RFC 4231 4',
    'sha256',
    String.fromCharCode(...Array.from({ length: 25 }, (_, index) => index + 1)),
    repeat('cd', 50),
    '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
  ],
  [
    'RFC 4231 2, SHA-512',
    'sha512',
    'Jefe',
    'what do ya want for nothing?',
    '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
  ],
];

test.each(VECTORS)('computes %s', (_name, hmac, secret, text, expected) => {
  expect(computeSignature({ hmac }, secret, text)).toBe(expected);
});

describe('a signature', () => {
  const VARIABLES = { POSTBACK_HTTP_ACME_SECRET: 'Jefe' };
  const SIGN = {
    hmac: 'sha256',
    header: 'X-Signature',
    secret: '{env:POSTBACK_HTTP_ACME_SECRET}',
  };
  const sign = (hmac: HashName, text: string): string => computeSignature({ hmac }, 'Jefe', text);

  test('is over the query as it is sent', () => {
    const url = 'https://t.acme.example/pb?x={item_id}&b=1';
    const request = render(
      { url, sign: { ...SIGN, over: 'query' } },
      { itemId: "a 'b" },
      VARIABLES,
    );
    expect(request.url).toBe('https://t.acme.example/pb?x=a%20%27b&b=1');
    expect(request.headers['X-Signature']).toBe(sign('sha256', 'x=a%20%27b&b=1'));
  });

  test('is over the whole address', () => {
    const request = render({ sign: { ...SIGN, over: 'url' } }, {}, VARIABLES);
    expect(request.headers['X-Signature']).toBe(sign('sha256', request.url));
  });

  test('is over the body, in base64 and with a prefix where the template says so', () => {
    const rule = { ...SIGN, over: 'body', encoding: 'base64', prefix: 'sha256=' };
    const request = render({ body: { c: '{click_id}' }, sign: rule }, {}, VARIABLES);
    const signature = Buffer.from(sign('sha256', '{"c":"clk-1"}'), 'hex').toString('base64');
    expect(request.headers['X-Signature']).toBe(`sha256=${signature}`);
  });

  test('is masked where the request is shown', () => {
    const { channel } = openTemplate({ sign: { ...SIGN, over: 'url' } });
    expect(channel.request([], '***').headers['X-Signature']).toBe('***');
  });
});
