import { UsageError } from '../errors.js';
import { findNearMatches, quoteTypedName } from '../near-match.js';

/** Names that other programs give to commands of ours. */
const SYNONYMS: Readonly<Record<string, string>> = {
  auth: 'connect',
  signin: 'connect',
  signout: 'disconnect',
  switch: 'workspaces use',
  profiles: 'workspaces',
  definitions: 'map',
  run: 'send',
  retry: 'replay',
  check: 'doctor',
};

/**
 * The error for a command that does not exist, with the one that was probably meant. `id` is what
 * oclif made of the words typed, arguments included (`goals:lst:x`), so only the words that name a
 * command are looked at. `topics` are those of help, where help was asked.
 */
export function unknownCommandError(
  id: string,
  commandIds: readonly string[],
  topics: readonly string[] = [],
): UsageError {
  const [first = '', second] = id.split(':');
  if (first.startsWith('-')) {
    return new UsageError(
      'unknown_flag',
      `Unknown flag${quoteTypedName(first)} in front of the command.`,
      { hint: 'Give the command first, then its flags.', next: 'postback --help' },
    );
  }
  const isTopic = second !== undefined && commandIds.some((known) => known.startsWith(`${first}:`));
  const typed = isTopic ? `${first} ${second}` : first;
  const depth = isTopic ? 2 : 1;
  const known = new Set(commandIds.map((name) => name.split(':').slice(0, depth).join(' ')));
  const synonym = SYNONYMS[first];
  const [meant] = synonym === undefined ? findNearMatches(typed, known) : [synonym];
  const [topic] = meant === undefined ? findNearMatches(typed, topics) : [];
  if (topic !== undefined) {
    return new UsageError('unknown_command', `Unknown command${quoteTypedName(typed)}.`, {
      hint: `Did you mean the topic "${topic}"?`,
      next: `postback help ${topic}`,
    });
  }
  const list = topics.length > 0 ? 'postback help topics' : 'postback --help';
  return new UsageError('unknown_command', `Unknown command${quoteTypedName(typed)}.`, {
    ...(meant === undefined ? {} : { hint: `Did you mean "${meant}"?` }),
    next: meant === undefined ? list : `postback ${meant} --help`,
  });
}
