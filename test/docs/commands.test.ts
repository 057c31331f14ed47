import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { listHelpPages } from '../../src/cli/help-pages.js';
import { HELP_TOPICS } from '../../src/cli/help-topics.js';
import { openHintWorkspace } from '../kit/hints.js';

interface ManifestFlag {
  type: 'boolean' | 'option';
  char?: string;
  options?: string[];
}

interface ManifestCommand {
  flags: Record<string, ManifestFlag>;
  aliases: string[];
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { commands } = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as {
  commands: Record<string, ManifestCommand>;
};
const byName = new Map(
  Object.entries(commands).flatMap(([id, command]) =>
    [id, ...command.aliases].map((name) => [name, command] as const),
  ),
);
const topics = new Set([...Object.keys(HELP_TOPICS), 'topics']);
const taken = new Set([...topics, ...[...byName.keys()].map((id) => id.split(':')[0]!)]);
for (const { name } of listHelpPages(ROOT, taken)) topics.add(name);
const pages = execFileSync('git', ['ls-files', 'README.md', 'docs', 'examples/*.md'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  // Decisions speak of earlier versions, and the walk has a typo on purpose.
  .filter((page) => page.endsWith('.md') && !/\/decisions\/|walk.md/.test(page));

const read = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

/** The words of a shell line up to a pipe, a redirection, a comment or the next command. */
function splitWords(line: string): string[] {
  const words: string[] = [];
  for (const [, word = '', end] of line.matchAll(
    /\s*((?:'[^']*'|"[^"]*"|[^\s'"|;&<>#]|\|(?=\w)|(?<=\S)#)+)|\s*([|;&<>#])/g,
  )) {
    if (end !== undefined) break;
    words.push(word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'));
  }
  return words;
}

/** Every command line that a page shows, in a block or between backticks. */
function listCommands(text: string): string[] {
  const inBlocks = [...text.matchAll(/^```(?:sh|console)\n([^]*?)^```/gm)].flatMap(([, block]) =>
    block!.replace(/\\\n/g, ' ').split('\n'),
  );
  const inText = [...text.replace(/^```[^]*?^```/gm, '').matchAll(/`([^`]+)`/g)].map(([, code]) =>
    code!.replace(/\s+/g, ' '),
  );
  return [...inBlocks, ...inText].flatMap((line) => {
    const command = /(?:^|[\s(|])postback( (?![=:]).*)$/.exec(line.replace(/^\$ /, ''));
    return command === null ? [] : [command[1]!.trim()];
  });
}

/** What is wrong with the words after `postback`, or undefined. */
function findProblem(line: string): string | undefined {
  const words = splitWords(line);
  if (words[0] === 'help') {
    const [, topic] = words;
    const known = topic === undefined || topics.has(topic) || byName.has(topic);
    return known || /^[A-Z]+$/.test(topic) ? undefined : `no topic ${topic}`;
  }
  const plain = words.filter((word) => !word.startsWith('-'));
  // `…` stands for any command.
  if (plain.length === 0 || /^(?:[A-Z]+|…)$/.test(plain[0]!)) return undefined;
  const name = [plain.slice(0, 2).join(':'), plain[0]!].find((id) => byName.has(id));
  if (name === undefined) {
    const isTopic = [...byName.keys()].some((id) => id.startsWith(`${plain[0]}:`));
    return isTopic ? undefined : `no command ${plain[0]}`;
  }
  return words
    .map((word, index) => checkFlag(byName.get(name)!, word, words[index + 1]))
    .find(Boolean);
}

function checkFlag(
  command: ManifestCommand,
  word: string,
  next: string | undefined,
): string | undefined {
  const [, name, char, given] = /^(?:--([a-z][\w-]*)|-([a-z]))(?:=(.*))?$/.exec(word) ?? [];
  if (name === undefined && char === undefined) return undefined;
  if (name === 'help' || name === 'version' || char === 'h') return undefined;
  const flag = Object.entries(command.flags).find(
    ([id, candidate]) => id === name || (char !== undefined && candidate.char === char),
  )?.[1];
  if (flag === undefined) return `no flag ${word}`;
  const value = given ?? next;
  if (flag.type !== 'option' || flag.options === undefined || value === undefined) return undefined;
  const isPlaceholder = /^[A-Z…]+$|[|…]/.test(value);
  const values = value.split(',');
  return isPlaceholder || values.every((one) => flag.options!.includes(one))
    ? undefined
    : `${word} does not take ${value}`;
}

test.each(pages)('%s shows commands and flags that exist', (page) => {
  const problems = listCommands(read(page)).flatMap((line) => {
    const problem = findProblem(line);
    return problem === undefined ? [] : [`postback ${line}: ${problem}`];
  });
  expect(problems).toEqual([]);
});

test.each([
  ['sned x', 'no command sned'],
  ['send x --netwrok meta', 'no flag --netwrok'],
  ['goals add --trigger twice', '--trigger does not take twice'],
  ['help evnts', 'no topic evnts'],
])('postback %s would be found: %s', (line, problem) => {
  expect(listCommands(`Text \`postback ${line}\`.`).map(findProblem)).toEqual([problem]);
});

/**
 * Commands of the `sh` blocks of a page that begin with `postback`, without what stands after #.
 */
function listShellLines(page: string): string[] {
  return [...read(page).matchAll(/^```sh\n([^]*?)^```/gm)]
    .flatMap(([, block]) => block!.split('\n'))
    .filter((line) => line.startsWith('postback '));
}

test.skipIf(process.platform === 'win32').each(['docs/goals.md', 'docs/workspaces.md'])(
  'the commands of %s work as printed, one after the other',
  async (page) => {
    const { follow, write } = await openHintWorkspace();
    write('events.jsonl', '');
    const lines = listShellLines(page);
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) {
      const { code, stdout, stderr } = await follow(line);
      expect([line, code, stderr + stdout]).toEqual([line, 0, expect.anything()]);
    }
  },
);

test.skipIf(process.platform === 'win32')(
  'the first conversion of README.md works as printed, and is what the recording shows',
  async () => {
    const { follow } = await openHintWorkspace();
    const [, section] = read('README.md').split('## First conversion');
    const [, block] = /```sh\n([^]*?)^```/m.exec(section!)!;
    const lines = block!.split('\n').filter(Boolean);
    const results = [];
    for (const line of lines) results.push(await follow(line));
    // The file has five invalid lines on purpose.
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0, 3, 0]);
    expect(results[3]!.stdout).toMatch(/^Delivered {2}[1-9]/m);
    expect(results[4]!.stdout).toContain('success');
    expect((await follow(lines[3]!)).stdout).toMatch(/^Delivered {2}0\b/m);
    const recorded = [...read('docs/first-run.svg').matchAll(/class="command"[^>]*>\$ ([^<]*)</g)];
    expect(recorded.map(([, command]) => command)).toEqual(
      lines.map((line) => line.replace(/ +#.*$/, '')),
    );
  },
);
