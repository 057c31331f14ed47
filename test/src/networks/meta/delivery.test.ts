import { describe, expect, test } from 'vitest';
import { exitOfRun } from '../../../../src/cli/run-end.js';
import { SANDBOX_META_PIXEL, SANDBOX_META_TOKEN } from '../../../../src/sandbox/meta/seed.js';
import type { FaultRule } from '../../../../src/sandbox/faults/fault-rule.js';
import { TestWorkspace } from '../../../kit/test-workspace.js';
import { makeLines } from '../../../kit/events.js';

const GOAL = { id: 'purchase', name: 'Purchase', event: 'purchase', trigger: 'repeatable' };

function openMetaWorkspace(
  pixel = SANDBOX_META_PIXEL,
  faults: readonly FaultRule[] = [],
): Promise<TestWorkspace> {
  const variables = {
    POSTBACK_META_ACCESS_TOKEN: SANDBOX_META_TOKEN,
    POSTBACK_META_PIXEL_ID: pixel,
  };
  return TestWorkspace.createInProcess({ goals: [GOAL], env: variables, sandbox: { faults } });
}

const lines = (workspace: TestWorkspace, count: number) =>
  makeLines(count, workspace.clock.now(), 3_600_000, { fbclid: 'IwAR2F' });

/**
 * Each answer of docs/reference/meta.md#answers: what it makes of two postbacks, how often they are
 * sent, and the exit code.
 */
describe('each answer', () => {
  test.each<[string, string, number, number, string]>([
    ['999000004', 'throttled', 5, 5, '4'],
    ['999000017', 'throttled', 5, 5, '17'],
    ['999000613', 'throttled', 5, 5, '613'],
    ['999080000', 'throttled', 5, 5, '80000'],
    ['999080004', 'throttled', 5, 5, '80004'],
    ['999000001', 'transient', 5, 5, '1'],
    ['999000002', 'transient', 5, 5, '2'],
    ['999000341', 'transient', 5, 5, '341'],
    ['999000368', 'transient', 5, 5, '368'],
    ['999005000', 'transient', 5, 5, '5000'],
    ['999021009', 'transient', 5, 5, '21009'],
    ['999000190', 'credential', 4, 1, '190'],
    ['999000190460', 'credential', 4, 1, '190/460'],
    ['999000102', 'credential', 4, 1, '102'],
    ['999000010', 'credential', 4, 1, '10'],
    ['999000200', 'credential', 4, 1, '200'],
    ['999000299', 'credential', 4, 1, '299'],
    ['999000003', 'credential', 4, 1, '3'],
    ['99900010033', 'credential', 4, 1, '100/33'],
    ['99900010034', 'configuration', 3, 1, '100/34'],
    ['9990001002804001', 'payload', 3, 3, '100/2804001'],
    ['9990001002804009', 'payload', 3, 3, '100/2804009'],
    ['9990001002804003', 'expired', 3, 3, '100/2804003'],
  ])('the pixel %s: %s, exit %d, %d requests', async (pixel, kind, exit, requests, reason) => {
    const workspace = await openMetaWorkspace(pixel);
    const summary = await workspace.deliver(lines(workspace, 2));
    const isFinal = exit === 3;
    expect(summary).toMatchObject({
      delivered: 0,
      failed: isFinal ? 2 : 0,
      pending: isFinal ? 0 : 2,
    });
    expect(isFinal ? summary.failures : summary.waiting).toMatchObject({ [kind]: 2 });
    expect(summary.networks.meta?.requests).toBe(requests);
    expect(exitOfRun(summary)).toBe(exit);
    expect(new Set(workspace.attempts().map((row) => row.reason))).toEqual(new Set([reason]));
  });

  test('what passes is delivered, and the answer that counts too few is asked again with the same ids', async () => {
    const faults = [
      { match: '/events', status: 429, times: 1 },
      { match: '/events', status: 502, after: 1, times: 1 },
      { match: '/events', omit: 1, after: 2, times: 1 },
    ];
    const workspace = await openMetaWorkspace(SANDBOX_META_PIXEL, faults);
    const summary = await workspace.deliver(lines(workspace, 4));
    expect(summary).toMatchObject({ delivered: 4, failed: 0, pending: 0 });
    expect(exitOfRun(summary)).toBe(0);
    expect(workspace.sandbox.state.conversions()).toHaveLength(4);
    const reasons = workspace.attempts({ statuses: ['retried'] }).map((row) => row.reason);
    expect(new Set(reasons)).toEqual(new Set(['4', 'http_502', 'events_missing']));
  });

  test('a grant that is revoked half-way leaves the rest pending', async () => {
    const workspace = await openMetaWorkspace(SANDBOX_META_PIXEL, [
      { match: '/events', revoke: true, after: 1, times: 1 },
    ]);
    expect(await workspace.deliver(lines(workspace, 1))).toMatchObject({ delivered: 1 });
    const summary = await workspace.deliver(lines(workspace, 3));
    expect(summary).toMatchObject({ delivered: 0, pending: 2, waiting: { credential: 2 } });
    expect(exitOfRun(summary)).toBe(4);
  });
});

test('a poisoned event in a full batch: its neighbours arrive once, it alone fails, with the words of Meta', async () => {
  const workspace = await openMetaWorkspace();
  const count = 1000;
  const text = lines(workspace, count).trimEnd().split('\n');
  const bad = JSON.parse(text[617]!) as { messageId: string; properties: object };
  text[617] = JSON.stringify({ ...bad, properties: { ...bad.properties, currency: 'XSU' } });
  const summary = await workspace.deliver(`${text.join('\n')}\n`);
  expect(summary).toMatchObject({
    delivered: count - 1,
    failed: 1,
    failures: { payload: 1 },
    pending: 0,
  });
  expect(workspace.sandbox.state.conversions()).toHaveLength(count - 1);
  expect(workspace.sandbox.state.received()).toBe(count - 1);
  expect(workspace.attempts({ statuses: ['failed'] })).toMatchObject([
    {
      eventId: bad.messageId,
      http: 400,
      reason: '100/2804017',
      message: expect.stringContaining('XSU'),
    },
  ]);
  expect(exitOfRun(summary)).toBe(3);
});

test('an event that grew too old for whole seconds is found, and costs nobody else', async () => {
  const workspace = await openMetaWorkspace();
  const late = new Date(workspace.clock.now() - 7 * 24 * 3_600_000);
  // In our window by a millisecond, out of Meta's once the second is cut off.
  late.setTime(late.getTime() + (late.getMilliseconds() < 2 ? 5 : 1));
  const [line] = lines(workspace, 1).split('\n');
  const old = {
    ...(JSON.parse(line!) as object),
    messageId: 'late',
    eventTimestamp: late.toISOString(),
  };
  const summary = await workspace.deliver(`${lines(workspace, 9)}${JSON.stringify(old)}\n`);
  expect(summary).toMatchObject({ delivered: 9, failed: 1, failures: { expired: 1 } });
  expect(workspace.sandbox.state.conversions()).toHaveLength(9);
});

test('meta: an upgraded API version is reported once a run, however many answers say so', async () => {
  const workspace = await openMetaWorkspace();
  await workspace.deliver(lines(workspace, 1));
  expect(workspace.notices()).toEqual([]);
  workspace.clock.advance(Date.parse('2028-08-01') - workspace.clock.now());
  const summary = await workspace.deliver(lines(workspace, 2500));
  expect(summary.networks.meta?.requests).toBeGreaterThan(2);
  const notices = workspace.notices().filter((words) => words.includes('Graph API'));
  expect(notices).toEqual([
    'Meta used Graph API v26.0 instead of v25.0. Meta warns about the API version: ' +
      'The call has been auto-upgraded to v26.0 as v25.0 has been deprecated.',
  ]);
});
