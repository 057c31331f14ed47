import { describe, expect, it } from 'vitest';
import {
  SANDBOX_META_PIXEL,
  SANDBOX_META_SENDER_TOKEN,
  SANDBOX_META_TOKEN,
} from '../../../../src/sandbox/meta/seed.js';
import { control, NOW_MS, openSandbox, sha256, type Answer } from '../test-sandbox.js';
import { graph, metaEvent, postEvents, sendEvents } from './calls.js';

const NOW_S = NOW_MS / 1000;
const DAY_S = 24 * 3600;
const em = sha256('test@example.com');

describe("Meta's events", () => {
  it('are taken together, and counted in the answer', async () => {
    const sandbox = await openSandbox();
    const event = metaEvent();
    const [status, body] = await sendEvents(sandbox, [event, metaEvent({ event_id: 'id-2' })]);
    expect([status, body]).toEqual([
      200,
      { events_received: 2, messages: [], fbtrace_id: expect.stringMatching(/^A/) },
    ]);
    expect(sandbox.state.conversions()[0]).toMatchObject({
      network: 'meta',
      api: 'conversions-api',
      account: SANDBOX_META_PIXEL,
      target: 'Purchase',
      dedupeId: 'id-1',
      received: 1,
      event,
    });
  });

  it.each<[string, Record<string, unknown>, number]>([
    ['no name', { event_name: undefined }, 2804001],
    ['a name of 51 characters', { event_name: 'x'.repeat(51) }, 2804001],
    ['an id that is a number', { event_id: 1 }, 2804001],
    ['value next to custom_data', { value: 1 }, 2804001],
    ['a time as text', { event_time: '2026-03-10T11:00:00Z' }, 2804007],
    ['a time in milliseconds', { event_time: NOW_MS }, 2804007],
    ['half a second', { event_time: NOW_S - 0.5 }, 2804007],
    ['a time two minutes ahead', { event_time: NOW_S + 120 }, 2804007],
    ['a time over 7 days ago', { event_time: NOW_S - 7 * DAY_S - 1 }, 2804003],
    [
      'a store over 62 days ago',
      { action_source: 'physical_store', event_time: NOW_S - 62 * DAY_S - 1 },
      2804003,
    ],
    ['no source', { action_source: undefined }, 2804016],
    ['an unknown source', { action_source: 'web' }, 2804016],
    ['an app without its facts', { action_source: 'app' }, 2804017],
    ['a page that is none', { event_source_url: 'game.example' }, 2804019],
    [
      'a website without a browser',
      { action_source: 'website', event_source_url: 'https://a.example' },
      2804019,
    ],
    [
      'a website without a page',
      { action_source: 'website', user_data: { em, client_user_agent: 'x' } },
      2804019,
    ],
    ['a referrer that is none', { referrer_url: 'game.example' }, 2804019],
    ['no user data', { user_data: undefined }, 2804016],
    ['a plain address', { user_data: { em: 'test@example.com' } }, 2804016],
    ['an upper-case hash', { user_data: { em: em.toUpperCase() } }, 2804016],
    ['the hash of nothing', { user_data: { em: sha256('') } }, 2804016],
    ['a telephone number with its hash missing', { user_data: { ph: ['16505551212'] } }, 2804016],
    ['a hashed browser', { user_data: { em, fbp: sha256('x') } }, 2804016],
    ['a click without its form', { user_data: { em, fbc: 'IwAR2F' } }, 2804016],
    ['a click in seconds', { user_data: { em, fbc: `fb.1.${NOW_S}.IwAR2F` } }, 2804016],
    ['a click of the wrong index', { user_data: { em, fbc: `fb.x.${NOW_MS}.IwAR2F` } }, 2804016],
    [
      'a whole URL as click',
      { user_data: { em, fbc: 'https://a.example/?fbclid=IwAR2F' } },
      2804016,
    ],
    ['an IP address that is none', { user_data: { em, client_ip_address: '1.2.3' } }, 2804016],
    ['an unknown field of a person', { user_data: { em, email: em } }, 2804016],
    ['nobody', { user_data: {} }, 2804050],
    [
      'a place',
      { user_data: { ct: em, st: em, zp: em, country: em, client_user_agent: 'x' } },
      2804050,
    ],
    ['a first name', { user_data: { fn: em, ge: em } }, 2804050],
    ['a last name', { user_data: { ln: em, ge: em } }, 2804050],
    ['a birthday', { user_data: { db: em, client_user_agent: 'x' } }, 2804050],
    ['a purchase without money', { custom_data: undefined }, 2804009],
    ['a purchase without currency', { custom_data: { value: 1 } }, 2804009],
    ['a value as text', { custom_data: { value: '9.99', currency: 'USD' } }, 2804017],
    ['a negative value', { custom_data: { value: -1, currency: 'USD' } }, 2804017],
    ['a currency of the game', { custom_data: { value: 1, currency: 'GEM' } }, 2804017],
    ['a currency in words', { custom_data: { value: 1, currency: 'dollars' } }, 2804017],
    ['opt_out as text', { opt_out: 'true' }, 2804048],
    ['another option', { data_processing_options: ['CCPA'] }, 2804048],
    ['LDU without a place', { data_processing_options: ['LDU'] }, 2804048],
  ])(
    'are refused together for one with %s, which is not named',
    async (_what, changes, subcode) => {
      const sandbox = await openSandbox();
      const [status, { error }] = await sendEvents(sandbox, [
        metaEvent(),
        metaEvent(changes),
        metaEvent(),
      ]);
      expect([status, error.code, error.error_subcode]).toEqual([400, 100, subcode]);
      expect(error).toMatchObject({
        type: 'OAuthException',
        error_user_title: expect.any(String),
        error_user_msg: expect.any(String),
      });
      expect(sandbox.state.conversions()).toEqual([]);
    },
  );

  it.each(['em', 'ph', 'fn', 'ln', 'ct', 'st', 'zp', 'country', 'db', 'ge', 'external_id'])(
    'meta: user_data.%s is refused in the clear, alone and in a list',
    async (name) => {
      const sandbox = await openSandbox();
      for (const value of ['plain', ['plain'], [em, 'plain']]) {
        const user = { client_ip_address: '203.0.113.7', [name]: value };
        const [status, { error }] = await sendEvents(sandbox, [metaEvent({ user_data: user })]);
        expect([status, error.error_subcode]).toEqual([400, 2804016]);
      }
      expect(sandbox.state.received()).toBe(0);
    },
  );

  it.each<[string, Record<string, unknown>]>([
    ['lists of hashes', { user_data: { em: [em, sha256('b@example.com')] } }],
    [
      'a website with all it needs',
      {
        action_source: 'website',
        event_source_url: 'https://a.example/',
        user_data: { em, client_user_agent: 'x' },
      },
    ],
    ['a store 61 days ago', { action_source: 'physical_store', event_time: NOW_S - 61 * DAY_S }],
    ['a minute ahead', { event_time: NOW_S + 60 }],
    ['a click with a fifth segment', { user_data: { fbc: `fb.1.${NOW_MS}.IwAR2F.AQ` } }],
    ['another event without money', { event_name: 'level_reached', custom_data: undefined }],
    ['no data processing options', { data_processing_options: [] }],
  ])('are taken with %s', async (_what, changes) => {
    const sandbox = await openSandbox();
    expect((await sendEvents(sandbox, [metaEvent(changes)]))[0]).toBe(200);
  });

  it('count once by name and id, the first of them', async () => {
    const sandbox = await openSandbox();
    await sendEvents(sandbox, [metaEvent({ custom_data: { value: 1, currency: 'USD' } })]);
    await sendEvents(sandbox, [
      metaEvent({ custom_data: { value: 2, currency: 'USD' } }),
      metaEvent({ event_name: 'Lead' }),
    ]);
    const kept = sandbox.state
      .conversions()
      .map(({ target, received, event }) => [target, received, event['custom_data']]);
    expect(kept).toEqual([
      ['Purchase', 2, { value: 1, currency: 'USD' }],
      ['Lead', 1, { value: 9.99, currency: 'USD' }],
    ]);
  });

  it('count as test events too, and not for those who opted out', async () => {
    const sandbox = await openSandbox();
    await postEvents(sandbox, { data: [metaEvent()], test_event_code: 'TEST1' });
    const limited = {
      data_processing_options: ['LDU'],
      data_processing_options_country: 0,
      data_processing_options_state: 0,
    };
    await sendEvents(sandbox, [metaEvent({ event_id: 'id-2', ...limited })]);
    const [first, second] = sandbox.state.conversions();
    expect([first?.excluded, first?.event['test_event_code']]).toEqual([undefined, 'TEST1']);
    expect(second?.excluded).toBe('limited_data_use');
  });

  it('are a thousand at most', async () => {
    const sandbox = await openSandbox();
    const many = Array.from({ length: 1000 }, (_, index) => metaEvent({ event_id: `id-${index}` }));
    expect((await sendEvents(sandbox, many))[1].events_received).toBe(1000);
    const [status, { error }] = await sendEvents(sandbox, [...many, metaEvent()]);
    expect([status, error.code, error.error_subcode]).toEqual([400, 100, undefined]);
  });

  it.each<[string, unknown]>([
    ['no JSON', '{"data":'],
    ['a list', [metaEvent()]],
    ['no data', {}],
    ['no event', { data: [] }],
    ['a test code that is a number', { data: [metaEvent()], test_event_code: 1 }],
  ])('are refused for a body with %s', async (_what, body) => {
    const sandbox = await openSandbox();
    const answer = await postEvents(sandbox, body);
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { code: 100 } }]);
  });
});

describe('whose events', () => {
  it.each<[string, object, number, number, number | undefined]>([
    ['no token', { headers: { authorization: undefined } }, 400, 104, undefined],
    ['an unknown token, with a status that lies', { token: 'nobody' }, 500, 190, undefined],
    ['a pixel of somebody else', { pixel: '9876543210987654' }, 400, 100, 33],
    ['a pixel that is a word', { pixel: 'my-pixel' }, 400, 100, 33],
  ])('%s', async (_what, call, status, code, subcode) => {
    const sandbox = await openSandbox();
    const [found, { error }] = await sendEvents(sandbox, [metaEvent()], call);
    expect([found, error.code, error.error_subcode]).toEqual([status, code, subcode]);
  });

  it.each<[string, (url: string) => [string, object]]>([
    ['in the query', (url) => [`${url}?access_token=${SANDBOX_META_TOKEN}`, {}]],
    ['in the body', (url) => [url, { access_token: SANDBOX_META_TOKEN }]],
  ])('the token may stand %s', async (_what, place) => {
    const sandbox = await openSandbox();
    const [url, more] = place(graph(sandbox, `${SANDBOX_META_PIXEL}/events`));
    const answer = await fetch(url, {
      method: 'POST',
      body: JSON.stringify({ data: [metaEvent()], ...more }),
    });
    expect(answer.status).toBe(200);
  });

  it('a token of Events Manager may send', async () => {
    const sandbox = await openSandbox();
    expect(
      (await sendEvents(sandbox, [metaEvent()], { token: SANDBOX_META_SENDER_TOKEN }))[0],
    ).toBe(200);
  });

  it.each([
    ['revoke', { revoke: true, times: 1 }, 458],
    ['expire', { expire: true, times: 1 }, 463],
  ])('%s ends a token until it is restored', async (_what, fault, subcode) => {
    const sandbox = await openSandbox();
    await control(sandbox, 'POST', '/faults', fault);
    for (let turn = 0; turn < 2; turn++) {
      const [status, { error }] = await sendEvents(sandbox, [metaEvent()]);
      expect([status, error.code, error.error_subcode]).toEqual([500, 190, subcode]);
    }
    await control(sandbox, 'POST', '/grants/restore', {});
    expect((await sendEvents(sandbox, [metaEvent()]))[0]).toBe(200);
  });
});

describe('trouble', () => {
  it.each([
    ['999000190', 500, 190, undefined],
    ['999000190460', 500, 190, 460],
    ['999000003', 500, 3, undefined],
    ['999000004', 403, 4, undefined],
    ['999080004', 400, 80004, undefined],
    ['999000200', 403, 200, undefined],
    ['9990001002804003', 400, 100, 2804003],
  ])('the pixel %s answers %d with code %d/%s', async (pixel, status, code, subcode) => {
    const sandbox = await openSandbox();
    const [found, { error }] = await sendEvents(sandbox, [metaEvent()], { pixel });
    expect([found, error.code, error.error_subcode]).toEqual([status, code, subcode]);
  });

  it.each([
    [400, 100],
    [401, 190],
    [403, 200],
    [404, 2500],
    [429, 4],
    [500, 2],
    [503, 2],
    [502, undefined],
    [504, undefined],
    [413, undefined],
  ])('a fault of status %d has the code %s', async (status, code) => {
    const sandbox = await openSandbox();
    await control(sandbox, 'POST', '/faults', { status, times: 1 });
    const answer = await postEvents(sandbox, { data: [metaEvent()] });
    expect(answer.status).toBe(status);
    const text = await answer.text();
    expect(text.startsWith('{') ? JSON.parse(text).error.code : undefined).toBe(code);
  });

  it.each([
    [4, 403],
    [17, 400],
    [613, 400],
    [80_000, 400],
    [80_003, 400],
    [80_004, 400],
    [80_014, 400],
  ])('meta: the fault code:%d says when the caller may go on', async (code, status) => {
    const sandbox = await openSandbox({ faults: [{ code, times: 1 }] });
    const answer = await postEvents(sandbox, { data: [metaEvent()] });
    expect([answer.status, ((await answer.json()) as Answer).error.code]).toEqual([status, code]);
    expect(answer.headers.get('x-business-use-case-usage')).toContain(
      'estimated_time_to_regain_access',
    );
  });

  it.each([
    [true, 3],
    [false, 2],
  ])('an answer that leaves one out (taken: %s) counts one less', async (omitAccepted, kept) => {
    const sandbox = await openSandbox();
    await control(sandbox, 'POST', '/faults', { omit: 1, omitAccepted });
    const three = ['a', 'b', 'c'].map((id) => metaEvent({ event_id: id }));
    expect((await sendEvents(sandbox, three))[1].events_received).toBe(2);
    expect(sandbox.state.conversions()).toHaveLength(kept);
  });

  it.each([['v1.0'], ['v99.0'], ['latest']])('the version %s is not served', async (version) => {
    const sandbox = await openSandbox();
    const answer = await fetch(`${sandbox.url}/graph.facebook.com/${version}/me/adaccounts`);
    expect(await answer.json()).toMatchObject({ error: { code: 2635 } });
  });

  it('a call without a version fails', async () => {
    const sandbox = await openSandbox();
    const answer = await fetch(`${sandbox.url}/graph.facebook.com/${SANDBOX_META_PIXEL}`);
    expect([answer.status, await answer.json()]).toMatchObject([404, { error: { code: 2500 } }]);
  });
});
