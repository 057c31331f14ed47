import { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { ConfigError, InternalError, messageOf } from '../errors.js';
import type { IdEncryptor } from '../networks/network.js';
import type { Random } from '../random.js';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/**
 * Returns an encryptor with the key file `audience-ids.key` in the folder of the credentials. The
 * delivery log is in another folder, so the log alone does not reveal the ids. The key is read, or
 * created, at the first use.
 * @throws InternalError from `open` if the key is missing or differs; ConfigError if the file
 *   cannot be read or created
 */
export function openIdEncryptor(configDirectory: string, random: Random): IdEncryptor {
  const path = join(configDirectory, 'audience-ids.key');
  let key: Buffer | undefined;
  const keyOf = (): Buffer => (key ??= readKey(path) ?? makeKey(path, random));
  return {
    seal(id) {
      const nonce = random.bytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, keyOf(), nonce);
      const text = Buffer.concat([nonce, cipher.update(id, 'utf8'), cipher.final()]);
      return Buffer.concat([text, cipher.getAuthTag()]).toString('base64url');
    },
    open(encrypted) {
      const bytes = Buffer.from(encrypted, 'base64url');
      const end = bytes.length - TAG_BYTES;
      try {
        const decipher = createDecipheriv(CIPHER, keyOf(), bytes.subarray(0, NONCE_BYTES));
        decipher.setAuthTag(bytes.subarray(end));
        return (
          decipher.update(bytes.subarray(NONCE_BYTES, end), undefined, 'utf8') +
          decipher.final('utf8')
        );
      } catch (error) {
        if (error instanceof ConfigError) throw error;
        throw refuseKey(path, error);
      }
    },
  };
}

function readKey(path: string): Buffer | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw refuseFile(path, error);
  }
  const key = Buffer.from(text, 'hex');
  if (key.length === KEY_BYTES) return key;
  throw refuseKey(path, undefined);
}

/** Creates the key file. If another process created it first, returns that key. */
function makeKey(path: string, random: Random): Buffer {
  const key = random.bytes(KEY_BYTES);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const file = openSync(path, 'wx', 0o600);
    writeSync(file, `${key.toString('hex')}\n`);
    fsyncSync(file);
    closeSync(file);
    return key;
  } catch (error) {
    const theirs = (error as NodeJS.ErrnoException).code === 'EEXIST' ? readKey(path) : undefined;
    if (theirs) return theirs;
    throw refuseFile(path, error);
  }
}

function refuseKey(path: string, cause: unknown): InternalError {
  return new InternalError(
    'audience_key_lost',
    `The key in ${path} cannot decrypt the external ids of your audience lists.`,
    {
      hint:
        'Restore the file from a backup. Without it, you can remove uploaded people only by ' +
        'listing them in a file for audiences sync with "action":"DELETE".',
      cause,
    },
  );
}

function refuseFile(path: string, error: unknown): ConfigError {
  return new ConfigError(
    'audience_key_unusable',
    `The key file ${path} cannot be used: ${messageOf(error)}.`,
    {
      hint: 'Check the owner and mode of the folder, or use another folder with POSTBACK_HOME.',
      cause: error,
    },
  );
}
