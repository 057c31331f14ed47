import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/json.js';
import type { FaultRule } from '../../../src/sandbox/faults/fault-rule.js';
import {
  SANDBOX_TIKTOK_PIXEL,
  SANDBOX_TIKTOK_TEST_CODE,
  SANDBOX_TIKTOK_TOKEN,
  seededTikTokToken,
} from '../../../src/sandbox/tiktok/seed.js';
import {
  makeLine,
  PURCHASE_GOAL,
  steer,
  TestWorkspace,
  type TestWorkspaceOptions,
} from '../../kit/test-workspace.js';
import { makeUuid } from '../../kit/events.js';

const GOAL = { ...PURCHASE_GOAL, map: {} };
const CLICK = {
  utm_source: undefined,
  utm_medium: undefined,
  ttclid: 'E.C.P.abc',
  page_url: 'https://game.example/',
};
const TRACK = 'event/track';

/** Creates a workspace that variables connect to TikTok. */
function createTikTokWorkspace({
  env,
  ...parts
}: TestWorkspaceOptions = {}): Promise<TestWorkspace> {
  const token = {
    POSTBACK_TIKTOK_ACCESS_TOKEN: SANDBOX_TIKTOK_TOKEN,
    POSTBACK_TIKTOK_PIXEL_CODE: SANDBOX_TIKTOK_PIXEL,
  };
  return TestWorkspace.create({ goals: [GOAL], ...parts, env: { ...token, ...env } });
}

function makeClick(number: number, properties: JsonObject = {}, changes: JsonObject = {}): string {
  return `${makeLine(number, changes, { ...CLICK, ...properties })}\n`;
}

function makeClicks(count: number, odd: Readonly<Record<number, JsonObject>> = {}): string {
  return Array.from({ length: count }, (_, index) => makeClick(index + 1, odd[index + 1])).join('');
}

// docs/reference/tiktok.md#answers
describe('each answer of the table, as the sandbox plays it', () => {
  const fault = (rule: FaultRule): FaultRule[] => [{ match: TRACK, ...rule }];
  test.each<[string, FaultRule[], NodeJS.ProcessEnv, number, object, object]>([
    ['accepted', [], {}, 0, { delivered: 2 }, { status: 'success', http: 200, attempt: 1 }],
    [
      'throttled, then accepted',
      fault({ status: 429, times: 1 }),
      {},
      0,
      { delivered: 2 },
      { status: 'retried', http: 200, reason: '40100', message: 'App reaches the QPS limit.' },
    ],
    [
      'throttled out',
      fault({ status: 429 }),
      {},
      5,
      { delivered: 0, pending: 2, waiting: { throttled: 2 } },
      { status: 'retried', http: 200, reason: '40100' },
    ],
    [
      'an internal fault inside 200, then accepted',
      fault({ status: 500, times: 1 }),
      {},
      0,
      { delivered: 2 },
      { status: 'retried', http: 200, reason: '50000', message: 'System error.' },
    ],
    [
      'a gateway that stays broken',
      fault({ status: 503 }),
      {},
      5,
      { pending: 2, waiting: { transient: 2 } },
      { status: 'retried', http: 503, reason: 'http_503' },
    ],
    [
      'a token that is refused inside 200',
      fault({ status: 401 }),
      {},
      4,
      { pending: 2, waiting: { credential: 2 } },
      { http: 200, reason: '40105', message: 'Access token is incorrect or has been revoked.' },
    ],
    [
      'a revoked token',
      fault({ revoke: true, times: 1 }),
      {},
      4,
      { pending: 2, waiting: { credential: 2 } },
      { http: 200, reason: '40105' },
    ],
    [
      'a token without the permission',
      fault({ status: 403 }),
      {},
      4,
      { pending: 2, waiting: { credential: 2 } },
      { http: 200, reason: '40001' },
    ],
    [
      'a pixel that the token may not report for',
      [],
      { POSTBACK_TIKTOK_PIXEL_CODE: 'C0SANDBOXPIXEL000002' },
      4,
      { failed: 0, waiting: { credential: 2 } },
      { status: 'failed', http: 200, reason: '40001' },
    ],
    [
      'a body that is refused without a name',
      fault({ status: 400 }),
      {},
      3,
      { failed: 2, failures: { payload: 2 } },
      { http: 200, reason: '40002' },
    ],
    [
      'partly taken',
      fault({ omit: 1, omitAccepted: false }),
      {},
      3,
      { delivered: 1, failed: 1, failures: { payload: 1 } },
      { status: 'failed', http: 200, reason: '20001' },
    ],
  ])('%s', async (_name, faults, env, exit, counts, row) => {
    const workspace = await createTikTokWorkspace({ sandbox: { faults }, env });
    const summary = await workspace.send(
      makeClicks(2),
      exit,
      '--max-attempts',
      '2',
      '--concurrency',
      '1',
    );
    expect(summary).toMatchObject(counts);
    expect(await workspace.logs('--all')).toEqual(
      expect.arrayContaining([expect.objectContaining(row)]),
    );
  });
});

test('a poisoned event in a full batch: the neighbours arrive once, it fails with the words of TikTok', async () => {
  const workspace = await createTikTokWorkspace();
  const bad = { item_id: 'pack', quantity: 3_000_000_000 };
  const summary = await workspace.send(
    makeClicks(1000, { 778: bad, 12: bad }),
    3,
    '--concurrency',
    '1',
  );
  expect(summary).toMatchObject({
    delivered: 998,
    failed: 2,
    failures: { payload: 2 },
    pending: 0,
  });
  expect(workspace.sandbox.state.received()).toBe(998);
  expect(workspace.sandbox.state.conversions()).toHaveLength(998);
  const failed = await workspace.logs('--status', 'failed');
  expect(failed.map(({ eventId, http }) => [eventId, http]).sort()).toEqual([
    [makeUuid(12), 200],
    [makeUuid(778), 200],
  ]);
  for (const { message } of failed) {
    expect(message).toMatch(
      /^Batch\.\d+\.properties\.contents\.0\.quantity: Not a valid integer\.$/,
    );
  }
});

describe('test events', () => {
  const code = { POSTBACK_TIKTOK_TEST_EVENT_CODE: SANDBOX_TIKTOK_TEST_CODE };
  const input = makeClicks(2) + makeClick(3, {}, { test: true }) + makeClick(4, {}, { test: true });

  test('go to the test area, one a request, and real ones never do', async () => {
    const workspace = await createTikTokWorkspace({ env: code });
    expect(await workspace.send(input, 0)).toMatchObject({
      delivered: 4,
      networks: { tiktok: { requests: 3 } },
    });
    const excluded = workspace.sandbox.state
      .conversions()
      .map((conversion) => conversion.excluded ?? 'counted');
    expect(excluded.sort()).toEqual(['counted', 'counted', 'test_event', 'test_event']);
  });

  test('go nowhere without a code', async () => {
    const workspace = await createTikTokWorkspace();
    expect(await workspace.send(input, 0)).toMatchObject({
      delivered: 2,
      skips: { test_event: 2 },
    });
  });

  test('postback test sends one for each goal, and refuses without a code', async () => {
    const workspace = await createTikTokWorkspace({ env: code });
    const { code: exit, stdout } = await workspace.run(['test', '--network', 'tiktok', '--json']);
    expect([exit, stdout]).toEqual([0, expect.stringContaining('delivered')]);
    expect(workspace.sandbox.state.conversions()).toMatchObject([
      { target: 'Purchase', excluded: 'test_event' },
    ]);
    const refused = await workspace.run(['test', '--network', 'tiktok'], {
      env: { POSTBACK_TIKTOK_TEST_EVENT_CODE: '' },
    });
    expect(refused.stderr + refused.stdout).toContain('no test event code (--test-code)');
  });
});

describe('what is not sent', () => {
  test.each<[string, JsonObject, string]>([
    ['no click id', { ttclid: undefined, utm_source: 'tiktok', utm_medium: 'cpc' }, 'no_click_id'],
    ['no page', { page_url: undefined }, 'incomplete_event'],
    ['limited data use without address', { limited_data_use: true }, 'incomplete_event'],
    ['a currency of the game', { currency: 'GEM' }, 'unsupported_currency'],
  ])('%s', async (_name, properties, reason) => {
    const workspace = await createTikTokWorkspace();
    expect(await workspace.send(makeClick(1, properties), 0)).toMatchObject({
      delivered: 0,
      skips: { [reason]: 1 },
    });
  });

  test.each([
    ['28 days old', 28 * 86_400_000, 'too_old'],
    ['6 minutes ahead', -360_000, 'in_future'],
  ])('%s', async (_name, ageMs, reason) => {
    const workspace = await createTikTokWorkspace();
    const line = makeClick(1, {}, { eventTimestamp: new Date(Date.now() - ageMs).toISOString() });
    expect(await workspace.send(line, 0)).toMatchObject({ delivered: 0, skips: { [reason]: 1 } });
    expect(workspace.sandbox.state.requestCounts()).toEqual([]);
  });
});

test('a browser pixel that reported the conversion too: both share its id, for the first of two goals', async () => {
  const goals = [
    GOAL,
    { ...GOAL, id: 'second', name: 'Second' },
    { ...GOAL, id: 'other', map: { tiktok: 'Other' } },
  ];
  const workspace = await createTikTokWorkspace({ goals });
  const shared = { _imtbl_conversion_id: 'px-1', _imtbl_conversion_network: 'tiktok' };
  expect(await workspace.send(makeClick(1, shared), 0)).toMatchObject({ delivered: 3 });
  const ids = workspace.sandbox.state
    .conversions()
    .map(({ target, dedupeId }) => [target, dedupeId]);
  expect(ids).toContainEqual(['Purchase', 'px-1']);
  expect(ids).toContainEqual(['Other', 'px-1']);
  expect(ids.filter(([, id]) => id === 'px-1')).toHaveLength(2);
});

describe('variables', () => {
  test.each<[string, NodeJS.ProcessEnv, number, string]>([
    ['half of them', { POSTBACK_TIKTOK_PIXEL_CODE: '' }, 4, 'POSTBACK_TIKTOK_PIXEL_CODE not set'],
    [
      'a pixel code that is none',
      { POSTBACK_TIKTOK_PIXEL_CODE: 'my pixel' },
      2,
      'expected a pixel code',
    ],
    [
      'a test code that is none',
      { POSTBACK_TIKTOK_TEST_EVENT_CODE: 'a b' },
      2,
      'expected a test event code',
    ],
  ])('%s', async (_name, env, exit, words) => {
    const workspace = await createTikTokWorkspace({ env });
    const { code, stderr } = await workspace.run(['send', '-'], { input: makeClicks(1) });
    expect(code).toBe(exit);
    expect(stderr).toContain(words);
    expect(stderr).not.toContain(SANDBOX_TIKTOK_TOKEN);
  });
});

test('the token is neither in the log nor in any output, and a grant that is given back delivers', async () => {
  const workspace = await createTikTokWorkspace();
  await steer(workspace.sandbox, 'POST', '/grants/revoke', { network: 'tiktok' });
  const refused = await workspace.run(['send', '-'], { input: makeClicks(3) });
  expect(refused.code).toBe(4);
  expect(refused.stdout + refused.stderr).not.toContain(SANDBOX_TIKTOK_TOKEN);
  await steer(workspace.sandbox, 'POST', '/grants/restore', { network: 'tiktok' });
  // A token of another user who may report for the pixel does as well.
  const env = { POSTBACK_TIKTOK_ACCESS_TOKEN: seededTikTokToken('two') };
  const replayed = await workspace.run(['replay', '--state', 'pending', '--yes', '--json'], {
    env,
  });
  expect(JSON.parse(replayed.stdout)).toMatchObject({ delivered: 3 });
});
