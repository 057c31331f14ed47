import { closeSync, writeSync } from 'node:fs';
import { Origins, type Origin } from '../../src/delivery/origins.js';
import { hashRecord } from '../../src/delivery/reject-record.js';
import type { Update } from '../../src/delivery/report.js';
import { messageOf, UsageError } from '../../src/errors.js';
import { toProblem } from '../../src/events/lint.js';
import { openToAppend, type Protected } from '../../src/files/output-file.js';
import { parseJsonObject } from '../../src/json.js';
import type { Postback } from '../../src/networks/network.js';
import { toSafeJson } from './io.js';

/** Why a row is in the file. */
const CAUSES: readonly unknown[] = ['invalid', 'failed', 'too_old'];

type Named = Pick<Postback, 'eventId' | 'id' | 'event' | 'goal' | 'network'>;

/**
 * The `--rejects` file: what was invalid, failed or too old, one JSON object a line, with the file and line it was read
 * from and the record, hashed where it may name a person. Rows are appended, and each names its run.
 */
export class RejectsFile {
  readonly #descriptor: number | undefined;
  readonly #origins: Origins | undefined;
  #run = '';
  /** Rows that were made before the run had a name. */
  #early: object[] = [];

  /** @throws {UsageError} when the file cannot be written, or is one that a rejects file must not replace. */
  constructor(path: string | undefined, guard: Protected) {
    if (path === undefined) return;
    this.#descriptor = openToAppend(path, { ...guard, flag: '--rejects', isOurs: isRejectRow });
    this.#origins = new Origins();
  }

  /** What the run remembers positions in; absent without `--rejects`. */
  get origins(): Origins | undefined {
    return this.#origins;
  }

  /** Writes what `update` says was rejected. */
  note(update: Update): void {
    if (this.#descriptor === undefined) return;
    if (update.type === 'run') {
      this.#start(update.run);
    } else if (update.type === 'invalid') {
      const { text, element } = update;
      const problem = toProblem(update.input, update.line, update);
      this.#write({ why: 'invalid', ...problem, reason: problem.code, ...recordOf({ text, element }) });
    } else if (update.type === 'skip' && update.entry.reason === 'too_old') {
      const { eventId, event, goal, network, reason } = update.entry;
      const about = { eventId, event, goal, network, reason, message: update.message };
      this.#write({ why: 'too_old', ...placeOf(update.origin), ...about, ...recordOf(update.origin ?? {}) });
    } else if (update.type === 'answer') {
      update.verdicts.forEach(({ settled, outcome }, index) => {
        if (settled === 'failed') this.#writeFailure(update.batch.items[index]?.outgoing.postback, outcome);
      });
    } else if (update.type === 'expired') {
      const outcome = { kind: 'expired', reason: 'too_old', message: 'the window closed while it waited' };
      for (const postback of update.postbacks) this.#writeFailure(postback, outcome);
    }
  }

  close(): void {
    if (this.#descriptor === undefined) return;
    for (const row of this.#early) this.#append(row);
    this.#early = [];
    if (this.#descriptor > 2) closeSync(this.#descriptor);
  }

  #start(run: string): void {
    this.#run = run;
    for (const row of this.#early) this.#append(row);
    this.#early = [];
  }

  #writeFailure(
    postback: Postback | undefined,
    { kind, reason, message }: { kind: string; reason: string; message?: string },
  ): void {
    if (!postback) return;
    const { eventId, id, event, goal, network }: Named = postback;
    const origin = this.#origins?.ofPostback(postback);
    const about = { eventId, postbackId: id, event, goal, network, kind, reason, message };
    // Facts are hashed already: they stand for the record of an event that an earlier run read.
    const record = origin?.text === undefined ? { record: postback.facts } : recordOf(origin);
    this.#write({ why: 'failed', ...placeOf(origin), ...about, ...record });
  }

  #write(row: object): void {
    if (this.#run === '' && this.#early.length < MAX_EARLY) this.#early.push(row);
    else this.#append(row);
  }

  #append(row: object): void {
    try {
      writeSync(this.#descriptor as number, `${toSafeJson({ run: this.#run || null, ...row })}\n`);
    } catch (error) {
      throw new UsageError('output_unwritable', `--rejects could not be written: ${messageOf(error)}.`, {
        hint: 'Free some space or name another file, then run the same command again.',
        cause: error,
      });
    }
  }
}

/** Maximum number of rows that wait for the run to have a name. */
const MAX_EARLY = 1_000;

function placeOf(origin: Origin | undefined): object {
  const { file = null, line = null, element } = origin ?? {};
  return { file, line, ...(element === undefined ? {} : { element }) };
}

function recordOf({ text, element }: { text?: string | undefined; element?: number | undefined }): object {
  return text === undefined || text === '' ? {} : { record: hashRecord(text, element) };
}

/** Whether a line is a row of a rejects file. */
function isRejectRow(line: string): boolean {
  const row = parseJsonObject(line);
  return row !== undefined && CAUSES.includes(row['why']) && ('run' in row || 'code' in row || 'eventId' in row);
}
