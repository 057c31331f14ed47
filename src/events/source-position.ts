/** A place between two lines of a file. */
export interface SourcePosition {
  /** Bytes up to the end of the line before it. */
  offset: number;
  /** Number of that line. */
  line: number;
}

/**
 * How far a file was read, and which file it was: a name says little once files are rotated.
 * Everything before is in the log.
 */
export interface Checkpoint extends SourcePosition {
  device: string;
  inode: string;
  /** SHA-256 of the first `headBytes` bytes; of a file that `send` reads, see file-marks.ts. */
  head: string;
  headBytes: number;
  /**
   * Rotated files that were changed before or at this time are older than the place, in
   * milliseconds since the epoch, with a fraction. The log sets the time of storing where it is
   * missing. At the start of a file the follower sets it: a file that is rotated between
   * then and storing would be passed over.
   */
  updatedMs?: number;
}
