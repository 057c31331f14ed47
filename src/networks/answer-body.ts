import type { HttpAnswer } from '../http/http.js';
import { readRemoteText } from './remote-text.js';

/** What is read of a body that is no JSON. */
const READ_BYTES = 2048;
const PAGE_OR_JSON = /^[<{[]/;

/** The body of an answer as JSON, or undefined where it is none. */
export function readJsonBody({ body }: HttpAnswer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

/** What a proxy or load balancer wrote, unless it is a page or broken JSON. */
export function readPlainBody({ body }: HttpAnswer): string | undefined {
  const start = body.toString('utf8', 0, READ_BYTES).trimStart();
  return PAGE_OR_JSON.test(start) ? undefined : readRemoteText(start);
}
