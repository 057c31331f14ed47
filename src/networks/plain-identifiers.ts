import { isIP } from 'node:net';
import type { Identifiers } from '../events/conversion-event.js';

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const MAX_USER_AGENT_LENGTH = 512;
const HALF_CHARACTER = /[\uD800-\uDBFF]$/;

/** The IP address, where it is one: v4 in dots or v6 in lower case. Anything else could be something personal. */
export function readIpAddress({ ip }: Identifiers): string | undefined {
  const trimmed = ip?.trim().toLowerCase();
  return trimmed !== undefined && isIP(trimmed) !== 0 ? trimmed : undefined;
}

/** The user agent, at most 512 characters and never cut through one. */
export function readUserAgent({ userAgent }: Identifiers): string | undefined {
  return userAgent?.trim().slice(0, MAX_USER_AGENT_LENGTH).replace(HALF_CHARACTER, '') || undefined;
}

/** A UUID in the form of RFC 4122; undefined for any other text. */
export function readUuid(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed !== undefined && UUID.test(trimmed) ? trimmed : undefined;
}
