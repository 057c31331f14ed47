import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { makeFolder, runPostback } from '../../kit/run.js';

let home: string;
let config: string;

beforeEach(async () => {
  home = await makeFolder();
  config = join(home, 'config', 'config.json');
});

/** Runs the program with `--json` and gives what it prints. */
async function ask(
  args: string[],
  env: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const result = await runPostback([...args, '--json'], { home, env });
  expect(result, result.stderr).toMatchObject({ code: 0 });
  return JSON.parse(result.stdout) as Record<string, unknown>;
}

describe('config show, get, set, unset', () => {
  test('the more explicit source wins and is named', async () => {
    const get = (env?: Record<string, string>): unknown =>
      ask(['config', 'get', 'delivery.rate'], env);
    expect(await get()).toEqual({ name: 'delivery.rate', value: null, source: 'default' });
    await ask(['config', 'set', 'delivery.rate', '1']);
    expect(await get()).toMatchObject({ value: 1, source: 'user config', where: config });
    await ask(['config', 'set', 'delivery.rate', '2', '--workspace', 'default']);
    expect(await get()).toMatchObject({
      value: 2,
      source: 'user config',
      where: `${config}, workspace default`,
    });
    writeFileSync(join(home, 'postback.config.json'), '{"settings":{"delivery.rate":3}}');
    expect(await get()).toMatchObject({ value: 3, source: 'project file' });
    expect(await get({ POSTBACK_RATE: '4' })).toMatchObject({
      value: 4,
      source: 'environment',
      where: 'POSTBACK_RATE',
    });
    await ask(['config', 'unset', 'delivery.rate', '--workspace', 'default']);
    expect(JSON.parse(readFileSync(config, 'utf8'))).toMatchObject({
      settings: { 'delivery.rate': 1 },
      workspaces: { default: { settings: {} } },
    });
  });

  test('show has every setting, the workspace and the gateway, and makes nothing', async () => {
    writeFileSync(join(home, 'postback.config.json'), JSON.stringify({ workspace: 'game' }));
    const shown = await ask(['config', 'show', '--gateway', 'http://127.0.0.1:1'], {
      POSTBACK_WORKSPACE: 'game',
    });
    expect(shown).toMatchObject({
      workspace: { value: 'game', source: 'environment', where: 'POSTBACK_WORKSPACE' },
      gateway: { value: 'http://127.0.0.1:1', source: 'flag', where: '--gateway' },
      goals: { value: 0, source: 'user config' },
      settings: {
        'consent.default': { value: 'not_set', source: 'default' },
        'delivery.rate': { value: null },
      },
    });
    expect(existsSync(join(home, 'config'))).toBe(false);
  });

  test('says where something else decides what was stored', async () => {
    const args = ['config', 'set', 'consent.default', 'full'];
    const { stdout, stderr } = await runPostback(args, {
      home,
      env: { POSTBACK_CONSENT_DEFAULT: 'anonymous' },
    });
    expect(stdout).toBe('');
    expect(stderr).toContain('POSTBACK_CONSENT_DEFAULT decides consent.default');
    expect(await ask(['config', 'get', 'consent.default'])).toMatchObject({ value: 'full' });
  });

  test.each([
    [
      ['config', 'set', 'delivery.rate', 'fast'],
      {},
      'The setting delivery.rate is "fast"; expected a number',
    ],
    [
      ['config', 'set', 'delivery.rte', '1'],
      {},
      '"delivery.rte" is not a setting. Did you mean delivery.rate?',
    ],
    [
      ['config', 'show'],
      { POSTBACK_MAX_ATTEMPTS: '0' },
      'delivery.maxAttempts from POSTBACK_MAX_ATTEMPTS is 0; expected',
    ],
    [
      ['config', 'show', '--workspace', '../x'],
      {},
      '--workspace is "../x", which cannot be the name of a workspace',
    ],
  ])('%j with %j is refused', async (args, env, message) => {
    const { code, stderr } = await runPostback(args, { home, env });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

test('config path shows where, even where a file is broken', async () => {
  await ask(['config', 'set', 'delivery.rate', '1']);
  writeFileSync(config, 'broken');
  expect(await ask(['config', 'path'])).toEqual({
    config,
    credentials: join(home, 'config', 'credentials.json'),
    project: join(home, 'postback.config.json'),
    data: join(home, 'data'),
  });
});

describe('config export and import', () => {
  test('carry goals, mappings and settings to another home, where they hold as a project file and when stored', async () => {
    await ask(['goals', 'add', '--template', 'first-purchase', '--filter', 'value>10']);
    await ask(['map', 'first-purchase', 'amazon', '1234567890']);
    await ask(['config', 'set', 'consent.default', 'anonymous']);
    const goals = await ask(['goals', 'list']);
    const { stdout } = await runPostback(['config', 'export'], { home });
    expect(await ask(['config', 'export'])).toEqual(JSON.parse(stdout));

    home = await makeFolder();
    writeFileSync(join(home, 'postback.config.json'), stdout);
    expect(await ask(['goals', 'list'])).toEqual(goals);
    expect(await ask(['config', 'get', 'consent.default'])).toMatchObject({
      value: 'anonymous',
      source: 'project file',
    });
    expect(existsSync(join(home, 'config'))).toBe(false);

    const elsewhere = await makeFolder();
    const file = join(home, 'postback.config.json');
    home = elsewhere;
    await ask(['config', 'import', file, '--dry-run']);
    expect(existsSync(join(home, 'config'))).toBe(false);
    expect(await ask(['config', 'import', file])).toMatchObject({
      workspace: 'default',
      added: ['first-purchase'],
    });
    expect(await ask(['goals', 'list'])).toEqual(goals);
    expect(await ask(['config', 'get', 'consent.default'])).toMatchObject({
      value: 'anonymous',
      source: 'user config',
    });
  });

  test('keep to the workspace that the file names', async () => {
    await ask(['goals', 'add', '--template', 'wishlist-add', '--workspace', 'game']);
    await ask(['config', 'set', 'delivery.rate', '2', '--workspace', 'game']);
    await ask(['config', 'export', '--workspace', 'game', '--out', 'game.json']);
    await ask(['goals', 'disable', 'wishlist-add', '--workspace', 'game']);
    const { code, stderr } = await runPostback(['config', 'import', 'game.json'], { home });
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--yes') as string,
    });
    const imported = await ask(['config', 'import', 'game.json', '--yes']);
    expect(imported).toMatchObject({
      workspace: 'game',
      replaced: ['wishlist-add'],
      settings: ['delivery.rate'],
    });
    expect(await ask(['goals'])).toEqual([]);
    expect(await ask(['config', 'get', 'delivery.rate'])).toMatchObject({ value: null });
  });

  test('refuse a file with a secret', async () => {
    writeFileSync(join(home, 'bad.json'), '{"clientSecret":"hidden-text"}');
    const { code, stderr } = await runPostback(['config', 'import', 'bad.json'], { home });
    expect(code).toBe(2);
    expect(stderr).toContain('clientSecret looks like a secret');
    expect(stderr).not.toContain('hidden');
  });
});
