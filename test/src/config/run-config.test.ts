import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadRunConfig, type RunConfigInput } from '../../../src/config/run-config.js';
import { UserConfig } from '../../../src/config/user-config.js';
import { makeGoal } from '../goals/conversion.js';

let root: string;
let input: RunConfigInput;
let user: UserConfig;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'postback-run-'));
  const directories = { config: join(root, 'config'), data: join(root, 'data') };
  input = { flags: {}, variables: {}, cwd: root, directories };
  user = new UserConfig(directories.config);
});
afterEach(() => rmSync(root, { recursive: true }));

function writeProject(content: object): void {
  writeFileSync(join(root, 'postback.config.json'), JSON.stringify(content));
}

describe('loadRunConfig', () => {
  test('reads nothing where there is nothing, and makes nothing', () => {
    expect(loadRunConfig(input)).toMatchObject({
      workspace: { value: 'default', source: 'default' },
      goals: [],
      goalsFrom: 'user config',
      project: undefined,
    });
    expect(existsSync(join(root, 'config'))).toBe(false);
  });

  test('takes the stored goals and settings of the workspace', async () => {
    await user.updateGoals('game', () => [makeGoal()]);
    await user.updateSettings('all', { 'delivery.rate': 1, 'consent.default': 'full' });
    await user.updateSettings({ workspace: 'game' }, { 'delivery.rate': 2 });
    const game = loadRunConfig({ ...input, flags: { workspace: 'game' } });
    expect(game.goals).toEqual([makeGoal()]);
    expect(game.settings).toMatchObject({ 'delivery.rate': 2, 'consent.default': 'full' });
    expect(loadRunConfig(input)).toMatchObject({ goals: [], settings: { 'delivery.rate': 1 } });
  });

  test("takes the project file's goals instead of the stored ones, but only where it has some", async () => {
    await user.updateGoals('default', () => [makeGoal({ id: 'stored' })]);
    writeProject({ settings: { 'delivery.rate': 3 } });
    expect(loadRunConfig(input)).toMatchObject({
      goals: [{ id: 'stored' }],
      settings: { 'delivery.rate': 3 },
    });
    writeProject({ goals: [{ name: 'Ours', event: 'purchase' }] });
    expect(loadRunConfig(input)).toMatchObject({
      goals: [{ id: 'ours' }],
      goalsFrom: 'project file',
    });
  });

  test.each([
    [
      { workspace: 'f' },
      { POSTBACK_WORKSPACE: 'e' },
      { value: 'f', source: 'flag', where: '--workspace' },
    ],
    [
      { workspace: 'e' },
      { POSTBACK_WORKSPACE: 'e' },
      { value: 'e', source: 'environment', where: 'POSTBACK_WORKSPACE' },
    ],
    [
      {},
      { POSTBACK_WORKSPACE: 'e' },
      { value: 'e', source: 'environment', where: 'POSTBACK_WORKSPACE' },
    ],
    [{}, {}, { value: 'p', source: 'project file' }],
    [{ sandbox: true }, {}, { value: 'p.sandbox', source: 'flag', where: '--sandbox' }],
    [{ sandbox: true, workspace: 'default' }, {}, { value: 'sandbox', source: 'flag' }],
  ])('with %j and %j works in %j', (flags, variables, expected) => {
    writeProject({ workspace: 'p' });
    for (const name of ['e', 'f'])
      mkdirSync(join(input.directories.data, name), { recursive: true });
    expect(loadRunConfig({ ...input, flags, variables }).workspace).toMatchObject(expected);
  });

  test('refuses a name that is not a folder', () => {
    expect(() => loadRunConfig({ ...input, flags: { workspace: '../x' } })).toThrow(
      '--workspace is "../x"',
    );
  });
});

describe('UserConfig', () => {
  test('keeps workspaces apart, whatever they are called', async () => {
    await user.updateGoals('constructor', (goals) => [...goals, makeGoal()]);
    await user.updateGoals('other', (goals) => [...goals, makeGoal({ id: 'b' })]);
    expect(user.readGoals('constructor')).toEqual([makeGoal()]);
    expect(user.readGoals('valueof')).toEqual([]);
    expect(user.listWorkspaces()).toEqual(['constructor', 'other']);
  });

  test('removes settings, and keeps what is not its own', async () => {
    mkdirSync(join(root, 'config'));
    writeFileSync(user.path, '{"version":1,"settings":{"delivery.rate":1},"note":"mine"}');
    await user.updateSettings('all', { 'delivery.rate': undefined, 'amazon.rampId': 'hash' });
    expect(JSON.parse(readFileSync(user.path, 'utf8'))).toEqual({
      version: 1,
      settings: { 'amazon.rampId': 'hash' },
      workspaces: {},
      note: 'mine',
    });
  });

  test.each([
    [{ settings: [] }, 'settings is a list'],
    [{ settings: { 'delivery.rate': 'x' } }, 'settings["delivery.rate"] is "x"'],
    [{ workspaces: 1 }, 'workspaces is 1; expected an object'],
    [{ workspaces: { a: null } }, 'workspaces.a is null; expected an object'],
    [{ workspaces: { a: { goals: [{ name: 1 }] } } }, 'workspaces.a.goals[0].name is 1'],
    [
      { workspaces: { a: { settings: { nope: 1 } } } },
      'workspaces.a.settings["nope"] is not a setting',
    ],
  ])('refuses %j', (content, words) => {
    mkdirSync(join(root, 'config'));
    writeFileSync(user.path, JSON.stringify(content));
    expect(() => user.readGoals('default')).toThrow(words);
  });
});
