import fc from '../../kit/property.js';
import { describe, expect, it, test } from 'vitest';

import { evaluateConsent } from '../../../src/consent/consent.js';
import { readCategories } from '../../../src/events/consent-categories.js';
import { readAnswer, readLevel } from '../../../src/events/consent-words.js';
import type { ConsentLevel, ConversionEvent } from '../../../src/events/conversion-event.js';
import type { FormatChoice } from '../../../src/events/event-parser.js';
import type { JsonObject } from '../../../src/json.js';
import { makeGpp, makeTcf } from '../../kit/consent-strings.js';
import { makePurchase, parseWithWarnings } from '../../kit/events.js';

const DENIED = [
  ...[
    'denied',
    'DENIED',
    ' Denied ',
    'CONSENT_DENIED',
    'consent_denied',
    'CONSENT_STATUS_DENIED',
    'no',
    'No',
    'N',
  ],
  ...[
    'false',
    'FALSE',
    '0',
    'off',
    'reject',
    'rejected',
    'decline',
    'declined',
    'refused',
    'opt-out',
    'opt_out',
  ],
  ...[
    'optOut',
    'OPTED_OUT',
    'opted out',
    'withdrawn',
    'revoked',
    'disallowed',
    'not granted',
    'none',
    'disabled',
  ],
  ...[false, 0],
];
const GRANTED = [
  ...[
    'granted',
    'GRANTED',
    'CONSENT_GRANTED',
    'consent_granted',
    'yes',
    'Y',
    'true',
    'True',
    '1',
    'on',
    'accept',
  ],
  ...[
    'accepted',
    'allow',
    'allowed',
    'opt-in',
    'opt_in',
    'optIn',
    'opted in',
    'agreed',
    'enabled',
    true,
    1,
  ],
];
const UNSET = [
  'unknown',
  'pending',
  'not_set',
  'unspecified',
  'CONSENT_STATUS_UNSPECIFIED',
  'null',
  'undefined',
  '(not set)',
];
const UNCLEAR = ['perhaps', '-1', '2', 'x'.repeat(65), 7, -1, 1.5, 'dienied'];

describe('K28: one table of consent words', () => {
  test.each(DENIED)('%j is a refusal', (word) => {
    expect(readAnswer(word)).toBe('denied');
    expect(readLevel(word)).toBe('none');
  });

  test.each(GRANTED)('%j is a grant', (word) => {
    expect(readAnswer(word)).toBe('granted');
    expect(readLevel(word)).toBe('full');
  });

  test.each(UNSET)('%j does not count as an answer', (word) => {
    expect(readAnswer(word)).toBe('unset');
    expect(readLevel(word)).toBe('not_set');
  });

  test.each(UNCLEAR)('%j is not understood', (word) => {
    expect(readAnswer(word)).toBe('unclear');
    expect(readLevel(word)).toBe('unclear');
  });

  test.each([undefined, null, '', '  '])('%j is absent', (word) => {
    expect(readAnswer(word)).toBeUndefined();
  });

  it('takes the refusal of a list', () => {
    expect(readAnswer(['granted', 'DENIED', 'perhaps'])).toBe('denied');
    expect(readAnswer(['granted', {}])).toBe('unclear');
    expect(readAnswer([true, 'yes'])).toBe('granted');
    expect(readAnswer([])).toBeUndefined();
  });
});

const SEGMENT = {
  type: 'track',
  event: 'Order Completed',
  messageId: 's-1',
  anonymousId: 'a-1',
  timestamp: '2026-11-18T20:14:05Z',
};
const GA4 = {
  event_name: 'purchase',
  event_timestamp: '1795032845120000',
  user_pseudo_id: '1.2',
  event_params: [],
};
const ECAPI = { data_set_id: 'd', id: 'e-1', timestamp: 1_795_032_845, event_type: 'purchase' };
const SNOWPLOW = {
  event: 'unstruct',
  event_name: 'purchase',
  event_id: 'c6ef3124-b53a-4b13-a233-0088f79dcbcb',
  collector_tstamp: '2026-11-18 20:14:06.000',
};
const CLOUD = {
  specversion: '1.0',
  id: '1',
  source: '/s',
  type: 'com.example.purchase',
  time: '2026-11-18T20:14:05Z',
};
const GOOGLE = {
  eventName: 'purchase',
  timestamp: '2026-11-18T22:14:05+02:00',
  transactionId: 'T-1',
  gclid: 'G',
};

function read(record: JsonObject, format: FormatChoice = 'audience'): ConversionEvent {
  const { parsed } = parseWithWarnings(JSON.stringify(record), format);
  if ('invalid' in parsed) throw new Error(JSON.stringify(parsed.invalid));
  return parsed.event;
}

/** A record in which one carrier says `word`. */
type Carry = (word: unknown) => ConversionEvent;
const bare = (changes: JsonObject, properties: JsonObject = {}): ConversionEvent =>
  read({ ...makePurchase({ consentLevel: undefined, ...changes }, properties) });
const segment = (context: JsonObject, changes: JsonObject = {}): ConversionEvent =>
  read({ ...SEGMENT, ...changes, context }, 'segment');

/** Carriers of one answer, and the most that a refusal in them leaves. */
const CARRIERS: [name: string, atMost: ConsentLevel, carry: Carry][] = [
  ['consentLevel', 'none', (word) => bare({ consentLevel: word })],
  ['consent_level at the top', 'none', (word) => bare({ consent_level: word })],
  ['properties.consent_level', 'none', (word) => bare({}, { consent_level: word })],
  ['properties.consent', 'none', (word) => bare({}, { consent: word })],
  ['consent at the top', 'none', (word) => bare({ consent: word })],
  ['consent.granted', 'none', (word) => bare({ consent: { granted: word, at: '2026-11-18' } })],
  ['consent.marketing', 'none', (word) => bare({}, { consent: { marketing: word } })],
  ['context.consent', 'none', (word) => bare({ context: { consent: { status: word } } })],
  ['ad_user_data', 'anonymous', (word) => bare({}, { ad_user_data: word })],
  ['adUserData', 'anonymous', (word) => bare({}, { adUserData: word })],
  ['ad_storage', 'anonymous', (word) => bare({}, { ad_storage: word })],
  ['analytics_storage', 'none', (word) => bare({}, { analytics_storage: word })],
  ['consent.ad_user_data', 'anonymous', (word) => bare({ consent: { ad_user_data: word } })],
  [
    'Segment Advertising',
    'none',
    (word) => segment({ consent: { categoryPreferences: { Advertising: word } } }),
  ],
  [
    'Segment Analytics',
    'none',
    (word) => segment({ consent: { categoryPreferences: { Analytics: word } } }),
  ],
  [
    'Segment C0004',
    'none',
    (word) => segment({ consent: { categoryPreferences: { C0004: word, C0001: true } } }),
  ],
  [
    'categories in objects',
    'none',
    (word) => bare({}, { consents: [{ name: 'Marketing', granted: word }] }),
  ],
  ['ECAPI ext', 'none', (word) => read({ ...ECAPI, ext: { consent_level: word } }, 'ecapi')],
  [
    'CloudEvents extension',
    'none',
    (word) => read({ ...CLOUD, consentlevel: word, data: { value: 1 } }, 'cloudevents'),
  ],
  [
    'CloudEvents data',
    'none',
    (word) => read({ ...CLOUD, data: { consent_level: word } }, 'cloudevents'),
  ],
  [
    'Google consent',
    'none',
    (word) => read({ ...GOOGLE, consent: { adUserData: word } }, 'google'),
  ],
  [
    'GA4 ads storage',
    'anonymous',
    (word) =>
      read({ ...GA4, privacy_info: { analytics_storage: 'Yes', ads_storage: word } }, 'ga4'),
  ],
  [
    'GA4 analytics',
    'none',
    (word) => read({ ...GA4, privacy_info: { analytics_storage: word } }, 'ga4'),
  ],
  [
    'Snowplow entity',
    'none',
    (word) =>
      read({ ...SNOWPLOW, contexts_com_acme_consent_1: [{ consent_level: word }] }, 'snowplow'),
  ],
];
const DEFAULTS: ConsentLevel[] = ['not_set', 'anonymous', 'full'];
const RANK = { none: 0, anonymous: 1, full: 2, not_set: 0 };

describe('K27: a refusal in any carrier beats every default', () => {
  describe.each(CARRIERS)('%s', (_name, atMost, carry) => {
    it('understands every refusal', () => {
      fc.assert(
        fc.property(
          fc.constantFrom<unknown>(...DENIED),
          fc.constantFrom(...DEFAULTS),
          (word, fallback) => {
            const { level } = evaluateConsent(carry(word), fallback);
            expect({ word, level, ok: RANK[level] <= RANK[atMost] }).toEqual({
              word,
              level,
              ok: true,
            });
          },
        ),
      );
    });

    it('lets no default stand in for an answer that it does not understand', () => {
      for (const word of ['perhaps', 7, 'x'.repeat(65)]) {
        for (const fallback of DEFAULTS)
          expect(evaluateConsent(carry(word), fallback).level).toBe('not_set');
      }
    });

    it('reads a grant as no refusal, and no answer as none', () => {
      for (const word of GRANTED)
        expect(evaluateConsent(carry(word), 'full').level).not.toBe('none');
      for (const word of ['pending', null])
        expect(evaluateConsent(carry(word), 'anonymous').level).toBe('anonymous');
    });
  });

  it('holds over a level that the line states, and over other carriers', () => {
    const refusals: JsonObject[] = [
      { ad_user_data: 'CONSENT_DENIED' },
      { tcf: makeTcf([]) },
      { gpp: makeGpp({ 2: makeTcf([1]) }) },
      { consent_level: 'no' },
      { OnetrustActiveGroups: ',C0001,' },
      { consent: { Targeting: 'rejected' } },
    ];
    for (const refusal of refusals) {
      const properties = {
        ...refusal,
        analytics_storage: 'granted',
        ad_storage: 'granted',
        cookie_consent: 'C0004',
      };
      expect(evaluateConsent(bare({ consentLevel: 'full' }, properties), 'full').level).not.toBe(
        'full',
      );
    }
  });

  it('holds in whichever of two consent strings it is', () => {
    const [yes, no] = [makeTcf([1, 3, 4]), makeTcf([])];
    for (const [tcf, gdprConsent] of [
      [yes, no],
      [no, yes],
    ]) {
      expect(evaluateConsent(bare({ context: { gdprConsent } }, { tcf }), 'full').level).toBe(
        'none',
      );
    }
  });

  it('says which carrier decided', () => {
    const management = {
      allowedConsentIds: ['C0001', 'C0003'],
      deniedConsentIds: ['C0002', 'C0004'],
    };
    const event = segment({ consentManagement: management });
    expect(event.consent.levelFrom).toEqual({
      carrier: 'context.consentManagement',
      says: 'C0002 denied, C0004 denied, C0001 granted, C0003 granted',
    });
    expect(evaluateConsent(event, 'full')).toMatchObject({
      level: 'none',
      source: 'context.consentManagement',
    });
  });

  it('warns of an answer that it does not understand, without quoting what could name a person', () => {
    const { warnings } = parseWithWarnings(
      JSON.stringify(makePurchase({}, { ad_user_data: 'jo@example.com' })),
    );
    expect(warnings).toMatchObject([{ code: 'unusable_field', field: 'properties.ad_user_data' }]);
    expect(JSON.stringify(warnings)).not.toContain('example.com');
  });
});

describe('consent categories in every shape', () => {
  test.each<[value: unknown, level: ConsentLevel | 'unclear' | undefined]>([
    [',C0001,C0002,C0003,C0004,', 'full'],
    [',C0001,C0002,C0003,', 'anonymous'],
    [',C0001,C0003,', 'none'],
    [',C0001,', 'none'],
    ['C0001', 'none'],
    ['C0004', 'full'],
    [['C0001', 'C0004'], 'full'],
    [['C0001'], 'none'],
    [',BG12,XYZ,', 'unclear'],
    [',,', 'unclear'],
    ['C0001:1,C0002:0,C0004:0', 'none'],
    ['C0001:1,C0002:1,C0004:0', 'anonymous'],
    ['C0001:1,C0002:1,C0004:1', 'full'],
    ['isGpcEnabled=0&groups=C0001%3A1%2CC0002%3A0%2CC0004%3A0&version=6', 'none'],
    ['isGpcEnabled=0&groups=C0001%3A1%2CC0004%3A1', 'full'],
    [{ C0001: 1, C0002: 0, C0003: 0, C0004: 0 }, 'none'],
    [{ C0004: 1, C0005: 0 }, 'none'],
    [{ C0001: true, C0002: true, C0005: true }, 'anonymous'],
    [{ Advertising: 'false' }, 'none'],
    [{ Advertising: 'false', Analytics: 'true' }, 'anonymous'],
    [{ Advertising: true, Targeting: false }, 'none'],
    [{ Advertising: true, Blue: false }, 'full'],
    [{ Blue: false, Green: true }, 'unclear'],
    [{ Blue: true }, 'not_set'],
    [{ Blue: false }, 'none'],
    [{ Functional: true }, 'not_set'],
    [{ necessary: true, 'non-necessary': false }, 'none'],
    [{ marketing_opt_out: true, analytics: true }, 'anonymous'],
    [{ doNotSell: 'yes' }, 'none'],
    [{ marketing_opt_out: false }, 'not_set'],
    [{ adStorage: 'denied', analyticsStorage: 'granted' }, 'anonymous'],
    [{ targetedAdvertising: { status: 'rejected' } }, 'none'],
    [{ Advertising: 'perhaps' }, 'unclear'],
    [[{ id: 'C0004', Status: 'inactive' }], 'none'],
    [[{ category: 'marketing', enabled: true }], 'full'],
    ['denied', 'none'],
    ['', undefined],
    [[], undefined],
    [7, 'unclear'],
  ])('%j is %s', (value, level) => {
    expect(readCategories(value)?.level).toBe(level);
  });

  test.each<[management: JsonObject, level: ConsentLevel]>([
    [{ allowedConsentIds: ['C0001'], deniedConsentIds: ['C0004'] }, 'none'],
    [{ allowedConsentIds: ['C0002'], deniedConsentIds: ['C0004'] }, 'anonymous'],
    [{ allowedConsentIds: ['C0004'], deniedConsentIds: ['C0004'] }, 'none'],
    [{ allowedConsentIds: ['C0004'], deniedConsentIds: [] }, 'full'],
    [{ allowedConsentIds: ['C0001'] }, 'none'],
    [{ deniedConsentIds: ['C0004'] }, 'none'],
    [
      { allowedConsentIds: ['marketing'], deniedConsentIds: ['ads'], resolutionStrategy: 'and' },
      'none',
    ],
    [
      { allowedConsentIds: ['marketing'], deniedConsentIds: ['ads'], resolutionStrategy: 'or' },
      'full',
    ],
  ])('RudderStack %j is %s', (consentManagement, level) => {
    expect(evaluateConsent(segment({ consentManagement }), 'full').level).toBe(level);
  });

  test.each<[denied: unknown, level: ConsentLevel]>([
    [[['C0004']], 'none'],
    [[{ id: 'C0004' }], 'none'],
    [{ C0004: true }, 'none'],
    [[4], 'not_set'],
    [4, 'not_set'],
    [[{ purpose: {} }], 'not_set'],
    [[true], 'not_set'],
  ])('K27: no default overrules deniedConsentIds %j', (deniedConsentIds, level) => {
    const consentManagement = { allowedConsentIds: ['C0001'], deniedConsentIds };
    expect(evaluateConsent(segment({ consentManagement }), 'full').level).toBe(level);
  });

  test.each<[consent: JsonObject, level: ConsentLevel]>([
    [{ categories: { Advertising: false } }, 'none'],
    [{ purposes: { ads: 'denied', necessary: true } }, 'none'],
    [{ preferences: [{ name: 'marketing', enabled: false }] }, 'none'],
    [{ categories: { Advertising: true } }, 'full'],
    [{ categories: { Advertising: 'perhaps' } }, 'not_set'],
  ])('K27: reads the categories in a consent object: %j', (consent, level) => {
    expect(evaluateConsent(segment({ consent }), 'full').level).toBe(level);
  });

  test.each<[properties: JsonObject, level: ConsentLevel]>([
    [{ advertising_consent: 'denied' }, 'none'],
    [{ marketing_consent: false }, 'none'],
    [{ adsConsent: { granted: 'No' } }, 'none'],
    [{ tracking_consent: 'perhaps' }, 'not_set'],
    [{ marketing_consent: true }, 'anonymous'],
  ])(
    'K27: an answer about advertising alone can refuse and grants nothing: %j',
    (properties, level) => {
      expect(evaluateConsent(bare({}, properties), 'anonymous').level).toBe(level);
    },
  );

  it('does not let opaque ids that are denied pass for consent', () => {
    const opaque = { allowedConsentIds: ['1xAb'], deniedConsentIds: ['9yZz'] };
    expect(evaluateConsent(segment({ consentManagement: opaque }), 'full').level).toBe('not_set');
  });
});

describe('C4: no consent reader takes more time than its input is long', () => {
  const long = 200_000;
  test.each<[string, unknown]>([
    ['a category of one letter', { ['a'.repeat(long)]: false }],
    ['a category of lines', { [`${'ads '.repeat(long / 4)}\nx`]: true }],
    ['a category of words', { ['ads '.repeat(long / 4)]: false }],
    ['a category of capitals', { ['A'.repeat(long)]: true }],
    ['a category that almost ends', { [`${'-a'.repeat(long / 2)}advertisin`]: true }],
    [
      'many categories',
      Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`c${at}`, at % 2 === 0])),
    ],
    ['a list as text', 'C0001,'.repeat(long / 6)],
    ['a cookie', `groups=${'%3A'.repeat(long / 3)}`],
    ['many groups', 'groups='.repeat(long / 7)],
    ['brackets', '('.repeat(long)],
    ['dashes', '-'.repeat(long)],
    ['spaces', ' '.repeat(long)],
    ['tildes', '~'.repeat(long)],
    ['base64', 'A'.repeat(long)],
    ['ones', '1Y'.repeat(long / 2)],
    ['nested lists', JSON.parse(`${'['.repeat(400)}${']'.repeat(400)}`)],
  ])('%s', (_name, value) => {
    const names = [
      'consent',
      'consent_level',
      'consents',
      'tcf',
      'gpp',
      'gpp_sid',
      'us_privacy',
      'gpc',
      'ad_user_data',
    ];
    const more = [
      'limited_data_use',
      'data_processing_options',
      'consentManagement',
      'OptanonConsent',
    ];
    const started = process.cpuUsage();
    for (const name of [...names, ...more]) evaluateConsent(bare({}, { [name]: value }), 'full');
    const word = typeof value === 'string' ? value : 'x'.repeat(long);
    segment({}, { integrations: { [word]: false, All: word } });
    // A quadratic reader took 14 s of processor time for one of these, whatever else the machine
    // did; a linear one needs some milliseconds for all of them.
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(5_000);
  });
});
