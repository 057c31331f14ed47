import type { JsonObject } from '../../../../src/json.js';
import { makeGpp, makeTcf } from '../../../kit/consent-strings.js';
import { identify, PLAYER, visit } from './messages.js';
import {
  COUNTED,
  COUNTED_BY_NAME,
  EVENTS_API,
  goal,
  NO_CLICK,
  type Case,
  type Row,
} from './row.js';

const NONE = ['-consent_none'];
const UNKNOWN = ['-consent_unknown'];
const NO_KEY = ['-no_match_key purchase@amazon'];
const DENIED = ['-consent_none purchase@amazon'];
const NO_SIGNAL = ['-eu_consent_missing purchase@amazon'];
const UNSAID: JsonObject = { consentLevel: undefined };
const ANONYMOUS: JsonObject = { consentLevel: 'anonymous' };
const GRANTED = makeTcf([1, 2, 3, 4]);
const EMAIL_HASH = '973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b';
const WITH_EMAIL: JsonObject = { matchKeys: [{ type: 'EMAIL' }] };
const AMAZON: JsonObject = { utm_source: 'amazon_ads' };

const EU: Case = { ...EVENTS_API, amazon: { api: 'events-api', region: 'eu' } };

/**
 * No level on the line, these signals, and what they mean: full is sent, anonymous leaves no match
 * key.
 */
function signal(what: string, properties: JsonObject, plan: string[]): Row {
  return ['C6', what, { of: UNSAID, with: properties }, plan];
}

export const CONSENT_ROWS: Row[] = [
  ['C1', 'none', { of: { consentLevel: 'none' } }, NONE],
  [
    'C1',
    'anonymous',
    { of: ANONYMOUS, ...EVENTS_API, with: { match_id: 'abc123' } },
    COUNTED_BY_NAME,
  ],
  ['C1', 'full', { of: { consentLevel: 'full' } }, COUNTED],
  ['C1', 'not_set', { of: { consentLevel: 'not_set' } }, UNKNOWN],
  ['C1', 'no level', { of: UNSAID }, UNKNOWN],
  ['C1', 'another word', { of: { consentLevel: 'Granted' } }, COUNTED],
  [
    'C1',
    'a word of no kind',
    { of: { consentLevel: 'perhaps' }, settings: { 'consent.default': 'full' } },
    UNKNOWN,
  ],
  [
    'C2',
    'none is never sent',
    { of: { consentLevel: 'none' }, settings: { 'consent.default': 'full' } },
    NONE,
  ],
  [
    'C2',
    'consent is asked before attribution',
    { of: { consentLevel: 'none' }, with: NO_CLICK },
    NONE,
  ],
  ['C2', 'and before goals', { of: { consentLevel: 'none' }, goals: [] }, NONE],
  [
    'C3',
    'full once does not make none more',
    { of: { consentLevel: 'none' }, before: [{ read: [visit(AMAZON)] }] },
    NONE,
  ],
  [
    'C3',
    'none later does not take full back',
    { before: [{ read: [visit({}, { consentLevel: 'none' }, -0.1)] }] },
    COUNTED,
  ],
  [
    'C3',
    'full before does not make anonymous more',
    { of: ANONYMOUS, before: [{ read: [identify(PLAYER)] }] },
    NO_KEY,
  ],
  [
    'C4',
    'full carries an e-mail address',
    { sends: WITH_EMAIL, hides: ['test@example.com'] },
    COUNTED,
  ],
  ['C4', 'anonymous carries none', { of: ANONYMOUS }, NO_KEY],
  [
    'C4',
    'nor a hash of it',
    { of: ANONYMOUS, with: { email: undefined, email_hash: `sha256:${EMAIL_HASH}` } },
    NO_KEY,
  ],
  ...['idfa', 'gaid', 'maid', 'ramp_id'].map((field): Row => [
    'C4',
    `nor ${field}`,
    { of: ANONYMOUS, with: { email: undefined, [field]: 'cdda802e-fb9c-47ad-9866-0794d394c912' } },
    NO_KEY,
  ]),
  [
    'C4',
    'full carries an advertising id',
    {
      with: { email: undefined, gaid: 'cdda802e-fb9c-47ad-9866-0794d394c912' },
      sends: { matchKeys: [{ type: 'MAID' }] },
    },
    COUNTED,
  ],
  [
    'C4',
    'what is left of anonymous holds no person',
    {
      of: ANONYMOUS,
      ...EVENTS_API,
      with: { match_id: 'abc123', phone: '+12025550123' },
      sends: { matchKeys: [{ type: 'MATCH_ID' }] },
      hides: [EMAIL_HASH, 'EMAIL', 'PHONE', PLAYER],
    },
    COUNTED_BY_NAME,
  ],
  [
    'C4',
    'att_status is allowed at anonymous',
    {
      of: ANONYMOUS,
      ...EVENTS_API,
      with: { match_id: 'abc123', att_status: 'denied', gaid_limit_ad_tracking: true },
    },
    COUNTED_BY_NAME,
  ],
  [
    'C5',
    'none by GPC is not raised by TCF',
    { of: { consentLevel: 'none' }, with: { tcf: GRANTED } },
    NONE,
  ],
  [
    'C5',
    'nor by Google',
    { of: { consentLevel: 'none' }, with: { analytics_storage: 'granted', ad_storage: 'granted' } },
    NONE,
  ],
  [
    'C5',
    'a page at none brings no click',
    { with: NO_CLICK, before: [{ read: [visit(AMAZON, { consentLevel: 'none' })] }] },
    ['-organic'],
  ],
  [
    'C5',
    'a page at anonymous does',
    { with: NO_CLICK, before: [{ read: [visit(AMAZON, ANONYMOUS)] }] },
    COUNTED,
  ],
  signal('analytics_storage denied', { analytics_storage: 'denied' }, NONE),
  signal(
    'analytics_storage denied, ad_storage granted',
    { analytics_storage: 'denied', ad_storage: 'granted' },
    NONE,
  ),
  signal('analytics_storage granted', { analytics_storage: 'granted' }, NO_KEY),
  signal(
    'ad_storage granted too',
    { analytics_storage: 'granted', ad_storage: 'granted' },
    COUNTED,
  ),
  signal('ad_storage denied', { analytics_storage: 'granted', ad_storage: 'denied' }, NO_KEY),
  signal('ad_storage alone says nothing of measuring', { ad_storage: 'granted' }, UNKNOWN),
  signal('TCF without a purpose', { tcf: makeTcf([]) }, NONE),
  signal('TCF without purpose 1', { tcf: makeTcf([3, 4, 5]) }, NONE),
  signal('TCF with purpose 1', { tcf: makeTcf([1]) }, NO_KEY),
  signal('TCF with purposes 1 and 2', { tcf: makeTcf([1, 2]) }, NO_KEY),
  ...[3, 4, 5].map((purpose) =>
    signal(`TCF with purposes 1 and ${purpose}`, { tcf: makeTcf([1, purpose]) }, COUNTED),
  ),
  signal('TCF 1 cannot be read', { tcf: makeTcf([1, 3], 1) }, UNKNOWN),
  signal('GPP with a section of the EU', { gpp: makeGpp({ 2: makeTcf([1]) }) }, NO_KEY),
  ['C6', 'the strictest holds', { with: { tcf: GRANTED, analytics_storage: 'denied' } }, NONE],
  ['C6', 'full next to TCF with purpose 1', { with: { tcf: makeTcf([1]) } }, NO_KEY],
  [
    'C7',
    'what only the server knows is not on the line',
    { of: UNSAID, before: [{ read: [identify(PLAYER)] }] },
    UNKNOWN,
  ],
  [
    'C7',
    'the operator says it: full',
    { of: UNSAID, settings: { 'consent.default': 'full' } },
    COUNTED,
  ],
  [
    'C7',
    'the operator says it: anonymous',
    { of: UNSAID, settings: { 'consent.default': 'anonymous' } },
    NO_KEY,
  ],
  [
    'C8',
    'the address is neither kept nor sent',
    { with: { ip: '203.0.113.9' }, hides: ['203.0.113.9'] },
    COUNTED,
  ],
  [
    'C8',
    'nor to the Events API',
    { ...EVENTS_API, with: { ip: '203.0.113.9' }, hides: ['203.0.113.9'] },
    COUNTED_BY_NAME,
  ],
  ['C8', 'it is not a match key', { with: { email: undefined, ip: '203.0.113.9' } }, NO_KEY],
  ['C8', 'it is not a signal of consent', { ...EU, with: { ip: '203.0.113.9' } }, NO_SIGNAL],
  ['C9', 'an advertiser in the EU without signal', EU, NO_SIGNAL],
  [
    'C9',
    'a person in the EU without signal',
    { ...EVENTS_API, with: { country: 'DE' } },
    NO_SIGNAL,
  ],
  ['C9', 'elsewhere none is needed', EVENTS_API, COUNTED_BY_NAME],
  [
    'C9',
    'tcf',
    { ...EU, with: { tcf: GRANTED }, sends: { consent: { tcf: GRANTED } } },
    COUNTED_BY_NAME,
  ],
  [
    'C9',
    'gpp',
    { ...EU, with: { gpp: 'DBABM~x' }, sends: { consent: { gpp: 'DBABM~x' } } },
    COUNTED_BY_NAME,
  ],
  ...['GRANTED', 'DENIED'].map((amznUserData): Row => [
    'C9',
    `amzn_user_data ${amznUserData}`,
    {
      ...EU,
      with: { amzn_user_data: amznUserData },
      sends: { consent: { amazonConsent: { amznUserData } } },
    },
    COUNTED_BY_NAME,
  ]),
  [
    'C9',
    'another word of it',
    {
      ...EU,
      with: { amzn_user_data: 'yes' },
      sends: { consent: { amazonConsent: { amznUserData: 'GRANTED' } } },
    },
    COUNTED_BY_NAME,
  ],
  ['C9', 'a word of no kind', { ...EU, with: { amzn_user_data: 'perhaps' } }, NO_SIGNAL],
  ['C9', 'DENIED, where there is no field for it', { with: { amzn_user_data: 'DENIED' } }, DENIED],
  [
    'C9',
    'storage denied alone, which the request cannot say',
    { ...EU, with: { amzn_ad_storage: 'no' } },
    DENIED,
  ],
  [
    'C9',
    'DENIED goes before a TCF string that grants',
    {
      ...EU,
      with: { tcf: GRANTED, amzn_user_data: 'DENIED' },
      sends: { consent: { amazonConsent: { amznUserData: 'DENIED' } } },
    },
    COUNTED_BY_NAME,
  ],
  ['C9', 'amzn_ad_storage without it', { ...EU, with: { amzn_ad_storage: 'GRANTED' } }, NO_SIGNAL],
  [
    'C9',
    'the level, where the operator takes it for one',
    {
      ...EU,
      settings: { 'consent.amazonFromLevel': 'full' },
      sends: { consent: { amazonConsent: { amznUserData: 'GRANTED' } } },
    },
    COUNTED_BY_NAME,
  ],
  [
    'C9',
    'anonymous is none',
    {
      ...EU,
      of: ANONYMOUS,
      with: { match_id: 'abc123' },
      settings: { 'consent.amazonFromLevel': 'full' },
    },
    NO_SIGNAL,
  ],
  [
    'C9',
    'CAPI v1 has no field for it',
    { amazon: { region: 'eu' }, with: { tcf: GRANTED }, lacks: ['consent'] },
    COUNTED,
  ],
  [
    'C10',
    'limited data use',
    { with: { limited_data_use: true }, sends: { dataProcessingOptions: 'LIMITED_DATA_USE' } },
    COUNTED,
  ],
  [
    'C10',
    'at the Events API',
    {
      ...EVENTS_API,
      with: { limited_data_use: true },
      sends: { dataProcessingOptions: { options: 'LIMITED_DATA_USE' } },
    },
    COUNTED_BY_NAME,
  ],
  [
    'C10',
    'not unless it is said',
    { with: { limited_data_use: false }, hides: ['LIMITED_DATA_USE'] },
    COUNTED,
  ],
  [
    'C10',
    'with two goals, both',
    {
      goals: [goal('One'), goal('Two')],
      with: { limited_data_use: true },
      sends: { dataProcessingOptions: 'LIMITED_DATA_USE' },
    },
    ['one@amazon:1234567891', 'two@amazon:1234567891'],
  ],
];
