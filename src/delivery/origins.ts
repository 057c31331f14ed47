import type { ConversionEvent } from '../events/conversion-event.js';
import type { Postback } from '../networks/network.js';

/** Where an event was read. */
export interface Origin {
  file: string;
  /** From 1. */
  line: number;
  /** Which element of an array or envelope, from 1. */
  element?: number;
  /**
   * The line as it was read, which may name a person. Absent for postbacks that waited in the log.
   */
  text?: string;
}

/** Maximum number of postbacks waiting in the log whose position is remembered, about 10 MB. */
const MAX_WAITING = 100_000;

/**
 * Remembers which line each event and postback of a run came from, for `--rejects`. Entries live as
 * long as the event or postback does, so memory follows what is in flight. Runs without `--rejects`
 * have none of this.
 */
export class Origins {
  readonly #origins = new WeakMap<ConversionEvent | Postback, Origin>();
  readonly #waiting = new Map<string, Origin>();

  note(event: ConversionEvent, origin: Origin): void {
    this.#origins.set(event, origin);
  }

  /** Gives a postback the origin of its event. */
  derive(event: ConversionEvent, postback: Postback): void {
    const origin = this.#origins.get(event);
    if (origin) this.#origins.set(postback, origin);
  }

  /**
   * Keeps the position of a postback that leaves memory for the log and is read from there before
   * it is sent.
   */
  keepWaiting({ id }: Postback, event: ConversionEvent): void {
    const origin = this.#origins.get(event);
    if (!origin || this.#waiting.size >= MAX_WAITING) return;
    const { text: _text, ...position } = origin;
    this.#waiting.set(id, position);
  }

  /** Origin of an event. */
  ofEvent(event: ConversionEvent): Origin | undefined {
    return this.#origins.get(event);
  }

  /** Origin of a postback; undefined where an earlier run read its event. */
  ofPostback(postback: Postback): Origin | undefined {
    return this.#origins.get(postback) ?? this.#waiting.get(postback.id);
  }
}
