import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/json.js';
import {
  SANDBOX_REDDIT_CLIENT_ID,
  SANDBOX_REDDIT_CLIENT_SECRET,
  SANDBOX_REDDIT_PIXEL,
  SANDBOX_REDDIT_PIXELS,
  SANDBOX_REDDIT_TEST_ID,
  SANDBOX_REDDIT_TOKEN,
} from '../../../src/sandbox/reddit/seed.js';
import {
  makeLine,
  PURCHASE_GOAL,
  readError,
  TestWorkspace,
  type TestWorkspaceOptions,
} from '../../kit/test-workspace.js';
import { spawnPostback } from '../../kit/run.js';

const GOAL = { ...PURCHASE_GOAL, map: {} };
const CLICK = { utm_source: undefined, utm_medium: undefined, rdt_cid: 'click-1' };
const CLIENT = { POSTBACK_REDDIT_CLIENT_SECRET: SANDBOX_REDDIT_CLIENT_SECRET };

/** Creates a workspace that variables connect to one of the sandbox's pixels. */
function createRedditWorkspace(
  { env, ...parts }: TestWorkspaceOptions = {},
  pixel: string = SANDBOX_REDDIT_PIXEL,
): Promise<TestWorkspace> {
  const token = {
    POSTBACK_REDDIT_ACCESS_TOKEN: SANDBOX_REDDIT_TOKEN,
    POSTBACK_REDDIT_PIXEL_ID: pixel,
  };
  return TestWorkspace.create({ goals: [GOAL], ...parts, env: { ...token, ...env } });
}

function click(number: number, properties: JsonObject = {}, changes: JsonObject = {}): string {
  return `${makeLine(number, changes, { ...CLICK, ...properties })}\n`;
}

const clicks = (count: number) =>
  Array.from({ length: count }, (_, index) => click(index + 1)).join('');

test.each([SANDBOX_REDDIT_PIXEL, ...Object.values(SANDBOX_REDDIT_PIXELS)])(
  'a poisoned event in a full batch, at %s: its neighbours are delivered once, and it fails in the words of Reddit',
  async (pixel) => {
    const workspace = await createRedditWorkspace({}, pixel);
    const poison = click(1000, { rdt_cid: 'sandbox-refused-1' });
    const summary = await workspace.send(
      `${clicks(499)}${poison}${clicks(999).split('\n').slice(499).join('\n')}`,
      3,
    );
    expect(summary).toMatchObject({
      delivered: 999,
      failed: 1,
      failures: { payload: 1 },
      pending: 0,
    });
    expect(workspace.sandbox.state.received()).toBe(999);
    const [failed] = await workspace.logs('--status', 'failed');
    expect(failed?.message).toMatch(/click_id is not valid|None were processed/);
  },
);

// docs/reference/reddit.md#answers
describe('answers: verdict, retry, exit code', () => {
  test.each<[string, object, number, JsonObject, number?]>([
    ['429', { status: 429, times: 1 }, 0, { delivered: 2 }, 2],
    ['503', { status: 503, times: 1 }, 0, { delivered: 2 }, 2],
    ['500 for ever', { status: 500 }, 5, { pending: 2, waiting: { transient: 2 } }],
    ['401', { revoke: true, times: 1 }, 4, { pending: 2, waiting: { credential: 2 } }, 1],
    ['403', { status: 403, times: 1 }, 4, { pending: 2, waiting: { credential: 2 } }, 1],
    ['404', { status: 404, times: 1 }, 3, { failed: 2, failures: { configuration: 2 } }, 1],
    ['fewer processed than were sent', { omit: 1, times: 1 }, 0, { delivered: 2 }, 2],
  ])('%s', async (_name, fault, exit, expected, requests) => {
    const faults = [{ ...fault, match: 'conversion_events' }];
    const workspace = await createRedditWorkspace({ sandbox: { faults } });
    const summary = await workspace.send(clicks(2), exit, '--max-attempts', '2');
    const { waiting = {}, failures = {}, ...counts } = expected;
    expect(summary).toMatchObject(counts);
    expect(summary.waiting).toMatchObject(waiting as object);
    expect(summary.failures).toMatchObject(failures as object);
    if (requests !== undefined) expect(summary.networks['reddit']!['requests']).toBe(requests);
  });
});

test('an e-mail address stands in for a click id, and test events go to the test area one by one', async () => {
  const workspace = await createRedditWorkspace({
    env: { POSTBACK_REDDIT_TEST_ID: SANDBOX_REDDIT_TEST_ID },
  });
  const paid = { rdt_cid: undefined, utm_source: 'reddit', utm_medium: 'cpc' };
  const lines = [
    click(1, paid),
    click(2, { ...paid, email: undefined }),
    click(3, {}, { test: true }),
    click(4, {}, { test: true }),
  ];
  expect(await workspace.send(lines.join(''), 0)).toMatchObject({
    delivered: 3,
    skips: { no_click_id: 1 },
  });
  const kept = workspace.sandbox.state.conversions();
  expect(kept.map(({ excluded = 'counted' }) => excluded).sort()).toEqual([
    'counted',
    'test',
    'test',
  ]);
});

describe('connect', () => {
  test('by a token, with mappings kept; what Reddit does not take is not stored', async () => {
    const { run } = await TestWorkspace.create({ goals: [GOAL] });
    const paste = (input: string, pixel = SANDBOX_REDDIT_PIXEL) =>
      run(['connect', 'reddit', '--token-stdin', '--pixel', pixel, '--json'], { input });
    expect(readError((await paste('other')).stderr)).toMatchObject({
      code: 'token_refused',
      exit: 4,
    });
    expect(readError((await paste(SANDBOX_REDDIT_TOKEN, 'a2_sandboxsolo')).stderr).code).toBe(
      'no_account_found',
    );
    expect(readError((await paste(SANDBOX_REDDIT_TOKEN, 'a b')).stderr)).toMatchObject({
      code: 'bad_account',
      exit: 2,
    });
    expect((await paste(SANDBOX_REDDIT_TOKEN)).code).toBe(0);
    const sent = await run(['send', '-', '--json'], { input: clicks(2) });
    expect(JSON.parse(sent.stdout)).toMatchObject({ delivered: 2 });
    expect(sent.stdout + sent.stderr).not.toContain(SANDBOX_REDDIT_TOKEN);
  });

  test('by an application: consent, HTTP Basic, the only pixel, and tokens that are renewed', async () => {
    const { env, home, cwd, run, sandbox } = await TestWorkspace.create({
      goals: [GOAL],
      env: CLIENT,
    });
    const args = [
      'connect',
      'reddit',
      '--client-id',
      SANDBOX_REDDIT_CLIENT_ID,
      '--no-browser',
      '--port=18798',
      '--json',
    ];
    const running = await spawnPostback(args, { env, home, cwd });
    const [, shown] = await running.waitFor('stderr', /^(http\S+)\n/m);
    const asked = new URL(shown!).searchParams;
    expect([asked.get('duration'), asked.get('scope')]).toEqual([
      'permanent',
      'adsconversions,adsread',
    ]);
    const answer = await fetch(shown!, { redirect: 'manual' });
    await fetch(answer.headers.get('location')!.replace('localhost', '127.0.0.1'));
    const { code, stdout, stderr } = await running.finished;
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      network: 'reddit',
      account: 'a2_sandboxsolo',
      accountName: 'Solo site',
    });
    const fault = {
      method: 'POST',
      body: JSON.stringify({ expire: true, times: 1, match: 'conversion_events' }),
    };
    await fetch(`${sandbox.url}/_sandbox/faults`, fault);
    const sent = await run(['send', '-', '--json'], { input: clicks(2) });
    expect(JSON.parse(sent.stdout)).toMatchObject({ delivered: 2 });
  });
});
