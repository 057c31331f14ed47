import { NETWORK_NAMES, type NetworkName } from '../networks/names.js';
import { CredentialStore } from './credential-store.js';
import type { Credentials } from './credentials.js';
import { readEnvironmentConnection, type Variables } from './environment.js';

/** A network that is connected, by whatever source; `credentials.connection.source` names it. */
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
  /** Connections that come before all others and are never stored: the sandbox's. */
  given?: readonly Credentials[];
}

/** Every way to be connected, in one place: given, then the environment, then the store. */
export class Connections {
  readonly store: CredentialStore;
  readonly #sources: ConnectionSources;

  constructor(sources: ConnectionSources) {
    this.#sources = sources;
    this.store = new CredentialStore(sources.configDirectory);
  }

  /**
   * The connection to a network, if there is one.
   * @throws AuthError when the environment describes one in part; ConfigError when it or the file holds something wrong.
   */
  find(workspace: string, network: NetworkName): Connected | undefined {
    const { given = [], variables } = this.#sources;
    const fixed = given.find(({ connection }) => connection.network === network);
    if (fixed) return { workspace, credentials: fixed, enabled: true, store: undefined };
    const stored = this.store.find(workspace, network);
    const credentials = readEnvironmentConnection(network, variables, stored) ?? stored;
    if (!credentials) return undefined;
    const enabled = this.store.isEnabled(workspace, network);
    const isStored = credentials.connection.source === 'store';
    return { workspace, credentials, enabled, store: isStored ? this.store : undefined };
  }

  /** The connections of a workspace, in the order of the networks. @throws as {@link find}. */
  list(workspace: string): Connected[] {
    return NETWORK_NAMES.flatMap((network) => this.find(workspace, network) ?? []);
  }
}
