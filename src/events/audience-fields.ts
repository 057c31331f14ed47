import {
  choice,
  currency,
  decimal,
  defineFields,
  type FieldKind,
  flag,
  free,
  id,
  moment,
  nameText,
  object,
  quantity,
  text,
  time,
} from './field-rules.js';
import { MAX_ID_LENGTH } from './field-values.js';

/** Source: Audience OpenAPI 3.0.3 (docs/reference/formats.md#audience-message). */
export const MESSAGE_TYPES = ['track', 'page', 'screen', 'identify', 'alias'] as const;
export const CONSENT_LEVELS = ['not_set', 'none', 'anonymous', 'full'] as const;
/**
 * A consent answer: a word (docs/development/decisions/consent-words.md), a boolean, or a list of
 * them.
 */
const answer: FieldKind<unknown> = {
  ...free,
  schema: { type: ['string', 'boolean', 'number', 'array', 'object'] },
};
const level: FieldKind<unknown> = {
  ...free,
  schema: { anyOf: [{ enum: [...CONSENT_LEVELS] }, answer.schema] },
};
const consentText: FieldKind<unknown> = { ...free, schema: { type: 'string' } };
const sections: FieldKind<unknown> = { ...free, schema: { type: ['string', 'number', 'array'] } };

/** Maximum length of click ids and addresses, which are longer than other text. */
export const MAX_TOKEN_LENGTH = 8192;

/**
 * The fields of an Audience message. `required`: of every message; what only some need is in the
 * reader.
 */
export const MESSAGE_FIELDS = defineFields('', {
  type: [choice(MESSAGE_TYPES), 'message type; only track can be a conversion'],
  messageId: [id(MAX_ID_LENGTH), 'id of the message; messages with the same id are one event'],
  eventTimestamp: [
    time,
    'event time: RFC 3339 with a time zone, or seconds or milliseconds since 1970',
  ],
  eventName: [nameText(MAX_ID_LENGTH), 'name of the event, for track'],
  anonymousId: [
    id(MAX_ID_LENGTH),
    'id of the player before signing in; this or userId is required',
  ],
  userId: [id(MAX_ID_LENGTH), 'id of the player'],
  surface: [free, 'where the SDK runs: web, pixel, unity or unreal; other values are ignored'],
  consentLevel: [
    level,
    'consent at collection time: not_set, none, anonymous or full; default: not_set',
  ],
  test: [flag, 'a test event'],
  fromId: [id(MAX_ID_LENGTH), 'of an alias message: one id of the player'],
  toId: [id(MAX_ID_LENGTH), 'of an alias message: the other id of the player'],
  properties: [object, 'what happened'],
  traits: [object, 'who the player is'],
  context: [object, 'where it happened'],
});

/** The fields that every message has. */
export const REQUIRED_FIELDS = ['type', 'messageId', 'eventTimestamp'] as const;

/**
 * The name of events whose money must be right: other events use these names for things of their
 * own.
 */
export const STRICT_EVENT = 'purchase';

/**
 * Money and goods in `properties`; checked where the event is a purchase, else taken where they can
 * be read.
 */
export const COMMERCE_FIELDS = defineFields('properties.', {
  value: [decimal, 'money as a number or numeric string'],
  currency: [currency, 'ISO 4217 code of value'],
  quantity: [quantity, 'units sold'],
  transaction_id: [id(), 'the order'],
  item_id: [id(), 'the item'],
  item_name: [text(), 'name of the item'],
});

/** When it was clicked. */
export const CLICK_TIME = defineFields('properties.', {
  click_time: [moment, 'time of the click, if the click id does not contain it'],
}).click_time;

/**
 * Consent in `properties` beyond the level, by our own names. How they are read, and under which
 * other names, is in consent-carriers.ts; here is what JSON Schema says of them.
 */
export const CONSENT_FIELDS = defineFields('properties.', {
  tcf: [consentText, 'IAB TCF string'],
  gpp: [consentText, 'IAB GPP string'],
  gpp_sid: [sections, 'GPP sections that apply'],
  us_privacy: [consentText, 'IAB US Privacy string, such as 1YNN'],
  gpc: [answer, 'Global Privacy Control'],
  amzn_user_data: [answer, "Amazon's consent signal for user data"],
  amzn_ad_storage: [answer, "Amazon's consent signal for storage"],
  ad_user_data: [answer, "Google's consent signal for user data"],
  ad_personalization: [answer, "Google's consent signal for personalization"],
  limited_data_use: [answer, 'the person opted out of the sale of data'],
});

/** The rest of `properties`. */
export const GEO_FIELDS = defineFields('properties.', {
  source: [free, 'website, app, android, ios, fire_tv or offline; other values are ignored'],
  page_url: [text(MAX_TOKEN_LENGTH), 'where it happened'],
  page_referrer: [text(MAX_TOKEN_LENGTH), 'the page that led to it'],
  _imtbl_conversion_id: [free, 'id with which a browser pixel reported the same conversion'],
  _imtbl_conversion_network: [free, 'the network that the pixel reported it to'],
});

/** The page in `context`. */
export const PAGE_FIELDS = defineFields('context.', {
  pageUrl: [text(MAX_TOKEN_LENGTH), 'where it happened'],
  pageReferrer: [text(MAX_TOKEN_LENGTH), 'the page that led to it'],
});
