import { AuthError, ConfigError, messageOf } from '../errors.js';
import type { NetworkName } from '../networks/names.js';
import type { Connection } from '../networks/network.js';
import { Secret } from '../secret.js';
import { SECRET_FIELDS, type Credentials } from './credentials.js';

/** Variables of the process by name; empty ones count as unset. */
export type Variables = Readonly<Record<string, string | undefined>>;

type SecretField = (typeof SECRET_FIELDS)[number];
type ConnectionField = 'account' | 'region' | 'api' | 'profileId' | 'clientId';

interface VariableRule {
  /** What follows `POSTBACK_<NETWORK>_`. */
  suffix: string;
  field: ConnectionField | SecretField;
  optional?: true;
  /** What the value looks like, and how that is said. */
  form?: { pattern: RegExp; words: string };
  /** Value where the variable is unset. */
  fallback?: string;
}

const REGION = { pattern: /^(?:na|eu|fe)$/, words: 'na, eu or fe' };
const API = { pattern: /^(?:capi-v1|events-api)$/, words: 'capi-v1 or events-api' };
const ID = { pattern: /^[A-Za-z0-9._-]+$/, words: 'an id of letters and digits' };

/** The variables of contract.md section 2, for the networks that this version connects. */
const VARIABLES: Partial<Record<NetworkName, readonly VariableRule[]>> = {
  amazon: [
    { suffix: 'CLIENT_ID', field: 'clientId' },
    { suffix: 'CLIENT_SECRET', field: 'clientSecret' },
    { suffix: 'REFRESH_TOKEN', field: 'refreshToken' },
    { suffix: 'REGION', field: 'region', form: REGION },
    { suffix: 'ACCOUNT', field: 'account', form: ID },
    { suffix: 'PROFILE_ID', field: 'profileId', form: ID, optional: true },
    { suffix: 'API', field: 'api', form: API, optional: true, fallback: 'capi-v1' },
  ],
};

/** Client id and secret are also there for `connect` to take: alone they ask for no connection. */
const FOR_CONNECT: readonly string[] = ['CLIENT_ID', 'CLIENT_SECRET'];

/** The name of a network's variable: `POSTBACK_AMAZON_REGION`. */
export function variableOf(network: NetworkName, suffix: string): string {
  return `POSTBACK_${network.toUpperCase()}_${suffix}`;
}

/** The value of a network's variable, without the blanks that copying leaves; undefined when empty or unset. */
export function readVariable(variables: Variables, network: NetworkName, suffix: string): string | undefined {
  return variables[variableOf(network, suffix)]?.trim() || undefined;
}

/**
 * The connection that the environment describes, kept in memory only; undefined when no variable of it is set, or, where
 * `connected` says that there is a stored one, only those that `connect` takes.
 * @throws AuthError naming each variable that an incomplete set lacks; ConfigError naming one with a wrong value.
 */
export function readEnvironmentConnection(
  network: NetworkName,
  variables: Variables,
  connected: boolean,
): Credentials | undefined {
  const rules = VARIABLES[network] ?? [];
  const isSet = ({ suffix }: VariableRule) => readVariable(variables, network, suffix) !== undefined;
  const given = rules.filter(isSet);
  if (given.length === 0) return undefined;
  if (connected && given.every(({ suffix }) => FOR_CONNECT.includes(suffix))) return undefined;
  const missing = rules.filter((rule) => !rule.optional && !isSet(rule));
  if (missing.length > 0) throw incomplete(network, given, missing);
  return build(network, rules, variables);
}

/** A sentence when variables of the process come before, or get in the way of, a stored connection. Never throws. */
export function describeOverride(network: NetworkName, variables: Variables): string | undefined {
  try {
    const used = readEnvironmentConnection(network, variables, true);
    const names = `POSTBACK_${network.toUpperCase()}_*`;
    return used && `While the variables ${names} are set, they come before the stored connection.`;
  } catch (error) {
    return messageOf(error);
  }
}

function build(network: NetworkName, rules: readonly VariableRule[], variables: Variables): Credentials {
  const connection: Connection = { network, account: '', source: 'environment' };
  const credentials: Credentials = { connection };
  for (const { suffix, field, form, fallback } of rules) {
    let value = readVariable(variables, network, suffix) ?? fallback;
    if (value === undefined) continue;
    if (field === 'region' || field === 'api') value = value.toLowerCase();
    if (form && !form.pattern.test(value)) {
      const message = `${variableOf(network, suffix)} has a value that cannot be right: expected ${form.words}.`;
      throw new ConfigError('bad_variable', message);
    }
    if (isSecretField(field)) credentials[field] = new Secret(value);
    else connection[field] = value;
  }
  return credentials;
}

function incomplete(network: NetworkName, given: readonly VariableRule[], missing: readonly VariableRule[]): AuthError {
  const names = (rules: readonly VariableRule[]) => rules.map(({ suffix }) => variableOf(network, suffix)).join(', ');
  const message = `The environment describes a connection to ${network} in part: ${names(missing)} not set.`;
  return new AuthError('environment_incomplete', message, {
    hint: `Set what is missing, or unset ${names(given)} to use a stored connection.`,
    next: `postback connect ${network}`,
  });
}

function isSecretField(field: string): field is SecretField {
  return (SECRET_FIELDS as readonly string[]).includes(field);
}
