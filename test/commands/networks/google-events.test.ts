import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/json.js';
import { makeLine, steer } from '../../kit/test-workspace.js';
import { CLICK, createGoogleWorkspace, makeClicks, QUICK } from '../../kit/google-workspace.js';

describe('google: what Google says of each event', () => {
  test('fieldWarnings: in the summary and in the log, before the decision and after; nothing is sent again', async () => {
    const workspace = await createGoogleWorkspace({ sandbox: { processingMs: 60_000 } });
    const summary = await workspace.send(makeClicks(2, { 2: { gclid: 'warned-2' } }), 0);
    expect(summary).toMatchObject({
      pending: 2,
      waiting: { processing: 2 },
      warnings: { network_warning: 1 },
    });
    const words = expect.stringMatching(
      /Google warns: events\.events\[1\]\.ad_identifiers\.gclid.*WARNING_REASON_GENERIC/,
    ) as string;
    expect((await workspace.logs()).map(({ status, message }) => [status, message])).toEqual([
      ['accepted', 'Google accepted it and decides later whether it counts'],
      ['accepted', words],
    ]);
    const decided = await createGoogleWorkspace(QUICK);
    await decided.send(makeClicks(2, { 2: { gclid: 'warned-2' } }), 0, '--wait');
    expect((await decided.logs()).map(({ status, message }) => [status, message])).toEqual([
      ['success', null],
      ['success', words],
    ]);
    expect(decided.sandbox.state.received()).toBe(2);
  });

  test('recordIndices: record 3 of ten fails with its reason, nine are delivered, nothing is sent again', async () => {
    const workspace = await createGoogleWorkspace(QUICK);
    const summary = await workspace.send(
      makeClicks(10, { 4: { gclid: 'invalid-4' } }),
      3,
      '--wait',
    );
    expect(summary).toMatchObject({
      delivered: 9,
      failed: 1,
      pending: 0,
      networks: { google: { requests: 1 } },
    });
    expect(await workspace.logs('--status', 'failed')).toMatchObject([
      { reason: 'INVALID_GCLID', attempt: 1, eventId: expect.stringMatching(/4$/) as string },
    ]);
  });

  test('without recordIndices it is found in halves, and its neighbours count once', async () => {
    const faults = [{ match: 'requestStatus', omit: 1 }];
    const workspace = await createGoogleWorkspace({ ...QUICK, sandbox: { faults } });
    const summary = await workspace.send(makeClicks(4, { 4: { gclid: 'invalid-4' } }), 3, '--wait');
    expect(summary).toMatchObject({ delivered: 3, failed: 1, pending: 0 });
    expect(summary.networks['google']!['requests']).toBeGreaterThan(1);
    const ids = workspace.sandbox.state.conversions().map(({ dedupeId }) => dedupeId);
    expect([ids.length, new Set(ids).size]).toEqual([3, 3]);
  });

  test('RetryInfo of a 429: Google is left alone for so long', async () => {
    const faults = [{ match: 'events:ingest', status: 429, retryInfo: 90 }];
    const workspace = await createGoogleWorkspace({ sandbox: { faults } });
    const { code, stdout } = await workspace.run(['send', '-', '--json'], { input: makeClicks(1) });
    expect([code, JSON.parse(stdout)]).toMatchObject([
      5,
      { pending: 1, waiting: { throttled: 1 } },
    ]);
    expect(await workspace.logs()).toMatchObject([{ http: 429, attempt: 1 }]);
  });

  test('logs --status accepted shows what Google has and decides later', async () => {
    const workspace = await createGoogleWorkspace({ sandbox: { processingMs: 60_000 } });
    await workspace.send(makeClicks(1), 0);
    expect(await workspace.logs('--status', 'accepted')).toMatchObject([
      { status: 'accepted', reason: 'accepted' },
    ]);
    expect(await workspace.logs('--status', 'retried')).toEqual([]);
    const { stdout } = await workspace.run(['stats', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ total: { pending: 1, accepted: 1, delivered: 0 } });
  });
});

describe('google: what is sent of an ordinary line', () => {
  const PLACELESS = { surface: undefined, context: undefined };
  const NATIVE = { source: undefined, page_url: undefined };

  test.each<[string, JsonObject, JsonObject, string]>([
    ['nothing says where', {}, {}, 'OTHER'],
    ['surface unity', { surface: 'unity' }, {}, 'APP'],
    ['surface pixel', { surface: 'pixel' }, {}, 'WEB'],
    ['context.pageUrl', { context: { pageUrl: 'https://game.example/' } }, {}, 'WEB'],
    ['source before surface', { surface: 'web' }, { source: 'ios' }, 'APP'],
    ['a source of the game is not ours', { surface: 'unreal' }, { source: 'shop' }, 'APP'],
    ['a surface that nobody knows', { surface: 7 }, {}, 'OTHER'],
  ])('eventSource: %s', async (_name, message, properties, expected) => {
    const workspace = await createGoogleWorkspace();
    const line = makeLine(1, { ...PLACELESS, ...message }, { ...CLICK, ...NATIVE, ...properties });
    await workspace.send(`${line}\n`, 0);
    expect(workspace.sandbox.state.conversions()).toMatchObject([
      { event: { eventSource: expected } },
    ]);
  });

  test('replay --state failed repairs what was refused for a missing event source', async () => {
    const workspace = await createGoogleWorkspace({
      sandbox: { faults: [{ match: 'events:ingest', status: 400 }] },
    });
    const line = makeLine(1, PLACELESS, { ...CLICK, ...NATIVE });
    await workspace.send(`${line}\n`, 3);
    await steer(workspace.sandbox, 'DELETE', '/faults');
    const { code, stdout } = await workspace.run([
      'replay',
      '--state',
      'failed',
      '--yes',
      '--json',
    ]);
    expect([code, JSON.parse(stdout)]).toMatchObject([
      0,
      { pending: 1, waiting: { processing: 1 } },
    ]);
    expect(workspace.sandbox.state.conversions()).toMatchObject([
      { event: { eventSource: 'OTHER' } },
    ]);
  });

  test('not sent: a currency outside ISO 4217, an amount below zero, no click id', async () => {
    const lines = [
      makeLine(1, {}, { ...CLICK, currency: 'GEM' }),
      makeLine(2, {}, { ...CLICK, value: '-5.00' }),
      makeLine(
        3,
        {},
        { ...CLICK, gclid: undefined, utm_source: 'adwords', email: 'jo@example.com' },
      ),
    ];
    const text = `${lines.join('\n')}\n`;
    const workspace = await createGoogleWorkspace();
    expect(await workspace.send(text, 0)).toMatchObject({
      delivered: 0,
      pending: 0,
      skips: { unsupported_currency: 1, incomplete_event: 1, no_click_id: 1 },
    });
    expect(workspace.sandbox.state.received()).toBe(0);
    const sending = await createGoogleWorkspace({ settings: { 'google.withoutClickId': 'send' } });
    expect(await sending.send(text, 0)).toMatchObject({ pending: 1 });
    const [kept] = sending.sandbox.state.conversions();
    expect(kept?.event).not.toHaveProperty('adIdentifiers');
    expect(kept).toMatchObject({ event: { userData: { userIdentifiers: [{}] } } });
  });
});
