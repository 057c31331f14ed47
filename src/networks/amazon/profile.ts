import type { NetworkProfile } from '../profile.js';
import { AMAZON_VARIABLES } from './variables.js';

/** What Amazon Ads declares for the rest of the program. */
export const AMAZON_PROFILE = {
  name: 'amazon',
  title: 'Amazon Ads',
  brand: 'Amazon',
  // `aref` is the only parameter that names an Amazon click.
  clickIds: ['aref', 'amazon_ad_event_key'],
  paidSources: ['amazon_ads'],
  destinations: {
    parts: [
      'amazonads',
      'amazonadvertising',
      'amazonconversion',
      'amazondsp',
      'amazonaudience',
      'amazonamc',
      'amazoncapi',
      'amazonpixel',
      'amazonadtag',
    ],
    whole: ['amazon'],
  },
  settings: {
    'amazon.emailPlus': {
      rule: { kind: 'choice', values: ['drop', 'keep'] },
      default: 'drop',
      about: 'drop or keep + in email addresses before hashing for Amazon',
    },
    'amazon.unsupportedCurrency': {
      rule: { kind: 'choice', values: ['skip', 'count'] },
      default: 'skip',
      about:
        'for a currency that Amazon does not accept: skip the postback, or count it without a ' +
        'value',
    },
    'amazon.eventsApiWindowDays': {
      rule: { kind: 'number', min: 1, max: 21 },
      default: 7,
      about: 'maximum age of an event at the Events API, in days (7 or 21: sources conflict)',
    },
    'amazon.rampId': {
      rule: { kind: 'choice', values: ['raw', 'hash'] },
      default: 'raw',
      about: 'send RAMP_ID unchanged or hashed (sources conflict)',
    },
    'amazon.defaultCountry': {
      rule: { kind: 'country' },
      default: '',
      about: 'country of events without one (two letters); if empty, they are skipped',
    },
  },
  // example.com is reserved (RFC 2606). Accounts of the region EU require the consent signal.
  syntheticProperties: {
    utm_source: 'amazon_ads',
    email: 'test@example.com',
    country: 'US',
    amzn_user_data: 'GRANTED',
  },
  connect: {
    by: 'browser',
    accountWord: 'advertiser',
    accountFlag: '--account',
    apis: ['capi-v1', 'events-api'],
  },
  mappingWords:
    'the id of a conversion definition, or --name, --type and --source for its Events API',
  variables: AMAZON_VARIABLES,
} as const satisfies NetworkProfile;
