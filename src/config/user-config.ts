import type { ConversionGoal } from '../goals/goal.js';
import { describe, GoalProblem, readGoals } from '../goals/goal-rules.js';
import { isJsonObject, type JsonObject } from '../json.js';
import { ConfigFile } from './config-file.js';
import type { ReportLock } from './file-lock.js';
import { checkSettings, type SettingValues } from './setting-values.js';
import { isWorkspaceName } from './workspace-name.js';
import type { SettingName, Settings } from './settings.js';

/** User config of one workspace. */
interface WorkspaceConfig {
  goals?: ConversionGoal[];
  settings?: SettingValues;
}

interface Content {
  /** The workspace of calls that name none; absent: `default`. */
  defaultWorkspace?: string;
  settings: SettingValues;
  workspaces: Record<string, WorkspaceConfig>;
}

/** Where a setting is stored: for all workspaces, or for one. */
export type SettingScope = { workspace: string } | 'all';

/** `config.json`: settings, and goals with their mappings, of every workspace. */
export class UserConfig {
  readonly #file: ConfigFile<Content>;

  /** @param report is given what a write waits for */
  constructor(configDirectory: string, report?: ReportLock) {
    this.#file = new ConfigFile<Content>({
      directory: configDirectory,
      name: 'config',
      version: 1,
      defaults: { settings: {}, workspaces: {} },
      check: findProblem,
      report,
    });
  }

  get path(): string {
    return this.#file.path;
  }

  /**
   * Names of the workspaces that have something stored. @throws ConfigError as
   * {@link ConfigFile.read}.
   */
  listWorkspaces(): string[] {
    return Object.keys(this.#file.read().workspaces);
  }

  /** Reads the default workspace; undefined if none was chosen. */
  readDefaultWorkspace(): string | undefined {
    return this.#file.read().defaultWorkspace;
  }

  /**
   * Chooses the workspace of calls that name none. @throws ConfigError as
   * {@link ConfigFile.update}.
   */
  async useWorkspace(name: string): Promise<void> {
    await this.#file.update((draft) => void (draft.defaultWorkspace = name));
  }

  /**
   * Makes an empty workspace; one that is there stays as it is. @throws ConfigError as
   * {@link ConfigFile.update}.
   */
  async createWorkspace(name: string): Promise<void> {
    await this.#file.update((draft) => void (draft.workspaces[name] = partOf(draft, name)));
  }

  /** Stored goals of a workspace. @throws ConfigError as {@link ConfigFile.read}. */
  readGoals(workspace: string): ConversionGoal[] {
    return goalsOf(this.#file.read(), workspace);
  }

  /**
   * Stored settings: those for all workspaces, and those for one. @throws ConfigError as
   * {@link ConfigFile.read}.
   */
  readSettings(workspace: string): { all: SettingValues; workspace: SettingValues } {
    const content = this.#file.read();
    return { all: content.settings, workspace: partOf(content, workspace).settings ?? {} };
  }

  /**
   * Replaces the goals of a workspace by what `change` makes of them, while no other process does.
   * @throws what `change` throws; ConfigError as {@link ConfigFile.update}.
   */
  async updateGoals(
    workspace: string,
    change: (goals: ConversionGoal[]) => ConversionGoal[],
  ): Promise<ConversionGoal[]> {
    const content = await this.#file.update((draft) => {
      const part = partOf(draft, workspace);
      draft.workspaces[workspace] = { ...part, goals: change(goalsOf(draft, workspace)) };
    });
    return goalsOf(content, workspace);
  }

  /**
   * Stores settings that {@link parseSetting} or {@link checkSettings} checked; undefined removes
   * one.
   * @throws ConfigError as {@link ConfigFile.update}.
   */
  async updateSettings(
    scope: SettingScope,
    values: { [K in SettingName]?: Settings[K] | undefined },
  ): Promise<void> {
    await this.#file.update((draft) => {
      const current =
        scope === 'all' ? draft.settings : (partOf(draft, scope.workspace).settings ?? {});
      const merged: Record<string, unknown> = { ...current, ...values };
      const settings: SettingValues = Object.fromEntries(
        Object.entries(merged).filter(([, value]) => value !== undefined),
      );
      if (scope === 'all') draft.settings = settings;
      else draft.workspaces[scope.workspace] = { ...partOf(draft, scope.workspace), settings };
    });
  }
}

/** Own properties only: a workspace may be called `constructor`. */
function partOf(content: Content, workspace: string): WorkspaceConfig {
  return Object.hasOwn(content.workspaces, workspace) ? content.workspaces[workspace]! : {};
}

function goalsOf(content: Content, workspace: string): ConversionGoal[] {
  const { goals } = partOf(content, workspace);
  return goals === undefined ? [] : readGoals(goals);
}

/** Returns the problem of an edited config file. Ignores unknown fields. */
function findProblem(content: JsonObject): string | undefined {
  const { settings = {}, workspaces = {}, defaultWorkspace } = content;
  if (defaultWorkspace !== undefined && !isWorkspaceName(defaultWorkspace)) {
    return 'defaultWorkspace is not the name of a workspace';
  }
  const problem = findSettingProblem(settings, 'settings');
  if (problem !== undefined) return problem;
  if (!isJsonObject(workspaces)) return `workspaces is ${describe(workspaces)}; expected an object`;
  for (const [name, workspace] of Object.entries(workspaces)) {
    const at = `workspaces.${name}`;
    if (!isJsonObject(workspace)) return `${at} is ${describe(workspace)}; expected an object`;
    const found =
      findSettingProblem(workspace.settings ?? {}, `${at}.settings`) ??
      findGoalProblem(workspace.goals, at);
    if (found !== undefined) return found;
  }
  return undefined;
}

function findSettingProblem(settings: unknown, at: string): string | undefined {
  if (!isJsonObject(settings)) return `${at} is ${describe(settings)}; expected an object`;
  const checked = checkSettings(settings);
  return 'problem' in checked ? `${at}["${checked.field}"] ${checked.problem}` : undefined;
}

function findGoalProblem(goals: unknown, at: string): string | undefined {
  if (goals === undefined) return undefined;
  try {
    readGoals(goals);
    return undefined;
  } catch (error) {
    if (error instanceof GoalProblem) return `${at}.${error.message}`;
    throw error;
  }
}
