import { isJsonObject } from '../../json.js';
import { Secret } from '../../secret.js';

/** Pasted values by field of a connection. */
interface Pasted {
  clientId?: Secret;
  clientSecret?: Secret;
  accessToken?: Secret;
  tokenSecret?: Secret;
}

const FIELDS = ['clientId', 'clientSecret', 'accessToken', 'tokenSecret'] as const;
/**
 * The names that the four values have in X's console, in variables and in other programs, without
 * their signs.
 */
const FIELD_BY_NAME: Readonly<Record<string, (typeof FIELDS)[number]>> = {
  consumerkey: 'clientId',
  apikey: 'clientId',
  consumersecret: 'clientSecret',
  apisecret: 'clientSecret',
  apikeysecret: 'clientSecret',
  accesstoken: 'accessToken',
  token: 'accessToken',
  oauthtoken: 'accessToken',
  accesstokensecret: 'tokenSecret',
  tokensecret: 'tokenSecret',
  oauthtokensecret: 'tokenSecret',
};
const NAME = /^"?([\w .-]+)"?$/;
const VALUE = /^"?([^\s"]+)"?,?$/;
const EXPECTED =
  'a pixel token, or the four values of OAuth 1.0a: consumer_key=…, consumer_secret=…, ' +
  'access_token=… and access_token_secret=…, one per line';

/**
 * Reads a pixel token (one word), or the four values of OAuth 1.0a as JSON or as lines
 * `name=value`.
 */
export function readPastedToken(text: string): Pasted | string {
  if (/^[^\s={}]+$/.test(text)) return { accessToken: new Secret(text) };
  const pasted: Pasted = {};
  for (const [name, value] of readPairs(text)) {
    const field =
      FIELD_BY_NAME[
        name
          .toLowerCase()
          .replace(/^(?:postback_)?x_/, '')
          .replace(/[^a-z]/g, '')
      ];
    if (field !== undefined) pasted[field] = new Secret(value);
  }
  return FIELDS.every((field) => pasted[field] !== undefined) ? pasted : EXPECTED;
}

function readPairs(text: string): [name: string, value: string][] {
  if (!text.startsWith('{')) {
    return text.split(/\r?\n/).flatMap((line) => {
      const at = line.search(/[=:]/);
      if (at < 0) return [];
      const name = NAME.exec(line.slice(0, at).trim())?.[1];
      const value = VALUE.exec(line.slice(at + 1).trim())?.[1];
      return name === undefined || value === undefined ? [] : [[name, value] as [string, string]];
    });
  }
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value)
      ? Object.entries(value).map(([name, secret]) => [name, String(secret)])
      : [];
  } catch {
    return [];
  }
}
