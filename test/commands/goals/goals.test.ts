import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { makeFolder, runPostback } from '../../kit/run.js';

let home: string;

beforeEach(async () => {
  home = await makeFolder();
});

/** Runs the program in the test's home and expects it to end well. */
async function succeed(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const result = await runPostback(args, { home });
  expect(result, result.stderr).toMatchObject({ code: 0 });
  return result;
}

/** Runs the program with `--json`. */
async function ask(...args: string[]): Promise<unknown> {
  return JSON.parse((await succeed(...args, '--json')).stdout);
}

/** Runs the program with `--json` and gives the error that it ends with. */
async function fail(
  ...args: string[]
): Promise<{ code: string; message: string; hint: string | null; exit: number }> {
  const result = await runPostback([...args, '--json'], { home });
  const { error } = JSON.parse(result.stderr) as {
    error: { code: string; message: string; hint: string | null; exit: number };
  };
  expect(result).toMatchObject({ code: error.exit, stdout: '' });
  return error;
}

const first = {
  id: 'first-purchase',
  name: 'First Purchase',
  event: 'purchase',
  description: "a player's first purchase",
  trigger: 'once',
  filters: [],
  enabled: true,
  map: {},
  testMap: {},
};

describe('the life of a goal', () => {
  test('add, list, show, edit, disable, enable, remove', async () => {
    expect((await succeed('goals', 'add', '--template', 'first-purchase')).stdout).toBe(
      'first-purchase\n',
    );
    expect(await ask('goals')).toEqual([first]);
    const big = {
      ...first,
      id: 'big-one',
      name: 'Big One',
      filters: ['value>=50', 'item_id in a, b'],
    };
    const flags = ['--name', 'Big One', '--filter', 'value>=50', '--filter', 'item_id in a, b'];
    expect(await ask('goals', 'add', '--template', 'first-purchase', ...flags)).toEqual(big);
    expect(await ask('goals', 'list')).toEqual([first, big]);
    const table = (await succeed('goals', 'list')).stdout.split('\n');
    expect(table[2]?.split('\t')).toEqual([
      'big-one',
      'Big One',
      'purchase',
      'once',
      'value>=50 and item_id in a, b',
      'enabled',
      '',
    ]);
    expect(await ask('goals', 'edit', 'big-one', '--trigger', 'repeatable', '--no-filter')).toEqual(
      {
        ...big,
        trigger: 'repeatable',
        filters: [],
      },
    );
    expect(await ask('goals', 'disable', 'big-one')).toMatchObject({ enabled: false });
    expect(await ask('goals', 'enable', 'big-one')).toMatchObject({ enabled: true });
    expect((await succeed('goals', 'show', 'big-one')).stdout).toContain('Name\tBig One\n');
    expect(await ask('goals', 'remove', 'big-one', '--dry-run')).toMatchObject({ dryRun: true });
    expect(await fail('goals', 'remove', 'big-one')).toMatchObject({
      exit: 2,
      hint: expect.stringContaining('--yes'),
    });
    expect(await ask('goals', 'list')).toHaveLength(2);
    await succeed('goals', 'remove', 'big-one', '--yes');
    expect(await ask('goals', 'list')).toEqual([first]);
  });

  test('workspaces have goals of their own, the sandbox too', async () => {
    await succeed('goals', 'add', '--template', 'first-purchase', '--workspace', 'game');
    expect(await ask('goals')).toEqual([]);
    expect(await ask('goals', '--workspace', 'game')).toEqual([first]);
    // Under --sandbox the list is what a run counts: the workspace's own goals, else the templates.
    expect(await ask('goals', '--workspace', 'game', '--sandbox')).toEqual([first]);
    const templates = (await ask('goals', '--sandbox')) as { id: string }[];
    expect(templates.map(({ id }) => id)).toEqual([
      'first-purchase',
      'wishlist-add',
      'email-captured',
    ]);
    const rows = (await ask('map', '--sandbox')) as object[];
    expect(rows).toContainEqual(
      expect.objectContaining({ goal: 'first-purchase', network: 'amazon' }),
    );
    await succeed('goals', 'add', '--name', 'Own', '--event', 'own', '--sandbox');
    expect(await ask('goals', '--sandbox')).toMatchObject([{ id: 'own' }]);
  });

  test('templates are listed without anything being made', async () => {
    expect(await ask('goals', 'templates')).toHaveLength(3);
  });
});

describe('what is wrong is said', () => {
  test.each([
    [['goals', 'add'], 'A goal needs a name and an event.', '--template'],
    [['goals', 'add', '--name', 'x'], 'A goal needs a name and an event.', '--event'],
    [
      ['goals', 'add', '--name', 'x', '--event', 'y', '--filter', 'value>ten'],
      'needs a number after >',
      '',
    ],
    [['goals', 'add', '--name', 'x', '--event', 'y', '--trigger', 'twice'], 'once, repeatable', ''],
    [['goals', 'edit', 'x'], 'No changes were given.', '--filter'],
    [
      ['goals', 'show', 'first-purchse'],
      'Unknown goal "first-purchse".',
      'There are no goals yet.',
    ],
    [['goals', 'import', 'missing.json'], 'Cannot read missing.json: the file does not exist.', ''],
  ])('%j', async (args, message, hint) => {
    const error = await fail(...args);
    expect(error).toMatchObject({ exit: 2, message: expect.stringContaining(message) as string });
    expect(error.hint ?? '').toContain(hint);
  });

  test('an unreadable config file is named and left alone', async () => {
    await succeed('goals', 'add', '--template', 'first-purchase');
    const path = join(home, 'config', 'config.json');
    writeFileSync(path, '{"version":2}');
    const error = await fail('goals', 'add', '--template', 'wishlist-add');
    expect(error).toMatchObject({
      exit: 2,
      code: 'config_newer',
      message: expect.stringContaining(path) as string,
    });
  });
});

describe('files', () => {
  test('what export writes, import reads, and asks before it replaces', async () => {
    await succeed('goals', 'add', '--template', 'first-purchase');
    await succeed('goals', 'export', '--out', 'goals.json');
    const elsewhere = ['--workspace', 'other'];
    await succeed('workspaces', 'create', 'other');
    const added = {
      ...{ workspace: 'other', added: ['first-purchase'] },
      ...{ replaced: [], unchanged: [], changes: {} },
    };
    expect(await ask('goals', 'import', 'goals.json', '--dry-run', ...elsewhere)).toEqual({
      ...added,
      dryRun: true,
    });
    expect(await ask('goals', ...elsewhere)).toEqual([]);
    expect(await ask('goals', 'import', 'goals.json', ...elsewhere)).toEqual({
      ...added,
      dryRun: false,
    });
    expect(await ask('goals', ...elsewhere)).toEqual([first]);
    await succeed('goals', 'disable', 'first-purchase', ...elsewhere);
    expect(await fail('goals', 'import', 'goals.json', ...elsewhere)).toMatchObject({ exit: 2 });
    await succeed('map', 'first-purchase', 'amazon', '12', ...elsewhere);
    const shown = await succeed('goals', 'import', 'goals.json', '--dry-run', ...elsewhere);
    expect(shown.stderr).toContain(
      'first-purchase\n  enabled: false -> true\n  map.amazon: 12 -> none\n',
    );
    await succeed('goals', 'import', 'goals.json', '--yes', ...elsewhere);
    expect(await ask('goals', ...elsewhere)).toEqual([first]);
  });

  test('map and unmap change the project file whose goals are in effect, and --sandbox does not', async () => {
    const path = join(home, 'postback.config.json');
    const goal = { name: 'Ours', event: 'sign_up', filters: ['value>1'] };
    const settings = { 'delivery.rate': 3 };
    writeFileSync(path, JSON.stringify({ goals: [{ name: 'A', event: 'a' }, goal], settings }));
    const read = (): unknown => JSON.parse(readFileSync(path, 'utf8'));
    const { stderr } = await succeed('map', 'ours', 'amazon', '1234567890', '--unchecked');
    expect(stderr).toBe(`Changed ${path}.\nMapped ours to 1234567890 at amazon.\n`);
    await succeed('map', 'ours', 'amazon', '77', '--test', '--unchecked');
    const maps = { map: { amazon: '1234567890' }, testMap: { amazon: '77' } };
    const first = { name: 'A', event: 'a' };
    expect(read()).toEqual({ goals: [first, { ...goal, ...maps }], settings });
    expect(await fail('map', 'ours', 'amazon', '1', '--sandbox', '--unchecked')).toMatchObject({
      code: 'unknown_goal',
      hint: expect.stringContaining('With --sandbox') as string,
    });
    expect(await fail('goals', 'disable', 'ours')).toMatchObject({
      hint: expect.stringContaining(`${path} are in effect: a, ours.`) as string,
    });
    await succeed('unmap', 'ours', 'amazon');
    expect(read()).toEqual({ goals: [first, { ...goal, map: {} }], settings });
  });

  test('a project file replaces the stored goals, and commands that store say so', async () => {
    await succeed('goals', 'add', '--template', 'first-purchase');
    const path = join(home, 'postback.config.json');
    writeFileSync(path, JSON.stringify({ goals: [{ name: 'Ours', event: 'sign_up' }] }));
    expect(await ask('goals', 'list')).toMatchObject([
      { id: 'ours', event: 'sign_up', enabled: true },
    ]);
    const { stderr } = await succeed('goals', 'disable', 'first-purchase');
    expect(stderr).toContain(`the goals in ${path} are in effect`);
    expect((await succeed('goals', 'list')).stdout).not.toContain('first-purchase');
  });

  test('a project file that is wrong is named with the field', async () => {
    const path = join(home, 'postback.config.json');
    writeFileSync(path, '{"goals":[{"name":"x","event":"y","map":{"amazn":"1"}}]}');
    expect(await fail('goals')).toMatchObject({
      exit: 2,
      message: expect.stringContaining(
        `${path}: goals[0].map.amazn is not known. Did you mean amazon?`,
      ) as string,
    });
  });
});
