import { Buffer } from 'node:buffer';

import { ElementSplitter } from './element-splitter.js';
import type { Line } from './line-splitter.js';

/**
 * The records of a line that is not JSON as a whole because it holds several, one after another: what Firehose writes,
 * and lines that two writers put together. Undefined where it is one record that is broken.
 */
export function splitRun(line: Line): Line[] | undefined {
  if (!line.text.startsWith('{') || line.element !== undefined) return undefined;
  const splitter = new ElementSplitter();
  const offset = (line.column ?? 1) - 1;
  splitter.begin({ line: line.number, lead: { bytes: offset, nuls: 0, markBytes: 0 } });
  const parts = [...splitter.push(Buffer.from(line.text)), ...splitter.end()];
  // One that is as long as the line would be cut again and again.
  return parts.some(({ text }) => text.length === line.text.length) || parts.length < 2 ? undefined : parts;
}
