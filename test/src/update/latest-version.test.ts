import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fetchLatestVersion, isNewer } from '../../../src/update/latest-version.js';
import { createVersionClient } from '../../../src/update/version-client.js';
import { recallVersion, rememberVersion } from '../../../src/update/version-memory.js';
import { makeFolder } from '../../kit/log.js';

test.each([
  ['0.2.0', '0.1.0', true],
  ['0.1.10', '0.1.9', true],
  ['1.0.0', '0.99.99', true],
  ['0.1.0', '0.1.0', false],
  ['0.1.0', '0.2.0', false],
  ['0.1.0', '0.1.0-beta.1', true],
  ['0.1.0', '0.1.1-beta.1', false],
  ['not a version', '0.1.0', false],
  ['9999999999.0.0', '0.1.0', false],
])('%s after %s: %s', (candidate, present, newer) => {
  expect(isNewer(candidate, present)).toBe(newer);
});

async function ask(status: number, body: string): Promise<string | undefined> {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.writeHead(status).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const gateway = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const http = createVersionClient({ variables: {}, version: '0.1.0', gateway });
  onTestFinished(() => http.close());
  const found = await fetchLatestVersion(http, 'postback', new AbortController().signal);
  expect(asked).toEqual(['/registry.npmjs.org/postback/latest']);
  return found;
}

test.each([
  [200, '{"name":"postback","version":"0.2.0"}', '0.2.0'],
  [200, '{"name":"somebody-else","version":"0.2.0"}', undefined],
  [200, '{"name":"postback","version":"0.2.0\\u001b[31m"}', undefined],
  [200, '<html>', undefined],
  [404, '{"error":"Not found"}', undefined],
])('the registry says %d %s', async (status, body, version) => {
  expect(await ask(status, body)).toBe(version);
});

test('remembers the last answer, and ignores a cache that cannot be read or written', () => {
  const folder = makeFolder();
  expect(recallVersion(folder)).toBeUndefined();
  rememberVersion(folder, { askedAtMs: 5, latest: '0.2.0' });
  expect(recallVersion(folder)).toEqual({ askedAtMs: 5, latest: '0.2.0' });
  writeFileSync(join(folder, 'version.json'), '{"askedAtMs":"yesterday"}');
  expect(recallVersion(folder)).toBeUndefined();
  rememberVersion(join(folder, 'version.json', 'below-a-file'), { askedAtMs: 5 });
});
