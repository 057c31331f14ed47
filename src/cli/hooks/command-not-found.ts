import type { Hook } from '@oclif/core';
import { unknownCommandError } from '../suggestions.js';

/** Suggests the nearest command without asking. */
export const suggestCommand: Hook.CommandNotFound = async function ({ id, config }) {
  throw unknownCommandError(id, visibleCommandIds(config));
};

function visibleCommandIds(config: {
  commands: readonly { id: string; hidden?: boolean }[];
}): string[] {
  return config.commands.filter(({ hidden }) => !hidden).map(({ id }) => id);
}
