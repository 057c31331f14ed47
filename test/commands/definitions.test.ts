import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeLine, PURCHASE_GOAL, readError, steer, TestWorkspace } from '../kit/test-workspace.js';

/**
 * A home with goals of its own instead of a project file, connected to the sandbox by variables.
 */
const openHome = () => TestWorkspace.create({ hasNoProjectFile: true });

const mapOf = (workspace: TestWorkspace): Record<string, unknown> => {
  const file = JSON.parse(readFileSync(join(workspace.home, 'config', 'config.json'), 'utf8')) as {
    workspaces: { default: { goals: { id: string; map: { amazon?: string } }[] } };
  };
  return Object.fromEntries(file.workspaces.default.goals.map(({ id, map }) => [id, map.amazon]));
};

describe('A9: one goal, one definition', () => {
  test('goals add --template twice changes nothing the second time, and says so', async () => {
    const workspace = await openHome();
    const add = (...args: string[]) =>
      workspace.run(['goals', 'add', '--template', 'first-purchase', ...args]);
    const first = await add();
    const second = await add();
    expect([second.code, second.stdout]).toEqual([0, first.stdout]);
    expect(second.stderr).toMatch(/already exists; nothing was changed/);
    await workspace.run(['goals', 'edit', 'first-purchase', '--description', 'ours']);
    expect(JSON.parse((await add('--json')).stdout)).toMatchObject({
      id: 'first-purchase',
      description: 'ours',
    });
    expect((await add('--filter', 'value>10')).stdout).toBe('first-purchase-2\n');
    expect((await add('--filter', 'value>10')).stdout).toBe('first-purchase-2\n');
    const goals = JSON.parse((await workspace.run(['goals', '--json'])).stdout) as object[];
    expect(goals).toHaveLength(2);
  });

  test('a definition that another goal has is refused; --shared takes it; doctor and send warn', async () => {
    const workspace = await openHome();
    for (const name of ['One', 'Two'])
      await workspace.run(['goals', 'add', '--name', name, '--event', 'purchase']);
    expect((await workspace.run(['map', 'one', 'amazon', '1234567890'])).code).toBe(0);
    expect((await workspace.run(['map', 'one', 'amazon', '1234567890'])).code).toBe(0);
    const refused = await workspace.run(['map', 'two', 'amazon', '1234567890', '--json']);
    expect([refused.code, readError(refused.stderr).code]).toEqual([2, 'definition_shared']);
    expect(mapOf(workspace)).toEqual({ one: '1234567890', two: undefined });
    expect((await workspace.run(['map', 'two', 'amazon', '1234567890', '--shared'])).code).toBe(0);
    const doctor = await workspace.run(['doctor', '--json']);
    const { checks } = JSON.parse(doctor.stdout) as {
      checks: { id: string; result: string; message: string }[];
    };
    expect(checks.find(({ id }) => id === 'mappings')).toMatchObject({
      result: 'warn',
      message: expect.stringMatching(/one and two/) as string,
    });
    for (const args of [
      ['send', '-'],
      ['send', '-', '--dry-run'],
      ['tail', '-'],
    ]) {
      const { stderr } = await workspace.run(args, { input: makeLine(1) });
      expect([args, stderr]).toEqual([
        args,
        expect.stringMatching(/one and two are mapped to one definition at amazon/),
      ]);
    }
  });

  test('an import and a project file warn', async () => {
    const workspace = await openHome();
    const goals = ['a', 'b'].map((id) => ({ ...PURCHASE_GOAL, id, name: id }));
    writeFileSync(join(workspace.cwd, 'goals.json'), JSON.stringify({ goals }));
    for (const verb of [
      ['goals', 'import'],
      ['config', 'import'],
    ]) {
      const { stderr } = await workspace.run([...verb, 'goals.json', '--dry-run']);
      expect([verb, stderr]).toEqual([
        verb,
        expect.stringMatching(/a and b are mapped to one definition/),
      ]);
    }
    writeFileSync(join(workspace.cwd, 'postback.config.json'), JSON.stringify({ goals }));
    const { stderr } = await workspace.run(['send', '-'], {
      input: makeLine(1),
      cwd: workspace.cwd,
    });
    expect(stderr).toMatch(/a and b are mapped to one definition/);
  });
});

describe('A10: an id is compared with what the account has', () => {
  test('an unknown one is refused with what was meant; --unchecked takes it', async () => {
    const workspace = await openHome();
    await workspace.run(['goals', 'add', '--template', 'first-purchase']);
    for (const extra of [[], ['--test']]) {
      const { code, stderr } = await workspace.run([
        'map',
        'first-purchase',
        'amazon',
        '1234567809',
        '--json',
        ...extra,
      ]);
      expect([code, readError(stderr).code]).toEqual([2, 'unknown_definition']);
      expect(readError(stderr).hint).toMatch(/\d+ \(.+\).*--unchecked/);
    }
    expect(mapOf(workspace)).toEqual({ 'first-purchase': undefined });
    const known = await workspace.run(['map', 'first-purchase', 'amazon', '1234567890']);
    expect([known.code, known.stderr]).toEqual([
      0,
      expect.stringMatching(/Mapped first-purchase to 1234567890/),
    ]);
    const taken = await workspace.run([
      'map',
      'first-purchase',
      'amazon',
      '4041234567',
      '--unchecked',
    ]);
    expect(taken.code).toBe(0);
    expect(mapOf(workspace)).toEqual({ 'first-purchase': '4041234567' });
  });

  test('where the list cannot be had the id is taken, and the remark says so', async () => {
    const workspace = await openHome();
    await workspace.run(['goals', 'add', '--template', 'first-purchase']);
    await steer(workspace.sandbox, 'POST', '/faults', {
      status: 503,
      match: 'conversionDefinitions',
    });
    const away = await workspace.run(['map', 'first-purchase', 'amazon', '4041234567']);
    expect([away.code, away.stderr]).toEqual([
      0,
      expect.stringMatching(/could not be checked .*postback doctor/),
    ]);
    const dead = await workspace.run(['map', 'first-purchase', 'amazon', '4041234568'], {
      env: { POSTBACK_GATEWAY: 'http://127.0.0.1:1' },
    });
    expect([dead.code, dead.stderr]).toEqual([0, expect.stringMatching(/could not be checked/)]);
  });
});

describe('C14: test --live', () => {
  test('needs --yes without a terminal, and says what it would send', async () => {
    const workspace = await TestWorkspace.create();
    const { code, stderr } = await workspace.run(['test', '--live', '--json']);
    expect([code, readError(stderr).code]).toEqual([2, 'needs_answer']);
    expect(readError(stderr).hint).toContain('--yes');
    expect(workspace.sandbox.state.received()).toBe(0);
    expect((await workspace.run(['test', '--live', '--yes'])).code).toBe(0);
    expect(workspace.sandbox.state.received()).toBe(1);
  });
});
