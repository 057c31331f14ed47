import { ConfigError } from '../errors.js';
import { showLogUrl } from './log-url.js';
import type { Project } from './project-file.js';
import {
  checkSetting,
  parseSetting,
  SETTING_NAMES,
  type ParsedSetting,
  type SettingValues,
} from './setting-values.js';
import { SETTING_RULES, type SettingName, type Settings } from './settings.js';

export type SourceKind = 'flag' | 'environment' | 'project file' | 'user config' | 'default';

/** A value with who said it. */
export interface Sourced<T> {
  value: T;
  source: SourceKind;
  /** The flag, the variable or the file with the field's place in it. */
  where?: string;
}

export interface SettingLayers {
  /** Flags by name, as given or as the flag's own variable said. */
  flags: Readonly<Record<string, unknown>>;
  environment: Readonly<Record<string, string | undefined>>;
  project?: Pick<Project, 'path' | 'settings'> | undefined;
  user?:
    | { path: string; all: SettingValues; workspace: SettingValues; workspaceName: string }
    | undefined;
}

export interface ResolvedSettings {
  settings: Settings;
  sources: Record<SettingName, Sourced<string | number | undefined>>;
}

/** Returns a setting as it may be shown: an address without its password. */
export function maskSetting<T>(said: Sourced<T>): Sourced<T | string> {
  const { value } = said;
  if (typeof value !== 'string' || !/^postgres(ql)?:/.test(value)) return said;
  return { ...said, value: showLogUrl(value) };
}

/** Flags that say a setting for one run. */
const FLAG_OF: Partial<Record<SettingName, string>> = {
  'delivery.rate': 'rate',
  'delivery.concurrency': 'concurrency',
  'delivery.maxAttempts': 'max-attempts',
};

/** The variable of a setting: `delivery.maxAttempts` is POSTBACK_DELIVERY_MAX_ATTEMPTS. */
export function variableOfSetting(name: SettingName): string {
  return `POSTBACK_${name.replace(/[A-Z]/g, '_$&').replaceAll('.', '_').toUpperCase()}`;
}

/**
 * Every setting with its source: flag before environment before project file before user config
 * (the workspace's before everybody's) before default. An empty variable counts as unset.
 * @throws ConfigError naming source, setting, what was found and what is expected.
 */
export function resolveSettings(layers: SettingLayers): ResolvedSettings {
  const sources = Object.fromEntries(
    SETTING_NAMES.map((name) => [name, resolveSetting(name, layers)]),
  );
  const settings = Object.fromEntries(SETTING_NAMES.map((name) => [name, sources[name]!.value]));
  return {
    // eslint-disable-next-line no-restricted-syntax -- has every name of SETTING_NAMES, each by its rule
    settings: settings as unknown as Settings,
    sources: sources as ResolvedSettings['sources'],
  };
}

function resolveSetting(
  name: SettingName,
  layers: SettingLayers,
): Sourced<string | number | undefined> {
  const { flags, environment, project, user } = layers;
  const flag = FLAG_OF[name];
  const ownVariable = variableOfSetting(name);
  if (flag !== undefined) {
    const flagVariable = `POSTBACK_${flag.toUpperCase().replaceAll('-', '_')}`;
    const said = textOf(flags[flag]);
    const heard = environment[flagVariable];
    // A flag that was filled from its variable arrives as a flag.
    if (said !== undefined && said !== heard) return readText(name, said, 'flag', `--${flag}`);
    if (heard) return readText(name, heard, 'environment', flagVariable);
  }
  const heard = environment[ownVariable];
  if (heard) return readText(name, heard, 'environment', ownVariable);
  if (project?.settings[name] !== undefined) {
    return readValue(name, project.settings[name], 'project file', project.path);
  }
  if (user?.workspace[name] !== undefined) {
    const where = `${user.path}, workspace ${user.workspaceName}`;
    return readValue(name, user.workspace[name], 'user config', where);
  }
  if (user?.all[name] !== undefined)
    return readValue(name, user.all[name], 'user config', user.path);
  return { value: SETTING_RULES[name].default, source: 'default' };
}

function textOf(flag: unknown): string | undefined {
  return typeof flag === 'string' || typeof flag === 'number' ? String(flag) : undefined;
}

function readText(
  name: SettingName,
  text: string,
  source: SourceKind,
  where: string,
): Sourced<string | number> {
  return accept(parseSetting(name, text, source === 'environment'), name, source, where);
}

function readValue(
  name: SettingName,
  value: unknown,
  source: SourceKind,
  where: string,
): Sourced<string | number> {
  return accept(checkSetting(name, value), name, source, where);
}

function accept(
  parsed: ParsedSetting,
  name: SettingName,
  source: SourceKind,
  where: string,
): Sourced<string | number> {
  if ('value' in parsed) return { value: parsed.value, source, where };
  throw new ConfigError('setting_invalid', `The setting ${name} from ${where} ${parsed.problem}.`, {
    hint: `Meaning of this setting: ${SETTING_RULES[name].about}.`,
  });
}
