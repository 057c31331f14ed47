import type { Clock } from '../../clock.js';
import { readHeader, type SandboxRequest } from '../exchange.js';
import type { GrantStore, SeededGrant } from '../oauth/grant-store.js';
import { readSigningToken, SignatureCheck } from '../oauth/signature-check.js';
import { SANDBOX_X_OAUTH, SANDBOX_X_PIXEL_TOKEN } from './seed.js';

const NOT_VALID = 'Invalid or expired token';

/** The pixel token and the user of the sandbox. */
export const X_GRANTED: readonly SeededGrant[] = [
  { accessTokens: [SANDBOX_X_PIXEL_TOKEN] },
  { accessTokens: [SANDBOX_X_OAUTH.token] },
];

/** The token that a request names: a pixel token, or that of OAuth 1.0a. */
export function readToken(request: SandboxRequest): string {
  return readHeader(request, 'x-pixel-token') ?? readSigningToken(request);
}

/** Returns a function that says what is wrong with the caller of a request, if anything is. */
export function createCallerCheck(
  clock: Clock,
  store: GrantStore,
): (request: SandboxRequest) => string | undefined {
  const signature = new SignatureCheck(clock, {
    keys: SANDBOX_X_OAUTH,
    clockMs: 5 * 60 * 1000,
    words: {
      keys: NOT_VALID,
      timestamp: 'Timestamp out of bounds.',
      signature: 'Could not authenticate you',
      nonce: 'Nonce was used before',
    },
  });
  return (request) => {
    const problem = refuseForm(request, signature);
    return problem ?? (store.findAccess(readToken(request)) ? undefined : NOT_VALID);
  };
}

function refuseForm(request: SandboxRequest, signature: SignatureCheck): string | undefined {
  const token = readHeader(request, 'x-pixel-token');
  if (token !== undefined)
    return token === SANDBOX_X_PIXEL_TOKEN ? undefined : 'Invalid pixel token';
  const header = readHeader(request, 'authorization') ?? '';
  return /^OAuth /i.test(header) ? signature.refuse(request) : 'Could not authenticate you';
}
