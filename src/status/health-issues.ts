import type { NetworkActivity } from '../log/network-activity.js';
import type { Connected } from '../accounts/connections.js';
import { adviseOnNetwork } from '../accounts/environment.js';
import type { PostbackError } from '../errors.js';
import type { Connection } from '../networks/connection.js';
import type { Fix, Refusal } from '../networks/fix.js';
import { describeRefusal } from '../networks/guidance.js';
import type { AnyNetwork } from '../networks/network.js';
import type { Workspace } from '../workspace.js';
import { countGoals } from './goal-count.js';
import { evaluateHealth } from './health.js';

/** A problem of one network and the command that fixes it. */
export interface HealthIssue {
  problem: string;
  next: string;
  /** Somebody has to act before anything is delivered: exit code 4. */
  isGrant?: true;
  /** Fix of a network's refusal. */
  fix?: Fix['by'];
}

export interface HealthInput {
  network: AnyNetwork;
  workspace: Workspace;
  connected?: Connected;
  /** Why the variables of a connection cannot be used. */
  fault?: PostbackError;
  activity: NetworkActivity | undefined;
}

const DAY_MS = 24 * 3_600_000;
/** How long before the end of a consent a warning appears, in milliseconds. */
export const GRANT_WARNING_MS = 30 * DAY_MS;

/** Returns the most serious problem, or undefined if there is none. */
export function findHealthIssues(input: HealthInput): HealthIssue | undefined {
  const { connected, fault } = input;
  if (fault) {
    return { problem: fault.message, next: fault.next ?? 'postback doctor', isGrant: true };
  }
  if (!connected) return describeUnconnected(input);
  return (
    findGrantIssue(input, connected) ??
    findClockIssue(input) ??
    findSetupGap(input, connected) ??
    findDeliveryIssue(input, connected.credentials.connection)
  );
}

function describeUnconnected({ network, workspace }: HealthInput): HealthIssue {
  const advice = adviseOnNetwork(network.name, workspace.variables);
  if (!advice) return { problem: 'Not connected.', next: `postback connect ${network.name}` };
  return { problem: `Not connected. ${advice.hint}`, next: advice.next };
}

function findGrantIssue(
  { network, workspace, activity }: HealthInput,
  { credentials, enabled }: Connected,
): HealthIssue | undefined {
  const { connection } = credentials;
  const connect = `postback connect ${network.name}`;
  if (!enabled) {
    return {
      problem: 'Disabled. Its postbacks are skipped.',
      next: `postback enable ${network.name}`,
    };
  }
  if (evaluateHealth(credentials, activity) === 'credential_failures') {
    return {
      ...attend(findRefusal(connection, activity) ?? assumeRevoked(connection), connection),
      isGrant: true,
    };
  }
  const { grantExpiresAt } = connection;
  const leftMs =
    grantExpiresAt === undefined ? Infinity : Date.parse(grantExpiresAt) - workspace.clock.now();
  if (leftMs <= 0) {
    return {
      problem: `The consent ended on ${grantExpiresAt!.slice(0, 10)}.`,
      next: connect,
      isGrant: true,
    };
  }
  if (leftMs > GRANT_WARNING_MS) return undefined;
  const days = Math.ceil(leftMs / DAY_MS);
  return { problem: `The consent ends in ${days} day${days === 1 ? '' : 's'}.`, next: connect };
}

/**
 * Returns what a network refused last where nothing has disproved it: nothing was delivered and
 * nobody has connected since.
 */
export function findRefusal(
  { account, connectedAt }: Connection,
  { refusals = [], lastDeliveryMs = 0 }: Partial<NetworkActivity> = {},
): Refusal | undefined {
  const connectedMs = connectedAt === undefined ? 0 : Date.parse(connectedAt);
  const holds = ({ atMs }: Refusal): boolean => atMs > Math.max(lastDeliveryMs, connectedMs);
  return refusals.find((refusal) => refusal.account === account && holds(refusal));
}

/** Returns the default refusal if only the fact was recorded. */
function assumeRevoked({ network, account }: Connection): Refusal {
  const said = 'it was revoked or has expired';
  return {
    network,
    account,
    atMs: 0,
    kind: 'credential',
    reason: 'refused',
    said,
    fix: { by: 'reconnect' },
  };
}

/** A refusal as something to look at, in the words that a run has for it. */
function attend(refusal: Refusal, { source }: Connection): HealthIssue {
  const { problem, action, next } = describeRefusal(refusal, source);
  return { problem: `${problem} ${action}`, next, fix: refusal.fix.by };
}

function findSetupGap(
  { network, workspace }: HealthInput,
  { credentials }: Connected,
): HealthIssue | undefined {
  const { goalsActive, goalsMapped } = countGoals(
    network,
    workspace.goals,
    credentials.connection.api,
  );
  if (goalsActive === 0) {
    return workspace.goals.length === 0
      ? { problem: 'There are no goals, so no event counts.', next: 'postback goals add' }
      : {
          problem: 'Every goal is disabled, so no event counts.',
          next: `postback goals enable ${workspace.goals[0]!.id}`,
        };
  }
  if (goalsMapped === goalsActive) return undefined;
  const missing = goalsActive - goalsMapped;
  const words = missing === 1 ? '1 active goal is' : `${missing} active goals are`;
  return { problem: `${words} not mapped here and not sent.`, next: 'postback map' };
}

/** How far the newest attempt may be ahead of the clock, in milliseconds. */
const CLOCK_DOUBT_MS = 5 * 60_000;

function findClockIssue({ workspace, activity }: HealthInput): HealthIssue | undefined {
  const lastAttemptMs = activity?.lastAttemptMs ?? 0;
  if (lastAttemptMs - workspace.clock.now() <= CLOCK_DOUBT_MS) return undefined;
  const time = new Date(lastAttemptMs).toISOString().slice(0, 16);
  const problem = `The clock of this machine is slow: the log has an attempt of ${time}Z.`;
  return { problem, next: 'postback doctor' };
}

function findDeliveryIssue(
  { network, activity }: HealthInput,
  connection: Connection,
): HealthIssue | undefined {
  const { lost = 0, pending = 0, lastAttemptMs } = activity ?? {};
  const refusal = pending > 0 ? findRefusal(connection, activity) : undefined;
  if (refusal) return attend(refusal, connection);
  if (lost > 0) {
    const words = lost === 1 ? '1 postback' : `${lost} postbacks`;
    const { reason, message } = activity?.mainFailure ?? {};
    const cause =
      reason === undefined
        ? ''
        : ` Most frequent reason: ${reason}${message ? `, ${message}` : ''}`;
    return {
      problem: `${words} failed in the last 24 h.${cause}`,
      next: `postback logs --status failed --network ${network.name}`,
    };
  }
  if (pending > 0) return describeWaiting(network, connection, pending, activity);
  if (lastAttemptMs !== undefined) return undefined;
  return { problem: 'No recent activity. Nothing was delivered yet.', next: 'postback send FILE' };
}

/**
 * Describes pending postbacks of the connected account and of others, which a replay does not send.
 */
export function describeWaiting(
  network: AnyNetwork,
  { account }: Connection,
  pending: number,
  activity: NetworkActivity | undefined,
): HealthIssue {
  const others = listOthers(account, activity);
  const next = `postback replay --state pending --all --network ${network.name}`;
  const own = pending - others.reduce((total, [, number]) => total + number, 0);
  if (own > 0) return { problem: `${countWaiting(own)} pending.`, next };
  const problem =
    `${countWaiting(pending)} pending for account ` +
    `${others.map(([other]) => other).join(', ')}; connected now: ${account}. Connect that ` +
    'account again, or send them to the connected one.';
  return { problem, next: `${next} --account-changed` };
}

function countWaiting(count: number): string {
  return count === 1 ? '1 postback is' : `${count} postbacks are`;
}

/**
 * Returns the accounts other than `account` that pending postbacks were recorded for, with how many
 * of each.
 */
export function listOthers(
  account: string,
  { pendingByAccount }: Partial<NetworkActivity> = {},
): [account: string, count: number][] {
  return [...(pendingByAccount ?? [])].filter(([other]) => other !== account);
}
