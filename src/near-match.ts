/**
 * The candidates that `word` was probably meant to be, nearest first, at most three: those within
 * two edits (one in words of up to four letters), and those that begin with it.
 */
export function findNearMatches(word: string, candidates: Iterable<string>): string[] {
  const wanted = word.toLowerCase();
  const allowed = wanted.length > 4 ? 2 : 1;
  return [...candidates]
    .map((candidate) => {
      const begins = wanted.length > 1 && candidate.toLowerCase().startsWith(wanted);
      return { candidate, distance: begins ? 0 : countEdits(wanted, candidate.toLowerCase()) };
    })
    .filter(({ distance }) => distance <= allowed)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/**
 * Returns a name as it was typed, to quote it in an error: in quotes after a blank. What is too
 * long or odd for a name is left out, because it may be a token in the wrong place.
 */
export function quoteTypedName(word: string): string {
  return /^[\w:. -]{1,40}$/.test(word) ? ` "${word}"` : '';
}

/** Returns ` Did you mean a or b?` to append to a sentence, or an empty string. */
export function suggestNearMatches(word: string, candidates: Iterable<string>): string {
  const matches = findNearMatches(word, candidates);
  return matches.length === 0 ? '' : ` Did you mean ${matches.join(' or ')}?`;
}

/** Levenshtein distance, with two neighbours swapped counting as one edit. */
function countEdits(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let edits = Math.min(
        last[column]! + 1,
        current[column - 1]! + 1,
        last[column - 1]! + (same ? 0 : 1),
      );
      if (
        row > 1 &&
        column > 1 &&
        from[row - 1] === to[column - 2] &&
        from[row - 2] === to[column - 1]
      ) {
        edits = Math.min(edits, beforeLast[column - 2]! + 1);
      }
      current.push(edits);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length]!;
}
