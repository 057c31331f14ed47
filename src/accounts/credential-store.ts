import { ConfigFile } from '../config/config-file.js';
import type { ReportLock } from '../config/file-lock.js';
import { isJsonObject, type JsonObject } from '../json.js';
import {
  isEndpointName,
  type EndpointName,
  type NetworkName,
  type PerNetwork,
} from '../networks/names.js';
import type { Connection } from '../networks/network.js';
import { rememberSecretText, Secret } from '../secret.js';
import { SECRET_FIELDS, type Credentials, type Refusal } from './credentials.js';

/** Credentials as the file has them: secrets as text. */
interface StoredCredentials {
  connection: Omit<Connection, 'network' | 'source'>;
  clientSecret?: string;
  refreshToken?: string;
  accessToken?: string;
  tokenSecret?: string;
  accessTokenExpiresAtMs?: number;
  refused?: Refusal;
}

interface StoredWorkspace {
  connections?: PerNetwork<StoredCredentials>;
  /** Apart from the connections, so that the switch survives a reconnect. */
  disabled?: NetworkName[];
}

interface Content {
  workspaces: Record<string, StoredWorkspace>;
}

/**
 * `credentials.json`: the grants of every workspace, one for each network, readable by their owner
 * only.
 */
export class CredentialStore {
  readonly #file: ConfigFile<Content>;

  /** @param report is given what a write waits for */
  constructor(configDirectory: string, report?: ReportLock) {
    this.#file = new ConfigFile<Content>({
      directory: configDirectory,
      name: 'credentials',
      version: 1,
      defaults: { workspaces: {} },
      check: findProblem,
      report,
    });
  }

  get path(): string {
    return this.#file.path;
  }

  /** Receives what is to be said about locks. */
  get report(): ReportLock | undefined {
    return this.#file.report;
  }

  /** Removes what a killed process left of its drafts; see {@link ConfigFile.removeDrafts}. */
  removeDrafts(): Promise<void> {
    return this.#file.removeDrafts();
  }

  /** The stored grant, if there is one. @throws ConfigError as {@link ConfigFile.read}. */
  find(workspace: string, network: NetworkName): Credentials | undefined {
    const stored = partOf(this.#read(), workspace).connections?.[network];
    return stored && unpack(network, stored);
  }

  /** The names of the stored endpoints. @throws ConfigError as {@link ConfigFile.read}. */
  listEndpoints(workspace: string): EndpointName[] {
    const { connections = {} } = partOf(this.#read(), workspace);
    return Object.keys(connections).filter(isEndpointName);
  }

  /** Stores a grant in place of an older one; forgets that the older one was refused. */
  async save(workspace: string, credentials: Credentials): Promise<void> {
    const { network } = credentials.connection;
    await this.#change(workspace, (part) => {
      part.connections = { ...part.connections, [network]: pack(credentials) };
    });
  }

  /** Changes a stored grant; does nothing if it was removed in the meantime. */
  async revise(
    workspace: string,
    network: NetworkName,
    change: (held: Credentials) => Credentials,
  ): Promise<void> {
    await this.#change(workspace, (part) => {
      const stored = part.connections?.[network];
      if (stored)
        part.connections = {
          ...part.connections,
          [network]: pack(change(unpack(network, stored))),
        };
    });
  }

  /** Forgets a grant. Gives false when there was none. */
  async remove(workspace: string, network: NetworkName): Promise<boolean> {
    if (!this.find(workspace, network)) return false;
    await this.#change(workspace, (part) => {
      delete part.connections?.[network];
    });
    return true;
  }

  /** The switch of a network: on unless it was turned off. */
  isEnabled(workspace: string, network: NetworkName): boolean {
    return !partOf(this.#read(), workspace).disabled?.includes(network);
  }

  /** Turns a network on or off. */
  async setEnabled(workspace: string, network: NetworkName, enabled: boolean): Promise<void> {
    await this.#change(workspace, (part) => {
      const others = (part.disabled ?? []).filter((name) => name !== network);
      const disabled = enabled ? others : [...others, network];
      if (disabled.length > 0) part.disabled = disabled;
      else delete part.disabled;
    });
  }

  /**
   * The content. Remembers the secrets of all its grants, those of other workspaces and of tokens
   * that another process renewed too: an answer may repeat any of them.
   */
  #read(): Content {
    const content = this.#file.read();
    for (const { connections = {} } of Object.values(content.workspaces)) {
      for (const stored of Object.values(connections)) {
        for (const field of SECRET_FIELDS) if (stored[field]) rememberSecretText(stored[field]);
      }
    }
    return content;
  }

  async #change(workspace: string, change: (part: StoredWorkspace) => void): Promise<void> {
    await this.#file.update((draft) => {
      const part = { ...partOf(draft, workspace) };
      change(part);
      draft.workspaces[workspace] = part;
    });
  }
}

/** Own properties only: a workspace may be called `constructor`. */
function partOf(content: Content, workspace: string): StoredWorkspace {
  return Object.hasOwn(content.workspaces, workspace) ? content.workspaces[workspace]! : {};
}

function pack({
  connection,
  refused,
  accessTokenExpiresAtMs,
  variables: _variables,
  ...secrets
}: Credentials): StoredCredentials {
  const { network: _network, source: _source, ...kept } = connection;
  const stored: StoredCredentials = { connection: kept };
  for (const field of SECRET_FIELDS) if (secrets[field]) stored[field] = secrets[field].reveal();
  if (accessTokenExpiresAtMs !== undefined) stored.accessTokenExpiresAtMs = accessTokenExpiresAtMs;
  if (refused) stored.refused = refused;
  return stored;
}

function unpack(network: NetworkName, stored: StoredCredentials): Credentials {
  const { connection, refused, accessTokenExpiresAtMs } = stored;
  const credentials: Credentials = { connection: { ...connection, network, source: 'store' } };
  for (const field of SECRET_FIELDS)
    if (stored[field]) credentials[field] = new Secret(stored[field]);
  if (accessTokenExpiresAtMs !== undefined)
    credentials.accessTokenExpiresAtMs = accessTokenExpiresAtMs;
  if (refused) credentials.refused = refused;
  return credentials;
}

/** Returns the problem of an edited file; names fields, never values. */
function findProblem({ workspaces = {} }: JsonObject): string | undefined {
  if (!isJsonObject(workspaces)) return 'its field workspaces is not an object';
  for (const [name, part] of Object.entries(workspaces)) {
    const at = `workspaces.${name}`;
    if (!isJsonObject(part)) return `${at} is not an object`;
    const { connections = {}, disabled = [] } = part;
    if (!Array.isArray(disabled)) return `${at}.disabled is not a list`;
    if (!isJsonObject(connections)) return `${at}.connections is not an object`;
    for (const [network, stored] of Object.entries(connections)) {
      const problem = findCredentialProblem(stored);
      if (problem) return `${at}.connections.${network}${problem}`;
    }
  }
  return undefined;
}

function findCredentialProblem(stored: unknown): string | undefined {
  if (!isJsonObject(stored)) return ' is not an object';
  const { connection } = stored;
  if (!isJsonObject(connection)) return '.connection is not an object';
  if (typeof connection['account'] !== 'string') return '.connection.account is not a text';
  const wrong = SECRET_FIELDS.find(
    (field) => stored[field] !== undefined && typeof stored[field] !== 'string',
  );
  return wrong && `.${wrong} is not a text`;
}
