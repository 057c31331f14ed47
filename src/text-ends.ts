/**
 * Returns `text` without the characters at its end that `character` matches. One step a removed
 * character, where `/[…]+$/` is quadratic: it starts again at every character of a long run.
 * @param character an expression for one UTF-16 unit, such as `/[.\s]/`, without the flags g and y
 */
export function trimEndOf(text: string, character: RegExp): string {
  let end = text.length;
  while (end > 0 && character.test(text.charAt(end - 1))) end--;
  return end === text.length ? text : text.slice(0, end);
}

/** Returns the part of `text` before the first match of `mark`; all of it where nothing matches. */
export function textBefore(text: string, mark: RegExp): string {
  const at = text.search(mark);
  return at < 0 ? text : text.slice(0, at);
}
