import type { Connected } from './accounts/connections.js';
import { Connections } from './accounts/connections.js';
import type { Credentials } from './accounts/credentials.js';
import { openIdEncryptor } from './accounts/id-encryptor.js';
import { createTokenSource } from './accounts/token-source.js';
import type { TokenSource } from './accounts/tokens.js';
import { checkTemplates } from './accounts/endpoint-credentials.js';
import { createEndpointTokens } from './accounts/endpoint-tokens.js';
import { setEndpointClicks } from './attribution/endpoint-clicks.js';
import type { Clock } from './clock.js';
import type { RunConfig, RunConfigInput } from './config/run-config.js';
import { loadRunConfig } from './config/run-config.js';
import type { Settings } from './config/settings.js';
import { ConfigError } from './errors.js';
import type { ConversionGoal } from './goals/goal.js';
import { createHttpClient } from './http/client.js';
import { checkGateway } from './http/gateway.js';
import type { HttpClient } from './http/http.js';
import { locateLog, type LogLocation } from './config/log-location.js';
import type { EndpointTemplate } from './networks/http/template.js';
import type { EndpointName } from './networks/names.js';
import type { IdEncryptor } from './networks/network.js';
import type { Random } from './random.js';

export interface WorkspaceInput extends RunConfigInput {
  /** For the `User-Agent` header. */
  version: string;
  clock: Clock;
  random: Random;
}

/** Connections, goals, mappings and delivery log of one game for this run. */
export interface Workspace {
  name: string;
  config: RunConfig;
  settings: Settings;
  goals: readonly ConversionGoal[];
  connections: Connections;
  http: HttpClient;
  /** Seals the external ids of people in audience lists. */
  encryptor: IdEncryptor;
  /** Where the delivery log is, or will be. */
  logLocation: LogLocation;
  clock: Clock;
  random: Random;
  /** The variables of the process, which hold the secrets of brokers. */
  variables: RunConfigInput['variables'];
  /** The embedded sandbox under `--sandbox`. */
  sandboxUrl?: string;
  /** The endpoints of this workspace by name, connected or not. */
  endpoints: ReadonlyMap<EndpointName, EndpointTemplate>;
  /** The connections of this workspace. @throws AuthError, ConfigError as Connections.list. */
  connected(): Connected[];
  tokensOf(connected: Connected): TokenSource;
  close(): Promise<void>;
}

/**
 * Brings together what a command works with. Under `--sandbox` an embedded sandbox is started and
 * connected.
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
    report: input.report,
    endpoints: checkTemplates(config.project?.http, config.project?.path),
    projectPath: config.project?.path,
    allowsPrivate: isPrivateAllowed(input),
    ...(embedded ? { given: embedded.credentials } : {}),
  });
  await connections.store.removeDrafts();
  const name = config.workspace.value;
  const endpoints = listEndpoints(connections, name);
  setEndpointClicks(
    [...endpoints].map(([owner, { clickId = { fields: [], utmSources: [] } }]) => ({
      owner,
      ...clickId,
    })),
  );
  return {
    name,
    config,
    settings: config.settings,
    goals: embedded ? await embedded.goalsOf(config, input.flags) : config.goals,
    connections,
    http,
    encryptor: openIdEncryptor(input.directories.config, random),
    logLocation: locateLog({ config, environment: input, clock }),
    clock,
    random,
    variables,
    ...(embedded ? { sandboxUrl: embedded.url } : {}),
    endpoints,
    connected: () => connections.list(name),
    tokensOf: (connected) =>
      connected.credentials.connection.template
        ? createEndpointTokens(connected)
        : createTokenSource(connected, { http, clock }),
    close: async () => {
      await http.close();
      await embedded?.close();
    },
  };
}

/** The endpoints of a workspace; none where the store cannot be read, which its users report. */
function listEndpoints(
  connections: Connections,
  workspace: string,
): ReadonlyMap<EndpointName, EndpointTemplate> {
  try {
    return connections.listEndpoints(workspace);
  } catch (error) {
    if (error instanceof ConfigError) return new Map();
    throw error;
  }
}

/** Commands without the flag heed its variable: `explain` and `doctor` show what a run would do. */
function isPrivateAllowed({ flags, variables }: WorkspaceInput): boolean {
  const { 'allow-private': flag } = flags;
  return flag === undefined ? variables['POSTBACK_ALLOW_PRIVATE'] === 'true' : flag === true;
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
