import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeLine, parseRows, readError, steer, TestWorkspace } from '../kit/test-workspace.js';

describe('C12: a filter value that cannot match is an error with a suggestion', () => {
  const calls: [string[], string, RegExp][] = [
    [['logs', '--network', 'amzon'], 'unknown_network', /amazon/],
    [['logs', '--goal', 'purchas'], 'unknown_goal', /Did you mean .*purchase/],
    [['logs', '--reason', 'too_olt'], 'unknown_reason', /too_old/],
    [['logs', '--http', '6xx'], 'bad_flag_value', /5xx/],
    [['replay', '--dry-run', '--http', 'many'], 'bad_flag_value', /5xx/],
    [['logs', '--status', 'faild'], 'bad_flag_value', /failed/],
    [['stats', '--goal', 'purchas'], 'unknown_goal', /purchase/],
    [['stats', '--network', 'amzon'], 'unknown_network', /amazon/],
    [['report', '--out', '-', '--goal', 'purchas'], 'unknown_goal', /purchase/],
    [['replay', '--dry-run', '--goal', 'purchas'], 'unknown_goal', /purchase/],
    [['replay', '--dry-run', '--reason', 'no_such_thing'], 'unknown_reason', /Unknown reason/],
    [['replay', '--dry-run', '--state', 'pendin'], 'bad_flag_value', /pending/],
  ];
  test.each(calls)('%j', async (args, code, words) => {
    const workspace = await TestWorkspace.create();
    await workspace.send(makeLine(1), 0);
    const { code: exit, stderr } = await workspace.run([...args, '--json']);
    const error = readError(stderr);
    expect([exit, error.code]).toEqual([2, code]);
    expect(`${error.message} ${error.hint}`).toMatch(words);
  });

  test('what is in the log or known is taken: a goal that was removed, reasons of networks', async () => {
    const workspace = await TestWorkspace.create();
    await steer(workspace.sandbox, 'POST', '/faults', { status: 503, match: 'eventData' });
    await workspace.send(makeLine(1), 5, '--max-attempts', '1');
    writeFileSync(join(workspace.cwd, 'postback.config.json'), JSON.stringify({ goals: [] }));
    for (const args of [
      ['logs', '--goal', 'purchase'],
      ['logs', '--reason', 'http_503'],
      ['stats', '--goal', 'purchase'],
      ['replay', '--dry-run', '--goal', 'purchase'],
    ]) {
      expect([args, (await workspace.run(args)).code]).toEqual([args, 0]);
    }
  });
});

test.each([
  ['POSTBACK_STATUS', 'faild', ['logs']],
  ['POSTBACK_LIMIT', '0', ['logs']],
  ['POSTBACK_FORMAT', 'csv', ['validate']],
])('a value of %s is refused by the name of the variable', async (name, value, args) => {
  const workspace = await TestWorkspace.create();
  const { code, stderr } = await workspace.run([...args, '--json'], { env: { [name]: value } });
  expect([code, readError(stderr).message]).toEqual([2, expect.stringContaining(name)]);
});

test('--http takes a status or a class of them; --status narrows --all', async () => {
  const workspace = await TestWorkspace.create();
  await steer(workspace.sandbox, 'POST', '/faults', { status: 503, match: 'eventData' });
  await workspace.send(makeLine(1), 5, '--max-attempts', '1');
  const count = async (...args: string[]) => (await workspace.logs(...args)).length;
  expect(await count('--http', '5xx')).toBe(1);
  expect(await count('--http', '503')).toBe(1);
  expect(await count('--http', '2xx,4xx')).toBe(0);
  expect(await count('--all', '--status', 'success')).toBe(0);
  const plan = await workspace.run(['replay', '--dry-run', '--json', '--http', '5xx']);
  expect(JSON.parse(plan.stdout)).toMatchObject({ plan: { matched: 1 } });
});

describe('C2: a --json run that did not deliver everything says why on stderr, after its summary', () => {
  test('exit 3, 4 and 5', async () => {
    const workspace = await TestWorkspace.create();
    const send = (...args: string[]) =>
      workspace.run(['send', '-', '--json', ...args], { input: `${makeLine(1)}\n{\n` });
    const invalid = await send();
    expect([invalid.code, JSON.parse(invalid.stdout), readError(invalid.stderr)]).toMatchObject([
      3,
      { delivered: 1 },
      { code: 'lines_invalid', exit: 3 },
    ]);
    await steer(workspace.sandbox, 'POST', '/faults', { status: 503, match: 'eventData' });
    const away = await workspace.run(['send', '-', '--json', '--max-attempts', '1'], {
      input: makeLine(2),
    });
    expect([away.code, JSON.parse(away.stdout), readError(away.stderr)]).toMatchObject([
      5,
      { pending: 1 },
      { code: 'postbacks_pending', exit: 5, next: 'postback replay --state pending --all' },
    ]);
    await steer(workspace.sandbox, 'DELETE', '/faults');
    await steer(workspace.sandbox, 'POST', '/grants/revoke');
    for (const verb of ['send', 'tail']) {
      const refused = await workspace.run([verb, '-', '--json'], { input: makeLine(3) });
      const last = parseRows<object>(refused.stdout).at(-1);
      expect([verb, refused.code, last, readError(refused.stderr)]).toMatchObject([
        verb,
        4,
        { command: verb },
        { code: 'grant_refused', exit: 4 },
      ]);
    }
  });

  test('tail has a row for every invalid line, and its summary comes last', async () => {
    const workspace = await TestWorkspace.create();
    const { stdout } = await workspace.run(['tail', '-', '--json'], {
      input: `${makeLine(1)}\n{\n[]\nnull\n`,
    });
    const rows = parseRows<{ status?: string; line?: number; command?: string }>(stdout);
    const invalid = rows.filter(({ status }) => status === 'invalid');
    const { invalid: count } = rows.at(-1) as { invalid: number };
    expect(rows.at(-1)).toMatchObject({ command: 'tail', delivered: 1 });
    expect(invalid).toHaveLength(count);
    expect(rows.some(({ status }) => status === 'success')).toBe(true);
  });
});

describe('C9: an export does not replace a file unless told to', () => {
  test.each([
    ['config export', ['config', 'export', '--out']],
    ['goals export', ['goals', 'export', '--out']],
    ['demo --write-events', ['demo', '--write-events']],
  ])('%s', async (_what, args) => {
    const workspace = await TestWorkspace.create();
    const path = join(workspace.cwd, 'notes.txt');
    writeFileSync(path, 'mine\n');
    const { code, stderr } = await workspace.run([...args, 'notes.txt', '--json']);
    expect([code, readError(stderr)]).toMatchObject([
      2,
      { code: 'needs_answer', hint: expect.stringContaining('--force') as string },
    ]);
    expect(readFileSync(path, 'utf8')).toBe('mine\n');
    expect((await workspace.run([...args, 'notes.txt', '--force'])).code).toBe(0);
    expect(readFileSync(path, 'utf8')).not.toBe('mine\n');
    expect((await workspace.run([...args, 'new.json'])).code).toBe(0);
    mkdirSync(join(workspace.home, 'config'), { recursive: true });
    const config = join(workspace.home, 'config', 'config.json');
    writeFileSync(config, '{}');
    expect((await workspace.run([...args, config, '--force'])).code).toBe(2);
    expect(readFileSync(config, 'utf8')).toBe('{}');
  });
});

describe('C8: a project file nested too deep', () => {
  test.each([64, 20_000])('%i levels: named, exit 2', async (depth) => {
    const workspace = await TestWorkspace.create();
    const text = `{"settings":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`;
    writeFileSync(join(workspace.cwd, 'postback.config.json'), text);
    for (const args of [['status'], ['send', '-']]) {
      const { code, stderr } = await workspace.run([...args, '--json'], { input: makeLine(1) });
      expect([code, readError(stderr).code]).toEqual([2, 'project_file_invalid']);
    }
  });
});
