import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../../src/clock.js';
import type { Mapping } from '../../../../src/goals/goal.js';
import type { HttpRequest } from '../../../../src/http/http.js';
import { REGION_ADDRESSES } from '../../../../src/networks/amazon/regions.js';
import { testRandom } from '../../../kit/seeded-random.js';
import {
  SANDBOX_ACCOUNTS,
  SANDBOX_CLIENT_ID,
  SANDBOX_CLIENT_SECRET,
  SANDBOX_REFRESH_TOKEN,
} from '../../../../src/sandbox/amazon/seed.js';
import { startSandbox, type Sandbox } from '../../../../src/sandbox/sandbox.js';
import {
  EVENT_DESCRIPTION,
  makeAnswer,
  makeConversion,
  makeOutgoing,
  openAmazon,
} from '../../../kit/amazon.js';

let sandbox: Sandbox;
let token: string;

beforeAll(async () => {
  sandbox = await startSandbox({ clock: systemClock, random: testRandom });
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: SANDBOX_REFRESH_TOKEN,
    client_id: SANDBOX_CLIENT_ID,
    client_secret: SANDBOX_CLIENT_SECRET,
  });
  const answer = await fetch(throughSandbox(REGION_ADDRESSES.na.tokenUrl), {
    method: 'POST',
    body: form,
  });
  token = ((await answer.json()) as { access_token: string }).access_token;
});

afterAll(() => sandbox.close());

function throughSandbox(url: string): string {
  return url.replace('https:/', sandbox.url);
}

async function send({ method, url, headers, body }: HttpRequest) {
  const answer = await fetch(throughSandbox(url), { method, headers, body: String(body) });
  return makeAnswer(answer.status, await answer.text(), Object.fromEntries(answer.headers));
}

/** An event with all that a line can carry. */
function makeFullConversion(id: string, timeMs: number) {
  return makeConversion({
    id,
    timeMs,
    value: '1234.567',
    currency: 'EUR',
    quantity: 2,
    identifiers: {
      plain: {
        email: 'jo.doe@example.com',
        phone: '030 123456',
        first_name: 'Jörg',
        last_name: 'Müller',
        address: '5 Haupt Str',
        city: 'Berlin',
        state: 'Berlin',
        postal_code: '10115',
      },
      hashed: {},
      country: 'DE',
      maid: '38400000-8cf0-11bd-b23e-10b96e40000d',
      rampId: 'XY1000bXVLtXl-IXDvGOByKHtOW1fg7',
      matchId: 'A1b2',
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64)',
    },
    click: { fields: { aref: 'aB3dE6gH9j.1795032000000', amazon_ad_event_key: 'key-1' } },
    consent: { amznUserData: 'GRANTED', amznAdStorage: 'GRANTED' },
  });
}

test.each<[string, Mapping]>([
  ['capi-v1', '1234567890'],
  ['events-api', EVENT_DESCRIPTION],
])(
  '%s: the strict sandbox takes the full event, and refuses only an old one',
  async (api, mapping) => {
    const channel = openAmazon({
      api,
      region: 'eu',
      account: SANDBOX_ACCOUNTS.eu,
      clientId: SANDBOX_CLIENT_ID,
    });
    const nowMs = Date.now();
    const ages = [1000, 30 * 24 * 3_600_000, 2000];
    const items = ages.map((ageMs, index) =>
      makeOutgoing(makeFullConversion(`e${index}`, nowMs - ageMs), mapping),
    );
    for (const [index, { postback }] of items.entries()) postback.dedupeId = `${api}-${index}`;
    const verdict = channel.classify(items, await send(channel.request(items, token)));
    expect(verdict.outcomes.map(({ kind }) => kind)).toEqual(['delivered', 'expired', 'delivered']);
  },
);

test('a token that is refused and an account that is not there', async () => {
  const items = [makeOutgoing(makeFullConversion('e', Date.now()), '1234567890')];
  const channel = openAmazon({ account: SANDBOX_ACCOUNTS.na, clientId: SANDBOX_CLIENT_ID });
  const refused = channel.classify(items, await send(channel.request(items, 'Atza|wrong')));
  expect(refused.outcomes[0]?.kind).toBe('credential');
  const lost = openAmazon({ account: '999', clientId: SANDBOX_CLIENT_ID });
  const verdict = lost.classify(items, await send(lost.request(items, token)));
  expect(verdict.outcomes[0]).toMatchObject({ kind: 'credential', reason: 'forbidden' });
});
