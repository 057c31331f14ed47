import type { HttpAnswer } from '../http/http.js';
import { cutOutsideText } from '../outside-text.js';
import { readRemoteText } from './remote-text.js';

/** Bytes that are read of a body that is not JSON, and characters of them that are shown from. */
const READ_BYTES = 4096;
const MAX_CHARS = 2000;
const PAGE_OR_JSON = /^[<{[]/;

/** The body of an answer as JSON, or undefined where it is none. */
export function readJsonBody({ body }: HttpAnswer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

/** Returns the text of a proxy or load balancer, unless it is HTML or invalid JSON. */
export function readPlainBody({ body }: HttpAnswer): string | undefined {
  const start = body.toString('utf8', 0, READ_BYTES).trimStart();
  return PAGE_OR_JSON.test(start) ? undefined : readRemoteText(cutOutsideText(start, MAX_CHARS));
}
