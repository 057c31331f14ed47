import { dirname } from 'node:path';

import type { Connected } from '../accounts/connections.js';
import { adviseOnAnyNetwork } from '../accounts/environment.js';
import { AuthError, ConfigError } from '../errors.js';
import type { AnyNetwork } from '../networks/network.js';
import { listNetworks } from '../networks/registry.js';
import type { Workspace, WorkspaceInput } from '../workspace.js';
import { fail, pass, warn, type Check } from './check.js';
import { checkDisk } from './disk.js';
import { checkFiles } from './files.js';
import { checkGoals } from './goals.js';
import { checkDeliveryLog } from './log.js';
import { checkNetwork } from './network-checks.js';

export interface DoctorInput {
  workspace: Workspace;
  directories: WorkspaceInput['directories'];
  variables: WorkspaceInput['variables'];
  platform: string;
  /** The gateway that requests go through, where one is set. */
  gateway?: string;
  signal?: AbortSignal;
}

/**
 * Every preflight check there is: this machine first, then each network that is connected, against
 * its real endpoints. Sends no conversion; a token that it renews is stored, as a run would.
 * @throws AbortError; ConfigError where a file is wrong.
 */
export async function* checkLive(input: DoctorInput): AsyncGenerator<Check> {
  for await (const check of listChecks(input)) yield withoutItself(check);
}

/** The step that refusals have for other commands; here it is the command that runs. */
const ITSELF = 'postback doctor';

/** Replaces a step that names `doctor` itself with words. */
function withoutItself(check: Check): Check {
  if (check.next !== ITSELF) return check;
  // Only a grant in variables has this step, because `connect` does not renew it.
  if (check.kind === 'auth') return { ...check, next: 'postback help environment' };
  const { next: _, ...rest } = check;
  const why = `${check.why ?? ''} When this is fixed, run the same command again.`.trimStart();
  return { ...rest, why };
}

async function* listChecks(input: DoctorInput): AsyncGenerator<Check> {
  const { workspace, directories, platform } = input;
  yield* checkFiles({ directories, workspace: workspace.name, platform });
  yield checkDisk(dirname(workspace.logLocation.path));
  yield* checkDeliveryLog(workspace.logLocation);
  yield* describeGateway(input);
  yield checkGoals(workspace.goals);
  yield* checkNetworks(input);
}

function* describeGateway({ gateway, workspace }: DoctorInput): Generator<Check> {
  if (workspace.sandboxUrl !== undefined) {
    yield pass(
      'gateway',
      'The embedded sandbox replaces the networks. The checks below do not cover real accounts.',
    );
  } else if (gateway !== undefined) {
    yield warn('gateway', `Every request goes through ${gateway}.`, {
      why: 'The results below come from the gateway, which may not be the real network.',
    });
  }
}

async function* checkNetworks(input: DoctorInput): AsyncGenerator<Check> {
  const { workspace, variables, signal } = input;
  let count = 0;
  for (const network of listNetworks(workspace.endpoints)) {
    const found = find(workspace, network);
    if (!found) continue;
    count += 1;
    if ('result' in found) yield found;
    else
      yield* checkNetwork({
        workspace,
        network,
        connected: found,
        variables,
        ...(signal ? { signal } : {}),
      });
  }
  if (count > 0) return;
  const advice = adviseOnAnyNetwork(variables);
  const more = {
    why: advice?.hint ?? 'Postbacks cannot be sent anywhere.',
    next: advice?.next ?? 'postback connect',
    kind: 'auth' as const,
  };
  yield fail('connection', 'No network is connected in this workspace.', more);
}

/** The connection, or what is wrong with the variables that describe it. */
function find(
  { connections, name }: Workspace,
  network: AnyNetwork,
): Connected | Check | undefined {
  try {
    return connections.find(name, network.name);
  } catch (error) {
    const isVariable = error instanceof ConfigError && error.code === 'bad_variable';
    if (!(error instanceof AuthError) && !isVariable) throw error;
    const more = { why: error.hint ?? 'The connection cannot be used.', kind: 'auth' as const };
    const next = error.next ?? 'postback help environment';
    return { ...fail('connection', error.message, { ...more, next }), network: network.name };
  }
}
