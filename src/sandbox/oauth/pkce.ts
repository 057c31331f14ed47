import { createHash } from 'node:crypto';
import type { IssuedCode } from './grant-store.js';

/** RFC 7636 section 4.2. */
const CODE_CHALLENGE = /^[A-Za-z0-9._~-]{43,128}$/;

/** What a network takes of PKCE (RFC 7636). */
export interface PkceConfig {
  methods: readonly string[];
  /** The method of a challenge that names none; absent: it has to name one. */
  defaultMethod?: string;
}

/** Whether a challenge and its method are of a form that the network takes. */
export function isChallenge(
  { methods }: PkceConfig,
  challenge: string,
  method: string | undefined,
): boolean {
  return method !== undefined && methods.includes(method) && CODE_CHALLENGE.test(challenge);
}

/**
 * Whether a verifier fits the challenge of its code (RFC 7636 section 4.6). A code without a
 * challenge takes no verifier.
 */
export function fitsChallenge(
  { challenge, challengeMethod }: IssuedCode,
  verifier: string | undefined,
): boolean {
  if (challenge === undefined || verifier === undefined) return challenge === verifier;
  if (challengeMethod === 'plain') return verifier === challenge;
  return createHash('sha256').update(verifier).digest('base64url') === challenge;
}
