import type { JudgedStatus, NetworkStatus } from '../../src/overview/network-status.js';
import type { IO } from './io.js';
import { printTable, type Column } from './table.js';
import { cleanText } from './text.js';
import { formatAge } from './times.js';

const HEALTH_WORDS = {
  ok: 'ok',
  credential_failures: 'Credential failures detected',
  no_recent_activity: 'No recent activity',
} as const;
/** Shown instead of the health where the cause is known and is not the grant. */
const FIX_WORDS: Partial<Record<NonNullable<NetworkStatus['fix']>, string>> = {
  accept_terms: 'Terms not accepted',
  permission: 'Permission missing',
};
const HEALTH_PAINT = { ok: 'green', credential_failures: 'red', no_recent_activity: 'dim' } as const;

/** One screen: the connected networks, what is not well with each, and those that are not connected in a line. */
export async function printStatus(
  io: IO,
  { workspace, networks, needAttention }: JudgedStatus,
  nowMs: number,
): Promise<void> {
  const connected = networks.filter((one) => one.connected || needAttention.includes(one.network));
  const others = networks.filter((network) => !connected.includes(network));
  await io.remark(io.color.err.dim(`Workspace ${workspace}`));
  await printTable(io, connected, columnsOf(io, connected, nowMs), { empty: 'No network is connected.' });
  for (const network of connected) await printAttention(io, network);
  if (others.length === 0) return;
  const names = others.map(({ network }) => network).join(', ');
  await io.remark(io.color.err.dim(`Not connected: ${names}. postback connect ${others[0]!.network}`));
}

function columnsOf(io: IO, rows: readonly NetworkStatus[], nowMs: number): Column<NetworkStatus>[] {
  const some = (test: (row: NetworkStatus) => boolean): boolean => !io.isTerminal || rows.some(test);
  const columns: (Column<NetworkStatus> | false)[] = [
    { header: 'Network', value: ({ network }) => network },
    {
      header: 'Account',
      value: ({ account, accountName }) => (io.isTerminal ? (accountName ?? account) : account),
      dropOrder: 4,
    },
    some(({ region }) => region !== null) && { header: 'Region', value: ({ region }) => region, dropOrder: 6 },
    { header: 'On', value: ({ enabled }) => (enabled ? 'yes' : 'no'), dropOrder: 5 },
    { header: 'Goals', value: ({ goalsMapped, goalsActive }) => `${goalsMapped} of ${goalsActive}`, dropOrder: 1 },
    { header: '24 h', value: ({ delivered24h }) => delivered24h, align: 'right' },
    {
      header: 'Failed',
      value: ({ failed24h }) => failed24h,
      align: 'right',
      paint: (text, color, { failed24h }) => (failed24h > 0 ? color.red(text) : text),
    },
    {
      header: 'Waiting',
      value: ({ pending }) => pending,
      align: 'right',
      paint: (text, color, { pending }) => (pending > 0 ? color.yellow(text) : text),
      dropOrder: 2,
    },
    some(({ processing }) => processing > 0) && {
      header: 'Processing',
      value: ({ processing }) => processing,
      align: 'right',
      dropOrder: 3,
    },
    { header: 'Last delivery', value: ({ lastDelivery }) => lastTime(io, lastDelivery, nowMs), dropOrder: 7 },
    { header: 'Token', value: ({ tokenAgeMs }) => (tokenAgeMs === null ? null : formatAge(tokenAgeMs)), dropOrder: 8 },
    {
      header: 'Health',
      value: ({ health, fix }) => (health === null ? '' : ((fix && FIX_WORDS[fix]) ?? HEALTH_WORDS[health])),
      paint: (text, color, { health }) => (health === null ? text : color[HEALTH_PAINT[health]](text)),
    },
    !io.isTerminal && { header: 'Next', value: ({ next }) => next },
  ];
  return columns.filter((column) => column !== false);
}

function lastTime(io: IO, lastDelivery: string | null, nowMs: number): string | null {
  if (lastDelivery === null || !io.isTerminal) return lastDelivery;
  const age = formatAge(nowMs - Date.parse(lastDelivery));
  return age === 'just now' ? age : `${age} ago`;
}

async function printAttention(io: IO, { network, problem, next, health, processing }: NetworkStatus): Promise<void> {
  const { err } = io.color;
  if (processing > 0) {
    const words = `${processing} accepted and still being decided upon there.`;
    await io.remark(`${network}: ${words} postback status asks again.`);
  }
  if (problem === undefined) return;
  const mark = health === 'no_recent_activity' ? err.dim('-') : err.yellow('!');
  await io.remark(`${mark} ${network}: ${cleanText(problem)}`);
  await io.remark(`  ${err.bold('Next:')} ${next ?? ''}`);
}
