import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ConfigError } from '../errors.js';
import { isJsonObject, parseJsonObject } from '../json.js';
import { findNearMatches } from '../near-match.js';
import type { Directories } from './directories.js';
import type { UserConfig } from './user-config.js';
import { DEFAULT_WORKSPACE, SANDBOX_WORKSPACE, WORKSPACE_NAME } from './workspace-name.js';

/**
 * The workspaces of this machine, sorted: those with goals, settings, a connection or a delivery
 * log, and the default one. Workspaces of `--sandbox` are left out: nobody chooses them.
 */
export function listWorkspaces({ config, data }: Directories, user: UserConfig): string[] {
  const names = [
    DEFAULT_WORKSPACE,
    ...user.listWorkspaces(),
    ...listConnected(config),
    ...listLogs(data),
  ];
  return [...new Set(names)]
    .filter((name) => WORKSPACE_NAME.test(name) && !isOfSandbox(name))
    .sort();
}

/** Whether `--sandbox` keeps its goals and its log there. */
export function isOfSandbox(name: string): boolean {
  return name === SANDBOX_WORKSPACE || name.endsWith('.sandbox');
}

/**
 * Refuses a workspace that is not there: a typing error must not become a new, empty one.
 * @param where what named it, such as `--workspace`
 * @throws ConfigError with the nearest names
 */
export function refuseUnknownWorkspace(
  name: string,
  where: string,
  known: readonly string[],
): void {
  if (known.includes(name) || isOfSandbox(name)) return;
  const near = findNearMatches(name, known);
  const meant = near.length === 0 ? '' : ` Did you mean ${near.join(' or ')}?`;
  throw new ConfigError(
    'unknown_workspace',
    `Unknown workspace ${JSON.stringify(name)} (${where}).${meant}`,
    {
      hint:
        `Existing workspaces: ${known.join(', ')}. To create a new one, run: postback workspaces ` +
        `create ${name}`,
      next: 'postback workspaces',
    },
  );
}

/** Read leniently: a broken file is reported by the command that needs it. */
function listConnected(folder: string): string[] {
  try {
    const content = parseJsonObject(readFileSync(join(folder, 'credentials.json'), 'utf8'));
    const workspaces = content?.['workspaces'];
    return isJsonObject(workspaces) ? Object.keys(workspaces) : [];
  } catch {
    return [];
  }
}

function listLogs(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}
