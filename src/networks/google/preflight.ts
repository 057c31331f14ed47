import { AuthError, NetworkError, type PostbackError } from '../../errors.js';
import type { Connection } from '../network.js';
import type { CheckResult, Preflight, PreflightCall, PreflightGoal } from '../preflight.js';
import { describeRefusedProbe, OUR_FAULT } from '../probe.js';
import { readGoogleError } from './error-answer.js';
import { checkCustomer } from './grant-check.js';
import { API_ORIGIN, DATA_MANAGER_SCOPE, TESTING_LASTS_DAYS } from './login.js';
import { checkGoogleMapping } from './mapping.js';
import { describeOurFault, openProbeChannel, probeAction, probeIdentifiers } from './probe.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** The account accepts clicks but not identifiers, which is only a warning. */
const CLICKS_ONLY = /^DESTINATION_ACCOUNT_/;

/**
 * Checks of Google that send no conversions. All requests use `validateOnly`, so nothing is stored.
 */
export const preflight: Preflight = {
  origins: () => [API_ORIGIN],
  checkConfig: (connection, nowMs) => [...checkScopes(connection), ...checkTrap(connection, nowMs)],
  async checkLive(call) {
    const account = await checkAccount(call);
    if (account.result === 'fail') return [account];
    const results: CheckResult[] = [account];
    for (const [action, goals] of groupByAction(call.goals))
      results.push(await checkAction(call, action, goals));
    return results;
  },
};

/** Checks the scopes, if the login or the token endpoint reported them. */
function checkScopes({ scopes }: Connection): CheckResult[] {
  if (!scopes) return [];
  if (scopes.includes(DATA_MANAGER_SCOPE)) {
    return [
      { id: 'scopes', result: 'pass', message: 'The consent covers conversions (datamanager).' },
    ];
  }
  return [
    {
      id: 'scopes',
      result: 'fail',
      message: `The consent lacks the scope ${DATA_MANAGER_SCOPE}.`,
      why: 'Google refuses every conversion sent with this grant.',
      next: 'postback connect google',
      kind: 'auth',
    },
  ];
}

/**
 * Warns during the first week, when a grant of a consent screen in testing looks like a permanent
 * one.
 */
function checkTrap({ connectedAt }: Connection, nowMs: number): CheckResult[] {
  const connectedMs = Date.parse(connectedAt ?? '');
  const ageMs = nowMs - connectedMs;
  if (Number.isNaN(ageMs) || ageMs > TESTING_LASTS_DAYS * DAY_MS) return [];
  const end = new Date(connectedMs + TESTING_LASTS_DAYS * DAY_MS).toISOString().slice(0, 10);
  return [
    {
      id: 'consent-screen',
      result: 'warn',
      message:
        `Connected less than ${TESTING_LASTS_DAYS} days ago: if the consent screen is in ` +
        `publishing status "Testing", this grant ends on ${end}.`,
      why: 'Google does not report the status, and publishing later does not extend the grant.',
      next: 'postback connect google',
    },
  ];
}

async function checkAccount({
  http,
  connection,
  accessToken,
  nowMs,
  signal,
}: PreflightCall): Promise<CheckResult> {
  const { account, loginAccount } = connection;
  const candidate = {
    account,
    name: account,
    ...(loginAccount === undefined ? {} : { loginAccount }),
  };
  try {
    await checkCustomer(
      { http, accessToken, wanted: {}, nowMs, ...(signal ? { signal } : {}) },
      candidate,
    );
    return {
      id: 'account',
      result: 'pass',
      message: `The user has access to customer ${account}.`,
    };
  } catch (error) {
    if (error instanceof AuthError || error instanceof NetworkError) return explain(error);
    const fault = describeRefusedProbe(error);
    if (fault) return fault;
    throw error;
  }
}

function explain({ message, hint, kind, next }: PostbackError): CheckResult {
  const isNetwork = kind === 'network';
  const why = hint?.replace(/ ?Nothing was stored\. ?/, '');
  return {
    id: 'account',
    result: 'fail',
    message,
    ...(why ? { why } : {}),
    next: isNetwork ? 'postback doctor' : (next ?? 'postback connect google'),
    kind: isNetwork ? 'network' : 'auth',
  };
}

/** The goals by what they are mapped to, test mappings too: an action is asked for once. */
function groupByAction(goals: readonly PreflightGoal[]): Map<string, string[]> {
  const actions = new Map<string, string[]>();
  for (const { id, mapping, test } of goals) {
    for (const action of new Set([mapping, test])) {
      if (typeof action !== 'string' || checkGoogleMapping(action) !== undefined) continue;
      actions.set(action, [...(actions.get(action) ?? []), id]);
    }
  }
  return actions;
}

async function checkAction(
  call: PreflightCall,
  action: string,
  goals: readonly string[],
): Promise<CheckResult> {
  const { http, connection, accessToken, nowMs, signal } = call;
  const channel = openProbeChannel(connection);
  const items = [probeAction(action, nowMs), probeIdentifiers(action, nowMs)];
  const answer = await http.send(channel.request(items, accessToken), signal ? { signal } : {});
  const { outcomes } = channel.classify(items, answer);
  const outcome =
    outcomes.find(({ kind }) => kind !== 'delivered' && kind !== 'unknown') ?? outcomes[0];
  const what = `Conversion action ${action} (${goals.join(', ')})`;
  const id = 'definitions';
  if (outcome?.kind === 'delivered')
    return { id, result: 'pass', message: `${what} accepts conversions.` };
  const ours = answer.status === 400 ? describeOurFault(readGoogleError(answer)) : undefined;
  if (ours !== undefined) {
    const words = `Google refused the test event for ${action} (${goals.join(', ')}): ${ours}.`;
    return { id, result: 'fail', message: words, why: OUR_FAULT };
  }
  const { reason = 'unknown', message = reason } = outcome ?? {};
  if (CLICKS_ONLY.test(reason)) {
    const why =
      'Google rejects requests that contain email addresses or phone numbers. Turn on enhanced ' +
      'conversions for leads.';
    return { id, result: 'warn', message: `${what} accepts only click ids: ${message}`, why };
  }
  if (outcome?.kind === 'transient' || outcome?.kind === 'throttled') {
    return {
      id,
      result: 'warn',
      message: `${what} does not accept conversions yet: ${message}`,
      next: 'postback doctor',
    };
  }
  const next = `postback map ${goals[0]} google ACTION_ID`;
  return {
    id,
    result: 'fail',
    message: `${what} was refused: ${message}`,
    why: 'Its postbacks would fail.',
    next,
  };
}
