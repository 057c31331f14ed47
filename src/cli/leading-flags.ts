/** Global flags that take the next word as their value. */
const WITH_VALUE: ReadonlySet<string> = new Set(['--workspace', '--gateway']);
/** Global flags without a value. */
const SWITCHES: ReadonlySet<string> = new Set(['--json', '--sandbox', '--no-color']);

/** Returns the arguments of `help` without global flags, which oclif's help refuses. Pure. */
export function withoutGlobalFlags(argv: readonly string[]): string[] {
  return argv.filter((word, index) => {
    const [name = ''] = word.split('=');
    if (SWITCHES.has(word) || word === '--verbose') return false;
    return !WITH_VALUE.has(name) && !WITH_VALUE.has(argv[index - 1] ?? '');
  });
}

/**
 * Moves global flags from the front to the end of the command line, where the commands
 * expect them: `--workspace game status` becomes `status --workspace game`. Global flags alone
 * belong to `next`, which runs without a command. Pure.
 */
export function moveLeadingFlags(argv: readonly string[]): string[] {
  let at = 0;
  while (at < argv.length) {
    const word = argv[at]!;
    const [name = ''] = word.split('=');
    if (SWITCHES.has(word) || (word !== name && WITH_VALUE.has(name))) at += 1;
    else if (WITH_VALUE.has(word)) at += 2;
    else break;
  }
  if (at === 0) return [...argv];
  const leading = argv.slice(0, at);
  const rest = argv.slice(at);
  if (rest.length === 0) return ['next', ...leading];
  const end = rest.indexOf('--');
  return end === -1
    ? [...rest, ...leading]
    : [...rest.slice(0, end), ...leading, ...rest.slice(end)];
}
