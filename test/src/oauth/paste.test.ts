import fc from '../../kit/property.js';
import { expect, test } from 'vitest';
import { parsePaste } from '../../../src/oauth/paste.js';
import { provider } from './token-server.js';

const STATE = 'expected-state';
const CODE = 'ANdNAVhyhqirUelHGEHA';

test.each([
  ['a whole URL', `http://localhost:8787/callback?code=${CODE}&scope=a%3A%3Ab&state=${STATE}`],
  ['any return URL', `https://amazon.com/?code=${CODE}&state=${STATE}`],
  [
    'quotes and blanks around it',
    `  "http://localhost:8787/callback?code=${CODE}&state=${STATE}"\r`,
  ],
  ['a URL with a fragment', `http://localhost:8787/callback?code=${CODE}&state=${STATE}#_=_`],
  ['a URL without scheme', `localhost:8787/callback?code=${CODE}&state=${STATE}`],
  ['a query', `?code=${CODE}&state=${STATE}`],
  ['a query without mark', `state=${STATE}&code=${CODE}`],
  ['a query without state', `code=${CODE}`],
  ['the code alone', ` ${CODE} `],
  ['an encoded code alone', `ANdNAVhyhqir%55elHGEHA`],
])('finds the code in %s', (_name, text) => {
  const answer = parsePaste(text, STATE, provider);
  expect(answer.kind === 'code' && answer.code.reveal()).toBe(CODE);
});

test.each([
  ['another state', `http://localhost:8787/callback?code=${CODE}&state=other`, 'wrong-state'],
  ['another state with an error', '?error=access_denied&state=other', 'wrong-state'],
  ['a denial', `http://localhost:8787/callback?error=access_denied&state=${STATE}`, 'denied'],
  ['an error', '?error=invalid_scope&error_description=no%1b[31m+scope', 'failed'],
  ['a URL without code', 'http://localhost:8787/callback', 'empty'],
  ['the authorize URL itself', 'https://www.amazon.com/ap/oa?client_id=a&scope=b', 'empty'],
  ['a word', 'hello', 'empty'],
  ['a sentence', 'I do not know what to paste', 'empty'],
  ['nothing', '', 'empty'],
])('%s', (_name, text, kind) => {
  expect(parsePaste(text, STATE, provider).kind).toBe(kind);
});

test('an error keeps its words and loses its control characters', () => {
  const answer = parsePaste(
    '?error=invalid_scope&error_description=no%1b[31m+scope',
    STATE,
    provider,
  );
  expect(answer.kind === 'failed' && answer.error.message).toBe(
    'Login with Example refused the request: invalid_scope (no [31m scope).',
  );
});

test('whatever is pasted, a code never comes with a foreign state, and nothing throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ minLength: 1 }), (text, state) => {
      parsePaste(text, STATE, provider);
      const query = new URLSearchParams({ code: CODE, state }).toString();
      expect(parsePaste(`http://x/?${query}`, STATE, provider).kind).toBe(
        state === STATE ? 'code' : 'wrong-state',
      );
    }),
  );
});

test('a provider may call its code by another name', () => {
  const own = { ...provider, codeParameter: 'auth_code' };
  for (const text of [
    `auth_code=${CODE}&state=${STATE}`,
    `http://localhost:8787/callback?auth_code=${CODE}&code=x`,
  ]) {
    expect(parsePaste(text, STATE, own)).toMatchObject({ kind: 'code' });
  }
  expect(parsePaste(`http://localhost:8787/callback?code=${CODE}`, STATE, own)).toEqual({
    kind: 'empty',
  });
});
