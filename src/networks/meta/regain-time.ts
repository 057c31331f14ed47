import type { HttpAnswer } from '../../http/http.js';
import { isJsonObject } from '../../json.js';

const MINUTE_MS = 60_000;
/** Longest wait that is believed: a year. */
const LONGEST_MINUTES = 365 * 24 * 60;

/**
 * Returns the milliseconds until calls are taken again, from `X-Business-Use-Case-Usage`: a JSON
 * object of lists by business id, whose entries have `estimated_time_to_regain_access` in minutes
 * (Graph API, "Rate Limits", https://developers.facebook.com/docs/graph-api/overview/rate-limiting,
 * 2026-11-30). The longest one counts. Undefined where the header is absent, unreadable, or says
 * that nothing has to be waited for.
 */
export function readRegainMs({ headers }: HttpAnswer): number | undefined {
  const text = headers['x-business-use-case-usage'];
  if (text === undefined) return undefined;
  let usage: unknown;
  try {
    usage = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(usage)) return undefined;
  const entries = Object.values(usage).flat().filter(isJsonObject);
  const minutes = entries
    .map((entry) => Number(entry['estimated_time_to_regain_access']))
    .filter((time) => time > 0);
  return minutes.length === 0
    ? undefined
    : Math.min(LONGEST_MINUTES, Math.max(...minutes)) * MINUTE_MS;
}
