import { expect, test } from 'vitest';
import { redactRequest, redactUrl } from '../../../src/http/redact.js';

test.each([
  [{ Authorization: 'Bearer Atza|secret' }, { Authorization: 'Bearer ***' }],
  [{ authorization: 'Atza|secret' }, { authorization: '***' }],
  [{ 'Access-Token': 'secret' }, { 'Access-Token': '***' }],
  [
    { 'Amazon-Ads-ClientId': 'amzn1.application', accept: 'application/json' },
    { 'Amazon-Ads-ClientId': 'amzn1.application', accept: 'application/json' },
  ],
])('masks tokens in the headers %j', (headers, expected) => {
  expect(redactRequest({ method: 'GET', url: 'https://a.example/', headers }).headers).toEqual(
    expected,
  );
});

test.each([
  ['https://a.example/p?access_token=secret&v=1', 'https://a.example/p?access_token=***&v=1'],
  ['https://a.example/cb?code=secret&state=s', 'https://a.example/cb?code=***&state=s'],
  [
    'https://a.example/t?fb_exchange_token=secret&v=1',
    'https://a.example/t?fb_exchange_token=***&v=1',
  ],
  [
    'https://a.example/debug_token?input_token=secret',
    'https://a.example/debug_token?input_token=***',
  ],
  ['https://user:secret@a.example/', 'https://user:***@a.example/'],
  ['https://a.example/p?q=a%2Fb&country=US', 'https://a.example/p?q=a%2Fb&country=US'],
])('masks secrets in the URL %s', (url, expected) => {
  expect(redactUrl(url)).toBe(expected);
});

test.each([
  [
    'application/x-www-form-urlencoded;charset=UTF-8',
    'grant_type=refresh_token&refresh_token=Atzr%7Csecret&client_id=c&client_secret=secret',
    'grant_type=refresh_token&refresh_token=***&client_id=c&client_secret=***',
  ],
  [
    'application/json',
    '{"access_token":"sec\\"ret","id":12345678901234567890,"code":"7"}',
    '{"access_token":"***","id":12345678901234567890,"code":"7"}',
  ],
  ['text/plain', 'refresh_token=kept', 'refresh_token=kept'],
])('masks secrets in a body of type %s', (type, body, expected) => {
  const request = {
    method: 'POST',
    url: 'https://a.example/',
    headers: { 'Content-Type': type },
  } as const;
  expect(redactRequest({ ...request, body }).body).toBe(expected);
  expect(String(redactRequest({ ...request, body: Buffer.from(body) }).body)).toBe(expected);
});
