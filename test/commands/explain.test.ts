import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { LoggedPostback } from '../../src/delivery/explain-log.js';
import type { ExplainedRecord } from '../../src/delivery/explain-input.js';
import type { Explanation } from '../../src/delivery/explain.js';
import {
  ago,
  makeLine,
  parseRows,
  PURCHASE_GOAL,
  readError,
  TestWorkspace,
} from '../kit/test-workspace.js';
import { makeUuid } from '../kit/events.js';
import { makeFolder, runPostback } from '../kit/run.js';

const UNCLICKED = { utm_source: undefined, utm_medium: undefined };

/**
 * Line 1 a page view with a click, 2 blank, 3 a purchase that came by it, 4 organic, 5 no JSON, 6
 * complete.
 */
const FILE = [
  makeLine(1, {
    type: 'page',
    eventName: undefined,
    eventTimestamp: ago(7_200_000),
    userId: 'one',
  }),
  '',
  makeLine(3, { userId: 'one' }, UNCLICKED),
  makeLine(4, {}, UNCLICKED),
  '{"type":',
  makeLine(6),
].join('\n');

function writeFile(
  workspace: Pick<TestWorkspace, 'cwd'>,
  name = 'events.jsonl',
  text: string | Uint8Array = FILE,
): string {
  writeFileSync(join(workspace.cwd, name), text);
  return name;
}

async function explain<T = ExplainedRecord>(
  workspace: TestWorkspace,
  exit: number,
  ...args: string[]
): Promise<T[]> {
  const { code, stdout, stderr } = await workspace.run(['explain', '--json', ...args]);
  expect(code, stderr + stdout).toBe(exit);
  return parseRows<T>(stdout);
}

const explainId = async (
  workspace: TestWorkspace,
  id: string,
): Promise<Explanation<LoggedPostback>> =>
  (await explain<Explanation<LoggedPostback>>(workspace, 0, id))[0]!;

/** Goals in addition to {@link PURCHASE_GOAL}, none of which counts a purchase of these files. */
const OTHER_GOALS = [
  { ...PURCHASE_GOAL, id: 'off', enabled: false },
  { ...PURCHASE_GOAL, id: 'big', filters: ['value>1000'] },
  { ...PURCHASE_GOAL, id: 'level', event: 'level_up' },
];

const stopOf = ({ gates }: Explanation) => gates.find(({ result }) => result === 'stop');

describe('explain FILE', () => {
  test('a line, with what other lines tell of its click; then what send makes of it', async () => {
    const workspace = await TestWorkspace.create();
    const file = writeFile(workspace);
    const [record] = await explain(workspace, 0, `${file}:3`);
    expect(record).toMatchObject({ file, line: 3, eventId: makeUuid(3), event: 'purchase' });
    expect(stopOf(record!)).toBeUndefined();
    expect(record!.gates.find(({ gate }) => gate === 'attribution')!.saw).toContain(
      'remembered from an earlier click',
    );
    expect(record!.postbacks).toHaveLength(1);
    expect(workspace.sandbox.state.received()).toBe(0);
    expect(await workspace.logs('--all')).toEqual([]);

    expect((await workspace.run(['send', file])).code).toBe(3);
    const sent = workspace.sandbox.state.conversions().map(({ event }) => event);
    const body = record!.postbacks[0]!.request!.body as { eventData: unknown[] };
    expect(sent).toContainEqual(body.eventData[0]);
    const [again] = await explain(workspace, 0, `${file}:3`);
    expect(stopOf(again!)).toMatchObject({ gate: 'duplicate', reason: 'duplicate' });
  });

  test('the first conversion, or as many as asked for; gzip and stdin too', async () => {
    const workspace = await TestWorkspace.create();
    const file = writeFile(workspace);
    expect((await explain(workspace, 0, file)).map(({ line }) => line)).toEqual([3]);
    const some = await explain(workspace, 3, file, '--limit', '9');
    expect(some.map((record) => [record.line, stopOf(record)?.reason])).toEqual([
      [3, undefined],
      [4, 'organic'],
      [5, 'invalid_event'],
      [6, undefined],
    ]);
    const packed = writeFile(workspace, 'events.jsonl.gz', gzipSync(FILE));
    expect(await explain(workspace, 0, `${packed}:4`)).toMatchObject([
      { line: 4, eventId: makeUuid(4) },
    ]);
    for (const args of [['-'], []]) {
      const { code, stdout } = await workspace.run(['explain', '--json', ...args], { input: FILE });
      expect([code, parseRows<ExplainedRecord>(stdout)]).toMatchObject([
        0,
        [{ file: 'stdin', line: 3 }],
      ]);
    }
  });

  test('says which records are not events and which events are not conversions', async () => {
    const workspace = await TestWorkspace.create();
    const file = writeFile(workspace);
    const [invalid] = await explain(workspace, 3, `${file}:5`);
    expect(invalid).toMatchObject({
      eventId: null,
      event: null,
      postbacks: [],
      gates: [{ gate: 'event', result: 'stop' }],
    });
    const [page] = await explain(workspace, 0, `${file}:1`);
    expect(stopOf(page!)).toMatchObject({ gate: 'conversion', reason: 'no_conversion' });
  });

  test('without any connection, goal or log', async () => {
    const cwd = await makeFolder();
    const file = writeFile({ cwd });
    const run = (...args: string[]) =>
      runPostback(['explain', `${file}:6`, '--json', ...args], { cwd });
    const bare = await run();
    expect([bare.code, stopOf(JSON.parse(bare.stdout) as Explanation)]).toMatchObject([
      0,
      { reason: 'no_goal' },
    ]);
    writeFileSync(join(cwd, 'postback.config.json'), JSON.stringify({ goals: [PURCHASE_GOAL] }));
    const unconnected = await run();
    expect(stopOf(JSON.parse(unconnected.stdout) as Explanation)).toMatchObject({
      gate: 'connection',
      reason: 'not_connected',
      goal: 'purchase',
      network: 'amazon',
    });
  });

  test.each([
    ['nowhere.jsonl', 6, 'input_not_found'],
    ['nowhere.jsonl:3', 6, 'input_not_found'],
    ['events.jsonl:2', 6, 'no_such_line'],
    ['events.jsonl:99', 6, 'no_such_line'],
    ['events.jsonl:0', 2, 'bad_line'],
    ['.', 6, 'input_is_directory'],
    ['pages.jsonl', 6, 'no_conversion'],
    ['11111111-2222-4333-8444-555555555555', 2, 'unknown_event'],
  ])('%s: exit %i, %s', async (target, exit, code) => {
    const workspace = await TestWorkspace.create();
    writeFile(workspace);
    writeFile(workspace, 'pages.jsonl', FILE.split('\n')[0]);
    const run = await workspace.run(['explain', target, '--json']);
    expect([run.code, readError(run.stderr).code, run.stdout]).toEqual([exit, code, '']);
  });

  test('for people: gates, rules and the request; no identifier', async () => {
    const workspace = await TestWorkspace.create({ goals: [PURCHASE_GOAL, ...OTHER_GOALS] });
    const { code, stdout, stderr } = await workspace.run(['explain', `${writeFile(workspace)}:6`]);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(
      /^goals that do not count it\n {2}off: is disabled\n {2}big: value>1000 does not match \(value is .*\)\n {2}level: counts the event level_up$/m,
    );
    expect(stdout).toMatch(
      /^Would be sent\.\npurchase {2}\S+ {2}events\.jsonl:6\n {2}pass {2}event /,
    );
    expect(stdout).toContain('purchase at amazon');
    expect(stdout).toContain('Authorization: Bearer ***');
    expect(stdout).not.toMatch(/test@example\.com|player-6/);
  });
});

describe('explain --verbose', () => {
  test('adds the rule of each gate and its source; without it neither is printed', async () => {
    const workspace = await TestWorkspace.create();
    const file = writeFile(workspace);
    const short = await workspace.run(['explain', `${file}:6`]);
    expect(short.stdout).not.toContain('Source:');
    expect(short.stdout).not.toContain('Conversion Goals');
    const long = await workspace.run(['explain', `${file}:6`, '--verbose']);
    const text = long.stdout.replaceAll(/\s+/g, ' ');
    expect(text).toContain(
      'A goal that counts once per player counts the first conversion only. Source: docs/events.md',
    );
    expect(text.match(/Source: docs\//g)).toHaveLength(13);
    const [plain] = await explain(workspace, 0, `${file}:6`);
    expect(plain!.gates[0]).toHaveProperty('rule');
    expect(plain!.gates[0]).not.toHaveProperty('source');
    const [full] = await explain(workspace, 0, `${file}:6`, '--verbose');
    expect(full!.gates.map(({ source }) => source)).not.toContain(undefined);
  });
});

describe('explain EVENT_ID', () => {
  test('tells what became of delivered, failed, pending and skipped events', async () => {
    const goals = [
      PURCHASE_GOAL,
      { ...PURCHASE_GOAL, id: 'gone', event: 'sign_up', map: { amazon: '4040000000' } },
      { ...PURCHASE_GOAL, id: 'bare', event: 'wishlist_add', map: {} },
    ];
    const workspace = await TestWorkspace.create({ goals });
    const lines = [
      makeLine(1),
      makeLine(2, { eventName: 'sign_up' }),
      makeLine(3, { eventName: 'wishlist_add' }),
      makeLine(4, { consentLevel: 'none' }),
      makeLine(5, {}, { country: undefined }),
      makeLine(6, {}, { email: undefined }),
      makeLine(1),
    ];
    await workspace.send(lines.join('\n'), 3);

    const delivered = await explainId(workspace, makeUuid(1));
    expect(delivered).toMatchObject({
      eventId: makeUuid(1),
      event: 'purchase',
      postbacks: [
        {
          network: 'amazon',
          goal: 'purchase',
          state: 'delivered',
          deadline: expect.stringMatching(/^\d{4}-.*Z$/) as string,
          attempts: [{ status: 'success', http: 207, attempt: 1 }],
          request: { body: { eventData: [workspace.sandbox.state.conversions()[0]!.event] } },
        },
      ],
    });
    expect(stopOf(delivered)).toBeUndefined();
    expect(delivered.gates).toHaveLength(13);
    expect(delivered.otherGoals).toEqual([
      { goal: 'gone', why: 'counts the event sign_up' },
      { goal: 'bare', why: 'counts the event wishlist_add' },
    ]);

    expect(await explainId(workspace, makeUuid(2))).toMatchObject({
      postbacks: [
        {
          goal: 'gone',
          state: 'failed',
          attempts: [{ status: 'failed' }],
          now: { result: 'pass' },
        },
      ],
    });

    const unmapped = await explainId(workspace, makeUuid(3));
    expect(stopOf(unmapped)).toMatchObject({
      gate: 'mapping',
      reason: 'unmapped_goal',
      goal: 'bare',
    });
    expect(unmapped.postbacks).toMatchObject([
      {
        state: 'skipped',
        reason: 'unmapped_goal',
        attempts: [],
        now: { result: 'stop', reason: 'unmapped_goal' },
      },
    ]);
    const mapped = goals.map((goal) =>
      goal.id === 'bare' ? { ...goal, map: { amazon: '1234567894' } } : goal,
    );
    writeFileSync(join(workspace.cwd, 'postback.config.json'), JSON.stringify({ goals: mapped }));
    expect((await explainId(workspace, makeUuid(3))).postbacks).toMatchObject([
      {
        now: { result: 'pass' },
        request: { body: { eventData: [{ conversionDefinitionId: '1234567894' }] } },
      },
    ]);

    const refused = await explainId(workspace, makeUuid(4));
    expect(refused.gates.map(({ gate }) => gate)).toEqual([
      'event',
      'conversion',
      'test',
      'consent',
    ]);
    expect([stopOf(refused), refused.postbacks]).toMatchObject([{ reason: 'consent_none' }, []]);
    expect(stopOf(await explainId(workspace, makeUuid(5)))).toMatchObject({
      gate: 'network',
      reason: 'no_country',
    });
    const keyless = await explainId(workspace, makeUuid(6));
    expect(keyless.postbacks).toMatchObject([
      { state: 'skipped', reason: 'no_match_key', now: null, request: null },
    ]);

    const { stdout } = await workspace.run(['explain', makeUuid(2)]);
    expect(stdout).toContain('gone at amazon');
    expect(stdout).toMatch(/failed, .*; 1 attempt\n/);
  });

  test('pending: each attempt, and the request that would be made now', async () => {
    const settings = { 'delivery.maxAttempts': 2 };
    const workspace = await TestWorkspace.create({
      settings,
      sandbox: { faults: [{ status: 503, match: 'eventData' }] },
    });
    await workspace.send(makeLine(1), 5);
    const { postbacks } = await explainId(workspace, makeUuid(1));
    expect(postbacks).toMatchObject([
      {
        state: 'pending',
        reason: 'http_503',
        attempts: [
          { attempt: 1, http: 503 },
          { attempt: 2, http: 503 },
        ],
        now: { result: 'pass' },
        request: { method: 'POST' },
      },
    ]);
  });
});
