import { isIP } from 'node:net';
import { EMPTY_HASH } from '../../identity/hash.js';
import type { JsonObject } from '../../json.js';

/**
 * Fields that Meta takes as SHA-256 only, and those that it takes as they are
 * (https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/customer-information-parameters
 * and `fbp-and-fbc` there, 2026-11-30).
 */
const HASHED = ['em', 'ph', 'fn', 'ln', 'ct', 'st', 'zp', 'country', 'db', 'ge', 'external_id'];
const PLAIN: Readonly<Record<string, (text: string) => boolean>> = {
  client_ip_address: (text) => isIP(text) !== 0,
  client_user_agent: (text) => text.trim() !== '',
  fbc: (text) => /^fb\.\d{1,2}\.\d{13}\.\S+$/.test(text),
  fbp: (text) => /^fb\.\d{1,2}\.\d{13}\.\S+$/.test(text),
};
const HASH = /^[0-9a-f]{64}$/;

/**
 * Sets that fit too many people: an event with nothing outside one of them is refused
 * (https://developers.facebook.com/docs/marketing-api/conversions-api/best-practices, 2026-11-30).
 */
const TOO_BROAD: readonly (readonly string[])[] = [
  ['ct', 'country', 'st', 'zp', 'ge', 'client_user_agent'],
  ['db', 'client_user_agent'],
  ['fn', 'ge'],
  ['ln', 'ge'],
];

/** What is wrong with the form of user data, or undefined. */
export function checkUserData(user: JsonObject): string | undefined {
  for (const [name, given] of Object.entries(user)) {
    const values: unknown[] = Array.isArray(given) ? given : [given];
    if (values.length === 0) return `user_data[${name}] is empty`;
    const wrong = values.some((value) => typeof value !== 'string' || !isRight(name, value));
    if (wrong) return describeWrong(name);
  }
  return undefined;
}

/** Whether user data fits too many people. */
export function isTooBroad(user: JsonObject): boolean {
  const names = Object.keys(user);
  return TOO_BROAD.some((set) => names.every((name) => set.includes(name)));
}

function isRight(name: string, value: string): boolean {
  if (HASHED.includes(name)) return HASH.test(value) && value !== EMPTY_HASH;
  return Object.hasOwn(PLAIN, name) && PLAIN[name]!(value);
}

function describeWrong(name: string): string {
  if (HASHED.includes(name)) return `user_data[${name}] must be hashed with SHA-256, in lower case`;
  return Object.hasOwn(PLAIN, name)
    ? `user_data[${name}] is not of its form`
    : `user_data[${name}] is not a known field`;
}
