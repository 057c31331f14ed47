import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Connections } from '../../../src/accounts/connections.js';
import { AuthError, ConfigError } from '../../../src/errors.js';
import { makeCredentials } from './make-credentials.js';

let configDirectory: string;
beforeEach(() => {
  configDirectory = join(mkdtempSync(join(tmpdir(), 'postback-accounts-')), 'config');
});
afterEach(() => rmSync(join(configDirectory, '..'), { recursive: true }));

const complete = {
  POSTBACK_AMAZON_CLIENT_ID: ' env-client\n',
  POSTBACK_AMAZON_CLIENT_SECRET: 'env-secret',
  POSTBACK_AMAZON_REFRESH_TOKEN: 'Atzr|env',
  POSTBACK_AMAZON_REGION: 'EU',
  POSTBACK_AMAZON_ACCOUNT: '9223372036854775807',
};

const find = (variables: Record<string, string>) =>
  new Connections({ configDirectory, variables }).find('default', 'amazon');

describe('from the environment', () => {
  test('a complete set is a connection, and nothing is written', () => {
    const found = find({ ...complete, POSTBACK_AMAZON_PROFILE_ID: '77' })!;
    expect(found.credentials.connection).toEqual({
      network: 'amazon',
      account: '9223372036854775807',
      region: 'eu',
      api: 'capi-v1',
      profileId: '77',
      clientId: 'env-client',
      source: 'environment',
    });
    expect(found.credentials.clientSecret?.reveal()).toBe('env-secret');
    expect(found.credentials.refreshToken?.reveal()).toBe('Atzr|env');
    expect(found).toMatchObject({ enabled: true, store: undefined });
    expect(existsSync(configDirectory)).toBe(false);
  });

  test('holds for every workspace and beats the store', async () => {
    const connections = new Connections({ configDirectory, variables: complete });
    await connections.store.save('game', makeCredentials());
    expect(connections.find('game', 'amazon')?.credentials.connection.source).toBe('environment');
    expect(connections.find('other', 'amazon')?.credentials.connection.source).toBe('environment');
    await connections.store.setEnabled('game', 'amazon', false);
    expect(connections.find('game', 'amazon')?.enabled).toBe(false);
  });

  test.each([
    [['REFRESH_TOKEN'], 'POSTBACK_AMAZON_REFRESH_TOKEN not set'],
    [['REGION', 'ACCOUNT'], 'POSTBACK_AMAZON_REGION, POSTBACK_AMAZON_ACCOUNT not set'],
    [
      ['REFRESH_TOKEN', 'ACCOUNT'],
      'POSTBACK_AMAZON_REFRESH_TOKEN, POSTBACK_AMAZON_ACCOUNT not set',
    ],
    [
      ['CLIENT_SECRET', 'REFRESH_TOKEN', 'REGION', 'ACCOUNT'],
      'POSTBACK_AMAZON_CLIENT_SECRET, POSTBACK_AMAZON_REFRESH_TOKEN, POSTBACK_AMAZON_REGION',
    ],
  ])('without %s it is refused by name', (suffixes, words) => {
    const empty = Object.fromEntries(suffixes.map((suffix) => [`POSTBACK_AMAZON_${suffix}`, ' ']));
    const failure = (() => {
      try {
        return find({ ...complete, ...empty });
      } catch (error) {
        return error;
      }
    })();
    expect(failure).toBeInstanceOf(AuthError);
    expect(String(failure)).toContain(words);
    expect(String(failure)).not.toMatch(/env-secret|Atzr/);
  });

  test('client id and secret alone are not a broken connection: connect uses them', async () => {
    const { POSTBACK_AMAZON_CLIENT_ID, POSTBACK_AMAZON_CLIENT_SECRET } = complete;
    const connections = new Connections({
      configDirectory,
      variables: { POSTBACK_AMAZON_CLIENT_ID, POSTBACK_AMAZON_CLIENT_SECRET },
    });
    await connections.store.save('default', makeCredentials());
    expect(connections.find('default', 'amazon')?.credentials.connection.source).toBe('store');
    expect(connections.find('other', 'amazon')).toBeUndefined();
  });

  test.each([
    ['REGION', 'us', 'na, eu or fe'],
    ['API', 'v2', 'capi-v1 or events-api'],
    ['ACCOUNT', '12 34', 'an id'],
    ['PROFILE_ID', '<7>', 'an id'],
  ])('%s=%s is refused by name', (suffix, value, words) => {
    const variable = `POSTBACK_AMAZON_${suffix}`;
    expect(() => find({ ...complete, [variable]: value })).toThrow(ConfigError);
    expect(() => find({ ...complete, [variable]: value })).toThrow(
      new RegExp(`${variable}.*${words}`),
    );
  });
});

test('without variables the store holds, without either there is none', async () => {
  expect(find({ POSTBACK_META_PIXEL_ID: '1', POSTBACK_AMAZON_REGION: '' })).toBeUndefined();
  const connections = new Connections({ configDirectory, variables: {} });
  await connections.store.save('default', makeCredentials());
  expect(connections.list('default')).toMatchObject([{ enabled: true, store: connections.store }]);
  expect(connections.list('other')).toEqual([]);
});

test('what is given comes before all else and is not stored', () => {
  const sandbox = makeCredentials({
    connection: { network: 'amazon', account: '1', source: 'sandbox' },
  });
  const connections = new Connections({ configDirectory, variables: complete, given: [sandbox] });
  expect(connections.find('default', 'amazon')).toEqual({
    workspace: 'default',
    credentials: sandbox,
    enabled: true,
    store: undefined,
  });
});
