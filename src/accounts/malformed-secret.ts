import { AuthError } from '../errors.js';
import type { NetworkName } from '../networks/names.js';
import { variablesOf } from '../networks/profiles.js';
import type { ConnectionField, SecretField } from '../networks/variables.js';
import type { Credentials } from './credentials.js';
import { SECRET_FIELDS } from './credentials.js';
import { variableOf } from './environment.js';

/**
 * Visible ASCII: what a token and a client id are made of (RFC 6749, appendix A), and what an HTTP
 * header can carry without quoting (RFC 9110, section 5.5). A zero-width space, a line break or a
 * smart quote comes from copying.
 */
const VISIBLE_ASCII = /^[\x21-\x7e]*$/;

const FIELD_WORDS: Readonly<Record<SecretField | 'clientId' | 'profileId', string>> = {
  accessToken: 'access token',
  refreshToken: 'refresh token',
  tokenSecret: 'token secret',
  clientSecret: 'client secret',
  clientId: 'client id',
  profileId: 'profile id',
};

/**
 * Returns the first character of a text that no token can hold, as `U+200B at position 12 of 40`.
 */
export function findStrayCharacter(text: string): string | undefined {
  if (VISIBLE_ASCII.test(text)) return undefined;
  const characters = Array.from(text);
  const index = characters.findIndex((character) => !VISIBLE_ASCII.test(character));
  const code = characters[index]!.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
  return `U+${code} at position ${index + 1} of ${characters.length}`;
}

/**
 * Checks everything of a connection that goes into a request: no secret is sent that cannot be
 * right.
 * @throws AuthError `malformed_secret` that names the variable or the stored connection, and never
 *   the value
 */
export function checkSecrets(credentials: Credentials): void {
  const { connection } = credentials;
  for (const field of SECRET_FIELDS) checkValue(credentials, field, credentials[field]?.reveal());
  checkValue(credentials, 'clientId', connection.clientId);
  checkValue(credentials, 'profileId', connection.profileId);
}

function checkValue(credentials: Credentials, field: keyof typeof FIELD_WORDS, value = ''): void {
  const stray = findStrayCharacter(value);
  if (stray === undefined) return;
  const { network, source } = credentials.connection;
  if (source === 'environment')
    throw refuseVariable(network, findSuffix(credentials, field), stray);
  const message = `The stored ${FIELD_WORDS[field]} of ${network} contains an invalid character: ${stray}.`;
  throw new AuthError('malformed_secret', message, {
    hint: 'It was probably damaged when copied. Connect again with a clean copy. Mappings are kept.',
    next: `postback connect ${network}`,
  });
}

function refuseVariable(network: NetworkName, suffix: string, stray: string): AuthError {
  const variable = variableOf(network, suffix);
  return new AuthError('malformed_secret', `${variable} contains an invalid character: ${stray}.`, {
    hint: `It was probably damaged when copied. Put a clean copy into ${variable}.`,
    next: 'postback doctor',
  });
}

/**
 * The variable that set a field: at X an access token has one of two, by whether it has a secret of
 * its own.
 */
function findSuffix(
  { connection, tokenSecret }: Credentials,
  field: SecretField | ConnectionField,
): string {
  const { rules, choices = [] } = variablesOf(connection.network);
  const own = rules.filter((rule) => rule.field === field);
  const set = choices.find((suffixes) => suffixes.length > 1 === (tokenSecret !== undefined)) ?? [];
  return (own.find(({ suffix }) => set.includes(suffix)) ?? own[0])?.suffix ?? field;
}
