import type { HttpAnswer, HttpClient } from '../http/http.js';
import { isJsonObject } from '../json.js';
import { rememberSecretText } from '../secret.js';
import type { TokenCall } from './provider.js';

/**
 * Fields of a token endpoint's answer that hold a secret (RFC 6749, OpenID Connect, Meta, TikTok).
 */
const TOKEN_FIELDS =
  /^(?:access_?token|refresh_?token|id_?token|token|auth_?code|device_?code|client_?secret|secret)$/i;
/** Minimum length of a token, in characters. Masking shorter values would mask ordinary words. */
const MIN_TOKEN_CHARS = 8;
const MAX_DEPTH = 8;
/** Maximum size of an answer that is searched, in bytes. */
const MAX_BYTES = 256 * 1024;

/**
 * The call with a client that remembers the tokens of every answer, a refusal's too, before anyone
 * reads it: nothing that is shown or stored afterwards repeats them.
 */
export function rememberAnswers(call: TokenCall): TokenCall {
  const { http } = call;
  const watched: HttpClient = {
    send: async (request, options) => {
      const answer = await http.send(request, options);
      rememberTokens(answer);
      return answer;
    },
    close: () => http.close(),
  };
  return { ...call, http: watched };
}

function rememberTokens({ body }: HttpAnswer): void {
  if (body.length > MAX_BYTES) return;
  const text = body.toString('utf8').trim();
  if (/^[[{]/.test(text)) rememberFields(parse(text), 0);
  else for (const [name, value] of new URLSearchParams(text)) rememberField(name, value);
}

function rememberFields(value: unknown, depth: number): void {
  if (depth > MAX_DEPTH) return;
  if (Array.isArray(value)) for (const item of value) rememberFields(item, depth + 1);
  if (!isJsonObject(value)) return;
  for (const [name, item] of Object.entries(value)) {
    if (typeof item === 'string') rememberField(name, item);
    else rememberFields(item, depth + 1);
  }
}

function rememberField(name: string, value: string): void {
  if (TOKEN_FIELDS.test(name) && value.length >= MIN_TOKEN_CHARS) rememberSecretText(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
