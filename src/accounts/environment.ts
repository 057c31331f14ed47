import { AuthError, ConfigError, messageOf } from '../errors.js';
import { isEndpointName, type NetworkName } from '../networks/names.js';
import type { Connection } from '../networks/network.js';
import { variablesOf } from '../networks/profiles.js';
import type { SecretField, VariableRule, VariableRules } from '../networks/variables.js';
import { rememberSecretText, Secret } from '../secret.js';
import { adviseOnSecrets, type CiAdvice } from '../ci-secrets.js';
import { SECRET_FIELDS, type Credentials } from './credentials.js';

/** Variables of the process by name; empty ones count as unset. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Client id and secret are also there for `connect` to take: alone they ask for no connection. */
const FOR_CONNECT: readonly string[] = ['CLIENT_ID', 'CLIENT_SECRET'];

/** The name of a network's variable: `POSTBACK_AMAZON_REGION`. */
export function variableOf(network: NetworkName, suffix: string): string {
  return `POSTBACK_${network.toUpperCase()}_${suffix}`;
}

/**
 * The value of a network's variable, without the blanks that copying leaves; undefined when empty
 * or unset.
 */
export function readVariable(
  variables: Variables,
  network: NetworkName,
  suffix: string,
): string | undefined {
  return variables[variableOf(network, suffix)]?.trim() || undefined;
}

/** Variables that hold a secret: of networks, of brokers and of the database. */
const SECRET_VARIABLE =
  /^(?:POSTBACK|AWS|PG).{0,60}(?:SECRET|TOKEN|PASSWORD|API_KEY|SECRET_ACCESS_KEY)$/;

/**
 * Remembers the secrets among the variables, whether the run uses them or not: what is shown or
 * stored of an answer repeats none of them.
 */
export function rememberSecretVariables(variables: Variables): void {
  for (const [name, value = ''] of Object.entries(variables)) {
    if (SECRET_VARIABLE.test(name) && value.trim() !== '') rememberSecretText(value.trim());
  }
}

/** Whether a variable of the network's connection is set. */
export function isNamedIn(variables: Variables, network: NetworkName): boolean {
  return variablesOf(network).rules.some(
    ({ suffix }) => readVariable(variables, network, suffix) !== undefined,
  );
}

/**
 * The connection that the environment describes, kept in memory only; undefined when no variable of
 * it is set, or only those that `connect` takes. Those that hold for a stored one too, when set
 * alone, give that one with their values in it.
 * @throws AuthError naming each variable that an incomplete set lacks; ConfigError naming one with
 *   a wrong value.
 */
export function readEnvironmentConnection(
  network: NetworkName,
  variables: Variables,
  stored: Credentials | undefined,
): Credentials | undefined {
  const known = variablesOf(network);
  const isSet = ({ suffix }: VariableRule) =>
    readVariable(variables, network, suffix) !== undefined;
  const given = known.rules.filter(isSet);
  if (given.length === 0) return undefined;
  const asking = given.filter(({ suffix, overlays }) => !overlays && !FOR_CONNECT.includes(suffix));
  if (stored && asking.length === 0) {
    const overlays = given.filter((rule) => rule.overlays);
    return overlays.length === 0 ? undefined : overlay(network, overlays, variables, stored);
  }
  if (isForConnect(known, given)) return undefined;
  const missing = findMissing(known, isSet);
  if (missing.length > 0) throw incomplete(network, given, missing, variables);
  return build(network, chooseRules(known, isSet), variables);
}

/** Whether the variables are exactly those that `connect` uses. */
function isForConnect({ forConnect = [] }: VariableRules, given: readonly VariableRule[]): boolean {
  return (
    given.length === forConnect.length && given.every(({ suffix }) => forConnect.includes(suffix))
  );
}

/**
 * Returns a sentence if environment variables override, or conflict with, a stored connection.
 * Never throws.
 */
export function describeOverride(
  network: NetworkName,
  variables: Variables,
  stored: Credentials | undefined,
): string | undefined {
  try {
    const used = readEnvironmentConnection(network, variables, stored);
    if (used?.connection.source !== 'environment') return undefined;
    return (
      `While the variables POSTBACK_${network.toUpperCase()}_* are set, they override the stored ` +
      'connection.'
    );
  } catch (error) {
    return messageOf(error);
  }
}

/**
 * The required ones that are not set; of the sets that will do, the one that is set in part counts,
 * else the first.
 */
function findMissing(
  { rules, choices = [] }: VariableRules,
  isSet: (rule: VariableRule) => boolean,
): VariableRule[] {
  const sets = choices.map((suffixes) => rules.filter(({ suffix }) => suffixes.includes(suffix)));
  const begun =
    sets.find((set) => set.every(isSet)) ?? sets.find((set) => set.some(isSet)) ?? sets[0] ?? [];
  const isOffered = (rule: VariableRule): boolean => sets.some((set) => set.includes(rule));
  return rules.filter(
    (rule) => !rule.optional && !isSet(rule) && (begun.includes(rule) || !isOffered(rule)),
  );
}

/**
 * Returns the rules without the alternatives to the first complete set, so that values of two sets
 * are never mixed.
 */
function chooseRules(
  { rules, choices = [] }: VariableRules,
  isSet: (rule: VariableRule) => boolean,
): VariableRule[] {
  const isWhole = (set: readonly string[]): boolean =>
    set.every((suffix) => rules.some((rule) => rule.suffix === suffix && isSet(rule)));
  const chosen = choices.find(isWhole) ?? [];
  return rules.filter(
    ({ suffix }) => chosen.includes(suffix) || !choices.some((set) => set.includes(suffix)),
  );
}

function build(
  network: NetworkName,
  rules: readonly VariableRule[],
  variables: Variables,
): Credentials {
  const credentials: Credentials = { connection: { network, account: '', source: 'environment' } };
  for (const rule of rules) setField(credentials, network, rule, variables);
  return credentials;
}

function overlay(
  network: NetworkName,
  rules: readonly VariableRule[],
  variables: Variables,
  stored: Credentials,
): Credentials {
  const credentials: Credentials = { ...stored, connection: { ...stored.connection } };
  for (const rule of rules) setField(credentials, network, rule, variables);
  return credentials;
}

function setField(
  credentials: Credentials,
  network: NetworkName,
  rule: VariableRule,
  variables: Variables,
): void {
  const { suffix, field, form, fallback, lowered } = rule;
  let value = readVariable(variables, network, suffix) ?? fallback;
  if (value === undefined) return;
  if (lowered) value = value.toLowerCase();
  if (rule.normalise) value = rule.normalise(value);
  if (form && !form.pattern.test(value)) {
    const message = `${variableOf(network, suffix)} has an invalid value; expected ${form.words}.`;
    throw new ConfigError('bad_variable', message);
  }
  if (isSecretField(field)) credentials[field] = new Secret(value);
  else (credentials.connection as Pick<Connection, typeof field>)[field] = value;
  Object.assign(credentials.connection, rule.implies);
}

function incomplete(
  network: NetworkName,
  given: readonly VariableRule[],
  missing: readonly VariableRule[],
  variables: Variables,
): AuthError {
  const names = (rules: readonly VariableRule[]): string[] =>
    rules.map(({ suffix }) => variableOf(network, suffix));
  const lacking = names(missing);
  const message = `The connection to ${network} in the environment is incomplete: ${lacking.join(', ')} not set.`;
  const advice = adviseOnSecrets(lacking, variables) ?? {
    hint: `Set the missing variables, or unset ${names(given).join(', ')} to use a stored connection.`,
    next: `postback connect ${network}`,
  };
  return new AuthError('environment_incomplete', message, advice);
}

/**
 * Says which variables connect a network in a CI job, as {@link adviseOnSecrets}; undefined outside
 * of CI, and for an endpoint, whose template names its variables.
 */
export function adviseOnNetwork(network: NetworkName, variables: Variables): CiAdvice | undefined {
  if (isEndpointName(network)) return undefined;
  const isSet = ({ suffix }: VariableRule): boolean =>
    readVariable(variables, network, suffix) !== undefined;
  const missing = findMissing(variablesOf(network), isSet);
  return adviseOnSecrets(
    missing.map(({ suffix }) => variableOf(network, suffix)),
    variables,
  );
}

function isSecretField(field: VariableRule['field']): field is SecretField {
  return (SECRET_FIELDS as readonly string[]).includes(field);
}

/**
 * As {@link adviseOnNetwork}, where no network was asked for: names the variables of Amazon as an
 * example.
 */
export function adviseOnAnyNetwork(variables: Variables): CiAdvice | undefined {
  const advice = adviseOnNetwork('amazon', variables);
  if (!advice) return undefined;
  const hint = `A job needs the variables of a network. For amazon: ${advice.hint}`;
  return { ...advice, hint };
}
