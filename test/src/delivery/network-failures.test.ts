import { describe, expect, it } from 'vitest';

import { ago, makeFile, makeLine, TestWorkspace } from '../../kit/test-workspace.js';

const CALLS = { match: 'eventData' };
const DAY_MS = 86_400_000;

describe('a network that keeps failing', () => {
  it('is rested, tried again, and then takes everything', async () => {
    const workspace = await TestWorkspace.createInProcess({
      sandbox: { faults: [{ ...CALLS, status: 500, times: 8 }] },
      settings: { 'delivery.maxAttempts': 30, 'delivery.concurrency': 1 },
    });
    const summary = await workspace.deliver(makeFile(3000));
    expect(summary).toMatchObject({ delivered: 3000, pending: 0, failed: 0 });
    expect(workspace.notices().at(0)).toMatch(/keeps failing; pausing 1 s/);
    expect(workspace.notices().at(1)).toMatch(/pausing 2 s/);
    expect(workspace.notices().at(-1)).toMatch(/answers again/);
    expect(workspace.sandbox.state.received()).toBe(3000);
  });

  it.each([
    ['throttled', { status: 429, after: 5, times: 1 }],
    ['throttled with a wait', { status: 429, retryAfter: 2, after: 5, times: 1 }],
    ['asked for a new token', { expire: true, after: 5, times: 1 }],
  ])('goes on when the request that tries it is %s', async (_how, fault) => {
    const workspace = await TestWorkspace.createInProcess({
      sandbox: {
        faults: [
          { ...CALLS, status: 500, times: 5 },
          { ...CALLS, ...fault },
        ],
      },
      settings: { 'delivery.maxAttempts': 30, 'delivery.concurrency': 1 },
    });
    expect(await workspace.deliver(makeFile(1000))).toMatchObject({ delivered: 1000, pending: 0 });
    expect(workspace.sandbox.state.received()).toBe(1000);
  });

  it('is given up after some rests: what is left stays pending, and it is said once', async () => {
    const workspace = await TestWorkspace.createInProcess({
      sandbox: { faults: [{ ...CALLS, status: 503 }] },
      settings: { 'delivery.maxAttempts': 100 },
    });
    const startedMs = workspace.clock.now();
    expect(await workspace.deliver(makeFile(1500))).toMatchObject({
      delivered: 0,
      pending: 1500,
      waiting: { transient: 1500 },
    });
    expect(workspace.notices().filter((text) => /stays pending/.test(text))).toHaveLength(1);
    expect(workspace.clock.now() - startedMs).toBeLessThan(DAY_MS / 24);
    expect(workspace.attempts({ statuses: ['success'] })).toEqual([]);
  });
});

describe('Retry-After', () => {
  it.each([
    ['seconds', { retryAfter: 30 }],
    ['a date', { retryAfterDate: 30 }],
  ])('in %s is waited for', async (_form, wait) => {
    const workspace = await TestWorkspace.createInProcess({
      sandbox: { faults: [{ ...CALLS, status: 429, times: 1, ...wait }] },
    });
    const startedMs = workspace.clock.now();
    expect(await workspace.deliver(makeFile(2))).toMatchObject({ delivered: 2 });
    const [first, second] = workspace.sandbox.state
      .lastRequests()
      .filter(({ path }) => path.includes('eventData'));
    expect([first?.status, second?.status].toSorted()).toEqual([207, 429]);
    // A date has whole seconds.
    expect(workspace.clock.now() - startedMs).toBeGreaterThanOrEqual(29_000);
  });

  it('of an hour is not waited for: pending, throttled, one notice', async () => {
    const workspace = await TestWorkspace.createInProcess({
      sandbox: { faults: [{ ...CALLS, status: 429, retryAfter: 3600, times: 1 }] },
      settings: { 'delivery.concurrency': 1 },
    });
    const summary = await workspace.deliver(makeFile(450));
    expect(summary.waiting).toMatchObject({ throttled: 450 });
    expect(workspace.notices()).toHaveLength(1);
    expect(workspace.notices()[0]).toMatch(/asks to wait 60 minutes/);
    expect(await workspace.deliver(makeFile(450))).toMatchObject({ delivered: 450, pending: 0 });
  });
});

describe('the window', () => {
  it('closes while the event waits for its second attempt: failed, expired, never sent again', async () => {
    const workspace = await TestWorkspace.createInProcess({
      sandbox: { faults: [{ ...CALLS, status: 429, retryAfter: 30, times: 1 }] },
    });
    const old = makeLine(1, { eventTimestamp: ago(7 * DAY_MS - 20_000) });
    const young = makeLine(2);
    const summary = await workspace.deliver(`${old}\n${young}\n`);
    expect(summary).toMatchObject({
      delivered: 1,
      failed: 1,
      failures: { expired: 1 },
      pending: 0,
    });
    const rows = workspace.attempts();
    expect(rows.filter(({ status }) => status === 'failed')).toMatchObject([
      { kind: 'expired', reason: 'too_old' },
    ]);
    expect(workspace.sandbox.state.received()).toBe(1);
    expect(await workspace.deliver(`${old}\n${young}\n`)).toMatchObject({ delivered: 0 });
    expect(workspace.sandbox.state.received()).toBe(1);
  });

  it('closes while the network rests: what expires is not sent', async () => {
    const workspace = await TestWorkspace.createInProcess({
      sandbox: { faults: [{ ...CALLS, status: 500, times: 8 }] },
      settings: { 'delivery.maxAttempts': 30, 'delivery.concurrency': 1 },
    });
    const lines = Array.from({ length: 600 }, (_, index) =>
      makeLine(index, { eventTimestamp: ago(index < 300 ? 7 * DAY_MS - 3_000 : 3_600_000) }),
    );
    const summary = await workspace.deliver(lines.join('\n'));
    expect(summary).toMatchObject({
      delivered: 300,
      failed: 300,
      failures: { expired: 300 },
      pending: 0,
    });
    expect(workspace.sandbox.state.received()).toBe(300);
  });
});

describe('a refused grant', () => {
  it('is one message; everything stays pending', async () => {
    const workspace = await TestWorkspace.createInProcess({
      sandbox: { faults: [{ ...CALLS, revoke: true, after: 3, times: 1 }] },
    });
    const summary = await workspace.deliver(makeFile(1200));
    const { delivered } = summary;
    expect(delivered).toBe(workspace.sandbox.state.received());
    expect(summary).toMatchObject({
      pending: 1200 - delivered,
      waiting: { credential: 1200 - delivered },
      failed: 0,
    });
    expect(workspace.notices()).toHaveLength(1);
    expect(workspace.updates).toContainEqual(
      expect.objectContaining({ type: 'notice', refused: true }),
    );
  });
});
