import type { Place } from '../events/place.js';
import type { KeptPlace } from '../log/places.js';
import type { Section, Underway } from './underway.js';

/** Places that wait for what is before them: beyond so many the next one waits for more. */
const MAX_MARKS = 1024;

interface Mark {
  path: string;
  place: Place;
  section: Section;
}

/**
 * How far a run is with its files: a later one may begin where everything before is in a request, skipped, or failed for
 * good. What was left pending is not: it keeps its turn before what follows it in the file.
 */
export class Progress {
  readonly #underway: Underway;
  readonly #marks: Mark[] = [];
  readonly #paths = new Set<string>();
  #isWhole = false;

  constructor(underway: Underway) {
    this.#underway = underway;
  }

  /** Takes a file into account, whose place is to be forgotten when the run has read all. */
  enter(path: string): void {
    this.#paths.add(path);
  }

  /** Notes a place behind what was taken last. Its skips need not be in the log: who begins there judges them again. */
  note(path: string, place: Place): void {
    if (this.#marks.length >= MAX_MARKS) return;
    this.#marks.push({ path, place, section: this.#underway.endSection() });
  }

  /** Notes that everything was read. */
  finish(): void {
    this.#isWhole = true;
  }

  /** The places that were reached since the last call. */
  reach(): KeptPlace[] {
    const reached = new Map<string, KeptPlace>();
    for (let mark = this.#marks[0]; mark?.section.open === 0; mark = this.#marks[0]) {
      reached.set(mark.path, mark);
      this.#marks.shift();
    }
    return [...reached.values()];
  }

  /** What the end of the run leaves: the places that it reached; none where it read all and was not stopped. */
  end(isStopped: boolean): KeptPlace[] {
    if (isStopped || !this.#isWhole) return this.reach();
    return [...this.#paths].map((path) => ({ path, place: undefined }));
  }
}
