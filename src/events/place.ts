/** How far a file was read, and which file it was: a name says little once files are rotated. */
export interface Place {
  device: string;
  inode: string;
  /** Bytes up to the end of the last line that is in the log. */
  offset: number;
  /** Number of that line. */
  line: number;
  /** SHA-256 of the first `headBytes` bytes. */
  head: string;
  headBytes: number;
}
