import { stripVTControlCharacters } from 'node:util';
import { ExactNumber } from '../exact-json.js';
import { isNetworkName } from '../networks/names.js';
import { quoteWord } from '../shell-word.js';
import { trimEndOf } from '../text-ends.js';

/** Flags of this call that a suggested command needs too, so that it works on the same data. */
export interface HintContext {
  workspace?: string;
  sandbox?: boolean;
  gateway?: string;
}

/**
 * Commands that a message may suggest: ids with a blank between their words. A test compares them
 * with the commands.
 */
export const COMMAND_NAMES: readonly string[] = [
  ...[
    'audiences create',
    'audiences list',
    'audiences status',
    'audiences sync',
    'autocomplete',
    'backfill',
  ],
  ...[
    'config export',
    'config get',
    'config import',
    'config path',
    'config set',
    'config show',
    'config unset',
  ],
  ...[
    'connect',
    'disable',
    'disconnect',
    'doctor',
    'enable',
    'erase',
    'explain',
    'goals',
    'goals add',
  ],
  ...[
    'goals disable',
    'goals edit',
    'goals enable',
    'goals export',
    'goals import',
    'goals list',
    'goals remove',
  ],
  ...[
    'goals show',
    'goals templates',
    'login',
    'logout',
    'logs',
    'logs backup',
    'logs move',
    'logs prune',
    'map',
    'next',
    'replay',
    'report',
  ],
  ...[
    'send',
    'stats',
    'status',
    'tail',
    'test',
    'unmap',
    'workspaces',
    'workspaces create',
    'workspaces list',
  ],
  ...['whoami', 'workspaces use'],
];

/** Commands that work without a workspace, or bring their own. */
export const CONTEXT_FREE: readonly string[] = [
  'complete',
  'demo',
  'help',
  'sandbox',
  'schema',
  'validate',
];

/** Flags without a value; the word after any other flag belongs to it. */
const SWITCHES: ReadonlySet<string> = new Set([
  ...[
    '--account-changed',
    '--all',
    '--audiences',
    '--dry-run',
    '--follow',
    '--force',
    '--full',
    '--json',
    '--live',
  ],
  ...[
    '--no-browser',
    '--replace',
    '--sandbox',
    '--shared',
    '--strict',
    '--test',
    '--token-stdin',
    '--unchecked',
  ],
  ...['--verbose', '--wait', '--yes'],
]);

const KNOWN: ReadonlySet<string> = new Set([...COMMAND_NAMES, ...CONTEXT_FREE]);
const IS_CONTEXT_FREE: ReadonlySet<string> = new Set(CONTEXT_FREE);
const COMMAND = /(?<![\w/.-])postback ([a-z]+)(?: ([a-z]+))?/g;
/** A word of a command line: quoted, or without blanks. */
const WORD = / ('(?:[^'\\]|\\.|'\\'')*'|"(?:[^"\\]|\\.)*"|\S+)/y;
const PUNCTUATION = /[.,;:)`"]/;

/**
 * A command in a text: its name, and the offsets of its first character and of the one after its
 * last.
 */
export interface FoundCommand {
  name: string;
  start: number;
  end: number;
}

/**
 * Finds every `postback …` command in a text, in order. Words of a sentence around it are not part
 * of it.
 */
export function* findCommands(text: string): Generator<FoundCommand> {
  let from = 0;
  for (const match of text.matchAll(COMMAND)) {
    const name = nameOf(match);
    if (name === undefined || match.index < from) continue;
    from = findEnd(text, match.index, match.index + 'postback '.length + name.length);
    yield { name, start: match.index, end: from };
  }
}

/**
 * Adds the flags of the context to every `postback …` command in a text. This is the one place that
 * does so: everything printed passes through it, in words and in JSON. Commands that have the flags
 * already are left as they are.
 */
export function addContext(text: string, context: HintContext): string {
  const flags = flagsOf(context);
  if (flags.length === 0 || !text.includes('postback ')) return text;
  let result = '';
  let from = 0;
  for (const { name, start, end } of findCommands(text)) {
    const said = text.slice(start, end);
    // Commands that list or create workspaces do not depend on one.
    const fitting = IS_CONTEXT_FREE.has(name) || name.startsWith('workspaces') ? [] : flags;
    const missing = fitting
      .filter(([flag]) => !hasFlag(said, flag))
      .map(([, words]) => ` ${words}`);
    // After ` -- ` a flag is an argument.
    const apart = said.indexOf(' -- ');
    const at = apart === -1 ? end : start + apart;
    result += text.slice(from, at) + missing.join('');
    from = at;
  }
  return result + text.slice(from);
}

/** A blank that a line of text is not broken at. */
const FIXED_BLANK = '\u00a0';

/**
 * Applies `wrap` to a text without breaking its commands: half of a command, copied from the
 * terminal, can be another command.
 */
export function wrapAroundCommands(text: string, wrap: (text: string) => string): string {
  if (!text.includes('postback ')) return wrap(text);
  let held = '';
  let from = 0;
  for (const { start, end } of findCommands(text)) {
    held += text.slice(from, start) + text.slice(start, end).replaceAll(' ', FIXED_BLANK);
    from = end;
  }
  return wrap(held + text.slice(from)).replaceAll(FIXED_BLANK, ' ');
}

/** Like {@link addContext}, for fields of a JSON value that contain a suggestion. */
export function addContextToData(data: object, context: HintContext): object {
  if (flagsOf(context).length === 0) return data;
  // Most rows of a long listing suggest nothing: they are written once.
  if (!JSON.stringify(data).includes('postback ')) return data;
  return addContextWithin('', data, context) as object;
}

function addContextWithin(key: string, value: unknown, context: HintContext): unknown {
  if (typeof value === 'string') return SUGGESTING.has(key) ? addContext(value, context) : value;
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return value;
  if (Array.isArray(value))
    return value.map((item: unknown) => addContextWithin(key, item, context));
  const entries = Object.entries(value).map(([name, item]) => [
    name,
    addContextWithin(name, item, context),
  ]);
  return Object.fromEntries(entries) as object;
}

const SUGGESTING: ReadonlySet<string> = new Set([
  'next',
  'hint',
  'command',
  'why',
  'message',
  'problem',
]);

/**
 * The flags of a call that its suggestions repeat, read before they are parsed so that errors of
 * parsing have them too.
 * @param argv the arguments of the command
 */
export function readHintContext(
  argv: readonly string[],
  variables: Readonly<Record<string, string | undefined>>,
): HintContext {
  const end = argv.indexOf('--');
  const own = end === -1 ? argv : argv.slice(0, end);
  const workspace = findValue(own, '--workspace') ?? variables['POSTBACK_WORKSPACE'];
  const gateway = findValue(own, '--gateway');
  return {
    ...(workspace ? { workspace } : {}),
    // A gateway with credentials or a query is rejected, so it is not repeated.
    ...(gateway && !/[@?#]/.test(gateway) ? { gateway } : {}),
    ...(own.includes('--sandbox') ? { sandbox: true } : {}),
  };
}

function flagsOf({ workspace, sandbox, gateway }: HintContext): [flag: string, words: string][] {
  return [
    ...(workspace === undefined
      ? []
      : [['--workspace', `--workspace ${quoteWord(workspace)}`] as [string, string]]),
    ...(gateway === undefined
      ? []
      : [['--gateway', `--gateway ${quoteWord(gateway)}`] as [string, string]]),
    ...(sandbox ? [['--sandbox', '--sandbox'] as [string, string]] : []),
  ];
}

function nameOf([, first = '', second]: RegExpMatchArray): string | undefined {
  const both = `${first} ${second ?? ''}`;
  if (second !== undefined && KNOWN.has(both)) return both;
  return KNOWN.has(first) ? first : undefined;
}

/**
 * Where a command that is part of a sentence ends: before its punctuation, a redirection or the
 * next word of the sentence.
 */
function findEnd(text: string, start: number, afterName: number): number {
  const isWhole = standsAlone(text, start);
  const sets = text.slice(start, afterName).endsWith(' config set');
  let end = afterName;
  let takesValue = false;
  for (;;) {
    WORD.lastIndex = end;
    const word = WORD.exec(text)?.[1];
    if (word === undefined || /^[<>|&;#]/.test(word)) return end;
    const bare = trimEndOf(word, PUNCTUATION);
    if (bare === '' || !(isWhole || takesValue || isArgument(bare))) return end;
    end += 1 + bare.length;
    if (bare !== word && !isWhole) return end;
    takesValue =
      (bare.startsWith('--') && !bare.includes('=') && !SWITCHES.has(bare)) ||
      (sets && SETTING_NAME.test(bare));
  }
}

/** A setting, whose value may look like a word of the sentence. */
const SETTING_NAME = /^[a-z]+\.[a-zA-Z]+$/;

/** Whether a command fills its line, or all of it after a label: there is no sentence around it. */
function standsAlone(text: string, start: number): boolean {
  const before = stripVTControlCharacters(text.slice(text.lastIndexOf('\n', start - 1) + 1, start));
  if (!/^ *(?:Next: |Run: )?$/.test(before)) return false;
  const lineEnd = text.indexOf('\n', start);
  return !/[.,] |\.$/.test(text.slice(start, lineEnd === -1 ? undefined : lineEnd));
}

/** Whether a word looks like part of a command, not of a sentence. */
function isArgument(word: string): boolean {
  return (
    /^-/.test(word) ||
    /^['"<]/.test(word) ||
    /^[A-Z][A-Z_]+$/.test(word) ||
    /[\d/\\._=]/.test(word) ||
    /^[a-z]+(?:-[a-z]+)+$/.test(word) ||
    isNetworkName(word)
  );
}

function hasFlag(words: string, flag: string): boolean {
  return words.split(' ').some((word) => word === flag || word.startsWith(`${flag}=`));
}

function findValue(argv: readonly string[], flag: string): string | undefined {
  const index = argv.findIndex((word) => word === flag || word.startsWith(`${flag}=`));
  const word = argv[index];
  if (word === undefined) return undefined;
  return word === flag ? argv[index + 1] : word.slice(flag.length + 1);
}
