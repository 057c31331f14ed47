import { createHttpClient } from '../http/client.js';
import { checkGateway } from '../http/gateway.js';
import type { HttpClient } from '../http/http.js';

export interface VersionClientParts {
  variables: Readonly<Record<string, string | undefined>>;
  /** For the `User-Agent` header. */
  version: string;
  gateway: string | undefined;
}

const PATIENCE_MS = 5_000;

/**
 * A client for one question to the registry: short of patience, through the gateway or proxy that
 * everything goes through.
 */
export function createVersionClient({
  variables,
  version,
  gateway,
}: VersionClientParts): HttpClient {
  const url = variables['HTTPS_PROXY'] || variables['https_proxy'];
  const bypass = variables['NO_PROXY'] || variables['no_proxy'];
  return createHttpClient({
    timeoutMs: PATIENCE_MS,
    userAgent: `postback/${version}`,
    connections: 1,
    maxAnswerBytes: 1024 * 1024,
    ...(gateway ? { gateway: checkGateway(gateway) } : {}),
    ...(url && !gateway ? { proxy: bypass ? { url, bypass } : { url } } : {}),
  });
}
