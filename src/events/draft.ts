import type { JsonObject } from '../json.js';
import { isJsonObject } from '../json.js';
import { sha256Hex } from '../identity/hash.js';
import { readClickQuery } from './click-query.js';
import type { ConversionEvent } from './conversion-event.js';
import { toGoalEvent } from './event-names.js';
import { FieldProblem } from './field-problem.js';
import { isPresent } from './field-values.js';
import { readAudienceMessage } from './formats/audience.js';
import type { Warn } from './warnings.js';

/** What a draft is made of beside its fields. */
export interface DraftOptions {
  /** The properties as given: what a goal's filters see, and where fields by our own names are found. */
  properties: JsonObject;
  /** Their path in the record, such as `properties.`. */
  prefix: string;
  warn: Warn;
}

/**
 * An Audience message in the making: a foreign record is translated field by field, then read by the one reader, whose
 * problems are told in the words of the record.
 */
export class Draft {
  readonly warn: Warn;
  readonly #message: JsonObject = {};
  readonly #properties: JsonObject;
  readonly #prefix: string;
  readonly #paths = new Map<string, string>();
  #kind: string | undefined;

  constructor({ properties, prefix, warn }: DraftOptions) {
    this.#properties = { ...properties };
    this.#prefix = prefix;
    this.warn = warn;
  }

  /** Whether a property has a value. */
  has(name: string): boolean {
    return isPresent(this.#properties[name]);
  }

  /** Sets a field of the message where it has none yet. Whole numbers are taken as text: ids are often written so. */
  set(name: string, value: unknown, path: string): void {
    if (isPresent(this.#message[name])) return;
    // A field that nothing sets is told by the first of its names.
    if (!isPresent(value) && this.#paths.has(name)) return;
    this.#paths.set(name, path);
    if (!isPresent(value)) return;
    this.#message[name] = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  }

  /** Sets the name of the event, as its goal event where it is one's. */
  setName(name: unknown, path: string): void {
    this.set('eventName', typeof name === 'string' ? toGoalEvent(name.trim()) : name, path);
  }

  /** The message type where it is none of Audience's. */
  setKind(kind: string): void {
    this.#kind = kind;
  }

  /** Sets a property where it has none yet. */
  put(name: string, value: unknown, path: string): void {
    // Most fields of a format are absent from most records.
    if (!isPresent(value) || this.has(name)) return;
    this.#properties[name] = value;
    this.#paths.set(`properties.${name}`, path);
  }

  /** Sets a property whatever it had, where there is a value. */
  replace(name: string, value: unknown, path: string): void {
    if (!isPresent(value)) return;
    this.#properties[name] = undefined;
    this.put(name, value, path);
  }

  /** Takes a property away. */
  drop(name: string): void {
    this.#properties[name] = undefined;
  }

  /** Sets the click fields of an address or query where they have none yet. */
  putQuery(address: unknown, path: string): void {
    if (typeof address !== 'string') return;
    for (const [field, text] of readClickQuery(address)) this.put(field, text, path);
  }

  /** The goods of an order of one line; orders of several lines have no one item. */
  putItem(items: unknown, names: { id: readonly string[]; name: readonly string[] }, path: string): void {
    if (!Array.isArray(items) || items.length !== 1 || !isJsonObject(items[0])) return;
    const item: JsonObject = items[0];
    const at = `${path}[0].`;
    for (const name of names.id) this.put('item_id', item[name], at + name);
    for (const name of names.name) this.put('item_name', item[name], at + name);
    this.put('quantity', item['quantity'], `${at}quantity`);
  }

  /** An id made of `parts`: the same again for the same event, telling nothing of them. */
  setDerivedId(parts: readonly unknown[]): void {
    this.set('messageId', deriveId(parts), '');
  }

  /** The event. @throws FieldProblem naming the record's own field. */
  toEvent({ mayBeNobody = false }: { mayBeNobody?: boolean } = {}): ConversionEvent {
    try {
      const message = { ...this.#message, properties: this.#properties };
      const warn: Warn = (warning) => this.warn({ ...warning, field: this.#pathOf(warning.field) });
      const event = readAudienceMessage(message, warn, mayBeNobody);
      if (this.#kind !== undefined) event.type = this.#kind;
      return event;
    } catch (error) {
      if (error instanceof FieldProblem) throw new FieldProblem(error.code, this.#pathOf(error.field), error.message);
      throw error;
    }
  }

  #pathOf(field: string): string {
    const path = this.#paths.get(field);
    if (path !== undefined) return path;
    return field.startsWith('properties.') ? this.#prefix + field.slice('properties.'.length) : field;
  }
}

/** Half a SHA-256 of `parts`, keys in order: far more than any file has lines. */
export function deriveId(parts: readonly unknown[]): string {
  return sha256Hex(JSON.stringify(parts, sortKeys)).slice(0, 32);
}

function sortKeys(_key: string, value: unknown): unknown {
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
