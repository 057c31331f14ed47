/** Fields of a connection that a variable may set. */
export type ConnectionField =
  'account' | 'region' | 'api' | 'profileId' | 'clientId' | 'testCode' | 'loginAccount';

/** Secrets of a connection. */
export type SecretField = 'clientSecret' | 'refreshToken' | 'accessToken' | 'tokenSecret';

export interface VariableRule {
  /** Name after `POSTBACK_<NETWORK>_`. */
  suffix: string;
  field: ConnectionField | SecretField;
  optional?: true;
  /** Holds for a stored connection too, when it is set alone. */
  overlays?: true;
  /** Pattern of the value and its description. */
  form?: { pattern: RegExp; words: string };
  /** Whether case means nothing: the value is lowered. */
  lowered?: true;
  /** Brings the value into the form that is stored, such as digits only. */
  normalise?: (value: string) => string;
  /** What the variable says of the connection besides its value. */
  implies?: { api?: string };
  /** Value where the variable is unset. */
  fallback?: string;
}

/** The variables that describe a connection to one network. */
export interface VariableRules {
  rules: readonly VariableRule[];
  /** Sets of suffixes, each of which will do: the rules in them are required as a set. */
  choices?: readonly (readonly string[])[];
  /** Suffixes that describe no connection when they alone are set: `connect` uses them. */
  forConnect?: readonly string[];
}
