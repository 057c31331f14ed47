import type { Connection } from '../networks/network.js';
import type { SecretField } from '../networks/variables.js';
import type { Secret } from '../secret.js';

/** The network's refusal of the grant, for `status`. */
export interface Refusal {
  atMs: number;
  /** HTTP status of the refusal. */
  status: number;
}

/** A connection with what opens it. */
export interface Credentials {
  connection: Connection;
  clientSecret?: Secret;
  refreshToken?: Secret;
  accessToken?: Secret;
  /** The second half of an OAuth 1.0a token; client id and secret are the consumer's then. */
  tokenSecret?: Secret;
  /** Absent where the access token has no known end. */
  accessTokenExpiresAtMs?: number;
  refused?: Refusal;
  /** Values of the variables that an endpoint's template names. Never stored. */
  variables?: Readonly<Record<string, Secret>>;
}

/** Secrets that are kept as text in the credentials file and nowhere else. */
export const SECRET_FIELDS: readonly SecretField[] = [
  'clientSecret',
  'refreshToken',
  'accessToken',
  'tokenSecret',
];
