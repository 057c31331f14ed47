import type { HttpAnswer } from '../../http/http.js';
import { isJsonObject, type JsonObject } from '../../json.js';
import { readJsonBody } from '../answer-body.js';
import { readRemoteCode, readRemoteText } from '../remote-text.js';

/**
 * The envelope of every answer of the API for Business: HTTP 200, and in `code` what became of the
 * request.
 */
export interface ApiAnswer {
  /** 0: accepted. */
  code: number;
  /** Cleaned, cut, tokens masked. */
  message?: string;
  /** The unmasked message, for searching only. Never shown. */
  words: string;
  requestId?: string;
  data: JsonObject;
}

const CODE = /^\d{1,9}$/;
/** Access tokens are 40 hex digits; refusals repeat them now and then. */
const TOKEN = /\b[0-9a-f]{40}\b/gi;

/** Reads the envelope; undefined where the body is none, or has no code. */
export function readApiAnswer(answer: HttpAnswer): ApiAnswer | undefined {
  const parsed = readJsonBody(answer);
  if (!isJsonObject(parsed)) return undefined;
  const { code: given } = parsed;
  const code = typeof given === 'number' || typeof given === 'string' ? String(given) : '';
  if (!CODE.test(code)) return undefined;
  const { message: words, data } = parsed;
  const read: ApiAnswer = {
    code: Number(code),
    words: typeof words === 'string' ? words : '',
    data: isJsonObject(data) ? data : {},
  };
  const message = cleanWords(read.words);
  if (message !== undefined) read.message = message;
  const requestId = readRemoteCode(parsed['request_id']);
  if (requestId !== undefined) read.requestId = requestId;
  return read;
}

/** Returns TikTok's message, masked for display and storage. */
export function cleanWords(words: string): string | undefined {
  return readRemoteText(words)?.replace(TOKEN, '***');
}
