import type { Line } from '../events/line-splitter.js';
import type { OpenOptions } from './open-options.js';

/** What a topic or stream held at one moment. */
export interface Snapshot {
  /** Reads all of it, again with each call. @throws as Source.read, and as openSource */
  read(signal?: AbortSignal): AsyncIterable<Line[]>;
}

export type SnapshotOptions = Pick<OpenOptions, 'defaultGroup' | 'variables' | 'clock' | 'report'>;
