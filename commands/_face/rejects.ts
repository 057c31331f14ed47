import { closeSync, openSync, writeSync } from 'node:fs';
import type { Update } from '../../src/delivery/report.js';
import { UsageError, messageOf } from '../../src/errors.js';
import { toProblem } from '../../src/events/lint.js';

/** The `--rejects` file: what was invalid, failed or too old, one JSON object a line, never the line itself. */
export class RejectsFile {
  readonly #descriptor: number | undefined;

  /** @throws {UsageError} when the file cannot be made. */
  constructor(path: string | undefined) {
    if (path === undefined) return;
    try {
      this.#descriptor = openSync(path, 'w', 0o600);
    } catch (error) {
      throw new UsageError('rejects_unwritable', `--rejects ${path} cannot be written: ${messageOf(error)}.`);
    }
  }

  /** Writes what `update` says was rejected. */
  note(update: Update): void {
    if (this.#descriptor === undefined) return;
    if (update.type === 'invalid') {
      this.#write({ why: 'invalid', ...toProblem(update.input, update.line, update) });
    } else if (update.type === 'skip' && update.entry.reason === 'too_old') {
      const { eventId, event, goal, network, reason } = update.entry;
      this.#write({ why: 'too_old', eventId, event, goal, network, reason, message: update.message });
    } else if (update.type === 'answer') {
      update.verdicts.forEach(({ settled, outcome }, index) => {
        if (settled === 'failed') this.#writeFailure(update.batch.items[index]?.outgoing.postback, outcome);
      });
    } else if (update.type === 'expired') {
      for (const postback of update.postbacks) {
        this.#writeFailure(postback, {
          kind: 'expired',
          reason: 'too_old',
          message: 'the window closed while it waited',
        });
      }
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
  }

  #writeFailure(
    postback: { eventId: string; id: string; event: string; goal: string; network: string } | undefined,
    { kind, reason, message }: { kind: string; reason: string; message?: string },
  ): void {
    if (!postback) return;
    const { eventId, id, event, goal, network } = postback;
    this.#write({ why: 'failed', eventId, postbackId: id, event, goal, network, kind, reason, message });
  }

  #write(row: object): void {
    writeSync(this.#descriptor as number, `${JSON.stringify(row)}\n`);
  }
}
