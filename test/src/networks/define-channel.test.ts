import { describe, expect, test } from 'vitest';
import { defaultSettings } from '../../../src/config/settings.js';
import type { Mapping } from '../../../src/goals/goal.js';
import type { Channel, Outgoing } from '../../../src/networks/network.js';
import { findNetwork } from '../../../src/networks/registry.js';
import { SANDBOX_SEEDS } from '../../../src/sandbox/networks.js';
import { EVENT_DESCRIPTION, openAmazon } from '../../kit/amazon.js';
import { openAudiences } from '../../kit/audiences.js';
import { makePostback } from '../../kit/outgoing.js';

interface Contract {
  channel: Channel;
  mapping: Mapping;
  /** A mapping of the other form. */
  otherMapping: Mapping;
  /** Payloads that the network never prepares. */
  foreign: object[];
}

const TEXT = '1234567890';

function openSeeded(name: (typeof SANDBOX_SEEDS)[number]['connection']['network']): Channel {
  const seed = SANDBOX_SEEDS.find(({ connection }) => connection.network === name)!;
  return findNetwork(name)!.open({ ...seed.connection, source: 'store' }, defaultSettings());
}

const byText = { mapping: TEXT, otherMapping: EVENT_DESCRIPTION };
const CONTRACTS: Record<string, Contract> = {
  'CAPI v1': { channel: openAmazon(), ...byText, foreign: [{}, { keys: null }, { user: {} }] },
  'the Events API': {
    channel: openAmazon({ api: 'events-api' }),
    mapping: EVENT_DESCRIPTION,
    otherMapping: TEXT,
    foreign: [{}, { keys: 'EMAIL' }],
  },
  'audience lists': {
    channel: openAudiences(),
    ...byText,
    foreign: [{}, { list: 'l', who: 'w', pii: {} }],
  },
  Meta: {
    channel: openSeeded('meta'),
    ...byText,
    foreign: [{}, { user: {} }, { user: [], source: 'other' }],
  },
  TikTok: { channel: openSeeded('tiktok'), ...byText, foreign: [{}, { keys: {} }, { user: 'u' }] },
  Google: {
    channel: openSeeded('google'),
    ...byText,
    foreign: [{ click: 'gclid' }, { click: null }],
  },
  Reddit: { channel: openSeeded('reddit'), ...byText, foreign: [{}, { user: {} }] },
  X: { channel: openSeeded('x'), ...byText, foreign: [{ twclid: 7 }] },
};

function makeStored(channel: Channel, facts: object, mapping: Mapping): Outgoing {
  const { postback } = makePostback(findNetwork(channel.network)!, {}, mapping);
  return { postback: { ...postback, facts }, mapping };
}

describe.each(Object.entries(CONTRACTS))('the channel of %s', (_name, contract) => {
  const { channel, mapping, otherMapping, foreign } = contract;

  test('skips a stored payload that is not one of its own', () => {
    for (const payload of foreign) {
      expect(channel.check(payload, mapping)).toMatchObject({ reason: 'incomplete_event' });
    }
  });

  test('builds no request of a payload that is not one of its own', () => {
    for (const payload of foreign) {
      const items = [makeStored(channel, payload, mapping)];
      expect(() => channel.request(items, 'token')).toThrow(
        expect.objectContaining({ code: 'foreign_payload' }),
      );
      expect(() => channel.sizeOf(items[0]!)).toThrow(
        expect.objectContaining({ code: 'foreign_payload' }),
      );
    }
  });

  test('gives a payload that is not one of its own the longest window', () => {
    for (const payload of foreign) {
      expect(channel.windowMsOf?.(payload) ?? channel.limits.windowMs).toBe(
        channel.limits.windowMs,
      );
    }
  });

  test('skips a goal that is mapped in another form', () => {
    const [payload] = foreign;
    expect(channel.check(payload!, otherMapping)).toMatchObject({ reason: 'unmapped_goal' });
  });
});

test('never shows a payload in its error', () => {
  const { channel } = CONTRACTS['CAPI v1']!;
  const items = [makeStored(channel, { email: 'jo@example.com' }, TEXT)];
  expect(() => channel.request(items, 'token')).toThrow(
    /^A postback for amazon has a payload or a mapping that/,
  );
});
