import { Buffer } from 'node:buffer';

import type { JsonObject } from '../../json.js';
import { isJsonObject } from '../../json.js';
import type { ConversionEvent } from '../conversion-event.js';
import { Draft } from '../draft.js';
import { FieldProblem } from '../field-problem.js';
import { ConsentCollector } from '../consent-collector.js';
import { mergeConsent } from '../merge-consent.js';
import {
  isPresent,
  MAX_TEXT_LENGTH,
  missing,
  readId,
  readText,
  wrongType,
} from '../field-values.js';
import { parseExactNumbers, toFlag } from '../scalars.js';
import type { Warn } from '../warnings.js';

/** Content of a CloudEvents envelope. */
export interface Unwrapped {
  data: JsonObject;
  /**
   * `source` and `id` together are unique; a bar is in no URI reference, so they cannot be
   * confused.
   */
  id: string;
}

/**
 * Takes a CloudEvents 1.0 envelope apart (docs/reference/formats.md#cloudevents).
 * @throws FieldProblem
 */
export function unwrapCloudEvent(record: JsonObject): Unwrapped {
  const version = record['specversion'];
  if (version !== 1 && !/^1(?:\.0)?$/.test(String(version))) {
    throw new FieldProblem('invalid_value', 'specversion', 'is not "1.0", the only version');
  }
  const [source, id] = ['source', 'id'].map((name) => {
    const text = readId(record, name, name, MAX_TEXT_LENGTH);
    if (text === undefined) throw missing(name, 'text, as in every CloudEvent');
    return text;
  });
  return { data: readData(record), id: `${source}|${id}` };
}

function readData(record: JsonObject): JsonObject {
  const { data, data_base64: base64 } = record;
  if (isJsonObject(data)) return data;
  if (isPresent(base64)) return parseData(decode(base64), 'data_base64');
  if (typeof data === 'string' && data !== '') return parseData(data, 'data');
  throw isPresent(data) ? wrongType('data', 'an object', data) : missing('data', 'the event');
}

function decode(base64: unknown): string {
  if (typeof base64 !== 'string') throw wrongType('data_base64', 'a string', base64);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'));
  } catch {
    throw new FieldProblem('not_utf8', 'data_base64', 'is not UTF-8 text');
  }
}

function parseData(text: string, path: string): JsonObject {
  let data: unknown;
  try {
    data = parseExactNumbers(text);
  } catch {
    throw new FieldProblem('not_json', path, 'is not JSON');
  }
  if (!isJsonObject(data)) throw wrongType(path, 'a JSON object', data);
  return data;
}

/**
 * Puts on an event what its envelope says: the id, and the extensions `test` and `consentlevel`.
 */
export function applyEnvelope(
  event: ConversionEvent,
  record: JsonObject,
  id: string,
  warn: Warn,
): void {
  event.id = id;
  if (toFlag(record['test']) === true) event.test = true;
  const consent = new ConsentCollector(warn);
  consent.read(record, '');
  mergeConsent(event, consent);
}

/**
 * Reads data of no known format: fields by our own names, the event's name from the envelope's type
 * (`com.example.purchase.v1`), its time and player from `time` and `subject`. @throws FieldProblem
 */
export function readBareData(
  record: JsonObject,
  { data, id }: Unwrapped,
  warn: Warn,
): ConversionEvent {
  const draft = new Draft({ properties: data, prefix: 'data.', warn });
  draft.set('type', 'track', 'type');
  draft.set('messageId', id, 'id');
  const type = readText(record, 'type', 'type');
  draft.setName(type && nameOf(type), 'type');
  draft.setTime(record['time'], 'time');
  for (const name of ['userId', 'user_id']) draft.set('userId', data[name], `data.${name}`);
  draft.set('userId', record['subject'], 'subject');
  for (const name of ['anonymousId', 'anonymous_id'])
    draft.set('anonymousId', data[name], `data.${name}`);
  draft.set('test', toFlag(data['test']), 'data.test');
  return draft.toEvent({ mayBeNobody: true });
}

/**
 * A version at the end of a type: `.v1`, `/2.0`. It has limits because it is tried at every dot.
 */
const VERSION = /[./]v?\d{1,20}(?:\.\d{1,20}){0,9}$/i;

/** Returns the last word of a reverse-DNS type before its version. */
function nameOf(type: string): string {
  return type.replace(VERSION, '').replace(/^.*[./]/s, '');
}
