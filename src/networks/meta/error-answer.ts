import { isJsonObject } from '../../json.js';
import { readRemoteCode, readRemoteText, readRemoteWords } from '../remote-text.js';

/** An error that Meta reports for a request. */
export interface MetaError {
  code?: number;
  subcode?: number;
  /** Meta expects that it will pass. */
  isTransient: boolean;
  /** Its words, to be shown. */
  message?: string;
  /** Its words as they came, to be searched. */
  words?: string;
  /** `code` or `code/subcode`, as Meta's support asks for it. */
  reason?: string;
  traceId?: string;
}

/** Meta repeats a token that it cannot read. */
const ECHOED_TOKEN = /(malformed access token|access token:?) [^\s.]{6,}/gi;
const TOKEN = /\bEAA[A-Za-z0-9]{12,}/g;

/**
 * Reads `{error:{message,type,code,error_subcode,error_user_title,error_user_msg,…}}`; undefined
 * for another body.
 */
export function readMetaError(body: unknown): MetaError | undefined {
  const error = isJsonObject(body) ? body['error'] : undefined;
  if (!isJsonObject(error)) return undefined;
  const read: MetaError = { isTransient: error['is_transient'] === true };
  const code = readNumber(error['code']);
  const subcode = readNumber(error['error_subcode']);
  if (code !== undefined)
    Object.assign(read, { code, reason: subcode === undefined ? `${code}` : `${code}/${subcode}` });
  if (subcode !== undefined) read.subcode = subcode;
  const message = readWords(error['error_user_title'], error['error_user_msg'], error['message']);
  if (message !== undefined) read.message = message;
  const words = [error['error_user_title'], error['error_user_msg'], error['message']];
  read.words = words.map(readRemoteWords).join(' ');
  const traceId = readRemoteCode(error['fbtrace_id']);
  if (traceId !== undefined) read.traceId = traceId;
  return read;
}

/** The words for people where there are some, else those for developers. */
function readWords(title: unknown, words: unknown, technical: unknown): string | undefined {
  const parts = [title, words].filter((text) => typeof text === 'string' && text.trim() !== '');
  const text = parts.length > 0 ? parts.join(': ') : technical;
  return typeof text === 'string'
    ? readRemoteText(text.replace(TOKEN, '***').replace(ECHOED_TOKEN, '$1 ***'))
    : undefined;
}

function readNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}
