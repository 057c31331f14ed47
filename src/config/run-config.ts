import type { ConversionGoal } from '../goals/goal.js';
import type { Directories } from './directories.js';
import type { ReportLock } from './file-lock.js';
import { listWorkspaces, refuseUnknownWorkspace } from './known-workspaces.js';
import { findProjectFile, type Project } from './project-file.js';
import { resolveSettings, type ResolvedSettings, type Sourced } from './resolve.js';
import { UserConfig } from './user-config.js';
import { checkWorkspaceName, DEFAULT_WORKSPACE, SANDBOX_WORKSPACE } from './workspace-name.js';

export interface RunConfigInput {
  /** Flags by name: `workspace`, `sandbox`, `rate`, `concurrency`, `max-attempts` are read. */
  flags: Readonly<Record<string, unknown>>;
  variables: Readonly<Record<string, string | undefined>>;
  cwd: string;
  directories: Directories;
  /** Whether a workspace that is not there may be named: the command makes it. */
  makesWorkspace?: boolean;
  /** Is given what a write of the configuration waits for. */
  report?: ReportLock;
}

/** Configuration of a run, merged from all sources. */
export interface RunConfig extends ResolvedSettings {
  workspace: Sourced<string>;
  goals: ConversionGoal[];
  /** The project file where the goals are its own: then the stored ones do not count. */
  goalsFrom: 'project file' | 'user config';
  project: Project | undefined;
  user: UserConfig;
}

/**
 * Reads project file, user config, variables and flags and says what holds. Writes nothing.
 * @throws ConfigError where any of them cannot be read or holds something wrong.
 */
export function loadRunConfig({
  flags,
  variables,
  cwd,
  directories,
  makesWorkspace = false,
  report,
}: RunConfigInput): RunConfig {
  const project = findProjectFile(cwd);
  const user = new UserConfig(directories.config, report);
  const named = resolveWorkspaceName(flags, variables, project, user);
  if (!makesWorkspace && named.source !== 'default')
    refuseUnknown(named, project, user, directories);
  const workspace = flags.sandbox ? sandboxOf(named) : named;
  const stored = user.readSettings(workspace.value);
  const resolved = resolveSettings({
    flags,
    environment: variables,
    project,
    user: { path: user.path, ...stored, workspaceName: workspace.value },
  });
  const goals = project?.goals ?? user.readGoals(workspace.value);
  return {
    ...resolved,
    workspace,
    goals,
    goalsFrom: project?.goals ? 'project file' : 'user config',
    project,
    user,
  };
}

/**
 * What a project file must say so that a run elsewhere does the same: the goals, and the settings
 * that files say. What flags and variables say belongs to one run and is left out, and so is where
 * the log is kept.
 */
export function exportProject({
  goals,
  project,
  user,
  workspace,
}: RunConfig): Omit<Project, 'path'> & { goals: ConversionGoal[] } {
  const stored = user.readSettings(workspace.value);
  const { 'log.url': _, ...settings } = {
    ...stored.all,
    ...stored.workspace,
    ...project?.settings,
  };
  return {
    ...(workspace.value === DEFAULT_WORKSPACE ? {} : { workspace: workspace.value }),
    goals,
    settings,
  };
}

/**
 * Rejects unknown workspaces. The project file may name a new one, because a CI job has no other
 * setup.
 */
function refuseUnknown(
  { value, where }: Sourced<string>,
  project: Project | undefined,
  user: UserConfig,
  directories: Directories,
): void {
  if (value === DEFAULT_WORKSPACE || value === project?.workspace) return;
  refuseUnknownWorkspace(value, where ?? 'its source', listWorkspaces(directories, user));
}

/**
 * `--sandbox` has a workspace of its own for each one, so that nothing of a try-out reaches the
 * real log.
 */
function sandboxOf(named: Sourced<string>): Sourced<string> {
  const value = named.value === DEFAULT_WORKSPACE ? SANDBOX_WORKSPACE : `${named.value}.sandbox`;
  return { value: checkWorkspaceName(value, '--sandbox'), source: 'flag', where: '--sandbox' };
}

function resolveWorkspaceName(
  flags: RunConfigInput['flags'],
  variables: RunConfigInput['variables'],
  project: Project | undefined,
  user: UserConfig,
): Sourced<string> {
  const { workspace: said } = flags;
  const { POSTBACK_WORKSPACE: heard } = variables;
  if (typeof said === 'string' && said !== heard) {
    return { value: checkWorkspaceName(said, '--workspace'), source: 'flag', where: '--workspace' };
  }
  if (heard) {
    const where = 'POSTBACK_WORKSPACE';
    return { value: checkWorkspaceName(heard, where), source: 'environment', where };
  }
  if (project?.workspace !== undefined) {
    return { value: project.workspace, source: 'project file', where: project.path };
  }
  const chosen = user.readDefaultWorkspace();
  if (chosen !== undefined) return { value: chosen, source: 'user config', where: user.path };
  return { value: DEFAULT_WORKSPACE, source: 'default' };
}
