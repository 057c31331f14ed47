import type { Clock } from '../clock.js';
import { AuthError, UsageError } from '../errors.js';
import type { HttpClient } from '../http/http.js';
import type {
  AccountCandidate,
  AccountSelector,
  CheckedAccount,
  ConnectCall,
  Connector,
} from '../networks/connector.js';
import type { Connection, AnyNetwork } from '../networks/network.js';
import { refreshGrant } from '../oauth/exchange.js';
import { runLogin, type LoginOptions } from '../oauth/login.js';
import type { OAuthClient, TokenGrant } from '../oauth/provider.js';
import { quoteWord } from '../shell-word.js';
import { narrowAccounts } from './choose-account.js';
import type { CredentialStore } from './credential-store.js';
import { SECRET_FIELDS, type Credentials } from './credentials.js';
import { findStrayCharacter } from './malformed-secret.js';
import type { PastedSecrets } from './pasted.js';
import { readAccessToken } from './token-source.js';

/** How consent is shown: by asking for it now, or by what an earlier one gave. */
export type Consent =
  | ({ kind: 'login' } & Pick<
      LoginOptions,
      'presenter' | 'ports' | 'timeoutMs' | 'pasted' | 'gateway'
    >)
  | { kind: 'token'; secrets: PastedSecrets };

export type ChooseAccount = (
  candidates: readonly AccountCandidate[],
  held: AccountCandidate | undefined,
) => Promise<AccountCandidate>;

export interface ConnectInput {
  workspace: string;
  store: CredentialStore;
  http: HttpClient;
  clock: Clock;
  network: AnyNetwork;
  connector: Connector;
  /** The application to connect as; absent where an access token was pasted. */
  client?: OAuthClient;
  consent: Consent;
  wanted: AccountSelector;
  /**
   * Which contract to speak; by default the one of the connection that is replaced, else the
   * network's first.
   */
  api?: string;
  /** Code of the network's test area; by default the one of the connection that is replaced. */
  testCode?: string;
  /** Whether to ask for the audience scope too. */
  audiences: boolean;
  /** Picks one of several accounts; `held` is the one that is connected now. */
  choose: ChooseAccount;
  /** Asks for an account where the network has no list of them. */
  askAccount(held: string | undefined): Promise<string>;
  /**
   * Asks before another account takes the place of the one that is connected; absent: nobody can be
   * asked, and `replaces` decides.
   */
  confirmReplace?: ((change: AccountChange) => Promise<boolean>) | undefined;
  /** `--replace`: another account may take the place of the one that is connected. */
  replaces?: boolean;
  /** The account that variables of the environment connect, where nothing is stored. */
  heldInEnvironment?: Connection | undefined;
  /** Whether choices are asked for at a terminal: then the page in the browser says so. */
  isInteractive?: boolean;
  onWarning: (text: string) => void;
  signal?: AbortSignal;
}

/** Another account is to take the place of the one that is connected. */
export interface AccountChange {
  network: string;
  from: Connection;
  to: AccountCandidate;
}

/** Result of the consent. */
interface Obtained {
  tokens: Partial<TokenGrant>;
  pasted: PastedSecrets;
  scopes?: readonly string[];
}

/**
 * Connects an account: consent, tokens, the accounts that they open, choice, a check of the grant,
 * and only then the store. Mappings and the on/off switch of an earlier connection stay as they
 * are. A page in the browser is answered when all of that is done.
 * @returns undefined when the person at the terminal kept the account that is connected
 * @throws AuthError, NetworkError, UsageError as the steps do; nothing is stored then.
 */
export async function connectNetwork(input: ConnectInput): Promise<Connection | undefined> {
  const { workspace, store, network, consent } = input;
  // Before the browser opens, so that a broken file is found first.
  const earlier = store.find(workspace, network.name)?.connection ?? input.heldInEnvironment;
  const wanted = readSelector(input);
  checkGiven(input);
  if (consent.kind === 'token')
    return finish(input, await redeemPasted(input, consent.secrets), wanted, earlier);
  let connection: Connection | undefined;
  const { provider, ...call } = prepareLogin(input);
  const { kind: _kind, ...options } = consent;
  await runLogin({
    ...options,
    ...call,
    provider,
    complete: async (tokens, handOver) => {
      const obtained = { tokens, pasted: {}, scopes: tokens.scopes ?? provider.scopes };
      connection = await finish(handingOver(input, handOver), obtained, wanted, earlier);
    },
  });
  return connection;
}

/** Wraps `input` so that the browser page is updated before each question in the terminal. */
function handingOver(input: ConnectInput, handOver: () => void): ConnectInput {
  if (!input.isInteractive) return input;
  const { choose, confirmReplace } = input;
  const first = <A extends unknown[], R>(work: (...parts: A) => R) => {
    return (...parts: A): R => {
      handOver();
      return work(...parts);
    };
  };
  return {
    ...input,
    choose: first(choose),
    askAccount: first((held) => input.askAccount(held)),
    confirmReplace: confirmReplace && first(confirmReplace),
  };
}

async function finish(
  input: ConnectInput,
  obtained: Obtained,
  wanted: AccountSelector,
  earlier: Connection | undefined,
): Promise<Connection | undefined> {
  const { workspace, store, connector } = input;
  const credentials = gatherSecrets(input, obtained);
  const call = makeCall(input, credentials, wanted);
  const account = await findAccount(input, call, earlier);
  if (!(await mayConnect(input, earlier, account))) return undefined;
  const checked = (await connector.checkGrant?.(call, account)) ?? {};
  for (const warning of checked.warnings ?? []) input.onWarning(warning);
  const connection = describeConnection(input, account, {
    clientId: call.clientId,
    earlier,
    scopes: obtained.scopes,
    checked,
  });
  await store.save(workspace, { ...credentials, connection });
  return connection;
}

/**
 * Whether the account may replace the connected one. @throws UsageError if the question cannot be
 * asked.
 */
async function mayConnect(
  { network, connector, consent, confirmReplace, replaces = false }: ConnectInput,
  from: Connection | undefined,
  to: AccountCandidate,
): Promise<boolean> {
  if (replaces || from === undefined || from.account === to.account) return true;
  if (confirmReplace) return confirmReplace({ network: network.name, from, to });
  const account = `${connector.accountFlag} ${quoteWord(to.account)}`;
  throw new UsageError(
    'account_differs',
    `${describeChange({ network: network.name, from, to })} Nothing was stored.`,
    {
      hint:
        'Select the connected account, or replace it with --replace. Existing mappings belong to ' +
        `${from.account}.`,
      next:
        consent.kind === 'token'
          ? `postback connect ${network.name} --token-stdin ${account} --replace < token.txt`
          : `postback connect ${network.name} ${account} --replace`,
    },
  );
}

/** The two accounts in a sentence. */
export function describeChange({ network, from, to }: AccountChange): string {
  const nameOf = ({ account, region }: { account: string; region?: string }): string =>
    region === undefined ? account : `${account} (${region})`;
  return `${network} is connected to account ${nameOf(from)}, but this login is for ${nameOf(to)}.`;
}

/** Rejects pasted values with invalid characters before they are sent. */
function checkGiven({ consent, client, connector, network }: ConnectInput): void {
  const { secrets = {} } = consent.kind === 'token' ? consent : {};
  const given = [
    ...Object.values(secrets).map((secret) => secret.reveal()),
    client?.id,
    client?.secret.reveal(),
  ];
  const stray = given
    .map((text = '') => findStrayCharacter(text))
    .find((found) => found !== undefined);
  if (stray === undefined) return;
  const message = `The token or client value for ${network.title} contains an invalid character: ${stray}.`;
  throw new UsageError('malformed_secret', message, {
    hint:
      `It was probably damaged when copied. Copy it again (${connector.tokenHelp}). Nothing was ` +
      'stored.',
  });
}

function readSelector({ wanted, connector }: ConnectInput): AccountSelector {
  if (wanted.account === undefined) return wanted;
  const account = connector.normaliseAccount?.(wanted.account) ?? wanted.account;
  const problem = connector.checkAccount?.(account);
  if (problem === undefined) return { ...wanted, account };
  throw new UsageError('bad_account', `Invalid ${connector.accountWord} id: ${problem}.`);
}

function prepareLogin({
  connector,
  wanted,
  audiences,
  client,
  http,
  clock,
  signal,
  network,
}: ConnectInput) {
  const provider = connector.makeLogin?.({
    audiences,
    ...(wanted.region ? { region: wanted.region } : {}),
  });
  if (!provider || !client)
    throw new TypeError(`${network.name} has no login, or no application was given`);
  return { provider, client, http, clock, ...(signal ? { signal } : {}) };
}

async function redeemPasted(input: ConnectInput, secrets: PastedSecrets): Promise<Obtained> {
  const { connector, network } = input;
  if (connector.pasted === 'access') return { tokens: {}, pasted: secrets };
  const { refreshToken } = secrets;
  if (!refreshToken) throw refuseMissingToken(network, connector);
  const tokens = await refreshGrant(prepareLogin(input), refreshToken);
  return { tokens, pasted: secrets, ...(tokens.scopes ? { scopes: tokens.scopes } : {}) };
}

function gatherSecrets(
  { network, connector, client, clock }: ConnectInput,
  { tokens, pasted }: Obtained,
): Credentials {
  const credentials: Credentials = {
    connection: {
      network: network.name,
      account: '',
      source: 'store',
      connectedAt: isoOf(clock.now()),
    },
  };
  if (client) {
    credentials.clientSecret = client.secret;
    credentials.connection.clientId = client.id;
  }
  for (const field of SECRET_FIELDS) {
    const secret = pasted[field];
    if (secret) credentials[field] = secret;
  }
  if (pasted.clientId) credentials.connection.clientId = pasted.clientId.reveal();
  if (tokens.accessToken) credentials.accessToken = tokens.accessToken;
  if (tokens.refreshToken) credentials.refreshToken = tokens.refreshToken;
  if (tokens.expiresAtMs !== undefined) credentials.accessTokenExpiresAtMs = tokens.expiresAtMs;
  if (connector.pasted === 'refresh' && !credentials.refreshToken)
    throw refuseMissingToken(network, connector);
  return credentials;
}

function makeCall(
  { http, clock, signal }: ConnectInput,
  credentials: Credentials,
  wanted: AccountSelector,
): ConnectCall {
  const { clientSecret, connection } = credentials;
  return {
    http,
    accessToken: readAccessToken(credentials) ?? '',
    ...(connection.clientId === undefined ? {} : { clientId: connection.clientId }),
    ...(clientSecret ? { clientSecret } : {}),
    wanted,
    nowMs: clock.now(),
    ...(signal ? { signal } : {}),
  };
}

async function findAccount(
  input: ConnectInput,
  call: ConnectCall,
  earlier: Connection | undefined,
): Promise<AccountCandidate> {
  const { connector, consent, choose } = input;
  const { wanted } = call;
  // A token for conversions alone may not be allowed to list anything.
  const isNamed =
    consent.kind === 'token' && connector.pasted === 'access' && wanted.account !== undefined;
  if (!connector.findAccounts || isNamed) return nameAccount(input, wanted, earlier);
  const { candidates, warnings } = await connector.findAccounts(call);
  for (const warning of warnings) input.onWarning(warning);
  if (candidates.length === 0) return nameAccount(input, wanted, earlier);
  const fitting = narrowAccounts(candidates, wanted, connector.accountWord);
  if (fitting.length === 1) return fitting[0]!;
  const held = fitting.find(
    ({ account, region }) => account === earlier?.account && region === earlier.region,
  );
  return choose(fitting, held);
}

async function nameAccount(
  input: ConnectInput,
  wanted: AccountSelector,
  earlier: Connection | undefined,
): Promise<AccountCandidate> {
  const { account } =
    wanted.account === undefined
      ? readSelector({ ...input, wanted: { account: await input.askAccount(earlier?.account) } })
      : wanted;
  const { region, loginAccount } = wanted;
  return {
    account: account!,
    name: account!,
    ...(region === undefined ? {} : { region }),
    ...(loginAccount === undefined ? {} : { loginAccount }),
  };
}

/** What the new grant and the connection before it say of the account. */
interface GrantDetails {
  clientId: string | undefined;
  /** The connection that this one takes the place of. */
  earlier: Connection | undefined;
  scopes: readonly string[] | undefined;
  checked: CheckedAccount;
}

function describeConnection(
  { network, connector, clock, consent, ...asked }: ConnectInput,
  { account, name, region, profileId, loginAccount = asked.wanted.loginAccount }: AccountCandidate,
  { clientId, earlier, scopes, checked }: GrantDetails,
): Connection {
  const nowMs = clock.now();
  const parts = {
    accountName: name,
    region,
    api: asked.api ?? earlier?.api ?? connector.apis?.[0],
    profileId,
    loginAccount,
    clientId,
    scopes: scopes && [...scopes],
    connectedAt: isoOf(nowMs),
    // A token does not say when its consent was given.
    grantExpiresAt: consent.kind === 'login' ? connector.findConsentEnd?.(nowMs) : undefined,
    testCode: asked.testCode ?? earlier?.testCode,
    ...checked.about,
  };
  const known = Object.fromEntries(
    Object.entries(parts).filter(([, value]) => value !== undefined),
  );
  return { network: network.name, account, ...known, source: 'store' };
}

function refuseMissingToken({ name, title }: AnyNetwork, { tokenHelp }: Connector): AuthError {
  return new AuthError(
    'no_refresh_token',
    `${title} returned no refresh token, so the connection would not last.`,
    {
      hint: `Check the application (${tokenHelp}), then connect again. Nothing was stored.`,
      next: `postback connect ${name}`,
    },
  );
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
