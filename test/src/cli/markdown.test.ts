import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { layOutPage } from '../../../src/cli/markdown.js';
import { displayWidth } from '../../../src/cli/table-layout.js';

const DOCS = fileURLToPath(new URL('../../../docs', import.meta.url));
const commandOf = (target: string): string | undefined =>
  target.startsWith('ci.md') ? 'postback help ci' : undefined;

function layOut(text: string, width = 40): string {
  return layOutPage(text, { width, commandOf });
}

test.each([
  ['a heading', '## What is sent', 'WHAT IS SENT'],
  ['a paragraph on two lines', 'one\ntwo', '  one two'],
  ['code in a block', '```sh\na *b* `c`\n\n  d\n```', '    a *b* `c`\n\n      d'],
  ['code of one word', 'the flag `--json` here', '  the flag --json here'],
  ['code of several words', 'run `postback send a`', '  run `postback send a`'],
  ['emphasis', 'an _odd_ **bold** and *thin* one', '  an odd bold and thin one'],
  ['emphasis around code', 'a **`b` c**', '  a b c'],
  ['names with underscores', 'a `x_y` and b_c_d', '  a x_y and b_c_d'],
  ['a link to a page', 'see [ci.md](ci.md#a)', '  see `postback help ci`'],
  ['a link with words', 'see [CI](ci.md)', '  see CI (`postback help ci`)'],
  ['a link that help does not have', 'see [why](decisions/a.md)', '  see why'],
  ['a link to the web', '[docs](https://a.example/b)', '  docs (https://a.example/b)'],
  ['an address', '<https://a.example/b>', '  https://a.example/b'],
  [
    'a list with hanging lines',
    'Either:\n- one two three four five six seven\n  eight nine\n1. first',
    '  Either:\n  - one two three four five six seven\n    eight nine\n  1. first',
  ],
  ['a table that fits', '| a | b |\n| --- | --- |\n| 1 | `x\\|y` |', '  a  b\n  1  x|y'],
  ['a table without headings', '| | |\n| --- | --- |\n| 1 | 2 |', '  1  2'],
  [
    'a table of names and words',
    '| name | meaning |\n| --- | --- |\n| a | one two three four five six seven eight |',
    '  name  meaning\n  a     one two three four five six\n        seven eight',
  ],
  [
    'a table that is too wide',
    '| a | b | c |\n| - | - | - |\n| first one here | second one there | third one of all |',
    '  first one here\n    b: second one there\n    c: third one of all',
  ],
])('lays out %s', (_what, markdown, laidOut) => {
  expect(layOut(markdown)).toBe(laidOut);
});

test('blocks stand apart, however the page separates them', () => {
  expect(layOut('# A\ntext\n\n\n- b\n## C')).toBe('A\n\n  text\n\n  - b\n\nC');
});

describe('every page for operators', () => {
  const pages = ['.', 'networks'].flatMap((folder) =>
    readdirSync(join(DOCS, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(DOCS, folder, name)),
  );

  test.each([60, 100])('fits %i columns, and nothing of its Markdown is left', (width) => {
    expect(pages.length).toBeGreaterThan(20);
    for (const page of pages) {
      const text = layOut(readFileSync(page, 'utf8'), width);
      // Code and words without a space, such as addresses, are never broken.
      const wide = text
        .split('\n')
        .filter((line) => displayWidth(line) > width && /^ {0,4}\S+ \S+ /.test(line))
        .filter((line) => !line.startsWith('    ') && !/\S{35}/.test(line));
      expect([page, wide]).toEqual([page, []]);
      const prose = text.replace(/^ {4}.*$/gm, '');
      expect([page, /\]\(|^\|.*\|$|(?<!\*)\*\*(?!\*)/m.exec(prose)]).toEqual([page, null]);
    }
  });
});
