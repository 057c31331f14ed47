import { readLines } from '../events/input.js';
import type { Input } from '../events/input-types.js';
import type { Source, SourceLag, SourcePart } from './source.js';

/** Stdin or another stream. Nobody waits for an acknowledgement. */
export class StreamSource implements Source<never> {
  readonly name: string;
  readonly group = undefined;
  readonly #input: Input;

  constructor(input: Input) {
    this.name = input.name;
    this.#input = input;
  }

  async *read(signal: AbortSignal): AsyncGenerator<SourcePart<never>> {
    for await (const lines of readLines(this.#input, signal)) yield { lines, positions: [] };
  }

  async ack(): Promise<void> {}

  /** The stream is read only when the next part is asked for. */
  pause(): void {}
  resume(): void {}

  async lag(): Promise<SourceLag> {
    return { assigned: 1, lag: undefined };
  }

  async close(): Promise<void> {}
}
