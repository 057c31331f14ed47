import { isJsonObject, type JsonObject } from '../json.js';
import type { EventFormat } from './detect-format.js';
import { detectFormat } from './detect-format.js';
import { isMeasurementBody, toExportRow } from './formats/measurement-protocol.js';

/** The object around a list of elements: the name of the list field, and all fields. */
export interface Envelope {
  key: string;
  outer: JsonObject;
}

/** An envelope with its elements. */
export interface OpenEnvelope extends Envelope {
  elements: readonly unknown[];
}

/**
 * The lists of bodies that carry events: our own, Segment's and RudderStack's batch, GA4's and
 * Google's.
 */
const LISTS = ['messages', 'batch', 'events', 'conversions'] as const;

/**
 * Fields of a batch that hold for each of its messages, where it does not say otherwise (Segment's
 * HTTP API).
 */
const BATCH_FIELDS = ['anonymousId', 'userId', 'sentAt', 'receivedAt'];

/** Whether an object is no more than the envelope of the list at `key`. */
export function isEnvelope(outer: JsonObject, key: string): boolean {
  if (!Array.isArray(outer[key]) || outer['type'] !== undefined) return false;
  return key === 'messages' || key === 'batch' || detectFormat(outer) === undefined;
}

/** The envelope that a record is, with its elements; undefined where it is an event. */
export function findEnvelope(record: JsonObject): OpenEnvelope | undefined {
  // Every message has a type, and no envelope does. Most lines end here.
  if (record['type'] !== undefined) return undefined;
  for (const key of LISTS) {
    if (record[key] !== undefined && isEnvelope(record, key)) {
      return { key, outer: record, elements: record[key] as unknown[] };
    }
  }
  return undefined;
}

/** Returns the format of an envelope's elements, if the envelope determines it. */
export function formatWithin({ key, outer }: Envelope, first: unknown): EventFormat | undefined {
  if (key === 'events' && isMeasurementBody(outer)) return 'ga4';
  const found = isJsonObject(first) ? detectFormat(first) : undefined;
  if (found !== undefined || key === 'events' || key === 'conversions') return found;
  return key === 'messages' ? 'audience' : 'segment';
}

/**
 * An element with what its envelope says of all of them.
 * @param index of the element, from 0
 */
export function inherit(element: JsonObject, { key, outer }: Envelope, index: number): JsonObject {
  if (key === 'messages') return element;
  if (key === 'batch') return inheritBatch(element, outer);
  if (key === 'events' && isMeasurementBody(outer)) return toExportRow(element, outer, index);
  // Data Manager: "Request-level consent to apply to all users in the request. User-level consent
  // overrides it."
  return element['consent'] === undefined && isJsonObject(outer['consent'])
    ? { ...element, consent: outer['consent'] }
    : element;
}

/**
 * A message's own context and integrations are merged into those of its batch, as Segment does it.
 */
function inheritBatch(element: JsonObject, outer: JsonObject): JsonObject {
  const inherited: JsonObject = {};
  for (const name of BATCH_FIELDS) {
    if (outer[name] !== undefined && element[name] === undefined) inherited[name] = outer[name];
  }
  for (const name of ['context', 'integrations']) {
    const [all, own] = [outer[name], element[name]];
    if (!isJsonObject(all)) continue;
    if (own === undefined) inherited[name] = all;
    else if (isJsonObject(own)) inherited[name] = { ...all, ...own };
  }
  return Object.keys(inherited).length === 0 ? element : { ...element, ...inherited };
}

/** Which list of an unknown object may hold the events, in words; empty where there is none. */
export function describeNear(record: JsonObject): string {
  const near = Object.entries(record).find(
    ([key, value]) =>
      /^\w{1,40}$/.test(key) &&
      Array.isArray(value) &&
      value.length > 0 &&
      value.every(isJsonObject),
  );
  if (!near) return '';
  const [key, list] = near as [string, unknown[]];
  return (
    `; its field "${key}" holds ${list.length} objects: send those, for example with jq -c ` +
    `'.${key}[]'`
  );
}
