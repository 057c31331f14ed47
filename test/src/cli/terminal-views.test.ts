import { describe, expect, it } from 'vitest';
import { printBackfillPlan } from '../../../src/cli/backfill-view.js';
import { printExplanation } from '../../../src/cli/explain-view.js';
import { LogCauses } from '../../../src/cli/log-causes.js';
import { TailView } from '../../../src/cli/tail-view.js';
import type { Explanation } from '../../../src/delivery/explain.js';
import type { LoggedPostback } from '../../../src/delivery/explain-log.js';
import type { Update } from '../../../src/delivery/report.js';
import type { LogRow } from '../../../src/log/log-rows.js';
import { createMemoryIO } from '../../kit/memory-io.js';

const ROW: LogRow = {
  time: '2026-12-01T06:29:23.519Z',
  event: 'purchase',
  goal: 'big-spender',
  network: 'amazon',
  account: '1234567890123',
  status: 'failed',
  http: 207,
  latencyMs: 42,
  attempt: 1,
  eventId: '0a5946d5-0761-8904-acf9-3ece9750b1e5',
  postbackId: '2fc5eae7c2b057ca7205c7c506bef93e',
  kind: 'configuration',
  reason: 'NOT_FOUND',
  message: 'conversionDefinitionId was not found',
  requestId: null,
  run: '20261201T062920-18f1b9',
};

async function* stream(rows: readonly LogRow[]): AsyncIterable<LogRow> {
  yield* rows;
}

async function drain(rows: AsyncIterable<LogRow>): Promise<void> {
  for await (const _row of rows);
}

describe('logs on a terminal', () => {
  const rows: LogRow[] = [
    ROW,
    { ...ROW, eventId: 'second' },
    { ...ROW, status: 'skipped', goal: null, network: null, reason: 'organic', message: null },
    { ...ROW, status: 'success', reason: null, message: 'a warning' },
  ];

  it('42: says each cause once, in words, and the command that explains one', async () => {
    const { io, stderr } = createMemoryIO(200, { noColor: true });
    const causes = new LogCauses(io);
    await drain(causes.watch(stream(rows), false));
    await causes.sayAll();
    expect(stderr.text.split('\n')).toEqual([
      '2 rows: big-spender at amazon: NOT_FOUND, conversionDefinitionId was not found',
      '1 row: organic, no paid click is attributed to the player',
      `Next: postback explain ${ROW.eventId}`,
      '',
    ]);
  });

  it('42: says a cause as soon as it appears in a log that is followed', async () => {
    const { io, stderr } = createMemoryIO(200, { noColor: true });
    await drain(new LogCauses(io).watch(stream(rows), true));
    expect(stderr.text.match(/NOT_FOUND/g)).toHaveLength(1);
  });
});

describe('explain of a failed postback', () => {
  const gate = { result: 'pass', saw: 'recorded then by run x', rule: 'A rule.', source: 'docs/' };
  const postback = {
    network: 'amazon',
    goal: 'big-spender',
    account: '1234567890123',
    postbackId: ROW.postbackId,
    deadline: null,
    request: null,
    state: 'failed',
    reason: ROW.reason,
    message: ROW.message,
    attempts: [ROW],
    now: { result: 'pass' },
    next: `postback replay --event-id ${ROW.eventId}`,
    mapping: { value: '4041234567', fix: 'postback map big-spender amazon DEFINITION_ID' },
  } as LoggedPostback;
  const explanation = {
    eventId: ROW.eventId,
    event: 'purchase',
    verdict: 'failed',
    reason: ROW.reason,
    gates: [
      { ...gate, gate: 'event' },
      { ...gate, gate: 'consent' },
      { ...gate, gate: 'attribution', saw: 'a click of the network '.repeat(6).trim() },
    ],
    postbacks: [postback],
  } as Explanation<LoggedPostback>;
  const show = async (verbose: boolean, columns = 80): Promise<string> => {
    const { io, stdout } = createMemoryIO(columns, { noColor: true });
    await printExplanation(io, explanation, { origin: 'in the log', verbose });
    return stdout.text;
  };

  it('51: names the mapping as a cause, and the commands that fix and send it', async () => {
    const text = await show(false);
    expect(text).toContain('mapped to 4041234567 at amazon');
    expect(text.indexOf(postback.mapping!.fix)).toBeLessThan(text.indexOf(postback.next!));
    expect(text).not.toContain('It can be sent now.');
  });

  it('49: wraps what a gate saw with a hanging indent, and joins gates of one record', async () => {
    const text = await show(false);
    expect(text).toMatch(/pass {2}event, consent\n {21}recorded then by run x\n/);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(text).toMatch(/attribution {2}a click of[^\n]*\n {21}\S/);
    expect((await show(true)).match(/recorded then/g)).toHaveLength(2);
    const head = (await show(false, 50)).split('\n').slice(0, 4);
    expect(head.filter((line) => line.length > 50)).toEqual([]);
  });
});

it('68: a row of tail has the local time of day, and keeps its id whole on a narrow terminal', async () => {
  const answer = {
    type: 'answer',
    account: '1234567890123',
    http: 200,
    latencyMs: 41.6,
    verdicts: [{ status: 'success', outcome: { kind: 'delivered' } }],
    batch: {
      items: [
        {
          entry: {
            attempts: 0,
            postback: { ...ROW, id: ROW.postbackId },
          },
        },
      ],
    },
  } as unknown as Update;
  const show = async (columns: number | undefined): Promise<string> => {
    const { io, stdout } = createMemoryIO(columns, { noColor: true });
    const view = new TailView(io);
    view.show(answer);
    await view.shown();
    return stdout.text;
  };
  expect(await show(80)).toMatch(/^\d\d:\d\d:\d\d {2}success [^\n]*42 ms\n {10}0a5946d5-\S+\n$/);
  expect(await show(200)).toMatch(/^\d\d:\d\d:\d\d {2}success [^\n]*42 ms {2}0a5946d5-\S+\n$/);
  expect(await show(undefined)).toMatch(/^\d{4}-\d\d-\d\dT[^\n]*0a5946d5-\S+\n$/);
});

it('70: the plan of a backfill ends with the sums of its rows', async () => {
  const day = {
    day: '2026-11-30',
    network: 'amazon',
    events: 5,
    eligible: 2,
    expiringSoon: 1,
    tooOld: 1,
    alreadyDelivered: 1,
    otherwiseSkipped: 1,
  };
  const days = [day, { ...day, day: '2026-12-01', network: 'none', eligible: 0 }];
  const sums = { eligible: 2, expiringSoon: 2, tooOld: 2, alreadyDelivered: 2, outside: 0 };
  const plan = { days, lines: 10, invalid: 0, events: 10, ...sums };
  const { io, stdout } = createMemoryIO(120, { noColor: true });
  await printBackfillPlan(io, plan);
  expect(stdout.text).toMatch(/^Total +10 +2 +2 +2 +2 +2$/m);
  const piped = createMemoryIO(undefined, { noColor: true });
  await printBackfillPlan(piped.io, plan);
  expect(piped.stdout.text).not.toContain('Total');
});
