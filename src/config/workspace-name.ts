import { ConfigError } from '../errors.js';

export const DEFAULT_WORKSPACE = 'default';
/** The workspace of `--sandbox` without `--workspace`. */
export const SANDBOX_WORKSPACE = 'sandbox';
/** The name becomes a folder's, on every platform. */
export const WORKSPACE_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** Whether a value can be the name of a workspace. */
export function isWorkspaceName(value: unknown): boolean {
  return typeof value === 'string' && WORKSPACE_NAME.test(value) && !value.endsWith('.');
}

/**
 * Gives the name back when it can be a workspace's.
 * @param where what gave the name, such as `--workspace`, for the message.
 * @throws ConfigError saying what is expected.
 */
export function checkWorkspaceName(name: string, where: string): string {
  if (isWorkspaceName(name)) return name;
  const shown = JSON.stringify(name.slice(0, 80));
  throw new ConfigError(
    'workspace_invalid',
    `${where} is ${shown}, which cannot be the name of a workspace.`,
    {
      hint:
        'Use lower-case letters, digits, - _ and . (at most 64, a letter or digit first, no dot ' +
        'at the end).',
    },
  );
}
