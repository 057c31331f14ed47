// The packages have no types.
declare module 'lz4js' {
  /** Decodes an LZ4 frame. @throws Error when it is damaged */
  export function decompress(bytes: Uint8Array): Uint8Array;
}
declare module 'snappyjs' {
  const snappy: {
    /** Decodes a block. @throws Error when it is damaged */
    uncompress(bytes: Uint8Array): Uint8Array;
  };
  export default snappy;
}
