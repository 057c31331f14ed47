import { Buffer } from 'node:buffer';

import { decompress as decompressZstd } from 'fzstd';
import kafka from 'kafkajs';
import { decompress as decompressLz4 } from 'lz4js';
import snappy from 'snappyjs';

/**
 * Frame that snappy-java puts around blocks, which Java producers write. Source:
 * https://github.com/xerial/snappy-java/blob/master/src/main/java/org/xerial/snappy/SnappyCodec.java
 * (read 2026-12-01).
 */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = 16;

/** Adds decoders of the codecs that kafkajs lacks: it has gzip alone. */
export function registerCodecs(): void {
  const { CompressionCodecs, CompressionTypes } = kafka;
  CompressionCodecs[CompressionTypes.Snappy] = () => decoder('snappy', decodeSnappy);
  CompressionCodecs[CompressionTypes.LZ4] = () => decoder('lz4', decompressLz4);
  CompressionCodecs[CompressionTypes.ZSTD] = () => decoder('zstd', decompressZstd);
}

type Decode = (bytes: Uint8Array) => Uint8Array;

function decoder(name: string, decode: Decode): object {
  return {
    compress: async () => {
      throw new Error(`${name} is read, not written`);
    },
    decompress: async (bytes: Buffer) => {
      const { buffer, byteOffset, byteLength } = decode(bytes);
      return Buffer.from(buffer, byteOffset, byteLength);
    },
  };
}

/** Decodes snappy, with or without the frame of snappy-java. */
export function decodeSnappy(bytes: Uint8Array): Uint8Array {
  const input = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!input.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) return snappy.uncompress(input);
  const blocks: Buffer[] = [];
  for (let at = XERIAL_HEADER_BYTES; at < input.length;) {
    const length = input.readUInt32BE(at);
    at += 4;
    blocks.push(Buffer.from(snappy.uncompress(input.subarray(at, at + length))));
    at += length;
  }
  return Buffer.concat(blocks);
}
