import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CredentialStore } from '../../../src/accounts/credential-store.js';
import { ConfigError } from '../../../src/errors.js';
import { Secret } from '../../../src/secret.js';
import { makeCredentials } from './make-credentials.js';

let root: string;
let store: CredentialStore;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'postback-accounts-'));
  store = new CredentialStore(join(root, 'config'));
});
afterEach(() => rmSync(root, { recursive: true }));

test('keeps a grant over processes, for its owner only', async () => {
  const credentials = makeCredentials({
    accessToken: new Secret('Atza|a'),
    accessTokenExpiresAtMs: 5,
  });
  await store.save('default', credentials);
  const read = new CredentialStore(join(root, 'config')).find('default', 'amazon')!;
  expect(read.connection).toEqual(credentials.connection);
  expect(
    [read.clientSecret, read.refreshToken, read.accessToken].map((secret) => secret?.reveal()),
  ).toEqual(['client-secret', 'Atzr|refresh', 'Atza|a']);
  expect(read.accessTokenExpiresAtMs).toBe(5);
  expect(statSync(store.path).mode & 0o777).toBe(0o600);
  expect(statSync(join(root, 'config')).mode & 0o777).toBe(0o700);
});

test('a workspace knows nothing of another, whatever it is called', async () => {
  await store.save('constructor', makeCredentials());
  expect(store.find('constructor', 'amazon')?.connection.account).toBe('12345678901234567890');
  for (const other of ['default', 'toString', '__proto__'])
    expect(store.find(other, 'amazon')).toBeUndefined();
  expect(store.find('constructor', 'meta')).toBeUndefined();
});

test('the switch survives disconnecting and connecting again', async () => {
  expect(store.isEnabled('default', 'amazon')).toBe(true);
  await store.save('default', makeCredentials({ refused: { atMs: 1, status: 400 } }));
  await store.setEnabled('default', 'amazon', false);
  expect(await store.remove('default', 'amazon')).toBe(true);
  expect(store.find('default', 'amazon')).toBeUndefined();
  expect(await store.remove('default', 'amazon')).toBe(false);
  await store.save('default', makeCredentials());
  expect(store.isEnabled('default', 'amazon')).toBe(false);
  expect(store.find('default', 'amazon')?.refused).toBeUndefined();
  await store.setEnabled('default', 'amazon', true);
  expect(store.isEnabled('default', 'amazon')).toBe(true);
  expect(readFileSync(store.path, 'utf8')).not.toContain('disabled');
});

test('a change of a grant that was removed meanwhile brings nothing back', async () => {
  await store.save('default', makeCredentials());
  await store.remove('default', 'amazon');
  await store.revise('default', 'amazon', (held) => held);
  expect(store.find('default', 'amazon')).toBeUndefined();
});

test('looking writes nothing', () => {
  store.find('default', 'amazon');
  store.isEnabled('default', 'amazon');
  expect(() => statSync(join(root, 'config'))).toThrow(/ENOENT/);
});

test('secrets do not show when credentials are printed', async () => {
  await store.save('default', makeCredentials());
  const read = store.find('default', 'amazon');
  for (const text of [inspect(read, { depth: 9 }), JSON.stringify(read)]) {
    expect(text).not.toMatch(/client-secret|Atzr/);
  }
});

test.each([
  ['{"workspaces":[]}', 'its field workspaces is not an object'],
  ['{"workspaces":{"a":1}}', 'workspaces.a is not an object'],
  ['{"workspaces":{"a":{"disabled":"x"}}}', 'workspaces.a.disabled is not a list'],
  ['{"workspaces":{"a":{"connections":[]}}}', 'workspaces.a.connections is not an object'],
  [
    '{"workspaces":{"a":{"connections":{"amazon":{}}}}}',
    'workspaces.a.connections.amazon.connection is not an object',
  ],
  [
    '{"workspaces":{"a":{"connections":{"amazon":{"connection":{"account":12}}}}}}',
    'workspaces.a.connections.amazon.connection.account is not a text',
  ],
  [
    '{"workspaces":{"a":{"connections":{"amazon":{"connection":{"account":"1"},"refreshToken":{"s":"Atzr|secret"}}}}}}',
    'workspaces.a.connections.amazon.refreshToken is not a text',
  ],
  ['{"version":2}', 'newer postback'],
  ['{"refreshToken":"Atzr|secret"', 'not valid JSON'],
])('refuses %s and leaves it as it is', async (text, problem) => {
  const path = join(root, 'credentials.json');
  writeFileSync(path, text);
  const broken = new CredentialStore(root);
  const failure = await broken.save('default', makeCredentials()).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ConfigError);
  expect(String(failure)).toContain(path);
  expect(String(failure)).toContain(problem);
  expect(String(failure)).not.toContain('secret');
  expect(readFileSync(path, 'utf8')).toBe(text);
});

test('B2: drafts that a killed process left are removed by the next start and by a removal', async () => {
  await store.save('default', makeCredentials());
  const leaveDraft = (): void => {
    writeFileSync(`${store.path}.tmp-1764000000000abcdef`, 'Atzr|refresh');
  };
  const listDrafts = (): string[] =>
    readdirSync(join(root, 'config')).filter((name) => name.includes('.tmp-'));
  leaveDraft();
  expect(listDrafts()).toHaveLength(1);
  await new CredentialStore(join(root, 'config')).removeDrafts();
  expect(listDrafts()).toEqual([]);
  leaveDraft();
  await store.remove('default', 'amazon');
  expect(listDrafts()).toEqual([]);
});
