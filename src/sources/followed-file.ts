import type { Clock } from '../clock.js';
import { stat } from 'node:fs/promises';
import { type Followed, followFile, type From } from '../events/follow.js';
import type { Checkpoint } from '../events/source-position.js';
import type { Source, SourceLag, SourceNotice, SourcePart } from './source.js';

export interface FollowedFileOptions {
  /** Name for messages. */
  name: string;
  /** Absolute path. */
  path: string;
  from: From;
  clock: Clock;
  checkpoints: CheckpointStore;
}

/** Where checkpoints are kept durably. */
interface CheckpointStore {
  saveCheckpoint(path: string, checkpoint: Checkpoint): Promise<void>;
}

/** A file that grows. Acknowledging a position saves it as the checkpoint of the file. */
export class FollowedFile implements Source<Checkpoint> {
  readonly name: string;
  readonly group = undefined;
  readonly #options: FollowedFileOptions;
  #offset = 0;

  constructor(options: FollowedFileOptions) {
    this.name = options.name;
    this.#options = options;
  }

  async *read(signal: AbortSignal): AsyncGenerator<SourcePart<Checkpoint>> {
    const { path, from, clock } = this.#options;
    for await (const followed of followFile({ path, from, clock, signal })) {
      if (followed.type === 'lines') {
        yield { lines: followed.lines, positions: [followed.checkpoint] };
        continue;
      }
      const notice = describeChange(this.name, followed);
      yield { lines: [], positions: [], ...(notice && { notice }) };
    }
  }

  async ack(positions: readonly Checkpoint[]): Promise<void> {
    const last = positions.at(-1);
    if (!last) return;
    await this.#options.checkpoints.saveCheckpoint(this.#options.path, last);
    this.#offset = last.offset;
  }

  /** A file waits by itself: nothing is taken from it until the next part is asked for. */
  pause(): void {}
  resume(): void {}

  async lag(): Promise<SourceLag> {
    const found = await stat(this.#options.path).catch(() => undefined);
    return { assigned: 1, lag: found && Math.max(0, found.size - this.#offset) };
  }

  async close(): Promise<void> {}
}

/** Describes what has happened to a followed file: it is missing, renamed, truncated or lost. */
function describeChange(
  name: string,
  change: Exclude<Followed, { type: 'lines' }>,
): SourceNotice | undefined {
  if (change.type === 'idle') return undefined;
  if (change.type === 'waiting') return { message: `${name} does not exist yet; waiting for it.` };
  if (change.how === 'truncated')
    return { message: `${name} was truncated; reading it from its start.` };
  if (change.how === 'renamed')
    return { message: `${name} was renamed; continuing with the new file.` };
  const message =
    `The file that was read last under the name ${name} is gone (removed or packed): lines ` +
    'that were added to it since, and files that were packed after it, are not read. Run ' +
    'postback send on the packed files: nothing is sent twice.';
  return { message, warning: 'unread_file' };
}
