import { formatBytes } from '../doctor/disk.js';
import type { EvaluatedStatus, LogServerStatus, NetworkStatus } from '../status/network-status.js';
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
const HEALTH_PAINT = {
  ok: 'green',
  credential_failures: 'red',
  no_recent_activity: 'dim',
} as const;

/**
 * Prints the connected networks with their problems, and one line for networks that are not
 * connected.
 */
export async function printStatus(
  io: IO,
  { workspace, log, sources, unsent, networks, haveIssues }: EvaluatedStatus,
  nowMs: number,
): Promise<void> {
  const connected = networks.filter((one) => one.connected || haveIssues.includes(one.network));
  const others = networks.filter((network) => !connected.includes(network));
  await io.info(io.color.err.dim(`Workspace ${workspace}`));
  await printTable(io, connected, columnsOf(io, connected, nowMs), {
    empty: 'No network is connected.',
  });
  for (const network of connected) await printIssues(io, network);
  if (unsent !== undefined) {
    await io.info(`${io.color.err.yellow('!')} ${unsent.problem}`);
    await io.info(`  ${io.color.err.bold('Next:')} ${unsent.next}`);
  }
  if (log.server) await printServer(io, log.server);
  for (const { run, command, host } of log.runs) {
    await io.info(`Running: ${command} ${run} on ${cleanText(host)}`);
  }
  for (const { url, group, assigned, lag } of sources) {
    const by = group === null ? '' : ` by ${cleanText(group)}`;
    const left = lag === null ? 'lag unknown' : `lag ${lag}`;
    await io.info(`Reading: ${cleanText(url)}${by}, ${assigned} assigned, ${left}`);
  }
  if (others.length === 0) return;
  const names = others.map(({ network }) => network).join(', ');
  const { network, next = `postback connect ${network}` } = others[0]!;
  await io.info(io.color.err.dim(`Not connected: ${names}. Run: ${next}`));
}

async function printServer(io: IO, server: LogServerStatus): Promise<void> {
  const size = server.bytes === null ? '' : `, ${formatBytes(server.bytes)}`;
  const words = `Log: PostgreSQL ${server.version} at ${server.place}${size}`;
  await io.info(io.color.err.dim(cleanText(words)));
  for (const problem of server.problems)
    await io.info(`${io.color.err.yellow('!')} ${cleanText(problem)}`);
}

function columnsOf(io: IO, rows: readonly NetworkStatus[], nowMs: number): Column<NetworkStatus>[] {
  const some = (test: (row: NetworkStatus) => boolean): boolean =>
    !io.isTerminal || rows.some(test);
  const columns: (Column<NetworkStatus> | false)[] = [
    { header: 'Network', value: ({ network }) => network },
    {
      header: 'Account',
      value: ({ account, accountName }) => (io.isTerminal ? (accountName ?? account) : account),
      dropOrder: 1,
    },
    some(({ region }) => region !== null) && {
      header: 'Region',
      value: ({ region }) => region,
      dropOrder: 2,
    },
    { header: 'On', value: ({ enabled }) => (enabled ? 'yes' : 'no'), dropOrder: 6 },
    {
      header: 'Goals',
      value: ({ goalsMapped, goalsActive }) => `${goalsMapped} of ${goalsActive}`,
      dropOrder: 3,
    },
    { header: '24 h', value: ({ delivered24h }) => delivered24h, align: 'right' },
    {
      header: 'Failed',
      value: ({ failed }) => failed,
      align: 'right',
      paint: (text, color, { failed }) => (failed > 0 ? color.red(text) : text),
    },
    {
      header: 'Waiting',
      value: ({ pending }) => pending,
      align: 'right',
      paint: (text, color, { pending }) => (pending > 0 ? color.yellow(text) : text),
      dropOrder: 4,
    },
    some(({ processing }) => processing > 0) && {
      header: 'Processing',
      value: ({ processing }) => processing,
      align: 'right',
      dropOrder: 5,
    },
    {
      header: 'Last delivery',
      value: ({ lastDelivery }) => lastTime(io, lastDelivery, nowMs),
      dropOrder: 7,
    },
    {
      header: 'Token',
      value: ({ tokenAgeMs }) => (tokenAgeMs === null ? null : formatAge(tokenAgeMs)),
      dropOrder: 8,
    },
    {
      header: 'Health',
      value: ({ health, fix }) =>
        health === null ? '' : ((fix && FIX_WORDS[fix]) ?? HEALTH_WORDS[health]),
      paint: (text, color, { health }) =>
        health === null ? text : color[HEALTH_PAINT[health]](text),
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

async function printIssues(
  io: IO,
  { network, problem, next, health, processing }: NetworkStatus,
): Promise<void> {
  const { err } = io.color;
  if (processing > 0) {
    const words = `${processing} accepted but not confirmed yet.`;
    await io.info(`${network}: ${words} Run postback status to check again.`);
  }
  if (problem === undefined) return;
  const mark = health === 'no_recent_activity' ? err.dim('-') : err.yellow('!');
  await io.info(`${mark} ${network}: ${cleanText(problem)}`);
  await io.info(`  ${err.bold('Next:')} ${next ?? ''}`);
}
