import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { COMMAND_NAMES, CONTEXT_FREE, findCommands } from '../../src/cli/hints.js';

/**
 * A command that the source can suggest, as it is printed with the values left out:
 * `connect {network.name}`.
 */
export interface Suggestion {
  /** The words after `postback`. */
  words: string;
  /** Files that hold it. */
  files: string[];
}

const ROOTS = ['src', 'commands'];

/** Lists every suggestion in the string literals of the sources, each once, sorted. */
export function listSuggestions(root: string): Suggestion[] {
  const found = new Map<string, Set<string>>();
  for (const folder of ROOTS) {
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts') || name.endsWith('.d.ts')) continue;
      const file = `${folder}/${name}`;
      for (const text of listTexts(readFileSync(join(root, file), 'utf8'))) {
        for (const words of readCommands(text)) {
          const files = found.get(words) ?? new Set<string>();
          found.set(words, files.add(file));
        }
      }
    }
  }
  return [...found]
    .map(([words, files]) => ({ words, files: [...files] }))
    .sort((a, b) => (a.words < b.words ? -1 : 1));
}

/**
 * String literals, with each value of a template as its source in braces, blanks left out. Parts
 * that are joined with `+` are one text.
 */
function listTexts(source: string): string[] {
  const file = ts.createSourceFile('x.ts', source, ts.ScriptTarget.Latest, true);
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    const isPart = ts.isBinaryExpression(node.parent) && readText(node.parent, file) !== undefined;
    const text = isPart ? undefined : readText(node, file);
    if (text !== undefined) texts.push(text);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(file, visit);
  // The name of the generator of a page is not a command.
  return texts
    .map((text) => text.replace('content="postback report"', '').replaceAll('</code>', ''))
    .filter((text) => text.includes('postback '));
}

function readText(node: ts.Node, file: ts.SourceFile): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    const spans = node.templateSpans.map(
      ({ expression, literal }) =>
        `{${expression.getText(file).replace(/[\s{}]+/g, '')}}${literal.text}`,
    );
    return node.head.text + spans.join('');
  }
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken)
    return undefined;
  const left = readText(node.left, file);
  const right = readText(node.right, file);
  return left === undefined || right === undefined ? undefined : left + right;
}

/** Returns the words of each command in a text, where the program finds their ends. */
function readCommands(text: string): string[] {
  // A value may be a word of a command: a digit makes it look like one.
  const values: string[] = [];
  const bare = text.replace(/\{[^{}]*\}/g, (value) => `v${values.push(value) - 1}_`);
  const restore = (words: string): string =>
    words.replace(/v(\d+)_/g, (_whole, index: string) => values[Number(index)] ?? '');
  const named = [...findCommands(bare)].map(({ start, end }) =>
    bare.slice(start + 'postback '.length, end),
  );
  // A command whose name is a value: all that follows is part of it.
  const unnamed = [...bare.matchAll(/(?<![\w/.-])postback (v\d+_.*)$/gm)].map(
    ([, words]) => words!,
  );
  return [...named, ...unnamed].map(restore);
}

/** Returns the suggestions of a Markdown page: commands in code, each once. */
export function listPageSuggestions(text: string): string[] {
  const code = [...text.matchAll(/`(postback [a-z][^`]*)`/g)].map(([, words]) =>
    words!.slice('postback '.length),
  );
  return [...new Set(code)].sort();
}

/** Name of the command that the words begin with. */
export function commandOf(words: string): string {
  const [first = '', second = ''] = words.split(' ');
  const both = `${first} ${second}`;
  return [...COMMAND_NAMES, ...CONTEXT_FREE].includes(both) ? both : first;
}
