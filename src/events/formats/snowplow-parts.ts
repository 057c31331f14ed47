import type { JsonObject } from '../../json.js';
import { isJsonObject } from '../../json.js';

/** One self-describing piece of a Snowplow event. */
export interface SnowplowPart {
  /** Vendor and name, such as `com_snowplowanalytics_snowplow_consent_preferences`. */
  name: string;
  data: JsonObject;
  path: string;
}

const COLUMN = /^(?:unstruct_event|contexts|derived_contexts)_(.+?)_\d+(?:_\d+_\d+)?$/;
const SCHEMA = /^iglu:([^/]+)\/([^/]+)\//;

/** The payload of an event and the entities beside it, in columns (warehouse) or as Snowplow sends them. */
export function readSnowplowParts(record: JsonObject): { payload?: SnowplowPart; contexts: SnowplowPart[] } {
  let payload: SnowplowPart | undefined;
  const contexts: SnowplowPart[] = [];
  for (const [key, value] of Object.entries(record)) {
    const isPayload = key.startsWith('unstruct_event');
    if (!isPayload && !key.startsWith('contexts') && !key.startsWith('derived_contexts')) continue;
    const column = COLUMN.exec(key)?.[1];
    const found = column === undefined ? describedParts(value, key) : columnParts(value, column, key);
    if (!isPayload) contexts.push(...found);
    else payload ??= found[0];
  }
  return payload ? { payload, contexts } : { contexts };
}

/** `unstruct_event_<vendor>_<name>_<major>`: an object, or an array of them. */
function columnParts(value: unknown, name: string, path: string): SnowplowPart[] {
  const content = unpack(value);
  if (!Array.isArray(content)) return isJsonObject(content) ? [{ name, data: content, path }] : [];
  return content.flatMap((data, index) => (isJsonObject(data) ? [{ name, data, path: `${path}[${index}]` }] : []));
}

/** `{schema, data}`, in `data` of another such object or in a list of them. */
function describedParts(value: unknown, path: string): SnowplowPart[] {
  const content = unpack(value);
  if (Array.isArray(content)) return content.flatMap((item, index) => describedParts(item, `${path}[${index}]`));
  if (!isJsonObject(content)) return [];
  const { schema, data } = content;
  const [, vendor, name] = SCHEMA.exec(String(schema)) ?? [];
  const isWrapper = vendor === undefined || /^(?:unstruct_event|contexts)$/.test(name ?? '');
  if (isWrapper) return 'data' in content ? describedParts(data, `${path}.data`) : [{ name: '', data: content, path }];
  if (!isJsonObject(data)) return [];
  return [{ name: `${vendor.replaceAll('.', '_')}_${name}`, data, path: `${path}.data` }];
}

/** Columns of a warehouse are sometimes exported as text. */
function unpack(value: unknown): unknown {
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
