import { isIP, isIPv4 } from 'node:net';
import { textBefore } from '../text-ends.js';

/**
 * Where one address of a list ends; `Forwarded: for=` has parameters after a semicolon (RFC 7239).
 */
const BETWEEN = /[,;\s]+/;
const MAX_LENGTH = 1024;
const FORWARDED = /^for=/i;
/** `[2001:db8::1]:443`, with or without its port. */
const BRACKETED = /^\[([^\]]+)\](?::\d{1,5})?$/;
const WITH_PORT = /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/;
/** An IPv4 address inside an IPv6 one (RFC 4291, section 2.5.5.2), as `new URL` writes it. */
const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;
/**
 * Addresses that are nobody's on the internet: this network, private use, shared, loopback,
 * link-local, multicast and reserved. Documentation ranges stay, as examples use them.
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry (2026-11-30)
 */
const SPECIAL_V4 =
  /^(?:0|10|127|22[4-9]|2[3-5]\d)\.|^192\.168\.|^169\.254\.|^172\.(?:1[6-9]|2\d|3[01])\.|^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./;
/**
 * Unspecified, loopback, unique local (fc00::/7), link-local (fe80::/10), site-local and multicast
 * (ff00::/8).
 */
const SPECIAL_V6 = /^(?:::1?$|f[cd]|fe[89a-f]|ff)/;

/**
 * Returns the first public IP address of a text: v4 in dots, or v6 in lower case. Ports, brackets,
 * zones and quotation marks go; `::ffff:a.b.c.d` is the v4 address. Private, loopback and
 * link-local addresses identify nobody and are passed over. Undefined where nothing is left.
 */
export function readPublicIp(text: string): string | undefined {
  if (isIPv4(text)) return SPECIAL_V4.test(text) ? undefined : text;
  if (text.length > MAX_LENGTH) return undefined;
  for (const part of text.split(BETWEEN)) {
    const address = readAddress(part);
    if (address !== undefined) return address;
  }
  return undefined;
}

function readAddress(part: string): string | undefined {
  const bare = part.replaceAll('"', '').replaceAll("'", '').replace(FORWARDED, '');
  const address = textBefore(
    BRACKETED.exec(bare)?.[1] ?? WITH_PORT.exec(bare)?.[1] ?? bare,
    /%/,
  ).toLowerCase();
  const version = isIP(address);
  if (version === 4) return SPECIAL_V4.test(address) ? undefined : address;
  if (version === 0) return undefined;
  // One spelling of the many that an address has.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const mapped = MAPPED.exec(canonical);
  if (mapped === null) return SPECIAL_V6.test(canonical) ? undefined : address;
  const bytes = [mapped[1], mapped[2]].flatMap((group) => [
    parseInt(group!, 16) >> 8,
    parseInt(group!, 16) & 255,
  ]);
  const inner = bytes.join('.');
  return SPECIAL_V4.test(inner) ? undefined : inner;
}
