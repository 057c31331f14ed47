import type { EventDescription, Mapping } from '../../goals/goal.js';

/**
 * The two contracts: `capi-v1` is the default (docs/development/decisions/amazon-two-contracts.md).
 */
export const AMAZON_APIS = ['capi-v1', 'events-api'] as const;

/** Conversion types of the Events API (specification of the Ads API v1, ConversionType). */
export const CONVERSION_TYPES = [
  'ADD_TO_SHOPPING_CART',
  'APPLICATION',
  'CHECKOUT',
  'CONTACT',
  'LEAD',
  'MOBILE_APP_FIRST_START',
  'OFF_AMAZON_PURCHASES',
  'OTHER',
  'PAGE_VIEW',
  'SEARCH',
  'SIGN_UP',
  'SUBSCRIBE',
] as const;

/** Event sources of the Events API (specification of the Ads API v1, EventSource). */
export const EVENT_SOURCES = [
  'ANDROID',
  'FIRE_TV',
  'IOS',
  'MEASUREMENT_ATTRIBUTION_PARTNER',
  'OFFLINE',
  'WEBSITE',
] as const;

/** The type under which money and units are sent. */
export const PURCHASE_TYPE = 'OFF_AMAZON_PURCHASES';

/** Ids are 64-bit numbers kept as text: 20 digits hold the largest. */
const DEFINITION_ID = /^\d{1,20}$/;
/** Pattern of the specification; the length is the widest that partners name. */
const DATA_SET_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,99}$/;

/**
 * A sentence saying what is expected when `mapping` is wrong for the contract `api`; undefined when
 * it is right. While nothing is connected (`api` undefined) a mapping that is right for either
 * contract will do.
 */
export function checkAmazonMapping(mapping: Mapping, api: string | undefined): string | undefined {
  if (typeof mapping === 'string') {
    return api === 'events-api' ? EXPECTED_DESCRIPTION : checkDefinitionId(mapping);
  }
  return api === 'capi-v1' ? EXPECTED_DEFINITION : checkDescription(mapping);
}

const EXPECTED_DESCRIPTION =
  'Amazon is connected through the Events API, which has no definition ids; expected --name, ' +
  '--type and --source';
const EXPECTED_DEFINITION =
  'Amazon is connected through CAPI v1, which identifies conversions by number; expected a ' +
  'conversion definition id, such as 1234567890';

function checkDefinitionId(id: string): string | undefined {
  if (DEFINITION_ID.test(id)) return undefined;
  return `${quote(id)} is not a conversion definition id; expected 1 to 20 digits, such as 1234567890`;
}

function checkDescription({ name, type, source, dataset }: EventDescription): string | undefined {
  if (typeof name !== 'string' || name.trim() === '') {
    return 'the event has no name; expected its display name at Amazon';
  }
  if (!(CONVERSION_TYPES as readonly unknown[]).includes(type)) {
    return `unknown conversion type ${quote(type)}; expected one of ${CONVERSION_TYPES.join(', ')}`;
  }
  if (!(EVENT_SOURCES as readonly unknown[]).includes(source)) {
    return `unknown event source ${quote(source)}; expected one of ${EVENT_SOURCES.join(', ')}`;
  }
  if (dataset !== undefined && !DATA_SET_NAME.test(dataset)) {
    return (
      `invalid data set name ${quote(dataset)}; expected a letter, then letters, digits, _ or -, ` +
      'at most 100 characters in all'
    );
  }
  return undefined;
}

function quote(text: unknown): string {
  const shown = String(text);
  return JSON.stringify(shown.length > 40 ? `${shown.slice(0, 40)}…` : shown);
}
