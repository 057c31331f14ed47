import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { CommandHelp, Help, type Command, type HelpSectionRenderer } from '@oclif/core';
import type { HelpNotes } from './base-command.js';
import { BRIEF_GROUPS, BRIEF_WORDS, COMMAND_GROUPS, FIRST_STEPS } from './command-groups.js';
import { exampleForShell } from '../shell-word.js';
import { ADVANCED } from './flags.js';
import { EXIT, EXIT_WORDS, type ExitCode } from './exit-codes.js';
import type { HelpPage } from './help-pages.js';
import { hasFlag, toSafeJson } from './io.js';
import { HELP_TOPICS } from './help-topics.js';
import { unknownCommandError } from './suggestions.js';
import { wrapText } from './table-layout.js';

/** Commands of oclif's plugins make no promise about exit codes. */
const PACKAGE_NAME = 'postback';

/** Lists the topics themselves. */
const TOPIC_LIST = 'topics';

type WithNotes = Command.Loadable & { notes?: HelpNotes };

/** Help with examples first (clig.dev), the environment and the exit codes. */
export class PostbackHelp extends Help {
  override CommandHelpClass = PostbackCommandHelp;
  /** What is printed at the end, under `--json`. */
  readonly #held: string[] = [];
  override render = (text: string): string => fillIn(text, this.config.bin);

  constructor(...parts: ConstructorParameters<typeof Help>) {
    super(...parts);
    // oclif's lists of flags run over by two columns, which a terminal breaks in the middle of a
    // word.
    this.opts = { ...this.opts, maxWidth: this.opts.maxWidth - 2 };
  }

  /** Under `--json`, help is one object like every result. */
  override async showHelp(argv: string[]): Promise<void> {
    await this.showSubject(argv);
    const text = this.#held.splice(0).join('\n');
    if (text !== '') super.log(toSafeJson({ help: stripVTControlCharacters(text) }));
  }

  protected override log(...texts: string[]): void {
    if (hasFlag(process.argv, 'json', process.env)) this.#held.push(...texts);
    else super.log(...texts);
  }

  private async showSubject(argv: string[]): Promise<void> {
    // `postback` alone is a question: what now?
    if (process.argv.length <= 2) {
      await this.config.runCommand('next');
      return;
    }
    const subject = argv.find((word) => !word.startsWith('-') && word !== 'help');
    if (subject !== undefined && Object.hasOwn(HELP_TOPICS, subject))
      return this.showHelpTopic(subject);
    const isKnown = this.config.commandIDs.some(
      (id) => id === subject || id.startsWith(`${subject ?? ''}:`),
    );
    if (subject === undefined || subject.includes(':')) return super.showHelp(argv);
    if (isKnown) {
      await super.showHelp(argv);
      if (existsSync(join(this.config.root, 'docs', `${subject}.md`)))
        this.log(`Guide: ${this.config.bin} help ${subject}-guide`);
      return;
    }
    const pages = await this.listPages();
    if (subject === TOPIC_LIST) {
      this.showTopicList(pages);
      return;
    }
    const page = pages.find(({ name }) => name === subject);
    if (page !== undefined) return this.showPage(page, pages);
    throw unknownCommandError(subject, this.config.commandIDs, [
      ...Object.keys(HELP_TOPICS),
      TOPIC_LIST,
      ...pages.map(({ name }) => name),
    ]);
  }

  private async listPages(): Promise<HelpPage[]> {
    const { listHelpPages } = await import('./help-pages.js');
    const commands = this.config.commandIDs.map((id) => id.split(':')[0]!);
    return listHelpPages(this.config.root, new Set([...commands, ...Object.keys(HELP_TOPICS)]));
  }

  private showTopicList(pages: readonly HelpPage[]): void {
    const topics = Object.entries(HELP_TOPICS).map(([name, { summary }]) => [name, summary]);
    const rows = [...topics, ...pages.map(({ name, title }) => [name, title])] as [
      string,
      string,
    ][];
    this.log(this.section('TOPICS', rows));
    this.log(`\n${this.config.bin} help TOPIC prints one.`);
  }

  private async showPage(page: HelpPage, pages: readonly HelpPage[]): Promise<void> {
    const [{ layOutPage }, { readHelpPage }] = await Promise.all([
      import('./markdown.js'),
      import('./help-pages.js'),
    ]);
    const text = readHelpPage(this.config.root, page.file);
    const commandOf = (target: string): string | undefined => {
      const name = target.split('#')[0]!.split('/').at(-1)!;
      const linked = pages.find(({ file }) => name !== '' && file.endsWith(`/${name}`));
      // A page for developers may have the same name as one for operators.
      return linked === undefined || /(?:development|reference)\//.test(target)
        ? undefined
        : `${this.config.bin} help ${linked.name}`;
    };
    this.log(layOutPage(text, { width: this.opts.maxWidth, commandOf }));
  }

  private async showHelpTopic(name: string): Promise<void> {
    const parts = await HELP_TOPICS[name]!.load();
    const width = this.opts.maxWidth - 2;
    const sections = parts.map(({ header, body, isVerbatim }) => {
      if (typeof body === 'string')
        return this.section(header, isVerbatim ? body : wrapText(body, width).join('\n'));
      return this.section(
        header,
        body.map(([left, right]): [string, string] => [left, right]),
      );
    });
    this.log(sections.join('\n\n'));
  }

  protected override async showRootHelp(): Promise<void> {
    const { config } = this;
    const entries = new Map<string, string>();
    for (const { name, description } of this.sortedTopics)
      if (!name.includes(':')) entries.set(name, description ?? '');
    for (const command of this.sortedCommands) {
      const isAlias = command.aliases.includes(command.id);
      if (!command.hidden && !isAlias && !command.id.includes(':'))
        entries.set(command.id, this.summary(command) ?? '');
    }
    entries.set('help', 'show help on a command or a topic');
    const isVerbose = process.argv.includes('--verbose');
    const sections = listGroups(entries, isVerbose).map(([header, rows]) =>
      this.section(header, rows),
    );
    const { maxWidth } = this.opts;
    this.log(wrapText(String(config.pjson.description), maxWidth).join('\n'));
    this.log(
      `\n${[this.section('USAGE', `$ ${config.bin} COMMAND [FLAGS]`), ...sections].join('\n\n')}\n`,
    );
    if (isVerbose) {
      const steps = FIRST_STEPS.map(([command, words]): [string, string] => [command, words]);
      this.log(`${this.section('START HERE', steps)}\n`);
    }
    const names = [...Object.keys(HELP_TOPICS), TOPIC_LIST].join(', ');
    const more =
      `New here? Run: ${config.bin} demo. Topics of ${config.bin} help: ${names}. ` +
      `${config.bin} COMMAND --help shows details. Version ${config.version}.`;
    this.log(wrapText(more, maxWidth).join('\n'));
  }
}

/**
 * Returns the commands by group, with the rest at the end. Commands that undo each other share a
 * line, unless `isVerbose`. Pure.
 */
function listGroups(
  entries: ReadonlyMap<string, string>,
  isVerbose: boolean,
): [header: string, rows: [string, string][]][] {
  const groups = isVerbose ? COMMAND_GROUPS : BRIEF_GROUPS;
  const grouped = new Set(groups.flatMap(([, names]) => names.flatMap((name) => name.split(', '))));
  const rest = [...entries.keys()].filter((name) => !grouped.has(name));
  const all = rest.length === 0 ? groups : [...groups, ['MORE', rest] as const];
  return all.map(([header, names]) => [
    header,
    names.map((name) => [name, BRIEF_WORDS[name] ?? entries.get(name) ?? '']),
  ]);
}

/** The group of the flags that every command has. */
const GLOBAL_GROUP = 'GLOBAL';

/**
 * The help of one command: what fits a screen. `--verbose` adds the variables of flags, global
 * flags and exit codes.
 */
class PostbackCommandHelp extends CommandHelp {
  readonly #isVerbose = process.argv.includes('--verbose');

  override render = (text: string): string =>
    fillIn(text, this.config.bin).replaceAll(
      '<%= command.id %>',
      this.command.id.replaceAll(':', ' '),
    );

  /** Without the summary, which is the first line of the help. */
  protected override description(): string | undefined {
    const { description } = this.command;
    return description && this.wrap(description);
  }

  /** Examples without blank lines between them, unless one is explained. */
  protected override examples(
    examples: Command.Example[] | undefined | string,
  ): string | undefined {
    const text = super.examples(examplesForShell(examples));
    const isPlain = Array.isArray(examples) && examples.every((one) => typeof one === 'string');
    return isPlain ? text?.replaceAll('\n\n', '\n') : text;
  }

  /** Arguments and required flags; all other flags are listed below. */
  protected override defaultUsage(): string {
    const { id, args, flags, strict } = this.command;
    const words = Object.values(args).map((arg) => {
      const name = `${arg.name.toUpperCase()}${strict === false ? '...' : ''}`;
      return arg.required ? name : `[${name}]`;
    });
    const required = Object.values(flags).filter((flag) => flag.required && !flag.hidden);
    for (const flag of required)
      words.push(flag.type === 'option' ? `--${flag.name} ${valueOf(flag)}` : `--${flag.name}`);
    return [id, ...words, '[FLAGS]'].join(' ');
  }

  protected override groupFlags(flags: Command.Flag.Any[]): ReturnType<CommandHelp['groupFlags']> {
    const shown = this.#isVerbose ? flags : flags.filter(isShownBriefly);
    return super.groupFlags(shown);
  }

  protected override flags(flags: Command.Flag.Any[]): [string, string | undefined][] | undefined {
    const own = flags.map(describeValues);
    return super.flags(this.#isVerbose ? own : own.map((flag) => ({ ...flag, env: undefined })));
  }

  /** Part of {@link describeMore}. */
  protected override aliases(): string | undefined {
    return undefined;
  }

  protected override sections(): { generate: HelpSectionRenderer; header: string }[] {
    const standard = new Map(super.sections().map((section) => [section.header, section]));
    const own = [
      { header: 'ENVIRONMENT', generate: environmentSection },
      { header: 'EXIT CODES', generate: exitCodeSection },
    ];
    const order = ['EXAMPLES', 'USAGE', 'DESCRIPTION', 'ARGUMENTS', 'FLAGS', 'FLAG DESCRIPTIONS'];
    const shown = order.flatMap((header) => standard.get(header) ?? []);
    const more: HelpSectionRenderer = ({ cmd, flags }) => {
      const words = describeMore(cmd, flags, this.#isVerbose);
      return words === '' ? undefined : { header: 'MORE', body: this.wrap(words) };
    };
    const last = { header: 'MORE', generate: more };
    return this.#isVerbose ? [...shown, ...own, last] : [...shown, last];
  }
}

function isShownBriefly({ helpGroup }: Command.Flag.Any): boolean {
  return helpGroup !== GLOBAL_GROUP && helpGroup !== ADVANCED.helpGroup;
}

/** Longest list of values that is named instead of the value, in characters. */
const SHORT_LIST = 14;

/** Returns the flag with a name for its value, and with its choices in the summary. Pure. */
function describeValues(flag: Command.Flag.Any): Command.Flag.Any {
  if (flag.type !== 'option' || flag.helpValue !== undefined) return flag;
  if (flag.options === undefined) return { ...flag, helpValue: 'N' };
  const list = flag.options.join('|');
  if (list.length <= SHORT_LIST) return { ...flag, helpValue: list };
  const summary = `${flag.summary ?? ''}: ${flag.options.join(', ')}`;
  return { ...flag, helpValue: flag.name.toUpperCase(), summary };
}

/** What help leaves out, and how to see it. Pure. */
function describeMore(
  { aliases, pluginName }: Command.Loadable,
  flags: readonly Command.Flag.Any[] = [],
  isVerbose: boolean,
): string {
  const sentences = aliases.length === 0 ? [] : [`Also called ${aliases.join(', ')}.`];
  if (isVerbose) return sentences.join(' ');
  const advanced = flags.filter(({ helpGroup }) => helpGroup === ADVANCED.helpGroup);
  if (advanced.length > 0)
    sentences.push(`More flags: ${advanced.map(({ name }) => `--${name}`).join(', ')}.`);
  if (pluginName === PACKAGE_NAME) {
    sentences.push(
      'Every command takes --json, --workspace, --gateway, --sandbox and --no-color. --verbose ' +
        'describes all flags and exit codes.',
    );
  }
  return sentences.join(' ');
}

function valueOf({ helpValue }: Command.Flag.Any & { helpValue?: string | string[] }): string {
  return [helpValue ?? 'VALUE'].flat()[0]!;
}

/**
 * Fills in our templates. oclif would compile each of them, which takes a fifth of the time of
 * `--help`.
 */
function fillIn(text: string, bin: string): string {
  return text.replaceAll('<%= config.bin %>', bin);
}

const environmentSection: HelpSectionRenderer = ({ cmd }) => {
  const variables = Object.entries((cmd as WithNotes).notes?.environment ?? {});
  return variables.length === 0 ? undefined : { header: 'ENVIRONMENT', body: variables };
};

const exitCodeSection: HelpSectionRenderer = ({ cmd }) => {
  if (cmd.pluginName !== PACKAGE_NAME) return undefined;
  const { notes } = cmd as WithNotes;
  const codes = [
    ...new Set<ExitCode>([EXIT.done, EXIT.fault, EXIT.usage, ...(notes?.exitCodes ?? [])]),
  ];
  const rows = codes
    .sort((a, b) => a - b)
    .map((code) => [String(code), EXIT_WORDS[code]] as [string, string]);
  return { header: 'EXIT CODES', body: rows };
};

/** Leaves out the examples that the shells of this platform cannot run. */
function examplesForShell(
  examples: Command.Example[] | undefined | string,
): Command.Example[] | undefined | string {
  if (!Array.isArray(examples)) return examples;
  return examples.flatMap((example): Command.Example[] => {
    const command = exampleForShell(typeof example === 'string' ? example : example.command);
    if (command === undefined) return [];
    return [typeof example === 'string' ? command : { ...example, command }];
  });
}
