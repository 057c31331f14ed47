import { readFileSync, statSync } from 'node:fs';
import { homedir, platform } from 'node:os';
import { join } from 'node:path';

import type { LogAddress } from '../../../config/log-url.js';
import { ConfigError } from '../../../errors.js';
import { rememberSecretText } from '../../../secret.js';

/** Environment variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Permissions that would let others read a password file. */
const OPEN_TO_OTHERS = 0o077;

/**
 * Finds the password of a database: in the address, in PGPASSWORD, or in the password file
 * (PGPASSFILE, else `~/.pgpass`), in this order. It is masked in all output from then on.
 * @returns undefined where none is set; the server may not ask for one
 * @throws ConfigError when PGPASSFILE names a file that cannot be read, or that others can read
 */
export function findPassword(
  address: LogAddress,
  user: string,
  variables: Variables,
): string | undefined {
  const password =
    address.password ?? (variables['PGPASSWORD'] || findInFile(address, user, variables));
  if (password) rememberSecretText(password);
  return password || undefined;
}

/** Reads the password file as libpq does: https://www.postgresql.org/docs/15/libpq-pgpass.html. */
function findInFile(
  { host, port, database }: LogAddress,
  user: string,
  variables: Variables,
): string | undefined {
  const named = variables['PGPASSFILE'];
  const path = named || join(homedir(), '.pgpass');
  let text: string;
  try {
    // Windows has no such modes, and libpq does not check them there.
    if (platform() !== 'win32' && statSync(path).mode & OPEN_TO_OTHERS) {
      if (!named) return undefined;
      throw new ConfigError('password_file_open', `Other users can read ${path}.`, {
        next: `chmod 600 ${path}`,
      });
    }
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    if (!named) return undefined;
    throw new ConfigError('password_file_unreadable', `Cannot read ${path} (PGPASSFILE).`, {
      cause: error,
    });
  }
  const wanted = [host, String(port), database, user];
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue;
    const fields = splitLine(line.replace(/\r$/, ''));
    if (fields.length !== 5) continue;
    if (wanted.every((value, index) => fields[index] === '*' || fields[index] === value))
      return fields[4];
  }
  return undefined;
}

/** Splits at colons that no backslash precedes. */
function splitLine(line: string): string[] {
  const fields: string[] = [];
  let field = '';
  for (let at = 0; at < line.length; at++) {
    if (line[at] === ':') {
      fields.push(field);
      field = '';
      continue;
    }
    if (line[at] === '\\' && at + 1 < line.length) at++;
    field += line.charAt(at);
  }
  return [...fields, field];
}
