import { lookup } from 'node:dns';
import { BlockList, isIP, isIPv4 } from 'node:net';

/**
 * Addresses that are not on the public internet: IANA's registries of special-purpose addresses
 * (https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry,
 * 2026-12-01), as far as they are not globally reachable, and multicast.
 */
const NOT_PUBLIC = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  NOT_PUBLIC.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of [
  ['::', 128],
  ['::1', 128],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 32],
  ['2001:db8::', 32],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const)
  NOT_PUBLIC.addSubnet(net, prefix, 'ipv6');

/** Forms of IPv6 that carry an IPv4 address, and in which of its eight groups. */
const EMBEDDED: readonly (readonly [start: RegExp, group: number])[] = [
  [/^0:0:0:0:0:(?:0|ffff):/, 6],
  [/^0:0:0:0:ffff:0:/, 6],
  [/^64:ff9b:0:0:0:0:/, 6],
  [/^2002:/, 1],
];

/**
 * Whether an IP address is a loopback, private, link-local or otherwise not a public one, also
 * where IPv6 carries it. False for anything that is not an IP address.
 */
export function isPrivateAddress(address: string): boolean {
  const plain = address.replace(/^\[|\]$/g, '').split('%', 1)[0] ?? '';
  if (isIPv4(plain)) return NOT_PUBLIC.check(plain, 'ipv4');
  if (isIP(plain) === 0) return false;
  if (NOT_PUBLIC.check(plain, 'ipv6')) return true;
  const groups = expandIPv6(plain);
  const text = groups.map((group) => group.toString(16)).join(':');
  const at = EMBEDDED.find(([start]) => start.test(text))?.[1];
  return at !== undefined && NOT_PUBLIC.check(toIPv4(groups, at), 'ipv4');
}

/** The eight groups of an IPv6 address. */
function expandIPv6(address: string): number[] {
  // The URL parser writes every form in one, an IPv4 address at the end included.
  const { hostname } = new URL(`http://[${address}]/`);
  const [head = '', tail] = hostname.slice(1, -1).split('::');
  const read = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [first, last] = [read(head), read(tail ?? '')];
  const zeros = new Array<number>(8 - first.length - last.length).fill(0);
  return [...first, ...zeros, ...last];
}

function toIPv4(groups: readonly number[], at: number): string {
  const [high = 0, low = 0] = groups.slice(at, at + 2);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** Code of the fault of a connection that was refused because of its address. */
export const PRIVATE_ADDRESS = 'PRIVATE_ADDRESS';

type LookupCallback = (
  error: NodeJS.ErrnoException | null,
  address: string | { address: string; family: number }[],
  family?: number,
) => void;

/**
 * Resolves a host name as `dns.lookup` does, for the connection that is made next, and fails where
 * any of its addresses is not public: a name may resolve to another address than when it was
 * checked.
 */
export function lookupPublic(
  hostname: string,
  options: { all?: boolean; family?: number | string; hints?: number },
  callback: LookupCallback,
): void {
  const { family = 0, hints = 0 } = options;
  lookup(hostname, { all: true, family: Number(family) || 0, hints }, (error, addresses) => {
    if (error) return callback(error, []);
    const refused = addresses.find(({ address }) => isPrivateAddress(address));
    if (refused) return callback(refuse(refused.address), []);
    const [first] = addresses;
    if (options.all || !first) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
}

function refuse(address: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${address} is not a public address`), { code: PRIVATE_ADDRESS });
}
