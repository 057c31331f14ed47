import { isIP } from 'node:net';
import type { Identifiers } from '../events/conversion-event.js';

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const MAX_USER_AGENT_LENGTH = 512;
const HALF_CHARACTER = /[\uD800-\uDBFF]$/;

/**
 * The IP address, where it is one: v4 in dots or v6 in lower case. Anything else could be something
 * personal.
 */
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

/**
 * Click ids have no common form, but none has blanks or an `@`: an e-mail address in the wrong
 * field is left out.
 */
const CLICK_ID = /^[^\s@]{1,2048}$/;

/** The id of a click as it stood in the landing page's address; undefined where it can be none. */
export function readClickId(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed !== undefined && CLICK_ID.test(trimmed) ? trimmed : undefined;
}

/** The advertising id of devices that limit ad tracking: the same for all of them. */
const ZERO_ID = /^[0-]+$/;

/** The mobile advertising id, where it is a UUID of one device. */
export function readMobileId({ maid }: Identifiers): string | undefined {
  const id = readUuid(maid);
  return id === undefined || ZERO_ID.test(id) ? undefined : id;
}
