import { hostname } from 'node:os';
// Which run is dead is a question about processes. The log may ask for ids and signals, but not
// for streams and variables (docs/development/decisions/run-liveness.md).
// eslint-disable-next-line no-restricted-imports
import { kill, pid } from 'node:process';

import type { Clock } from '../../../clock.js';
import { NetworkError } from '../../../errors.js';
import type { Random } from '../../../random.js';
import type { Database, SqlRow } from '../database/database.js';
import { LastCommit } from '../database/last-commit.js';
import type { KernelLock } from '../../../files/kernel-lock.js';
import {
  LEASE_MS,
  RENEW_EVERY_MS,
  type IgnoredLease,
  type LivingRun,
  type Run,
} from '../../run.js';
import { isRunLocked, readMachine, removeRunLock, takeRunLock } from './run-lock.js';

/**
 * The register of runs: who is at work, who died. On the machine where a run was registered, it
 * lives as long as its process holds the run's lock; seen from another machine, as long as its
 * lease does. A lease that is dated more than its own length in the future proves nothing.
 */
export class Runs {
  readonly #database: Database;
  readonly #path: string;
  readonly #clock: Clock;
  readonly #lastCommit: LastCommit;
  #lastBeatMs = 0;
  #lock: KernelLock | undefined;
  readonly #ignored = new Map<string, IgnoredLease>();
  readonly #reported = new Set<string>();

  /** @param path the log's file: the locks of its runs are in a folder next to it */
  constructor(database: Database, path: string, clock: Clock) {
    this.#database = database;
    this.#path = path;
    this.#clock = clock;
    this.#lastCommit = new LastCommit(database, path);
  }

  /**
   * Registers a run and takes its lock. Call inside a write transaction.
   * @throws InternalError when the log has lost what was committed last
   */
  start(command: string, random: Random): Run {
    this.#lastCommit.check(this.#path);
    const nowMs = this.#clock.now();
    const time = new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
    const name = `${time}-${random.bytes(3).toString('hex')}`;
    this.#lock = takeRunLock(this.#path, name);
    const { lastInsertRowid } = this.#database
      .prepare(
        'INSERT INTO run (name, command, pid, host, started, alive, machine) VALUES (?, ?, ?, ' +
          '?, ?, ?, ?)',
      )
      .run(name, command, pid, hostname(), nowMs, nowMs, readMachine());
    this.#lastBeatMs = nowMs;
    return { id: Number(lastInsertRowid), name };
  }

  /** Renews the run's lease, at most every few seconds. Call inside a write transaction. */
  beat(run: Run): void {
    const nowMs = this.#clock.now();
    // A clock that was set back must not keep the lease from being renewed.
    if (Math.abs(nowMs - this.#lastBeatMs) < RENEW_EVERY_MS) return;
    this.#lastBeatMs = nowMs;
    this.#database.prepare('UPDATE run SET alive = ? WHERE id = ?').run(nowMs, run.id);
  }

  /**
   * Checks that no other process has recovered the run: what it was delivering is that one's now.
   * @throws NetworkError when one has
   */
  assertRegistered(run: Run): void {
    if (
      this.#database.prepare('SELECT 1 FROM run WHERE id = ? AND ended IS NULL').get(run.id) !==
      undefined
    )
      return;
    throw new NetworkError(
      'run_taken_over',
      'Another run has taken over what this one was delivering.',
      {
        hint:
          'This run was paused or cut off for more than a minute. Run the same command again: it ' +
          'sends nothing twice.',
      },
    );
  }

  /**
   * Notes, at most once a second, how far the log is committed. Call after a commit.
   * @param isLast whether the run has ended, so that no later call would note what was committed
   *   since
   */
  noteCommit(isLast = false): void {
    this.#lastCommit.note(this.#clock.now(), isLast);
  }

  /** Marks the run as ended. Call inside a write transaction. */
  end(run: Run, summary: string): void {
    this.#database
      .prepare('UPDATE run SET ended = ?, summary = ? WHERE id = ?')
      .run(this.#clock.now(), summary, run.id);
  }

  /**
   * Releases the lock of the run that this process started. Call when its end, or its failure, is
   * on the disk.
   */
  release(): void {
    this.#lock?.release();
    this.#lock = undefined;
  }

  /**
   * Marks a dead run as ended, now that what it left is recovered. Call inside a write transaction.
   */
  bury(id: number): void {
    this.#database.prepare('UPDATE run SET ended = ? WHERE id = ?').run(this.#clock.now(), id);
    const name = this.#database.prepare('SELECT name FROM run WHERE id = ?').get(id)?.['name'];
    if (name !== undefined) removeRunLock(this.#path, String(name));
  }

  /** Runs, but for this one, that neither ended nor live. */
  findDead(self?: Run): number[] {
    return this.#listOpen(self)
      .filter((row) => !this.#lives(row))
      .map((row) => Number(row['id']));
  }

  /** Runs, but for this one, that are at work. */
  listLiving(self?: Run): LivingRun[] {
    const nowMs = this.#clock.now();
    return this.#listOpen(self)
      .filter((row) => this.#lives(row))
      .map((row) => ({
        id: Number(row['id']),
        name: String(row['name']),
        command: String(row['command']),
        host: String(row['host']),
        pid: Number(row['pid']),
        silentMs: Math.max(0, nowMs - Number(row['alive'])),
      }));
  }

  /** Runs that count as dead because their lease is dated in the future; each once. */
  takeIgnoredLeases(): IgnoredLease[] {
    const ignored = [...this.#ignored.values()].filter(({ name }) => !this.#reported.has(name));
    for (const { name } of ignored) this.#reported.add(name);
    return ignored;
  }

  #listOpen(self?: Run): SqlRow[] {
    return this.#database
      .prepare(
        'SELECT id, name, command, pid, host, alive, machine FROM run WHERE ended IS NULL AND ' +
          'id <> ?',
      )
      .all(self?.id ?? -1);
  }

  #lives(row: SqlRow): boolean {
    if (row['machine'] === readMachine()) return isRunLocked(this.#path, String(row['name']));
    const silentMs = this.#clock.now() - Number(row['alive']);
    if (silentMs > LEASE_MS) return false;
    if (silentMs < -LEASE_MS) {
      const [name, command, host] = [
        String(row['name']),
        String(row['command']),
        String(row['host']),
      ];
      this.#ignored.set(name, { name, command, host, aheadMs: -silentMs });
      return false;
    }
    // An earlier program registered neither machine nor lock.
    return row['machine'] !== null || row['host'] !== hostname() || hasProcess(Number(row['pid']));
  }
}

function hasProcess(processId: number): boolean {
  try {
    // Signal 0 asks whether the process is there and sends nothing.
    kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
