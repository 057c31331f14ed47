import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SANDBOX_ACCOUNTS } from '../../src/sandbox/amazon/seed.js';
import {
  ago,
  makeFile,
  makeLine,
  parseRows,
  PURCHASE_GOAL,
  type RunSummary,
  TestWorkspace,
} from '../kit/test-workspace.js';
import { makeUuid } from '../kit/events.js';
import { spawnPostback } from '../kit/run.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

interface Planned extends RunSummary {
  dryRun: boolean;
  requests: {
    method: string;
    url: string;
    headers: Record<string, string>;
    body: { eventData: Record<string, unknown>[] };
    postbacks: string[];
  }[];
}

describe('--dry-run', () => {
  test('the exact requests, hashed and masked; nothing is sent, refreshed or recorded', async () => {
    const workspace = await TestWorkspace.create();
    const input = `${makeFile(101)}${makeLine(1)}\n${makeLine(200, { consentLevel: 'none' })}\n{\n`;
    const { code, stdout, stderr } = await workspace.run(['send', '-', '--json', '--dry-run'], {
      input,
    });
    expect(code, stderr).toBe(3);
    const plan = JSON.parse(stdout) as Planned;
    expect(plan).toMatchObject({
      dryRun: true,
      lines: 104,
      invalid: 1,
      postbacks: 102,
      delivered: 0,
      pending: 0,
      skips: { duplicate: 1, consent_none: 1 },
    });
    expect(plan.requests.map(({ postbacks }) => postbacks.length)).toEqual([100, 1]);
    const [first] = plan.requests;
    const path = `/accounts/${SANDBOX_ACCOUNTS.na}/dsp/conversionDefinitions/eventData`;
    expect(first).toMatchObject({
      method: 'POST',
      url: `https://advertising-api.amazon.com${path}`,
    });
    expect(first!.headers['Authorization']).toBe('Bearer ***');
    expect(first!.body.eventData[0]).toMatchObject({
      conversionDefinitionId: '1234567891',
      matchKeys: [{ type: 'EMAIL', values: [sha256('test@example.com')] }],
      value: 9.99,
    });
    expect(stdout + stderr).not.toMatch(/test@example\.com|Atz[ar]\||sandbox-secret/);
    expect(workspace.sandbox.state.lastRequests()).toEqual([]);
    expect(existsSync(join(workspace.home, 'data'))).toBe(false);
    expect(existsSync(join(workspace.home, 'config'))).toBe(false);

    // The real run sends what was shown, under the ids that were shown.
    await workspace.send(input, 3, '--concurrency', '1');
    const shown = plan.requests.flatMap(({ body }) => body.eventData);
    expect(workspace.sandbox.state.conversions().map(({ event }) => event)).toEqual(shown);
    const rows = await workspace.logs('--status', 'success');
    expect(rows.map(({ postbackId }) => postbackId)).toEqual(
      plan.requests.flatMap(({ postbacks }) => postbacks),
    );
    const after = await workspace.run(['send', '-', '--json', '--dry-run'], { input });
    expect(JSON.parse(after.stdout)).toMatchObject({
      requests: [],
      skips: { duplicate: 102, consent_none: 1 },
    });
  });

  test('in words it says what it would do', async () => {
    const workspace = await TestWorkspace.create();
    const { code, stdout } = await workspace.run(['send', '-', '--dry-run'], {
      input: makeFile(2),
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Dry run: would send 2 postbacks\. Nothing was sent or recorded\.$/m);
    expect(stdout).not.toMatch(/Delivered/);
  });

  test('without a grant it is as for a real run: exit 4', async () => {
    const workspace = await TestWorkspace.create({
      env: { POSTBACK_AMAZON_CLIENT_ID: '', POSTBACK_AMAZON_CLIENT_SECRET: '' },
    });
    expect((await workspace.run(['send', '-', '--dry-run'], { input: makeLine(1) })).code).toBe(4);
  });
});

test('--rejects: what was invalid, failed or too old, a line each, and nothing of the person', async () => {
  const wrong = {
    ...PURCHASE_GOAL,
    id: 'wrong',
    name: 'Wrong',
    event: 'sign_up',
    map: { amazon: '777' },
  };
  const workspace = await TestWorkspace.create({ goals: [PURCHASE_GOAL, wrong] });
  const lines = [
    makeLine(1),
    '{',
    makeLine(2, { eventTimestamp: ago(8 * 86_400_000) }),
    makeLine(3, { eventName: 'sign_up' }),
    makeLine(4, { consentLevel: 'none' }),
  ];
  await workspace.send(lines.join('\n'), 3, '--rejects', 'rejects.jsonl');
  const text = readFileSync(join(workspace.cwd, 'rejects.jsonl'), 'utf8');
  expect(parseRows<object>(text)).toMatchObject([
    { why: 'invalid', file: 'stdin', line: 2, field: '', code: 'not_json' },
    {
      why: 'too_old',
      eventId: makeUuid(2),
      goal: 'purchase',
      network: 'amazon',
      reason: 'too_old',
    },
    {
      why: 'failed',
      eventId: makeUuid(3),
      goal: 'wrong',
      network: 'amazon',
      kind: expect.any(String) as string,
    },
  ]);
  expect(text).not.toContain('example.com');
});

describe('streams', () => {
  test('words go to stderr, data to stdout; under --json one object and nothing else', async () => {
    const workspace = await TestWorkspace.create();
    const input = `${makeLine(1)}\n{\n`;
    const words = await workspace.run(['send', '-'], { input });
    expect(words.stdout).toMatch(/^Lines +2 read: 1 event, 1 invalid$/m);
    expect(words.stderr).toMatch(/^invalid stdin:2: /m);
    const json = await workspace.run(['send', '-', '--json'], { input });
    expect(json.stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ lines: 2 });
  });

  test.each([
    ['a pipe', [], {}],
    ['a pipe, even if forced', [], { FORCE_COLOR: '1' }],
    ['NO_COLOR', [], { NO_COLOR: '1' }],
    ['--no-color', ['--no-color'], { FORCE_COLOR: '1' }],
  ])('no colour: %s', async (_what, args, env) => {
    const workspace = await TestWorkspace.create();
    const { stdout, stderr } = await workspace.run(['send', '-', ...args], {
      input: `${makeLine(1)}\n{\n`,
      env,
    });
    const log = await workspace.run(['logs', '--all', ...args], { env });
    expect(stdout + stderr + log.stdout).not.toContain('\u001B');
  });

  test('a reader that goes away after one line of the log ends it without a word', async () => {
    const workspace = await TestWorkspace.create();
    await workspace.send(makeFile(3000), 0);
    const { home, cwd, env } = workspace;
    const { child, waitFor, finished } = await spawnPostback(['logs', '--json'], {
      home,
      cwd,
      env,
    });
    await waitFor('stdout', /\n/);
    child.stdout.destroy();
    expect(await finished).toMatchObject({ code: 0, stderr: '' });
  });

  test('a reader that goes away before the summary costs no postback', async () => {
    const workspace = await TestWorkspace.create({
      sandbox: { faults: [{ latencyMs: 200, match: 'eventData' }] },
    });
    const { home, cwd, env } = workspace;
    writeFileSync(join(cwd, 'events.jsonl'), makeFile(150));
    const { child, finished } = await spawnPostback(['send', 'events.jsonl'], { home, cwd, env });
    child.stdout.destroy();
    expect((await finished).code).toBe(0);
    const again = await workspace.run(['send', 'events.jsonl', '--json'], {});
    expect(JSON.parse(again.stdout)).toMatchObject({ pending: 0, failed: 0 });
    expect(workspace.sandbox.state.received()).toBe(150);
  });

  test('logs --csv: a header, a row an attempt, quoted where needed', async () => {
    const workspace = await TestWorkspace.create();
    const id = 'a,"b"';
    await workspace.send(makeLine(1, { messageId: id }), 0);
    const { stdout } = await workspace.run(['logs', '--csv']);
    const [header, row, ...rest] = stdout.trimEnd().split(/\r?\n/);
    expect(header).toMatch(
      /^time,event,goal,network,account,status,http,latencyMs,attempt,eventId,/,
    );
    expect(row).toContain(',"a,""b""",');
    expect(rest).toEqual([]);
  });
});

test('logs: every filter', async () => {
  const second = { ...PURCHASE_GOAL, id: 'wish', name: 'Wish', event: 'wishlist_add' };
  const workspace = await TestWorkspace.create({ goals: [PURCHASE_GOAL, second] });
  await workspace.send(
    [
      makeLine(1),
      makeLine(2, { eventName: 'wishlist_add' }),
      makeLine(3, { consentLevel: 'none' }),
    ].join('\n'),
    0,
  );
  const cases: [string[], number][] = [
    [[], 2],
    [['--all'], 3],
    [['--status', 'skipped'], 1],
    [['--status', 'success', '--status', 'skipped'], 3],
    [['--status', 'failed,retried'], 0],
    [['--goal', 'wish'], 1],
    [['--event', 'purchase'], 1],
    [['--event', 'purchase', '--all'], 2],
    [['--network', 'amazon'], 2],
    [['--network', 'meta'], 0],
    [['--http', '207'], 2],
    [['--http', '500'], 0],
    [['--event-id', makeUuid(2)], 1],
    [['--all', '--reason', 'consent_none'], 1],
    [['--limit', '1'], 1],
    [['--since', '1h'], 2],
    [['--since', '2026-01-01T00:00:00Z', '--until', '1h'], 0],
  ];
  const found = await Promise.all(
    cases.map(async ([args]) => [args, (await workspace.logs(...args)).length]),
  );
  expect(found).toEqual(cases);
});
