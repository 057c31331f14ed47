import { isJsonObject } from '../../json.js';
import { readHeader, readJson, type SandboxRequest } from '../exchange.js';
import type { AnswerTools, ExchangeKind, OAuthClient, OAuthConfig, TokenConfig } from './config.js';
import type { AccessState, AccessToken, Grant, GrantStore, IssuedCode } from './grant-store.js';

/** One request of the token endpoint, with what it names. */
export interface TokenRequest {
  config: TokenConfig;
  request: SandboxRequest;
  /** Whether the body could be read at all. */
  isReadable: boolean;
  /** The name of a parameter that is there more than once. */
  repeated: string | undefined;
  /** Returns a parameter by its name in RFC 6749. */
  given: (name: string) => string | undefined;
  /** The name that the network has for a parameter of RFC 6749. */
  nameOf: (name: string) => string;
  kind: ExchangeKind | undefined;
  clientId: string | undefined;
  clientSecret: string | undefined;
  client: OAuthClient | undefined;
  code: IssuedCode | undefined;
  isCodeExpired: boolean;
  refresh: Grant | undefined;
  access: (AccessToken & { state: AccessState }) | undefined;
}

interface Parameters {
  isReadable: boolean;
  repeated: string | undefined;
  get(name: string): string | undefined;
}

export interface TokenParts {
  config: OAuthConfig;
  store: GrantStore;
  tools: AnswerTools;
}

/** Reads a request and looks up what it names: its client, its code or its token. */
export function readTokenRequest(
  { config, store, tools }: TokenParts,
  request: SandboxRequest,
): TokenRequest {
  const { token } = config;
  const parameters = readParameters(token, request);
  const nameOf = (name: string): string =>
    (token.names as Readonly<Record<string, string>> | undefined)?.[name] ?? name;
  const given = (name: string): string | undefined => parameters.get(nameOf(name));
  const grantType = given('grant_type') ?? '';
  const kind = Object.hasOwn(token.grantTypes, grantType)
    ? token.grantTypes[grantType]
    : token.otherwise;
  const [clientId, clientSecret] =
    token.clientIn === 'basic' ? readBasic(request) : [given('client_id'), given('client_secret')];
  const code = kind === 'code' ? store.findCode(given('code') ?? '') : undefined;
  return {
    config: token,
    request,
    isReadable: parameters.isReadable,
    repeated: parameters.repeated,
    given,
    nameOf,
    kind,
    clientId,
    clientSecret,
    client: config.clients.find(({ id }) => id === clientId),
    code,
    isCodeExpired: code !== undefined && code.expiresAtMs < tools.clock.now(),
    refresh: store.findRefresh(given('refresh_token') ?? '', clientId ?? ''),
    access: token.access && store.look(given(token.access.parameter) ?? ''),
  };
}

function readParameters({ reads }: TokenConfig, request: SandboxRequest): Parameters {
  if (reads === 'json') {
    const body = readJson(request)?.value;
    const fields = isJsonObject(body) ? body : {};
    return {
      isReadable: isJsonObject(body),
      repeated: undefined,
      get: (name) => (typeof fields[name] === 'string' ? fields[name] : undefined),
    };
  }
  const form =
    request.method === 'GET' ? request.query : new URLSearchParams(request.body.toString('utf8'));
  return {
    isReadable: true,
    repeated: [...form.keys()].find((name) => form.getAll(name).length > 1),
    get: (name) => form.get(name) ?? undefined,
  };
}

/** Client id and secret of HTTP Basic (RFC 6749 section 2.3.1). */
function readBasic(request: SandboxRequest): [id: string, secret: string] {
  const [, encoded = ''] = /^Basic (\S+)$/i.exec(readHeader(request, 'authorization') ?? '') ?? [];
  const [, id = '', secret = ''] =
    /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  return [id, secret];
}
