import { describe, expect, test } from 'vitest';
import type { UsageError } from '../../../src/errors.js';
import { checkGateway, throughGateway, showGateway } from '../../../src/http/gateway.js';

describe('checkGateway', () => {
  test.each([
    ['http://127.0.0.1:4010', 'http://127.0.0.1:4010'],
    ['http://localhost:4010/', 'http://localhost:4010'],
    ['http://[::1]:4010', 'http://[::1]:4010'],
    [' https://proxy.example/record// ', 'https://proxy.example/record'],
  ])('takes %s', (text, expected) => {
    expect(checkGateway(text)).toBe(expected);
  });

  test.each([
    ['not a URL', 'invalid_gateway'],
    ['https://user:pass@proxy.example', 'invalid_gateway'],
    ['https://proxy.example/?q=1', 'invalid_gateway'],
    ['https://proxy.example/#top', 'invalid_gateway'],
    ['http://proxy.example', 'insecure_url'],
    ['http://127.0.0.1.proxy.example', 'insecure_url'],
    ['http://localhost.proxy.example', 'insecure_url'],
    ['ftp://127.0.0.1', 'insecure_url'],
  ])('refuses %s', (text, code) => {
    expect(() => checkGateway(text)).toThrow(
      expect.objectContaining({ code, hint: expect.any(String) }) as UsageError,
    );
    expect(() => checkGateway(text)).not.toThrow(/pass/);
  });
});

describe('throughGateway', () => {
  test.each([
    ['https://api.amazon.com/auth/o2/token', undefined, 'https://api.amazon.com/auth/o2/token'],
    [
      'https://api.amazon.com/auth/o2/token',
      'http://127.0.0.1:1',
      'http://127.0.0.1:1/api.amazon.com/auth/o2/token',
    ],
    [
      'https://a.example:8443/p?x=1&y=%2F',
      'https://g.example/rec',
      'https://g.example/rec/a.example:8443/p?x=1&y=%2F',
    ],
    ['https://a.example', 'https://g.example', 'https://g.example/a.example/'],
  ])('%s through %s', (url, gateway, expected) => {
    expect(throughGateway(url, gateway)).toBe(expected);
  });
});

test.each([
  ['http://127.0.0.1:8080/x', 'http://127.0.0.1:8080/x'],
  ['https://user:Pass-word1@host/x', 'https://***@host/x'],
  ['https://us@er:p@ss/w@host', 'https://***@host'],
  ['user:pass@host', '***@host'],
  ['https://host/x?token=abc#y', 'https://host/x?***'],
  ['not a url', 'not a url'],
])('shows the gateway %s without login, query and fragment', (text, expected) => {
  expect(showGateway(text)).toBe(expected);
});
