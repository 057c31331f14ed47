import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/json.js';
import { ciVariables, openLiveSandbox } from '../kit/test-workspace.js';
import { compileSchema } from '../kit/schema.js';
import { makeFolder, runPostback, type RunResult } from '../kit/run.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const readJson = (path: string): unknown => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
const index = readJson('schemas/index.json') as Record<string, string>;
const schemaOf = (name: string) => compileSchema(readJson(`schemas/${name}.json`) as JsonObject);

/** oclif's own commands. */
const ELSEWHERE = /^help$/;

let home: string;

function run(...args: string[]): Promise<RunResult> {
  return runPostback([...args, '--json'], { home, cwd: home, env: { POSTBACK_RATE: '0' } });
}

/** The objects on a stream: one, or one a line. */
function objectsOf(text: string): unknown[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}

beforeAll(async () => {
  home = await makeFolder();
  const lines = readFileSync(join(ROOT, 'examples/events.jsonl'), 'utf8').split('\n').slice(0, 60);
  writeFileSync(join(home, 'events.jsonl'), lines.join('\n'));
});

test('every command has a schema, and every schema a command', () => {
  const { commands } = readJson('oclif.manifest.json') as { commands: Record<string, unknown> };
  const missing = Object.keys(commands).filter((id) => !(id in index) && !ELSEWHERE.test(id));
  expect(missing).toEqual([]);
  const files = readdirSync(join(ROOT, 'schemas')).filter(
    (name) => name.endsWith('.json') && name !== 'index.json',
  );
  const used = new Set([...Object.values(index), 'error'].map((name) => `${name}.json`));
  expect(files.filter((name) => !used.has(name))).toEqual([]);
  for (const file of files) expect(() => schemaOf(file.replace('.json', ''))).not.toThrow();
});

const SANDBOX = '--sandbox';

/** In this order: what one makes the next shows. */
const CALLS: [id: string, args: string[], exit: number][] = [
  ['next', [], 0],
  ['status', [], 4],
  ['doctor', [], 4],
  ['goals:templates', [], 0],
  ['goals:add', ['--template', 'first-purchase'], 0],
  ['goals:edit', ['first-purchase', '--description', 'x'], 0],
  ['goals:disable', ['first-purchase'], 0],
  ['goals:enable', ['first-purchase'], 0],
  ['goals:show', ['first-purchase'], 0],
  ['goals', [], 0],
  ['goals:list', [], 0],
  ['map', ['first-purchase', 'amazon', '1234567890'], 0],
  ['map', ['first-purchase', 'amazon', '1234567891', '--test'], 0],
  ['map', [], 0],
  ['goals:export', [], 0],
  ['config:set', ['delivery.rate', '0'], 0],
  ['config:get', ['delivery.rate'], 0],
  ['config:show', [], 0],
  ['config:path', [], 0],
  ['config:export', [], 0],
  ['config:export', ['--out', 'project.json'], 0],
  ['config:import', ['project.json'], 0],
  ['config:unset', ['delivery.rate'], 0],
  ['connect', ['amazon', SANDBOX], 0],
  ['disable', ['amazon', SANDBOX], 0],
  ['enable', ['amazon', SANDBOX], 0],
  ['validate', ['events.jsonl'], 6],
  ['explain', ['events.jsonl:1', SANDBOX], 0],
  ['explain', ['events.jsonl:18', SANDBOX], 3],
  ['send', ['events.jsonl', '--dry-run', SANDBOX], 3],
  ['send', ['events.jsonl', SANDBOX], 3],
  ['status', [SANDBOX], 0],
  ['doctor', [SANDBOX], 0],
  ['next', [SANDBOX], 0],
  ['logs', ['--all', SANDBOX], 0],
  ['stats', [SANDBOX], 0],
  ['stats', ['--min-delivery-rate', '100', SANDBOX], 3],
  ['replay', ['--state', 'delivered', '--limit', '1', '--force', '--yes', SANDBOX], 0],
  ['test', ['--goal', 'first-purchase', '--network', 'amazon', SANDBOX], 0],
  ['backfill', ['events.jsonl', '--yes', SANDBOX], 3],
  ['erase', ['--user-id', 'player-1', '--yes', SANDBOX], 0],
  ['logs:prune', ['--older-than', '90d', '--yes', SANDBOX], 0],
  ['report', ['--out', 'report.html', SANDBOX], 0],
  ['schema', ['event'], 0],
  ['autocomplete', ['bash'], 0],
  ['autocomplete', [], 0],
  ['unmap', ['first-purchase', 'amazon'], 0],
  ['goals:remove', ['first-purchase', '--yes'], 0],
];

describe('results', () => {
  test.each(CALLS)('%s %j: exit %d', async (id, args, exit) => {
    const { code, stdout, stderr } = await run(...id.split(':'), ...args);
    expect(code, stderr + stdout).toBe(exit);
    const check = schemaOf(index[id]!);
    const objects = objectsOf(stdout);
    expect(objects.length, stderr).toBeGreaterThan(0);
    for (const object of objects) {
      check(object);
      expect((check as unknown as { errors: unknown }).errors, JSON.stringify(object)).toBeNull();
    }
    // Each exit code other than 0 is explained by one object on stderr.
    expect(stderr).toMatch(exit === 0 ? /^$/ : /^\{.*\}\n$/);
    const errors = objectsOf(stderr);
    expect(errors).toHaveLength(exit === 0 ? 0 : 1);
    for (const error of errors) {
      expect(schemaOf('error')(error), stderr).toBe(true);
      expect(error).toMatchObject({ error: { exit } });
    }
  });
});

test.each([
  [['send', 'events.jsonl'], 4],
  [['send', 'not-there.jsonl', SANDBOX], 6],
  [['goals', 'show', 'nobody'], 2],
  [['frobnicate'], 2],
  [['send', '--frobnicate'], 2],
])('%j fails with one object on stderr', async (args, exit) => {
  const { code, stdout, stderr } = await run(...args);
  expect([code, stdout]).toEqual([exit, '']);
  const [error, ...more] = objectsOf(stderr);
  expect(more).toEqual([]);
  expect(schemaOf('error')(error)).toBe(true);
  expect((error as { error: { exit: number } }).error.exit).toBe(exit);
});

test.each([[['help', 'send']], [['audiences']]])('%j is one object too', async (args) => {
  const { code, stdout, stderr } = await run(...args);
  expect([code, stderr]).toEqual([0, '']);
  expect(objectsOf(stdout)).toEqual([{ help: expect.stringContaining('audience') as string }]);
});

test('audience lists: made, listed, synced, asked about', async () => {
  const sandbox = await openLiveSandbox();
  const held = async (id: string, ...args: string[]): Promise<Record<string, unknown>> => {
    const options = { home, cwd: home, env: ciVariables(sandbox) };
    const { code, stdout, stderr } = await runPostback(
      [...id.split(':'), ...args, '--json'],
      options,
    );
    expect(code, stderr + stdout).toBe(0);
    const check = schemaOf(index[id]!);
    const [object] = objectsOf(stdout);
    check(object);
    expect((check as unknown as { errors: unknown }).errors, stdout).toBeNull();
    return object as Record<string, unknown>;
  };
  const person = { externalUserId: 'u-1', email: 'player@example.com', country: 'US' };
  writeFileSync(join(home, 'people.jsonl'), `${JSON.stringify(person)}\n`);
  const words = [
    '--name',
    'Top spenders of the game',
    '--description',
    'they buy',
    '--country',
    'US',
  ];
  const { id } = await held('audiences:create', ...words, '--external-id', 'top-1');
  await held('audiences:sync', id as string, 'people.jsonl', '--dry-run');
  const { jobs } = await held('audiences:sync', id as string, 'people.jsonl');
  await held('audiences:status', (jobs as string[])[0]!);
  await held('audiences:list');
});
