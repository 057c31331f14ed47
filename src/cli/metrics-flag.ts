import type { MetricsAddress } from '../delivery/metrics-server.js';
import { UsageError } from '../errors.js';

const LOOPBACK = '127.0.0.1';

/**
 * Parses `--metrics PORT` or `--metrics HOST:PORT`. Without a host the page is served on loopback.
 * @throws UsageError that says what is expected
 */
export function readMetricsAddress(text: string | undefined): MetricsAddress | undefined {
  if (text === undefined) return undefined;
  const found = /^(?:(\[[0-9a-f:.]+\]|[a-z0-9_.-]+):)?(\d{1,5})$/i.exec(text);
  const port = Number(found?.[2]);
  if (!found || port > 65_535) {
    throw new UsageError('bad_flag_value', `Invalid value "${text}" for --metrics.`, {
      hint: 'Expected PORT or HOST:PORT, for example 9464 or 0.0.0.0:9464.',
    });
  }
  return { host: (found[1] ?? LOOPBACK).replace(/^\[|\]$/g, ''), port };
}
