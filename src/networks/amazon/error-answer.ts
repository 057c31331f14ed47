import type { JsonObject } from '../../json.js';
import { isJsonObject } from '../../json.js';
import { readRemoteCode, readRemoteText, readRemoteWords } from '../remote-text.js';

/** One complaint of Amazon's. */
export interface AmazonComplaint {
  code?: string;
  /** Name or path of the field, as Amazon writes it. */
  field?: string;
  message?: string;
  /** Field and message as they came, to be searched. */
  words: { field: string; message: string };
}

/** What Amazon says went wrong with a request or with one event of it. */
export interface AmazonErrorAnswer {
  /** The answer's own code first, then those of its parts. */
  complaints: AmazonComplaint[];
  /** All messages in one, cleaned. */
  message?: string;
  requestId?: string;
}

/**
 * Reads every error shape that Amazon's specifications, guides and peers show
 * (docs/reference/amazon.md#answers): `{code,message}`, `{requestId,message,errors[]}`,
 * `{code,details,requestId}`, `{message}`, `{Message}`, and the items of a 207 answer,
 * `{index,code,message,errors[]}` and `{index,errors[]}`. Anything else gives no complaint.
 */
export function readErrorAnswer(body: unknown): AmazonErrorAnswer {
  if (!isJsonObject(body)) return { complaints: [] };
  const complaints = [readComplaint(body), ...readParts(body['errors'])].filter(hasContent);
  const requestId = readRemoteCode(body['requestId']);
  const message = readRemoteText(complaints.map(describeComplaint).filter(isNew).join('; '));
  return {
    complaints,
    ...(message === undefined ? {} : { message }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

function readParts(errors: unknown): AmazonComplaint[] {
  if (!Array.isArray(errors)) return [];
  return errors.filter(isJsonObject).map(readComplaint);
}

function readComplaint(from: JsonObject): AmazonComplaint {
  const [name, said] = [
    from['fieldName'] ?? from['fieldLocation'],
    from['message'] ?? from['Message'] ?? from['details'],
  ];
  const complaint: AmazonComplaint = {
    words: { field: readRemoteWords(name), message: readRemoteWords(said) },
  };
  const code = readRemoteCode(from['code'] ?? from['errorType']);
  if (code !== undefined) complaint.code = code;
  const field = readRemoteText(name);
  if (field !== undefined) complaint.field = field;
  const message = readRemoteText(said);
  if (message !== undefined) complaint.message = message;
  return complaint;
}

function hasContent(complaint: AmazonComplaint): boolean {
  return complaint.code !== undefined || complaint.message !== undefined;
}

function describeComplaint({ field, message, code }: AmazonComplaint): string {
  const words = message ?? code ?? '';
  return field === undefined || words.includes(field) ? words : `${field}: ${words}`;
}

function isNew(text: string, index: number, all: readonly string[]): boolean {
  return text !== '' && all.indexOf(text) === index;
}
