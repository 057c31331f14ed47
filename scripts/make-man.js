// Writes man/postback.1 out of what help is made of: the manifest, the exit codes and the help topics of the built program.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Writes the page anew; it takes the moment that reading the manifest takes. */
export async function writeManPage() {
  mkdirSync(join(root, 'man'), { recursive: true });
  writeFileSync(join(root, 'man', 'postback.1'), await makeManPage());
}

async function makeManPage() {
  const { version, description } = readJson('package.json');
  const { commands } = readJson('oclif.manifest.json');
  const { EXIT_WORDS, HELP_TOPICS } = await loadBuilt('commands/_face/help-topics.js');
  const visible = Object.values(commands).filter(({ hidden }) => !hidden);
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
    'alone says what to do next. Data goes to standard output, words to standard error. Off a terminal nothing is asked.',
    '.SH COMMANDS',
    ...visible.flatMap((command) => describeCommand(command, EXIT_WORDS)),
  ];
  for (const topic of Object.values(HELP_TOPICS)) {
    for (const { header, body } of await topic.load()) lines.push(`.SH ${quote(header)}`, ...describeBody(body));
  }
  lines.push('.SH SEE ALSO', 'postback \\fICOMMAND\\fR \\-\\-help, postback help \\fITOPIC\\fR');
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
  const own = Object.values(flags).filter(({ hidden, helpGroup }) => !hidden && helpGroup !== 'GLOBAL');
  for (const flag of own) lines.push('.TP', `\\fB${roff(nameOf(flag))}\\fR`, roff(fill(aboutOf(flag))));
  const codes = (notes.exitCodes ?? []).map((code) => `${code}: ${exitWords[code]}`);
  if (codes.length > 0) lines.push('.PP', roff(`Exit codes beside 0, 1 and 2: ${codes.join('; ')}.`));
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

function describeBody(body) {
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

/** Text as roff takes it: backslashes, hyphens that are meant, and no line that begins with a control character. */
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
