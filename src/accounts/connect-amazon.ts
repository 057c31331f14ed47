import type { Clock } from '../clock.js';
import { AuthError } from '../errors.js';
import type { HttpClient } from '../http/http.js';
import type { AccountCandidate } from '../networks/amazon/account-answers.js';
import { discoverAccounts } from '../networks/amazon/discovery.js';
import { findConsentEnd, makeAmazonLogin } from '../networks/amazon/login.js';
import type { Region } from '../networks/amazon/regions.js';
import type { Connection } from '../networks/network.js';
import { refreshGrant } from '../oauth/exchange.js';
import { runLogin, type LoginOptions } from '../oauth/login.js';
import type { OAuthClient, TokenGrant } from '../oauth/provider.js';
import type { Secret } from '../secret.js';
import { narrowAccounts, type AccountWish } from './choose-account.js';
import type { CredentialStore } from './credential-store.js';

/** How consent is shown: by asking for it now, or by a refresh token from an earlier one. */
export type Consent =
  | ({ kind: 'login' } & Pick<LoginOptions, 'presenter' | 'ports' | 'timeoutMs' | 'pasted' | 'gateway'>)
  | { kind: 'token'; refreshToken: Secret };

export type ChooseAccount = (
  candidates: readonly AccountCandidate[],
  held: AccountCandidate | undefined,
) => Promise<AccountCandidate>;

export interface AmazonConnectInput {
  workspace: string;
  store: CredentialStore;
  http: HttpClient;
  clock: Clock;
  client: OAuthClient;
  consent: Consent;
  wish: AccountWish & { region?: Region };
  /** Which contract to speak; by default the one of the connection that is replaced, else `capi-v1`. */
  api?: string;
  /** Whether to ask for the audience scope too. */
  audiences: boolean;
  /** Picks one of several accounts; `held` is the one that is connected now. */
  choose: ChooseAccount;
  onWarning: (text: string) => void;
  signal?: AbortSignal;
}

/**
 * Connects an Amazon advertiser: consent, tokens, discovery in every region, choice, and only then the store. Mappings
 * and the on/off switch of an earlier connection stay as they are.
 * @throws AuthError, NetworkError, UsageError as the steps do; nothing is stored then.
 */
export async function connectAmazon(input: AmazonConnectInput): Promise<Connection> {
  const { workspace, store, http, client, consent, wish, signal } = input;
  // Before the browser opens, so that a broken file is found first.
  const earlier = store.find(workspace, 'amazon')?.connection;
  const { tokens, scopes } = await obtainTokens(input);
  const refreshToken = tokens.refreshToken ?? (consent.kind === 'token' ? consent.refreshToken : undefined);
  if (!refreshToken) throw refuseMissingToken();
  const found = await discoverAccounts({
    http,
    clientId: client.id,
    accessToken: tokens.accessToken.reveal(),
    ...(wish.region && wish.account ? { named: { region: wish.region, account: wish.account } } : {}),
    ...(signal ? { signal } : {}),
  });
  for (const warning of found.warnings) input.onWarning(`${warning} Advertisers there are not listed.`);
  const account = await pickAccount(narrowAccounts(found.candidates, wish), earlier, input);
  const connection = describeConnection(input, account, earlier, scopes);
  await store.save(workspace, {
    connection,
    clientSecret: client.secret,
    refreshToken,
    accessToken: tokens.accessToken,
    accessTokenExpiresAtMs: tokens.expiresAtMs,
  });
  return connection;
}

async function obtainTokens(input: AmazonConnectInput): Promise<{ tokens: TokenGrant; scopes?: readonly string[] }> {
  const { consent, client, http, clock, wish, audiences, signal } = input;
  const provider = makeAmazonLogin(wish.region ?? 'na', { audiences });
  const call = { provider, client, http, clock, ...(signal ? { signal } : {}) };
  if (consent.kind === 'login') {
    const { kind: _kind, ...options } = consent;
    const tokens = await runLogin({ ...options, ...call });
    return { tokens, scopes: tokens.scopes ?? provider.scopes };
  }
  const tokens = await refreshGrant(call, consent.refreshToken);
  return tokens.scopes ? { tokens, scopes: tokens.scopes } : { tokens };
}

async function pickAccount(
  candidates: readonly AccountCandidate[],
  earlier: Connection | undefined,
  { choose }: AmazonConnectInput,
): Promise<AccountCandidate> {
  if (candidates.length === 1) return candidates[0]!;
  const held = candidates.find(({ account, region }) => account === earlier?.account && region === earlier.region);
  return choose(candidates, held);
}

function describeConnection(
  { client, clock, consent, api }: AmazonConnectInput,
  { account, name, region, profileId }: AccountCandidate,
  earlier: Connection | undefined,
  scopes: readonly string[] | undefined,
): Connection {
  const nowMs = clock.now();
  // A refresh token does not say when its consent was given.
  const grantExpiresAt = consent.kind === 'login' ? findConsentEnd(nowMs) : undefined;
  return {
    network: 'amazon',
    account,
    accountName: name,
    region,
    api: api ?? earlier?.api ?? 'capi-v1',
    ...(profileId === undefined ? {} : { profileId }),
    clientId: client.id,
    ...(scopes ? { scopes: [...scopes] } : {}),
    connectedAt: new Date(nowMs).toISOString(),
    ...(grantExpiresAt === undefined ? {} : { grantExpiresAt }),
    source: 'store',
  };
}

function refuseMissingToken(): AuthError {
  return new AuthError(
    'no_refresh_token',
    'Login with Amazon gave no refresh token, so postback could not stay connected.',
    {
      hint: 'Check that the security profile may use the Amazon Ads API, then connect again. Nothing was stored.',
      next: 'postback connect amazon',
    },
  );
}
