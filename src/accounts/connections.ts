import type { ReportLock } from '../config/file-lock.js';
import type { EndpointTemplate } from '../networks/http/template.js';
import {
  endpointNameOf,
  isEndpointName,
  NETWORK_NAMES,
  type EndpointName,
  type NetworkName,
} from '../networks/names.js';
import { CredentialStore } from './credential-store.js';
import type { Credentials } from './credentials.js';
import { checkTemplate, makeEndpointCredentials } from './endpoint-credentials.js';
import {
  readEnvironmentConnection,
  rememberSecretVariables,
  type Variables,
} from './environment.js';

/** A connected network; `credentials.connection.source` names the source. */
export interface Connected {
  workspace: string;
  credentials: Credentials;
  enabled: boolean;
  /** Where tokens are kept; undefined for connections that live in memory only. */
  store: CredentialStore | undefined;
}

export interface ConnectionSources {
  configDirectory: string;
  variables: Variables;
  /** Is given what a write waits for. */
  report?: ReportLock | undefined;
  /** Templates of the project file: each connects an endpoint, in place of a stored one. */
  endpoints?: readonly EndpointTemplate[];
  /** The project file, for messages. */
  projectPath?: string | undefined;
  /** `--allow-private`: endpoints may be at private addresses. */
  allowsPrivate?: boolean;
  /** Connections of the sandbox. They override all others and are never stored. */
  given?: readonly Credentials[];
}

/** Every way to be connected, in one place: given, then the environment, then the store. */
export class Connections {
  readonly store: CredentialStore;
  readonly #sources: ConnectionSources;

  constructor(sources: ConnectionSources) {
    this.#sources = sources;
    this.store = new CredentialStore(sources.configDirectory, sources.report);
    rememberSecretVariables(sources.variables);
  }

  /**
   * The connection to a network, if there is one.
   * @throws AuthError when the environment describes one in part; ConfigError when it or the file
   *   holds something wrong.
   */
  find(workspace: string, network: NetworkName): Connected | undefined {
    const { given = [], variables } = this.#sources;
    const fixed = given.find(({ connection }) => connection.network === network);
    if (fixed) return { workspace, credentials: fixed, enabled: true, store: undefined };
    if (isEndpointName(network)) return this.#findEndpoint(workspace, network);
    const stored = this.store.find(workspace, network);
    const credentials = readEnvironmentConnection(network, variables, stored) ?? stored;
    if (!credentials) return undefined;
    const enabled = this.store.isEnabled(workspace, network);
    const isStored = credentials.connection.source === 'store';
    return { workspace, credentials, enabled, store: isStored ? this.store : undefined };
  }

  /**
   * The connections of a workspace, in the order of the networks, endpoints last. @throws as
   * {@link find}.
   */
  list(workspace: string): Connected[] {
    const names = [...NETWORK_NAMES, ...this.listEndpoints(workspace).keys()];
    return names.flatMap((network) => this.find(workspace, network) ?? []);
  }

  /**
   * The endpoints of a workspace and their templates, by name: stored ones, and those of the
   * project file in their place. Their variables need not be set.
   * @throws ConfigError as {@link CredentialStore.find}, and for a stored template with a mistake
   */
  listEndpoints(workspace: string): Map<EndpointName, EndpointTemplate> {
    const { endpoints = [] } = this.#sources;
    const found = new Map<EndpointName, EndpointTemplate>();
    for (const name of this.store.listEndpoints(workspace)) {
      const template = this.store.find(workspace, name)?.connection.template;
      if (template) found.set(name, checkTemplate(template, this.store.path));
    }
    for (const template of endpoints) found.set(endpointNameOf(template.name), template);
    const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
    return new Map(sorted);
  }

  #findEndpoint(workspace: string, network: EndpointName): Connected | undefined {
    const { variables, endpoints = [], projectPath = '', allowsPrivate = false } = this.#sources;
    const template = endpoints.find(({ name }) => endpointNameOf(name) === network);
    const enabled = this.store.isEnabled(workspace, network);
    // What is switched off sends nothing: its variables need not be set.
    const lenient = enabled ? {} : { onMissing: () => undefined };
    if (template) {
      const origin = { path: projectPath, source: 'project', allowsPrivate, ...lenient } as const;
      const credentials = makeEndpointCredentials(template, variables, origin);
      return { workspace, credentials, enabled, store: undefined };
    }
    const stored = this.store.find(workspace, network);
    if (!stored) return undefined;
    const { connection, refused } = stored;
    const made = makeEndpointCredentials(connection.template, variables, {
      path: this.store.path,
      source: 'store',
      allowsPrivate: allowsPrivate || connection.allowsPrivate === true,
      ...lenient,
    });
    const { connectedAt } = connection;
    const credentials: Credentials = {
      ...made,
      connection: { ...made.connection, ...(connectedAt === undefined ? {} : { connectedAt }) },
      ...(refused ? { refused } : {}),
    };
    return { workspace, credentials, enabled, store: this.store };
  }
}
