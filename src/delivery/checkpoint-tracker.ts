import type { Checkpoint } from '../events/source-position.js';
import type { StoredCheckpoint } from '../log/checkpoint.js';
import type { Postback } from '../networks/network.js';
import type { CheckpointRange, InFlightSet } from './in-flight-set.js';

/**
 * Maximum number of positions that wait for what is before them. Beyond it, the next one covers
 * more lines.
 */
const MAX_MARKS = 1024;

interface Mark extends StoredCheckpoint {
  checkpoint: Checkpoint;
  /** Postbacks that were planned between the mark before and this one. */
  range: CheckpointRange;
  /** Skips that the run had made up to here. */
  skips: number;
}

/** What is about to be recorded in one transaction. */
export interface Recording {
  postbacks?: readonly Pick<Postback, 'id'>[];
  skips?: number;
}

/**
 * How far a run has read its files. A checkpoint holds when everything before it is recorded, as a
 * request, a row or a skip: a later run of the same file starts there and does not read what is
 * before.
 */
export class CheckpointTracker {
  readonly #inFlight: InFlightSet;
  #marks: Mark[] = [];
  readonly #paths = new Set<string>();
  /** Checkpoints that nobody needs after this run, however it ends. */
  readonly #discarded: string[] = [];
  #skipsRecorded = 0;
  #isWhole = false;

  constructor(inFlight: InFlightSet) {
    this.#inFlight = inFlight;
  }

  /** Takes a file into account, whose checkpoint is deleted when the run has read everything. */
  enter(path: string): void {
    this.#paths.add(path);
  }

  /** Has a checkpoint deleted at the end of the run, also where it was stopped. */
  discard(path: string): void {
    this.#discarded.push(path);
  }

  /**
   * Notes the position after the lines that were planned last.
   * @param skips how many skips the run has made so far
   */
  note(path: string, checkpoint: Checkpoint, skips = 0): void {
    if (this.#marks.length >= MAX_MARKS) return;
    this.#marks.push({ path, checkpoint, skips, range: this.#inFlight.endRange() });
  }

  /** Notes that every input was read to its end. */
  finish(): void {
    this.#isWhole = true;
  }

  /**
   * Returns the checkpoints that hold once something is recorded, in addition to what is recorded
   * already.
   */
  listHeld({ postbacks = [], skips = 0 }: Recording = {}): StoredCheckpoint[] {
    const held = new Map<string, StoredCheckpoint>();
    for (const mark of this.#marks) {
      if (mark.skips > this.#skipsRecorded + skips) break;
      const { open } = mark.range;
      if (open > postbacks.length || (open > 0 && this.#countIn(mark.range, postbacks) < open))
        break;
      held.set(mark.path, mark);
    }
    return [...held.values()];
  }

  /** Notes that skips are recorded. */
  noteSkips(count: number): void {
    this.#skipsRecorded += count;
  }

  /**
   * Notes that checkpoints which {@link listHeld} returned are saved, so that they are not saved
   * again.
   */
  noteSaved(saved: readonly StoredCheckpoint[]): void {
    const last = Math.max(
      -1,
      ...saved.map((checkpoint) => this.#marks.indexOf(checkpoint as Mark)),
    );
    if (last >= 0) this.#marks = this.#marks.slice(last + 1);
  }

  /**
   * Returns the checkpoints of the end of a run; none of any file where it has read everything and
   * was not stopped.
   */
  listAtEnd(isStopped: boolean): StoredCheckpoint[] {
    const discarded = this.#discarded.map((path) => ({ path, checkpoint: undefined }));
    if (isStopped || !this.#isWhole) return [...this.listHeld(), ...discarded];
    return [...[...this.#paths].map((path) => ({ path, checkpoint: undefined })), ...discarded];
  }

  #countIn(range: CheckpointRange, postbacks: readonly Pick<Postback, 'id'>[]): number {
    let count = 0;
    for (const { id } of postbacks) if (this.#inFlight.rangeOf(id) === range) count++;
    return count;
  }
}
