/** A word that could stand where the cursor is. */
export interface Candidate {
  value: string;
  about?: string;
}

/** Of a command, what completion needs: the shape of oclif's manifest. */
export interface CompletableCommand {
  id: string;
  hidden?: boolean;
  summary?: string;
  description?: string;
  args: Record<string, { name: string; options?: readonly string[]; description?: string }>;
  flags: Record<string, CompletableFlag>;
}

interface CompletableFlag {
  type: 'boolean' | 'option';
  options?: readonly string[];
  helpValue?: string | readonly string[];
  summary?: string;
  description?: string;
  hidden?: boolean;
  multiple?: boolean;
}

/** Names that only the operator's own files know. Each is asked for when it is wanted. */
export interface NameSource {
  goals(): readonly Candidate[];
  networks(): readonly Candidate[];
  workspaces(): readonly Candidate[];
  settings(): readonly Candidate[];
  /** Values of a setting that has choices. */
  settingValues(name: string): readonly Candidate[];
  reasons(): readonly Candidate[];
  topics(): readonly Candidate[];
}

/**
 * Returns completions for the last of `words` (those after `postback`), which may be empty. Pure
 * except for `names`. Returns nothing where a file name belongs, because the shell completes those.
 */
export function completeWords(
  typed: readonly string[],
  commands: readonly CompletableCommand[],
  names: NameSource,
): Candidate[] {
  const words = joinEquals(typed);
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const visible = commands.filter(({ hidden }) => !hidden);
  return findCandidates(before, current, visible, names).filter(({ value }) =>
    value.startsWith(current),
  );
}

function findCandidates(
  before: readonly string[],
  current: string,
  commands: readonly CompletableCommand[],
  names: NameSource,
): readonly Candidate[] {
  const found = findCommand(before, commands);
  if (found === undefined)
    return [...listNames(before, commands), ...(before[0] === 'help' ? names.topics() : [])];
  const { command, rest } = found;
  const last = rest.at(-1);
  const flag = last?.startsWith('--') ? command.flags[last.slice(2)] : undefined;
  if (flag?.type === 'option' && last !== undefined)
    return listFlagValues(last.slice(2), flag, current, names);
  if (current.startsWith('-')) return listFlags(command, rest);
  const deeper = rest.length === 0 ? listNames(before, commands) : [];
  return [...deeper, ...listArguments(command, rest, names)];
}

/** bash cuts words at `=`: `--network=am` comes as three. */
function joinEquals(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const [index, word] of words.entries()) {
    const isLast = index === words.length - 1;
    if (word === '=' && words[index - 1]?.startsWith('--')) {
      if (isLast) joined.push('');
    } else {
      const [, flag, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
      if (flag === undefined) joined.push(word);
      else joined.push(flag, value ?? '');
    }
  }
  return joined;
}

/** The command that the words name, and what follows its name. */
function findCommand(
  words: readonly string[],
  commands: readonly CompletableCommand[],
): { command: CompletableCommand; rest: readonly string[] } | undefined {
  for (const depth of [2, 1]) {
    if (words.length < depth) continue;
    const id = words.slice(0, depth).join(':');
    const command = commands.find((candidate) => candidate.id === id);
    if (command && id !== 'help') return { command, rest: words.slice(depth) };
  }
  return undefined;
}

/** Names of commands one level below the words typed so far. */
function listNames(words: readonly string[], commands: readonly CompletableCommand[]): Candidate[] {
  const path = words[0] === 'help' ? words.slice(1) : words;
  const byName = new Map<string, Candidate>();
  for (const { id, summary, description } of commands) {
    const parts = id.split(':');
    const name = parts[path.length];
    if (name === undefined || !path.every((word, index) => parts[index] === word)) continue;
    const about =
      parts.length === path.length + 1 ? (summary ?? description) : byName.get(name)?.about;
    byName.set(name, about === undefined ? { value: name } : { value: name, about });
  }
  return [...byName.values()];
}

function listFlags({ flags }: CompletableCommand, rest: readonly string[]): Candidate[] {
  return Object.entries(flags)
    .filter(([name, { hidden, multiple }]) => !hidden && (multiple || !rest.includes(`--${name}`)))
    .map(([name, { summary, description }]) => withAbout(`--${name}`, summary ?? description))
    .concat({ value: '--help', about: 'show the help of this command' });
}

function listFlagValues(
  name: string,
  { options, helpValue, multiple }: CompletableFlag,
  current: string,
  names: NameSource,
): readonly Candidate[] {
  const choices = options ?? readChoices(helpValue);
  const values = choices?.map((value) => ({ value })) ?? listByName(name, names);
  if (!multiple || !current.includes(',')) return values;
  // Completes the last item of a comma-separated list and keeps the earlier ones.
  const kept = current.slice(0, current.lastIndexOf(',') + 1);
  return values.map(({ value, ...rest }) => ({ value: `${kept}${value}`, ...rest }));
}

/**
 * Choices that only the help value names: `success|failed`. A pattern such as `500|5xx` is none.
 */
function readChoices(helpValue: CompletableFlag['helpValue']): string[] | undefined {
  const [text = ''] = [helpValue ?? ''].flat();
  return /^[a-z_]+(?:\|[a-z_]+)+$/.test(text) ? text.split('|') : undefined;
}

function listArguments(
  { args, flags }: CompletableCommand,
  rest: readonly string[],
  names: NameSource,
) {
  const given = rest.filter((word, index) => {
    const previous = rest[index - 1];
    const isValue = previous?.startsWith('--') && flags[previous.slice(2)]?.type === 'option';
    return !word.startsWith('-') && !isValue;
  });
  const all = Object.values(args);
  const argument = all[Math.min(given.length, all.length - 1)];
  if (!argument || (given.length >= all.length && !argument.name.endsWith('s'))) return [];
  if (argument.name === 'value' && given.length === 1 && 'setting' in args)
    return names.settingValues(given[0]!);
  return argument.options?.map((value) => ({ value })) ?? listByName(argument.name, names);
}

function listByName(name: string, names: NameSource): readonly Candidate[] {
  if (name === 'goal' || name === 'goals') return names.goals();
  if (name === 'network' || name === 'networks') return names.networks();
  if (name === 'workspace') return names.workspaces();
  if (name === 'reason') return names.reasons();
  if (name === 'setting' || name === 'name') return names.settings();
  return [];
}

function withAbout(value: string, about: string | undefined): Candidate {
  return about === undefined ? { value } : { value, about };
}
