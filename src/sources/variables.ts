import { readFileSync } from 'node:fs';

import { ConfigError, messageOf } from '../errors.js';
import { Secret } from '../secret.js';

/** The variables of the process. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Reads a variable; an empty one counts as absent. */
export function readVariable(variables: Variables, name: string): string | undefined {
  return variables[name] || undefined;
}

/** Reads a variable that holds a secret. */
export function readSecret(variables: Variables, name: string): Secret | undefined {
  const text = readVariable(variables, name);
  return text === undefined ? undefined : new Secret(text);
}

/**
 * Reads the file that a variable names.
 * @throws ConfigError when it cannot be read
 */
export function readNamedFile(variables: Variables, name: string): Buffer | undefined {
  const path = readVariable(variables, name);
  if (path === undefined) return undefined;
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigError('unreadable_file', `${name}: ${messageOf(error)}.`, {
      hint: `Set ${name} to a file that this user can read.`,
      cause: error,
    });
  }
}

/**
 * Whether connections are encrypted: where `${prefix}_TLS` says so, else where there is a CA file,
 * or a secret that leaves the machine.
 * @throws ConfigError for a value that is neither true nor false
 */
export function readTls(
  variables: Variables,
  prefix: string,
  { hosts, sendsSecret }: { hosts: readonly string[]; sendsSecret: boolean },
): boolean {
  const name = `${prefix}_TLS`;
  const text = readVariable(variables, name);
  if (text !== undefined) {
    if (/^(?:true|1)$/i.test(text)) return true;
    if (/^(?:false|0)$/i.test(text)) return false;
    throw new ConfigError('bad_variable', `${name} is "${text}"; expected true or false.`);
  }
  if (readVariable(variables, `${prefix}_CA_FILE`) !== undefined) return true;
  return sendsSecret && !hosts.every(isLoopback);
}

function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return name === 'localhost' || name === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(name);
}
