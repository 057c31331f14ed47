import { createHash } from 'node:crypto';

import type { Input } from '../events/input-types.js';
import type { Checkpoint } from '../events/source-position.js';

/** Makes and recognizes checkpoints of an object in a bucket, by its version and the rules. */
export class ObjectMarks {
  /** Name of its checkpoint in the log. */
  readonly key: string;
  readonly name: string;
  readonly input: Input;
  readonly #seal: string;

  /** @param setup what decides, apart from the log, about what a record makes */
  constructor(input: Input, version: string, setup: string) {
    this.input = input;
    this.name = input.name;
    this.key = `send:${input.name}`;
    const parts = JSON.stringify([version, input.format ?? 'auto', setup]);
    this.#seal = createHash('sha256').update(parts).digest('hex');
  }

  /** A checkpoint after `count` records; `isWhole`: the object has no more. */
  mark(count: number, isWhole = false): Checkpoint {
    const inode = isWhole ? 'whole' : 'part';
    return { device: 's3', inode, offset: count, line: count, head: this.#seal, headBytes: 0 };
  }

  /** Whether a checkpoint is of this object, unchanged, and of the same rules. */
  has({ device, head }: Checkpoint): boolean {
    return device === 's3' && head === this.#seal;
  }

  isWhole({ inode }: Checkpoint): boolean {
    return inode === 'whole';
  }
}
