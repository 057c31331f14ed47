import { suggestNearMatches } from '../near-match.js';
import { parseLogUrl } from './log-url.js';
import type { NumberRange } from './setting-rule.js';
import { SETTING_RULES, type SettingName, type Settings } from './settings.js';

export const SETTING_NAMES = Object.keys(SETTING_RULES) as SettingName[];

/** Explicitly set settings. */
export type SettingValues = Partial<Settings>;

/** Two letters, or nothing. */
export const COUNTRY = /^([A-Za-z]{2})?$/;

export type ParsedSetting = { value: string | number } | { problem: string };

/** Whether `text` names a setting. */
export function isSettingName(text: string): text is SettingName {
  return Object.hasOwn(SETTING_RULES, text);
}

/** A sentence for a setting that is not known, with near matches and the valid ones. */
export function describeUnknownSetting(name: string): string {
  return (
    `is not a setting.${suggestNearMatches(name, SETTING_NAMES)} Valid settings: ` +
    SETTING_NAMES.join(', ')
  );
}

/**
 * Checks a value from JSON: numbers as numbers, the rest as text. `problem` follows the setting's
 * name in a sentence: what was found and what is expected.
 */
export function checkSetting(name: SettingName, value: unknown): ParsedSetting {
  const { rule } = SETTING_RULES[name];
  const found = `is ${value === undefined ? 'missing' : JSON.stringify(value).slice(0, 80)}; expected`;
  switch (rule.kind) {
    case 'choice':
      return rule.values.includes(value as string)
        ? { value: value as string }
        : { problem: `${found} ${rule.values.join(' or ')}` };
    case 'number':
      return isWithin(value, rule)
        ? { value }
        : {
            problem: `${found} a ${rule.decimals ? '' : 'whole '}number from ${rule.min} to ${rule.max}`,
          };
    case 'country':
      return typeof value === 'string' && COUNTRY.test(value)
        ? { value: value.toUpperCase() }
        : { problem: `${found} a country in two letters (ISO 3166-1), such as US` };
    case 'logUrl':
      return checkLogUrl(value, false);
  }
}

/** Never quotes the value, which may hold a password. */
function checkLogUrl(value: unknown, mayHavePassword: boolean): ParsedSetting {
  if (typeof value !== 'string') return { problem: 'is not text; expected postgres://…' };
  if (value === '') return { value };
  const address = parseLogUrl(value);
  if ('problem' in address) return address;
  if (address.password === undefined || mayHavePassword) return { value };
  return {
    problem:
      'holds a password, which is never stored; leave it out and set PGPASSWORD, PGPASSFILE or ' +
      'POSTBACK_LOG_URL',
  };
}

function isWithin(value: unknown, { min, max, decimals }: NumberRange): value is number {
  const isNumber = decimals ? Number.isFinite(value) : Number.isInteger(value);
  return isNumber && (value as number) >= min && (value as number) <= max;
}

/**
 * Checks a value from a flag, the environment or `config set`, where numbers are text.
 * @param mayHavePassword whether an address may hold a password: in a variable it may
 */
export function parseSetting(
  name: SettingName,
  text: string,
  mayHavePassword = false,
): ParsedSetting {
  if (SETTING_RULES[name].rule.kind === 'logUrl') return checkLogUrl(text, mayHavePassword);
  const isNumber = SETTING_RULES[name].rule.kind === 'number' && /^-?\d+(\.\d+)?$/.test(text);
  return checkSetting(name, isNumber ? Number(text) : text);
}

/** Checks the `settings` object of a file: the values, or the problem of the first wrong one. */
export function checkSettings(
  raw: Record<string, unknown>,
): { values: SettingValues } | { field: string; problem: string } {
  const values: Record<string, string | number> = {};
  for (const [field, value] of Object.entries(raw)) {
    if (!isSettingName(field)) return { field, problem: describeUnknownSetting(field) };
    const checked = checkSetting(field, value);
    if ('problem' in checked) return { field, problem: checked.problem };
    values[field] = checked.value;
  }
  return { values };
}
