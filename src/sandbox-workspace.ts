import type { Credentials } from './accounts/credentials.js';
import { readVariable } from './accounts/environment.js';
import type { RunConfig, RunConfigInput } from './config/run-config.js';
import { DEFAULT_WORKSPACE } from './config/workspace-name.js';
import type { ConversionGoal } from './goals/goal.js';
import { GOAL_TEMPLATES } from './goals/templates.js';
import type { NetworkName } from './networks/names.js';
import type { SecretField } from './networks/variables.js';
import { SANDBOX_SEEDS } from './sandbox/networks.js';
import type { SandboxSeed } from './sandbox/seed.js';
import { Secret } from './secret.js';

/**
 * The grants that the embedded sandbox has given without asking. `POSTBACK_<NETWORK>_API` chooses a
 * contract.
 */
export function makeSandboxCredentials(
  variables: RunConfigInput['variables'],
): readonly Credentials[] {
  return SANDBOX_SEEDS.map(({ connection, secrets }) => {
    const api = readVariable(variables, connection.network, 'API') ?? connection.api;
    const credentials: Credentials = {
      connection: { ...connection, ...(api ? { api } : {}), source: 'sandbox' },
    };
    for (const [field, text] of Object.entries(secrets))
      credentials[field as SecretField] = new Secret(text);
    return credentials;
  });
}

/**
 * The goals of a `--sandbox` run: those of the project file or of the sandbox's own workspace, else
 * the real workspace's, else the templates, so that a newcomer's first try sends something.
 */
export function findSandboxGoals(
  config: RunConfig,
  flags: RunConfigInput['flags'],
): readonly ConversionGoal[] {
  if (config.goals.length > 0) return config.goals;
  const { workspace } = flags;
  const real = config.user.readGoals(typeof workspace === 'string' ? workspace : DEFAULT_WORKSPACE);
  return real.length > 0 ? real : makeTemplateGoals();
}

/** The templates, mapped to what the sandbox has. */
export function makeTemplateGoals(): ConversionGoal[] {
  return GOAL_TEMPLATES.map(({ id, name, event, trigger, description }) => ({
    id,
    name,
    event,
    trigger,
    description,
    filters: [],
    enabled: true,
    map: Object.fromEntries(
      SANDBOX_SEEDS.flatMap(({ connection, mappings }) => listMapped(connection, mappings?.[id])),
    ),
    testMap: {},
  }));
}

function listMapped(
  { network }: SandboxSeed['connection'],
  mapping: string | undefined,
): [NetworkName, string][] {
  return mapping === undefined ? [] : [[network, mapping]];
}
