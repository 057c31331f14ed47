import { describe, expect, test } from 'vitest';
import {
  makeFile,
  makeLine,
  PURCHASE_GOAL,
  readError,
  steer,
  TestWorkspace,
} from '../kit/test-workspace.js';
import { makeRepeatableGoals, NETWORK_CLICKS, VISIT } from '../kit/networks.js';

const NEXT = 'postback replay --state pending --all';
const SENTENCE =
  'Amazon Ads accepts no conversions until the Conversions API terms of service are accepted';
const PLACE = 'Amazon DSP, Advertiser settings, Conversions API';
const BLAME =
  /reconnect|postback connect amazon(?! --api)|revoked|grant is refused|refuses the grant/i;
const MAPPINGS = {
  'capi-v1': '1234567891',
  'events-api': { name: 'Purchase', type: 'OFF_AMAZON_PURCHASES', source: 'WEBSITE' },
};

describe.each(['capi-v1', 'events-api'] as const)('amazon: C5: terms not accepted at %s', (api) => {
  test('send, status, bare postback, doctor and replay say the same, and replay delivers afterwards', async () => {
    const workspace = await TestWorkspace.create({
      goals: [{ ...PURCHASE_GOAL, map: { amazon: MAPPINGS[api] } }],
      env: { POSTBACK_AMAZON_API: api },
    });
    await steer(workspace.sandbox, 'POST', '/faults', 'terms');
    const calls: [args: string[], exit: number][] = [
      [['send', '-'], 4],
      [['status'], 4],
      [[], 0],
      [['doctor'], 4],
      [['replay', '--state', 'pending', '--all', '--dry-run'], 0],
      [['replay', '--state', 'pending', '--all', '--yes'], 4],
    ];
    for (const [args, exit] of calls) {
      const { code, stdout, stderr } = await workspace.run(
        args,
        args[0] === 'send' ? { input: makeFile(3) } : {},
      );
      const text = `${stdout}\n${stderr}`.replace(/\s+/g, ' ');
      expect(code, text).toBe(exit);
      expect(text).toContain(SENTENCE);
      expect(text).toContain(PLACE);
      if (!args.includes('--dry-run')) expect(text).toContain(NEXT);
      expect(text).not.toMatch(BLAME);
    }
    const status = JSON.parse((await workspace.run(['status', '--json'])).stdout);
    const amazon = status.networks.find((one: { network: string }) => one.network === 'amazon');
    expect(amazon).toMatchObject({ pending: 3, fix: 'accept_terms', next: NEXT });
    const sent = await workspace.run(['send', '-', '--json'], { input: makeFile(4) });
    expect(JSON.parse(sent.stdout)).toMatchObject({
      waiting: { credential: 4 },
      refusals: [
        { network: 'amazon', fix: 'accept_terms', reason: 'terms_not_accepted', next: NEXT },
      ],
    });

    expect(readError(sent.stderr)).toMatchObject({
      code: 'terms_not_accepted',
      next: NEXT,
      exit: 4,
    });
    expect(sent.stderr).not.toMatch(BLAME);

    await steer(workspace.sandbox, 'DELETE', '/faults');
    const replayed = await workspace.run([
      'replay',
      '--state',
      'pending',
      '--all',
      '--yes',
      '--json',
    ]);
    expect(replayed.code, replayed.stderr).toBe(0);
    expect(JSON.parse(replayed.stdout)).toMatchObject({ delivered: 4, pending: 0 });
    const after = await workspace.run(['status']);
    expect(after.code).toBe(0);
    expect(after.stdout + after.stderr).not.toContain('terms');
  }, 200_000);
});

test('meta: a far regain time ends the run with 5 after one request, in words and in status', async () => {
  const workspace = await TestWorkspace.create({ goals: makeRepeatableGoals(), networks: 'all' });
  const usage = {
    1: [{ type: 'ads_management', call_count: 100, estimated_time_to_regain_access: 12 }],
  };
  await steer(workspace.sandbox, 'POST', '/faults', {
    match: '/events',
    status: 400,
    body: { error: { code: 4, message: '(#4) Application request limit reached' } },
    headers: { 'X-Business-Use-Case-Usage': JSON.stringify(usage) },
  });
  const click = { utm_source: undefined, utm_medium: undefined, ...VISIT, ...NETWORK_CLICKS.meta };
  const lines = Array.from({ length: 30 }, (_, index) => `${makeLine(index, {}, click)}\n`);
  const sent = await workspace.run(['send', '-'], { input: lines.join('') });
  expect(sent.code, sent.stderr).toBe(5);
  expect(sent.stderr).toMatch(/asks to wait 12 minutes: \(#4\) Application request limit reached/);
  expect(sent.stdout).toMatch(/Pending\s+30 postbacks\n\s+30 {2}throttled/);
  const requests = workspace.sandbox.state
    .requestCounts()
    .filter(({ host }) => host === 'graph.facebook.com');
  expect(requests.map(({ count }) => count)).toEqual([1]);
  const status = JSON.parse((await workspace.run(['status', '--json'])).stdout);
  const meta = status.networks.find((one: { network: string }) => one.network === 'meta');
  expect(meta.problem).toContain('asks to wait 12 minutes');
});

test('A18: a wait of ten digits ends the run with 5, and status says until when', async () => {
  const workspace = await TestWorkspace.create();
  await steer(workspace.sandbox, 'POST', '/faults', {
    match: 'eventData',
    status: 429,
    headers: { 'Retry-After': '1234567890' },
  });
  const sent = await workspace.run(['send', '-'], { input: makeFile(250) });
  expect(sent.code, sent.stderr).toBe(5);
  expect(sent.stderr).toMatch(/Amazon Ads asks to wait 3650 days.*Send them again after 2036-/);
  const counts = workspace.sandbox.state
    .requestCounts()
    .filter(({ path }) => path.includes('eventData'));
  expect(counts.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(3);
  const status = await workspace.run(['status']);
  expect(status.stderr).toMatch(/asks to wait 3650 days/);
  await steer(workspace.sandbox, 'DELETE', '/faults');
  expect((await workspace.run(['replay', '--state', 'pending', '--all', '--yes'])).code).toBe(0);
});
