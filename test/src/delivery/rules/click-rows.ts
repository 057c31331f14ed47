import type { JsonObject } from '../../../../src/json.js';
import type { NetworkName } from '../../../../src/networks/names.js';
import { alias, buy, identify, PLAYER, track, visit, VISITOR } from './messages.js';
import { COUNTED, EVENTS_API, COUNTED_BY_NAME, goal, NO_CLICK, type Row } from './row.js';

const AMAZON: JsonObject = { utm_source: 'amazon_ads', utm_medium: 'amazon' };
const AREF = 'A1b2C3d4E5.1794945600000';
const ORGANIC = ['-organic'];
/** `unserved`: a network that postback does not serve. `other`: no paid click. */
type Owner = NetworkName | 'unserved' | 'other';

/** Only Amazon is connected: whose click it is shows in the reason. */
function owned(owner: Owner): string[] {
  if (owner === 'amazon') return COUNTED;
  if (owner === 'unserved') return ['-other_network'];
  return owner === 'other' ? ORGANIC : [`-not_connected purchase@${owner}`];
}

/** The purchase itself carries these parameters and no others. */
function carried(rule: string, what: string, click: JsonObject, owner: Owner): Row {
  return [rule, what, { with: { ...NO_CLICK, ...click } }, owned(owner)];
}

/** The purchase carries nothing; this was read before. */
function remembered(
  rule: string,
  what: string,
  read: JsonObject[],
  plan: string[],
  of: JsonObject = {},
): Row {
  return [rule, what, { of, with: NO_CLICK, before: [{ read }] }, plan];
}

const OWNERS: [parameter: string, owner: Owner][] = [
  ['fbclid', 'meta'],
  ['ttclid', 'tiktok'],
  ['gclid', 'google'],
  ['dclid', 'google'],
  ['rdt_cid', 'reddit'],
  ['twclid', 'x'],
  ['msclkid', 'unserved'],
  ['li_fat_id', 'unserved'],
];

const EVERYWHERE = goal('Purchase', {
  map: {
    amazon: '1',
    meta: 'Purchase',
    tiktok: 'Purchase',
    google: '2',
    reddit: 'Purchase',
    x: 'tw-1-2',
  },
});

const CLICKS: Row[] = [
  ['A1', 'no click identifier, no postback', { with: NO_CLICK }, ORGANIC],
  carried('A1', 'an empty click id is none', { aref: '', gclid: ' ' }, 'other'),
  carried('A1', 'a measurement token of Amazon', { aref: AREF }, 'amazon'),
  carried('A1', 'a traffic identifier of Amazon', { amazon_ad_event_key: 'key-1' }, 'amazon'),
  [
    'A1',
    'the token goes where there is a field for it',
    { ...EVENTS_API, with: { ...NO_CLICK, aref: AREF }, sends: { arefMeasurementTokens: AREF } },
    COUNTED_BY_NAME,
  ],
  [
    'A1',
    'a token that is none is the click all the same',
    { ...EVENTS_API, with: { ...NO_CLICK, aref: 'x' }, hides: ['arefMeasurementTokens'] },
    COUNTED_BY_NAME,
  ],
  [
    'A2',
    'an e-mail hash is a click id at Reddit alone',
    { with: { ...NO_CLICK, email: undefined, email_hash: `sha256:${'a'.repeat(64)}` } },
    ORGANIC,
  ],
  ['A2', 'nor is a phone number', { with: { ...NO_CLICK, phone: '+12025550123' } }, ORGANIC],
  carried('A3', 'an organic player', { utm_source: 'newsletter', utm_medium: 'email' }, 'other'),
  carried(
    'A3',
    'a source that nobody tracks',
    { utm_source: 'newsletter', utm_medium: 'cpc' },
    'other',
  ),
  carried('A3', 'a click at a network that is not supported', { msclkid: 'm' }, 'unserved'),
  carried('A3', 'a click at a network that is not connected', { ttclid: 't' }, 'tiktok'),
  ['A3', 'nothing is connected', { amazon: 'none' }, ['-not_connected purchase@amazon']],
  ...OWNERS.filter(([, owner]) => owner !== 'other' && owner !== 'unserved').map(
    ([parameter, owner]): Row => [
      'A4',
      `${parameter}: not for Amazon, though it is connected and mapped`,
      { goals: [EVERYWHERE], with: { ...AMAZON, [parameter]: 'click-1' } },
      owned(owner),
    ],
  ),
  ['A4', 'the click of Amazon is for Amazon alone', { goals: [EVERYWHERE] }, ['purchase@amazon:1']],
  [
    'A4',
    '--network does not make it its own',
    { only: ['amazon'], with: { ttclid: 't' } },
    ['-other_network'],
  ],
  [
    'A4',
    'each goal of it',
    { goals: [goal('One'), goal('Two')], with: { ttclid: 't' } },
    ['-not_connected one@tiktok', '-not_connected two@tiktok'],
  ],
  remembered(
    'A5',
    'a click on the website, a purchase in the game',
    [visit(AMAZON), identify(PLAYER)],
    COUNTED,
    {
      anonymousId: undefined,
    },
  ),
  remembered('A5', 'the game does not know the visitor', [visit(AMAZON)], ORGANIC, {
    anonymousId: 'device-1',
  }),
  remembered(
    'A5',
    'what happens in the game brings no click',
    [track('game_launch', AMAZON, { surface: 'unity' })],
    ORGANIC,
  ),
  ...OWNERS.map(([parameter, owner]) =>
    remembered('A6', `a page with ${parameter}`, [visit({ [parameter]: 'click-1' })], owned(owner)),
  ),
  ...[
    'utm_campaign',
    'utm_content',
    'utm_term',
    'utm_medium',
    'referral_code',
    'referrer',
    'landing_page',
    'touchpoint_type',
  ].map((parameter) =>
    remembered('A6', `${parameter} alone says nothing`, [visit({ [parameter]: 'cpc' })], ORGANIC),
  ),
  ...['ga_client_id', 'fb_browser_id', 'fbp'].map((cookie) =>
    remembered(
      'A7',
      `the cookie ${cookie} is no click`,
      [visit({ [cookie]: 'fb.1.1794945600000.abc' })],
      ORGANIC,
    ),
  ),
  remembered(
    'A7',
    'fb_click_id alone is a click of Meta',
    [visit({ fb_click_id: 'fb.1.1794945600000.IwAR0abcdef' })],
    owned('meta'),
  ),
  [
    'A7',
    'cookies of others are not told to Amazon',
    {
      with: { ga_client_id: 'GA1.2.3', fb_click_id: 'fb.1.2.x', fbp: 'fb.1.2.y' },
      hides: ['GA1.2.3', 'fb.1.2'],
    },
    COUNTED,
  ],
  carried('A8', 'fbclid before ttclid', { ttclid: 't', fbclid: 'f' }, 'meta'),
  carried('A8', 'ttclid before gclid', { gclid: 'g', ttclid: 't' }, 'tiktok'),
  carried('A8', 'gclid before rdt_cid', { rdt_cid: 'r', gclid: 'g' }, 'google'),
  carried('A8', 'dclid before rdt_cid', { rdt_cid: 'r', dclid: 'd' }, 'google'),
  carried('A8', 'rdt_cid before twclid', { twclid: 'w', rdt_cid: 'r' }, 'reddit'),
  carried('A8', 'twclid before msclkid', { msclkid: 'm', twclid: 'w' }, 'x'),
  carried(
    'A8',
    'a click id of others wins over UTM of Amazon',
    { ...AMAZON, li_fat_id: 'l' },
    'unserved',
  ),
  carried(
    'A8',
    'a click id wins over paid UTM',
    { utm_source: 'reddit', utm_medium: 'cpc', gclid: 'g' },
    'google',
  ),
  carried('A8', 'an empty click id does not', { ...AMAZON, gclid: '' }, 'amazon'),
  carried(
    'A8',
    'UTM is compared in lower case',
    { utm_source: 'Reddit', utm_medium: 'CPC' },
    'reddit',
  ),
  carried('A9', 'amazon_ads is paid by itself', { utm_source: 'amazon_ads' }, 'amazon'),
  carried(
    'A9',
    'whatever its medium',
    { utm_source: 'amazon_ads', utm_medium: 'organic' },
    'amazon',
  ),
  carried('A9', 'in capitals', { utm_source: 'AMAZON_ADS' }, 'amazon'),
  carried('A9', 'amazon is not amazon_ads', { utm_source: 'amazon', utm_medium: 'cpc' }, 'other'),
  carried('A9', 'adwords is paid by itself', { utm_source: 'adwords' }, 'google'),
  carried('A9', 'ironsource belongs to others', { utm_source: 'ironsource' }, 'unserved'),
];

const SOURCES: [source: string, owner: Owner][] = [
  ['facebook', 'meta'],
  ['fb', 'meta'],
  ['meta', 'meta'],
  ['instagram', 'meta'],
  ['ig', 'meta'],
  ['tiktok', 'tiktok'],
  ['google', 'google'],
  ['youtube', 'google'],
  ['reddit', 'reddit'],
  ['x', 'x'],
  ['twitter', 'x'],
  ['linkedin', 'unserved'],
  ['bing', 'other'],
];
const PAID = [
  'paid',
  'paid_social',
  'paidsocial',
  'cpc',
  'cpm',
  'ppc',
  'ads',
  'sponsored_post',
  'pmax',
  'pmax_video',
];
const UNPAID = ['social', 'organic', 'email', 'referral', 'paid-social', 'cpcx', ''];

const UTM: Row[] = [
  ...SOURCES.map(([source, owner]) =>
    carried(
      'A10',
      `${source} with a paid medium`,
      { utm_source: source, utm_medium: 'cpc' },
      owner,
    ),
  ),
  ...PAID.map((medium) =>
    carried(
      'A10',
      `the medium ${medium} is paid`,
      { utm_source: 'reddit', utm_medium: medium },
      'reddit',
    ),
  ),
  ...UNPAID.map((medium) =>
    carried(
      'A10',
      `the medium "${medium}" is not`,
      { utm_source: 'reddit', utm_medium: medium },
      'other',
    ),
  ),
  carried('A10', 'no medium at all', { utm_source: 'google' }, 'other'),
];

const CARRIERS: Row[] = [
  remembered('A11', 'a page carries the click', [visit(AMAZON)], COUNTED),
  remembered('A11', 'sign_up carries it', [track('sign_up', AMAZON)], COUNTED),
  remembered('A11', 'link_clicked carries it', [track('link_clicked', AMAZON)], COUNTED),
  remembered('A11', 'wishlist_add does not', [track('wishlist_add', AMAZON)], ORGANIC),
  remembered(
    'A11',
    'identify does not',
    [visit(AMAZON, { type: 'identify', userId: PLAYER })],
    ORGANIC,
  ),
  remembered(
    'A11',
    'inherited by the user id',
    [visit(AMAZON, { anonymousId: undefined, userId: PLAYER })],
    COUNTED,
  ),
  remembered('A11', 'inherited by an alias', [visit(AMAZON), alias(VISITOR, PLAYER)], COUNTED, {
    anonymousId: undefined,
  }),
  remembered(
    'A11',
    'inherited by an alias that was read first',
    [alias(VISITOR, PLAYER), visit(AMAZON)],
    COUNTED,
    {
      anonymousId: undefined,
    },
  ),
  remembered(
    'A11',
    'inherited by two aliases',
    [visit(AMAZON), alias('mail-1', PLAYER), alias(VISITOR, 'mail-1')],
    COUNTED,
    { anonymousId: undefined },
  ),
  remembered('A11', 'by nobody else', [visit(AMAZON, { anonymousId: 'visitor-2' })], ORGANIC),
  remembered(
    'A11',
    'an organic page later takes nothing away',
    [visit(AMAZON, {}, 2), visit({ utm_source: 'newsletter' })],
    COUNTED,
  ),
  remembered(
    'A11',
    'the last paid click of two',
    [visit(AMAZON, {}, 2), visit({ ttclid: 't' })],
    owned('tiktok'),
  ),
  remembered(
    'A11',
    'the last paid click of two, read first',
    [visit(AMAZON), visit({ ttclid: 't' }, {}, 2)],
    COUNTED,
  ),
  remembered(
    'A11',
    'a click after the purchase is none of its',
    [visit(AMAZON, {}, -0.1)],
    ORGANIC,
  ),
  remembered('A11', 'a click older than the window', [visit(AMAZON, {}, 30.1)], ORGANIC),
  remembered('A11', 'a click just inside of it', [visit(AMAZON, {}, 29.9)], COUNTED),
  [
    'A11',
    'a shorter window',
    {
      with: NO_CLICK,
      settings: { 'attribution.windowDays': 2 },
      before: [{ read: [visit(AMAZON, {}, 3)] }],
    },
    ORGANIC,
  ],
  [
    'A11',
    "the purchase's own click wins",
    { before: [{ read: [visit({ ttclid: 't' })] }] },
    COUNTED,
  ],
  [
    'A11',
    'also for a second purchase',
    { with: NO_CLICK, before: [{ read: [visit(AMAZON)] }, { delivered: buy({}, NO_CLICK) }] },
    COUNTED,
  ],
  [
    'A11',
    'the token of the click goes with it',
    {
      ...EVENTS_API,
      with: NO_CLICK,
      before: [{ read: [visit({ aref: AREF })] }],
      sends: { arefMeasurementTokens: AREF },
    },
    COUNTED_BY_NAME,
  ],
  remembered(
    'A12',
    'the anonymous id handed over to another site is the same visitor',
    [visit({ ...AMAZON, page_url: 'https://one.example.com/' })],
    COUNTED,
    { userId: undefined, surface: 'web' },
  ),
  remembered('A12', 'not handed over: another visitor', [visit(AMAZON)], ORGANIC, {
    userId: undefined,
    anonymousId: 'f4b1c2d3-0000-4000-8000-000000000001',
  }),
  remembered(
    'A12',
    'imtbl_aid left in an address joins nobody',
    [visit({ ...AMAZON, page_url: 'https://one.example.com/?imtbl_aid=visitor-9' })],
    ORGANIC,
    { userId: undefined, anonymousId: 'visitor-9' },
  ),
];

export const CLICK_ROWS: Row[] = [...CLICKS, ...UTM, ...CARRIERS];
