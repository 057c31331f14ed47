// Writes man/postback.1 out of what help is made of: the manifest, the exit codes and the help
// topics of the built program.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Writes the man page from the manifest of commands. */
export async function writeManPage() {
  mkdirSync(join(root, 'man'), { recursive: true });
  writeFileSync(join(root, 'man', 'postback.1'), await makeManPage());
}

async function makeManPage() {
  const { version, description } = readJson('package.json');
  const { commands } = readJson('oclif.manifest.json');
  const { COMMAND_GROUPS, EXIT_WORDS, FIRST_STEPS, HELP_TOPICS } =
    await loadBuilt('src/cli/help-topics.js');
  const visible = Object.values(commands).filter(({ hidden }) => !hidden);
  const grouped = COMMAND_GROUPS.map(([header, names]) => [
    header,
    names.flatMap((name) => visible.filter(({ id }) => id === name || id.startsWith(`${name}:`))),
  ]);
  const named = new Set(grouped.flatMap(([, group]) => group));
  const rest = visible.filter((command) => !named.has(command));
  const lines = [
    `.TH POSTBACK 1 "" "postback ${version}" "User Commands"`,
    '.SH NAME',
    `postback \\- ${roff(lowerFirst(description).replace(/\.$/, ''))}`,
    '.SH SYNOPSIS',
    '.B postback',
    '.I COMMAND',
    '[\\fIFLAGS\\fR]',
    '.SH DESCRIPTION',
    '.B postback',
    'without a command says what to do next. Data goes to standard output, messages to standard error. Without a terminal nothing prompts.',
    '.SH START HERE',
    ...describeBody(FIRST_STEPS),
    '.PP',
    roff('postback help getting-started leads to the first delivered conversion.'),
    '.SH CONCEPTS',
    ...describeBody(CONCEPTS),
    '.SH COMMANDS',
    roff('In the order in which you need them. Every command also takes:'),
    ...globalFlagsOf(visible).flatMap(describeFlag),
    ...[...grouped, ['MORE COMMANDS', rest]]
      .filter(([, group]) => group.length > 0)
      .flatMap(([header, group]) => [
        `.SH ${quote(`COMMANDS: ${header}`)}`,
        ...group.flatMap((command) => describeCommand(command, EXIT_WORDS)),
      ]),
  ];
  for (const topic of Object.values(HELP_TOPICS)) {
    for (const { header, body } of await topic.load())
      lines.push(`.SH ${quote(header)}`, ...describeBody(body));
  }
  lines.push(
    '.SH FILES',
    roff('postback config path shows the locations of settings, grants and delivery logs.'),
    '.SH SEE ALSO',
    roff('postback COMMAND --help shows one command. postback help topics lists all topics.'),
  );
  return `${lines.join('\n')}\n`;
}

function describeCommand(command, exitWords) {
  const { id, summary, description, args = {}, flags = {}, examples = [], notes = {} } = command;
  const name = `postback ${id.replaceAll(':', ' ')}`;
  const usage = Object.values(args).map((arg) =>
    arg.required ? arg.name.toUpperCase() : `[${arg.name.toUpperCase()}]`,
  );
  const lines = [
    `.SS "${name}${usage.length > 0 ? ` ${usage.join(' ')}` : ''}"`,
    roff(sentence(fill(summary ?? description ?? ''))),
  ];
  if (summary && description) lines.push('.PP', roff(fill(description)));
  const own = Object.values(flags).filter(
    ({ hidden, helpGroup }) => !hidden && helpGroup !== 'GLOBAL',
  );
  lines.push(...own.flatMap(describeFlag));
  const codes = (notes.exitCodes ?? []).map((code) => `${code}: ${exitWords[code]}`);
  if (codes.length > 0)
    lines.push('.PP', roff(`Exit codes in addition to 0, 1 and 2: ${codes.join('; ')}.`));
  if (examples.length > 0)
    lines.push(
      '.PP',
      'Examples:',
      '.PP',
      '.nf',
      ...examples.map((example) => `    ${roff(fill(textOf(example)))}`),
      '.fi',
    );
  return lines;
}

/** Words that a newcomer meets first. */
const CONCEPTS = [
  ['event', 'one record of input: something that a player did'],
  ['goal', 'a rule that says which events count as a conversion'],
  ['mapping', 'what a goal is called at a network'],
  ['postback', 'one conversion of one goal for one network: the unit of delivery'],
  ['skip', 'an event or postback that was not sent, with its reason'],
  ['delivery log', 'the record of every attempt and every skip; postback logs queries it'],
  ['workspace', "one game's connections, goals, mappings and delivery log"],
  ['sandbox', 'a local server that imitates the networks'],
];

function globalFlagsOf(commands) {
  const [{ flags }] = commands;
  return Object.values(flags).filter(({ helpGroup }) => helpGroup === 'GLOBAL');
}

function describeFlag(flag) {
  return ['.TP', `\\fB${roff(nameOf(flag))}\\fR`, roff(fill(aboutOf(flag)))];
}

function describeBody(body) {
  if (typeof body === 'string' && body.includes('\n'))
    return ['.nf', ...body.split('\n').map(roff), '.fi'];
  if (typeof body === 'string') return [roff(body)];
  return body.flatMap(([name, words]) => ['.TP', `\\fB${roff(name)}\\fR`, roff(words)]);
}

function nameOf({ name, char, type, helpValue, options }) {
  const value = type === 'option' ? ` ${helpValue ?? (options ? options.join('|') : 'VALUE')}` : '';
  return `${char ? `-${char}, ` : ''}--${name}${value}`;
}

function aboutOf({ summary, description, env }) {
  return `${summary ?? description ?? ''}${env ? ` [${env}]` : ''}`;
}

function textOf(example) {
  return typeof example === 'string' ? example : example.command;
}

function fill(text) {
  return text.replaceAll('<%= config.bin %>', 'postback').replaceAll('<%= command.id %>', '');
}

function sentence(text) {
  const whole = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return /[.?!]$/.test(whole) ? whole : `${whole}.`;
}

function lowerFirst(text) {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}

/**
 * Text as roff takes it: backslashes, hyphens that are meant, and no line that begins with a
 * control character.
 */
function roff(text) {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1');
}

function quote(text) {
  return `"${roff(text).replaceAll('"', '\\(dq')}"`;
}

function readJson(file) {
  return JSON.parse(readFileSync(join(root, file), 'utf8'));
}

function loadBuilt(file) {
  return import(pathToFileURL(join(root, 'dist', file)).href);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeManPage();
