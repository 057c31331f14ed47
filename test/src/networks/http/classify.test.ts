import { describe, expect, test } from 'vitest';
import { classifyEndpointAnswer } from '../../../../src/networks/http/classify.js';
import type { Outgoing } from '../../../../src/networks/network.js';
import { makeTemplate } from './endpoint-kit.js';

const ITEM = {} as Outgoing;

function classify(
  status: number,
  body: unknown,
  rules: object = {},
  headers: Record<string, string> = {},
) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = { status, headers, body: Buffer.from(text), latencyMs: 1 };
  return classifyEndpointAnswer(makeTemplate(rules), [ITEM], answer);
}

describe('an answer with a status of success', () => {
  test.each<[string, unknown]>([
    ['an empty body', ''],
    ['OK', 'OK'],
    ['1', '1'],
    ['a page', '<html>Error of nothing</html>'],
    ['success=true;', 'success=true;'],
    ['a status of ok', { status: 'ok' }],
    ['no error', { error: null, errors: [], error_code: 0, success: true }],
    ['an empty error', { error: '', status: 'success' }],
    ['a list', '[]'],
    ['a number', '42'],
    ['words about errors', 'Recorded. Errors are shown in the dashboard.'],
  ])('is a delivery with %s', (_name, body) => {
    expect(classify(200, body).outcomes).toEqual([{ kind: 'delivered', reason: 'accepted' }]);
  });

  test.each<[string, unknown, RegExp]>([
    ['success false', { success: false, message: 'unknown click' }, /unknown click/],
    ['a status of error', { status: 'error', error: { message: 'bad key' } }, /bad key/],
    ['a status in capitals', { Status: 'FAILED' }, /FAILED/],
    ['an error', { error: 'Invalid click id' }, /Invalid click id/],
    ['a list of errors', { errors: [{ code: 1 }] }, /errors/],
    ['an error code', { error_code: 17, msg: 'no such offer' }, /no such offer/],
    ['TUNE', 'success=false; err_msg=Invalid Trans. ID #1;', /Invalid Trans\. ID/],
    ['a text', 'ERROR: unknown subid', /unknown subid/],
    ['another text', 'Invalid token', /Invalid token/],
    ['ok: false', { ok: false, reason: 'duplicate' }, /duplicate/],
  ])('is a failure with its words: %s', (_name, body, words) => {
    const { outcomes } = classify(200, body);
    expect(outcomes[0]).toMatchObject({ kind: 'payload', reason: 'refused_in_body' });
    expect(outcomes[0]?.message).toMatch(words);
  });

  test.each<[string, object, unknown, string]>([
    ['text that is there', { bodyContains: 'OK' }, 'OK 12', 'delivered'],
    ['text that is not there', { bodyContains: 'OK' }, 'no', 'payload'],
    ['any text', { bodyContains: '' }, { error: 'known and harmless' }, 'delivered'],
    ['a value', { json: { path: '$.a[0].b', equals: 1 } }, { a: [{ b: 1 }] }, 'delivered'],
    ['another type', { json: { path: '$.a', equals: 1 } }, { a: '1' }, 'payload'],
    ['nothing', { json: { path: '$.a', equals: null } }, {}, 'payload'],
    ['null', { json: { path: '$.a', equals: null } }, { a: null }, 'delivered'],
    ['no JSON', { json: { path: '$.a', equals: 'ok' } }, 'oops', 'payload'],
    ['a page', { json: { path: '$.a', equals: 'ok' } }, '<html>Sign in</html>', 'unknown'],
    ['nothing at all', { json: { path: '$.a', equals: 'ok' } }, '', 'unknown'],
    ['half an answer', { json: { path: '$.a', equals: 'ok' } }, '{"a":"o', 'unknown'],
    ['an inherited name', { json: { path: '$.constructor', equals: 'x' } }, {}, 'payload'],
  ])('follows the rule of the template: %s', (_name, success, body, kind) => {
    expect(classify(200, body, { success }).outcomes[0]?.kind).toBe(kind);
  });

  test('is a success only with a status of the template', () => {
    expect(classify(202, '', { success: { status: [202] } }).outcomes[0]?.kind).toBe('delivered');
    expect(classify(204, '', { success: { status: [200] } }).outcomes[0]?.kind).not.toBe(
      'delivered',
    );
  });
});

describe('an answer with another status', () => {
  test.each<[number, string]>([
    [429, 'throttled'],
    [500, 'transient'],
    [503, 'transient'],
    [408, 'transient'],
    [501, 'configuration'],
    [400, 'payload'],
    [422, 'payload'],
    [401, 'credential'],
    [403, 'configuration'],
    [404, 'configuration'],
  ])('%i is %s', (status, kind) => {
    expect(classify(status, { message: 'because' }).outcomes[0]).toMatchObject({
      kind,
      message: 'because',
    });
  });

  test('is tried again where the template says so, and not where it does not', () => {
    const retry = { status: [404] };
    expect(classify(404, '', { retry }).outcomes[0]?.kind).toBe('transient');
    expect(classify(500, '', { retry }).outcomes[0]?.kind).toBe('configuration');
  });

  test('waits as long as the endpoint asks', () => {
    expect(classify(429, '', {}, { 'retry-after': '7' }).retryAfterMs).toBe(7000);
  });

  test('is not followed where it redirects', () => {
    const location = 'https://elsewhere.example/path?token=s3cret';
    const { outcomes } = classify(302, '', {}, { location });
    expect(outcomes[0]).toMatchObject({ kind: 'configuration', reason: 'http_302' });
    expect(outcomes[0]?.message).toMatch(/redirects to elsewhere\.example; redirects are not/);
    expect(outcomes[0]?.message).not.toContain('s3cret');
  });
});
