import type { JsonObject } from '../json.js';
import { isJsonObject } from '../json.js';
import { sha256Hex } from '../identity/hash.js';
import { readClickQuery } from './click-query.js';
import { ConsentCollector } from './consent-collector.js';
import { mergeConsent } from './merge-consent.js';
import { CLICK_FIELDS, type ConversionEvent } from './conversion-event.js';
import { microsToDecimalText } from '../decimal.js';
import { toGoalEvent } from './event-names.js';
import { FieldProblem } from './field-problem.js';
import { isNotAValue } from '../identity/not-a-value.js';
import { isPresent } from './field-values.js';
import { elementsOf, scalarText } from './scalars.js';
import { readAudienceMessage } from './formats/audience.js';
import { timeProblem } from './field-rules.js';
import { IDENTIFIER_NAMES } from './identifier-names.js';
import { readTime } from './times.js';
import type { Warn } from './warnings.js';

/** Inputs of a draft in addition to its fields. */
export interface DraftOptions {
  /**
   * The properties as given: what a goal's filters see, and where fields by our own names are
   * found.
   */
  properties: JsonObject;
  /** Their path in the record, such as `properties.`. */
  prefix: string;
  warn: Warn;
  /**
   * What a time without zone means: `utc` is the format's own form; `assumed_utc` is what its
   * systems mean, with a warning; absent: the time is refused.
   */
  zoneless?: 'utc' | 'assumed_utc';
}

/**
 * An Audience message in the making: a foreign record is translated field by field, then read by
 * the one reader, whose problems are told in the words of the record.
 */
export class Draft {
  readonly warn: Warn;
  readonly #message: JsonObject = {};
  readonly #properties: JsonObject;
  readonly #prefix: string;
  readonly #zoneless: DraftOptions['zoneless'];
  readonly #paths = new Map<string, string>();
  #kind: string | undefined;
  #consent: ConsentCollector | undefined;

  constructor({ properties, prefix, warn, zoneless }: DraftOptions) {
    this.#zoneless = zoneless;
    this.#properties = { ...properties };
    this.#prefix = prefix;
    this.warn = warn;
  }

  /** Whether a property has a value. */
  has(name: string): boolean {
    return isUsable(name, this.#properties[name]);
  }

  /** Sets a field of the message where it has none yet. */
  set(name: string, value: unknown, path: string): void {
    if (isPresent(this.#message[name])) return;
    // A missing field is reported by the first of its names.
    const isMissing = !isUsable(name, value);
    if (isMissing && this.#paths.has(name)) return;
    this.#paths.set(name, path);
    if (isMissing) return;
    this.#message[name] = value;
  }

  /**
   * Sets the time of the event where it has none yet. @throws FieldProblem for a value that is not
   * a time
   */
  setTime(value: unknown, path: string): void {
    if (isPresent(this.#message['eventTimestamp'])) return;
    this.set('eventTimestamp', isPresent(value) ? this.#toTimestamp(value, path) : undefined, path);
  }

  /** A time in RFC 3339. @throws FieldProblem */
  #toTimestamp(value: unknown, path: string): string {
    const read = readTime(value, this.#zoneless === undefined ? 'refuse' : 'utc');
    if ('problem' in read) throw timeProblem(value, path, read.problem);
    if (read.isZoneAssumed && this.#zoneless === 'assumed_utc') {
      this.warn({ code: 'assumed_zone', field: path, message: 'has no time zone; read as UTC' });
    }
    return new Date(read.timeMs).toISOString();
  }

  /** Sets the name of the event, as its goal event where it is one's. */
  setName(name: unknown, path: string): void {
    this.set('eventName', typeof name === 'string' ? toGoalEvent(name.trim()) : name, path);
  }

  /** Sets the message type if it is not one of Audience's. */
  setKind(kind: string): void {
    this.#kind = kind;
  }

  /** Collects what the record says of consent outside of its properties. */
  get consent(): ConsentCollector {
    return (this.#consent ??= new ConsentCollector(this.warn));
  }

  /** The value that a property has now. */
  get(name: string): unknown {
    return this.#properties[name];
  }

  /** Sets a property where it has none yet. */
  put(name: string, value: unknown, path: string): void {
    // Most fields of a format are absent from most records.
    if (!isUsable(name, value) || this.has(name)) return;
    this.#properties[name] = value;
    this.#paths.set(`properties.${name}`, path);
  }

  /** Overwrites a property if there is a value. */
  replace(name: string, value: unknown, path: string): void {
    if (!isPresent(value)) return;
    this.#properties[name] = undefined;
    this.put(name, value, path);
  }

  /**
   * Sets an amount of money that is given in micros; one that is not a whole number stays for the
   * reader to refuse.
   */
  replaceByMicros(name: string, micros: unknown, path: string): void {
    this.replace(name, microsToDecimalText(scalarText(micros)?.trim() ?? '') ?? micros, path);
  }

  /** Takes a property away. */
  drop(name: string): void {
    this.#properties[name] = undefined;
  }

  /** Sets the traits of the person, which are read after the properties, in order of precedence. */
  setTraits(traits: unknown, contextTraits: unknown): void {
    if (isPresent(traits)) this.#message['traits'] = traits;
    if (isPresent(contextTraits)) this.#message['context'] = { traits: contextTraits };
  }

  /** Sets the click fields of an address or query where they have none yet. */
  putQuery(address: unknown, path: string): void {
    if (typeof address !== 'string') return;
    for (const [field, text] of readClickQuery(address)) this.put(field, text, path);
  }

  /** Sets the goods of an order of one line; an order of several lines has no one item. */
  putItem(
    items: unknown,
    names: { id: readonly string[]; name: readonly string[] },
    path: string,
  ): void {
    const list = elementsOf(items);
    const [item] = list;
    if (list.length !== 1 || !isJsonObject(item)) return;
    const at = Array.isArray(items) ? `${path}[0].` : `${path}.`;
    for (const name of names.id) this.put('item_id', item[name], at + name);
    for (const name of names.name) this.put('item_name', item[name], at + name);
    this.put('quantity', item['quantity'], `${at}quantity`);
  }

  /**
   * Sets an id that is made of `parts`, where there is none yet: the same again for the same event,
   * and nothing of the parts shows.
   * @param field the field that should have had the id; absent where the format has none, which is
   *   not odd
   */
  setDerivedId(parts: readonly unknown[], field?: string): void {
    if (isPresent(this.#message['messageId'])) return;
    this.set('messageId', deriveId(parts), field ?? '');
    if (field === undefined) return;
    this.warn({
      code: 'derived_id',
      field,
      message: 'is missing; derived from the whole record instead',
    });
  }

  /** The event. @throws FieldProblem naming the record's own field. */
  toEvent({ mayBeNobody = false }: { mayBeNobody?: boolean } = {}): ConversionEvent {
    this.#readClickTime();
    try {
      const message = { ...this.#message, properties: this.#properties };
      const warn: Warn = (warning) => this.warn({ ...warning, field: this.#pathOf(warning.field) });
      const event = readAudienceMessage(message, warn, mayBeNobody);
      if (this.#kind !== undefined) event.type = this.#kind;
      this.#addConsent(event);
      return event;
    } catch (error) {
      if (error instanceof FieldProblem)
        throw new FieldProblem(error.code, this.#pathOf(error.field), error.message);
      throw error;
    }
  }

  /** A time of a click without zone has the zone that the event's time has. */
  #readClickTime(): void {
    const given = this.#properties['click_time'];
    if (typeof given !== 'string' || this.#zoneless === undefined) return;
    const read = readTime(given, 'utc');
    if (!('timeMs' in read) || !read.isZoneAssumed) return;
    this.#properties['click_time'] = this.#toTimestamp(
      given,
      this.#pathOf('properties.click_time'),
    );
  }

  /** Adds what {@link consent} collected; the strictest level holds. */
  #addConsent(event: ConversionEvent): void {
    const { levelFrom, unclear } = event.consent;
    for (const statement of [levelFrom, ...(unclear ?? [])]) {
      if (statement !== undefined) statement.carrier = this.#pathOf(statement.carrier);
    }
    if (this.#consent !== undefined) mergeConsent(event, this.#consent);
  }

  #pathOf(field: string): string {
    const path = this.#paths.get(field);
    if (path !== undefined) return path;
    return field.startsWith('properties.')
      ? this.#prefix + field.slice('properties.'.length)
      : field;
  }
}

/** Ids, identifiers and clicks: fields where placeholders for a missing value count as absent. */
const VALUES_ONLY: ReadonlySet<string> = new Set([
  ...[
    'messageId',
    'userId',
    'anonymousId',
    'fromId',
    'toId',
    'transaction_id',
    'item_id',
    'item_name',
  ],
  ...Object.values(IDENTIFIER_NAMES).flat(),
  ...CLICK_FIELDS,
]);

/** Whether a field has a value. A placeholder does not, so another source of the field is used. */
function isUsable(name: string, value: unknown): boolean {
  if (typeof value !== 'string') return isPresent(value);
  return value !== '' && !(VALUES_ONLY.has(name) && isNotAValue(value));
}

/** Half a SHA-256 of `parts`, keys in order: far more than any file has lines. */
function deriveId(parts: readonly unknown[]): string {
  return sha256Hex(JSON.stringify(parts, sortKeys)).slice(0, 32);
}

function sortKeys(_key: string, value: unknown): unknown {
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
