import { Buffer } from 'node:buffer';

import fc from 'fast-check';
import * as oauth from 'oauth4webapi';
import { expect, it } from 'vitest';

import { readUsualAnswer } from '../../../src/oauth/plain-refresh.js';

const value = fc.oneof(
  fc.constantFrom('Atza|access', 'bearer', 'Bearer', 'dpop', '', null, true, [], {}),
  fc.constantFrom(0, 1, 3600, -1, 1.5, '1800'),
);
const field = fc.option(value, { nil: undefined });
const body = fc.oneof(
  fc
    .record({
      access_token: fc.oneof({ weight: 4, arbitrary: fc.constant('Atza|access') }, field),
      token_type: fc.oneof({ weight: 4, arbitrary: fc.constantFrom('bearer', 'Bearer') }, field),
      expires_in: fc.oneof({ weight: 4, arbitrary: fc.constant(3600) }, field),
      refresh_token: fc.oneof({ weight: 4, arbitrary: fc.constant('Atzr|new') }, field),
      scope: fc.oneof({ weight: 4, arbitrary: fc.constantFrom('a b', undefined) }, field),
      id_token: fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, field),
    })
    .map((answer) => JSON.stringify(answer)),
  fc.constantFrom('', '[]', '"x"', 'no JSON'),
);
const type = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('application/json', 'application/json;charset=UTF-8') },
  fc.constantFrom('text/html', '', 'application/jsonp', 'application/jwt'),
);
const status = fc.oneof({ weight: 4, arbitrary: fc.constant(200) }, fc.constantFrom(201, 400, 401, 500));

it('takes no answer that the library does not take, and reads it as the library does', async () => {
  const server = { issuer: 'https://api.example.com' };
  let usual = 0;
  await fc.assert(
    fc.asyncProperty(status, type, body, async (code, contentType, text) => {
      const headers = { 'content-type': contentType };
      const read = readUsualAnswer({ status: code, headers, body: Buffer.from(text), latencyMs: 1 });
      if (!read) return;
      usual++;
      const response = new Response(text, { status: code, headers });
      expect(await oauth.processRefreshTokenResponse(server, { client_id: 'id' }, response)).toMatchObject(
        JSON.parse(JSON.stringify({ ...read, token_type: 'bearer' })) as object,
      );
    }),
    { numRuns: 500 },
  );
  expect(usual).toBeGreaterThan(20);
});
