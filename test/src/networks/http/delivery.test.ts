import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../src/json.js';
import { listPresets, loadPreset } from '../../../../src/networks/endpoint-presets.js';
import type { FaultRule } from '../../../../src/sandbox/faults/fault-rule.js';
import { makeLine, steer, TestWorkspace } from '../../../kit/test-workspace.js';

const ACME = {
  name: 'acme',
  url: 'https://t.acme.example/pb?cid={click_id}&v={value|0.00}&cur={currency}&goal={goal}&txid={dedupe_id}',
  clickId: { fields: ['acme_cid'], utmSources: ['acme'] },
};
const OTHER = {
  name: 'other',
  method: 'POST',
  url: 'https://api.other.example/events',
  body: { data: '{each}' },
  each: { cid: '{click_id}', dedupe_id: '{dedupe_id}' },
  limit: 3,
  clickId: { fields: ['other_id'] },
};
const GOAL = {
  id: 'buy',
  name: 'Buy',
  event: 'purchase',
  trigger: 'repeatable',
  filters: [],
  enabled: true,
  map: {},
};
const NO_CLICK = { utm_source: undefined, utm_medium: undefined };

/** Purchases, each with the properties given. */
function makePurchases(...properties: readonly JsonObject[]): string {
  return properties
    .map((one, index) => `${makeLine(index + 1, {}, { ...NO_CLICK, ...one })}\n`)
    .join('');
}

async function open(http: readonly object[], env: NodeJS.ProcessEnv = {}): Promise<TestWorkspace> {
  return TestWorkspace.createInProcess({ goals: [GOAL], http, env, networks: [] });
}

function addFault(workspace: TestWorkspace, fault: FaultRule): Promise<unknown> {
  return steer(workspace.sandbox, 'POST', '/faults', fault);
}

/** What the sandbox recorded: the host and the event of each conversion. */
function recorded({ sandbox }: TestWorkspace) {
  return sandbox.state.conversions().map(({ network, account, api, target, event }) => ({
    network,
    account,
    api,
    target,
    ...event,
  }));
}

describe('several endpoints', () => {
  test('are each told of the conversions of their own clicks, and of no others', async () => {
    const workspace = await open([ACME, OTHER]);
    const summary = await workspace.deliver(
      makePurchases({ acme_cid: 'a-1' }, { other_id: 'o-1' }, { utm_source: 'acme' }, {}),
    );
    expect(summary).toMatchObject({
      delivered: 2,
      accounts: { 'http:acme': 't.acme.example', 'http:other': 'api.other.example' },
      skips: { organic: 1, no_click_id: 1 },
      networks: { 'http:acme': { delivered: 1 }, 'http:other': { delivered: 1 } },
    });
    const [acme, other] = recorded(workspace);
    expect(acme).toMatchObject({ account: 't.acme.example', api: 'GET', target: '/pb' });
    expect(acme).toMatchObject({ query: { cid: 'a-1', v: '9.99', cur: 'USD', goal: 'buy' } });
    expect(other).toMatchObject({ api: 'POST', target: '/events', body: { cid: 'o-1' } });
    expect(workspace.attempts().map(({ network, account }) => [network, account])).toEqual([
      ['http:acme', 't.acme.example'],
      ['http:other', 'api.other.example'],
    ]);
  });

  test('leave a click of a network to it', async () => {
    const workspace = await open([ACME]);
    const summary = await workspace.deliver(makePurchases({ acme_cid: 'a-1', gclid: 'Cj0KCQ' }));
    expect(summary.skips).toMatchObject({ not_connected: 1 });
  });

  test('that share a click parameter are told apart by their UTM sources, or not told at all', async () => {
    const same = { ...ACME, name: 'twin', url: 'https://t.twin.example/pb?cid={click_id}' };
    const workspace = await open([
      ACME,
      { ...same, clickId: { fields: ['acme_cid'], utmSources: ['twin'] } },
    ]);
    const summary = await workspace.deliver(
      makePurchases({ acme_cid: 'a', utm_source: 'twin' }, { acme_cid: 'b' }),
    );
    expect(summary).toMatchObject({ delivered: 1, skips: { organic: 1 } });
    expect(recorded(workspace)).toMatchObject([{ account: 't.twin.example', query: { cid: 'a' } }]);
  });

  test('remember the click of an earlier visit', async () => {
    const workspace = await open([ACME]);
    const visit = makeLine(
      1,
      { type: 'page', eventName: undefined },
      { ...NO_CLICK, acme_cid: 'v-1' },
    );
    const purchase = makeLine(1, { messageId: 'later' }, NO_CLICK);
    const summary = await workspace.deliver(`${visit}\n${purchase}\n`);
    expect(summary).toMatchObject({ delivered: 1 });
    expect(recorded(workspace)).toMatchObject([{ query: { cid: 'v-1' } }]);
  });
});

describe('answers', () => {
  test('a 200 whose body says no is a failure with its words', async () => {
    const workspace = await open([ACME]);
    await addFault(workspace, { status: 200, body: { status: 'error', message: 'unknown click' } });
    const summary = await workspace.deliver(makePurchases({ acme_cid: 'a-1' }));
    expect(summary).toMatchObject({ delivered: 0, failed: 1, failures: { payload: 1 } });
    expect(workspace.attempts()).toMatchObject(
      [{ status: 'failed', http: 200, reason: 'refused_in_body', message: /^unknown click/ }].map(
        (row) => ({ ...row, message: expect.stringMatching(row.message) as string }),
      ),
    );
  });

  test('one bad event of a list costs its neighbors nothing', async () => {
    const workspace = await open([{ ...OTHER, limit: 4 }]);
    await addFault(workspace, { status: 400, message: 'bad event', times: 1 });
    const summary = await workspace.deliver(
      makePurchases({ other_id: '1' }, { other_id: '2' }, { other_id: '3' }, { other_id: '4' }),
    );
    expect(summary).toMatchObject({ delivered: 4, failed: 0 });
    expect(summary.networks).toMatchObject({ 'http:other': { requests: 3 } });
  });

  test('a list has as many events as the template allows', async () => {
    const workspace = await open([OTHER]);
    const clicks = Array.from({ length: 7 }, (_, index) => ({ other_id: `o-${index}` }));
    const summary = await workspace.deliver(makePurchases(...clicks));
    expect(summary).toMatchObject({ delivered: 7, networks: { 'http:other': { requests: 3 } } });
  });

  test('a redirect is not followed', async () => {
    const workspace = await open([ACME]);
    const headers = { location: `${workspace.sandbox.url}/t.acme.example/pb?cid=stolen` };
    await addFault(workspace, { status: 302, body: '', headers, times: 1 });
    const summary = await workspace.deliver(makePurchases({ acme_cid: 'a-1' }));
    expect(summary).toMatchObject({ delivered: 0, failed: 1 });
    expect(workspace.sandbox.state.requestCounts()).toHaveLength(1);
  });

  test('a 401 stops the endpoint and leaves its postbacks pending', async () => {
    const workspace = await open([ACME]);
    await addFault(workspace, { status: 401, message: 'bad key' });
    const summary = await workspace.deliver(makePurchases({ acme_cid: 'a' }, { acme_cid: 'b' }));
    expect(summary).toMatchObject({ delivered: 0, failed: 0, pending: 2 });
    expect(workspace.notices().join('\n')).toMatch(/http:acme/);
  });
});

/** Values of the variables that the presets name. */
const PRESET_VARIABLES: NodeJS.ProcessEnv = {
  POSTBACK_HTTP_AFFILIATE_HOST: 'a.example.com',
  POSTBACK_HTTP_KEITARO_HOST: 'k.example.com',
  POSTBACK_HTTP_KEITARO_KEY: 'keitaro-key',
  POSTBACK_HTTP_TUNE_HOST: 'demo.go2cloud.org',
  POSTBACK_HTTP_VOLUUM_HOST: 'trk.example.com',
  POSTBACK_HTTP_ADJUST_S2S_TOKEN: 'adjust-token',
  POSTBACK_HTTP_ADJUST_APP_TOKEN: 'app-token',
  POSTBACK_HTTP_APPSFLYER_APP_ID: 'com.example.game',
  POSTBACK_HTTP_APPSFLYER_S2S_KEY: 'appsflyer-key',
  POSTBACK_HTTP_BRANCH_KEY: 'key_live_x',
};

/** The answer of a network that is not JSON with a status of ok. */
const PRESET_ANSWERS: Readonly<Record<string, string>> = { keitaro: 'OK', tune: 'success=true;' };

/** What each preset's network is sent, as the pages named in its file have it. */
const PRESET_REQUESTS: Readonly<Record<string, JsonObject>> = {
  adjust: {
    target: '/event',
    form: { s2s: '1', app_token: 'app-token', event_token: 'mapped', adid: 'c-1', revenue: '9.99' },
  },
  affiliate: { target: '/postback', query: { clickid: 'c-1', payout: '9.99', goal: 'mapped' } },
  appsflyer: {
    target: '/inappevent/com.example.game',
    body: { appsflyer_id: 'c-1', eventName: 'mapped', eventCurrency: 'USD' },
  },
  branch: {
    target: '/v2/event/standard',
    body: { branch_key: 'key_live_x', name: 'mapped', event_data: { revenue: 9.99 } },
  },
  keitaro: {
    target: '/keitaro-key/postback',
    query: { subid: 'c-1', status: 'mapped', payout: '9.99', return: 'OK' },
  },
  tune: { target: '/aff_lsr', query: { transaction_id: 'c-1', amount: '9.99' } },
  voluum: { target: '/postback', query: { cid: 'c-1', payout: '9.99', currency: 'USD' } },
};

describe('presets', () => {
  test.each(listPresets())('%s has its sources, and is taken by the sandbox', async (name) => {
    const preset = await loadPreset(name);
    expect(preset?.sources?.join('\n')).toMatch(/^https:\/\/\S+ \(\d{4}-\d\d-\d\d\)/);
    const goal = { ...GOAL, map: { [`http:${name}`]: 'mapped' } };
    const workspace = await TestWorkspace.createInProcess({
      goals: [goal],
      http: [preset as object],
      env: PRESET_VARIABLES,
      networks: [],
    });
    const field = preset?.clickId?.fields[0] ?? '';
    const first = await workspace.deliver(makePurchases({ [field]: 'c-1' }));
    expect(recorded(workspace)).toMatchObject([PRESET_REQUESTS[name]]);
    const answer = PRESET_ANSWERS[name];
    if (answer === undefined) return expect(first).toMatchObject({ delivered: 1 });
    // The sandbox answers JSON, which these networks do not: that is not a delivery.
    expect(first).toMatchObject({ failed: 1 });
    await addFault(workspace, { status: 200, body: answer });
    const again = makeLine(2, {}, { ...NO_CLICK, [field]: 'c-2' });
    expect(await workspace.deliver(`${again}\n`)).toMatchObject({ delivered: 1 });
  });

  test('AppsFlyer gets its values as JSON in a text', async () => {
    const preset = await loadPreset('appsflyer');
    const workspace = await TestWorkspace.createInProcess({
      goals: [{ ...GOAL, map: { 'http:appsflyer': 'af_purchase' } }],
      http: [preset as object],
      env: PRESET_VARIABLES,
      networks: [],
    });
    await workspace.deliver(makePurchases({ appsflyer_id: '1415211453000-6513894' }));
    const [{ body } = { body: {} }] = recorded(workspace) as { body?: JsonObject }[];
    expect(JSON.parse(String(body?.['eventValue']))).toMatchObject({ af_revenue: '9.99' });
  });
});
