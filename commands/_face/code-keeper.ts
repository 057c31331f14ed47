let keep: (() => void) | undefined;

/** Names what keeps the compiled code of a run that may never come to its end (bin/code-cache.js). */
export function keepCodeBy(keeper: (() => void) | undefined): void {
  keep = keeper;
}

/** Has the code kept that is compiled by now, where the door named what does. */
export function keepCode(): void {
  keep?.();
}
