import { Buffer } from 'node:buffer';

import { ElementSplitter } from './element-splitter.js';
import type { Line } from './line-splitter.js';

/**
 * Returns the records of a line that is not JSON as a whole because it holds several, one after
 * another: what Firehose writes, and lines that two writers put together. A truncated record among
 * them costs itself alone. Undefined where the line is one record that is broken.
 */
export function splitRun(line: Line): Line[] | undefined {
  if (!line.text.startsWith('{') || line.element !== undefined) return undefined;
  const found = cut(line, true);
  // An object within a broken record has the end of that record after it.
  const parts = found.every(({ text, note }) => note || text.startsWith('{'))
    ? found
    : cut(line, false);
  // A part as long as the line would be split endlessly.
  return parts.some(({ text }) => text.length === line.text.length) || parts.length < 2
    ? undefined
    : parts;
}

function cut(line: Line, findsTruncated: boolean): Line[] {
  const splitter = new ElementSplitter({ findsTruncated });
  const offset = (line.column ?? 1) - 1;
  splitter.begin({ line: line.number, lead: { bytes: offset, nuls: 0, markBytes: 0 } });
  return [...splitter.push(Buffer.from(line.text)), ...splitter.end()];
}
