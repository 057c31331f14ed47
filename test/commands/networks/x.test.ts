import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/json.js';
import {
  SANDBOX_X_OAUTH,
  SANDBOX_X_PIXEL,
  SANDBOX_X_PIXEL_TOKEN,
} from '../../../src/sandbox/x/seed.js';
import {
  makeLine,
  PURCHASE_GOAL,
  readError,
  TestWorkspace,
  type TestWorkspaceOptions,
} from '../../kit/test-workspace.js';

const GOAL = { ...PURCHASE_GOAL, map: { x: 'tw-o8z6j-o87ne' } };
const CLICK = { utm_source: undefined, utm_medium: undefined, twclid: 'click-1' };
const TOKEN = {
  POSTBACK_X_PIXEL_TOKEN: SANDBOX_X_PIXEL_TOKEN,
  POSTBACK_X_PIXEL_ID: SANDBOX_X_PIXEL,
};
const OAUTH = {
  POSTBACK_X_CONSUMER_KEY: SANDBOX_X_OAUTH.consumerKey,
  POSTBACK_X_CONSUMER_SECRET: SANDBOX_X_OAUTH.consumerSecret,
  POSTBACK_X_ACCESS_TOKEN: SANDBOX_X_OAUTH.token,
  POSTBACK_X_ACCESS_TOKEN_SECRET: SANDBOX_X_OAUTH.tokenSecret,
  POSTBACK_X_PIXEL_ID: SANDBOX_X_PIXEL,
};

function createXWorkspace({
  env = TOKEN,
  ...parts
}: TestWorkspaceOptions = {}): Promise<TestWorkspace> {
  return TestWorkspace.create({ goals: [GOAL], ...parts, env });
}

function click(number: number, properties: JsonObject = {}, changes: JsonObject = {}): string {
  return `${makeLine(number, changes, { ...CLICK, ...properties })}\n`;
}

const clicks = (count: number) =>
  Array.from({ length: count }, (_, index) => click(index + 1)).join('');

test('a poisoned event in a full batch: X names none, its neighbours are delivered once', async () => {
  const workspace = await createXWorkspace();
  const summary = await workspace.send(
    `${clicks(499)}${click(500, { twclid: 'sandbox-refused-1' })}`,
    3,
  );
  expect(summary).toMatchObject({
    delivered: 499,
    failed: 1,
    failures: { payload: 1 },
    pending: 0,
  });
  expect(workspace.sandbox.state.received()).toBe(499);
  expect((await workspace.logs('--status', 'failed'))[0]?.message).toMatch(/twclid is not valid/);
});

test('a tag that does not exist fails its own goal alone: exit 3', async () => {
  const wrong = { ...GOAL, id: 'wrong', name: 'Wrong', map: { x: 'zzzzz' } };
  const workspace = await createXWorkspace({ goals: [GOAL, wrong] });
  expect(await workspace.send(clicks(3), 3)).toMatchObject({
    delivered: 3,
    failed: 3,
    failures: { configuration: 3 },
  });
});

// docs/reference/x.md#answers
describe('answers: verdict, retry, exit code', () => {
  test.each<[string, object, number, JsonObject, number?]>([
    ['423', { status: 423, times: 1 }, 0, { delivered: 2 }, 2],
    ['503', { status: 503, times: 1 }, 0, { delivered: 2 }, 2],
    ['408 for ever', { status: 408 }, 5, { pending: 2, waiting: { transient: 2 } }],
    [
      '429 that says to wait for minutes',
      { status: 429 },
      5,
      { pending: 2, waiting: { throttled: 2 } },
      1,
    ],
    ['429 that says a second', { status: 429, times: 1, retryAfter: 1 }, 0, { delivered: 2 }, 2],
    ['401', { revoke: true, times: 1 }, 4, { pending: 2, waiting: { credential: 2 } }, 1],
    ['403', { status: 403, times: 1 }, 4, { pending: 2, waiting: { credential: 2 } }, 1],
    ['404', { status: 404, times: 1 }, 3, { failed: 2, failures: { configuration: 2 } }, 1],
    ['fewer processed than were sent', { omit: 1, times: 1 }, 0, { delivered: 2 }, 2],
  ])('%s', async (_name, fault, exit, expected, requests) => {
    const workspace = await createXWorkspace({ sandbox: { faults: [fault] } });
    const summary = await workspace.send(clicks(2), exit, '--max-attempts', '2');
    const { waiting = {}, failures = {}, ...counts } = expected;
    expect(summary).toMatchObject(counts);
    expect(summary.waiting).toMatchObject(waiting as object);
    expect(summary.failures).toMatchObject(failures as object);
    if (requests !== undefined) expect(summary.networks['x']!['requests']).toBe(requests);
  });
});

describe('who sends', () => {
  test('OAuth 1.0a by variables; where both are whole the pixel token is used', async () => {
    const signed = await createXWorkspace({ env: OAUTH });
    expect(await signed.send(clicks(2), 0)).toMatchObject({ delivered: 2 });
    const both = await createXWorkspace({
      env: { ...OAUTH, ...TOKEN, POSTBACK_X_CONSUMER_SECRET: 'wrong' },
    });
    expect(await both.send(clicks(2), 0)).toMatchObject({ delivered: 2 });
  });

  test('half of a set is named', async () => {
    const { run } = await createXWorkspace({
      env: { POSTBACK_X_CONSUMER_KEY: 'a', POSTBACK_X_PIXEL_ID: SANDBOX_X_PIXEL },
    });
    const { stderr } = await run(['send', '-', '--json'], { input: clicks(1) });
    expect(readError(stderr)).toMatchObject({ code: 'environment_incomplete', exit: 4 });
    expect(readError(stderr).message).toMatch(/CONSUMER_SECRET.*ACCESS_TOKEN.*ACCESS_TOKEN_SECRET/);
  });

  test('connected by either, with mappings kept; what X does not take is not stored', async () => {
    const { run } = await createXWorkspace({ env: {} });
    const paste = (input: string, pixel = SANDBOX_X_PIXEL) =>
      run(['connect', 'x', '--token-stdin', '--pixel', pixel, '--json'], { input });
    expect(readError((await paste('other')).stderr)).toMatchObject({
      code: 'token_refused',
      exit: 4,
    });
    expect(readError((await paste(SANDBOX_X_PIXEL_TOKEN, 'o9zzz')).stderr).code).toBe(
      'no_account_found',
    );
    expect(readError((await paste('consumer_key=a')).stderr)).toMatchObject({
      code: 'bad_token',
      exit: 2,
    });
    const { consumerKey, consumerSecret, token, tokenSecret } = SANDBOX_X_OAUTH;
    const four = `consumer_key=${consumerKey}\nconsumer_secret=${consumerSecret}\naccess_token=${token}\naccess_token_secret=${tokenSecret}\n`;
    for (const input of [four, SANDBOX_X_PIXEL_TOKEN]) {
      const { code, stderr } = await run(
        ['connect', 'x', '--token-stdin', '--pixel', SANDBOX_X_PIXEL],
        { input },
      );
      expect(code, stderr).toBe(0);
      expect(/December 2026/.test(stderr)).toBe(input === four);
    }
    const sent = await run(['send', '-', '--json'], { input: clicks(2) });
    expect(JSON.parse(sent.stdout)).toMatchObject({ delivered: 2 });
  });

  test('there is no test mode: only a test mapping takes test events', async () => {
    const { run, send } = await createXWorkspace();
    expect(await send(click(1, {}, { test: true }), 0)).toMatchObject({ skips: { test_event: 1 } });
    const { stderr } = await run(['test', '--network', 'x', '--json']);
    expect(readError(stderr)).toMatchObject({ code: 'no_test_destination', exit: 2 });
  });
});
