import { join } from 'node:path';

import type { Connected } from './accounts/connections.js';
import { Connections } from './accounts/connections.js';
import type { Credentials } from './accounts/credentials.js';
import { openIdVault } from './accounts/id-vault.js';
import { createTokenSource } from './accounts/token-source.js';
import type { TokenSource } from './accounts/tokens.js';
import type { Clock } from './clock.js';
import type { RunConfig, RunConfigInput } from './config/run-config.js';
import { loadRunConfig } from './config/run-config.js';
import type { Settings } from './config/settings.js';
import type { ConversionGoal } from './goals/goal.js';
import { createHttpClient } from './http/client.js';
import { checkGateway } from './http/gateway.js';
import type { HttpClient } from './http/http.js';
import type { IdVault } from './networks/network.js';
import type { Random } from './random.js';

export interface WorkspaceInput extends RunConfigInput {
  /** For the `User-Agent` header. */
  version: string;
  clock: Clock;
  random: Random;
  /** See {@link Workspace.onSettled}. */
  onSettled?: () => void;
}

/** One game's connections, goals, mappings and delivery log, as this run sees them. */
export interface Workspace {
  name: string;
  config: RunConfig;
  settings: Settings;
  goals: readonly ConversionGoal[];
  connections: Connections;
  http: HttpClient;
  /** Seals the external ids of people in audience lists. */
  vault: IdVault;
  /** Where the delivery log is, or will be. */
  logPath: string;
  clock: Clock;
  random: Random;
  /** The embedded sandbox under `--sandbox`. */
  sandboxUrl?: string;
  /** What a run calls once when it goes on for longer than a moment, and all of its code is loaded. */
  onSettled?: () => void;
  /** The connections of this workspace. @throws AuthError, ConfigError as Connections.list. */
  connected(): Connected[];
  tokensOf(connected: Connected): TokenSource;
  close(): Promise<void>;
}

/**
 * Brings together what a command works with. Under `--sandbox` an embedded sandbox is started and connected.
 * @throws ConfigError for files and settings that are wrong; UsageError for a bad gateway
 */
export async function openWorkspace(input: WorkspaceInput): Promise<Workspace> {
  const config = loadRunConfig(input);
  const embedded = input.flags['sandbox'] ? await startEmbedded(input) : undefined;
  const gateway = embedded?.url ?? readGateway(input);
  const { clock, random, variables } = input;
  const http = createHttpClient({
    ...(gateway === undefined ? {} : { gateway }),
    ...proxyOf(variables, gateway),
    timeoutMs: config.settings['delivery.timeoutMs'],
    userAgent: `postback/${input.version}`,
  });
  const connections = new Connections({
    configDirectory: input.directories.config,
    variables,
    ...(embedded ? { given: embedded.credentials } : {}),
  });
  await connections.store.removeDrafts();
  const name = config.workspace.value;
  return {
    name,
    config,
    settings: config.settings,
    goals: embedded ? await embedded.goalsOf(config, input.flags) : config.goals,
    connections,
    http,
    vault: openIdVault(input.directories.config, random),
    logPath: join(input.directories.data, name, 'delivery.db'),
    clock,
    random,
    ...(embedded ? { sandboxUrl: embedded.url } : {}),
    ...(input.onSettled ? { onSettled: input.onSettled } : {}),
    connected: () => connections.list(name),
    tokensOf: (connected) => createTokenSource(connected, { http, clock }),
    close: async () => {
      await http.close();
      await embedded?.close();
    },
  };
}

interface Embedded {
  url: string;
  credentials: readonly Credentials[];
  goalsOf(config: RunConfig, flags: RunConfigInput['flags']): Promise<readonly ConversionGoal[]>;
  close(): Promise<void>;
}

async function startEmbedded({ clock, random, variables }: WorkspaceInput): Promise<Embedded> {
  const { startSandbox } = await import('./sandbox/sandbox.js');
  const { makeSandboxCredentials, findSandboxGoals } = await import('./sandbox-workspace.js');
  const sandbox = await startSandbox({ clock, random });
  return {
    url: sandbox.url,
    credentials: makeSandboxCredentials(variables),
    goalsOf: async (config, flags) => findSandboxGoals(config, flags),
    close: () => sandbox.close(),
  };
}

function readGateway({ flags }: WorkspaceInput): string | undefined {
  const { gateway } = flags;
  return typeof gateway === 'string' && gateway !== '' ? checkGateway(gateway) : undefined;
}

/** A gateway is where requests are meant to go: no proxy comes between. */
function proxyOf(
  variables: WorkspaceInput['variables'],
  gateway: string | undefined,
): { proxy?: { url: string; bypass?: string } } {
  const url = variables['HTTPS_PROXY'] || variables['https_proxy'];
  if (!url || gateway !== undefined) return {};
  const bypass = variables['NO_PROXY'] || variables['no_proxy'];
  return { proxy: bypass ? { url, bypass } : { url } };
}
