import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, messageOf } from '../errors.js';
import type { ConversionGoal } from '../goals/goal.js';
import { describe, GoalProblem, readGoals } from '../goals/goal-rules.js';
import { isJsonObject, type JsonObject } from '../json.js';
import { suggestNearMatches } from '../near-match.js';
import { checkSettings, type SettingValues } from './setting-values.js';
import { SETTING_RULES, type SettingName } from './settings.js';
import { checkWorkspaceName } from './workspace-name.js';

export const PROJECT_FILE_NAME = 'postback.config.json';

export const PROJECT_FIELDS = ['workspace', 'goals', 'settings', 'http'];
/** Field names that promise a secret. Goals and settings have none that looks like them. */
const SECRET_FIELD = /secret|token|passw|api[_-]?key|private[_-]?key|credential|bearer/i;

/**
 * A project file: everything that a CI job needs in addition to environment variables. It never
 * contains secrets.
 */
export interface Project {
  path: string;
  workspace?: string;
  /** Replace the stored ones for the run; undefined where the file says nothing of goals. */
  goals?: ConversionGoal[];
  /**
   * Templates of endpoints, as the file has them: whatever connects an endpoint checks them. They
   * take the place of stored ones of the same name.
   */
  http?: JsonObject[];
  settings: SettingValues;
}

/**
 * Reads `postback.config.json` in `directory`; undefined where there is none.
 * @throws ConfigError as {@link readProjectFile}.
 */
export function findProjectFile(directory: string): Project | undefined {
  const path = join(directory, PROJECT_FILE_NAME);
  const text = readText(path, true);
  return text === undefined ? undefined : parseProject(text, path);
}

/**
 * Reads a file in the project file's form, or a bare list of goals, for `config import` and
 * `goals import`.
 * @throws ConfigError naming the file, the field, what was found and what is expected.
 */
export function readProjectFile(path: string): Project {
  return parseProject(readText(path, false) ?? '', path, true);
}

/** The text of a project file with these goals and settings: what `config export` writes. */
export function formatProject(project: Omit<Project, 'path'>): string {
  const { workspace, goals = [], http = [], settings } = project;
  const content = {
    ...(workspace === undefined ? {} : { workspace }),
    goals: goals.map(withoutEmptyTestMap),
    ...(http.length === 0 ? {} : { http }),
    settings,
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

/** Writes {@link formatProject}'s text. @throws ConfigError when the file cannot be written. */
export function writeProjectFile(path: string, project: Omit<Project, 'path'>): void {
  writeText(path, formatProject(project));
}

function writeText(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new ConfigError('project_file_unwritable', `Cannot write ${path}: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

/**
 * Writes the mappings that `change` makes of the goals into a project file. The rest of the file
 * and its indentation stay.
 * @throws ConfigError when the file cannot be read or written; what `change` throws
 */
export function updateProjectMappings(
  path: string,
  change: (goals: ConversionGoal[]) => ConversionGoal[],
): ConversionGoal[] {
  const text = readText(path, false) ?? '';
  const { goals = [] } = parseProject(text, path);
  const changed = change(goals);
  const content = JSON.parse(text) as { goals: JsonObject[] };
  for (const [index, { map, testMap }] of changed.entries()) {
    const raw = content.goals[index];
    if (raw === undefined || changed[index] === goals[index]) continue;
    raw['map'] = map;
    if (Object.keys(testMap).length > 0) raw['testMap'] = testMap;
    else delete raw['testMap'];
  }
  const [, indent = ''] = /\n([ \t]+)"/.exec(text) ?? [];
  writeText(path, `${JSON.stringify(content, undefined, indent)}\n`);
  return changed;
}

function readText(path: string, mayLack: boolean): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && mayLack) return undefined;
    const why =
      code === 'ENOENT'
        ? 'the file does not exist'
        : code === 'EISDIR'
          ? 'it is a directory'
          : messageOf(error);
    throw new ConfigError('project_file_unreadable', `Cannot read ${path}: ${why}.`, {
      cause: error,
    });
  }
}

function parseProject(text: string, path: string, mayBeList = false): Project {
  const content = parseObject(text, path, mayBeList);
  // A template names variables where its secrets go, and its own rules refuse any other secret.
  const { http, ...plain } = content;
  refuseSecrets(plain, path, '');
  const unknown = Object.keys(content).find((key) => !PROJECT_FIELDS.includes(key));
  if (unknown !== undefined) {
    const suggestion = suggestNearMatches(unknown, PROJECT_FIELDS);
    throw refuse(
      path,
      `${unknown} is not known.${suggestion} Valid fields: ${PROJECT_FIELDS.join(', ')}`,
    );
  }
  const { workspace, goals, settings = {} } = content;
  const project: Project = { path, settings: readSettings(settings, path) };
  if (workspace !== undefined) {
    if (typeof workspace !== 'string')
      throw refuse(path, `workspace is ${describe(workspace)}; expected text`);
    project.workspace = checkWorkspaceName(workspace, `workspace in ${path}`);
  }
  if (goals !== undefined) project.goals = readGoalsOf(goals, path);
  if (http !== undefined) project.http = readEndpoints(http, path);
  return project;
}

/** Levels of a project file at most; its own fields need six. */
const MAX_DEPTH = 32;

function parseObject(text: string, path: string, mayBeList: boolean): JsonObject {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw refuse(
      path,
      text.trim() === '' ? 'the file is empty' : `it is not valid JSON: ${withoutExcerpt(error)}`,
    );
  }
  if (isJsonObject(content)) return content;
  if (mayBeList && Array.isArray(content)) return { goals: content };
  throw refuse(path, `it contains ${describe(content)}; expected an object`);
}

/** The parser's words without the piece of the file that they quote. */
function withoutExcerpt(error: unknown): string {
  return messageOf(error).replace(/, (?:\.\.\.)?".*$/s, '');
}

/** Rejects a secret in any field of a repository file; does not quote the value. */
function refuseSecrets(value: unknown, path: string, at: string, depth = 0): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_DEPTH) throw refuse(path, `it is nested more than ${MAX_DEPTH} levels deep`);
  for (const [key, inner] of Object.entries(value)) {
    const field = Array.isArray(value) ? `${at}[${key}]` : at === '' ? key : `${at}.${key}`;
    if (!Array.isArray(value) && SECRET_FIELD.test(key)) {
      throw new ConfigError(
        'secret_in_project_file',
        `${path}: ${field} looks like a secret. This file must not contain secrets.`,
        {
          hint:
            'Remove it from the file and from the repository, and use an environment variable ' +
            'instead.',
        },
      );
    }
    refuseSecrets(inner, path, field, depth + 1);
  }
}

function readSettings(raw: unknown, path: string): SettingValues {
  if (!isJsonObject(raw)) throw refuse(path, `settings is ${describe(raw)}; expected an object`);
  const checked = checkSettings(raw);
  if ('problem' in checked) throw refuse(path, `settings["${checked.field}"] ${checked.problem}`);
  const own = Object.keys(checked.values).find(
    (name) => SETTING_RULES[name as SettingName].rule.kind === 'logUrl',
  );
  if (own === undefined) return checked.values;
  throw refuse(
    path,
    `settings["${own}"] cannot be set in a project file, which must not choose where the log is ` +
      'kept; set POSTBACK_LOG_URL, or log.url in the user config',
  );
}

function readGoalsOf(raw: unknown, path: string): ConversionGoal[] {
  try {
    return readGoals(raw);
  } catch (error) {
    if (error instanceof GoalProblem) throw refuse(path, error.message);
    throw error;
  }
}

function readEndpoints(raw: unknown, path: string): JsonObject[] {
  if (!Array.isArray(raw))
    throw refuse(path, `http is ${describe(raw)}; expected a list of templates`);
  return raw.map((template: unknown, index) => {
    if (isJsonObject(template)) return template;
    throw refuse(path, `http[${index}] is ${describe(template)}; expected a template`);
  });
}

function refuse(path: string, problem: string): ConfigError {
  return new ConfigError('project_file_invalid', `${path}: ${problem}.`);
}

function withoutEmptyTestMap(goal: ConversionGoal): Partial<ConversionGoal> {
  const { testMap, ...rest } = goal;
  return Object.keys(testMap).length === 0 ? rest : goal;
}
