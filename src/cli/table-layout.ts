import { stripVTControlCharacters } from 'node:util';

/** Blank columns between two columns. */
export const GAP = 2;
/** No column is made narrower than this. */
const MIN_WIDTH = 8;

/**
 * Indices of the columns that are kept: droppable ones go until the rest fits, then those that
 * still fit come back, the most important first.
 */
export function chooseColumns(
  dropOrders: readonly (number | undefined)[],
  widths: readonly number[],
  width: number,
): number[] {
  const kept = dropOrders.map((_, index) => index);
  const droppable = kept
    .filter((index) => dropOrders[index] !== undefined)
    .sort((a, b) => (dropOrders[b] ?? 0) - (dropOrders[a] ?? 0));
  for (const index of droppable) {
    if (totalWidth(kept.map((column) => widths[column] ?? 0)) <= width) break;
    kept.splice(kept.indexOf(index), 1);
  }
  for (const index of droppable.filter((dropped) => !kept.includes(dropped)).reverse()) {
    if (totalWidth([...kept, index].map((column) => widths[column] ?? 0)) <= width)
      kept.push(index);
  }
  return kept.sort((a, b) => a - b);
}

/** Narrows the widest columns until all fit; nothing when even narrow ones do not. */
export function fitWidths(widths: readonly number[], width: number): number[] | undefined {
  const fitted = [...widths];
  while (totalWidth(fitted) > width) {
    const widest = fitted.indexOf(Math.max(...fitted));
    const excess = totalWidth(fitted) - width;
    const narrower = Math.max(
      MIN_WIDTH,
      (fitted[widest] ?? 0) - excess,
      secondWidest(fitted, widest) - 1,
    );
    if (narrower >= (fitted[widest] ?? 0)) return undefined;
    fitted[widest] = narrower;
  }
  return fitted;
}

function secondWidest(widths: readonly number[], widest: number): number {
  return Math.max(0, ...widths.filter((_, index) => index !== widest));
}

function totalWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + GAP, 0) - GAP;
}

/** Lines of at most `width` screen columns, broken at spaces where there are any. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<= )/)) {
    if (line !== '' && displayWidth(line + word.trimEnd()) > width) {
      lines.push(line);
      line = '';
    }
    for (const char of word) {
      if (line !== '' && char !== ' ' && displayWidth(line + char) > width) {
        lines.push(line);
        line = '';
      }
      line += char;
    }
  }
  return [...lines, line].map((part) => part.trimEnd());
}

/**
 * Lines of at most `width` columns, broken at spaces alone: a word that is longer, such as a URL,
 * stays whole so that it can be copied. Colours are not counted, and what a line is indented by its
 * continuation is too.
 */
export function wrapWords(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => (visibleWidth(line) <= width ? [line] : wrapLine(line, width)))
    .join('\n');
}

function wrapLine(line: string, width: number): string[] {
  const indent = /^ */.exec(line)![0];
  const lines: string[] = [];
  let current = indent;
  for (const word of line.slice(indent.length).split(/(?<= )(?=[^ ])/)) {
    if (current.trim() !== '' && visibleWidth(current + word.trimEnd()) > width) {
      lines.push(current.trimEnd());
      current = indent;
    }
    current += word;
  }
  return [...lines, current.trimEnd()];
}

function visibleWidth(text: string): number {
  return displayWidth(stripVTControlCharacters(text));
}

/** Columns a text takes on the screen: wide characters take two. */
export function displayWidth(text: string): number {
  return Array.from(text).reduce(
    (sum, char) => sum + (/\p{Mark}/u.test(char) ? 0 : WIDE.test(char) ? 2 : 1),
    0,
  );
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}]/u;
