import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import type { Clock } from '../clock.js';
import { ConfigError, messageOf, UsageError } from '../errors.js';
import { isPrivateAddress } from '../http/private-address.js';
import type { Connection } from '../networks/connection.js';
import { refusePrivate, refusePrivateHost } from '../networks/private-host.js';
import type { EndpointTemplate } from '../networks/http/template.js';
import { endpointNameOf, type EndpointName } from '../networks/names.js';
import { describeChange, type AccountChange } from './connect.js';
import type { Connections } from './connections.js';
import { checkTemplate, makeEndpointCredentials } from './endpoint-credentials.js';
import type { Variables } from './environment.js';

export interface ConnectEndpointInput {
  workspace: string;
  connections: Connections;
  clock: Clock;
  variables: Variables;
  /** The template as it was read. */
  template: EndpointTemplate;
  /** Where it was read, for messages. */
  path: string;
  /** `--allow-private`: the endpoint may be at a private address. */
  allowsPrivate: boolean;
  /** Whether the host is looked up: not where a gateway or a proxy connects to it. */
  looksUp: boolean;
  /** `--replace`: another host may take the place of the one that is connected. */
  replaces: boolean;
  /** Asks before that; absent: nobody can be asked. */
  confirmReplace?: ((change: AccountChange) => Promise<boolean>) | undefined;
  onWarning: (text: string) => void;
}

/**
 * Connects an endpoint: its template, its host, its clicks, and only then the store. No request is
 * sent. Mappings and the on/off switch of an earlier connection stay as they are.
 * @returns undefined where the person at the terminal kept the endpoint that is connected
 * @throws ConfigError, AuthError, UsageError; nothing is stored then.
 */
export async function connectEndpoint(
  input: ConnectEndpointInput,
): Promise<Connection | undefined> {
  const { workspace, connections, clock, template } = input;
  const network = endpointNameOf(template.name);
  const host = describeHost(input);
  await checkHost(host, input);
  checkClicks(network, template, connections.listEndpoints(workspace));
  const earlier = connections.store.find(workspace, network)?.connection;
  const to = { account: host.account, name: host.account };
  if (!(await mayReplace(input, { network, from: earlier, to }))) return undefined;
  const connection: Connection = {
    network,
    account: host.account,
    // As it was written: variables are read with each run.
    template,
    ...(input.allowsPrivate ? { allowsPrivate: true } : {}),
    connectedAt: new Date(clock.now()).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    source: 'store',
  };
  await connections.store.save(workspace, { connection });
  return connection;
}

/**
 * The connection as a run would find it; variables may still be missing, except those of a host.
 */
function describeHost({
  template,
  variables,
  path,
  allowsPrivate,
  onWarning,
}: ConnectEndpointInput): Connection {
  const origin = { path, source: 'store', allowsPrivate, onMissing: onWarning } as const;
  return makeEndpointCredentials(template, variables, origin).connection;
}

async function checkHost(
  connection: Connection,
  { allowsPrivate, looksUp, onWarning }: ConnectEndpointInput,
): Promise<void> {
  refusePrivateHost(connection);
  if (allowsPrivate || !looksUp || !connection.template) return;
  const { hostname } = new URL(connection.template.url);
  let addresses: { address: string }[] = [];
  try {
    addresses = await lookup(hostname, { all: true });
  } catch {
    onWarning(`The host name ${hostname} could not be looked up now.`);
  }
  const found = addresses.find(({ address }) => isPrivateAddress(address));
  if (found) throw refusePrivate(connection.network, hostname, found.address);
}

/**
 * A click must name one endpoint: two that share a click parameter need UTM sources that tell them
 * apart.
 * @throws ConfigError
 */
function checkClicks(
  network: EndpointName,
  { clickId: own }: EndpointTemplate,
  endpoints: ReadonlyMap<EndpointName, EndpointTemplate>,
): void {
  for (const [other, { clickId: theirs }] of endpoints) {
    if (other === network || !own || !theirs) continue;
    const field = own.fields.find((name) => theirs.fields.includes(name));
    const source = own.utmSources.find((name) => theirs.utmSources.includes(name));
    const areApart = own.utmSources.length > 0 && theirs.utmSources.length > 0;
    const shared = source ?? (areApart ? undefined : field);
    if (shared === undefined) continue;
    throw new ConfigError(
      'click_id_shared',
      `${network} and ${other} both identify their clicks by ${shared}, so a click could ` +
        'belong to either.',
      {
        hint:
          'Give one of them another click parameter, or give each its own utmSources in its ' +
          'template. Nothing was stored.',
      },
    );
  }
}

async function mayReplace(
  { replaces, confirmReplace }: ConnectEndpointInput,
  { network, from, to }: Omit<AccountChange, 'from'> & { from: Connection | undefined },
): Promise<boolean> {
  if (replaces || from === undefined || from.account === to.account) return true;
  if (confirmReplace) return confirmReplace({ network, from, to });
  throw new UsageError(
    'account_differs',
    `${describeChange({ network, from, to })} Nothing was stored.`,
    {
      hint: `Replace it with --replace. Pending postbacks belong to ${from.account}.`,
      next: `postback connect ${network} --template FILE --replace`,
    },
  );
}

/** Reads a template file. @throws ConfigError naming the file */
export function readTemplateFile(path: string, name: string | undefined): EndpointTemplate {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'the file does not exist' : messageOf(error);
    throw new ConfigError('template_unreadable', `Cannot read ${path}: ${why}.`, {
      hint: 'Name a template with --template FILE, or one that comes with postback with --preset.',
    });
  }
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    // The parser quotes the file after the position.
    const why = messageOf(error).replace(/, (?:\.\.\.)?".*$/s, '');
    throw new ConfigError(
      'template_invalid',
      `${path}: $: found text that is not JSON (${why}); expected a JSON object.`,
      { hint: 'Nothing was stored. docs/networks/http.md has a template to begin with.' },
    );
  }
  return nameTemplate(checkTemplate(withName(raw, name), path), name);
}

/** A template without a name is called as the command says. */
function withName(raw: unknown, name: string | undefined): unknown {
  const lacksName =
    typeof raw === 'object' && raw !== null && !Array.isArray(raw) && !('name' in raw);
  return lacksName && name !== undefined ? { name, ...raw } : raw;
}

/** The template under the name that the command gives it. */
export function nameTemplate(
  template: EndpointTemplate,
  name: string | undefined,
): EndpointTemplate {
  return name === undefined ? template : { ...template, name };
}
