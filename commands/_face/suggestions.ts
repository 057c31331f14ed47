import { UsageError } from '../../src/errors.js';

/** Further apart than this, two names are no slip of the finger. */
const MAX_DISTANCE = 3;

/** The name in `candidates` that was probably meant by `typed`, if there is one. */
export function suggestName(typed: string, candidates: readonly string[]): string | undefined {
  const limit = Math.min(MAX_DISTANCE, Math.max(1, Math.floor(typed.length / 2)));
  const ranked = candidates
    .map((name) => ({ name, distance: editDistance(typed.toLowerCase(), name) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name));
  return ranked[0]?.name;
}

/**
 * The error for a command that does not exist. `id` is what oclif made of the words typed, arguments included
 * (`goals:lst:x`), so only the words that name a command are looked at.
 */
export function unknownCommandError(id: string, commandIds: readonly string[]): UsageError {
  const [first = '', second] = id.split(':');
  const isTopic = second !== undefined && commandIds.some((known) => known.startsWith(`${first}:`));
  const typed = isTopic ? `${first} ${second}` : first;
  const depth = isTopic ? 2 : 1;
  const known = [...new Set(commandIds.map((name) => name.split(':').slice(0, depth).join(' ')))];
  const meant = suggestName(typed, known);
  return new UsageError('unknown_command', `"${typed}" is not a postback command.`, {
    ...(meant === undefined ? {} : { hint: `Did you mean "${meant}"?` }),
    next: meant === undefined ? 'postback --help' : `postback ${meant} --help`,
  });
}

/** Insertions, deletions, substitutions and swaps of neighbours between two words (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const steps = [at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + (isSame ? 0 : 1)];
      if (isSwap) steps.push(at(beforeLast, column - 2) + 1);
      current.push(Math.min(...steps));
    }
    [beforeLast, last] = [last, current];
  }
  return at(last, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
