import { hostname } from 'node:os';
// Which run is dead is a question about processes; design.md section 5 keeps the engine from their streams and variables.
// eslint-disable-next-line no-restricted-imports
import { kill, pid } from 'node:process';

import type { Clock } from '../clock.js';
import type { Random } from '../random.js';
import type { Database } from './database.js';

/** A run that has not shown itself for this long is dead, whatever its process number says (it may be reused). */
const SILENT_AFTER_MS = 60_000;
/** How often a run shows that it lives. */
const HEARTBEAT_MS = 5_000;

/** One call of `send`, `replay`, `backfill` or `tail`. */
export interface Run {
  id: number;
  name: string;
}

/** The register of runs: who is at work, who died. */
export class Runs {
  readonly #database: Database;
  readonly #clock: Clock;
  #lastBeatMs = 0;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Registers a run. Call inside a write transaction. */
  start(command: string, random: Random): Run {
    const nowMs = this.#clock.now();
    const name = `${new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}-${random.bytes(3).toString('hex')}`;
    const { lastInsertRowid } = this.#database
      .prepare('INSERT INTO run (name, command, pid, host, started, alive) VALUES (?, ?, ?, ?, ?, ?)')
      .run(name, command, pid, hostname(), nowMs, nowMs);
    this.#lastBeatMs = nowMs;
    return { id: Number(lastInsertRowid), name };
  }

  /** Shows that the run lives, at most every few seconds. Call inside a write transaction. */
  beat(run: Run): void {
    const nowMs = this.#clock.now();
    if (nowMs - this.#lastBeatMs < HEARTBEAT_MS) return;
    this.#lastBeatMs = nowMs;
    this.#database.prepare('UPDATE run SET alive = ? WHERE id = ?').run(nowMs, run.id);
  }

  /** Marks the run as ended. Call inside a write transaction. */
  end(run: Run, summary: string): void {
    this.#database
      .prepare('UPDATE run SET ended = ?, summary = ? WHERE id = ?')
      .run(this.#clock.now(), summary, run.id);
  }

  /** Runs, but for this one, that neither ended nor live. */
  findDead(self?: Run): number[] {
    const rows = this.#database
      .prepare('SELECT id, pid, host, alive FROM run WHERE ended IS NULL AND id <> ?')
      .all(self?.id ?? -1);
    const here = hostname();
    return rows
      .filter((row) => {
        if (this.#clock.now() - Number(row['alive']) > SILENT_AFTER_MS) return true;
        return row['host'] === here && !isAlive(Number(row['pid']));
      })
      .map((row) => Number(row['id']));
  }
}

function isAlive(processId: number): boolean {
  try {
    // Signal 0 asks whether the process is there and sends nothing.
    kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
