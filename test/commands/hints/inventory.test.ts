import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { commandOf, listPageSuggestions, listSuggestions } from '../../kit/suggestions.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const FOLDER = join(ROOT, 'test/commands/hints');

/** Suggestions that no test of this folder follows, each with the reason. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'autocomplete fish':
    'a comment of a script for fish; test/commands/autocomplete.test.ts runs each script',
  'autocomplete powershell': 'a comment of a script for PowerShell, as above',
  "complete '--' $words 2>$null": 'code of a completion script',
  'complete -- "${(@)words[2,CURRENT]}': 'code of a completion script',
  'complete -- "${COMP_WORDS[@]:1:COMP_CWORD}': 'code of a completion script',
  'complete -- $words[2..-1] (commandline -ct': 'code of a completion script',
  'connect {network.name} {account} --replace':
    'for a login in a browser: test/commands/networks/google.test.ts replaces an account with it',
  'connect {NETWORKS[0]!.name}':
    'for a network that this version only knows by name: there is none now',
  'logs backup FILE':
    'test/commands/durability/backup.test.ts copies a log in use and puts the copy in its place',
  'replay --state failed --all --dry-run': 'test/commands/outputs/damaged-rows.test.ts runs it',
  "send {quoteWord(join(home,'events.jsonl'))} --sandbox":
    'test/commands/demo.test.ts sends the events of a kept demo again',
  sandbox: 'the title of a page',
  tail: 'words about what three commands read',
  'config get log.url': 'for a log on a server: test/commands/shared-log/errors.test.ts runs it',
  'connect {network} --template FILE':
    'for an endpoint that is stored without its template, which no command does',
  'send {argumentWords(url)}': 'needs a bucket: test/src/sources/aws.test.ts sends from an address',
  '{command}, workspace {workspace}': 'the title of a summary on GitHub',
  '{command}': 'headings of the demo: the commands that it has just run',
  '{id}, {STATE_WORDS[state]}': 'words about a postback',
  '{latest} is available': 'words about a version',
};

test('A11: each suggestion of the sources is followed by a test, and no test follows one that is gone', () => {
  const suggested = listSuggestions(ROOT).map(({ words }) => words);
  const followed = new Set(readdirSync(FOLDER).flatMap((name) => listFollowed(join(FOLDER, name))));
  const isCovered = (words: string): boolean => followed.has(words) || words in ELSEWHERE;
  expect(suggested.filter((words) => !isCovered(words))).toEqual([]);
  const gone = [...followed, ...Object.keys(ELSEWHERE)].filter(
    (words) => !suggested.includes(words),
  );
  expect(gone).toEqual([]);
}, 200_000);

test('A11: each command of docs/errors.md is one that a test follows, with its flags', () => {
  const followed = readdirSync(FOLDER).flatMap((name) => listFollowed(join(FOLDER, name)));
  const page = listPageSuggestions(readFileSync(join(ROOT, 'docs/errors.md'), 'utf8'));
  expect(page.length).toBeGreaterThan(10);
  const flagsOf = (words: string): string[] =>
    words.split(' ').filter((word) => word.startsWith('--'));
  const isFollowed = (words: string): boolean =>
    followed.some(
      (one) =>
        commandOf(one) === commandOf(words) && flagsOf(words).every((flag) => one.includes(flag)),
    );
  expect(page.filter((words) => !isFollowed(words) && !(words in ELSEWHERE))).toEqual([]);
});

/** The suggestions that the tests of a file name: the first argument of each `testHints`. */
function listFollowed(path: string): string[] {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText(file) === 'testHints') {
      const [list] = node.arguments;
      if (list && ts.isArrayLiteralExpression(list)) {
        found.push(...list.elements.filter(ts.isStringLiteralLike).map(({ text }) => text));
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
