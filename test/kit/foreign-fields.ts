import type { ConversionEvent } from '../../src/events/conversion-event.js';
import type { FormatChoice } from '../../src/events/event-parser.js';
import type { JsonObject } from '../../src/json.js';
import { parseWithWarnings } from './events.js';
import { CONVERSION, RECORD_BUILDERS } from './foreign-events.js';

/** How each format holds a property that has our own name. */
const SETTERS: Readonly<
  Record<string, (record: JsonObject, properties: JsonObject) => JsonObject>
> = {
  audience: within('properties'),
  segment: within('properties'),
  ecapi: within('properties'),
  ga4: (record, properties) => ({
    ...record,
    event_params: [
      ...(record['event_params'] as JsonObject[]).filter(
        ({ key }) => !((key as string) in properties),
      ),
      ...Object.entries(properties).map(([key, value]) => ({ key, value: toParameter(value) })),
    ],
  }),
  snowplow: within('unstruct_event_com_example_purchase_1'),
  cloudevents: within('data'),
  google: (record, properties) => ({ ...record, ...properties }),
};

/** The name of the field that holds the time of an event. */
export const TIME_FIELDS: Readonly<Record<string, string>> = {
  audience: 'eventTimestamp',
  segment: 'timestamp',
  ecapi: 'timestamp',
  ga4: 'event_timestamp',
  snowplow: 'derived_tstamp',
  cloudevents: 'time',
  google: 'timestamp',
};

/** All formats. */
export const FORMATS = Object.keys(RECORD_BUILDERS);

/** The purchase of {@link CONVERSION} in one format, with further properties and changed fields. */
export function writePurchase(
  format: string,
  properties: JsonObject = {},
  changes: JsonObject = {},
): JsonObject {
  return { ...SETTERS[format]!(RECORD_BUILDERS[format]!(CONVERSION), properties), ...changes };
}

/** Reads a record; throws where it is invalid. */
export function readPurchase(format: string, record: JsonObject | string) {
  const text = typeof record === 'string' ? record : JSON.stringify(record);
  const { parsed, warnings } = parseWithWarnings(text, format as FormatChoice);
  if ('invalid' in parsed)
    throw new Error(`${format}: ${parsed.invalid.field} ${parsed.invalid.message}`);
  const event: ConversionEvent = parsed.event;
  return { event, codes: warnings.map(({ code }) => code) };
}

function within(name: string) {
  return (record: JsonObject, properties: JsonObject): JsonObject => ({
    ...record,
    [name]: { ...(record[name] as JsonObject), ...properties },
  });
}

/**
 * BigQuery keeps a parameter in a field by its type; anything but a number or text is not a
 * parameter.
 */
function toParameter(value: unknown): JsonObject {
  if (typeof value === 'number') return { double_value: value };
  return { string_value: value };
}
