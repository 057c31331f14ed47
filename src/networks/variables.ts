import type { Connection } from './connection.js';

/** Fields of a connection that a variable may set. */
export type ConnectionField = keyof Pick<
  Connection,
  'account' | 'region' | 'api' | 'profileId' | 'clientId' | 'testCode' | 'loginAccount'
>;

/** Secrets of a connection. */
export type SecretField = 'clientSecret' | 'refreshToken' | 'accessToken' | 'tokenSecret';

export interface VariableRule {
  /** What follows `POSTBACK_<NETWORK>_`. */
  suffix: string;
  field: ConnectionField | SecretField;
  optional?: true;
  /** Holds for a stored connection too, when it is set alone. */
  overlays?: true;
  /** What the value looks like, and how that is said. */
  form?: { pattern: RegExp; words: string };
  /** Whether case means nothing: the value is lowered. */
  lowered?: true;
  /** Brings the value into the form that is stored, such as digits only. */
  normalise?: (value: string) => string;
  /** Value where the variable is unset. */
  fallback?: string;
}

/** The variables that describe a connection to one network (contract.md section 2). */
export interface VariableRules {
  rules: readonly VariableRule[];
  /** Sets of suffixes, each of which will do: the rules in them are required as a set. */
  choices?: readonly (readonly string[])[];
}
