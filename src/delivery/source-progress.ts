import type { Checkpoint } from '../events/source-position.js';
import type { Source } from '../sources/source.js';
import type { Delivery } from './delivery.js';

/** How often a run records its lag, in milliseconds. */
const RECORD_MS = 5_000;

/** How far a run has to read a topic, stream or queue, as it recorded it last. */
export interface SourceProgress {
  url: string;
  group: string | null;
  assigned: number;
  lag: number | null;
}

/** The name of the checkpoint in which a run records its progress. */
export function progressKey(run: string): string {
  return `source:${run}`;
}

/** Reads the progress of a run from its checkpoint. */
export function readProgress({
  device: url,
  inode: group,
  offset,
  line: assigned,
  headBytes,
}: Checkpoint): SourceProgress {
  return { url, group: group === '' ? null : group, assigned, lag: headBytes > 0 ? offset : null };
}

/**
 * Records how far a source has to be read, again and again until the run ends, for `status`. A run
 * that is killed leaves a row that nobody reads.
 * @returns stops it
 */
export function recordProgress({ log, checkpoints }: Delivery, source: Source): () => void {
  const key = progressKey(log.run.name);
  checkpoints.discard(key);
  let isRecording = false;
  const record = async (): Promise<void> => {
    if (isRecording) return;
    isRecording = true;
    try {
      const { assigned, lag } = await source.lag();
      await log.saveCheckpoint(key, {
        device: source.name,
        inode: source.group ?? '',
        offset: lag ?? 0,
        line: assigned,
        head: '',
        headBytes: lag === undefined ? 0 : 1,
      });
    } catch {
      // A fault of the log is met by the next write of the run, one of the source by its reader.
    } finally {
      isRecording = false;
    }
  };
  void record();
  const timer = setInterval(() => void record(), RECORD_MS);
  return () => clearInterval(timer);
}
