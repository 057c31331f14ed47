import { createHash, timingSafeEqual } from 'node:crypto';
import { AuthError } from '../errors.js';
import { cleanOutsideText } from '../outside-text.js';
import { Secret } from '../secret.js';
import type { OAuthProvider } from './provider.js';

/** Result of a redirect from the consent page. */
export type ConsentAnswer =
  | { kind: 'code'; code: Secret }
  | { kind: 'denied' | 'failed'; error: AuthError }
  | { kind: 'wrong-state' }
  | { kind: 'empty' };

/**
 * Reads the parameters of a redirect. Without `expectState` (a pasted code has none) a missing
 * state passes, a wrong one never does. Pure.
 */
export function readConsentAnswer(
  parameters: URLSearchParams,
  state: string,
  provider: OAuthProvider,
  expectState: boolean,
): ConsentAnswer {
  const given = parameters.get('state');
  if (given === null ? expectState : !isSameText(given, state)) return { kind: 'wrong-state' };
  const error = parameters.get('error');
  if (error) return refusal(error, parameters.get('error_description'), provider);
  const code = parameters.get(provider.codeParameter ?? 'code');
  return code ? { kind: 'code', code: new Secret(code) } : { kind: 'empty' };
}

function refusal(
  error: string,
  description: string | null,
  provider: OAuthProvider,
): ConsentAnswer {
  const next = provider.connectCommand;
  if (error === 'access_denied') {
    const message = `${provider.title}: consent was denied in the browser.`;
    const hint = `Nothing was stored. Consent is needed to reach ${provider.product}.`;
    return { kind: 'denied', error: new AuthError('consent_denied', message, { hint, next }) };
  }
  const words = cleanOutsideText(description ?? '', 200);
  const message =
    `${provider.title} refused the request: ` +
    `${cleanOutsideText(error, 80)}${words ? ` (${words})` : ''}.`;
  const hint = `Check the client id, its return URLs and its scopes in the ${provider.clientHelp}.`;
  return { kind: 'failed', error: new AuthError('consent_failed', message, { hint, next }) };
}

/**
 * Compares in constant time, so that a neighbour on this machine cannot guess the state byte by
 * byte.
 */
function isSameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
