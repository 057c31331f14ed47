import { closeSync, writeSync } from 'node:fs';
import { Origins, type Origin } from '../delivery/origins.js';
import { hashRecord } from '../delivery/reject-record.js';
import type { Update } from '../delivery/report.js';
import { messageOf, UsageError } from '../errors.js';
import { toProblem } from '../events/lint.js';
import { openToAppend, type Protected } from '../files/output-file.js';
import { parseJsonObject } from '../json.js';
import type { Postback } from '../networks/network.js';
import type { Clock } from '../clock.js';
import { ConfirmedRows } from '../sources/confirmed-rows.js';
import { isAddress, parseRejectsAddress } from '../sources/parse-address.js';
import type { Variables } from '../sources/variables.js';
import { toSafeJson } from './io.js';

/** Why a row is in the file. */
const CAUSES: readonly unknown[] = ['invalid', 'failed', 'too_old'];

type Named = Pick<Postback, 'eventId' | 'id' | 'event' | 'goal' | 'network'>;

export interface RejectsOptions {
  guard: Protected;
  variables: Variables;
  clock: Clock;
  /** Receives what happens to a broker that rejected records are written to. */
  report: (message: string) => void;
}

/**
 * What `--rejects` names: a file, a topic or a stream. Gets what was invalid, failed or too old,
 * one JSON object a line, with the file and line it was read from and the record, hashed where it
 * may name a person. Rows are appended, and each names its run.
 */
export class Rejects {
  readonly #descriptor: number | undefined;
  readonly #rows: ConfirmedRows | undefined;
  readonly #origins: Origins | undefined;
  readonly #report: (message: string) => void;
  #run = '';
  /** Rows that were made before the run had a name. */
  #early: object[] = [];

  private constructor(
    target: { descriptor?: number; rows?: ConfirmedRows },
    report: (message: string) => void,
  ) {
    this.#descriptor = target.descriptor;
    this.#rows = target.rows;
    this.#report = report;
    if (this.#isOpen) this.#origins = new Origins();
  }

  /**
   * Opens what `--rejects` names; without it, notes nothing.
   * @throws {UsageError} when the file cannot be written, or is one that a rejects file must not
   *   replace; what openSink throws
   */
  static async open(path: string | undefined, options: RejectsOptions): Promise<Rejects> {
    const { guard, report, clock } = options;
    if (path === undefined) return new Rejects({}, report);
    if (isAddress(path)) {
      const address = parseRejectsAddress(path);
      const { openSink } = await import('../sources/open-sink.js');
      const sink = await openSink(address, options);
      return new Rejects({ rows: new ConfirmedRows(sink, { clock, report }) }, report);
    }
    const file = { ...guard, flag: '--rejects', isOurs: isRejectRow };
    return new Rejects({ descriptor: openToAppend(path, file) }, report);
  }

  get #isOpen(): boolean {
    return this.#descriptor !== undefined || this.#rows !== undefined;
  }

  /** Rows on their way to a broker; absent where rows are written at once. */
  get store(): ConfirmedRows | undefined {
    return this.#rows;
  }

  /** Positions of records for the reject file; absent without `--rejects`. */
  get origins(): Origins | undefined {
    return this.#origins;
  }

  /** Writes what `update` says was rejected. */
  note(update: Update): void {
    if (!this.#isOpen) return;
    if (update.type === 'run') {
      this.#start(update.run);
    } else if (update.type === 'invalid') {
      const { text, element } = update;
      const problem = toProblem(update.input, update.line, update);
      this.#write({
        why: 'invalid',
        ...problem,
        reason: problem.code,
        ...recordOf({ text, element }),
      });
    } else if (update.type === 'skip' && update.entry.reason === 'too_old') {
      const { eventId, event, goal, network, reason } = update.entry;
      const about = { eventId, event, goal, network, reason, message: update.message };
      this.#write({
        why: 'too_old',
        ...originFields(update.origin),
        ...about,
        ...recordOf(update.origin ?? {}),
      });
    } else if (update.type === 'answer') {
      update.verdicts.forEach(({ rowState: settled, outcome }, index) => {
        if (settled === 'failed')
          this.#writeFailure(update.batch.items[index]?.outgoing.postback, outcome);
      });
    } else if (update.type === 'expired') {
      const outcome = {
        kind: 'expired',
        reason: 'too_old',
        message: 'the window ended while it was pending',
      };
      for (const postback of update.postbacks) this.#writeFailure(postback, outcome);
    }
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    for (const row of this.#early) this.#append(row);
    this.#early = [];
    const lost = (await this.#rows?.close()) ?? 0;
    if (lost > 0) this.#report(`--rejects: ${lost} rows could not be written.`);
    if (this.#descriptor !== undefined && this.#descriptor > 2) closeSync(this.#descriptor);
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
    this.#write({ why: 'failed', ...originFields(origin), ...about, ...record });
  }

  #write(row: object): void {
    if (this.#run === '' && this.#early.length < MAX_EARLY) this.#early.push(row);
    else this.#append(row);
  }

  #append(row: object): void {
    const text = toSafeJson({ run: this.#run || null, ...row });
    if (this.#rows) {
      this.#rows.put(text);
      return;
    }
    try {
      writeSync(this.#descriptor as number, `${text}\n`);
    } catch (error) {
      throw new UsageError(
        'output_unwritable',
        `--rejects could not be written: ${messageOf(error)}.`,
        {
          hint: 'Free some space or name another file, then run the same command again.',
          cause: error,
        },
      );
    }
  }
}

/** Maximum number of rows that wait for the run to have a name. */
const MAX_EARLY = 1_000;

function originFields(origin: Origin | undefined): object {
  const { file = null, line = null, element } = origin ?? {};
  return { file, line, ...(element === undefined ? {} : { element }) };
}

function recordOf({
  text,
  element,
}: {
  text?: string | undefined;
  element?: number | undefined;
}): object {
  return text === undefined || text === '' ? {} : { record: hashRecord(text, element) };
}

/** Whether a line is a row of a rejects file. */
function isRejectRow(line: string): boolean {
  const row = parseJsonObject(line);
  return (
    row !== undefined &&
    CAUSES.includes(row['why']) &&
    ('run' in row || 'code' in row || 'eventId' in row)
  );
}
