import { UsageError } from '../../src/errors.js';
import { findNearMatches } from '../../src/near-match.js';

/**
 * The error for a command that does not exist, with the one that was probably meant. `id` is what oclif made of the words
 * typed, arguments included (`goals:lst:x`), so only the words that name a command are looked at.
 */
export function unknownCommandError(
  id: string,
  commandIds: readonly string[],
  topics: readonly string[] = [],
): UsageError {
  const [first = '', second] = id.split(':');
  const isTopic = second !== undefined && commandIds.some((known) => known.startsWith(`${first}:`));
  const typed = isTopic ? `${first} ${second}` : first;
  const depth = isTopic ? 2 : 1;
  const known = new Set(commandIds.map((name) => name.split(':').slice(0, depth).join(' ')));
  const [meant] = findNearMatches(typed, known);
  const [topic] = meant === undefined ? findNearMatches(typed, topics) : [];
  if (topic !== undefined) {
    return new UsageError('unknown_command', `"${typed}" is not a postback command.`, {
      hint: `Did you mean the topic "${topic}"?`,
      next: `postback help ${topic}`,
    });
  }
  return new UsageError('unknown_command', `"${typed}" is not a postback command.`, {
    ...(meant === undefined ? {} : { hint: `Did you mean "${meant}"?` }),
    next: meant === undefined ? 'postback --help' : `postback ${meant} --help`,
  });
}
