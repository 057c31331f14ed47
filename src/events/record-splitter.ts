import type { Buffer } from 'node:buffer';

import { LINE_FEED, OPEN_ARRAY, SPACE } from './bytes.js';
import { ElementSplitter } from './element-splitter.js';
import type { Handover, Line } from './line-splitter.js';
import { LineSplitter } from './line-splitter.js';
import type { SourcePosition } from './source-position.js';

export interface RecordSplitterOptions {
  /**
   * Records that are whole are given before their line is: a stream may stay silent for long
   * without a line feed.
   */
  isStream?: boolean;
}

/**
 * Cuts bytes into records by what they are, line by line: JSON Lines as long as lines are records,
 * and by brackets where one is not (docs/development/decisions/framing.md). What a line makes
 * depends on the input alone, not on how its bytes arrive.
 */
export class RecordSplitter {
  readonly #lines: LineSplitter;
  readonly #elements = new ElementSplitter();
  readonly #start: SourcePosition;
  readonly #isStream: boolean;
  /**
   * Bytes of the lines that are being cut by brackets; undefined while lines are cut by line feeds.
   */
  #framedBytes: number | undefined;
  #isFirst: boolean;
  #hasPositions = true;

  /** @param start where the first byte that is pushed is in a file; absent: at its beginning */
  constructor(start?: SourcePosition, { isStream = false }: RecordSplitterOptions = {}) {
    this.#start = start ?? { offset: 0, line: 0 };
    this.#isFirst = start === undefined;
    this.#isStream = isStream;
    this.#lines = new LineSplitter(start?.line);
  }

  /**
   * Position after the last line that ended outside of all brackets; absent if the input is one
   * array.
   */
  get position(): SourcePosition | undefined {
    return this.#hasPositions ? this.lastPosition : undefined;
  }

  /**
   * Like {@link position}, for any input. Reading can continue there, but not usefully within an
   * array.
   */
  get lastPosition(): SourcePosition {
    return { offset: this.#start.offset + this.#lines.endedBytes, line: this.#lines.lineNumber };
  }

  /** The records that end in `chunk`. */
  push(chunk: Buffer): Line[] {
    if (this.#framedBytes === undefined) {
      const lines = this.#lines.push(chunk);
      const handover = this.#lines.takeHandover() ?? this.#releaseRest();
      // The common case, without another array.
      if (!handover) return lines;
      return this.#cut(this.#begin(handover), lines);
    }
    return this.#cut(chunk, []);
  }

  /** Returns the remaining lines at the end of the input. */
  end(): Line[] {
    if (this.#framedBytes !== undefined) return this.#elements.end();
    const lines = this.#lines.end();
    const handover = this.#lines.takeHandover();
    if (!handover) return lines;
    this.#cut(this.#begin(handover), lines);
    return [...lines, ...this.#elements.end()];
  }

  /** Cuts bytes, by brackets first. */
  #cut(bytes: Buffer, into: Line[]): Line[] {
    let rest = bytes;
    for (;;) {
      append(into, this.#elements.push(rest));
      const { consumed, isIdle, line } = this.#elements;
      this.#framedBytes = (this.#framedBytes ?? 0) + consumed;
      const isLineEnd = isIdle && consumed > 0 && rest[consumed - 1] === LINE_FEED;
      if (!isLineEnd) return into;
      this.#lines.resume(this.#framedBytes, line - 1);
      this.#framedBytes = undefined;
      rest = rest.subarray(consumed);
      if (rest.length === 0) return into;
      append(into, this.#lines.push(rest));
      const handover = this.#lines.takeHandover() ?? this.#releaseRest();
      if (!handover) return into;
      rest = this.#begin(handover);
    }
  }

  #begin(handover: Handover): Buffer {
    if (this.#isFirst && handover.bytes.find((byte) => byte > SPACE) === OPEN_ARRAY)
      this.#hasPositions = false;
    this.#isFirst = false;
    this.#framedBytes = 0;
    this.#elements.begin(handover);
    return handover.bytes;
  }

  #releaseRest(): Handover | undefined {
    return this.#isStream && this.#lines.mayHoldRecords ? this.#lines.handOverRest() : undefined;
  }
}

function append(into: Line[], lines: readonly Line[]): void {
  for (const line of lines) into.push(line);
}
