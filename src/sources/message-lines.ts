import { Buffer, isUtf8 } from 'node:buffer';
import { gunzipSync } from 'node:zlib';

import { LINE_FEED } from '../events/bytes.js';
import { type Line, MAX_LINE_BYTES } from '../events/line-splitter.js';
import { RecordSplitter } from '../events/record-splitter.js';
import { isGzip } from '../events/unpack.js';

const OPEN = 0x7b;
const CLOSE = 0x7d;

/** Largest message after unpacking, in bytes. */
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;

/**
 * Cuts one message of a broker into records: one, several lines, an array or concatenated objects,
 * plain or gzipped. An empty message holds none.
 * @param source where the message is, for example `events[3]@1042`
 */
export function cutMessage(message: Uint8Array, source: string): Line[] {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  // The common case: one object, which needs no splitter.
  if (isOneLine(bytes)) return [{ number: 1, text: bytes.toString('utf8'), source }];
  let unpacked = bytes;
  if (isGzip(bytes)) {
    try {
      unpacked = gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES });
    } catch {
      const invalid = { code: 'damaged_gzip', field: '', message: 'is gzip data that is damaged' };
      return [{ number: 1, text: '', source, invalid }];
    }
  }
  const splitter = new RecordSplitter();
  const lines = [...splitter.push(unpacked), ...splitter.end()];
  for (const line of lines) line.source = source;
  return lines;
}

function isOneLine(bytes: Buffer): boolean {
  return (
    bytes[0] === OPEN &&
    bytes.at(-1) === CLOSE &&
    bytes.length <= MAX_LINE_BYTES &&
    !bytes.includes(LINE_FEED) &&
    isUtf8(bytes)
  );
}
