import { stat } from 'node:fs/promises';
import { isPlainFile } from '../events/input-bytes.js';
import type { Input } from '../events/input.js';

/**
 * How much of the inputs of a run was read; known where all of them are files that are not packed.
 */
export class ReadShare {
  readonly #sizes: ReadonlyMap<Input, number>;
  readonly #total: number;
  #finished = 0;

  private constructor(sizes: ReadonlyMap<Input, number>) {
    this.#sizes = sizes;
    this.#total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  }

  /** Returns undefined where the size of an input is unknown: a stream, a gzipped file. */
  static async open(inputs: readonly Input[]): Promise<ReadShare | undefined> {
    const sizes = new Map<Input, number>();
    for (const input of inputs) {
      const size = await findSize(input);
      if (size === undefined) return undefined;
      sizes.set(input, size);
    }
    return new ReadShare(sizes);
  }

  /** Returns the share from 0 to 1 after `bytes` of the current input were read. */
  at(bytes: number): number {
    return this.#total === 0 ? 1 : Math.min(1, (this.#finished + bytes) / this.#total);
  }

  /** Counts the whole input as read, also where reading began in its middle. */
  finish(input: Input): void {
    this.#finished += this.#sizes.get(input) ?? 0;
  }
}

/** An input that cannot be read is reported by what reads it. */
async function findSize(input: Input): Promise<number | undefined> {
  try {
    if (input.path === undefined || !(await isPlainFile(input))) return undefined;
    return (await stat(input.path)).size;
  } catch {
    return undefined;
  }
}
