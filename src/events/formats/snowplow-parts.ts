import type { JsonObject } from '../../json.js';
import { isJsonObject } from '../../json.js';
import { parseExactNumbers } from '../scalars.js';

/** A self-describing part of a Snowplow event. */
export interface SnowplowPart {
  /** Vendor and name, such as `com_snowplowanalytics_snowplow_consent_preferences`. */
  name: string;
  data: JsonObject;
  path: string;
}

/** The event's own payload and its entities. */
export interface SnowplowParts {
  payload?: SnowplowPart;
  contexts: SnowplowPart[];
}

/**
 * `unstruct_event_<vendor>_<name>_<major>`, with the minor parts in BigQuery's older loader
 * (https://docs.snowplow.io/docs/destinations/warehouses-lakes/schemas-in-warehouse/, 2026-11-30).
 */
const COLUMN = /^(unstruct_event|contexts|derived_contexts)_(.+?)_\d+(?:_\d+_\d+)?$/;
/** Redshift's older loader has a table for each entity, whose rows people join under its name. */
const TABLE = /^((?:com|org|io|net|nl|dev)_[a-z0-9]+_.+?)_\d+(?:_\d+_\d+)?$/;
const SCHEMA = /^iglu:([^/]+)\/([^/]+)\//;
/** Pieces that are events; every other table is an entity. */
const EVENT_TABLE = /_snowplow_ecommerce_action$/;

/**
 * Finds the payload of an event and the entities with it, in columns (warehouse) or as Snowplow
 * sends them.
 */
export function readSnowplowParts(record: JsonObject): SnowplowParts {
  const parts: SnowplowParts = { contexts: [] };
  for (const key in record) {
    const value = record[key];
    if (value !== null && value !== undefined && value !== '') addParts(parts, key, value);
  }
  return parts;
}

function addParts(parts: SnowplowParts, key: string, value: unknown): void {
  const isEvent = key.startsWith('unstruct_event');
  if (isEvent || key.startsWith('contexts') || key.startsWith('derived_contexts')) {
    const name = COLUMN.exec(key)?.[2];
    add(
      parts,
      isEvent,
      name === undefined ? describedParts(value, key) : columnParts(value, name, key),
    );
    return;
  }
  const name = TABLE.exec(key)?.[1];
  if (name !== undefined) add(parts, EVENT_TABLE.test(name), columnParts(value, name, key));
}

function add(parts: SnowplowParts, isEvent: boolean, found: readonly SnowplowPart[]): void {
  const [first] = found;
  if (!isEvent) parts.contexts.push(...found);
  else if (first && !parts.payload) parts.payload = first;
}

/** An object, or an array of them. */
function columnParts(value: unknown, name: string, path: string): SnowplowPart[] {
  const content = unpack(value);
  if (!Array.isArray(content)) return isJsonObject(content) ? [{ name, data: content, path }] : [];
  return content.flatMap((data: unknown, index) => {
    const item = unpack(data);
    return isJsonObject(item) ? [{ name, data: item, path: `${path}[${index}]` }] : [];
  });
}

/** `{schema, data}`, in `data` of another such object or in a list of them. */
function describedParts(value: unknown, path: string): SnowplowPart[] {
  const content = unpack(value);
  if (Array.isArray(content))
    return content.flatMap((item, index) => describedParts(item, `${path}[${index}]`));
  if (!isJsonObject(content)) return [];
  const { schema, data } = content;
  const [, vendor, name] = SCHEMA.exec(String(schema)) ?? [];
  const isWrapper = vendor === undefined || /^(?:unstruct_event|contexts)$/.test(name ?? '');
  if (isWrapper)
    return 'data' in content
      ? describedParts(data, `${path}.data`)
      : [{ name: '', data: content, path }];
  if (!isJsonObject(data)) return [];
  return [{ name: `${vendor.replaceAll(/[.-]/g, '_')}_${name}`, data, path: `${path}.data` }];
}

/** Columns of a warehouse are sometimes exported as text. */
function unpack(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return parseExactNumbers(value);
  } catch {
    return undefined;
  }
}

/**
 * A field of a piece under any loader's spelling: trackers write `appleIdfa`, warehouses
 * `apple_idfa` or `APPLE_IDFA`. Returns the value with its own name, or undefined.
 */
export function findField(
  data: JsonObject,
  name: string,
): { value: unknown; key: string } | undefined {
  const direct = data[name];
  if (direct !== undefined && direct !== null) return { value: direct, key: name };
  const wanted = plainName(name);
  for (const key in data) {
    const value = data[key];
    if (value !== undefined && value !== null && plainName(key) === wanted) return { value, key };
  }
  return undefined;
}

function plainName(name: string): string {
  return name.replaceAll('_', '').toLowerCase();
}
