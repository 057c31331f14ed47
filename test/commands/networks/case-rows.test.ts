import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/json.js';
import type { NetworkName } from '../../../src/networks/names.js';
import type { FaultRule } from '../../../src/sandbox/faults/fault-rule.js';
import { SANDBOX_REDDIT_PIXELS } from '../../../src/sandbox/reddit/seed.js';
import { makeLine, steer, TestWorkspace } from '../../kit/test-workspace.js';
import { makeRepeatableGoals, NETWORK_CLICKS, VISIT } from '../../kit/networks.js';

const NO_SOURCE = { utm_source: undefined, utm_medium: undefined };

/** A workspace with every network of the sandbox connected by variables. */
function createConnectedWorkspace(
  faults: readonly FaultRule[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<TestWorkspace> {
  return TestWorkspace.create({
    goals: makeRepeatableGoals(),
    networks: 'all',
    sandbox: { faults },
    env,
  });
}

function purchase(number: number, properties: JsonObject, changes: JsonObject = {}): string {
  return `${makeLine(number, changes, { ...NO_SOURCE, ...VISIT, ...properties })}\n`;
}

function purchases(
  count: number,
  network: NetworkName,
  odd: Readonly<Record<number, JsonObject>> = {},
): string {
  const click = NETWORK_CLICKS[network];
  return Array.from({ length: count }, (_, index) =>
    purchase(index, { ...click, ...odd[index] }),
  ).join('');
}

/** The events that the sandbox took, as they were sent. */
function taken(workspace: TestWorkspace): JsonObject[] {
  return workspace.sandbox.state.conversions().map(({ event }) => event);
}

/** Everything that the workspace keeps on the disk, as text. */
function readStored(workspace: TestWorkspace): string {
  const folder = join(workspace.home, 'data', 'default');
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => readFileSync(join(folder, name), 'latin1'))
    .join('');
}

const TRACK = 'event/track';

describe('tiktok: return codes inside HTTP 200', () => {
  test.each<[code: number, waiting: string, exit: number]>([
    [60001, 'transient', 5],
    [40132, 'throttled', 5],
    [40309, 'credential', 4],
    [40003, 'credential', 4],
    [40001, 'credential', 4],
  ])(
    'tiktok: %i: pending as %s, exit %i, and delivered afterwards',
    async (code, waiting, exit) => {
      const workspace = await createConnectedWorkspace([{ code, match: TRACK }]);
      const sent = await workspace.run(['send', '-', '--json', '--max-attempts', '1'], {
        input: purchases(2, 'tiktok'),
      });
      expect(sent.code, sent.stderr).toBe(exit);
      expect(JSON.parse(sent.stdout)).toMatchObject({
        delivered: 0,
        failed: 0,
        pending: 2,
        waiting: { [waiting]: 2 },
      });
      if (exit === 5) expect(sent.stderr).not.toMatch(/reconnect|postback connect/i);
      await steer(workspace.sandbox, 'DELETE', '/faults');
      const again = await workspace.run([
        'replay',
        '--state',
        'pending',
        '--all',
        '--yes',
        '--json',
      ]);
      expect([again.code, JSON.parse(again.stdout)]).toMatchObject([
        0,
        { delivered: 2, pending: 0 },
      ]);
      expect(workspace.sandbox.state.received()).toBe(2);
    },
  );

  test('tiktok: 40000 for one bad event of eight, without a position: seven are delivered, one fails', async () => {
    const workspace = await createConnectedWorkspace();
    const summary = await workspace.send(
      purchases(8, 'tiktok', { 5: { ttclid: 'sandbox-refused-5' } }),
      3,
    );
    expect(summary).toMatchObject({
      delivered: 7,
      failed: 1,
      pending: 0,
      failures: { payload: 1 },
    });
    expect(workspace.sandbox.state.received()).toBe(7);
    expect(await workspace.logs('--status', 'failed')).toMatchObject([
      { reason: '40000', http: 200 },
    ]);
  });

  test('tiktok: 40061 halves a batch, and every event is delivered once', async () => {
    const workspace = await createConnectedWorkspace([{ code: 40061, match: TRACK, times: 1 }]);
    const summary = await workspace.send(purchases(8, 'tiktok'), 0, '--concurrency', '1');
    expect(summary).toMatchObject({ delivered: 8, failed: 0, pending: 0 });
    expect(summary.networks['tiktok']!['requests']).toBeGreaterThan(2);
    expect(summary.networks['tiktok']!['requests']).toBeLessThan(6);
    expect(workspace.sandbox.state.received()).toBe(8);
  });
});

test('tiktok: a mapping that differs from a standard event by case alone is refused', async () => {
  const workspace = await TestWorkspace.create({ goals: [] });
  const add = ['goals', 'add', '--name', 'g', '--event', 'purchase', '--trigger', 'repeatable'];
  expect((await workspace.run(add)).code).toBe(0);
  const { code, stderr } = await workspace.run(['map', 'g', 'tiktok', 'purchase']);
  expect(code, stderr).toBe(2);
  expect(stderr).toMatch(
    /standard event of TikTok is Purchase; "purchase" would be a custom event/,
  );
});

test('tiktok: an e-mail address as ttclid or ttp is neither sent nor stored', async () => {
  const workspace = await createConnectedWorkspace();
  const lines = [
    purchase(1, { ttclid: 'jane.doe@example.com', ttp: 'jane.doe@example.com' }),
    purchase(2, { ...NETWORK_CLICKS.tiktok, ttp: 'jane.doe@example.com' }),
  ];
  expect(await workspace.send(lines.join(''), 0)).toMatchObject({ delivered: 1 });
  expect(JSON.stringify(taken(workspace))).not.toContain('jane.doe');
  expect(readStored(workspace)).not.toContain('jane.doe');
});

test('tiktok, meta: context.pageReferrer goes out as each network names it', async () => {
  const workspace = await createConnectedWorkspace();
  const changes = {
    context: { pageReferrer: 'https://search.example/find?q=jane.doe@example.com' },
  };
  const lines = (['tiktok', 'meta'] as const).map((name, at) =>
    purchase(at, NETWORK_CLICKS[name], changes),
  );
  await workspace.send(lines.join(''), 0);
  const [first, second] = taken(workspace);
  const referrers = [first, second].map(
    (event) => event?.['referrer_url'] ?? (event?.['page'] as JsonObject)['referrer'],
  );
  expect(referrers).toEqual(
    Array(2).fill(expect.stringMatching(/^https:\/\/search\.example\/find/)),
  );
  expect(JSON.stringify(taken(workspace))).not.toContain('jane.doe');
});

test('meta: fb_click_id and fb_browser_id of a page line are fbc and fbp of a later purchase', async () => {
  const workspace = await createConnectedWorkspace();
  const clickedMs = Date.now() - 7_200_000;
  const fbc = `fb.1.${clickedMs}.IwAR-page`;
  const fbp = `fb.1.${clickedMs}.1098115397`;
  const person = { anonymousId: 'visitor-7', userId: 'player-7' };
  const page = makeLine(
    1,
    { ...person, type: 'page', eventName: undefined },
    {
      ...NO_SOURCE,
      fb_click_id: fbc,
      fb_browser_id: fbp,
    },
  );
  await workspace.send(`${page}\n${purchase(2, {}, person)}`, 0);
  expect(taken(workspace)).toMatchObject([{ event_name: 'Purchase', user_data: { fbc, fbp } }]);
});

test('meta: an unknown code in HTTP 412 costs the bad event alone', async () => {
  const workspace = await createConnectedWorkspace();
  const body = { error: { code: 987, message: 'Unknown' } };
  await steer(workspace.sandbox, 'POST', '/faults', {
    match: '/events',
    status: 412,
    body,
    times: 1,
  });
  expect(await workspace.send(purchases(4, 'meta'), 0)).toMatchObject({ delivered: 4, failed: 0 });
});

test('meta: doctor does not call v25.0 current, and says until when it is valid', async () => {
  const workspace = await createConnectedWorkspace();
  const { stdout } = await workspace.run(['doctor', '--json']);
  const { checks } = JSON.parse(stdout) as { checks: { network?: string; message: string }[] };
  const version = checks.filter(
    ({ network, message }) => network === 'meta' && /v\d\d\.0/.test(message),
  );
  expect(version).toEqual([
    expect.objectContaining({ message: expect.stringMatching(/v25\.0.*2028-07-29/) }),
  ]);
});

test('reddit: a 403 about a field is payload: of three events two are delivered, one fails', async () => {
  const workspace = await createConnectedWorkspace([], {
    POSTBACK_REDDIT_PIXEL_ID: SANDBOX_REDDIT_PIXELS.unauthorized,
  });
  const summary = await workspace.send(
    purchases(3, 'reddit', { 1: { rdt_cid: 'sandbox-refused-1' } }),
    3,
  );
  expect(summary).toMatchObject({ delivered: 2, failed: 1, pending: 0, failures: { payload: 1 } });
  expect(await workspace.logs('--status', 'failed')).toMatchObject([{ http: 403 }]);
});

describe('all: click ids', () => {
  test.each([
    '{gclid}',
    '{{ttclid}}',
    '__CLICKID__',
    'undefined',
    'null',
    '%7Bgclid%7D',
    '(not set)',
  ])('all: %s is not a click', async (value) => {
    const workspace = await createConnectedWorkspace();
    const fields = ['gclid', 'ttclid', 'fbclid', 'rdt_cid', 'twclid'];
    const lines = fields.map((field, index) =>
      purchase(index, { [field]: value, email: undefined }),
    );
    expect(await workspace.send(lines.join(''), 0)).toMatchObject({
      delivered: 0,
      skips: { organic: 5 },
    });
    expect(workspace.sandbox.state.requestCounts()).toEqual([]);
  });

  test('all: a whole cookie is unwrapped, or left out, and never sent as it is', async () => {
    const workspace = await createConnectedWorkspace();
    const seconds = Math.floor(Date.now() / 1000) - 60;
    const cookies: [string, string, string][] = [
      ['fbclid', `fb.1.${seconds}000.IwAR-cookie`, 'IwAR-cookie'],
      ['gclid', `GCL.${seconds}.Cj0-cookie`, 'Cj0-cookie'],
      ['twclid', encodeURIComponent(`{"pl":{"twclid":"2-cookie"}}`), '2-cookie'],
    ];
    const lines = cookies.map(([field, value], index) => purchase(index, { [field]: value }));
    await workspace.send(lines.join(''), 0);
    const sent = JSON.stringify(taken(workspace));
    for (const [field, value] of cookies) if (field !== 'fbclid') expect(sent).not.toContain(value);
    expect(sent).toContain('Cj0-cookie');
    expect(sent).toContain('IwAR-cookie');
  });
});
