/** A place between two lines of a file. */
export interface LinePlace {
  /** Bytes up to the end of the line before it. */
  offset: number;
  /** Number of that line. */
  line: number;
}

/** How far a file was read, and which file it was: a name says little once files are rotated. Everything before is in the log. */
export interface Place extends LinePlace {
  device: string;
  inode: string;
  /** SHA-256 of the first `headBytes` bytes; of a file that `send` reads, see file-marks.ts. */
  head: string;
  headBytes: number;
  /** When the place was kept, in milliseconds since the epoch. */
  updatedMs?: number;
}
