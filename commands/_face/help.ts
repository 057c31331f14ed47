import { CommandHelp, Help, type Command, type HelpSectionRenderer } from '@oclif/core';
import type { HelpNotes } from './base-command.js';
import { EXIT, EXIT_WORDS, type ExitCode } from './exit-codes.js';
import { HELP_TOPICS } from './help-topics.js';
import { unknownCommandError } from './suggestions.js';
import { wrapText } from './table-layout.js';

/** Commands of oclif's plugins make no promise about exit codes. */
const PACKAGE_NAME = 'postback';

type WithNotes = Command.Loadable & { notes?: HelpNotes };

/** The errand in four lines, for whoever types `postback` for the first time. */
const FIRST_STEPS = [
  ['postback demo', 'see the whole errand on a sandbox, in ten seconds'],
  ['postback connect amazon', 'connect your advertising account'],
  ['postback send events.jsonl --dry-run', 'see what would be sent'],
  ['postback logs', 'see what was sent, and why something was not'],
];

/** Commands as an operator looks for them; what is in no group is listed at the end. */
const GROUPS: readonly (readonly [string, readonly string[]])[] = [
  ['SET UP', ['connect', 'disconnect', 'enable', 'disable', 'status', 'doctor', 'goals', 'map', 'unmap', 'config']],
  ['SEND', ['send', 'backfill', 'tail', 'replay', 'test', 'audiences']],
  ['LOOK', ['logs', 'explain', 'stats', 'report', 'validate', 'schema']],
  ['PEOPLE', ['erase']],
  ['TRY', ['demo', 'sandbox']],
  ['SHELL', ['autocomplete', 'help']],
];

/** Help with examples first (clig.dev), the environment and the exit codes. */
export class PostbackHelp extends Help {
  override CommandHelpClass = PostbackCommandHelp;
  override render = (text: string): string => fillIn(text, this.config.bin);

  constructor(...parts: ConstructorParameters<typeof Help>) {
    super(...parts);
    // oclif's lists of flags run over by two columns, which a terminal breaks in the middle of a word.
    this.opts = { ...this.opts, maxWidth: this.opts.maxWidth - 2 };
  }

  override async showHelp(argv: string[]): Promise<void> {
    // `postback` alone is a question: what now?
    if (process.argv.length <= 2) {
      await this.config.runCommand('next');
      return;
    }
    const subject = argv.find((word) => !word.startsWith('-') && word !== 'help');
    if (subject !== undefined && Object.hasOwn(HELP_TOPICS, subject)) return this.showHelpTopic(subject);
    const isKnown = this.config.commandIDs.some((id) => id === subject || id.startsWith(`${subject ?? ''}:`));
    if (subject !== undefined && !subject.includes(':') && !isKnown) {
      throw unknownCommandError(subject, this.config.commandIDs, Object.keys(HELP_TOPICS));
    }
    await super.showHelp(argv);
  }

  private async showHelpTopic(name: string): Promise<void> {
    const parts = await HELP_TOPICS[name]!.load();
    const width = this.opts.maxWidth - 2;
    const sections = parts.map(({ header, body }) => {
      if (typeof body === 'string') return this.section(header, wrapText(body, width).join('\n'));
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
      if (!command.hidden && !command.id.includes(':')) entries.set(command.id, this.summary(command) ?? '');
    }
    const grouped = new Set(GROUPS.flatMap(([, names]) => names));
    const rest = [...entries.keys()].filter((name) => !grouped.has(name));
    const sections = [...GROUPS, ['MORE', rest] as const].flatMap(([header, names]) => {
      const rows = names
        .filter((name) => entries.has(name))
        .map((name) => [name, entries.get(name)] as [string, string]);
      return rows.length === 0 ? [] : [this.section(header, rows)];
    });
    const steps = FIRST_STEPS.filter(([command = '']) => entries.has(command.split(' ')[1] ?? '')) as [
      string,
      string,
    ][];
    this.log(wrapText(String(config.pjson.description), this.opts.maxWidth).join('\n'));
    this.log(`\n${[this.section('USAGE', `$ ${config.bin} COMMAND [FLAGS]`), ...sections].join('\n\n')}\n`);
    if (steps.length > 0) this.log(`${this.section('START HERE', steps)}\n`);
    const topics = Object.entries(HELP_TOPICS).map(([name, { summary }]): [string, string] => [
      `help ${name}`,
      summary,
    ]);
    this.log(`${this.section('TOPICS', topics)}\n`);
    const more = `${config.bin} COMMAND --help tells more. ${config.bin} --version: ${config.version}.`;
    this.log(wrapText(more, this.opts.maxWidth).join('\n'));
  }
}

/** The help of one command. */
class PostbackCommandHelp extends CommandHelp {
  override render = (text: string): string =>
    fillIn(text, this.config.bin).replaceAll('<%= command.id %>', this.command.id.replaceAll(':', ' '));

  protected override sections(): { generate: HelpSectionRenderer; header: string }[] {
    const standard = new Map(super.sections().map((section) => [section.header, section]));
    const own = [
      { header: 'ENVIRONMENT', generate: environmentSection },
      { header: 'EXIT CODES', generate: exitCodeSection },
    ];
    const order = ['EXAMPLES', 'USAGE', 'DESCRIPTION', 'ARGUMENTS', 'FLAGS', 'FLAG DESCRIPTIONS', 'ALIASES'];
    return [...order.flatMap((header) => standard.get(header) ?? []), ...own];
  }
}

/** What templates of ours say; oclif's own line of usage names the command besides. oclif compiles each of them, which is a fifth of the time that `--help` takes. */
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
  const codes = [...new Set<ExitCode>([EXIT.done, EXIT.fault, EXIT.usage, ...(notes?.exitCodes ?? [])])];
  const rows = codes.sort((a, b) => a - b).map((code) => [String(code), EXIT_WORDS[code]] as [string, string]);
  return { header: 'EXIT CODES', body: rows };
};
