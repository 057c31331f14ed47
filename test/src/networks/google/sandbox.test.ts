import { afterEach, describe, expect, test } from 'vitest';
import type { ConversionEvent } from '../../../../src/events/conversion-event.js';
import { createHttpClient } from '../../../../src/http/client.js';
import type { HttpClient } from '../../../../src/http/http.js';
import type { Outgoing, Verdict } from '../../../../src/networks/network.js';
import { SANDBOX_GOOGLE_CUSTOMER } from '../../../../src/sandbox/google/seed.js';
import type { Sandbox } from '../../../../src/sandbox/sandbox.js';
import { makeTcf } from '../../../kit/consent-strings.js';
import { makeGoogleOutgoing, openGoogle } from '../../../kit/google.js';
import { placesOf } from '../../../kit/outgoing.js';
import { googleToken } from '../../sandbox/google/calls.js';
import { NOW_MS, openSandbox } from '../../sandbox/test-sandbox.js';

const clients: HttpClient[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((http) => http.close()));
});

const channel = openGoogle({ account: SANDBOX_GOOGLE_CUSTOMER });
const email = {
  identifiers: {
    plain: { email: 'jo@example.com', phone: '+16505551212' },
    hashed: {},
    country: 'US',
  },
};

function makeItem(id: string, event: Partial<ConversionEvent> = {}): Outgoing {
  return makeGoogleOutgoing(
    { timeMs: NOW_MS - 3_600_000, click: { fields: { gclid: 'Cj0KCQ' } }, ...event },
    {},
    id,
  );
}

function connect(sandbox: Sandbox): HttpClient {
  const http = createHttpClient({
    gateway: sandbox.url,
    timeoutMs: 10_000,
    userAgent: 'postback/test',
  });
  clients.push(http);
  return http;
}

/** Sends a request and, where it is accepted, asks what became of it. */
async function sendAndAsk(
  sandbox: Sandbox,
  items: readonly Outgoing[],
): Promise<[sent: Verdict, asked?: Verdict]> {
  const http = connect(sandbox);
  const token = await googleToken(sandbox);
  const sent = channel.classify(items, await http.send(channel.request(items, token)));
  if (sent.requestId === undefined || sent.outcomes[0]?.kind !== 'processing') return [sent];
  const { followUp } = channel;
  const answer = await http.send(followUp!.request(sent.requestId, token));
  return [sent, followUp!.classify(items, answer, placesOf(items))];
}

describe('the sandbox takes what we send', () => {
  test.each<[string, Partial<ConversionEvent>]>([
    ['smallest', {}],
    ['gbraid in an app', { click: { fields: { gbraid: 'b' } }, source: 'ios' }],
    ['identifiers alone', { ...email, click: { fields: {} } }],
    [
      'everything',
      {
        ...email,
        value: '1234.567',
        currency: 'EUR',
        source: 'website',
        consent: { tcf: makeTcf([1, 3, 4, 7]) },
      },
    ],
  ])('%s', async (_name, event) => {
    const sandbox = await openSandbox({ processingMs: 0 });
    const [sent, asked] = await sendAndAsk(sandbox, [makeItem('T-1', event)]);
    expect(sent.outcomes[0]?.message).toContain('decides later');
    expect(asked?.outcomes).toEqual([{ kind: 'delivered', reason: 'success' }]);
    expect(sandbox.state.conversions()).toHaveLength(1);
  });

  test('test events are checked and leave nothing', async () => {
    const sandbox = await openSandbox();
    const [sent] = await sendAndAsk(sandbox, [makeItem('T-1', { test: true })]);
    expect(sent.outcomes[0]).toMatchObject({ kind: 'delivered', reason: 'validated' });
    expect(sandbox.state.conversions()).toEqual([]);
  });
});

describe('and what it refuses is understood', () => {
  test('rejects the one bad event of a full batch', async () => {
    const sandbox = await openSandbox();
    const items = Array.from({ length: 2000 }, (_, index) =>
      makeItem(`T-${index}`, index === 1234 ? { timeMs: NOW_MS + 600_000 } : {}),
    );
    const [sent] = await sendAndAsk(sandbox, items);
    expect(sent.rejectedIndexes).toEqual([1234]);
    expect(sent.outcomes[1234]).toMatchObject({ kind: 'payload', reason: 'EVENT_TIME_INVALID' });
    expect(sandbox.state.conversions()).toEqual([]);
    const [, asked] = await sendAndAsk(
      sandbox,
      items.filter((_, index) => index !== 1234),
    );
    expect(asked?.outcomes).toHaveLength(1999);
  });

  test('still undecided, then decided', async () => {
    const sandbox = await openSandbox({ processingMs: 1000 });
    const items = [makeItem('T-1')];
    const [sent, early] = await sendAndAsk(sandbox, items);
    expect(early?.outcomes[0]?.kind).toBe('processing');
    sandbox.clock.nowMs += 1000;
    const { followUp } = channel;
    const request = followUp!.request(sent.requestId!, await googleToken(sandbox));
    const later = followUp!.classify(items, await connect(sandbox).send(request), placesOf(items));
    expect(later.outcomes[0]?.kind).toBe('delivered');
  });

  test('google: recordIndices name the bad ones: the others are delivered, and nothing is sent again', async () => {
    const sandbox = await openSandbox({ processingMs: 0 });
    const items = Array.from({ length: 10 }, (_, index) =>
      makeItem(`T-${index}`, index === 3 ? { click: { fields: { gclid: 'invalid-3' } } } : {}),
    );
    const [, asked] = await sendAndAsk(sandbox, items);
    expect(asked?.split).toBeUndefined();
    expect(asked?.outcomes.map(({ kind }) => kind)).toEqual(
      items.map((_, at) => (at === 3 ? 'payload' : 'delivered')),
    );
    expect(asked?.outcomes[3]).toMatchObject({ reason: 'INVALID_GCLID' });
  });

  test('google: without all recordIndices: halves, until the counts decide; nothing counts twice', async () => {
    const omitting = { match: 'requestStatus', omit: 1 };
    const sandbox = await openSandbox({ processingMs: 0, faults: [omitting] });
    const items = Array.from({ length: 9 }, (_, index) =>
      makeItem(
        `T-${index}`,
        index === 4 || index === 5 ? { click: { fields: { gclid: `invalid-${index}` } } } : {},
      ),
    );
    const fates = new Map<string, string>();
    const waiting: (readonly Outgoing[])[] = [items];
    for (let part = waiting.shift(); part; part = waiting.shift()) {
      const [, asked] = await sendAndAsk(sandbox, part);
      const middle = Math.ceil(part.length / 2);
      if (asked?.split) waiting.push(part.slice(0, middle), part.slice(middle));
      else
        part.forEach(({ postback }, index) =>
          fates.set(postback.dedupeId, asked!.outcomes[index]!.kind),
        );
    }
    expect([...fates].filter(([, kind]) => kind !== 'delivered').sort()).toEqual([
      ['T-4', 'payload'],
      ['T-5', 'payload'],
    ]);
    expect(fates.size).toBe(9);
    expect(
      sandbox.state
        .conversions()
        .map(({ dedupeId }) => dedupeId)
        .sort(),
    ).toEqual(['T-0', 'T-1', 'T-2', 'T-3', 'T-6', 'T-7', 'T-8']);
  });

  test.each([
    ['404404404', 'configuration', 'INVALID_CONVERSION_ACTION_ID'],
    ['415000001', 'configuration', 'INVALID_CONVERSION_ACTION_TYPE'],
    ['425000001', 'transient', 'CONVERSION_ACTION_TOO_RECENTLY_CREATED'],
    [
      '403000001',
      'configuration',
      'DESTINATION_ACCOUNT_NOT_ENABLED_ENHANCED_CONVERSIONS_FOR_LEADS',
    ],
  ])('conversion action %s: %s', async (mapping, kind, reason) => {
    const items = [
      { ...makeItem('T-1', email), mapping },
      { ...makeItem('T-2', email), mapping },
    ];
    const [sent] = await sendAndAsk(await openSandbox(), items);
    expect(sent.outcomes).toEqual([
      expect.objectContaining({ kind, reason }),
      expect.objectContaining({ kind, reason }),
    ]);
    expect(sent.rejectedIndexes).toBeUndefined();
  });
});
