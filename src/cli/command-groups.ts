/** First steps for a new user: a command, and what it does. */
export const FIRST_STEPS: readonly (readonly [string, string])[] = [
  ['postback demo', 'run an end-to-end demo against a local sandbox'],
  ['postback connect amazon', 'connect your advertising account'],
  ['postback send events.jsonl --dry-run', 'see what would be sent'],
  ['postback logs', 'see what was sent and what was not, with reasons'],
];

/** Commands as an operator looks for them; what is in no group is listed at the end. */
export const COMMAND_GROUPS: readonly (readonly [string, readonly string[]])[] = [
  [
    'SET UP',
    [
      'connect',
      'disconnect',
      'enable',
      'disable',
      'status',
      'doctor',
      'goals',
      'map',
      'unmap',
      'config',
      'workspaces',
    ],
  ],
  ['SEND', ['send', 'backfill', 'tail', 'replay', 'test', 'audiences']],
  ['LOOK', ['logs', 'explain', 'stats', 'report', 'validate', 'schema']],
  ['PEOPLE', ['erase']],
  ['TRY', ['demo', 'sandbox']],
  ['SHELL', ['autocomplete', 'help']],
];

/** {@link COMMAND_GROUPS} within a screen: commands that belong together share a line. */
export const BRIEF_GROUPS: readonly (readonly [string, readonly string[]])[] = [
  [
    'SET UP',
    [
      'connect, disconnect',
      'enable, disable',
      'status',
      'doctor',
      'goals',
      'map, unmap',
      'config',
      'workspaces',
    ],
  ],
  ['SEND', ['send', 'backfill', 'tail', 'replay', 'test', 'audiences']],
  ['LOOK', ['logs', 'explain', 'stats', 'report', 'validate', 'schema']],
  ['OTHER', ['erase', 'demo, sandbox', 'autocomplete, help']],
];

/** What the commands of a shared line do. */
export const BRIEF_WORDS: Readonly<Record<string, string>> = {
  'connect, disconnect': 'connect an ad network account, or remove its grant',
  'enable, disable': 'resume or stop sending to a network',
  'map, unmap': 'map a goal to its id or name at a network, or remove that',
  'demo, sandbox': 'try everything against a local imitation of the networks',
  'autocomplete, help': 'print shell completion; show help on a command or topic',
};
