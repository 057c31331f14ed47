import type { Line } from '../events/line-splitter.js';
import type { WarningCode } from '../events/warnings.js';

/** Some records in a row, with what acknowledges them. */
export interface SourcePart<Position> {
  lines: Line[];
  /**
   * Positions of the messages that the lines came from, to be acknowledged once everything they
   * made is in the delivery log. Empty where there is nothing new, or nothing to acknowledge.
   */
  positions: readonly Position[];
  /** What has happened to the source before these records. */
  notice?: SourceNotice;
}

/** Something about a source that the operator should know. */
export interface SourceNotice {
  message: string;
  /** Counted in the summary of the run. */
  warning?: WarningCode;
}

/** How far a source has to be read. */
export interface SourceLag {
  /** Number of partitions, streams or files that this process reads. */
  assigned: number;
  /** Messages that are not acknowledged yet, of a file bytes; undefined where nobody can say. */
  lag: number | undefined;
}

/**
 * Where records come from: a followed file, stdin, a topic, a stream or a queue. The reader takes
 * one part after another, records what it made and acknowledges its positions.
 */
export interface Source<Position = unknown> {
  /** The address without secrets, for messages. */
  readonly name: string;
  /** Consumer group; undefined where the source has none. */
  readonly group: string | undefined;
  /**
   * Yields parts in order, also empty ones while there is nothing new. Ends when `signal` aborts or
   * the source has no more records.
   * @throws InputError or InternalError when the source cannot be read any more
   */
  read(signal: AbortSignal): AsyncIterable<SourcePart<Position>>;
  /** Acknowledges positions: nothing before them comes again. */
  ack(positions: readonly Position[]): Promise<void>;
  /** Takes no new messages until {@link resume}; keeps what the source has been given. */
  pause(): void;
  resume(): void;
  lag(): Promise<SourceLag>;
  /** Gives up what was taken and not acknowledged, and leaves the group. */
  close(): Promise<void>;
}

/** Where a source begins: `last` is where its group stopped, or at the start. */
export type SourceStart = 'start' | 'end' | 'last';

/** What a source says to the operator. */
export type SourceReport = (message: string) => void;
