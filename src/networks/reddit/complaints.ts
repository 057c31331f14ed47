import { isJsonObject, type JsonObject } from '../../json.js';
import { readRemoteText, readRemoteWords } from '../remote-text.js';

/** Reddit's complaint about a field or an event. */
export interface Complaint {
  /** Which event of the request, from 0, where that is said. */
  position?: number;
  /** The conversion id of the event, where the answer repeats the event. */
  conversionId?: string;
  /** Path of the field within the event, such as `user.UUID`. */
  field?: string;
  message?: string;
  /** Field and message as they came, to be searched. */
  words: { field: string; message: string };
}

export interface RedditRefusal {
  complaints: Complaint[];
  /** All of it in one, cleaned. */
  message?: string;
  /** The unmasked messages, for searching only. Never shown. */
  words: string;
}

const INVALID_EVENTS = /invalid conversion event|none were processed/i;
/**
 * Words of a refusal for the form of an event. They come with status 403 and the reason
 * UNAUTHORIZED too: `JSON error unexpected type number on field events event_metadata value`
 * (rudderlabs/rudder-transformer, test/integrations/destinations/reddit/network.ts, 2026-11-30),
 * `JSON error "unknown field" on field "test_id"`.
 */
const SCHEMA_ERROR =
  /\bJSON error\b|\bunexpected type\b|\bunknown field\b|\bmissing (?:required )?field\b|\bevents?\b.{1,40}\bfield\b/i;
/** `$.data.events[3].user.UUID`, as refusals of v3 name a field. */
const FIELD_PATH = /^\$?\.?(?:data\.)?events\[(\d{1,6})\]\.?(.*)$/;

/**
 * Reads a refusal in each form that was seen: v3's
 * `{error:{code,message,fields[{field,message}]}}`, v2's
 * `{message,invalid_events[{error_message,event}]}` (docs/reference/reddit.md#answers), and OAuth's
 * `{message,error}`. Anything else gives no complaint.
 */
export function readRefusal(body: unknown): RedditRefusal {
  if (!isJsonObject(body)) return { complaints: [], words: '' };
  const inner = [body['error'], body['data']].find(isJsonObject) ?? body;
  const complaints = [
    ...listOf(inner['fields']).map(readField),
    ...listOf(inner['invalid_events'] ?? body['invalid_events']).map(readInvalidEvent),
  ];
  const words =
    readRemoteText(inner['message']) ?? readRemoteText(inner['explanation'] ?? body['message']);
  const texts = [words, ...complaints.map(describeComplaint)].filter((text) => text !== undefined);
  const message = readRemoteText([...new Set(texts)].join('; '));
  const said = [inner['message'], inner['explanation'], body['message']]
    .map(readRemoteWords)
    .filter(Boolean)
    .join('; ');
  return message === undefined ? { complaints, words: said } : { complaints, message, words: said };
}

/** 403 is used for payload errors too: what it says decides (docs/reference/reddit.md#answers). */
export function isAboutEvents(status: number, { complaints, words }: RedditRefusal): boolean {
  if (status === 400 || status === 422) return true;
  return (
    status === 403 &&
    (complaints.length > 0 || namesInvalidEvents(words) || SCHEMA_ERROR.test(words))
  );
}

/** Whether a message is the sentence by which Reddit refuses a request for its events. */
export function namesInvalidEvents(message = ''): boolean {
  return INVALID_EVENTS.test(message);
}

/** Describes a complaint. */
export function describeComplaint({ field, message }: Complaint): string | undefined {
  if (field === undefined || field === '' || message?.includes(field)) return message ?? field;
  return message === undefined ? field : `${field}: ${message}`;
}

function readField(from: JsonObject): Complaint {
  const path = readRemoteWords(from['field']);
  const [, position, said = path] = FIELD_PATH.exec(path) ?? [];
  const complaint: Complaint = {
    words: { field: said, message: readRemoteWords(from['message']) },
  };
  if (position !== undefined) complaint.position = Number(position);
  const field = readRemoteText(said);
  if (field !== undefined) complaint.field = field;
  const message = readRemoteText(from['message']);
  if (message !== undefined) complaint.message = message;
  return complaint;
}

/** v2 repeats the event instead of numbering it. */
function readInvalidEvent(from: JsonObject): Complaint {
  const said = from['error_message'] ?? from['message'];
  const complaint: Complaint = { words: { field: '', message: readRemoteWords(said) } };
  const message = readRemoteText(said);
  if (message !== undefined) complaint.message = message;
  if (typeof from['index'] === 'number') complaint.position = from['index'];
  const event = isJsonObject(from['event']) ? from['event'] : {};
  const metadata = [event['metadata'], event['event_metadata']].find(isJsonObject);
  const id = metadata?.['conversion_id'];
  if (typeof id === 'string') complaint.conversionId = id;
  return complaint;
}

function listOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
