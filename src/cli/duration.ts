import { UsageError } from '../errors.js';

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Milliseconds of a duration such as `500ms`, `30s`, `10m`, `24h`,
 * `7d`.
 *
 * @throws {UsageError} for anything else.
 */
export function parseDuration(text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(text.trim());
  if (!match) {
    throw new UsageError('bad_duration', `Invalid duration "${text}".`, {
      hint: 'Examples: 500ms, 30s, 10m, 24h, 7d.',
    });
  }
  return Math.round(Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS]);
}

/**
 * Epoch milliseconds of a point in time: ISO 8601, or a duration before `nowMs`.
 *
 * @throws {UsageError} for anything else.
 */
export function parseMoment(text: string, nowMs: number): number {
  if (/^\d+(?:\.\d+)?(?:ms|s|m|h|d)$/.test(text.trim())) return nowMs - parseDuration(text);
  const isIso =
    /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/.test(
      text.trim(),
    );
  const ms = isIso ? Date.parse(text.trim()) : Number.NaN;
  if (Number.isNaN(ms)) {
    const hint = 'Use a duration (1h, 24h, 7d) or ISO 8601 (2026-11-20T08:00:00Z).';
    throw new UsageError('bad_time', `Invalid time "${text}".`, { hint });
  }
  return ms;
}
