import { isPresent } from './field-values.js';
import type { JsonObject } from '../json.js';
import { isJsonObject } from '../json.js';
import { SEGMENT_TYPES } from './formats/segment.js';

/** The formats of events that are read. */
export const EVENT_FORMATS = [
  'audience',
  'segment',
  'ecapi',
  'ga4',
  'snowplow',
  'cloudevents',
  'google',
] as const;
export type EventFormat = (typeof EVENT_FORMATS)[number];

/** Google's client libraries write these names in snake case. */
const GOOGLE_SNAKE_TIMES = ['conversion_date_time', 'timestamp_micros', 'conversion_timestamp'];
const GOOGLE_SNAKE_MARKS = [
  'transaction_id',
  'event_source',
  'ad_identifiers',
  'user_data',
  'gclid',
  'gbraid',
  'wbraid',
];
const AUDIENCE_MARKS = ['eventName', 'eventTimestamp', 'consentLevel', 'identityType', 'surface'];
const SEGMENT_MARKS = [
  'event',
  'properties',
  'traits',
  'timestamp',
  'originalTimestamp',
  'previousId',
  'integrations',
];
const GOOGLE_TIMES = ['timestamp', 'eventTimestamp'];
const GOOGLE_OWN_TIMES = ['conversionDateTime', 'timestampMicros', 'conversionTimestamp'];
const GOOGLE_MARKS = [
  'transactionId',
  'eventSource',
  'adIdentifiers',
  'gclid',
  'gbraid',
  'wbraid',
  'emails',
  'userData',
];

/**
 * The format of one record, by the fields that only it has (docs/reference/formats.md#detection);
 * undefined when none fits.
 */
export function detectFormat(record: JsonObject): EventFormat | undefined {
  const has = (name: string): boolean => isPresent(record[name]);
  if (has('specversion')) return 'cloudevents';
  if (has('data_set_id') && has('event_type')) return 'ecapi';
  if (isGoogle(record, has)) return 'google';
  if (AUDIENCE_MARKS.some(has)) return 'audience';
  if (has('event_timestamp') && (has('user_pseudo_id') || has('event_name'))) return 'ga4';
  if (has('collector_tstamp') || has('COLLECTOR_TSTAMP')) return 'snowplow';
  return isSegment(record, has) ? 'segment' : undefined;
}

/** A message, or a body of the HTTP API's `track` call, which has no type. */
function isSegment(record: JsonObject, has: (name: string) => boolean): boolean {
  const { type } = record;
  if (!isPresent(type))
    return (
      has('event') && (has('userId') || has('anonymousId')) && isJsonObject(record['properties'])
    );
  return isSegmentType(type) && SEGMENT_MARKS.some(has);
}

/** Upload files share the names of their times with messages, which have a type and an id. */
function isGoogle(record: JsonObject, has: (name: string) => boolean): boolean {
  if (isSegmentType(record['type']) || has('messageId')) return false;
  if (GOOGLE_OWN_TIMES.some(has)) return true;
  // GA4 has some of these names too; rows of its export and bodies of its protocol have ids of the
  // device.
  const isGa4 = ['user_pseudo_id', 'event_params', 'client_id', 'app_instance_id'].some(has);
  if (!isGa4 && GOOGLE_SNAKE_TIMES.some(has)) return true;
  if (has('type')) return false;
  if (GOOGLE_TIMES.some(has) && GOOGLE_MARKS.some(has)) return true;
  return !isGa4 && isDateTime(record['event_timestamp']) && GOOGLE_SNAKE_MARKS.some(has);
}

/** GA4's `event_timestamp` is a number of microseconds. */
function isDateTime(value: unknown): boolean {
  return typeof value === 'string' && value.includes('-');
}

function isSegmentType(type: unknown): boolean {
  return (
    typeof type === 'string' && (SEGMENT_TYPES as readonly string[]).includes(type.toLowerCase())
  );
}
