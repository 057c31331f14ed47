import { displayWidth, wrapWords } from './table-layout.js';

/** How a page is laid out. */
export interface PageLayout {
  /** Columns of the terminal. */
  width: number;
  /**
   * What to type for the page that a link leads to; undefined for pages that help does not show.
   */
  commandOf: (target: string) => string | undefined;
}

const LIST_ITEM = /^( *)([-*]|\d+\.) (.*)$/;
const TABLE_RULE = /^\|[\s:|-]+\|$/;
const CELL_GAP = 2;
const INDENT = 2;

/**
 * Lays out a page of Markdown for a terminal: headings in capitals, text indented and wrapped, code
 * as it is, tables as columns where they fit and as one record a row where they do not.
 */
export function layOutPage(text: string, layout: PageLayout): string {
  const lines = text.trimEnd().split('\n');
  const blocks: string[] = [];
  for (let at = 0; at < lines.length;) {
    const end = findBlockEnd(lines, at);
    const block = layOutBlock(lines.slice(at, end), layout);
    if (block !== undefined) blocks.push(block);
    at = end;
  }
  return blocks.join('\n\n');
}

/** The index after the last line of the block that begins at `at`. */
function findBlockEnd(lines: readonly string[], at: number): number {
  const first = lines[at]!;
  if (first.startsWith('```')) {
    const end = lines.findIndex((line, index) => index > at && line.startsWith('```'));
    return end === -1 ? lines.length : end + 1;
  }
  if (first.startsWith('#')) return at + 1;
  let end = at + 1;
  while (end < lines.length && isContinued(first, lines[end]!)) end++;
  return end;
}

function isContinued(first: string, line: string): boolean {
  return (
    line.trim() !== '' &&
    !/^(?:```|#)/.test(line) &&
    first.trim() !== '' &&
    first.startsWith('|') === line.startsWith('|')
  );
}

function layOutBlock(lines: readonly string[], layout: PageLayout): string | undefined {
  const first = lines[0]!;
  if (first.trim() === '') return undefined;
  if (first.startsWith('#'))
    return wrapWords(plainText(first.replace(/^#+ */, ''), layout).toUpperCase(), layout.width);
  if (first.startsWith('```'))
    return indent(lines.slice(1, lines.at(-1)!.startsWith('```') ? -1 : undefined), INDENT * 2);
  if (first.startsWith('|')) return layOutTable(lines, layout);
  return layOutText(lines, layout);
}

/** A paragraph, a list, or a paragraph with a list after it. */
function layOutText(lines: readonly string[], layout: PageLayout): string {
  const parts: { mark: string; depth: number; text: string }[] = [];
  for (const line of lines) {
    const [, spaces = '', mark, rest = ''] = LIST_ITEM.exec(line) ?? [];
    if (mark !== undefined) parts.push({ mark, depth: spaces.length, text: rest.trim() });
    else if (parts.length === 0) parts.push({ mark: '', depth: 0, text: line.trim() });
    else parts.at(-1)!.text += ` ${line.trim()}`;
  }
  return parts
    .map(({ mark, depth, text }) => {
      const lead = mark === '' ? '' : `${mark} `;
      const left = INDENT + depth + lead.length;
      const wrapped = wrapAt(plainText(text, layout), left, layout.width);
      return `${' '.repeat(INDENT + depth)}${lead}${wrapped.slice(left)}`;
    })
    .join('\n');
}

function layOutTable(lines: readonly string[], layout: PageLayout): string {
  const rows = lines
    .filter((line) => !TABLE_RULE.test(line))
    .map((line) => splitCells(line).map((cell) => plainText(cell, layout)));
  const [header = [], ...body] = rows;
  const widths = header.map((_cell, column) =>
    Math.max(...rows.map((row) => displayWidth(row[column] ?? ''))),
  );
  const room = layout.width - INDENT;
  const shown = header.some((cell) => cell !== '') ? rows : body;
  if (sum(widths) + CELL_GAP * (widths.length - 1) <= room)
    return indent(
      shown.map((row) => joinCells(row, widths)),
      INDENT,
    );
  const [left = 0] = widths;
  if (header.length === 2 && left <= room / 3) {
    return shown
      .map(([name = '', words = '']) => {
        const start = INDENT + left + CELL_GAP;
        return `${' '.repeat(INDENT)}${pad(name, left)}${' '.repeat(CELL_GAP)}${wrapAt(words, start, layout.width).slice(start)}`.trimEnd();
      })
      .join('\n');
  }
  return body.map((row) => layOutRecord(row, header, layout.width)).join('\n\n');
}

/** One row of a table that is too wide: the first cell, then each other one with its heading. */
function layOutRecord(row: readonly string[], header: readonly string[], width: number): string {
  const [name = '', ...cells] = row;
  const facts = cells.flatMap((cell, index) => {
    const title = header[index + 1] ?? '';
    if (cell === '') return [];
    return [wrapAt(title === '' ? cell : `${title}: ${cell}`, INDENT * 2, width)];
  });
  return [wrapAt(name, INDENT, width), ...facts].join('\n');
}

function splitCells(line: string): string[] {
  return line
    .replace(/^\||\|\s*$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}

function joinCells(row: readonly string[], widths: readonly number[]): string {
  return widths
    .map((width, column) => pad(row[column] ?? '', width))
    .join(' '.repeat(CELL_GAP))
    .trimEnd();
}

/**
 * Text without the signs of Markdown. Code stays as it is, and between backticks where it has more
 * than one word.
 */
function plainText(text: string, { commandOf }: PageLayout): string {
  const parts = text
    .replace(/\[([^\][]*)\]\(([^)\s]*)\)/g, (_link, words: string, target: string) =>
      describeLink(words, target, commandOf),
    )
    .split('`');
  return parts
    .map((part, index) => {
      if (index % 2 === 0) return withoutEmphasis(part);
      return part.includes(' ') ? `\`${part}\`` : part;
    })
    .join('');
}

function describeLink(words: string, target: string, commandOf: PageLayout['commandOf']): string {
  if (/^https?:/.test(target)) return words === target ? target : `${words} (${target})`;
  const command = commandOf(target);
  if (command === undefined) return words;
  return words.endsWith('.md') ? `\`${command}\`` : `${words} (\`${command}\`)`;
}

function withoutEmphasis(text: string): string {
  return text
    .replace(/<(https?:[^<>]*)>/g, '$1')
    .replaceAll('**', '')
    .replace(/(?<![\w*])[*_]([^*_]+)[*_](?![\w*])/g, '$1');
}

/** Wraps text so that every line begins at column `left`. */
function wrapAt(text: string, left: number, width: number): string {
  return wrapWords(`${' '.repeat(left)}${text}`, width);
}

function indent(lines: readonly string[], columns: number): string {
  return lines.map((line) => (line === '' ? '' : ' '.repeat(columns) + line)).join('\n');
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
