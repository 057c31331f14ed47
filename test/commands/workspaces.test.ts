import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeLine, PURCHASE_GOAL, readError, TestWorkspace } from '../kit/test-workspace.js';
import { makeFolder, runPostback } from '../kit/run.js';

interface Workspace {
  workspace: string;
  default: boolean;
  goals: number;
}

async function openHome() {
  const home = await makeFolder();
  const run = (...args: string[]) => runPostback(args, { home, cwd: home });
  const list = async (): Promise<Workspace[]> =>
    JSON.parse((await run('workspaces', '--json')).stdout) as Workspace[];
  return { home, run, list };
}

describe('A11: workspaces', () => {
  test('an unknown name is an error with a suggestion, and makes nothing', async () => {
    const { run, list } = await openHome();
    await run('goals', 'add', '--template', 'first-purchase', '--workspace', 'space-raiders');
    const calls = [
      ['map', 'first-purchase', 'amazon', '1234567890'],
      ...[
        ['status'],
        ['logs'],
        ['stats'],
        ['goals'],
        ['next'],
        ['config', 'show'],
        ['replay', '--yes'],
      ],
      ...[
        ['send', '-'],
        ['tail', '-'],
        ['goals', 'remove', 'x', '--yes'],
        ['enable', 'amazon'],
        ['test', '--sandbox'],
      ],
      ...[
        ['erase', '--user-id', 'u', '--yes'],
        ['logs', 'prune', '--older-than', '90d', '--yes'],
        ['disconnect', 'x'],
      ],
      ['config', 'set', 'delivery.rate', '1'],
      ...[['validate', '-'], ['schema'], ['goals', 'templates'], ['config', 'path']],
    ];
    for (const call of calls) {
      const { code, stderr } = await run(...call, '--workspace', 'space-raider', '--json');
      const error = readError(stderr);
      expect([call, code, error.code]).toEqual([call, 2, 'unknown_workspace']);
      expect(error.message).toMatch(/Did you mean space-raiders\?/);
    }
    expect((await list()).map(({ workspace }) => workspace)).toEqual(['default', 'space-raiders']);
  });

  test('connect, goals add, config import and workspaces create make one', async () => {
    const { home, run, list } = await openHome();
    writeFileSync(join(home, 'goals.json'), JSON.stringify({ goals: [PURCHASE_GOAL] }));
    await run('goals', 'add', '--template', 'first-purchase', '--workspace', 'one');
    await run('config', 'import', 'goals.json', '--workspace', 'two');
    expect((await run('workspaces', 'create', 'three')).stdout).toBe('three\n');
    expect((await run('workspaces', 'create', 'three')).stderr).toMatch(/already exists/);
    expect((await run('workspaces', 'create', '../x')).code).toBe(2);
    expect(await list()).toMatchObject([
      { workspace: 'default', default: true, goals: 0 },
      { workspace: 'one', goals: 1 },
      { workspace: 'three', goals: 0 },
      { workspace: 'two', goals: 1 },
    ]);
  });

  test('use chooses the one of calls that name none; flag, variable and project file come before it', async () => {
    const { home, run, list } = await openHome();
    await run('workspaces', 'create', 'game');
    expect((await run('workspaces', 'use', 'gmae')).code).toBe(2);
    expect((await run('workspaces', 'use', 'game')).code).toBe(0);
    expect(await list()).toMatchObject([{ default: false }, { workspace: 'game', default: true }]);
    const shown = async (...args: string[]): Promise<unknown> =>
      (JSON.parse((await run('config', 'show', '--json', ...args)).stdout) as { workspace: object })
        .workspace;
    expect(await shown()).toMatchObject({ value: 'game', source: 'user config' });
    expect(await shown('--workspace', 'default')).toMatchObject({
      value: 'default',
      source: 'flag',
    });
    writeFileSync(
      join(home, 'postback.config.json'),
      JSON.stringify({ workspace: 'from-file', goals: [] }),
    );
    expect(await shown()).toMatchObject({ value: 'from-file', source: 'project file' });
    expect((await run('workspaces')).stdout).toMatch(/game\s+yes/);
  });

  test('completion knows the commands and the names', async () => {
    const { run } = await openHome();
    await run('workspaces', 'create', 'game');
    const words = async (...typed: string[]) => (await run('complete', '--', ...typed)).stdout;
    expect(await words('workspaces', 'u')).toMatch(/^use\t/);
    expect(await words('workspaces', 'use', 'g')).toBe('game\n');
  });

  test('the suggestions of a call repeat --workspace, --sandbox and --gateway', async () => {
    const workspace = await TestWorkspace.create();
    await workspace.run(['workspaces', 'create', 'game']);
    const { stderr } = await workspace.run(
      ['send', '-', '--workspace', 'game', '--network', 'meta', '--json'],
      {
        input: makeLine(1),
      },
    );
    expect(JSON.parse(stderr)).toMatchObject({
      error: { next: 'postback connect meta --workspace game' },
    });
    const next = await workspace.run([
      'next',
      '--json',
      '--workspace',
      'game',
      '--gateway',
      workspace.sandbox.url,
    ]);
    const { steps } = JSON.parse(next.stdout) as { steps: { command: string }[] };
    expect(steps.map(({ command }) => command)).toEqual(
      steps.map(
        () =>
          expect.stringContaining(`--workspace game --gateway ${workspace.sandbox.url}`) as string,
      ),
    );
    const words = await workspace.run(['next', '--sandbox', '--workspace', 'game'], {
      cwd: workspace.home,
    });
    expect(words.stdout + words.stderr).toMatch(
      /postback send FILE --dry-run --workspace game --sandbox/,
    );
  });
});
