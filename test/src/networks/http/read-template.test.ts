import { describe, expect, test } from 'vitest';
import { readTemplate } from '../../../../src/networks/http/read-template.js';
import { TemplateProblem } from '../../../../src/networks/http/template-problem.js';

const VALID = { name: 'acme', url: 'https://t.acme.example/pb?cid={click_id}' };
const POST = { ...VALID, method: 'POST' };
const SIGN = {
  hmac: 'sha256',
  header: 'X-Signature',
  secret: '{env:POSTBACK_HTTP_ACME_SECRET}',
  over: 'query',
};

function findProblem(raw: unknown): TemplateProblem | undefined {
  try {
    readTemplate(raw);
    return undefined;
  } catch (error) {
    if (error instanceof TemplateProblem) return error;
    throw error;
  }
}

describe('readTemplate', () => {
  test('takes the template of the documentation', () => {
    const template = readTemplate({
      name: 'acme',
      method: 'GET',
      url:
        'https://t.acme.example/pb?cid={click_id}&payout={value}&cur={currency}&goal={goal}' +
        '&txid={dedupe_id}',
      headers: { Authorization: 'Bearer {env:POSTBACK_HTTP_ACME_TOKEN}' },
      clickId: { fields: ['click_id', 'acme_cid'], utmSources: ['acme'] },
      goals: { 'first-purchase': 'sale' },
      window: '30d',
      requestsPerSecond: 10,
      success: { status: [200], json: { path: '$.status', equals: 'ok' } },
      retry: { status: [429, 500, 502, 503, 504] },
      sign: SIGN,
    });
    expect(template).toMatchObject({ name: 'acme', method: 'GET', sign: SIGN });
  });

  test.each<[string, unknown, string, RegExp, RegExp]>([
    ['no object', [], '$', /a list/, /an object/],
    ['no name', { url: VALID.url }, '$.name', /nothing/, /a value/],
    ['no url', { name: 'acme' }, '$.url', /nothing/, /a value/],
    ['a bad name', { ...VALID, name: 'A B' }, '$.name', /"A B"/, /small letters/],
    ['an unknown field', { ...VALID, metod: 'GET' }, '$.metod', /"metod".*method/, /one of name/],
    ['a bad method', { ...VALID, method: 'DELETE' }, '$.method', /"DELETE"/, /GET, POST, PUT/],
    ['an address without scheme', { ...VALID, url: 't.example/x' }, '$.url', /t\.example/, /https/],
    ['plain http', { ...VALID, url: 'http://t.example/x' }, '$.url', /http:/, /https:\/\//],
    ['a login', { ...VALID, url: 'https://a:b@t.example/' }, '$.url', /login/, /Authorization/],
    ['a fragment', { ...VALID, url: 'https://t.example/#x' }, '$.url', /#/, /without a fragment/],
    [
      'a macro in the host',
      { ...VALID, url: 'https://{country}.example/' },
      '$.url',
      /\{country\}/,
      /fixed/,
    ],
    [
      'a secret in the host',
      { ...VALID, url: 'https://{env:POSTBACK_HTTP_ACME_TOKEN}.example/' },
      '$.url',
      /in the host/,
      /_HOST/,
    ],
    [
      'an unknown macro',
      { ...VALID, url: `${VALID.url}&x={clickid}` },
      '$.url',
      /click_id/,
      /one of/,
    ],
    [
      'an inherited name',
      { ...VALID, url: `${VALID.url}&x={constructor}` },
      '$.url',
      /unknown/,
      /one/,
    ],
    ['plain personal data', { ...VALID, url: `${VALID.url}&e={email}` }, '$.url', /email/, /hash/],
    [
      'a first name',
      { ...VALID, url: `${VALID.url}&e={first_name}` },
      '$.url',
      /first_name/,
      /hash/,
    ],
    ['an unknown filter', { ...VALID, url: `${VALID.url}&x={value|0,00}` }, '$.url', /0,00/, /raw/],
    ['decimals of a text', { ...VALID, url: `${VALID.url}&x={event|0.0}` }, '$.url', /0\.0/, /raw/],
    ['an open brace', { ...VALID, url: `${VALID.url}&x={value` }, '$.url', /value/, /end in }/],
    [
      'another variable',
      { ...VALID, headers: { 'X-Key': '{env:AWS_SECRET_ACCESS_KEY}' } },
      '$.headers["X-Key"]',
      /AWS_SECRET_ACCESS_KEY/,
      /POSTBACK_HTTP_/,
    ],
    [
      "another network's variable",
      { ...POST, form: { a: '{env:POSTBACK_META_ACCESS_TOKEN}' } },
      '$.form.a',
      /META/,
      /POSTBACK_HTTP_/,
    ],
    [
      'a token that is written out',
      { ...VALID, headers: { Authorization: 'Bearer abc' } },
      '$.headers.Authorization',
      /written out/,
      /\{env:/,
    ],
    [
      'a secret parameter',
      { ...VALID, url: `${VALID.url}&token=abc` },
      '$.url (parameter token)',
      /written/,
      /env/,
    ],
    [
      'a secret in a body',
      { ...POST, body: { a: { api_key: 'x' } } },
      '$.body.a.api_key',
      /written/,
      /env/,
    ],
    ['a header of ours', { ...VALID, headers: { Host: 'x' } }, '$.headers.Host', /Host/, /itself/],
    [
      'a line break',
      { ...VALID, headers: { A: 'x\r\nB: y' } },
      '$.headers.A',
      /cannot hold/,
      /ASCII/,
    ],
    ['a body with GET', { ...VALID, method: 'GET', body: {} }, '$.body', /GET/, /POST or PUT/],
    ['body and form', { ...POST, body: {}, form: {} }, '$.form', /body and form/, /one/],
    [
      'a macro deep in a body',
      { ...POST, body: { a: [{ b: '{x}' }] } },
      '$.body.a[0].b',
      /\{x\}/,
      /one/,
    ],
    [
      'a limit without a list',
      { ...POST, body: {}, limit: 5 },
      '$.limit',
      /\{each\}/,
      /in the body/,
    ],
    [
      'two lists',
      { ...POST, url: 'https://t.example/', body: ['{each}', '{each}'] },
      '$.body',
      /2 times/,
      /once/,
    ],
    [
      'an event macro around a list',
      { ...POST, body: { events: '{each}' } },
      '$.url',
      /click_id/,
      /\$\.each/,
    ],
    [
      'a variable in a list',
      {
        ...POST,
        url: 'https://t.example/',
        body: ['{each}'],
        each: { k: '{env:POSTBACK_HTTP_K}' },
      },
      '$.each.k',
      /env:/,
      /outside/,
    ],
    ['a limit of 0', { ...POST, body: ['{each}'], limit: 0 }, '$.limit', /0/, /1 to 1000/],
    [
      'another click',
      { ...VALID, clickId: { fields: ['gclid'] } },
      '$.clickId.fields[0]',
      /google/,
      /another/,
    ],
    [
      'another source',
      { ...VALID, clickId: { utmSources: ['adwords'] } },
      '$.clickId.utmSources[0]',
      /google/,
      /another/,
    ],
    ['no click', { ...VALID, clickId: {} }, '$.clickId', /no fields/, /at least one/],
    [
      'an unknown required',
      { ...VALID, required: ['valu'] },
      '$.required[0]',
      /value/,
      /name of a macro/,
    ],
    ['a bad window', { ...VALID, window: '30 days' }, '$.window', /30 days/, /30d/],
    ['a window beyond a year', { ...VALID, window: '400d' }, '$.window', /400d/, /366d/],
    [
      'a bad pace',
      { ...VALID, requestsPerSecond: '10' },
      '$.requestsPerSecond',
      /a text/,
      /requests/,
    ],
    [
      'a bad status',
      { ...VALID, success: { status: [500] } },
      '$.success.status[0]',
      /500/,
      /200 to 399/,
    ],
    [
      'a bad path',
      { ...VALID, success: { json: { path: 'status', equals: 1 } } },
      '$.success.json.path',
      /status/,
      /\$\.status/,
    ],
    [
      'an empty rule',
      { ...VALID, success: { json: {} } },
      '$.success.json.path',
      /nothing/,
      /a value/,
    ],
    ['a bad hash', { ...VALID, sign: { ...SIGN, hmac: 'sha3' } }, '$.sign.hmac', /sha3/, /sha256/],
    [
      'a written secret',
      { ...VALID, sign: { ...SIGN, secret: 'abc' } },
      '$.sign.secret',
      /written/,
      /env/,
    ],
    [
      'a signature over no body',
      { ...VALID, sign: { ...SIGN, over: 'body' } },
      '$.sign.over',
      /body/,
      /query/,
    ],
  ])('names place, finding and expectation of %s', (_name, raw, path, found, expected) => {
    const problem = findProblem(raw);
    expect(problem?.path).toBe(path);
    expect(problem?.found).toMatch(found);
    expect(problem?.expected).toMatch(expected);
  });

  test('shows no more of a secret than its place', () => {
    const problem = findProblem({ ...VALID, headers: { Authorization: 'Bearer s3cret-value' } });
    expect(problem?.message).not.toContain('s3cret');
  });

  test('takes POST for a body and GET without one', () => {
    expect(readTemplate({ ...VALID, body: {} }).method).toBe('POST');
    expect(readTemplate(VALID).method).toBe('GET');
  });

  test('takes http on loopback, and a host from a variable', () => {
    expect(readTemplate({ ...VALID, url: 'http://127.0.0.1:8080/pb' }).url).toContain('8080');
    expect(readTemplate({ ...VALID, url: 'https://{env:POSTBACK_HTTP_A_HOST}/pb' }).url).toContain(
      'HOST',
    );
  });
});
