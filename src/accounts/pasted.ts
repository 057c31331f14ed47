import { UsageError } from '../errors.js';
import type { Connector } from '../networks/connector.js';
import type { SecretField } from '../networks/variables.js';
import { Secret } from '../secret.js';

/** Pasted secrets by type. */
export type PastedSecrets = Partial<Record<SecretField | 'clientId', Secret>>;

/**
 * Reads a pasted token as its network has it: one word, or what the network's own form holds.
 * @throws UsageError when it is empty or not of the form
 */
export function readPastedSecrets(text: string, { pasted, readPasted }: Connector): PastedSecrets {
  const token = text.replace(/^\uFEFF/, '').trim();
  const read = token === '' || !readPasted ? readWord(token, pasted) : readPasted(token);
  if (typeof read !== 'string') return read;
  throw new UsageError('bad_token', `--token-stdin expected ${read}.`, {
    hint: 'Pipe in only the token, without quotes or a prefix.',
  });
}

function readWord(token: string, kind: Connector['pasted']): PastedSecrets | string {
  const name = kind === 'refresh' ? 'a refresh token' : 'an access token';
  if (token === '') return `${name} on stdin but found nothing`;
  if (/\s/.test(token)) return `${name} on stdin but found more than one word`;
  return { [`${kind}Token`]: new Secret(token) };
}
