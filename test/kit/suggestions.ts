import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { addContext, COMMAND_NAMES } from '../../commands/_face/hints.js';

/** A command that the source can suggest, as it is printed with the values left out: `connect {network.name}`. */
export interface Suggestion {
  /** The words after `postback`. */
  words: string;
  /** Files that hold it. */
  files: string[];
}

const MARK = ' --workspace w';
const ROOTS = ['src', 'commands'];

/** Lists every suggestion in the string literals of the sources, each once, sorted. */
export function listSuggestions(root: string): Suggestion[] {
  const found = new Map<string, Set<string>>();
  for (const folder of ROOTS) {
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts') || name.endsWith('.d.ts')) continue;
      const file = `${folder}/${name}`;
      for (const text of listTexts(readFileSync(join(root, file), 'utf8'))) {
        for (const words of findCommands(text)) {
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

/** String literals, with each value of a template as its source in braces, blanks left out. */
function listTexts(source: string): string[] {
  const file = ts.createSourceFile('x.ts', source, ts.ScriptTarget.Latest, true);
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) texts.push(node.text);
    else if (ts.isTemplateExpression(node)) {
      const spans = node.templateSpans.map(
        ({ expression, literal }) => `{${expression.getText(file).replace(/[\s{}]+/g, '')}}${literal.text}`,
      );
      texts.push(node.head.text + spans.join(''));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  // The name of the generator of a page is not a command.
  return texts
    .map((text) => text.replace('content="postback report"', ''))
    .filter((text) => text.includes('postback '));
}

/** Commands in a text, where {@link addContext} finds their ends. */
function findCommands(text: string): string[] {
  // A value may be a word of a command: a digit makes it look like one.
  const values: string[] = [];
  const bare = text.replace(/\{[^{}]*\}/g, (value) => `v${values.push(value) - 1}_`);
  const marked = addContext(bare, { workspace: 'w' });
  const commands = marked.split(MARK).slice(0, -1);
  return commands.map((part) => {
    const words = part.slice(part.lastIndexOf('postback ') + 'postback '.length);
    return words.replace(/v(\d+)_/g, (_whole, index: string) => values[Number(index)] ?? '');
  });
}

/** Name of the command that the words begin with. */
export function commandOf(words: string): string {
  const [first = '', second = ''] = words.split(' ');
  const both = `${first} ${second}`;
  return COMMAND_NAMES.includes(both) ? both : first;
}
