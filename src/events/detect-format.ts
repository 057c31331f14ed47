import { isPresent } from './field-values.js';
import type { JsonObject } from '../json.js';
import { SEGMENT_TYPES } from './formats/segment.js';

/** The formats of events that are read. */
export const EVENT_FORMATS = ['audience', 'segment', 'ecapi', 'ga4', 'snowplow', 'cloudevents', 'google'] as const;
export type EventFormat = (typeof EVENT_FORMATS)[number];

const AUDIENCE_MARKS = ['eventName', 'eventTimestamp', 'consentLevel', 'identityType', 'surface'];
const SEGMENT_MARKS = ['event', 'properties', 'traits', 'timestamp', 'originalTimestamp', 'previousId', 'integrations'];
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

/** The format of one record, by the fields that only it has (event-formats.md section 0); undefined when none fits. */
export function detectFormat(record: JsonObject): EventFormat | undefined {
  const has = (name: string): boolean => isPresent(record[name]);
  if (has('specversion')) return 'cloudevents';
  if (has('data_set_id') && has('event_type')) return 'ecapi';
  if (isGoogle(has)) return 'google';
  if (AUDIENCE_MARKS.some(has)) return 'audience';
  if (has('event_timestamp') && (has('user_pseudo_id') || has('event_name'))) return 'ga4';
  if (has('collector_tstamp')) return 'snowplow';
  if (isSegmentType(record['type']) && SEGMENT_MARKS.some(has)) return 'segment';
  return undefined;
}

/** Upload files share the names of their times with messages, which have a type and an id. */
function isGoogle(has: (name: string) => boolean): boolean {
  if (has('type') || has('messageId')) return false;
  return GOOGLE_OWN_TIMES.some(has) || (GOOGLE_TIMES.some(has) && GOOGLE_MARKS.some(has));
}

function isSegmentType(type: unknown): boolean {
  return (SEGMENT_TYPES as readonly unknown[]).includes(type);
}
