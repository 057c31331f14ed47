import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { NetworkName } from '../../../src/networks/names.js';
import { findNetwork } from '../../../src/networks/registry.js';
import {
  makeLine,
  parseRows,
  readError,
  type RunSummary,
  steer,
  TestWorkspace,
} from '../../kit/test-workspace.js';
import { makeRepeatableGoals, NETWORK_CLICKS, VISIT } from '../../kit/networks.js';
import { type RunResult, spawnPostback } from '../../kit/run.js';

type Summary = RunSummary & {
  command: string;
  workspace: string;
  accounts: Record<string, string>;
};

interface ErrorObject {
  error: { code: string; message: string; hint: string; next?: string; exit: number };
}

const NETWORKS = Object.keys(NETWORK_CLICKS) as NetworkName[];

/** Purchases whose click belongs to a network. */
function makeLines(network: NetworkName, from: number, count: number): string {
  const properties = {
    ...VISIT,
    ...NETWORK_CLICKS[network],
    email: 'player@game.example',
    value: 5,
    currency: 'USD',
  };
  return Array.from(
    { length: count },
    (_, index) => `${makeLine(from + index, {}, properties)}\n`,
  ).join('');
}

const PURCHASE_GOALS = makeRepeatableGoals().filter(({ event }) => event === 'purchase');

/** A workspace with one network of the sandbox connected by variables. */
const openOne = (network: NetworkName) =>
  TestWorkspace.create({ goals: PURCHASE_GOALS, networks: [network] });

/** The summary, which is the last object on stdout, and the one object on stderr. */
function readEnding({ stdout, stderr, code }: RunResult): {
  summary: Summary;
  error: ErrorObject['error'];
} {
  const objects = parseRows<ErrorObject>(stderr).filter((object) => 'error' in object);
  expect([code, objects.length, stderr], stdout).toMatchObject([
    expect.any(Number),
    1,
    expect.any(String),
  ]);
  expect(parseRows<object>(stderr).at(-1)).toHaveProperty('error');
  const { error } = objects[0]!;
  expect(error).toMatchObject({
    exit: code,
    hint: expect.stringMatching(/\S/),
    message: expect.stringMatching(/\S/),
  });
  const summary = parseRows<Summary>(stdout).at(-1)!;
  expect(summary).toMatchObject({ command: expect.any(String), accounts: expect.any(Object) });
  return { summary, error };
}

describe.each(NETWORKS)('%s', (network) => {
  test('C2: a refused grant ends every delivering command with 4, a summary and one error object', async () => {
    const workspace = await openOne(network);
    const title = findNetwork(network)!.title;
    const file = join(workspace.cwd, 'events.jsonl');
    writeFileSync(file, makeLines(network, 1, 3));
    await steer(workspace.sandbox, 'POST', '/grants/revoke');
    const runs: [args: string[], input?: string][] = [
      [['send', 'events.jsonl']],
      [['send', '-'], makeLines(network, 11, 2)],
      [['send', '-', '--strict'], makeLines(network, 21, 2)],
      [['backfill', 'events.jsonl', '--yes']],
      [['tail', '-'], makeLines(network, 31, 2)],
      [['tail', 'events.jsonl']],
      [['replay', '--all', '--yes']],
    ];
    // What ends a command is the same for each network: the first network takes every run, each
    // other one the first run and one more, in turn.
    const place = NETWORKS.indexOf(network);
    const another = 1 + (place % (runs.length - 1));
    const played = place === 0 ? runs : runs.filter((_, index) => index === 0 || index === another);
    for (const [args, input] of played) {
      const result = await workspace.run([...args, '--json'], input === undefined ? {} : { input });
      const { summary, error } = readEnding(result);
      expect([args, result.code, error.code]).toEqual([args, 4, 'grant_refused']);
      expect([args, summary]).toMatchObject([args, { command: args[0], delivered: 0, failed: 0 }]);
      expect(summary.waiting['credential']).toBe(summary.pending);
      expect(summary.pending).toBeGreaterThan(0);
      expect(error.message).toMatch(new RegExp(`${title}|${network}`));
      // The grant is in variables: connecting again would change nothing.
      expect(error.next).toBe('postback doctor');
      expect(error.hint).toMatch(new RegExp(`POSTBACK_${network.toUpperCase()}_`));
    }
  });
});

const countRequests = ({ sandbox }: TestWorkspace): number =>
  sandbox.state.lastRequests(1000).length;

/** A workspace with every network of the sandbox connected by variables. */
const openAll = () => TestWorkspace.create({ goals: PURCHASE_GOALS, networks: 'all' });

test.each(['amazon', 'google'] as const)(
  'C2: %s: a token endpoint that refuses the client or fails, asked first thing, is explained',
  async (network) => {
    const workspace = await openOne(network);
    const secret = `POSTBACK_${network.toUpperCase()}_CLIENT_SECRET`;
    for (const args of [
      ['send', '-'],
      ['tail', '-'],
      ['tail', '-', '--strict'],
    ]) {
      const input = makeLines(network, 1, 2);
      const refused = await workspace.run([...args, '--json'], {
        input,
        env: { [secret]: 'not-the-secret-of-it' },
      });
      const { summary, error } = readEnding(refused);
      expect([args, refused.code, summary.pending, summary.waiting]).toMatchObject([
        args,
        4,
        2,
        { credential: 2 },
      ]);
      expect(error).toMatchObject({
        next: 'postback doctor',
        hint: expect.stringContaining(secret),
      });
      expect(refused.stderr + refused.stdout).not.toContain('not-the-secret-of-it');
    }
    await steer(workspace.sandbox, 'POST', '/faults', { status: 503, match: 'token' });
    const args = ['send', '-', '--json', '--max-attempts', '1'];
    const away = await workspace.run(args, { input: makeLines(network, 1, 2) });
    const { summary, error } = readEnding(away);
    expect([away.code, summary.pending, error.code]).toEqual([5, 2, 'postbacks_pending']);
    expect(error.next).toBe('postback replay --state pending --all');
  },
);

test('C2: a network that refuses its grant leaves the others their deliveries, and is named', async () => {
  const workspace = await openAll();
  await steer(workspace.sandbox, 'POST', '/grants/revoke', { network: 'meta' });
  const input = makeLines('meta', 1, 2) + makeLines('reddit', 11, 2);
  const result = await workspace.run(['send', '-', '--json'], { input });
  const { summary, error } = readEnding(result);
  expect([result.code, summary]).toMatchObject([4, { delivered: 2, pending: 2 }]);
  expect(error.message).toContain('Meta');
});

test('C2: postbacks that failed and lines that were invalid end with 3, a summary and one error object', async () => {
  const workspace = await openOne('amazon');
  const invalid = '{"event":"purchase"\n';
  for (const args of [
    ['send', '-'],
    ['tail', '-'],
  ]) {
    const result = await workspace.run([...args, '--json'], {
      input: makeLines('amazon', 1, 1) + invalid,
    });
    const { summary, error } = readEnding(result);
    expect([args, result.code, summary.invalid, error.code]).toEqual([args, 3, 1, 'lines_invalid']);
  }
  const tailed = await workspace.run(['tail', '-', '--json'], { input: invalid });
  expect(parseRows<{ status?: string }>(tailed.stdout).map(({ status }) => status)).toEqual([
    'invalid',
    undefined,
  ]);
  await steer(workspace.sandbox, 'POST', '/faults', { status: 503, match: 'eventData' });
  const file = join(workspace.cwd, 'events.jsonl');
  writeFileSync(file, makeLines('amazon', 31, 2));
  const runs: [args: string[], input?: string][] = [
    [['send', 'events.jsonl']],
    [['backfill', 'events.jsonl', '--yes']],
    [['replay', '--all', '--yes']],
  ];
  for (const [args] of runs) {
    const result = await workspace.run([...args, '--json', '--max-attempts', '1']);
    const { summary, error } = readEnding(result);
    expect([args, result.code, summary.pending, error.code]).toEqual([
      args,
      5,
      2,
      'postbacks_pending',
    ]);
    expect(error.message).toMatch(/2 postbacks left pending/);
  }
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  'C2: %s ends every delivering command with %i, a summary and one error object',
  async (signal, exit) => {
    const workspace = await openOne('amazon');
    const file = join(workspace.cwd, 'events.jsonl');
    writeFileSync(file, makeLines('amazon', 1, 3));
    await steer(workspace.sandbox, 'POST', '/faults', { status: 503, match: 'eventData' });
    const runs: [args: string[], input?: string][] = [
      [['send', '-'], makeLines('amazon', 11, 1)],
      [['send', 'events.jsonl']],
      [['backfill', 'events.jsonl', '--yes']],
      [['tail', 'events.jsonl']],
      [['tail', '-'], makeLines('amazon', 21, 1)],
      [['replay', '--all', '--yes']],
    ];
    for (const [args, input] of runs) {
      const { home, cwd, env } = workspace;
      const known = countRequests(workspace);
      const running = await spawnPostback([...args, '--json'], { home, cwd, env });
      if (input === undefined) running.child.stdin.end();
      else running.child.stdin.write(input);
      await expect
        .poll(() => countRequests(workspace), { timeout: 120_000 })
        .toBeGreaterThan(known);
      running.child.kill(signal);
      const result = await running.finished;
      const { summary, error } = readEnding(result);
      expect([args, result.code, error.code]).toEqual([args, exit, 'interrupted']);
      expect(error.message).toContain(signal);
      expect(summary.command).toBe(args[0]);
      expect(summary.pending).toBeGreaterThan(0);
      expect(error.next).toBe('postback replay --state pending --all');
    }
  },
);

test('a line that is not UTF-8 ends every command that reads events with 6', async () => {
  const workspace = await openOne('amazon');
  const content = Buffer.concat([
    Buffer.from(makeLines('amazon', 1, 1)),
    Buffer.from('{"type":"track","eventName":"\u00e9"}\n', 'latin1'),
  ]);
  writeFileSync(join(workspace.cwd, 'events.jsonl'), content);
  for (const args of [
    ['backfill', 'events.jsonl', '--dry-run'],
    ['backfill', 'events.jsonl', '--yes'],
    ['tail', 'events.jsonl', '--dry-run'],
    ['tail', '-'],
    ['send', 'events.jsonl'],
  ]) {
    const result = await workspace.run([...args, '--json'], { input: content });
    const { error } = readEnding(result);
    expect([args, error.code, error.exit]).toEqual([args, 'not_utf8', 6]);
  }
});

test('--strict stops a dry run of a stream or a followed file at the first invalid line', async () => {
  const workspace = await openOne('amazon');
  const content = `${makeLines('amazon', 1, 1)}{\n${makeLines('amazon', 2, 1)}`;
  writeFileSync(join(workspace.cwd, 'events.jsonl'), content);
  for (const args of [
    ['send', '-'],
    ['tail', '-'],
    ['tail', 'events.jsonl'],
  ]) {
    const { code, stderr } = await workspace.run([...args, '--strict', '--dry-run', '--json'], {
      input: content,
    });
    expect([args, code, readError(stderr).code]).toEqual([args, 6, 'invalid_lines']);
  }
});
